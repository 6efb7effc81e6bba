//! `io.facecore.Candidates` and `io.facecore.Matcher`.

use facecore::{Candidate, Matcher, Neighbour, Outcome, Verdict};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;

use crate::border::{Result, call};
use crate::handle;
use crate::wire::{Reader, Writer};

fn read(record: &mut Reader) -> Result<Candidate> {
    Ok(Candidate { person: record.text()?, embeddings: record.embeddings()? })
}

/// `Verdict.read`.
fn write(answer: &mut Writer, verdict: &Verdict) {
    answer.int(facecore_bridge::outcome(verdict) as i32);
    let mut neighbour = |found: Option<(&str, f32)>| match found {
        Some((person, cosine)) => {
            answer.int(1);
            answer.text(person);
            answer.float(cosine);
        }
        None => answer.int(0),
    };
    neighbour(match &verdict.outcome {
        Outcome::Match { person, cosine } => Some((person, *cosine)),
        Outcome::NoMatch { .. } => None,
    });
    for found in [&verdict.nearest, &verdict.runner_up] {
        neighbour(found.as_ref().map(|Neighbour { person, cosine, .. }| (person.as_str(), *cosine)));
    }
    answer.float(verdict.margin.unwrap_or(f32::NAN));
    answer.float(verdict.threshold);
}

/// People with their known faces.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Candidates_of0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let candidates = (0..record.size()?).map(|_| read(&mut record)).collect::<Result<Vec<_>>>()?;
        Ok(handle::give(candidates))
    })
}

/// Frees candidates.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Candidates_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, candidates: jlong) {
    unsafe { handle::free::<Vec<Candidate>>(candidates) }
}

/// Decides about the faces of a photo.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Matcher_decide0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
    candidates: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let matcher = Matcher::cosine(record.float()?, record.float()?)?;
        let faces = record.embeddings()?;
        let candidates = unsafe { handle::look::<Vec<Candidate>>(candidates) }?;
        let verdicts = matcher.decide(&faces, candidates)?;
        let mut answer = Writer::default();
        answer.count(verdicts.len());
        verdicts.iter().for_each(|verdict| write(&mut answer, verdict));
        answer.into_java(env)
    })
}
