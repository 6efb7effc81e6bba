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
    // What the models' texts point to.
    _texts: Vec<CString>,
}

/// One model; its texts are valid as long as the manifest.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_model {
    /// What `facecore_engine_open` takes.
    pub id: *const c_char,
    /// "detector", "embedder" or "attributes".
    pub kind: *const c_char,
    /// The weights' licence, as far as known.
    pub licence: *const c_char,
    /// What it was trained on, as far as known.
    pub training_data: *const c_char,
    /// The public package that holds the weights.
    pub source: *const c_char,
    /// The space of its embeddings; 0 for a detector.
    pub space: u64,
    /// Numbers in an embedding; 0 for a detector.
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
        let out = unsafe { Out::new(manifest, "manifest") }?;
        let manifest = Manifest::open(unsafe { text(folder, "folder") }?)?;
        let mut texts = Vec::new();
        let models = manifest.models.iter().map(|model| to_model(model, &mut texts)).collect();
        out.put(facecore_manifest { manifest, models, _texts: texts });
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
        let manifest = unsafe { read(manifest, "manifest") }?;
        let (models, count) = (unsafe { write(models, "models") }?, unsafe { write(count, "count") }?);
        (*models, *count) = (manifest.models.as_ptr(), manifest.models.len());
        Ok(())
    })
}

/// Compares the SHA-256 of a model's files with the manifest. Fails with `FACECORE_STATUS_MODEL`, and the message names the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_manifest_verify(manifest: *const facecore_manifest, id: *const c_char) -> Status {
    call(|| {
        let manifest = unsafe { read(manifest, "manifest") }?;
        manifest.manifest.verify(unsafe { text(id, "id") }?)?;
        Ok(())
    })
}
