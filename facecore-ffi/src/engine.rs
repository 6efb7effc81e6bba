//! The engine: the networks.

use std::ffi::{CString, c_char};
use std::ptr;

use facecore::Engine;
use facecore_bridge::Status;

use crate::boundary::{self, Out, call, read, text, to_c, write_sized};

/// The networks, loaded once. Share one between all threads; every call runs on the caller's thread and starts no other.
pub struct facecore_engine {
    pub(crate) engine: Engine,
    model: Option<CString>,
}

impl From<Engine> for facecore_engine {
    fn from(engine: Engine) -> Self {
        let model = engine.model().map(to_c);
        Self { engine, model }
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

/// Opens the networks in a folder made by `make models`.
///
/// `model`: an id of its manifest, or NULL for the default. Fails with `FACECORE_STATUS_MODEL`; `*engine` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_open(
    folder: *const c_char,
    model: *const c_char,
    engine: *mut *mut facecore_engine,
) -> Status {
    call(|| {
        let out = unsafe { Out::new(engine, "engine") }?;
        let folder = unsafe { text(folder, "folder") }?;
        let model = if model.is_null() { Engine::DEFAULT_MODEL } else { unsafe { text(model, "model") }? };
        out.put(Engine::open_model(folder, model)?.into());
        Ok(())
    })
}

/// An engine that finds faces with the network inside the library: it needs no file and makes no embeddings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_engine_open_detector(engine: *mut *mut facecore_engine) -> Status {
    call(|| {
        let out = unsafe { Out::new(engine, "engine") }?;
        out.put(Engine::detector_only()?.into());
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
            space: handle.engine.space().map_or(0, |space| u64::from_be_bytes(space.0)),
            crop_margin: handle.engine.crop_margin().unwrap_or(f64::NAN),
            threshold: handle.engine.default_threshold().unwrap_or(f32::NAN),
            reserved: [0; 28],
        };
        Ok(())
    })
}
