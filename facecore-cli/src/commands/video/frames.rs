//! The frames of a clip, one after the other, with their times.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use facecore::{Limits, Orientation, Photo, PixelFormat, RawView};
use image::RgbImage;

use super::animation::Animation;
use super::ffmpeg::Pipe;
use crate::photos::PhotoError;

/// A picture of a clip.
pub struct Frame {
    pub picture: RgbImage,
    pub at: Duration,
}

impl Frame {
    pub fn photo(&self, limits: &Limits) -> facecore::Result<Photo<'_>> {
        let (width, height) = self.picture.dimensions();
        let view = RawView {
            data: self.picture.as_raw(),
            width,
            height,
            stride: 3 * width as usize,
            format: PixelFormat::Rgb,
            orientation: Orientation::Upright,
        };
        Photo::from_raw(view, limits)
    }
}

/// A clip that is being read. What cannot be read is an error in the place of the next frame, and the last.
pub enum Frames {
    Animation(Animation),
    Pipe(Pipe),
}

impl Frames {
    pub fn open(path: &Path, limits: &Limits, until: Option<Duration>) -> Result<Self, PhotoError> {
        let mut magic = [0; 16];
        let read = File::open(path).and_then(|mut file| file.read(&mut magic)).map_err(PhotoError::Read)?;
        Ok(match &magic[..read] {
            [b'G', b'I', b'F', b'8', ..] => Self::Animation(Animation::gif(path, limits, until)?),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
                Self::Animation(Animation::webp(path, limits, until)?)
            }
            _ => Self::Pipe(Pipe::open(path, limits, until)?),
        })
    }

    /// How long the clip says that it is.
    pub fn length(&self) -> Option<Duration> {
        match self {
            Self::Animation(_) => None,
            Self::Pipe(pipe) => pipe.length(),
        }
    }
}

impl Iterator for Frames {
    type Item = Result<Frame, PhotoError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Animation(animation) => animation.next(),
            Self::Pipe(pipe) => pipe.next(),
        }
    }
}
