//! `facecore models fit`: everything downstream of a network, in one go.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facecore::evaluate::{
    AllPairsOptions, CalibrationOptions, Estimate, LabelledFaces, LabelledSet, MatchingDraws, MatchingFit, Offsets,
    OperateAt, all_pairs, calibrate, fit_matching, identify, measure_matching,
};
use facecore::{Candidate, Embedding, Engine, Matcher, NonFaceFilter};
use serde::Serialize;

use crate::arguments::{ModelsFit, NonFacePhotos};
use crate::commands::matching::{self, Set, half_of};
use crate::commands::nonface;
use crate::failure::Result;
use crate::labelled::{self, LabelledPhoto, Looking, gather};
use crate::output::{Report, json_line, tell};
use crate::{saving, shown};

/// True positives at a rate of false positives, over all pairs.
#[derive(Serialize)]
struct Point {
    fp: f64,
    tp: Option<Estimate>,
    threshold: f64,
}

/// What a matcher does to one half of the people that was fitted on the other.
#[derive(Serialize)]
struct Check {
    candidates: usize,
    fp_asked: f64,
    fp: f64,
    tp: f64,
}

/// What was fitted, and what was not: `ID.fit.json`.
#[derive(Serialize)]
struct Story {
    model: String,
    space: String,
    people: usize,
    faces: usize,
    /// For the entry in `manifest.toml`.
    threshold: Option<f64>,
    threshold_fp: f64,
    points: Vec<Point>,
    matching: Vec<Check>,
    files: Vec<String>,
    /// Why other things were not fitted, by their names.
    missing: BTreeMap<&'static str, String>,
}

pub fn run(arguments: &ModelsFit, json: bool) -> Result<ExitCode> {
    let photos = photos(arguments)?;
    let out = arguments.out.as_deref().unwrap_or(arguments.look.model.folder());
    if !out.is_dir() {
        return Err(format!("--out {}: there is no such folder; make it first", shown::path(out)).into());
    }
    let engines = [arguments.look.model.open()?];
    let engine = &engines[0];
    let model = engine.model().unwrap_or_default().to_owned();
    let space = engine.space().ok_or(facecore::Error::NoEmbedder)?.to_string();
    let mut report = Report::new(json, photos.len());
    let looking = Looking { pad: arguments.pad, ..Looking::plain(&engines, &arguments.look) };
    let seen = gather(&photos, &looking, &mut report)?;
    let sets = matching::sets(&photos, &model, &seen)?;
    let people = everybody(&sets);
    let faces: Vec<Embedding> = people.iter().flat_map(|person| person.embeddings.iter().cloned()).collect();
    let mut fit = Fit { out, story: Story::new(model, space, [people.len(), faces.len()], arguments.fp) };
    fit.threshold(&sets, arguments)?;
    fit.matching(&sets)?;
    fit.calibration(&people)?;
    fit.filter(arguments, engine, &faces, &mut report)?;
    fit.story.checks(&sets);
    let target = fit.target("fit.json");
    saving::save("--out", &target, json_line(&fit.story).as_bytes())?;
    report.print(&if json { json_line(&fit.story) } else { fit.story.words() })?;
    for (what, reason) in &fit.story.missing {
        tell(&format!("{what}: {reason}"));
    }
    let is_whole = fit.story.missing.is_empty();
    let code = report.finish();
    Ok(if code == ExitCode::SUCCESS && !is_whole { ExitCode::from(1) } else { code })
}

/// The photos with their families.
fn photos(arguments: &ModelsFit) -> Result<Vec<LabelledPhoto>> {
    let mut photos = match (&arguments.data, &arguments.manifest) {
        (Some(data), _) => labelled::folder(data)?,
        (None, Some(manifest)) => labelled::manifest(manifest)?,
        (None, None) => return Err("give --data DIR or --manifest FILE".into()),
    };
    arguments.without.iter().try_for_each(|list| labelled::leave_out(&mut photos, list))?;
    photos.sort_by(|a, b| a.path.cmp(&b.path));
    for photo in &mut photos {
        let family = arguments.family_before.as_ref().and_then(|mark| photo.person.split_once(mark.as_str()));
        if let Some((family, _)) = family {
            photo.columns.insert("family".into(), family.to_owned());
        }
    }
    if photos.is_empty() {
        return Err("--data: no photos in it".into());
    }
    Ok(photos)
}

fn everybody(sets: &BTreeMap<String, Set>) -> Vec<Candidate> {
    sets.values().flat_map(|set| set.people.iter().cloned()).collect()
}

struct Fit<'a> {
    out: &'a Path,
    story: Story,
}

