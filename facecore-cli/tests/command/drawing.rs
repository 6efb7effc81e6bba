//! `--draw`.

use super::*;

#[test]
fn pictures_are_drawn() {
    let folder = scratch("draw");
    let out = folder.display();
    let photo = "testdata/photos/astronaut.jpg";
    assert_eq!(code(&facecore(&format!("detect {photo} --draw {out}/one.png"))), 0);
    assert_eq!(code(&facecore(&format!("detect {photo} testdata/formats/rgb.png --draw {out}/both"))), 0);
    let (plain, drawn) =
        (image::open(Path::new(ROOT).join(photo)).unwrap(), image::open(folder.join("one.png")).unwrap());
    assert_eq!((plain.width(), plain.height()), (drawn.width(), drawn.height()));
    assert_ne!(plain.to_rgb8(), drawn.to_rgb8());
    assert!(folder.join("both/astronaut.jpg").is_file() && folder.join("both/rgb.jpg").is_file());
}

#[cfg(unix)]
#[test]
fn a_hard_link_to_a_photo_is_not_written_through() {
    let folder = scratch("draw-link");
    let (original, out) = (folder.join("a.jpg"), folder.join("out"));
    fs::copy(Path::new(ROOT).join("testdata/photos/astronaut.jpg"), &original).unwrap();
    fs::create_dir(&out).unwrap();
    fs::hard_link(&original, out.join("a.jpg")).unwrap();
    let before = fs::read(&original).unwrap();
    let output = facecore(&format!("detect {} --draw {}", original.display(), out.display()));
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    assert_eq!(fs::read(&original).unwrap(), before);
    assert_ne!(fs::read(out.join("a.jpg")).unwrap(), before);
}

/// Files may have 8 blocks, as on a disk that is full: what was there stays, and no half picture comes.
#[cfg(unix)]
#[test]
fn a_picture_is_written_whole_or_not_at_all() {
    let folder = scratch("draw-full");
    fs::write(folder.join("old.png"), "what was there").unwrap();
    for name in ["old.png", "new.png"] {
        let script = format!(
            "ulimit -f 8; trap '' XFSZ; exec {} detect testdata/photos/astronaut.jpg --draw {}",
            env!("CARGO_BIN_EXE_facecore"),
            folder.join(name).display()
        );
        let output = Command::new("sh").args(["-c", &script]).current_dir(ROOT).output().unwrap();
        assert_eq!(code(&output), 2, "{}", stderr(&output));
        assert!(stderr(&output).contains("cannot write the picture: "), "{}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(folder.join("old.png")).unwrap(), "what was there");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left behind");
}
