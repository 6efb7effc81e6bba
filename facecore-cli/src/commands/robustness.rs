//! `facecore robustness`: one photo of each pair is made worse step by step; where does recognition break, and does refusing bad
//! faces help? `row` is what is measured of a pair, `strangers` compares changed photos with everybody else's, `gate` refuses faces,
//! `fit` makes the number to refuse them by.

mod fit;
mod gate;
mod row;
mod strangers;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use facecore::evaluate::{Rate, resolve};
use facecore::{Degradation, Embedding, Engine, Face, FaceQuality, Photo};
use serde::Serialize;

use crate::arguments::Robustness;
use crate::failure::Result;
use crate::labelled::{self, Looking, Pairs, SeenFace, gather};
use crate::ordered;
use crate::output::{Report, json_line};
use crate::photos::{self, PhotoError};
use row::{Row, UNCHANGED, accepted};
use strangers::{Owned, Strangers};

const STEPS: [Degradation; 14] = [
    Degradation::Downscale(2.0),
    Degradation::Downscale(3.0),
    Degradation::Downscale(4.0),
    Degradation::Downscale(6.0),
    Degradation::Downscale(8.0),
    Degradation::Jpeg(40),
    Degradation::Jpeg(15),
    Degradation::Jpeg(5),
    Degradation::Blur(1.0),
    Degradation::Blur(2.0),
    Degradation::Blur(3.0),
    Degradation::Blur(5.0),
    Degradation::Gamma(2.0),
    Degradation::Gamma(4.0),
];

/// Two photos with a face each.
struct FoundPair<'a> {
    pair: usize,
    /// The place of the right photo, which is changed.
    photo: usize,
    half: Option<u8>,
    same: bool,
    path: &'a Path,
    left: &'a SeenFace,
    right: &'a SeenFace,
}

#[derive(Serialize)]
struct StepRecord {
    kind: &'static str,
    degradation: String,
    found: f64,
    own_cosine: f32,
    tp: Rate,
    fp: Rate,
    size: f32,
    sharpness: f32,
    quality: f32,
}

pub fn run(arguments: &Robustness, json: bool) -> Result<ExitCode> {
    let mut report = Report::new(json, 0);
    let (rows, strangers) = match (&arguments.measured, &arguments.images, &arguments.pairs) {
        (Some(file), _, _) => (row::read(file)?, None),
        (None, Some(images), Some(pairs)) => {
            let (rows, strangers) = measure(arguments, images, pairs, &mut report)?;
            (rows, Some(strangers))
        }
        _ => return Err("give --images DIR and --pairs FILE, or --measured FILE".to_owned().into()),
    };
    if let Some(path) = &arguments.faces {
        row::write(path, &rows)?;
    }
    let unchanged: Vec<&Row> = rows.iter().filter(|row| row.degradation == UNCHANGED).collect();
    let fixed = threshold(&unchanged, arguments.fp)?;
    report.print(&curves(&rows, fixed, arguments.fp, json))?;
    strangers.iter().try_for_each(|strangers| report.print(&strangers.text(arguments.fp, json)?))?;
    let text = if arguments.fit {
        fit::text(&rows, fixed, arguments.fp, json)?
    } else {
        let found: Vec<&Row> = rows.iter().filter(|row| row.found).collect();
        gate::text(&found, &[("quality", &|row: &Row| f64::from(row.quality().value()))], arguments.fp, json)?
    };
    report.print(&text)?;
    Ok(report.finish())
}

