//! The clip once more, with boxes and names: read a second time, since names are known at its end.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use image::RgbImage;
use image::imageops::{self, FilterType};

use super::WatchError;
use super::frames::Frames;
use super::watch::{Place, Watched, name};
use crate::arguments::Video;
use crate::draw::{Canvas, Mark};
use crate::photos::PhotoError;
use crate::shown;

/// Writes the clip as MP4, whole or not at all.
pub fn write(path: &Path, arguments: &Video, watched: &Watched, target: &Path) -> Result<(), WatchError> {
    let beside = target.with_file_name(format!(".facecore-{}.mp4", std::process::id()));
    let written = encode(path, arguments, watched, &beside)
        .and_then(|()| fs::rename(&beside, target).map_err(|error| failed(target, &error.to_string())));
    if written.is_err() {
        // The first error is the one to tell of.
        let _ = fs::remove_file(&beside);
    }
    Ok(written?)
}

fn encode(path: &Path, arguments: &Video, watched: &Watched, target: &Path) -> Result<(), PhotoError> {
    let mut marks = marks(watched);
    let mut encoder: Option<(Child, [u32; 2])> = None;
    for (number, frame) in Frames::open(path, &arguments.finding.limits(), arguments.until())?.enumerate() {
        // A clip that broke off before breaks off again; that was said already.
        let Ok(frame) = frame else { break };
        let mut canvas = Canvas(frame.picture);
        canvas.marks(&marks.remove(&(number as u32)).unwrap_or_default());
        let (child, [width, height]) = match &mut encoder {
            Some(encoder) => encoder,
            none => none.insert((start(&canvas.0, rate(watched), target)?, [canvas.0.width(), canvas.0.height()])),
        };
        let picture = if canvas.0.dimensions() == (*width, *height) {
            canvas.0
        } else {
            imageops::resize(&canvas.0, *width, *height, FilterType::Triangle)
        };
        let sent = child.stdin.as_mut().map(|input| input.write_all(picture.as_raw()));
        if let Some(Err(error)) = sent {
            return Err(failed(target, &error.to_string()));
        }
    }
    let Some((mut child, _)) = encoder else { return Err(failed(target, "there is no picture to write")) };
    drop(child.stdin.take());
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(target, &format!("ffmpeg ended with {status}"))),
        Err(error) => Err(failed(target, &error.to_string())),
    }
}

/// Frames a second, on average: those of an animation need not be even.
fn rate(watched: &Watched) -> f64 {
    let passed = watched.length.max(Duration::from_millis(1)).as_secs_f64();
    (f64::from(watched.frames.max(2) - 1) / passed).clamp(1.0, 60.0)
}

/// ffmpeg, which takes pictures of this size and writes the file.
fn start(first: &RgbImage, rate: f64, target: &Path) -> Result<Child, PhotoError> {
    let (width, height) = first.dimensions();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &format!("{width}x{height}")]);
    // H.264 wants even sides.
    ffmpeg.args(["-r", &rate.to_string(), "-i", "-", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264"]);
    ffmpeg.args(["-pix_fmt", "yuv420p", "-crf", "20", "-movflags", "+faststart"]).arg(target);
    ffmpeg.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(|error| failed(target, &error.to_string()))
}

/// What is drawn in each frame.
fn marks(watched: &Watched) -> HashMap<u32, Vec<Mark>> {
    let mut marks: HashMap<u32, Vec<Mark>> = HashMap::new();
    for (at, (track, places)) in watched.tracks.iter().zip(&watched.places).enumerate() {
        let person = watched.person_of(at);
        let known = person.and_then(|person| name(&watched.people[person]));
        let text = match (known, person) {
            (Some(name), _) => format!("{}  #{}", shown::printable(name), track.id),
            (None, Some(person)) => format!("person {}  #{}", person + 1, track.id),
            (None, None) => format!("#{}", track.id),
        };
        for Place { frame, area, landmarks } in places {
            let mark = Mark { area: *area, landmarks: *landmarks, named: known.is_some(), text: text.clone() };
            marks.entry(*frame).or_default().push(mark);
        }
    }
    marks
}

fn failed(target: &Path, reason: &str) -> PhotoError {
    PhotoError::Draw(format!("{}: {reason}", shown::path(target)))
}
