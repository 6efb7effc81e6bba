//! `detect` and `embed`: what they print.

use std::process::Stdio;

use super::*;

#[test]
fn detect_prints_a_table_or_json() {
    let table = facecore("detect testdata/photos/astronaut.jpg");
    assert_eq!((code(&table), stderr(&table)), (0, ""));
    assert!(stdout(&table).starts_with("testdata/photos/astronaut.jpg: "));
    assert!(stdout(&table).contains(", 1 face\n"));

    let json = facecore("detect --json testdata/photos/astronaut.jpg");
    assert_eq!((code(&json), stderr(&json)), (0, ""));
    let [photo] = &lines(&json)[..] else { panic!("{}", stdout(&json)) };
    assert_eq!(keys(photo), ["complete", "faces", "file", "height", "width"]);
    assert_eq!(photo["file"], "testdata/photos/astronaut.jpg");
    let face = &photo["faces"][0];
    assert_eq!(keys(face), ["box", "landmarks", "score"]);
    assert_eq!(face["box"].as_array().unwrap().len(), 4);
    assert_eq!(face["landmarks"].as_array().unwrap().len(), 5);
}

#[test]
fn broken_files_do_not_stop_the_others() {
    let paths = "testdata/hostile no-such.jpg testdata/photos/astronaut.jpg";
    let json = facecore(&format!("detect --json --threads 3 {paths}"));
    assert_eq!(code(&json), 1);
    let photos = lines(&json);
    let names: Vec<_> =
        photos.iter().map(|photo| photo["file"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    let expected = ["cut.jpg", "empty.jpg", "header-only.jpg", "huge.png", "text.jpg", "no-such.jpg", "astronaut.jpg"];
    assert_eq!(names, expected);
    // The upper part of the cut photo may be shown.
    for broken in &photos[1..6] {
        assert_eq!(keys(broken), ["error", "file"]);
        assert_eq!(keys(&broken["error"]), ["code", "message"]);
    }
    assert_eq!(photos[5]["error"]["code"], "io");
    assert_eq!(photos[6]["faces"].as_array().unwrap().len(), 1);

    let table = facecore(&format!("detect {paths}"));
    assert_eq!(code(&table), 1);
    assert!(stderr(&table).contains(" of 7 photos failed:\n") && stderr(&table).contains("\n  no-such.jpg: "));
}

#[test]
fn threads_change_nothing_but_time() {
    let one = facecore("detect --json --threads 1 testdata/orientations");
    let four = facecore("detect --json --threads 4 testdata/orientations");
    assert_eq!(code(&one), 0);
    assert_eq!(stdout(&one), stdout(&four));
    assert_eq!(lines(&one).len(), 8);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child =
        command("detect --json testdata/photos").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), stderr(&output)), (0, ""));
}

#[test]
fn embeddings_name_their_space() {
    let json = facecore("embed --json testdata/photos/astronaut.jpg");
    assert_eq!((code(&json), stderr(&json)), (0, ""));
    let face = &lines(&json)[0]["faces"][0];
    assert_eq!(keys(face), ["box", "embedding", "landmarks", "non_face", "non_face_excess", "score", "space"]);
    let values = face["embedding"].as_array().unwrap();
    let length: f64 = values.iter().map(|value| value.as_f64().unwrap().powi(2)).sum();
    assert_eq!(values.len(), 128);
    assert!((length - 1.0).abs() < 1e-4);
    assert_eq!(face["space"].as_str().unwrap().len(), 16);
}
