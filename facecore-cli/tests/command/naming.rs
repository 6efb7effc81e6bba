//! `compare` and `tag`.

use super::*;

#[test]
fn compare_answers_with_its_exit_code() {
    let same = facecore("compare testdata/photos/obama.jpg testdata/photos/obama2.jpg");
    assert_eq!((code(&same), stderr(&same)), (0, ""));
    assert!(stdout(&same).contains("same person, cosine 0."));
    let different = facecore("compare --json testdata/photos/obama.jpg testdata/photos/biden.jpg");
    assert_eq!((code(&different), stderr(&different)), (1, ""));
    let answer = &lines(&different)[0];
    assert_eq!(keys(answer), ["a", "a_face", "b", "b_face", "cosine", "same", "threshold"]);
    assert_eq!(answer["same"], false);
    let all = facecore("compare --all --json testdata/photos/group.jpg testdata/photos/biden.jpg");
    assert_eq!((code(&all), lines(&all).len()), (0, 3));
}

#[test]
fn tag_names_friends_and_no_strangers() {
    let folder = scratch("tag");
    let line = format!("tag --json --people testdata/people testdata/photos/group.jpg --draw {}", folder.display());
    let json = facecore(&line);
    assert_eq!((code(&json), stderr(&json)), (0, ""));
    let matches: Vec<_> =
        lines(&json)[0]["faces"].as_array().unwrap().iter().map(|face| face["match"].clone()).collect();
    let mut names: Vec<_> = matches.iter().map(|found| found["person"].as_str().unwrap_or("")).collect();
    names.sort_unstable();
    assert_eq!(names, ["", "Barack Obama", "Eileen Collins"]);
    for found in &matches {
        assert_eq!(keys(found), ["cosine", "margin", "nearest", "person", "reason", "runner_up", "threshold"]);
        assert_ne!(found["person"].is_null(), found["reason"].is_null());
    }
    assert!(folder.join("group.jpg").is_file());

    // Embeddings are long and biometric: only for who asks.
    let faces = |output: &Output| lines(output)[0]["faces"].as_array().unwrap().clone();
    assert!(faces(&json).iter().all(|face| face.get("embedding").is_none()));
    let asked = facecore("tag --json --embeddings --people testdata/people testdata/photos/group.jpg");
    assert!(faces(&asked).iter().all(|face| face["embedding"].as_array().unwrap().len() == 128));

    let table = facecore("tag --people testdata/people testdata/photos/group.jpg");
    assert!(stdout(&table).contains("  Barack Obama (0.") && stdout(&table).contains("  unknown: "));
}

#[test]
fn a_person_without_a_face_is_warned_about() {
    let people = scratch("people");
    for (name, photo) in [("Ann", "formats/rgb.png"), ("Barack", "photos/obama3.jpg")] {
        fs::create_dir(people.join(name)).unwrap();
        let copy = people.join(name).join("1.png");
        fs::copy(Path::new(ROOT).join("testdata").join(photo), copy).unwrap();
    }
    image::RgbImage::new(64, 64).save(people.join("Ann/1.png")).unwrap();
    let output = facecore(&format!("tag --people {} testdata/photos/obama.jpg", people.display()));
    assert_eq!(code(&output), 0);
    assert!(stderr(&output).contains("warning: Ann: no photo with a face"), "{}", stderr(&output));
    assert!(stdout(&output).contains("  Barack (0."));
}

#[test]
fn nobody_enrolled_is_an_error() {
    let people = scratch("nobody");
    fs::create_dir(people.join("Ann")).unwrap();
    image::RgbImage::new(64, 64).save(people.join("Ann/1.png")).unwrap();
    let output = facecore(&format!("tag --people {} testdata/photos/obama.jpg", people.display()));
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert!(stderr(&output).contains("no face in any of its 1 photos"), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn people_whose_names_are_no_text_stay_two() {
    use std::os::unix::ffi::OsStrExt;
    let people = scratch("two");
    for (name, photo) in [(&b"a\xff"[..], "obama"), (b"a\xfe", "biden")] {
        let folder = people.join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir(&folder).unwrap();
        fs::copy(format!("{ROOT}/testdata/photos/{photo}.jpg"), folder.join("1.jpg")).unwrap();
    }
    let output = facecore(&format!("tag --json --people {} testdata/photos/obama2.jpg", people.display()));
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let found = &lines(&output)[0]["faces"][0]["match"];
    assert_eq!(
        (found["nearest"]["person"].as_str(), found["runner_up"]["person"].as_str()),
        (Some("a\\xff"), Some("a\\xfe"))
    );
}
