//! The programs of `examples/`, run as people run them, on real photos. `cargo test` builds them beside the tests; `cargo test --test examples`
//! alone does not: run `cargo build --examples` before it.
//!
//! The networks must be in `models/`: `make models` puts them there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-mtcnn", feature = "bundled-yunet", feature = "store"))]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use facecore::profile::Profile;
use facecore::{Limits, Photo};

/// A program of `examples/`, started in the repository's root.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().unwrap(); // target/release/deps/examples-…
    let program =
        test.ancestors().nth(2).unwrap().join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(program.exists(), "{} is not there: cargo build --release --workspace --examples", program.display());
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What a program prints.
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A file that is gone after the test, whatever its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("facecore-example-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        let _ = fs::remove_file(self.0.with_added_extension("lock"));
    }
}

#[test]
fn detect_finds_each_face_of_the_group() {
    let printed = printed(example("detect").args(["testdata/photos/group.jpg", "testdata/photos/astronaut.jpg"]));
    let of = |photo: &str| printed.lines().filter(|line| line.contains(photo)).count();
    assert_eq!((of("group.jpg"), of("astronaut.jpg")), (3, 1), "{printed}");
}

#[test]
fn a_photo_that_is_none_is_told() {
    let output = example("detect").arg("testdata/hostile/text.jpg").output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
}

#[test]
fn who_is_it_names_who_is_known_and_nobody_else() {
    let people = ["Barack Obama=testdata/photos/obama.jpg", "Eileen Collins=testdata/photos/astronaut.jpg"];
    let printed = printed(example("who_is_it").args(["models", "testdata/photos/group.jpg"]).args(people));
    let lines = |start: &str| printed.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((lines("Barack Obama, "), lines("Eileen Collins, "), lines("a stranger: ")), (1, 1, 1), "{printed}");
}

#[test]
fn build_profile_finds_the_owner_of_the_album() {
    let file = Scratch::new("owner.fcp");
    let photos = ["obama", "obama2", "obama3", "biden", "group"].map(|name| format!("testdata/photos/{name}.jpg"));
    let printed = printed(example("build_profile").arg("models").arg(&file.0).args(photos));
    let profile = Profile::from_bytes(&fs::read(&file.0).unwrap()).unwrap();
    assert!(printed.contains("Profile of 4 faces") && profile.photos() == 4, "{printed}");
}

#[test]
fn search_finds_the_photos_with_the_face() {
    let file = Scratch::new("faces.fci");
    let photos = ["astronaut", "biden", "obama", "obama2"].map(|name| format!("testdata/photos/{name}.jpg"));
    let mut command = example("search");
    let printed = printed(command.arg("models").arg(&file.0).arg("testdata/photos/obama3.jpg").args(photos));
    let found: Vec<_> = printed.lines().filter_map(|line| line.strip_prefix("testdata/photos/")).collect();
    assert!(found.len() == 2 && found.iter().all(|line| line.starts_with("obama")), "{printed}");
}

#[test]
fn camera_frames_counts_the_faces_of_each_frame() {
    let bytes = fs::read(root().join("testdata/photos/group.jpg")).unwrap();
    let photo = Photo::decode(&bytes, &Limits::default()).unwrap();
    let mut empty = nv12(&photo);
    empty.fill(128);
    let frames = [nv12(&photo), empty, nv12(&photo)].concat();

    let mut command = example("camera_frames");
    command.args([photo.width().to_string(), photo.height().to_string()]);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(&frames).unwrap();
    let printed = String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(printed, "frame 1: 3 faces\nframe 2: 0 faces\nframe 3: 3 faces\n");
}

/// The photo as a camera delivers it: a plane of brightness, then one of colours for each 2×2 pixels; BT.601 in full range.
fn nv12(photo: &Photo<'_>) -> Vec<u8> {
    let (width, height) = (photo.width(), photo.height());
    let pixel = |x: u32, y: u32| {
        let row = photo.row(y.min(height - 1));
        <[u8; 3]>::try_from(&row[3 * x.min(width - 1) as usize..][..3]).unwrap().map(f32::from)
    };
    let brightness = |[r, g, b]: [f32; 3]| 0.299 * r + 0.587 * g + 0.114 * b;
    let stride = width.next_multiple_of(2);
    let mut frame = Vec::new();
    for y in 0..height {
        frame.extend((0..stride).map(|x| brightness(pixel(x, y)).round() as u8));
    }
    for y in (0..height).step_by(2) {
        for x in (0..stride).step_by(2) {
            let [r, g, b] = pixel(x, y);
            let light = brightness([r, g, b]);
            frame.extend([(b - light) / 1.772, (r - light) / 1.402].map(|colour| (128.0 + colour).round() as u8));
        }
    }
    frame
}
