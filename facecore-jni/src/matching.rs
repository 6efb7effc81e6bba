//! `io.facecore.Matcher` and `io.facecore.Gallery`.

use facecore::{Calibration, Candidate, Gallery, Matcher, MatchingNumbers, Neighbour, Outcome, Verdict};
use facecore_bridge::{Failure, Status};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};

use crate::border::{Result, call};
use crate::handle;
use crate::wire::{Reader, Writer};

/// `Matcher.write`: what the rule is made of, then the rate of false positives if another one is asked for.
pub fn matcher(record: &mut Reader) -> Result<Matcher> {
    let matcher = match record.int()? {
        1 => Matcher::for_space(record.space()?)?,
        2 => Matcher::with_numbers(MatchingNumbers::read(&record.text()?)?),
        3 => Matcher::cosine(record.float()?, record.float()?)?,
        4 => {
            let calibration = Calibration::read(&record.text()?)?;
            calibration.matcher(record.double()?, record.size()? as usize)?
        }
        other => {
            return Err(Failure::new(Status::Internal, format!("matcher {other} of the binding is unknown")).into());
        }
    };
    Ok(match record.int()? {
        0 => matcher,
        _ => matcher.with_false_positive_rate(record.double()?)?,
    })
}

fn read(record: &mut Reader) -> Result<Candidate> {
    Ok(Candidate { person: record.text()?, embeddings: record.embeddings()? })
}

/// `Candidate`s; their number comes first.
pub fn candidates(record: &mut Reader) -> Result<Vec<Candidate>> {
    (0..record.size()?).map(|_| read(record)).collect()
}

/// `Verdict.read`.
pub fn write_verdict(answer: &mut Writer, verdict: &Verdict) {
    answer.int(facecore_bridge::outcome(verdict) as i32);
    let mut neighbour = |found: Option<(&str, f32, f32)>| match found {
        Some((person, cosine, required)) => {
            answer.int(1);
            answer.text(person);
            answer.floats([cosine, required]);
        }
        None => answer.int(0),
    };
    neighbour(match &verdict.outcome {
        Outcome::Match { person, cosine } => Some((person, *cosine, verdict.threshold)),
        Outcome::NoMatch { .. } => None,
    });
    for found in [&verdict.nearest, &verdict.runner_up] {
        neighbour(found.as_ref().map(|Neighbour { person, cosine, required }| (person.as_str(), *cosine, *required)));
    }
    answer.float(verdict.margin.unwrap_or(f32::NAN));
    answer.float(verdict.threshold);
}

/// Checks a matcher: its rate of false positives, not a number where the threshold is fixed, and its margin.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Matcher_check0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let matcher = matcher(&mut Reader::from_java(env, &record)?)?;
        let mut answer = Writer::default();
        answer.double(matcher.false_positive_rate().unwrap_or(f64::NAN));
        answer.float(matcher.margin());
        answer.into_java(env)
    })
}

/// Makes people ready for a matcher.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Gallery_of0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let matcher = matcher(&mut record)?;
        Ok(handle::give(matcher.gallery(&candidates(&mut record)?)?))
    })
}

/// The number of people who have an embedding.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Gallery_people0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    gallery: jlong,
) -> jint {
    call(&mut env, |_| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let gallery = unsafe { handle::look::<Gallery>(gallery) }?;
        Ok(jint::try_from(gallery.people()).unwrap_or(jint::MAX))
    })
}

/// Decides about the faces of a photo.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Gallery_decide0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    gallery: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let faces = Reader::from_java(env, &record)?.embeddings()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let gallery = unsafe { handle::look::<Gallery>(gallery) }?;
        let verdicts = gallery.decide(&faces)?;
        let mut answer = Writer::default();
        answer.count(verdicts.len());
        verdicts.iter().for_each(|verdict| write_verdict(&mut answer, verdict));
        answer.into_java(env)
    })
}

/// Frees a gallery.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Gallery_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, gallery: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Gallery>(gallery) }
}
