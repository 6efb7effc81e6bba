//! The numbers of the enumerations in C and Java. Where a choice is mandatory, 0 is no member: a forgotten field is an error.

use facecore::profile::{self, Build, Pin, Role, Source};
use facecore::{Compute, Damage, DetectorKind, Encoding, Orientation, PixelFormat, ProposalFilter, Refusal, Verdict};

use crate::{Failure, Result, Status};

/// What a matcher decided about a face: a match, or why not.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The face is the person named.
    Match = 1,
    /// There is nobody to compare with.
    NoCandidates = 2,
    /// The nearest person is below the threshold.
    BelowThreshold = 3,
    /// Somebody else is nearly as near.
    AmbiguousRunnerUp = 4,
    /// The person fits another face of the photo better.
    PersonTaken = 5,
    /// No match for a reason that this version of the binding has no number for.
    OtherRefusal = 255,
}

/// The outcome of a verdict.
pub fn outcome(verdict: &Verdict) -> Outcome {
    match &verdict.outcome {
        facecore::Outcome::Match { .. } => Outcome::Match,
        facecore::Outcome::NoMatch { reason } => match reason {
            Refusal::NoCandidates => Outcome::NoCandidates,
            Refusal::BelowThreshold => Outcome::BelowThreshold,
            Refusal::AmbiguousRunnerUp => Outcome::AmbiguousRunnerUp,
            Refusal::PersonTaken => Outcome::PersonTaken,
            _ => Outcome::OtherRefusal,
        },
    }
}

/// How a build of a profile ended.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildOutcome {
    /// There is a profile.
    Built = 1,
    /// No person leads clearly enough.
    NoLeader = 2,
    /// No two good faces belong together.
    NoFaces = 3,
    /// The owner wants no profile.
    OptedOut = 4,
    /// No profile for a reason that this version of the binding has no number for.
    Other = 255,
}

/// The outcome of a build.
pub fn build_outcome(build: &Build) -> BuildOutcome {
    match build.outcome {
        profile::Outcome::Built(_) => BuildOutcome::Built,
        profile::Outcome::NoLeader => BuildOutcome::NoLeader,
        profile::Outcome::NoFaces => BuildOutcome::NoFaces,
        profile::Outcome::OptedOut => BuildOutcome::OptedOut,
        _ => BuildOutcome::Other,
    }
}

/// 1 owner, 2 partner, 3 look.
pub fn role(value: u32) -> Result<Role> {
    Ok(match value {
        1 => Role::Owner,
        2 => Role::Partner,
        3 => Role::Look,
        _ => return Err(unknown("role", value, "1 (owner), 2 (partner) and 3 (look) are known")),
    })
}

/// 0 unknown, 1 camera, 2 phone.
pub fn source(value: u32) -> Result<Source> {
    Ok(match value {
        0 => Source::Unknown,
        1 => Source::Camera,
        2 => Source::Phone,
        _ => return Err(unknown("source", value, "0 (unknown), 1 (camera) and 2 (phone) are known")),
    })
}

/// The number of a source.
pub fn source_number(source: Source) -> u32 {
    match source {
        Source::Unknown => 0,
        Source::Camera => 1,
        Source::Phone => 2,
    }
}

/// 0 none, 1 owner, 2 other.
pub fn pin(value: u32) -> Result<Option<Pin>> {
    Ok(match value {
        0 => None,
        1 => Some(Pin::Owner),
        2 => Some(Pin::Other),
        _ => return Err(unknown("pin", value, "0 (none), 1 (owner) and 2 (somebody else) are known")),
    })
}

/// The number of a mark by hand.
pub fn pin_number(pin: Option<Pin>) -> u32 {
    match pin {
        None => 0,
        Some(Pin::Owner) => 1,
        Some(Pin::Other) => 2,
    }
}

pub(crate) fn unknown(what: &str, value: u32, known: &str) -> Failure {
    Failure::new(Status::UnknownValue, format!("{what} {value} is unknown; {known}"))
}

