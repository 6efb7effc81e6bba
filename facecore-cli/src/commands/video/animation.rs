//! Animated GIF and WebP.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::time::Duration;

use facecore::{Error, Limits};
use image::codecs::{gif::GifDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, DynamicImage, Frames as Pictures, ImageDecoder, ImageError};

use super::frames::Frame;
use crate::photos::PhotoError;

/// For how long browsers show a picture whose file says next to no time.
const UNTIMED: Duration = Duration::from_millis(100);
const SHORTEST: Duration = Duration::from_millis(20);

/// An animation that is being read.
pub struct Animation {
    pictures: Pictures<'static>,
    next: Duration,
    until: Option<Duration>,
    ended: bool,
}

impl Animation {
    pub fn gif(path: &Path, limits: &Limits, until: Option<Duration>) -> Result<Self, PhotoError> {
        let decoder = GifDecoder::new(read(path)?).map_err(broken)?;
        check(decoder.dimensions(), limits)?;
        Ok(Self::of(decoder.into_frames(), until))
    }

    pub fn webp(path: &Path, limits: &Limits, until: Option<Duration>) -> Result<Self, PhotoError> {
        let decoder = WebPDecoder::new(read(path)?).map_err(broken)?;
        check(decoder.dimensions(), limits)?;
        if !decoder.has_animation() {
            return Err(PhotoError::Core(Error::Decode {
                reason: "this WebP is no animation; `facecore tag` is for photos".into(),
            }));
        }
        Ok(Self::of(decoder.into_frames(), until))
    }

    fn of(pictures: Pictures<'static>, until: Option<Duration>) -> Self {
        Self { pictures, next: Duration::ZERO, until, ended: false }
    }
}

impl Iterator for Animation {
    type Item = Result<Frame, PhotoError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended || self.until.is_some_and(|until| self.next >= until) {
            return None;
        }
        match self.pictures.next()? {
            Ok(picture) => {
                let delay = Duration::from(picture.delay());
                let at = self.next;
                self.next += if delay < SHORTEST { UNTIMED } else { delay };
                Some(Ok(Frame { picture: DynamicImage::ImageRgba8(picture.into_buffer()).into_rgb8(), at }))
            }
            Err(error) => {
                self.ended = true;
                Some(Err(broken(error)))
            }
        }
    }
}

fn read(path: &Path) -> Result<BufReader<File>, PhotoError> {
    File::open(path).map(BufReader::new).map_err(PhotoError::Read)
}

fn check((width, height): (u32, u32), limits: &Limits) -> Result<(), PhotoError> {
    let (actual, limit) = (u64::from(width) * u64::from(height), limits.max_pixels);
    if actual > limit {
        return Err(PhotoError::Core(Error::Limit { what: "photo pixel count", actual, limit }));
    }
    Ok(())
}

fn broken(error: ImageError) -> PhotoError {
    match error {
        ImageError::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => PhotoError::Read(error),
        other => PhotoError::Core(Error::Decode { reason: other.to_string() }),
    }
}
