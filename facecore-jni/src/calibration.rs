//! `io.facecore.Calibration` and `io.facecore.Cohort`: thresholds fitted on a user's own photos, and how crowded it is around a face.

use facecore::{Calibration, Cohort, Logistic, OperatingPoint};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jdouble, jfloat, jlong};

use crate::border::call;
use crate::handle;
use crate::wire::{Reader, Writer};

/// What is in a calibration: `Calibration.read`. An exception if the text is none.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Calibration_read0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let calibration = Calibration::read(&Reader::from_java(env, &record)?.text()?)?;
        let mut answer = Writer::default();
        answer.space(calibration.space);
        answer.count(calibration.photos);
        answer.count(calibration.people);
        answer.float(calibration.margin);
        answer.double(calibration.probability.slope);
        answer.double(calibration.probability.offset);
        answer.count(calibration.points.len());
        for &OperatingPoint { candidates, fp, interval: [low, high], threshold, tp, strangers } in &calibration.points {
            answer.count(candidates);
            answer.count(strangers);
            [fp, low, high, tp].into_iter().for_each(|share| answer.double(share));
            answer.float(threshold);
        }
        answer.into_java(env)
    })
}

/// The probability at a score.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Calibration_probability0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    slope: jdouble,
    offset: jdouble,
    score: jdouble,
) -> jdouble {
    call(&mut env, |_| Ok(Logistic { slope, offset }.probability(score)))
}

/// Strangers to compare with.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Cohort_of0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| Ok(handle::give(Cohort::new(Reader::from_java(env, &record)?.embeddings()?)?)))
}

/// How crowded it is around a face.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Cohort_crowding0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> jfloat {
    call(&mut env, |env| {
        let face = Reader::from_java(env, &record)?.embedding()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        Ok(unsafe { handle::look::<Cohort>(handle) }?.crowding(&face)?)
    })
}

/// Frees a cohort.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Cohort_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Cohort>(handle) }
}
