//! Photo bytes or raw pixels in, upright 8-bit RGB rows out.
//!
//! Everything that is peculiar to files ends in this room: formats, bit depths, transparency, EXIF turns, strides, and the limits that keep a
//! hostile upload from taking the machine. The rooms above see a [`Photo`]: RGB rows, upright, and the way back to the stored file's pixels.
//!
//! - `decode`: JPEG, PNG, WebP, BMP, GIF and TIFF, with the feature `decode`: tells the format, and applies limits, damage and
//!   orientation alike to all.
//! - `jpeg`, `tiff`: decoders of our own; the other formats are the `image` crate's, which only `decode` knows.
//! - `heif`: HEIC and AVIF by libheif, with the feature `heif`.
//! - `metadata`: where each format says how the photo lies.
//! - `raw`: pixels of a camera or of another decoder, borrowed without a copy when they are upright RGB already.
//! - `planes`: frames of a video, which become RGB only when that is asked for.
//! - `orientation`: the 8 EXIF turns, of pixels and of points.
//! - `align`: a face turned so that its landmarks lie where a template has them.
//! - `shrink`: one exact area average for photos above [`Limits::shrink_above`].
//!
//! Coordinates are those of pixel centres: the first pixel of a row is at 0, the last at `width - 1`, so that a mirrored `x` is
//! `width - 1 - x`. Colour profiles are not applied: RGB is what the file stores.
//!
//! May use: `error`, `geometry`.

mod align;
#[cfg(feature = "decode")]
mod decode;
#[cfg(feature = "decode")]
mod degrade;
#[cfg(feature = "heif")]
mod heif;
#[cfg(feature = "decode")]
mod jpeg;
#[cfg(feature = "decode")]
mod metadata;
mod orientation;
mod planes;
mod raw;
mod resample;
mod shrink;
#[cfg(feature = "decode")]
mod tiff;

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, Result};

pub(crate) use align::Similarity;
#[cfg(feature = "decode")]
pub use degrade::Degradation;
pub use orientation::Orientation;
use planes::Planes;
pub use raw::{PixelFormat, RawView};
pub(crate) use resample::{Resampler, Rule, Window, round};

/// What a photo may cost; checked on the header, before any pixel is decoded or copied.
///
/// While it decodes, a photo takes up to about 20 bytes per pixel, so [`Limits::max_pixels`] bounds the memory. Large JPEGs are decoded at
/// a half, a quarter or an eighth of their sides, so that one of 200 megapixels takes no more memory than one of 12.
///
/// ```
/// let limits = facecore::Limits { max_pixels: 24_000_000, shrink_above: 4_000_000, ..Default::default() };
/// assert_eq!(limits.max_width, 30_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest encoded photo, in bytes; raw pixels are bounded by the numbers below instead. Default 64 MiB.
    pub max_bytes: usize,
    /// Widest photo, in stored pixels. Default 30,000.
    pub max_width: u32,
    /// Highest photo, in stored pixels. Default 30,000.
    pub max_height: u32,
    /// Most pixels (width × height) that are decoded. A JPEG counts at the size that it is decoded at, a progressive one in full, since all of it
    /// is kept while it decodes. Default 100,000,000.
    pub max_pixels: u64,
    /// JPEGs of more pixels than this are decoded at 1/2, 1/4 or 1/8 of their sides: the largest with at most this many pixels. 0 never
    /// reduces. Default 25,000,000: photos of phones with 48, 50, 108 or 200 megapixels become some of 7 to 13. Faces keep the file's own
    /// coordinates in [`Photo::to_stored`].
    pub reduce_jpeg_above: u64,
    /// Photos of more pixels than this are shrunk once, right after decoding, to at most this many; 0 (the default) never
    /// shrinks.
    ///
    /// To save time, a JPEG is decoded at 1/2, 1/4 or 1/8 of its sides first, if that still has at least as many pixels; other
    /// formats are decoded at full size.
    pub shrink_above: u64,
    /// What to do with a JPEG that is damaged. Default [`Damage::Refuse`].
    pub damage: Damage,
}

