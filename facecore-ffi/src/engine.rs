//! The engine: the networks.

use std::ffi::{CString, c_char};
use std::ptr;

use facecore::{Engine, EngineOptions};
use facecore_bridge::{Result, Status};

use crate::boundary::{self, Out, call, read, read_sized, text, to_c, write_sized};

/// The networks, loaded once. Share one between all threads; every call runs on the caller's thread and starts no other.
pub struct facecore_engine {
    pub(crate) engine: Engine,
    model: Option<CString>,
    kernels: CString,
}

impl From<Engine> for facecore_engine {
    fn from(engine: Engine) -> Self {
        let (model, kernels) = (engine.model().map(to_c), to_c(engine.kernels()));
        Self { engine, model, kernels }
    }
}

/// Which instructions run the networks.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_compute {
    /// What is best here: now the same as F32.
    Auto = 0,
    /// 32-bit floats: AVX-512, else AVX2; NEON on 64-bit ARM; else portable.
    F32 = 1,
    /// Products of bf16 numbers: about two thirds of the time (not timed on ARM), numbers differ slightly; fails where the
    /// processor has neither AVX-512 BF16 nor ARM's BF16.
    Bf16 = 2,
    /// No special instructions: slow, the same everywhere.
    Portable = 3,
}

/// What finds the faces of a photo.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_detector {
    /// The cascade of three networks, whose boxes facenet's users know.
    Mtcnn = 0,
    /// One small network that sees the photo once, at a cost that hardly depends on the number of faces.
    Yunet = 1,
}

/// How to open an engine. Set by `facecore_engine_options_init`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_engine_options {
    /// `sizeof(facecore_engine_options)`.
    pub struct_size: usize,
    /// The embedder's id in the manifest; NULL (default): the one that the manifest calls default.
    pub model: *const c_char,
    /// One of `facecore_compute`. Default `FACECORE_COMPUTE_AUTO`.
    pub compute: u32,
    /// Not 0: every embedding is the average of a face and its mirror image, at twice the time: of another space, and a little more accurate. Default 0.
    pub mirror_average: u32,
    /// What finds the faces: one of `facecore_detector`. A model that crops by landmarks has a space for each detector. Default `FACECORE_DETECTOR_MTCNN`.
    pub detector: u32,
    /// Zero.
    pub reserved: [u8; 36],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_engine_options {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

impl facecore_engine_options {
    /// NULL means the defaults.
    unsafe fn read(options: *const Self) -> Result<EngineOptions> {
        if options.is_null() {
            return Ok(EngineOptions::default());
        }
        // SAFETY: the caller's pointer is not NULL; the model's text is NULL or ends with a zero (the contract in lib.rs).
        let (options, model) = unsafe {
            let options = read_sized(options, "options")?;
            let model = options.model;
            (options, if model.is_null() { None } else { Some(text(model, "options.model")?.to_owned()) })
        };
        Ok(EngineOptions {
            model,
            detector: facecore_bridge::detector(options.detector)?,
            compute: facecore_bridge::compute(options.compute)?,
            mirror_average: options.mirror_average != 0,
        })
    }
}

/// What an engine is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_engine_info {
    /// `sizeof(facecore_engine_info)`, set by the caller.
    pub struct_size: usize,
    /// The embedder's id; NULL if the engine only detects. Valid as long as the engine.
    pub model: *const c_char,
    /// What runs the networks, such as "AVX-512 f32"; for logs. Valid as long as the engine.
    pub kernels: *const c_char,
    /// The space of its embeddings; 0 if the engine only detects. Printed as 16 hex digits.
    pub space: u64,
    /// The share of a crop that is not the detected box; NaN if the model crops by landmarks, or the engine only detects.
    pub crop_margin: f64,
    /// The cosine from which two faces count as one person, for comparing pairs; NaN if the manifest has none. To name faces use
    /// `facecore_matcher_for_space`, which asks for more among more people.
    pub threshold: f32,
    /// What finds the faces: one of `facecore_detector`.
    pub detector: u32,
    /// Numbers in an embedding; 0 if the engine only detects.
    pub embedding_length: u32,
    /// Zero.
    pub reserved: [u8; 20],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_engine_info {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// Sets the defaults. `struct_size` is `sizeof(facecore_engine_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_options_init(
    options: *mut facecore_engine_options,
    struct_size: usize,
) -> Status {
    let defaults = facecore_engine_options {
        struct_size,
        model: ptr::null(),
        compute: facecore_compute::Auto as u32,
        mirror_average: 0,
        detector: facecore_detector::Mtcnn as u32,
        reserved: [0; 36],
    };
    // SAFETY: `options` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(options, struct_size, "options", defaults) }
}

/// Opens the networks in a folder made by `make models`.
///
/// `options`: NULL for the defaults. Fails with `FACECORE_STATUS_MODEL`, and with `_OPTION` for a `compute` that this processor does not have;
/// `*engine` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_open(
    folder: *const c_char,
    options: *const facecore_engine_options,
    engine: *mut *mut facecore_engine,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, folder, options) =
            unsafe { (Out::new(engine, "engine")?, text(folder, "folder")?, facecore_engine_options::read(options)?) };
        out.put(Engine::open_with(folder, &options)?.into());
        Ok(())
    })
}

/// An engine that finds faces with one of the detectors inside the library: it needs no file and makes no embeddings.
///
/// `options`: NULL for the defaults; `model` and `mirror_average` are not used. Fails as `facecore_engine_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_open_detector(
    options: *const facecore_engine_options,
    engine: *mut *mut facecore_engine,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, options) = unsafe { (Out::new(engine, "engine")?, facecore_engine_options::read(options)?) };
        out.put(Engine::detector_only_with(options.detector, options.compute)?.into());
        Ok(())
    })
}

/// Frees an engine; NULL is fine. No call may be running on it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_free(engine: *mut facecore_engine) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(engine) }
}

/// Fills in what an engine is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_get_info(
    engine: *const facecore_engine,
    info: *mut facecore_engine_info,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (handle, info) = unsafe { (read(engine, "engine")?, write_sized(info, "info")?) };
        *info = facecore_engine_info {
            struct_size: info.struct_size,
            model: handle.model.as_ref().map_or(ptr::null(), |model| model.as_ptr()),
            kernels: handle.kernels.as_ptr(),
            space: handle.engine.space().map_or(0, |space| u64::from_be_bytes(space.0)),
            crop_margin: handle.engine.crop_margin().unwrap_or(f64::NAN),
            threshold: handle.engine.default_threshold().unwrap_or(f32::NAN),
            detector: facecore_bridge::detector_number(handle.engine.detector()),
            embedding_length: handle.engine.embedding_len().map_or(0, |length| length as u32),
            reserved: [0; 20],
        };
        Ok(())
    })
}
