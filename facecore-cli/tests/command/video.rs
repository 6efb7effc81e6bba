//! `facecore video`. Animations need no other program; clips need ffmpeg, without which their tests end at once and say so.

use std::fs::File;
use std::time::Duration;

use image::codecs::gif::GifEncoder;
use image::imageops::{self, FilterType};
use image::{Delay, DynamicImage, Frame, RgbImage};

use super::*;

/// A folder of one test.
fn scratch(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("facecore-video-{test}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn photo(name: &str) -> RgbImage {
    let whole = image::open(Path::new(ROOT).join("testdata/photos").join(name)).unwrap().into_rgb8();
    imageops::resize(&whole, 400, 500, FilterType::Triangle)
}

/// Three shots: Obama, Collins, Obama again; ten frames a second.
fn shots() -> Vec<RgbImage> {
    let names = ["obama.jpg", "astronaut.jpg", "obama2.jpg"];
    names.map(photo).into_iter().flat_map(|shot| std::iter::repeat_n(shot, 6)).collect()
}

fn animation(path: &Path) {
    let mut encoder = GifEncoder::new_with_speed(File::create(path).unwrap(), 10);
    for picture in shots() {
        let delay = Delay::from_saturating_duration(Duration::from_millis(100));
        let picture = DynamicImage::ImageRgb8(picture).into_rgba8();
        encoder.encode_frame(Frame::from_parts(picture, 0, 0, delay)).unwrap();
    }
}

fn has_ffmpeg() -> bool {
    let found = Command::new("ffmpeg").arg("-version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("ffmpeg is not installed: not tested");
    }
    found
}

/// The same as a video.
fn clip(animation: &Path, target: &Path) {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-i"])
        .arg(animation)
        .args(["-pix_fmt", "yuv420p"])
        .arg(target)
        .status();
    assert!(made.unwrap().success());
}

fn name(track: &Value) -> Option<&str> {
    track["match"]["person"].as_str()
}

#[test]
fn an_animation_has_people_with_names_and_times() {
    let folder = scratch("people");
    let (gif, page) = (folder.join("clip.gif"), folder.join("who.html"));
    animation(&gif);
    let output = facecore(&format!(
        "video {} --people testdata/people --budget 0 --min-face 60 --json --report {}",
        gif.display(),
        page.display()
    ));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let tracks = lines(&output);
    assert_eq!(
        tracks.iter().map(name).collect::<Vec<_>>(),
        [Some("Barack Obama"), Some("Eileen Collins"), Some("Barack Obama")]
    );
    assert_eq!(tracks.iter().map(|track| &track["person"]).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!(keys(&tracks[0]), ["best", "detections", "file", "frames", "match", "person", "spans", "track"]);
    assert_eq!(tracks[1]["spans"], serde_json::json!([[0.6, 1.1]]));
    let frames: Vec<_> =
        tracks[1]["frames"].as_array().unwrap().iter().map(|frame| frame[0].as_u64().unwrap()).collect();
    assert_eq!(frames, [6, 7, 8, 9, 10, 11]);
    let html = fs::read_to_string(page).unwrap();
    assert!(
        html.contains("Eileen Collins") && html.contains("data:image/jpeg;base64,") && !html.contains("http"),
        "it opens without a network"
    );
    let words = facecore(&format!("video {} --budget 0 --min-face 60 --seconds 1", gif.display()));
    assert!(stdout(&words).contains("0:00.9, 10 frames, 1 cuts, 2 people"), "{}", stdout(&words));
}

#[test]
fn what_is_no_clip_fails_and_the_others_are_told() {
    let folder = scratch("broken");
    let gif = folder.join("clip.gif");
    animation(&gif);
    let whole = fs::read(&gif).unwrap();
    let cut = folder.join("cut.gif");
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let line = format!(
        "video testdata/README.md no-such.mp4 {} {} --budget 0 --min-face 60 --json",
        cut.display(),
        gif.display()
    );
    let output = facecore(&line);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains("3 of 4 clips failed:"), "{}", stderr(&output));
    let records = lines(&output);
    let of =
        |file: &Path| records.iter().filter(|record| record["file"] == file.display().to_string()).collect::<Vec<_>>();
    // The half of it that could be read is told, and that it broke off.
    let half = of(&cut);
    assert!(half.len() >= 2 && half[0]["track"] == 0 && half.last().unwrap()["error"]["code"] == "decode", "{half:?}");
    assert_eq!(of(&gif).len(), 3);
    let still = facecore("video testdata/formats/rgb.webp");
    assert_eq!(code(&still), 2, "{}", stderr(&still));
}

#[test]
fn without_ffmpeg_the_line_says_what_to_install() {
    let folder = scratch("missing");
    let mp4 = folder.join("clip.mp4");
    fs::write(&mp4, b"\0\0\0\x18ftypmp42").unwrap();
    let output = command(&format!("video {}", mp4.display())).env("PATH", "").output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("ffprobe is not installed"), "{}", stderr(&output));
    let drawn = command(&format!("video {0} --draw {0}.mp4", mp4.display())).env("PATH", "").output().unwrap();
    assert!(code(&drawn) == 2 && stderr(&drawn).contains("ffmpeg is not installed"), "{}", stderr(&drawn));
}

#[test]
fn a_video_is_read_by_ffmpeg_and_written_with_names() {
    if !has_ffmpeg() {
        return;
    }
    let folder = scratch("ffmpeg");
    let at = |name: &str| folder.join(name);
    animation(&at("clip.gif"));
    clip(&at("clip.gif"), &at("clip.mp4"));
    let line = format!(
        "video {} --people testdata/people --budget 0 --min-face 60 --json --draw {}",
        at("clip.mp4").display(),
        at("drawn.mp4").display()
    );
    let output = facecore(&line);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(
        lines(&output).iter().map(name).collect::<Vec<_>>(),
        [Some("Barack Obama"), Some("Eileen Collins"), Some("Barack Obama")]
    );
    let again = facecore(&format!("video {} --budget 0 --min-face 60", at("drawn.mp4").display()));
    assert!(stdout(&again).contains("18 frames, 2 cuts"), "{}", stdout(&again));
    // A file that ends too soon, and a list that would have other files read.
    let whole = fs::read(at("clip.mp4")).unwrap();
    fs::write(at("short.mp4"), &whole[..whole.len() / 2]).unwrap();
    fs::write(at("list.m3u8"), format!("#EXTM3U\n#EXTINF:1,\n{}\n", at("clip.mp4").display())).unwrap();
    for broken in ["short.mp4", "list.m3u8"] {
        let output = facecore(&format!("video {}", at(broken).display()));
        assert_eq!(code(&output), 2, "{broken}: {}", stdout(&output));
    }
}
