//! `facecore matching`: fits what a matcher is taught of a network, and measures what it does to labelled people.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use facecore::evaluate::{
    Identification, LabelledSet, MatchingDraws, MatchingFit, Rate, fit_matching, identify, measure_matching,
};
use facecore::{Candidate, Matcher, MatchingNumbers};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::evaluate::measure::{Configuration, group};
use crate::arguments::{Matching, MatchingFaces, MatchingMeasure, MatchingTeach};
use crate::failure::Result;
use crate::labelled::{self, LabelledPhoto, Looking, SeenFace, gather};
use crate::output::{Report, json_line};
use crate::{saving, shown};

pub fn run(arguments: &Matching, json: bool) -> Result<ExitCode> {
    match arguments {
        Matching::Fit(arguments) => fit(arguments, json),
        Matching::Measure(arguments) => measure(arguments, json),
    }
}

fn fit(arguments: &MatchingTeach, json: bool) -> Result<ExitCode> {
    saving::check("--out", &arguments.out)?;
    let (sets, report) = look(&arguments.from, json)?;
    let sets: Vec<LabelledSet<'_>> = sets.values().map(Set::labelled).collect();
    let options = MatchingFit { features: arguments.features, ..MatchingFit::default() };
    let numbers = fit_matching(&sets, &options)?;
    saving::save("--out", &arguments.out, numbers.write()?.as_bytes())?;
    let MatchingNumbers { space, people, thresholds, .. } = &numbers;
    let required = |fp, candidates, photos| thresholds.of(fp, candidates, photos);
    let table = format!(
        "space {space}, {people} people\nscore required at 1 % and 0.1 %: {:.3} {:.3} for one candidate of one photo, {:.3} {:.3} \
         for a hundred of five\n",
        required(0.01, 1, 1),
        required(0.001, 1, 1),
        required(0.01, 100, 5),
        required(0.001, 100, 5)
    );
    report.print(&table)?;
    Ok(report.finish())
}

/// A rate measured with lists of a length.
#[derive(Serialize)]
struct Measured<'a> {
    kind: &'static str,
    set: &'a str,
    fp_target: f64,
    candidates: usize,
    photos: usize,
    fp: Rate,
    tp: Rate,
    wrong: Rate,
    /// Whether the asked rate is in the interval of `fp`, or above it.
    holds: bool,
}

fn measure(arguments: &MatchingMeasure, json: bool) -> Result<ExitCode> {
    let (sets, report) = look(&arguments.from, json)?;
    let numbers = match &arguments.numbers {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| format!("--numbers {}: {error}", shown::path(path)))?;
            Some(MatchingNumbers::read(&text)?)
        }
        None => None,
    };
    if !json {
        report.print("set  FP asked  candidates  photos  FP measured  interval  TP  another's name  holds\n")?;
    }
    for (name, set) in &sets {
        let Some(space) = set.people.first().map(|person| person.embeddings[0].space()) else { continue };
        let matcher = match (arguments.threshold, &numbers) {
            (Some(threshold), _) => Matcher::cosine(threshold, arguments.lead)?,
            (None, Some(numbers)) => Matcher::with_numbers(numbers.clone()),
            (None, None) => Matcher::for_space(space)?,
        };
        for (&candidates, &photos) in arguments
            .candidates
            .iter()
            .flat_map(|candidates| arguments.photos.iter().map(move |photos| (candidates, photos)))
        {
            if candidates >= set.people.len() {
                continue;
            }
            // Short lists are drawn more often: a rate from a few hundred candidates would tell of those few people only.
            let lists = arguments.lists.max(arguments.listed / candidates.max(1));
            let draws = MatchingDraws { candidates, photos, lists, seed: arguments.seed };
            for &fp_target in &arguments.fp {
                let matcher = match arguments.threshold {
                    Some(_) => matcher.clone(),
                    None => matcher.clone().with_false_positive_rate(fp_target)?,
                };
                let trials = measure_matching(&set.labelled(), &matcher, &draws)?;
                let Identification { fp, tp, wrong, .. } = identify(&trials, 0.0, matcher.margin());
                let holds = fp_target >= fp.low;
                let measured =
                    Measured { kind: "matching", set: name, fp_target, candidates, photos, fp, tp, wrong, holds };
                report.print(&if json { json_line(&measured) } else { line(&measured) })?;
            }
        }
    }
    Ok(report.finish())
}

