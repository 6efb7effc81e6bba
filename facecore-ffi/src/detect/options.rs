//! What counts as a face, and how much is looked at: the options of a detection.

use std::time::Duration;

use facecore::{Budget, DetectOptions, MtcnnOptions, ProposalFilter, YunetOptions};
use facecore_bridge::{Result, Status};

use crate::boundary::{self, count, microseconds, read_sized};

/// How MTCNN chooses among P-Net's cells that see the same face.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_proposal_filter {
    /// Blobs of the score map, a box for each peak: keeps what NMS keeps, several times faster.
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
    /// Used by an engine whose detector is MTCNN; must be within its ranges for any other too.
    pub mtcnn: facecore_mtcnn_options,
    /// Used by an engine whose detector is YuNet; must be within its ranges for any other too.
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
