//! The records of a detection that `io.facecore.FaceEngine` sends and receives.

use std::time::Duration;

use facecore::{
    BoundingBox, Budget, DetectOptions, DetectStats, Detection, DetectorKind, Face, Landmarks, MtcnnOptions,
    YunetOptions,
};
use facecore_bridge::{Failure, Status};

use crate::border::Result;
use crate::wire::{Reader, Writer};

/// `DetectOptions.write`.
pub fn options(record: &mut Reader) -> Result<DetectOptions> {
    Ok(DetectOptions {
        min_face: record.size()?,
        min_face_share: record.float()?,
        max_face: record.size()?,
        budget: budget(record)?,
        mtcnn: MtcnnOptions {
            factor: record.float()?,
            thresholds: [record.float()?, record.float()?, record.float()?],
            filter: facecore_bridge::proposal_filter(record.size()?)?,
        },
        yunet: YunetOptions { threshold: record.float()?, overlap: record.float()?, second_look: record.size()? != 0 },
    })
}

/// `Budget.write`.
fn budget(record: &mut Reader) -> Result<Budget> {
    Ok(Budget {
        max_pixels: record.long()?.cast_unsigned(),
        max_candidates: record.size()? as usize,
        max_faces: record.size()? as usize,
        deadline: Some(Duration::from_nanos(record.long()?.cast_unsigned())).filter(|deadline| !deadline.is_zero()),
    })
}

fn microseconds(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

pub fn edges(area: &BoundingBox) -> [f32; 4] {
    [area.x1, area.y1, area.x2, area.y2]
}

pub fn read_box(record: &mut Reader) -> Result<BoundingBox> {
    Ok(BoundingBox::new(record.float()?, record.float()?, record.float()?, record.float()?))
}

fn read_points(record: &mut Reader) -> Result<Landmarks> {
    let mut landmarks = Landmarks::default();
    for number in landmarks.iter_mut().flatten() {
        *number = record.float()?;
    }
    Ok(landmarks)
}

/// `Face.write`.
pub fn read_face(record: &mut Reader) -> Result<Face> {
    Ok(Face {
        bounding_box: read_box(record)?,
        landmarks: read_points(record)?,
        score: record.float()?,
        stored_box: read_box(record)?,
        stored_landmarks: read_points(record)?,
    })
}

/// `Face.read`.
pub fn write_face(answer: &mut Writer, face: &Face) {
    answer.floats(edges(&face.bounding_box));
    answer.floats(face.landmarks.iter().flatten().copied());
    answer.float(face.score);
    answer.floats(edges(&face.stored_box));
    answer.floats(face.stored_landmarks.iter().flatten().copied());
}

/// `DetectStats.read`: the detector's number, then what its stages did.
fn write_stats(answer: &mut Writer, stats: &DetectStats) -> Result<()> {
    match stats {
        DetectStats::Mtcnn(stats) => {
            answer.int(facecore_bridge::detector_number(DetectorKind::Mtcnn).cast_signed());
            for count in [stats.scales, stats.proposed, stats.candidates, stats.refined] {
                answer.count(count);
            }
            answer.long(stats.pixels.cast_signed());
            for time in [stats.propose_time, stats.filter_time, stats.refine_time, stats.output_time] {
                answer.long(microseconds(time));
            }
        }
        DetectStats::Yunet(stats) => {
            answer.int(facecore_bridge::detector_number(DetectorKind::Yunet).cast_signed());
            answer.count(stats.scales);
            answer.count(stats.proposed);
            answer.long(stats.pixels.cast_signed());
            answer.long(microseconds(stats.network_time));
            answer.long(microseconds(stats.filter_time));
        }
        other => return Err(Failure::new(Status::Internal, format!("the binding has no record for {other:?}")).into()),
    }
    Ok(())
}

/// `Detection.read`.
pub fn write(detection: &Detection) -> Result<Writer> {
    let Detection { faces, complete, cut, stats, .. } = detection;
    let mut answer = Writer::default();
    answer.int((*complete).into());
    for count in [cut.scales, cut.candidates, cut.faces, cut.deadline.into()] {
        answer.count(count);
    }
    write_stats(&mut answer, stats)?;
    answer.count(faces.len());
    faces.iter().for_each(|face| write_face(&mut answer, face));
    Ok(answer)
}
