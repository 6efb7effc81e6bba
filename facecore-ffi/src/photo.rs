//! Photos: encoded bytes or raw pixels.

use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use facecore::{Damage, Limits, Orientation, Photo, PixelFormat, RawView};
use facecore_bridge::{Failure, Status};

use crate::boundary::{self, Out, call, read, read_sized, slice, write_sized};

/// An upright photo. Immutable: share it between threads.
pub struct facecore_photo(pub(crate) Photo<'static>);

/// The formats that this build decodes, each by its usual file extension, with a space between two: "jpg png webp bmp gif tiff", and "heic avif" in
/// a build with libheif, as far as that has decoders for them. Never NULL, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn facecore_photo_formats() -> *const c_char {
    static FORMATS: OnceLock<CString> = OnceLock::new();
    // Extensions hold no NUL.
    FORMATS.get_or_init(|| CString::new(Photo::formats().join(" ")).unwrap_or_default()).as_ptr()
}

/// How raw pixels lie in memory, 8 bits a channel. There is no default: 0 is an error.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_pixel_format {
    /// Red, green, blue.
    Rgb = 1,
    /// Blue, green, red.
    Bgr = 2,
    /// Red, green, blue, alpha (not premultiplied); laid over white.
    Rgba = 3,
    /// Blue, green, red, alpha (not premultiplied); laid over white.
    Bgra = 4,
    /// One brightness.
    Grey = 5,
    /// A plane of brightness, then a plane of U, V pairs, one for each 2x2 pixels, with the same stride. BT.601, full range.
    Nv12 = 6,
    /// As NV12 with pairs of V, U.
    Nv21 = 7,
    /// A plane of brightness, then planes of U and of V, each with half the stride and half as many rows (both rounded up). BT.601, full range.
    I420 = 8,
}

/// What must be done to stored pixels so that they stand upright: EXIF's numbers (tag 0x0112). There is no default: 0 is an error.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_orientation {
    /// Nothing.
    Upright = 1,
    /// Mirror left and right.
    MirrorHorizontal = 2,
    /// Turn by 180 degrees.
    Rotate180 = 3,
    /// Mirror top and bottom.
    MirrorVertical = 4,
    /// Swap rows and columns.
    Transpose = 5,
    /// Turn by 90 degrees clockwise.
    Rotate90 = 6,
    /// Swap rows and columns, then turn by 180 degrees.
    Transverse = 7,
    /// Turn by 270 degrees clockwise.
    Rotate270 = 8,
}

/// What to do with a JPEG of which a part cannot be read: one that was cut, or has broken data in it. Other formats are always refused then.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_damage {
    /// `FACECORE_STATUS_DAMAGED`: right where a person is enrolled, since a face may be half a face.
    Refuse = 0,
    /// What is whole is kept, the rest is grey, and `facecore_photo_info.damaged` says so: right for search.
    Keep = 1,
}

/// What a photo may cost; checked on the header, before any pixel is decoded or copied. Set by `facecore_limits_init` or
/// `facecore_limits_init_for_uploads`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_limits {
    /// `sizeof(facecore_limits)`.
    pub struct_size: usize,
    /// Longest encoded photo in bytes. Default 64 MiB.
    pub max_bytes: usize,
    /// Most pixels, width times height. Default 100,000,000; decoding takes up to about 20 bytes a pixel. A JPEG counts at the size that it is
    /// decoded at, a progressive one in full.
    pub max_pixels: u64,
    /// Photos of more pixels are shrunk to at most so many right after decoding; 0 (default): never.
    pub shrink_above: u64,
    /// Widest photo in stored pixels. Default 30,000.
    pub max_width: u32,
    /// Highest photo in stored pixels. Default 30,000.
    pub max_height: u32,
    /// JPEGs of more pixels are decoded at the largest of 1/2, 1/4 and 1/8 of their sides that has at most so many; 0: never. Default 25,000,000.
    pub reduce_jpeg_above: u64,
    /// One of `facecore_damage`. Default `FACECORE_DAMAGE_REFUSE`.
    pub damage: u32,
    /// Zero.
    pub reserved: [u8; 20],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_limits {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

impl facecore_limits {
    fn new(limits: &Limits) -> Self {
        let Limits { max_bytes, max_width, max_height, max_pixels, reduce_jpeg_above, shrink_above, damage } = *limits;
        let damage = match damage {
            Damage::Refuse => facecore_damage::Refuse,
            Damage::Keep => facecore_damage::Keep,
        };
        Self {
            struct_size: size_of::<Self>(),
            max_bytes,
            max_pixels,
            shrink_above,
            max_width,
            max_height,
            reduce_jpeg_above,
            damage: damage as u32,
            reserved: [0; 20],
        }
    }

    /// NULL means the defaults.
    unsafe fn read(limits: *const Self) -> facecore_bridge::Result<Limits> {
        if limits.is_null() {
            return Ok(Limits::default());
        }
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let Self { max_bytes, max_pixels, shrink_above, max_width, max_height, reduce_jpeg_above, damage, .. } =
            unsafe { read_sized(limits, "limits") }?;
        let damage = facecore_bridge::damage(damage)?;
        Ok(Limits { max_bytes, max_width, max_height, max_pixels, reduce_jpeg_above, shrink_above, damage })
    }
}

/// Pixels in the caller's buffer. Format and orientation are mandatory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_image {
    /// `sizeof(facecore_image)`.
    pub struct_size: usize,
    /// The first byte of the first row.
    pub data: *const u8,
    /// Bytes in the buffer from `data` on; the padding after the last row may be missing.
    pub length: usize,
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Pixels in a row, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
    /// One of `facecore_pixel_format`.
    pub format: u32,
    /// One of `facecore_orientation`; `FACECORE_ORIENTATION_UPRIGHT` if the pixels are upright.
    pub orientation: u32,
    /// Zero.
    pub reserved: [u8; 16],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_image {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// The sides of a photo.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_photo_info {
    /// `sizeof(facecore_photo_info)`, set by the caller.
    pub struct_size: usize,
    /// Width of the upright photo in pixels.
    pub width: u32,
    /// Height of the upright photo in pixels.
    pub height: u32,
    /// Width as stored, before turning and shrinking.
    pub stored_width: u32,
    /// Height as stored, before turning and shrinking.
    pub stored_height: u32,
    /// How the stored photo lies: one of `facecore_orientation`.
    pub orientation: u32,
    /// How many stored pixels one pixel of this photo is long: 1 unless `shrink_above` or `reduce_jpeg_above` made it smaller.
    pub scale: f32,
    /// 1 if a part of the file could not be read and is grey here, only with `FACECORE_DAMAGE_KEEP`; else 0.
    pub damaged: u32,
    /// Zero.
    pub reserved: [u8; 12],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_photo_info {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// Sets the defaults. `struct_size` is `sizeof(facecore_limits)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_limits_init(limits: *mut facecore_limits, struct_size: usize) -> Status {
    let defaults = facecore_limits::new(&Limits::default());
    // SAFETY: `limits` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(limits, struct_size, "limits", defaults) }
}

/// As `facecore_limits_init`, for photos that strangers upload to a service: JPEGs of more than 8 megapixels are decoded smaller, and other
/// photos shrunk to as many. `facecore_detect_options_init_for_uploads` goes with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_limits_init_for_uploads(limits: *mut facecore_limits, struct_size: usize) -> Status {
    let preset = facecore_limits::new(&Limits::for_uploads());
    // SAFETY: `limits` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(limits, struct_size, "limits", preset) }
}

/// Decodes a JPEG, PNG, WebP, BMP, GIF or TIFF, turned upright as its EXIF says. Bytes from strangers are safe to pass.
///
/// `limits`: NULL for the defaults. The bytes are not needed any more when this returns.
/// Fails with `FACECORE_STATUS_DECODE`, `_DAMAGED`, `_UNREAD_KIND`, `_UNKNOWN_FORMAT`, `_LIMIT`; `*photo` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_photo_decode(
    bytes: *const u8,
    length: usize,
    limits: *const facecore_limits,
    photo: *mut *mut facecore_photo,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(photo, "photo") }?;
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let limits = unsafe { facecore_limits::read(limits) }?;
        // SAFETY: the caller's array, as the contract in lib.rs says.
        let bytes = unsafe { slice(bytes, length, "bytes") }?;
        out.put(facecore_photo(Photo::decode(bytes, &limits)?));
        Ok(())
    })
}