/// 1 RGB, 2 BGR, 3 RGBA, 4 BGRA, 5 grey, 6 NV12, 7 NV21, 8 I420.
pub fn pixel_format(value: u32) -> Result<PixelFormat> {
    Ok(match value {
        1 => PixelFormat::Rgb,
        2 => PixelFormat::Bgr,
        3 => PixelFormat::Rgba,
        4 => PixelFormat::Bgra,
        5 => PixelFormat::Grey,
        6 => PixelFormat::Nv12,
        7 => PixelFormat::Nv21,
        8 => PixelFormat::I420,
        _ => return Err(unknown("pixel format", value, "1 to 8 are known, and there is no default")),
    })
}

/// EXIF's numbers, 1 to 8.
pub fn orientation(value: u32) -> Result<Orientation> {
    let exif = u8::try_from(value).ok().and_then(Orientation::from_exif);
    exif.ok_or_else(|| unknown("orientation", value, "EXIF's 1 to 8 are known, 1 is upright, and there is no default"))
}

/// 1 f32, 2 f16, 3 i8.
pub fn encoding(value: u32) -> Result<Encoding> {
    Ok(match value {
        1 => Encoding::F32,
        2 => Encoding::F16,
        3 => Encoding::I8,
        _ => return Err(unknown("encoding", value, "1 (f32), 2 (f16) and 3 (i8) are known")),
    })
}

/// 0 automatic, 1 f32, 2 bf16, 3 portable.
pub fn compute(value: u32) -> Result<Compute> {
    Ok(match value {
        0 => Compute::Auto,
        1 => Compute::F32,
        2 => Compute::Bf16,
        3 => Compute::Portable,
        _ => return Err(unknown("compute", value, "0 (automatic), 1 (f32), 2 (bf16) and 3 (portable) are known")),
    })
}

/// 0 MTCNN, 1 YuNet.
pub fn detector(value: u32) -> Result<DetectorKind> {
    Ok(match value {
        0 => DetectorKind::Mtcnn,
        1 => DetectorKind::Yunet,
        _ => return Err(unknown("detector", value, "0 (MTCNN) and 1 (YuNet) are known")),
    })
}

/// The number of a detector; 255 for one that this version of the binding has no number for.
pub fn detector_number(kind: DetectorKind) -> u32 {
    match kind {
        DetectorKind::Mtcnn => 0,
        DetectorKind::Yunet => 1,
        _ => 255,
    }
}

/// 0 refuse, 1 keep.
pub fn damage(value: u32) -> Result<Damage> {
    Ok(match value {
        0 => Damage::Refuse,
        1 => Damage::Keep,
        _ => return Err(unknown("answer to damage", value, "0 (refuse) and 1 (keep) are known")),
    })
}

/// 0 blobs, 1 NMS.
pub fn proposal_filter(value: u32) -> Result<ProposalFilter> {
    Ok(match value {
        0 => ProposalFilter::Blobs,
        1 => ProposalFilter::Nms,
        _ => return Err(unknown("proposal filter", value, "0 (blobs) and 1 (NMS) are known")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_what_lies_beyond_are_refused() {
        let refused = |status: Result<()>| status.unwrap_err().status == Status::UnknownValue;
        for value in [0, 9, u32::MAX] {
            assert!(refused(pixel_format(value).map(drop)) && refused(orientation(value).map(drop)));
            assert!(refused(encoding(value).map(drop)));
            let known = [compute(value).is_ok(), proposal_filter(value).is_ok(), damage(value).is_ok()];
            assert_eq!(known, [value == 0; 3], "a default");
        }
        assert_eq!(
            (1..=8).filter(|&value| orientation(value).is_ok_and(|exif| exif.to_exif() == value as u8)).count(),
            8
        );
        assert_eq!((damage(0), damage(1)), (Ok(Damage::Refuse), Ok(Damage::Keep)));
        assert_eq!((pixel_format(8), encoding(3)), (Ok(PixelFormat::I420), Ok(Encoding::I8)));
        for value in 0..3 {
            assert_eq!((source(value).map(source_number), pin(value).map(pin_number)), (Ok(value), Ok(value)));
        }
    }
}
