//! What models a folder has, and whether their files are the ones of its manifest.

use std::ffi::{CString, c_char};
use std::ptr;

use facecore::{Manifest, ModelEntry};
use facecore_bridge::Status;

use crate::boundary::{self, Out, call, read, text, to_c, write};

/// A folder's manifest. Immutable: share it between threads.
pub struct facecore_manifest {
    manifest: Manifest,
    models: Vec<facecore_model>,
    default: CString,
    // What the models' texts point to.
    _texts: Vec<CString>,
}

/// One model; its texts are valid as long as the manifest.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_model {
    /// What `facecore_engine_open` takes.
    pub id: *const c_char,
    /// What it is for: "detector", "embedder" or "attributes" (age or sex of a face).
    pub kind: *const c_char,
    /// The weights' licence, as far as known.
    pub licence: *const c_char,
    /// What it was trained on, as far as known.
    pub training_data: *const c_char,
    /// The public package that holds the weights.
    pub source: *const c_char,
    /// The space of its embeddings, of faces by the detector that the manifest names for it; 0 for what is no embedder.
    pub space: u64,
    /// Numbers in an embedding; 0 for what is no embedder.
    pub embedding_length: u32,
    /// Cosine from which two faces count as one person; NaN if the manifest has none.
    pub threshold: f32,
    /// Zero.
    pub reserved: [u8; 32],
}

/// Reads the manifest of a folder. Fails with `FACECORE_STATUS_MODEL`; `*manifest` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_manifest_open(
    folder: *const c_char,
    manifest: *mut *mut facecore_manifest,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, folder) = unsafe { (Out::new(manifest, "manifest")?, text(folder, "folder")?) };
        let manifest = Manifest::open(folder)?;
        let mut texts = Vec::new();
        let models = manifest.models.iter().map(|model| to_model(model, &mut texts)).collect();
        let default = to_c(&*manifest.default);
        out.put(facecore_manifest { manifest, models, default, _texts: texts });
        Ok(())
    })
}

fn to_model(model: &ModelEntry, texts: &mut Vec<CString>) -> facecore_model {
    let mut keep = |words: &str| {
        texts.push(to_c(words));
        texts.last().map_or(ptr::null(), |words| words.as_ptr())
    };
    facecore_model {
        id: keep(&model.id),
        kind: keep(model.kind.name()),
        licence: keep(&model.licence),
        training_data: keep(&model.training_data),
        source: keep(&model.source),
        space: model.space.map_or(0, |space| u64::from_be_bytes(space.0)),
        embedding_length: model.embedding,
        threshold: model.threshold.unwrap_or(f32::NAN),
        reserved: [0; 32],
    }
}

/// Frees a manifest; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_manifest_free(manifest: *mut facecore_manifest) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(manifest) }
}

/// The models as an array of `*count`, in the order of the file, valid as long as the manifest. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_manifest_get_models(
    manifest: *const facecore_manifest,
    models: *mut *const facecore_model,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (manifest, models, count) =
            unsafe { (read(manifest, "manifest")?, write(models, "models")?, write(count, "count")?) };
        (*models, *count) = (manifest.models.as_ptr(), manifest.models.len());
        Ok(())
    })
}

/// The id of the embedder that `facecore_engine_open` takes where nobody names one, valid as long as the manifest. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_manifest_get_default(
    manifest: *const facecore_manifest,
    id: *mut *const c_char,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (manifest, id) = unsafe { (read(manifest, "manifest")?, write(id, "id")?) };
        *id = manifest.default.as_ptr();
        Ok(())
    })
}

/// Compares the SHA-256 of a model's files with the manifest. Fails with `FACECORE_STATUS_MODEL`, and the message names the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_manifest_verify(manifest: *const facecore_manifest, id: *const c_char) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (manifest, id) = unsafe { (read(manifest, "manifest")?, text(id, "id")?) };
        manifest.manifest.verify(id)?;
        Ok(())
    })
}
