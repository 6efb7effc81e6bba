//! `facecore adapt`: embeddings that fit one's own people better, learned without photos.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use facecore::adapt::{Adaptation, Comparison, Fitted, Loss, Parameters, carry_threshold, compare, fit};
use facecore::evaluate::{AllPairsOptions, Estimate, LabelledFaces, OperateAt};
use facecore::search::People;
use facecore::{Embedding, SpaceId};
use serde::Serialize;

use super::gallery;
use super::matching::half_of;
use crate::arguments::{Adapt, AdaptApply, AdaptFit, AdaptMeasure, AdaptPeople};
use crate::failure::Result;
use crate::output::{json_line, tell};
use crate::{saving, shown};

pub fn run(arguments: &Adapt, json: bool) -> Result<ExitCode> {
    match arguments {
        Adapt::Fit(arguments) => learn(arguments, json),
        Adapt::Measure(arguments) => measure(arguments, json),
        Adapt::Apply(arguments) => apply(arguments),
    }
}

/// An epoch of a fit; 0 is the space as it was.
#[derive(Serialize)]
struct EpochRecord {
    epoch: usize,
    loss: Option<f32>,
    held_back: f64,
}

fn learn(arguments: &AdaptFit, json: bool) -> Result<ExitCode> {
    saving::check("--out", &arguments.out)?;
    let set = Set::read(&arguments.from)?;
    let mut parameters = Parameters { seed: arguments.seed, threads: threads(), ..Parameters::default() };
    if let Some([positive, negative]) = arguments.margins.as_deref() {
        parameters.loss = Loss::Margins { positive: *positive, negative: *negative };
    }
    let fitted = fit(&set.labelled(), &parameters)?;
    io::stdout().write_all(if json { records(&fitted) } else { story(&fitted) }.as_bytes())?;
    if fitted.best == 0 {
        tell("no map is better than none for the people held back; nothing is written");
        return Ok(ExitCode::from(1));
    }
    saving::save("--out", &arguments.out, &fitted.adaptation.to_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn records(fitted: &Fitted) -> String {
    let before = EpochRecord { epoch: 0, loss: None, held_back: fitted.before };
    let epochs = (1..).zip(&fitted.epochs);
    let after = epochs.map(|(epoch, of)| EpochRecord { epoch, loss: Some(of.loss), held_back: of.held_back });
    std::iter::once(before).chain(after).map(|record| json_line(&record)).collect()
}

fn story(fitted: &Fitted) -> String {
    let Fitted { people, faces, held_back_people, held_back_faces, best, before, .. } = fitted;
    let mut text = format!(
        "learned from {people} people with {faces} faces; {held_back_people} with {held_back_faces} held back\n\
         epoch    loss  true positives of those held back\n    0          {before:.4}\n"
    );
    for (epoch, of) in (1..).zip(&fitted.epochs) {
        let mark = if epoch == *best { "  best" } else { "" };
        text += &format!("{epoch:5}  {:6.3}  {:.4}{mark}\n", of.loss, of.held_back);
    }
    if *best > 0 {
        text += &format!("from space {} into space {}\n", fitted.adaptation.from(), fitted.adaptation.space());
    }
    text
}

/// What became of the true positives at a rate of false positives.
#[derive(Serialize)]
struct MeasureRecord {
    fp: f64,
    tp_before: Option<Estimate>,
    tp_after: Option<Estimate>,
    threshold_before: f64,
    threshold_after: f64,
}

/// The threshold of the new space that replaces one of the old space.
#[derive(Serialize)]
struct ThresholdRecord {
    threshold: f32,
    space: SpaceId,
    carried: f64,
    fp: f64,
}

fn measure(arguments: &AdaptMeasure, json: bool) -> Result<ExitCode> {
    let set = Set::read(&arguments.from)?;
    let adaptation = open(&arguments.adaptation)?;
    let labelled = set.labelled();
    let points = labelled.tellable(&[1e-2, 1e-3, 1e-4, 1e-5]);
    if points.is_empty() {
        return Err("too few pairs of two people even for a rate of false positives of 0.01".to_owned().into());
    }
    let options = AllPairsOptions { points, threads: threads(), ..AllPairsOptions::default() };
    let comparison = compare(&labelled, &adaptation, &options)?;
    let mut text = rates(&comparison, json);
    if let Some(threshold) = arguments.threshold {
        let carried = carry_threshold(&labelled, &adaptation, threshold, &options)?;
        let (space, fp, carried) = (adaptation.space(), carried.fp.value, carried.threshold.value);
        text += &match json {
            true => json_line(&ThresholdRecord { threshold, space, carried, fp }),
            false => format!("threshold {threshold} becomes {carried:.4} in the new space: false positives {fp:.6}\n"),
        };
    }
    io::stdout().write_all(text.as_bytes())?;
    match comparison.check(arguments.may_lose) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            tell(&error.to_string());
            Ok(ExitCode::from(1))
        }
    }
}

