//! A folder with a folder a person → a data set with the labels as they are.

use std::ops::Range;
use std::path::Path;

use facecore::{Encoding, Engine};
use sha2::{Digest, Sha256};

use super::counts::Counts;
use super::files::{EmbeddingWriter, Folder, Row, Summary};
use super::log::{Finished, KeptFace, Log, Plan};
use crate::arguments::DatasetClean;
use crate::failure::Result;
use crate::labelled::{self, LabelledPhoto, Looking, SeenFace};
use crate::output::Report;

/// So many photos for each thread are looked at before the log grows.
const PHOTOS: usize = 8;

/// Reads the people's faces into the data set `out`. Where this was killed it goes on; what is read already is not read again.
pub fn read(people: &Path, out: &Path, arguments: &DatasetClean, report: &mut Report) -> Result<()> {
    if arguments.resume && Folder::new(out).is_whole() {
        return Ok(());
    }
    let photos = labelled::folder(people)?;
    let engine = [arguments.model.open()?];
    let space = engine[0].space().ok_or(facecore::Error::NoEmbedder)?.to_string();
    let looking = looking(&engine, arguments);
    let (list, rules) = (list(&photos, people), format!("{:?} {}", looking.options, looking.pad));
    let plan = Plan { version: 1, list: list.clone(), space: space.clone(), sample: None, seed: 0, rules };
    let mut log = Log::begin(out, &plan, [arguments.resume, arguments.anew])?;
    let everybody = by_person(&photos);
    let first = log.last.map_or(0, |last| last as usize + 1);
    let first = first.min(everybody.len());
    report.expect(photos.len() - everybody[..first].last().map_or(0, |photos| photos.end));
    let mut batch: Vec<(u64, Range<usize>)> = Vec::new();
    for (person, range) in (first as u64..).zip(&everybody[first..]) {
        batch.push((person, range.clone()));
        if range.end - batch[0].1.start >= PHOTOS * looking.threads {
            look(&photos, &mut batch, (people, &looking), (&mut log, report))?;
        }
    }
    look(&photos, &mut batch, (people, &looking), (&mut log, report))?;
    write(&Folder::new(out), &log, (space, list))?;
    log.remove()
}

fn looking<'a>(engines: &'a [Engine], arguments: &DatasetClean) -> Looking<'a> {
    Looking {
        engines,
        options: arguments.finding.options(),
        limits: arguments.finding.strict_limits(),
        mirrored: false,
        pad: arguments.pad,
        centre: false,
        cache: None,
        threads: arguments.threads.count(),
    }
}

/// The hash of the files' names.
fn list(photos: &[LabelledPhoto], people: &Path) -> String {
    let mut hash = Sha256::new();
    for photo in photos {
        hash.update(below(&photo.path, people).as_os_str().as_encoded_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn below<'a>(path: &'a Path, people: &Path) -> &'a Path {
    path.strip_prefix(people).unwrap_or(path)
}

/// The places of each person's photos, which lie one after the other.
fn by_person(photos: &[LabelledPhoto]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (at, photo) in photos.iter().enumerate() {
        match ranges.last_mut() {
            Some(range) if photos[range.start].person == photo.person => range.end = at + 1,
            _ => ranges.push(at..at + 1),
        }
    }
    ranges
}

/// Looks at the photos of some people, and notes what was found.
fn look(
    photos: &[LabelledPhoto],
    batch: &mut Vec<(u64, Range<usize>)>,
    (people, looking): (&Path, &Looking<'_>),
    (log, report): (&mut Log, &mut Report),
) -> Result<()> {
    let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(()) };
    let begin = first.1.start;
    let seen = labelled::gather(&photos[begin..last.1.end], looking, report)?;
    for (person, range) in batch.drain(..) {
        let mut counts = Counts { accounts: 1, photos: range.len() as u64, ..Counts::default() };
        let mut faces = Vec::new();
        for at in range {
            match &seen[at - begin] {
                None => counts.failed_photos += 1,
                Some(seen) => faces.extend(kept(at as u64, below(&photos[at].path, people), seen)),
            }
        }
        counts.faces = faces.len() as u64;
        log.put(&Finished { account: person, counts, people: vec![faces] })?;
    }
    Ok(())
}

/// None where there is no face.
fn kept(photo: u64, file: &Path, seen: &SeenFace) -> Option<KeptFace> {
    let (embedding, _) = seen.views.first()?;
    let face = &seen.face;
    Some(KeptFace {
        photo,
        file: file.to_owned(),
        corners: face.corners,
        landmarks: face.landmarks,
        score: face.score,
        embedding: embedding.encode(Encoding::F32),
    })
}

/// Writes the data set; people without a face are not in it.
fn write(folder: &Folder, log: &Log, (space, list): (String, String)) -> Result<()> {
    let (mut rows, mut vectors) = (folder.write_rows()?, EmbeddingWriter::create(folder)?);
    let (mut counts, mut values, mut people) = (Counts::default(), 0, 0);
    let mut lines = log.read()?;
    while let Some(Finished { account, counts: of_person, people: found }) = lines.next()? {
        counts.add(&of_person);
        for face in found.iter().flatten() {
            let KeptFace { photo, ref file, corners, landmarks, score, ref embedding } = *face;
            let embedding = facecore::Embedding::decode(embedding)?;
            let file = file.to_string_lossy().into_owned();
            rows.put(&Row { person: people, held_back: false, account, photo, file, corners, landmarks, score })?;
            vectors.put(embedding.as_slice())?;
            (values, counts.kept) = (embedding.len(), counts.kept + 1);
        }
        people += u32::from(found.iter().any(|faces| !faces.is_empty()));
    }
    counts.people = people.into();
    vectors.finish()?;
    let (rules, faces) = ("a folder a person".into(), counts.kept);
    folder.write_summary(&Summary { version: 1, space, values, people, faces, list, rules, counts, cleaned: None })?;
    rows.finish()
}