impl Fit<'_> {
    fn target(&self, what: &str) -> PathBuf {
        self.out.join(format!("{}.{what}", self.story.model))
    }

    /// Writes what was fitted, or notes why it was not. If one thing fails, the others are fitted all the same.
    fn keep(&mut self, what: &'static str, name: &str, fitted: Result<Vec<u8>, facecore::Error>) -> Result<()> {
        match fitted {
            Ok(bytes) => {
                let target = self.target(name);
                saving::save("--out", &target, &bytes)?;
                self.story.files.push(shown::path(&target).to_string());
            }
            Err(error) => drop(self.story.missing.insert(what, error.to_string())),
        }
        Ok(())
    }

    fn threshold(&mut self, sets: &BTreeMap<String, Set>, arguments: &ModelsFit) -> Result<()> {
        let (mut faces, mut people, mut families) = (Vec::new(), Vec::new(), Vec::new());
        let everybody = sets.values().flat_map(|set| set.people.iter().zip(&set.families));
        for (person, (candidate, &family)) in everybody.enumerate() {
            faces.extend_from_slice(&candidate.embeddings);
            people.extend(candidate.embeddings.iter().map(|_| person));
            families.extend(candidate.embeddings.iter().map(|_| family));
        }
        let labelled = LabelledFaces { faces: &faces, people: &people, groups: Some(&families), slices: None };
        let mut rates = vec![1e-2, 1e-3, 1e-4, 1e-5];
        rates.retain(|rate| *rate != arguments.fp);
        rates.insert(0, arguments.fp);
        let points = labelled.tellable(&rates);
        if points.first() != Some(&OperateAt::FalsePositives(arguments.fp)) {
            let reason =
                format!("{} pairs of two people are too few for a rate of {}", labelled.negatives(), arguments.fp);
            self.story.missing.insert("threshold", reason);
            return Ok(());
        }
        let options = AllPairsOptions { points, threads: arguments.look.threads.count(), ..AllPairsOptions::default() };
        let measured = all_pairs(&labelled, &Offsets::none(faces.len()), &options)?;
        for of in &measured.points {
            let OperateAt::FalsePositives(fp) = of.at else { continue };
            self.story.points.push(Point { fp, tp: of.tp, threshold: of.threshold.value });
        }
        self.story.threshold = measured.points.first().map(|point| point.threshold.value);
        Ok(())
    }

    fn matching(&mut self, sets: &BTreeMap<String, Set>) -> Result<()> {
        let sets: Vec<LabelledSet<'_>> = sets.values().map(Set::labelled).collect();
        let fitted = fit_matching(&sets, &MatchingFit::default()).and_then(|numbers| numbers.write());
        self.keep("matching", "matching.toml", fitted.map(String::into_bytes))
    }

    fn calibration(&mut self, people: &[Candidate]) -> Result<()> {
        let fitted = calibrate(people, &CalibrationOptions::default()).and_then(|calibration| calibration.write());
        self.keep("calibration", "calibration.toml", fitted.map(String::into_bytes))
    }

    fn filter(
        &mut self,
        arguments: &ModelsFit,
        engine: &Engine,
        faces: &[Embedding],
        report: &mut Report,
    ) -> Result<()> {
        let Some(scenes) = &arguments.scenes else { return Ok(()) };
        let from = NonFacePhotos {
            photos: scenes.clone(),
            without: None,
            half: None,
            crops: 16,
            look: arguments.look.clone(),
        };
        let found = nonface::non_faces(&from, engine, report)?;
        let photos: Vec<Vec<Embedding>> = found.into_iter().map(|photo| [photo.crops, photo.alarms].concat()).collect();
        self.keep("non-faces", "nonface", NonFaceFilter::build(&photos, faces).map(|filter| filter.write()))
    }
}

impl Story {
    fn new(model: String, space: String, [people, faces]: [usize; 2], threshold_fp: f64) -> Self {
        Self {
            model,
            space,
            people,
            faces,
            threshold: None,
            threshold_fp,
            points: Vec::new(),
            matching: Vec::new(),
            files: Vec::new(),
            missing: BTreeMap::new(),
        }
    }

    /// Fits the matcher on one half of the families once more, and measures it on the other.
    fn checks(&mut self, sets: &BTreeMap<String, Set>) {
        let halves = [1, 2].map(|half| -> Vec<Set> { sets.values().map(|set| part(set, half)).collect() });
        let Ok(numbers) = fit_matching(&labelled_sets(&halves[0]), &MatchingFit::default()) else { return };
        let others = Set {
            people: halves[1].iter().flat_map(|set| set.people.clone()).collect(),
            families: halves[1].iter().flat_map(|set| set.families.clone()).collect(),
        };
        let matcher = Matcher::with_numbers(numbers);
        for candidates in [10, 100] {
            for fp_asked in [1e-2, 1e-3] {
                let draws = MatchingDraws { candidates, photos: 3, lists: 2_000 / candidates, seed: 1 };
                let Ok(matcher) = matcher.clone().with_false_positive_rate(fp_asked) else { continue };
                // Fewer people than the list has candidates.
                let Ok(trials) = measure_matching(&others.labelled(), &matcher, &draws) else { continue };
                let found = identify(&trials, 0.0, matcher.margin());
                self.matching.push(Check { candidates, fp_asked, fp: found.fp.value, tp: found.tp.value });
            }
        }
    }

    fn words(&self) -> String {
        let Self { model, space, people, faces, .. } = self;
        let mut text = format!("{model}, space {space}: {people} people with {faces} faces\n");
        if let Some(threshold) = self.threshold {
            text += &format!(
                "threshold = {threshold:.4}  # false positives {}; for its entry in manifest.toml\n",
                self.threshold_fp
            );
        }
        for Point { fp, tp, threshold } in &self.points {
            let tp: &dyn Display = tp.as_ref().map_or(&"nobody has two photos", |tp| tp);
            text += &format!("false positives {fp:<7} true positives {tp}  threshold {threshold:.4}\n");
        }
        for Check { candidates, fp_asked, fp, tp } in &self.matching {
            text += &format!(
                "matcher of one half of the families on the other, {candidates} candidates of 3 photos: {fp_asked} asked, false positives \
                 {fp:.5}, true positives {tp:.4}\n"
            );
        }
        self.files.iter().for_each(|file| text += &format!("{file}\n"));
        text
    }
}

/// The people of a set whose families are of one half.
fn part(set: &Set, half: u8) -> Set {
    let mut of_half = Set::default();
    let wanted = set.people.iter().zip(&set.families).filter(|(_, family)| half_of(&family.to_string()) == half);
    for (person, &family) in wanted {
        of_half.people.push(person.clone());
        of_half.families.push(family);
    }
    of_half
}

fn labelled_sets(sets: &[Set]) -> Vec<LabelledSet<'_>> {
    sets.iter().map(Set::labelled).collect()
}