fn line(measured: &Measured<'_>) -> String {
    let Measured { set, fp_target, candidates, photos, fp, tp, wrong, holds, .. } = measured;
    let Rate { value, low, high, .. } = fp;
    let (tp, wrong, holds) = (tp.value, wrong.value, if *holds { "yes" } else { "no" });
    format!(
        "{set}  {fp_target}  {candidates}  {photos}  {value:.5}  [{low:.5}, {high:.5}]  {tp:.4}  {wrong:.5}  {holds}\n"
    )
}

/// The people of one value of the column `set`.
#[derive(Default)]
pub struct Set {
    pub people: Vec<Candidate>,
    pub families: Vec<usize>,
}

impl Set {
    pub fn labelled(&self) -> LabelledSet<'_> {
        LabelledSet { people: &self.people, families: &self.families }
    }
}

/// The sets by their names. A family is numbered alike in all of them.
fn look(from: &MatchingFaces, json: bool) -> Result<(BTreeMap<String, Set>, Report)> {
    let mut photos = labelled::manifest(&from.manifest)?;
    from.without.iter().try_for_each(|list| labelled::leave_out(&mut photos, list))?;
    // So that the numbers do not depend on the order of the manifest.
    photos.sort_by(|a, b| a.path.cmp(&b.path));
    photos.retain(|photo| from.half.is_none_or(|half| half_of(family(photo)) == half));
    photos.retain(|photo| from.set.is_empty() || from.set.iter().any(|set| set == column(photo, "set")));
    let engine = from.look.model.open()?;
    let model = engine.model().unwrap_or_default().to_owned();
    let engines = [engine];
    let looking = Looking::plain(&engines, &from.look);
    let mut report = Report::new(json, photos.len());
    let seen = gather(&photos, &looking, &mut report)?;
    let sets = sets(&photos, &model, &seen)?;
    Ok((sets, report))
}

/// The people who were seen, by the column `set`.
pub fn sets(photos: &[LabelledPhoto], model: &str, seen: &[Option<SeenFace>]) -> Result<BTreeMap<String, Set>> {
    let usable: Vec<bool> = seen.iter().map(|seen| seen.as_ref().is_some_and(|seen| seen.found)).collect();
    let faces = Configuration::single(model, None, false, 0, seen)?.faces;
    let grouped = group(photos, &faces, &usable);
    let mut families: BTreeMap<String, usize> = BTreeMap::new();
    let mut sets: BTreeMap<String, Set> = BTreeMap::new();
    for (person, of_person) in grouped.people.into_iter().zip(grouped.photos) {
        let photo = &photos[of_person[0]];
        let next = families.len();
        let set = sets.entry(column(photo, "set").to_owned()).or_default();
        set.families.push(*families.entry(family(photo).to_owned()).or_insert(next));
        set.people.push(person);
    }
    Ok(sets)
}

fn column<'a>(photo: &'a LabelledPhoto, name: &str) -> &'a str {
    photo.columns.get(name).map_or("", String::as_str)
}

/// The family; somebody without one is a family alone.
fn family(photo: &LabelledPhoto) -> &str {
    Some(column(photo, "family")).filter(|family| !family.is_empty()).unwrap_or(&photo.person)
}

/// 1 or 2, the same for a name in every data set.
pub fn half_of(family: &str) -> u8 {
    1 + (Sha256::digest(family)[0] & 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_depend_on_the_family_alone() {
        let photo = |person: &str, family: &str| LabelledPhoto {
            path: Default::default(),
            person: person.into(),
            area: None,
            columns: [("family".to_owned(), family.to_owned())].into(),
        };
        assert_eq!(family(&photo("Ann", "Smith")), "Smith");
        assert_eq!(family(&photo("Ann", "")), "Ann");
        let first = (0..1_000).filter(|number| half_of(&number.to_string()) == 1).count();
        assert!((440..560).contains(&first), "{first}");
    }
}
