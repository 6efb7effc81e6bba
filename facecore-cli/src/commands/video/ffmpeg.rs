//! Clips by the programs `ffmpeg` and `ffprobe`: their frames by pipe, as PPM pictures, and a clip out of pictures.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use facecore::{Error, Limits};
use image::RgbImage;
use serde::Deserialize;

use super::frames::Frame;
use crate::failure::Result as Done;
use crate::photos::PhotoError;

/// Files of video, and no list of other files or addresses: a playlist that somebody uploads must not make ffmpeg read what it names.
const FORMATS: &str =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,flv,asf,ogg,ivf,yuv4mpegpipe,h264,hevc,m4v,mjpeg";
/// More frames a second would show nobody else.
const MOST_FRAMES: f64 = 60.0;
/// The most bytes that are kept of ffmpeg's messages.
const WORDS: usize = 400;

/// Says what to do where the programs are not installed.
pub fn installed() -> Done<()> {
    for program in ["ffmpeg", "ffprobe"] {
        let found = Command::new(program)
            .arg("-version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if let Err(error) = found {
            return Err(missing(program, &error).into());
        }
    }
    Ok(())
}

fn missing(program: &str, error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return format!(
            "the program {program} is not installed: `apt-get install ffmpeg`, or as your system has it. Animated GIF and WebP need none"
        );
    }
    format!("the program {program} cannot be started: {error}")
}