fn measure(arguments: &Robustness, images: &Path, list: &Path, report: &mut Report) -> Result<(Vec<Row>, Strangers)> {
    let pairs = labelled::pairs(list, images)?;
    let engines = [arguments.look.model.open()?];
    let looking = Looking::plain(&engines, &arguments.look);
    report.expect(pairs.photos.len());
    let seen = gather(&pairs.photos, &looking, report)?;
    let halves = halves(&pairs);
    let found = |pair: usize| {
        let [left, right] = pairs.places[pair].map(|photo| seen[photo].as_ref().filter(|seen| seen.found));
        let same = pairs.list.pairs[pair].same;
        let path = pairs.photos[pairs.places[pair][1]].path.as_path();
        Some(FoundPair {
            pair,
            photo: pairs.places[pair][1],
            half: halves[pair],
            same,
            path,
            left: left?,
            right: right?,
        })
    };
    let found: Vec<FoundPair<'_>> = (0..pairs.places.len()).filter_map(found).collect();
    let mut rows = found.iter().map(FoundPair::unchanged).collect::<Result<Vec<_>>>()?;

    let mut taken = Vec::new();
    for same in [true, false] {
        let of_kind = found.iter().filter(|pair| pair.same == same && pair.half.is_some());
        let of_kind: Vec<&FoundPair<'_>> = of_kind.collect();
        let step = of_kind.len().div_ceil(arguments.most.max(1)).max(1);
        taken.extend(of_kind.into_iter().step_by(step));
    }
    report.expect(taken.len());
    let mut strangers = unchanged(&pairs, &seen);
    let look = |_: usize, pair: &&FoundPair<'_>| -> Result<Vec<(Row, Embedding)>, PhotoError> {
        let photo = photos::load(pair.path, &looking.limits)?;
        STEPS.iter().map(|step| Ok(pair.worse(&looking, &photo, step)?)).collect()
    };
    let mut changed = BTreeSet::new();
    ordered::for_each(&taken, arguments.look.threads.count(), look, |at, outcome| {
        let FoundPair { photo, path, right, .. } = taken[at];
        let keep = |worse: Vec<(Row, Embedding)>| {
            let (worse, faces): (Vec<Row>, Vec<Embedding>) = worse.into_iter().unzip();
            rows.extend(worse);
            // A photo of several pairs counts once.
            if changed.insert(*photo) {
                strangers.add(*photo, std::iter::once(right.views[0].0.clone()).chain(faces));
            }
        };
        report.done(path, outcome.map(keep))
    })?;
    Ok((rows, strangers))
}

/// The photos as they are, and a place for those that are changed.
fn unchanged(pairs: &Pairs, seen: &[Option<SeenFace>]) -> Strangers {
    let mut number = BTreeMap::new();
    let people = pairs.photos.iter().map(|photo| {
        let next = number.len();
        *number.entry(photo.person.as_str()).or_insert(next)
    });
    let people: Vec<usize> = people.collect();
    let seen = seen.iter().zip(&people).enumerate();
    let found =
        seen.filter_map(|(photo, (seen, &person))| Some((photo, person, seen.as_ref().filter(|seen| seen.found)?)));
    Strangers {
        unchanged: found.map(|(photo, person, seen)| Owned { photo, person, face: seen.views[0].0.clone() }).collect(),
        steps: [UNCHANGED.to_owned()]
            .into_iter()
            .chain(STEPS.iter().map(Degradation::to_string))
            .map(|step| (step, vec![]))
            .collect(),
        people,
    }
}

/// Of each pair the half of the people, every other one by name, that has both; nothing where the halves meet.
fn halves(pairs: &Pairs) -> Vec<Option<u8>> {
    let people = |pair: &[usize; 2]| pair.map(|photo| pairs.photos[photo].person.as_str());
    let names: BTreeSet<&str> = pairs.places.iter().flat_map(people).collect();
    let half: BTreeMap<&str, u8> = names.into_iter().zip([0, 1].into_iter().cycle()).collect();
    let of_pair = |pair| {
        let [left, right] = people(pair).map(|person| half[person]);
        (left == right).then_some(left)
    };
    pairs.places.iter().map(of_pair).collect()
}