/// What to do with a JPEG of which a part cannot be read: one that was cut, or has broken data in it. Other formats are always refused then.
///
/// ```
/// use facecore::{Damage, Limits};
/// let for_search = Limits { damage: Damage::Keep, ..Limits::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Damage {
    /// [`Error::Damaged`]: right where a person is enrolled, since a face may be half a face.
    #[default]
    Refuse,
    /// What is whole is kept, the rest is grey, and [`Photo::is_damaged`] says so: right for search. Reading goes on at the next restart
    /// marker, as libjpeg does; without those, all behind the damage is lost.
    Keep,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_width: 30_000,
            max_height: 30_000,
            max_pixels: 100_000_000,
            reduce_jpeg_above: 25_000_000,
            shrink_above: 0,
            damage: Damage::Refuse,
        }
    }
}

impl Limits {
    /// For photos that strangers upload to a service, together with [`DetectOptions::for_uploads`](crate::DetectOptions::for_uploads): as the
    /// defaults, but JPEGs of more than 8 megapixels are decoded at a half, a quarter or an eighth of their sides, and other photos shrunk
    /// to as many, so that a photo of 108 megapixels takes about the time of one of 8.
    ///
    /// ```
    /// use facecore::{Damage, Limits};
    /// let for_search = Limits { damage: Damage::Keep, ..Limits::for_uploads() };
    /// ```
    pub fn for_uploads() -> Self {
        Self { reduce_jpeg_above: 8_000_000, shrink_above: 8_000_000, ..Self::default() }
    }

    #[cfg(feature = "decode")]
    fn check_bytes(&self, bytes: usize) -> Result<()> {
        check("photo size in bytes", bytes as u64, self.max_bytes as u64)
    }

    fn check_size(&self, width: u32, height: u32) -> Result<()> {
        self.check_sides(width, height)?;
        self.check_pixels(u64::from(width) * u64::from(height))
    }

    fn check_sides(&self, width: u32, height: u32) -> Result<()> {
        check("photo width in pixels", width.into(), self.max_width.into())?;
        check("photo height in pixels", height.into(), self.max_height.into())
    }

    fn check_pixels(&self, pixels: u64) -> Result<()> {
        check("photo pixel count", pixels, self.max_pixels)
    }
}

fn check(what: &'static str, actual: u64, limit: u64) -> Result<()> {
    if actual > limit { Err(Error::Limit { what, actual, limit }) } else { Ok(()) }
}

/// An upright photo in 8-bit RGB.
///
/// Made by [`Photo::decode`] or [`Photo::from_raw`]. Has at least one pixel.
#[derive(Clone)]
pub struct Photo<'a> {
    source: Source<'a>,
    stored_width: u32,
    stored_height: u32,
    orientation: Orientation,
    damaged: bool,
}

impl<'a> Photo<'a> {
    /// Takes raw pixels. Upright [`PixelFormat::Rgb`] that needs no shrinking is borrowed. So are formats with a plane of brightness, and become RGB when it is
    /// first asked for: of the frames of a video most are only followed. Everything else is converted at once.
    ///
    /// # Errors
    /// [`Error::RawPixels`] if the view has no pixels or does not fit its buffer, [`Error::Limit`] if it is larger than `limits` allow.
    ///
    /// ```
    /// use facecore::{Limits, Orientation, Photo, PixelFormat, RawView};
    /// let view = RawView { data: &[1, 2, 3, 4, 5, 6], width: 2, height: 1, stride: 6, format: PixelFormat::Bgr, orientation: Orientation::Rotate90 };
    /// let photo = Photo::from_raw(view, &Limits::default())?;
    /// assert_eq!((photo.width(), photo.height()), (1, 2));
    /// assert_eq!(photo.row(1), [6, 5, 4]);
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn from_raw(view: RawView<'a>, limits: &Limits) -> Result<Self> {
        view.check()?;
        limits.check_size(view.width, view.height)?;
        let shrinks = shrink::target(view.width, view.height, limits.shrink_above).is_some();
        if let Some(planes) = Planes::of(view).filter(|_| !shrinks) {
            let (stored_width, stored_height) = (view.width, view.height);
            let source = Source::Planes(planes);
            return Ok(Self { source, stored_width, stored_height, orientation: Orientation::Upright, damaged: false });
        }
        Ok(Self::from_stored(view.to_rgb(), view.orientation, limits))
    }

    /// Shrinks before it turns: fewer pixels to move, and the area average is the same in both orders.
    fn from_stored(stored: Pixels<'a>, orientation: Orientation, limits: &Limits) -> Self {
        let (stored_width, stored_height) = (stored.width, stored.height);
        let pixels = match shrink::target(stored.width, stored.height, limits.shrink_above) {
            Some((width, height)) => shrink::area_average(&stored, width, height),
            None => stored,
        };
        let source = Source::Rgb(orientation.make_upright(pixels));
        Self { source, stored_width, stored_height, orientation, damaged: false }
    }