/// What ffprobe says of a clip.
#[derive(Debug, Default, Deserialize)]
struct Probe {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Stream {
    width: u64,
    height: u64,
    #[serde(default)]
    avg_frame_rate: String,
    #[serde(default)]
    r_frame_rate: String,
}

#[derive(Debug, Default, Deserialize)]
struct Format {
    #[serde(default)]
    duration: String,
}

/// A clip that ffmpeg decodes; dropping this ends ffmpeg.
pub struct Pipe {
    child: Child,
    pictures: BufReader<ChildStdout>,
    words: Option<JoinHandle<String>>,
    rate: f64,
    length: Option<Duration>,
    limits: Limits,
    frames: u64,
    ended: bool,
}

impl Pipe {
    pub fn open(path: &Path, limits: &Limits, until: Option<Duration>) -> Result<Self, PhotoError> {
        let mut file = OsString::from("file:");
        file.push(path);
        let probe = probe(&file)?;
        let stream = probe.streams.first().ok_or_else(|| undecodable("there is no video in it"))?;
        check(stream.width * stream.height, limits)?;
        let rate =
            rate(&stream.avg_frame_rate).or_else(|| rate(&stream.r_frame_rate)).unwrap_or(25.0).clamp(1.0, MOST_FRAMES);
        let length = probe.format.duration.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let length = length.map(|length| until.map_or(length, |until| length.min(until))).or(until);
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg
            .args([
                "-v",
                "error",
                "-nostdin",
                "-format_whitelist",
                FORMATS,
                "-max_pixels",
                &limits.max_pixels.to_string(),
                "-i",
            ])
            .arg(&file);
        ffmpeg.args(["-map", "0:v:0", "-an", "-sn", "-dn", "-r", &rate.to_string()]);
        if let Some(until) = until {
            ffmpeg.args(["-t", &until.as_secs().to_string()]);
        }
        ffmpeg.args(["-f", "image2pipe", "-c:v", "ppm", "-"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = ffmpeg.spawn().map_err(|error| unreadable(missing("ffmpeg", &error)))?;
        let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(unreadable("ffmpeg has no output".into()));
        };
        let words = Some(thread::spawn(move || first_words(err)));
        let pictures = BufReader::with_capacity(1 << 20, out);
        Ok(Self { child, pictures, words, rate, length, limits: *limits, frames: 0, ended: false })
    }

    pub fn length(&self) -> Option<Duration> {
        self.length
    }

    fn picture(&mut self) -> Result<Option<RgbImage>, PhotoError> {
        let Some([width, height]) = header(&mut self.pictures).map_err(PhotoError::Read)? else { return Ok(None) };
        check(u64::from(width) * u64::from(height), &self.limits)?;
        let mut pixels = vec![0; 3 * width as usize * height as usize];
        self.pictures.read_exact(&mut pixels).map_err(PhotoError::Read)?;
        Ok(RgbImage::from_raw(width, height, pixels))
    }

    /// How ffmpeg ended: whatever it complained of means that a part of the clip could not be read.
    fn end(&mut self) -> Option<PhotoError> {
        self.ended = true;
        let status = self.child.wait();
        let words = self.words.take().and_then(|words| words.join().ok()).unwrap_or_default();
        match status {
            Ok(status) if status.success() && words.is_empty() => None,
            Ok(_) if !words.is_empty() => Some(undecodable(&format!("ffmpeg says: {words}"))),
            Ok(status) => Some(undecodable(&format!("ffmpeg ended with {status}"))),
            Err(error) => Some(PhotoError::Read(error)),
        }
    }
}

impl Iterator for Pipe {
    type Item = Result<Frame, PhotoError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.picture() {
            Ok(Some(picture)) => {
                let at = Duration::from_secs_f64(self.frames as f64 / self.rate);
                self.frames += 1;
                Some(Ok(Frame { picture, at }))
            }
            Ok(None) => self.end().map(Err),
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // It may have ended already, and nobody is left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn probe(file: &OsString) -> Result<Probe, PhotoError> {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-format_whitelist", FORMATS, "-select_streams", "v:0", "-of", "json"]);
    ffprobe
        .args(["-show_entries", "stream=width,height,avg_frame_rate,r_frame_rate:format=duration"])
        .arg(file)
        .stdin(Stdio::null());
    let output = ffprobe.output().map_err(|error| unreadable(missing("ffprobe", &error)))?;
    if !output.status.success() {
        return Err(undecodable(&format!("ffprobe says: {}", first_words(&output.stderr[..]))));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| undecodable(&format!("ffprobe's answer cannot be read: {error}")))
}

/// A fraction such as `30000/1001`.
fn rate(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/')?;
    let rate = above.parse::<f64>().ok()? / below.parse::<f64>().ok()?;
    (rate.is_finite() && rate > 0.0).then_some(rate)
}

/// The sides of the next PPM picture; none at the end.
fn header(input: &mut impl BufRead) -> io::Result<Option<[u32; 2]>> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "ffmpeg's output is no PPM picture");
    let mut line = |expected: &str| {
        let mut text = Vec::new();
        input.by_ref().take(64).read_until(b'\n', &mut text)?;
        let text = String::from_utf8(text).map_err(|_| wrong())?;
        let text = text.trim_end().to_owned();
        if expected.is_empty() || text == expected { Ok(text) } else { Err(wrong()) }
    };
    line("P6")?;
    let sides = line("")?;
    line("255")?;
    let (width, height) = sides.split_once(' ').ok_or_else(wrong)?;
    match (width.parse(), height.parse()) {
        (Ok(width), Ok(height)) => Ok(Some([width, height])),
        _ => Err(wrong()),
    }
}

/// The beginning of what a program said; the rest is read too, so that it can go on.
fn first_words(input: impl Read) -> String {
    let mut words = String::new();
    for line in BufReader::new(input).split(b'\n').map_while(Result::ok) {
        if words.len() < WORDS {
            let more = String::from_utf8_lossy(&line);
            words = format!("{words} {}", more.trim()).trim().chars().take(WORDS).collect();
        }
    }
    words
}

fn check(actual: u64, limits: &Limits) -> Result<(), PhotoError> {
    let limit = limits.max_pixels;
    if actual > limit {
        Err(PhotoError::Core(Error::Limit { what: "photo pixel count", actual, limit }))
    } else {
        Ok(())
    }
}

fn undecodable(reason: &str) -> PhotoError {
    PhotoError::Core(Error::Decode { reason: reason.into() })
}

fn unreadable(reason: String) -> PhotoError {
    PhotoError::Read(io::Error::other(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_a_header() {
        assert_eq!(header(&mut &b"P6\n12 7\n255\nxyz"[..]).unwrap(), Some([12, 7]));
        assert_eq!(header(&mut &b""[..]).unwrap(), None);
        for wrong in
            [&b"P5\n1 1\n255\n"[..], b"P6\n1\n255\n", b"P6\n-1 1\n255\n", b"P6\n1 1\n65535\n", b"P6", &[b'9'; 500]]
        {
            assert!(header(&mut &wrong[..]).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn rates_are_fractions() {
        assert_eq!(rate("25/1"), Some(25.0));
        assert!((rate("30000/1001").unwrap() - 29.97).abs() < 0.001);
        for none in ["0/0", "1/0", "25", "-1/1", "x/1", ""] {
            assert_eq!(rate(none), None, "{none}");
        }
    }

    #[test]
    fn words_have_an_end() {
        let long = "word\n".repeat(100_000);
        assert!(first_words(long.as_bytes()).len() <= WORDS);
        assert_eq!(first_words(&b"one\n\xff two \n"[..]), "one \u{fffd} two");
    }
}
