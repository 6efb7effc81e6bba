//! Which photos are read: folders, links, pipes, standard input, odd names, limits.

use std::io::Write;
use std::process::Stdio;

use super::*;

const PHOTO: &str = "testdata/photos/astronaut.jpg";

/// What the command prints when it is given `bytes` on standard input.
fn fed(line: &str, bytes: &[u8]) -> Output {
    let mut child = command(line).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    child.wait_with_output().unwrap()
}

fn photo() -> Vec<u8> {
    fs::read(Path::new(ROOT).join(PHOTO)).unwrap()
}

#[cfg(unix)]
#[test]
fn a_folder_with_all_sorts_of_files_is_no_trap() {
    let folder = scratch("sorts");
    let pipe = Command::new("mkfifo").arg(folder.join("pipe.jpg")).status().unwrap();
    assert!(pipe.success());
    std::os::unix::net::UnixListener::bind(folder.join("socket.jpg")).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("round")).unwrap();
    std::os::unix::fs::symlink(folder.join("b.jfif"), folder.join("linked.jpg")).unwrap();
    for name in ["a.jpg", "b.jfif", "c.jpe", "d.mpo", "e.heic", "f.HEIC", "g.avif", ".hidden.jpg"] {
        fs::write(folder.join(name), photo()).unwrap();
    }
    let output = facecore(&format!("detect --json {}", folder.display()));
    let names: Vec<String> = lines(&output)
        .iter()
        .map(|line| line["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["a.jpg", "b.jfif", "c.jpe", "d.mpo"]);
    assert_eq!(stderr(&output), "7 files skipped: 2 heic, 2 links, 2 pipes or devices, 1 avif\n");
    assert_eq!(code(&output), 0);

    // A file that is named itself is read, whatever its name; a link as well.
    let named = format!("detect {0}/g.avif {0}/linked.jpg", folder.display());
    assert_eq!(stdout(&facecore(&named)).matches(", 1 face\n").count(), 2);
}

#[test]
fn nothing_but_foreign_files_is_told() {
    let folder = scratch("foreign");
    fs::write(folder.join("a.heic"), "x").unwrap();
    let output = facecore(&format!("detect {}", folder.display()));
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert!(stderr(&output).contains("no photos in ") && stderr(&output).ends_with("; 1 file skipped: 1 heic\n"));
}

#[test]
fn a_photo_may_come_from_standard_input() {
    let one = fed("detect --json -", &photo());
    assert_eq!((code(&one), stderr(&one)), (0, ""));
    assert_eq!((&lines(&one)[0]["file"], lines(&one)[0]["faces"].as_array().unwrap().len()), (&Value::from("-"), 1));
    let same = fed(&format!("compare {PHOTO} -"), &photo());
    assert_eq!(code(&same), 0, "{}", stderr(&same));

    let too_long = fed("detect --json --max-bytes 1000 -", &photo());
    assert_eq!((code(&too_long), lines(&too_long)[0]["error"]["code"].as_str()), (2, Some("limit")));
    for twice in ["detect - -", "compare - -", "profile explain -"] {
        let refused = fed(twice, &photo());
        assert_eq!(code(&refused), 2, "{twice}");
        assert!(stderr(&refused).contains("standard input"), "{}", stderr(&refused));
    }
}

#[cfg(unix)]
#[test]
fn names_cannot_act_on_the_terminal() {
    use std::os::unix::ffi::OsStrExt;
    let folder = scratch("names");
    for name in [&b"a\n\x1b[31mred.jpg"[..], b"b\xff.jpg", b"b\xfe.jpg"] {
        fs::write(folder.join(std::ffi::OsStr::from_bytes(name)), "no photo").unwrap();
    }
    fs::write(folder.join("c.jpg"), photo()).unwrap();
    let line = format!("detect {}", folder.display());
    let (table, json) = (facecore(&line), facecore(&format!("{line} --json")));
    assert_eq!((code(&table), code(&json)), (1, 1));
    assert!(
        !stderr(&table).contains('\x1b') && stderr(&table).contains("a\\n\\u{1b}[31mred.jpg: unknown photo format")
    );
    let files: Vec<String> = lines(&json).iter().map(|line| line["file"].as_str().unwrap().to_owned()).collect();
    assert!(files[0].ends_with("/a\n\x1b[31mred.jpg"));
    assert!(files[1].ends_with("/b\\xfe.jpg") && files[2].ends_with("/b\\xff.jpg"), "{files:?}");
}

#[test]
fn limits_are_the_callers() {
    let refused = facecore(&format!("detect --max-pixels 1000 {PHOTO}"));
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).contains("the limit is 1000; --max-pixels raises it"), "{}", stderr(&refused));
    let refused = facecore(&format!("compare --max-bytes 1000 {PHOTO} {PHOTO}"));
    assert!(stderr(&refused).contains("the limit is 1000; --max-bytes raises it"), "{}", stderr(&refused));

    // More than the default allows, in one direction as well: 40,000 pixels wide, and 104 million of them.
    let large = scratch("large").join("large.png");
    image::GrayImage::new(40_000, 2_600).save(&large).unwrap();
    let line = format!("detect --min-face 2000 {}", large.display());
    assert!(stderr(&facecore(&line)).contains("--max-pixels"));
    let allowed = facecore(&format!("{line} --max-pixels 104000000"));
    assert_eq!((code(&allowed), stderr(&allowed)), (0, ""));
    assert!(stdout(&allowed).contains(": 40000×2600, 0 faces"));
}

/// Half of a photo with an end marker behind it: its upper part is whole.
#[test]
fn what_is_left_of_a_damaged_photo_is_kept_or_refused() {
    let folder = scratch("damaged");
    let whole = photo();
    let half = folder.join("Ann/half.jpg");
    fs::create_dir(folder.join("Ann")).unwrap();
    fs::write(&half, [&whole[..whole.len() / 2], &whole[whole.len() - 2..]].concat()).unwrap();
    let half = half.display();

    let kept = facecore(&format!("detect --json {half}"));
    assert_eq!((code(&kept), &lines(&kept)[0]["damaged"]), (0, &Value::Bool(true)), "{}", stderr(&kept));
    assert!(stdout(&facecore(&format!("detect {half}"))).contains(", damaged: a part of the photo is lost\n"));
    assert!(lines(&facecore(&format!("detect --json {PHOTO}")))[0].get("damaged").is_none());

    let refused = facecore(&format!("detect --json --damaged refuse {half}"));
    assert_eq!((code(&refused), &lines(&refused)[0]["error"]["code"]), (2, &Value::from("damaged")));
    // Whom faces are named after is not learnt from half a photo, unless that is wanted.
    let people = format!("tag --people {} {PHOTO}", folder.display());
    let refused = facecore(&people);
    assert_eq!(code(&refused), 2);
    assert!(
        stderr(&refused).contains("half.jpg: the photo is damaged: ") && stderr(&refused).contains("--damaged keep")
    );
    assert_eq!(code(&facecore(&format!("{people} --damaged keep"))), 0);
    assert_eq!(code(&facecore(&format!("compare {half} {PHOTO}"))), 2);
}
