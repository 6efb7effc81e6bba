//! Photo → faces.

use std::time::Duration;

use facecore::{
    BoundingBox, Budget, DetectOptions, DetectStats, Detection, DetectorKind, Face, MtcnnOptions, MtcnnStats,
    ProposalFilter, YunetOptions, YunetStats,
};
use facecore_bridge::{Result, Status};

use crate::boundary::{self, Out, call, read, read_sized, write, write_sized};
use crate::engine::facecore_engine;
use crate::photo::facecore_photo;

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

/// Which of P-Net's cells that see the same face goes on (MTCNN).
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_proposal_filter {
    /// Blobs of the score map, a box for each peak: what NMS keeps, several times faster.
    Blobs = 0,
    /// Non-maximum suppression, as facenet's reference has it.
    Nms = 1,
}

/// What only MTCNN has, the cascade of P-, R- and O-Net.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_mtcnn_options {
    /// Step between the scales of the pyramid, from 0.1 to below 1. Default 0.709.
    pub factor: f32,
    /// Probabilities, 0 to 1, from which P-, R- and O-Net pass a candidate on. Default 0.6, 0.7, 0.7.
    pub thresholds: [f32; 3],
    /// One of `facecore_proposal_filter`. Default `FACECORE_PROPOSAL_FILTER_BLOBS`.
    pub filter: u32,
    /// Zero.
    pub reserved: [u8; 12],
}

/// What only YuNet has.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_yunet_options {
    /// The score, 0 to 1, from which a cell is a face. Default 0.6.
    pub threshold: f32,
    /// The share of their union, 0 to 1, above which the less sure of two boxes goes. Default 0.3.
    pub overlap: f32,
    /// Not 0: a large photo is looked at shrunken too, so that large faces are not missed. Default 1.
    pub second_look: u32,
    /// Zero.
    pub reserved: [u8; 20],
}

/// What counts as a face, and how much is looked at. Set by `facecore_detect_options_init` or `facecore_detect_options_init_for_uploads`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_detect_options {
    /// `sizeof(facecore_detect_options)`.
    pub struct_size: usize,
    /// Side of the smallest face looked for, in pixels, at least 1; with MTCNN twice as large costs a quarter of the time. Default 20.
    pub min_face: u32,
    /// Side of the largest face looked for, in pixels; 0 (default): up to the whole photo.
    pub max_face: u32,
    /// MTCNN only: most candidates of P-Net that R-Net may reject before it stops, which bounds the time on hostile photos; 0: no bound. Default 200.
    pub max_candidates: u32,
    /// Most faces returned, those with the best scores; 0 (default): all.
    pub max_faces: u32,
    /// Most pixels that the detector's first network sees, all scales of the photo together, from the coarsest scale on; 0 (default): all.
    pub max_pixels: u64,
    /// Microseconds after which detection stops, obeyed within 10 ms, with what was found until then; 0 (default): never.
    pub deadline_us: u64,
    /// For an engine whose detector is MTCNN; within its ranges also where it is not.
    pub mtcnn: facecore_mtcnn_options,
    /// For an engine whose detector is YuNet; within its ranges also where it is not.
    pub yunet: facecore_yunet_options,
    /// Side of the smallest face looked for, as a share of the photo's longer side, 0 to 1; the larger one of this and `min_face` counts.
    /// With it a photo costs the same at any size. Default 0.
    pub min_face_share: f32,
    /// Zero.
    pub reserved: [u8; 28],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_detect_options {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter().chain(&self.mtcnn.reserved).chain(&self.yunet.reserved)
    }
}

impl facecore_mtcnn_options {
    fn new(options: &MtcnnOptions) -> Self {
        let MtcnnOptions { factor, thresholds, filter } = *options;
        let filter = match filter {
            ProposalFilter::Blobs => facecore_proposal_filter::Blobs,
            ProposalFilter::Nms => facecore_proposal_filter::Nms,
        };
        Self { factor, thresholds, filter: filter as u32, reserved: [0; 12] }
    }

    fn to_core(self) -> Result<MtcnnOptions> {
        let Self { factor, thresholds, filter, .. } = self;
        Ok(MtcnnOptions { factor, thresholds, filter: facecore_bridge::proposal_filter(filter)? })
    }
}

impl facecore_yunet_options {
    fn new(options: &YunetOptions) -> Self {
        let YunetOptions { threshold, overlap, second_look } = *options;
        Self { threshold, overlap, second_look: second_look.into(), reserved: [0; 20] }
    }

    fn to_core(self) -> YunetOptions {
        let Self { threshold, overlap, second_look, .. } = self;
        YunetOptions { threshold, overlap, second_look: second_look != 0 }
    }
}

impl facecore_detect_options {
    fn new(options: &DetectOptions) -> Self {
        let DetectOptions { min_face, min_face_share, max_face, budget, mtcnn, yunet } = options;
        Self {
            struct_size: size_of::<Self>(),
            min_face: *min_face,
            max_face: *max_face,
            max_candidates: count(budget.max_candidates),
            max_faces: count(budget.max_faces),
            max_pixels: budget.max_pixels,
            deadline_us: budget.deadline.map_or(0, microseconds),
            mtcnn: facecore_mtcnn_options::new(mtcnn),
            yunet: facecore_yunet_options::new(yunet),
            min_face_share: *min_face_share,
            reserved: [0; 28],
        }
    }

    /// NULL means the defaults.
    pub(crate) unsafe fn read(options: *const Self) -> Result<DetectOptions> {
        if options.is_null() {
            return Ok(DetectOptions::default());
        }
        // SAFETY: the caller's pointer is not NULL (the contract in lib.rs).
        let options = unsafe { read_sized(options, "options") }?;
        let deadline = (options.deadline_us != 0).then(|| Duration::from_micros(options.deadline_us));
        Ok(DetectOptions {
            min_face: options.min_face,
            min_face_share: options.min_face_share,
            max_face: options.max_face,
            budget: Budget {
                max_pixels: options.max_pixels,
                max_candidates: options.max_candidates as usize,
                max_faces: options.max_faces as usize,
                deadline,
            },
            mtcnn: options.mtcnn.to_core()?,
            yunet: options.yunet.to_core(),
        })
    }
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

fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Sets the defaults. `struct_size` is `sizeof(facecore_detect_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_detect_options_init(
    options: *mut facecore_detect_options,
    struct_size: usize,
) -> Status {
    let defaults = facecore_detect_options::new(&DetectOptions::default());
    // SAFETY: `options` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(options, struct_size, "options", defaults) }
}

/// As `facecore_detect_options_init`, for photos that strangers upload to a service: faces of at least 24 pixels and a fortieth of the photo's
/// longer side, so that no photo costs more because it is large.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_detect_options_init_for_uploads(
    options: *mut facecore_detect_options,
    struct_size: usize,
) -> Status {
    let preset = facecore_detect_options::new(&DetectOptions::for_uploads());
    // SAFETY: `options` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(options, struct_size, "options", preset) }
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