    /// The photo with pixels of its own, for where it must outlive the buffer it was made from; copies borrowed ones.
    pub fn into_owned(self) -> Photo<'static> {
        let source = match self.source {
            Source::Rgb(pixels) => Source::Rgb(Pixels { data: Cow::Owned(pixels.data.into_owned()), ..pixels }),
            Source::Planes(planes) => Source::Planes(planes.into_owned()),
        };
        Photo { source, ..self }
    }

    /// Width of the upright photo in pixels, at least 1.
    pub fn width(&self) -> u32 {
        match &self.source {
            Source::Rgb(pixels) => pixels.width,
            Source::Planes(planes) => planes.width(),
        }
    }

    /// Height of the upright photo in pixels, at least 1.
    pub fn height(&self) -> u32 {
        match &self.source {
            Source::Rgb(pixels) => pixels.height,
            Source::Planes(planes) => planes.height(),
        }
    }

    /// The RGB bytes of row `y`, 3 × [`width`](Self::width) of them.
    ///
    /// # Panics
    /// If `y` is not below [`height`](Self::height).
    pub fn row(&self, y: u32) -> &[u8] {
        assert!(y < self.height(), "row {y} of a photo of {} rows", self.height());
        match &self.source {
            Source::Rgb(pixels) => pixels.row(y),
            Source::Planes(planes) => planes.rgb().row(y),
        }
    }

    /// The brightness of row `y`, [`width`](Self::width) bytes, of a frame that has it without being made RGB.
    pub(crate) fn brightness(&self, y: u32) -> Option<&[u8]> {
        match &self.source {
            Source::Rgb(_) => None,
            Source::Planes(planes) => Some(planes.brightness(y)),
        }
    }

    /// Width of the photo as stored, before turning and shrinking.
    pub fn stored_width(&self) -> u32 {
        self.stored_width
    }

    /// Height of the photo as stored, before turning and shrinking.
    pub fn stored_height(&self) -> u32 {
        self.stored_height
    }

    /// Whether a part of the file could not be read and is grey here; only with [`Damage::Keep`].
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// How the stored photo lies.
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// How many stored pixels one pixel of this photo is long: 1 unless [`Limits::shrink_above`] or [`Limits::reduce_jpeg_above`] made it smaller, then above 1.
    ///
    /// Sides are whole pixels, so the two axes can differ slightly; this is their geometric mean. [`Photo::to_stored`] is exact.
    pub fn scale(&self) -> f32 {
        let stored = f64::from(self.stored_width) * f64::from(self.stored_height);
        let kept = f64::from(self.width()) * f64::from(self.height());
        (stored / kept).sqrt() as f32
    }

    /// Where a point `[x, y]` of this photo lies in the stored file's pixels; both count from the centre of the first pixel.
    ///
    /// Points outside the photo are mapped likewise. The corners of a box change places when the photo is turned or mirrored.
    pub fn to_stored(&self, point: [f32; 2]) -> [f32; 2] {
        let (width, height) = self.orientation.turned(self.width(), self.height());
        let [x, y] = self.orientation.to_stored(point.map(f64::from), [width, height].map(f64::from));
        [along(x, width, self.stored_width), along(y, height, self.stored_height)]
    }
}

/// A coordinate on an axis of `from` pixels, on the same axis cut into `to` pixels.
fn along(at: f64, from: u32, to: u32) -> f32 {
    if from == to {
        return at as f32;
    }
    ((at + 0.5) * f64::from(to) / f64::from(from) - 0.5) as f32
}

impl fmt::Debug for Photo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Photo")
            .field("width", &self.width())
            .field("height", &self.height())
            .field("stored_width", &self.stored_width)
            .field("stored_height", &self.stored_height)
            .field("orientation", &self.orientation)
            .field("damaged", &self.damaged)
            .finish_non_exhaustive()
    }
}

/// What a photo's rows are read from.
#[derive(Clone)]
enum Source<'a> {
    Rgb(Pixels<'a>),
    Planes(Planes<'a>),
}

/// RGB rows, owned or borrowed; `stride` bytes from one row to the next.
#[derive(Clone)]
struct Pixels<'a> {
    data: Cow<'a, [u8]>,
    width: u32,
    height: u32,
    stride: usize,
}

