//! Photo → faces.

mod options;

use facecore::{BoundingBox, DetectStats, Detection, DetectorKind, Face, MtcnnStats, YunetStats};
use facecore_bridge::Status;

use crate::boundary::{self, Out, call, count, microseconds, read, write, write_sized};
use crate::engine::facecore_engine;
use crate::photo::facecore_photo;
pub use options::*;

/// The faces of a photo. Immutable: share it between threads.
pub struct facecore_detection {
    detection: Detection,
    faces: Vec<facecore_face>,
}

/// A point in pixels: x to the right, y down, the centre of the first pixel is (0, 0).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// A rectangle in pixels; it may reach beyond the photo.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_box {
    /// Left edge.
    pub x1: f32,
    /// Upper edge.
    pub y1: f32,
    /// Right edge.
    pub x2: f32,
    /// Lower edge.
    pub y2: f32,
}

/// A detected face.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_face {
    /// The box in the upright photo.
    pub bounding_box: facecore_box,
    /// The points in the upright photo: the eye on the left of the photo, the eye on its right, the tip of the nose, the left and the right corner of the mouth.
    pub landmarks: [facecore_point; 5],
    /// How sure the detector is that this is a face, 0 to 1.
    pub score: f32,
    /// The box in the file's stored pixels, before EXIF turned it upright and before it was shrunk.
    pub stored_box: facecore_box,
    /// The points in the file's stored pixels.
    pub stored_landmarks: [facecore_point; 5],
    /// Zero.
    pub reserved: [u8; 12],
}

/// What MTCNN's stages did.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_mtcnn_stats {
    /// Pixels of the pyramid that P-Net saw.
    pub pixels: u64,
    /// Scales of the pyramid that P-Net saw to their end.
    pub scales: u32,
    /// Cells that P-Net passed.
    pub proposed: u32,
    /// Candidates after suppression.
    pub candidates: u32,
    /// Candidates that R-Net passed, after suppression.
    pub refined: u32,
    /// Pyramid, P-Net and what follows up to the candidates, in microseconds.
    pub propose_us: u64,
    /// The part of `propose_us` that filters cells and suppresses double finds.
    pub filter_us: u64,
    /// Crops and R-Net, in microseconds.
    pub refine_us: u64,
    /// Crops and O-Net, in microseconds.
    pub output_us: u64,
    /// Zero.
    pub reserved: [u8; 16],
}

/// What YuNet did.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_yunet_stats {
    /// Pixels that the network saw, all sizes of the photo together.
    pub pixels: u64,
    /// Sizes of the photo that the network saw to their end.
    pub scales: u32,
    /// Cells whose score reached the threshold.
    pub proposed: u32,
    /// Shrinking and the network, in microseconds.
    pub network_us: u64,
    /// What made faces of cells, in microseconds.
    pub filter_us: u64,
    /// Zero.
    pub reserved: [u8; 16],
}

impl facecore_mtcnn_stats {
    fn new(stats: &MtcnnStats) -> Self {
        Self {
            pixels: stats.pixels,
            scales: count(stats.scales),
            proposed: count(stats.proposed),
            candidates: count(stats.candidates),
            refined: count(stats.refined),
            propose_us: microseconds(stats.propose_time),
            filter_us: microseconds(stats.filter_time),
            refine_us: microseconds(stats.refine_time),
            output_us: microseconds(stats.output_time),
            reserved: [0; 16],
        }
    }
}

impl facecore_yunet_stats {
    fn new(stats: &YunetStats) -> Self {
        Self {
            pixels: stats.pixels,
            scales: count(stats.scales),
            proposed: count(stats.proposed),
            network_us: microseconds(stats.network_time),
            filter_us: microseconds(stats.filter_time),
            reserved: [0; 16],
        }
    }
}

