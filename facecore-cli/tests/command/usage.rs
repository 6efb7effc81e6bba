//! Wrong usage, and requests that cannot be met: exit codes, and messages that say what to do.

use super::*;

#[test]
fn what_cannot_be_done_at_all_is_exit_code_2() {
    let empty = scratch("empty");
    for line in [
        "",
        "detect",
        "detect --threads 0 a.jpg",
        "detect no-such.jpg",
        "detect testdata/hostile/text.jpg testdata/hostile/empty.jpg",
        "detect --min-face 0 testdata/photos/astronaut.jpg",
        "embed --models no-such-folder testdata/photos/astronaut.jpg",
        "embed --model no-such-model testdata/photos/astronaut.jpg",
        "compare testdata/photos/astronaut.jpg no-such.jpg",
        "tag --people no-such-folder testdata/photos/astronaut.jpg",
        "tag --people testdata/people --threshold 3 testdata/photos/astronaut.jpg",
        "tag --people testdata/people --fp 7 testdata/photos/astronaut.jpg",
        "tag --people testdata/people --embeddings testdata/photos/astronaut.jpg",
        "tag --people testdata/photos testdata/photos/astronaut.jpg",
        "evaluate --images testdata --pairs no-such.txt",
        &format!("detect {}", empty.display()),
        "detect --draw out.jpg testdata/photos",
        "detect --draw out.webp testdata/photos/astronaut.jpg",
        "detect --draw Cargo.toml testdata/photos/astronaut.jpg",
        "profile build testdata/photos --out no-such-folder/me.fcp",
        "profile build testdata/photos --out target",
        "profile explain testdata/photos --draw sheet.webp",
        "calibrate --images testdata/people --out no-such-folder/c.toml",
        "detect --draw testdata/photos testdata/photos/astronaut.jpg",
    ] {
        let output = facecore(line);
        assert_eq!((code(&output), stdout(&output)), (2, ""), "{line}");
        assert!(!stderr(&output).is_empty() && !stderr(&output).contains("panicked"), "{line}: {}", stderr(&output));
    }
}

#[test]
fn models_are_listed_and_checked() {
    let verified = facecore("models verify");
    assert_eq!(code(&verified), 0, "{}", stdout(&verified));
    assert!(stdout(&verified).contains("facenet-ms1m-128: ok\n"));
    assert!(stdout(&facecore("models list")).contains("facenet-ms1m-128: embedder"));

    let folder = scratch("models");
    fs::copy(Path::new(ROOT).join("models/manifest.toml"), folder.join("manifest.toml")).unwrap();
    let missing = command("models verify --json").env("FACECORE_MODELS", &folder).output().unwrap();
    assert_eq!(code(&missing), 1);
    let checks = lines(&missing);
    assert!(checks.iter().all(|check| check["ok"] == false && check["error"]["code"] == "model"));
}

/// A message is understood by somebody who has not read the source.
#[test]
fn messages_name_what_the_user_typed() {
    let people = "--people testdata/people testdata/photos/astronaut.jpg";
    for (line, words) in [
        (format!("tag --lead 9 {people}"), &["--lead <COSINE>", "from 0 to 2"][..]),
        (format!("tag --threshold 3 {people}"), &["--threshold <COSINE>", "from -1 to 1"]),
        (format!("tag --fp 7 {people}"), &["--fp <RATE>", "above 0 and below 1"]),
        ("detect --min-face 0 a.jpg".into(), &["--min-face <N>"]),
        ("detect --draw out.webp testdata/photos/astronaut.jpg".into(), &["--draw out.webp", ".jpg or .png"]),
        ("evaluate --images testdata/people --margin 2".into(), &["--margin <M>", "from 0 to 0.9"]),
        ("calibrate --images testdata/people --candidates 0 --out c.toml".into(), &["--candidates: must be above 0"]),
        ("embed --models testdata testdata/photos/astronaut.jpg".into(), &["no models in the folder testdata"]),
        (
            "tag --people testdata/photos testdata/photos/astronaut.jpg".into(),
            &["--people", "a folder for each person"],
        ),
    ] {
        let output = facecore(&line);
        assert_eq!((code(&output), stdout(&output)), (2, ""), "{line}");
        for word in words {
            assert!(stderr(&output).contains(word), "{line}: {}", stderr(&output));
        }
    }
    assert!(!Path::new(ROOT).join("out.webp").exists());
}

#[test]
fn without_models_it_says_where_they_come_from() {
    for line in ["embed a.jpg", "compare a.jpg b.jpg", "models list", "models verify", "profile explain a.jpg"] {
        let output = command(line).current_dir(scratch("elsewhere")).output().unwrap();
        assert_eq!(code(&output), 2, "{line}");
        for way in ["`facecore models fetch --to DIR`", "--models DIR", "FACECORE_MODELS"] {
            assert!(stderr(&output).contains(way), "{line}: {}", stderr(&output));
        }
    }
}

#[test]
fn help_is_exit_code_0_and_names_the_codes() {
    let help = facecore("--help");
    assert_eq!(code(&help), 0);
    assert!(stdout(&help).contains("Exit code: 0 done; 1 some photos failed"));
    for command in ["detect", "embed", "compare", "tag", "evaluate", "calibrate", "robustness", "profile build"] {
        let help = facecore(&format!("{command} --help"));
        for option in ["--max-pixels <N>", "--max-bytes <N>", "--json"] {
            assert!(stdout(&help).contains(option), "{command} {option}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_told() {
    let output = command("detect testdata/photos/astronaut.jpg")
        .stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("cannot write the output"), "{}", stderr(&output));
}