impl Pixels<'_> {
    /// Rows without gaps; `data` holds 3 × `width` × `height` bytes.
    fn packed(data: Vec<u8>, width: u32, height: u32) -> Pixels<'static> {
        let stride = 3 * width as usize;
        debug_assert_eq!(data.len(), stride * height as usize);
        Pixels { data: Cow::Owned(data), width, height, stride }
    }

    fn row(&self, y: u32) -> &[u8] {
        &self.data[y as usize * self.stride..][..3 * self.width as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grey(data: &[u8], width: u32, height: u32, orientation: Orientation) -> RawView<'_> {
        RawView { data, width, height, stride: width as usize, format: PixelFormat::Grey, orientation }
    }

    #[test]
    fn is_shared_between_threads_and_prints_no_pixels() {
        fn shared<T: Send + Sync + Clone>(_: &T) {}
        let photo = Photo::from_raw(grey(&[77; 6], 3, 2, Orientation::Rotate90), &Limits::default()).unwrap();
        shared(&photo);
        let text = format!("{photo:?}");
        assert!(text.contains("width: 2") && text.contains("Rotate90") && !text.contains("77"), "{text}");
    }

    #[test]
    fn names_the_limit_that_is_passed() {
        let limits = Limits { max_width: 3, max_height: 4, max_pixels: 10, ..Limits::default() };
        let size = |width, height| {
            let data = vec![0; width as usize * height as usize];
            Photo::from_raw(grey(&data, width, height, Orientation::Upright), &limits).map(|_| ())
        };
        assert_eq!(size(3, 3), Ok(()));
        assert_eq!(size(4, 1), Err(Error::Limit { what: "photo width in pixels", actual: 4, limit: 3 }));
        assert_eq!(size(1, 5), Err(Error::Limit { what: "photo height in pixels", actual: 5, limit: 4 }));
        assert_eq!(size(3, 4), Err(Error::Limit { what: "photo pixel count", actual: 12, limit: 10 }));
    }

    #[test]
    fn the_whole_area_of_a_shrunk_photo_maps_to_the_whole_stored_area() {
        let limits = Limits { shrink_above: 24, ..Limits::default() };
        let photo = Photo::from_raw(grey(&[9; 12 * 8], 12, 8, Orientation::Rotate90), &limits).unwrap();
        assert_eq!((photo.width(), photo.height(), photo.scale()), (4, 6, 2.0));
        assert_eq!(photo.to_stored([-0.5, -0.5]), [-0.5, 7.5]);
        assert_eq!(photo.to_stored([3.5, 5.5]), [11.5, -0.5]);
    }

    proptest! {
        #[test]
        fn every_upright_pixel_is_the_stored_pixel_that_it_maps_to(width in 1u32..9, height in 1u32..9, exif in 1u8..=8) {
            let data: Vec<u8> = (0..(width * height) as u8).collect();
            let orientation = Orientation::from_exif(exif).unwrap();
            let photo = Photo::from_raw(grey(&data, width, height, orientation), &Limits::default()).unwrap();
            prop_assert_eq!((photo.stored_width(), photo.stored_height()), (width, height));
            for y in 0..photo.height() {
                for x in 0..photo.width() {
                    let [stored_x, stored_y] = photo.to_stored([x as f32, y as f32]);
                    prop_assert_eq!(photo.row(y)[3 * x as usize], data[stored_y as usize * width as usize + stored_x as usize]);
                }
            }
        }

        #[test]
        fn turning_and_shrinking_commute(width in 1u32..40, height in 1u32..40, exif in 1u8..=8, shrink_above in 1u64..400) {
            let data: Vec<u8> = (0..width * height).map(|i| (i * 37 % 251) as u8).collect();
            let limits = Limits { shrink_above, ..Limits::default() };
            let photo = Photo::from_raw(grey(&data, width, height, Orientation::from_exif(exif).unwrap()), &limits).unwrap();
            let upright = Photo::from_raw(grey(&data, width, height, Orientation::Upright), &limits).unwrap();
            prop_assert!(u64::from(photo.width()) * u64::from(photo.height()) <= shrink_above.max(1));
            let Source::Rgb(upright) = upright.source else { panic!("grey pixels have no planes") };
            let turned = photo.orientation().make_upright(upright);
            for y in 0..photo.height() {
                prop_assert_eq!(photo.row(y), turned.row(y));
            }
        }
    }
}