impl FoundPair<'_> {
    fn unchanged(&self) -> Result<Row> {
        let cosine = self.left.views[0].0.cosine(&self.right.views[0].0)?;
        Ok(self.row(UNCHANGED, true, [cosine, 1.0], &self.right.quality()))
    }

    /// The box stays, because what is measured is recognition; but the detector looks again for landmarks, by which some networks align the
    /// face, for the score, and whether it still sees the face.
    fn worse(
        &self,
        looking: &Looking<'_>,
        photo: &Photo<'_>,
        step: &Degradation,
    ) -> facecore::Result<(Row, Embedding)> {
        const SAME_FACE: f32 = 0.3;
        let engine: &Engine = &looking.engines[0];
        let photo = step.apply(photo)?;
        let area = self.right.face.area();
        let seen = engine.detect(&photo, &looking.options)?.faces;
        let overlap = |face: &Face| face.bounding_box.iou(&area);
        let again = seen.iter().max_by(|a, b| overlap(a).total_cmp(&overlap(b)));
        let again = again.filter(|face| overlap(face) >= SAME_FACE);
        let (landmarks, score) = again.map_or((self.right.face.landmarks, 0.0), |face| (face.landmarks, face.score));
        let mut quality = FaceQuality::measure(&photo, &area, &landmarks, score)?;
        if let Degradation::Downscale(factor) = step {
            quality.size /= factor;
        }
        let face = engine.embed_face(&photo, &Face::new(&photo, area, landmarks, score))?;
        let cosines = [self.left.views[0].0.cosine(&face)?, self.right.views[0].0.cosine(&face)?];
        Ok((self.row(&step.to_string(), again.is_some(), cosines, &quality), face))
    }

    fn row(&self, degradation: &str, found: bool, [cosine, own]: [f32; 2], quality: &FaceQuality) -> Row {
        let FaceQuality { size, sharpness, brightness, yaw, roll, score } = *quality;
        Row {
            pair: self.pair,
            half: self.half,
            same: self.same,
            degradation: degradation.to_owned(),
            found,
            cosine,
            own,
            size,
            sharpness,
            brightness,
            yaw,
            roll,
            score,
        }
    }
}

/// The cosine that lets `fp` of the pairs of two people pass.
fn threshold(rows: &[&Row], fp: f64) -> Result<f32> {
    let mut strangers: Vec<f32> = rows.iter().filter(|row| !row.same).map(|row| row.cosine).collect();
    resolve(strangers.len(), fp)?;
    strangers.sort_unstable_by(|a, b| b.total_cmp(a));
    let allowed = (fp * strangers.len() as f64) as usize;
    Ok(strangers.get(allowed).map_or(-1.0, |cosine| cosine.next_up()))
}

fn curves(rows: &[Row], fixed: f32, fp: f64, json: bool) -> String {
    let mut text = String::new();
    if !json {
        text += &format!("threshold {fixed:.3}: FP={}% on the unchanged photos\n\n", fp * 100.0);
        text += "degradation  found  cosine to itself  TP                        FP                        size  sharpness  quality\n";
    }
    let steps = [UNCHANGED.to_owned()].into_iter().chain(STEPS.iter().map(Degradation::to_string));
    for degradation in steps {
        let of_step: Vec<&Row> = rows.iter().filter(|row| row.degradation == degradation).collect();
        let mean = |of: fn(&Row) -> f32| of_step.iter().map(|row| of(row)).sum::<f32>() / of_step.len().max(1) as f32;
        let record = StepRecord {
            kind: "degradation",
            degradation,
            found: f64::from(mean(|row| f32::from(u8::from(row.found)))),
            own_cosine: mean(|row| row.own),
            tp: accepted(&of_step, true, fixed),
            fp: accepted(&of_step, false, fixed),
            size: mean(|row| row.size),
            sharpness: mean(|row| row.sharpness),
            quality: mean(|row| row.quality().value()),
        };
        if json {
            text += &json_line(&record);
            continue;
        }
        let StepRecord { degradation, found, own_cosine, tp, fp, size, sharpness, quality, .. } = record;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{degradation:11}  {found:.3}  {own_cosine:16.3}  {tp}  {fp}  {size:4.0}  {sharpness:9.3}  {quality:7.3}"
        );
    }
    text
}
