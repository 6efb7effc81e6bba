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
    /// 32-bit floats: AVX-512, else AVX2, else portable.
    F32 = 1,
    /// Products of bf16 numbers: about two thirds of the time, numbers differ slightly; fails where the processor has no AVX-512 BF16.
    Bf16 = 2,
    /// No special instructions: slow, the same everywhere.
    Portable = 3,
}

/// How to open an engine. Set by `facecore_engine_options_init`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_engine_options {
    /// `sizeof(facecore_engine_options)`.
    pub struct_size: usize,
    /// The embedder's id in the manifest; NULL: the default.
    pub model: *const c_char,
    /// One of `facecore_compute`. Default `FACECORE_COMPUTE_AUTO`.
    pub compute: u32,
    /// Not 0: every embedding is the average of a face and its mirror image, at twice the time: of another space, and a little more accurate. Default 0.
    pub mirror_average: u32,
    /// Zero.
    pub reserved: [u8; 40],
}

unsafe impl boundary::Versioned for facecore_engine_options {
    fn reserved(&self) -> &[u8] {
        &self.reserved
    }
}

impl facecore_engine_options {
    /// NULL means the defaults.
    unsafe fn read(options: *const Self) -> Result<EngineOptions> {
        let mut read = EngineOptions::default();
        if !options.is_null() {
            let options = unsafe { read_sized(options, "options") }?;
            if !options.model.is_null() {
                read.model = Some(unsafe { text(options.model, "options.model") }?.into());
            }
            read.compute = facecore_bridge::compute(options.compute)?;
            read.mirror_average = options.mirror_average != 0;
        }
        Ok(read)
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
    /// The share of a crop that is not the detected box; NaN if the engine only detects.
    pub crop_margin: f64,
    /// The cosine from which two faces count as one person, for `facecore_decide`; NaN if the manifest has none.
    pub threshold: f32,
    /// Zero.
    pub reserved: [u8; 28],
}

unsafe impl boundary::Versioned for facecore_engine_info {
    fn reserved(&self) -> &[u8] {
        &self.reserved
    }
}

/// Sets the defaults. `struct_size` is `sizeof(facecore_engine_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_options_init(
    options: *mut facecore_engine_options,
    struct_size: usize,
) -> Status {
    let compute = facecore_compute::Auto as u32;
    let defaults =
        facecore_engine_options { struct_size, model: ptr::null(), compute, mirror_average: 0, reserved: [0; 40] };
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
        let out = unsafe { Out::new(engine, "engine") }?;
        let folder = unsafe { text(folder, "folder") }?;
        let options = unsafe { facecore_engine_options::read(options) }?;
        out.put(Engine::open_with(folder, &options)?.into());
        Ok(())
    })
}

/// An engine that finds faces with the network inside the library: it needs no file and makes no embeddings.
///
/// `options`: NULL for the defaults; the model is not used. Fails as `facecore_engine_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_open_detector(
    options: *const facecore_engine_options,
    engine: *mut *mut facecore_engine,
) -> Status {
    call(|| {
        let out = unsafe { Out::new(engine, "engine") }?;
        let options = unsafe { facecore_engine_options::read(options) }?;
        out.put(Engine::detector_only_with(options.detector, options.compute)?.into());
        Ok(())
    })
}

/// Frees an engine; NULL is fine. No call may be running on it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_free(engine: *mut facecore_engine) {
    unsafe { boundary::free(engine) }
}

/// Fills in what an engine is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_get_info(
    engine: *const facecore_engine,
    info: *mut facecore_engine_info,
) -> Status {
    call(|| {
        let handle = unsafe { read(engine, "engine") }?;
        let info = unsafe { write_sized(info, "info") }?;
        *info = facecore_engine_info {
            struct_size: info.struct_size,
            model: handle.model.as_ref().map_or(ptr::null(), |model| model.as_ptr()),
            kernels: handle.kernels.as_ptr(),
            space: handle.engine.space().map_or(0, |space| u64::from_be_bytes(space.0)),
            crop_margin: handle.engine.crop_margin().unwrap_or(f64::NAN),
            threshold: handle.engine.default_threshold().unwrap_or(f32::NAN),
            reserved: [0; 28],
        };
        Ok(())
    })
}