/// Whether a detection is whole, and what its stages did.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_detection_info {
    /// `sizeof(facecore_detection_info)`, set by the caller.
    pub struct_size: usize,
    /// 1 if the budget left nothing out, else 0; the `cut_` fields say what.
    pub complete: u32,
    /// Scales of the photo that the detector's first network did not see, or not to their end.
    pub cut_scales: u32,
    /// Candidates that R-Net or O-Net did not see (MTCNN).
    pub cut_candidates: u32,
    /// Faces beyond `max_faces`.
    pub cut_faces: u32,
    /// 1 if it was the deadline that cut.
    pub cut_by_deadline: u32,
    /// What found the faces: one of `facecore_detector`; 255 for one that this header has no name for.
    pub detector: u32,
    /// What MTCNN did; zeros if another detector ran.
    pub mtcnn: facecore_mtcnn_stats,
    /// What YuNet did; zeros if another detector ran.
    pub yunet: facecore_yunet_stats,
    /// Zero.
    pub reserved: [u8; 24],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_detection_info {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

pub(crate) fn to_box(area: &BoundingBox) -> facecore_box {
    facecore_box { x1: area.x1, y1: area.y1, x2: area.x2, y2: area.y2 }
}

impl facecore_box {
    pub(crate) fn to_core(self) -> BoundingBox {
        BoundingBox::new(self.x1, self.y1, self.x2, self.y2)
    }
}

impl facecore_face {
    pub(crate) fn new(face: &Face) -> Self {
        Self {
            bounding_box: to_box(&face.bounding_box),
            landmarks: face.landmarks.each_ref().map(to_point),
            score: face.score,
            stored_box: to_box(&face.stored_box),
            stored_landmarks: face.stored_landmarks.each_ref().map(to_point),
            reserved: [0; 12],
        }
    }

    pub(crate) fn to_core(self) -> Face {
        Face {
            bounding_box: self.bounding_box.to_core(),
            landmarks: self.landmarks.map(|point| [point.x, point.y]),
            score: self.score,
            stored_box: self.stored_box.to_core(),
            stored_landmarks: self.stored_landmarks.map(|point| [point.x, point.y]),
        }
    }
}

pub(crate) fn to_point(&[x, y]: &[f32; 2]) -> facecore_point {
    facecore_point { x, y }
}

/// Finds the faces of a photo, the best score first; none in a photo smaller than `min_face`.
///
/// `options`: NULL for the defaults. Fails with `FACECORE_STATUS_OPTION`; `*detection` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_detect(
    engine: *const facecore_engine,
    photo: *const facecore_photo,
    options: *const facecore_detect_options,
    detection: *mut *mut facecore_detection,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, engine, photo, options) = unsafe {
            let out = Out::new(detection, "detection")?;
            (out, read(engine, "engine")?, read(photo, "photo")?, facecore_detect_options::read(options)?)
        };
        let detection = engine.engine.detect(&photo.0, &options)?;
        let faces = detection.faces.iter().map(facecore_face::new).collect();
        out.put(facecore_detection { detection, faces });
        Ok(())
    })
}

/// Frees a detection and its faces; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_detection_free(detection: *mut facecore_detection) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(detection) }
}

/// The faces as an array of `*count`, valid as long as the detection. Never NULL on success, even if there are none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_detection_get_faces(
    detection: *const facecore_detection,
    faces: *mut *const facecore_face,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (detection, faces, count) =
            unsafe { (read(detection, "detection")?, write(faces, "faces")?, write(count, "count")?) };
        (*faces, *count) = (detection.faces.as_ptr(), detection.faces.len());
        Ok(())
    })
}

/// Fills in whether a detection is whole, and what its stages did.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_detection_get_info(
    detection: *const facecore_detection,
    info: *mut facecore_detection_info,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (handle, info) = unsafe { (read(detection, "detection")?, write_sized(info, "info")?) };
        let Detection { complete, cut, stats, .. } = &handle.detection;
        let detector = match stats {
            DetectStats::Mtcnn(_) => facecore_bridge::detector_number(DetectorKind::Mtcnn),
            DetectStats::Yunet(_) => facecore_bridge::detector_number(DetectorKind::Yunet),
            _ => 255,
        };
        *info = facecore_detection_info {
            struct_size: info.struct_size,
            complete: (*complete).into(),
            cut_scales: count(cut.scales),
            cut_candidates: count(cut.candidates),
            cut_faces: count(cut.faces),
            cut_by_deadline: cut.deadline.into(),
            detector,
            mtcnn: facecore_mtcnn_stats::new(&stats.mtcnn().cloned().unwrap_or_default()),
            yunet: facecore_yunet_stats::new(&stats.yunet().cloned().unwrap_or_default()),
            reserved: [0; 24],
        };
        Ok(())
    })
}