fn rates(comparison: &Comparison, json: bool) -> String {
    let Comparison { before, after } = comparison;
    let mut text = String::new();
    if !json {
        text = format!("{} people, {} faces, {} pairs of two people\n", before.people, before.faces, before.negatives);
        text += "FP       TP before                TP after                 threshold before, after\n";
    }
    let shown = |tp: Option<Estimate>| tp.map_or_else(|| "nobody has two faces".to_owned(), |tp| tp.to_string());
    for (before, after) in before.points.iter().zip(&after.points) {
        let OperateAt::FalsePositives(fp) = before.at else { continue };
        let (tp_before, tp_after) = (before.tp, after.tp);
        let (threshold_before, threshold_after) = (before.threshold.value, after.threshold.value);
        text += &match json {
            true => json_line(&MeasureRecord { fp, tp_before, tp_after, threshold_before, threshold_after }),
            false => format!(
                "{fp:<7}  {:23}  {:23}  {threshold_before:.3} {threshold_after:.3}\n",
                shown(tp_before),
                shown(tp_after)
            ),
        };
    }
    text
}

fn apply(arguments: &AdaptApply) -> Result<ExitCode> {
    saving::check("--out", &arguments.out)?;
    let adaptation = open(&arguments.adaptation)?;
    let people = gallery::read(&arguments.people)?;
    let mut carried = People::new(adaptation.space());
    for (name, faces) in people.iter() {
        let faces = faces.iter().map(|face| adaptation.apply(face)).collect::<facecore::Result<Vec<_>>>()?;
        carried.add(name, &faces)?;
    }
    saving::save("--out", &arguments.out, &carried.to_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn open(path: &Path) -> Result<Adaptation> {
    let about = |error: &dyn Display| format!("--adaptation {}: {error}", shown::path(path));
    let bytes = fs::read(path).map_err(|error| about(&error))?;
    Ok(Adaptation::from_bytes(&bytes).map_err(|error| about(&error))?)
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Faces with their people and families, by number.
#[derive(Default)]
struct Set {
    faces: Vec<Embedding>,
    people: Vec<usize>,
    families: Vec<usize>,
}

impl Set {
    fn read(from: &AdaptPeople) -> Result<Self> {
        let people = gallery::read(&from.people)?;
        let mut set = Self::default();
        let mut numbers = BTreeMap::new();
        for (person, (name, faces)) in people.iter().enumerate() {
            let family = from.family_before.as_ref().and_then(|mark| name.split_once(mark.as_str()));
            let family = family.map_or(name, |(family, _)| family);
            if from.half.is_some_and(|half| half_of(family) != half) {
                continue;
            }
            let next = numbers.len();
            let number = *numbers.entry(family).or_insert(next);
            set.faces.extend_from_slice(faces);
            set.people.extend(faces.iter().map(|_| person));
            set.families.extend(faces.iter().map(|_| number));
        }
        Ok(set)
    }

    fn labelled(&self) -> LabelledFaces<'_> {
        LabelledFaces { faces: &self.faces, people: &self.people, groups: Some(&self.families), slices: None }
    }
}