/// Copies raw pixels; the caller's buffer is not needed any more when this returns.
///
/// `limits`: NULL for the defaults. Fails with `FACECORE_STATUS_RAW_PIXELS`, `_UNKNOWN_VALUE` (format, orientation), `_LIMIT`; `*photo` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_photo_from_pixels(
    image: *const facecore_image,
    limits: *const facecore_limits,
    photo: *mut *mut facecore_photo,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(photo, "photo") }?;
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let limits = unsafe { facecore_limits::read(limits) }?;
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let image = unsafe { read_sized(image, "image") }?;
        let format: PixelFormat = facecore_bridge::pixel_format(image.format)?;
        let orientation: Orientation = facecore_bridge::orientation(image.orientation)?;
        // SAFETY: `data` points to `length` bytes, as the contract in lib.rs says of arrays.
        let data = unsafe { slice(image.data, image.length, "image.data") }?;
        let view =
            RawView { data, width: image.width, height: image.height, stride: image.stride, format, orientation };
        out.put(facecore_photo(Photo::from_raw(view, &limits)?.into_owned()));
        Ok(())
    })
}

/// Frees a photo; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_photo_free(photo: *mut facecore_photo) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(photo) }
}

/// Fills in the sides of a photo.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_photo_get_info(
    photo: *const facecore_photo,
    info: *mut facecore_photo_info,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let photo = &unsafe { read(photo, "photo") }?.0;
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let info = unsafe { write_sized(info, "info") }?;
        *info = facecore_photo_info {
            struct_size: info.struct_size,
            width: photo.width(),
            height: photo.height(),
            stored_width: photo.stored_width(),
            stored_height: photo.stored_height(),
            orientation: photo.orientation().to_exif().into(),
            scale: photo.scale(),
            damaged: photo.is_damaged().into(),
            reserved: [0; 12],
        };
        Ok(())
    })
}

/// Copies the upright pixels, RGB without gaps: `3 * width * height` bytes, which `length` must be.
///
/// Fails with `FACECORE_STATUS_BUFFER_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_photo_copy_rgb(photo: *const facecore_photo, rgb: *mut u8, length: usize) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let photo = &unsafe { read(photo, "photo") }?.0;
        let row = 3 * photo.width() as usize;
        let needed = row * photo.height() as usize;
        if length != needed {
            let reason = format!("`rgb` has {length} bytes, the photo's pixels take {needed}");
            return Err(Failure::new(Status::BufferSize, reason));
        }
        boundary::present(rgb, "rgb")?;
        for y in 0..photo.height() {
            // Row by row through pointers: the caller's buffer may be uninitialised, so there is no slice of it.
            // SAFETY: the caller's buffer has `length` bytes, which is the number needed: each row lies inside.
            let to = unsafe { rgb.add(y as usize * row) };
            // SAFETY: as above; the photo's pixels are ours, so they do not overlap the caller's buffer.
            unsafe { photo.row(y).as_ptr().copy_to_nonoverlapping(to, row) };
        }
        Ok(())
    })
}
