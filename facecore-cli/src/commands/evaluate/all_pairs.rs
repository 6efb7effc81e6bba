//! `facecore evaluate --all-pairs`: every photo against every other, for rates of false positives that a list of pairs cannot tell.

mod show;

use std::collections::HashMap;
use std::fmt::Display;
use std::fs;
use std::process::ExitCode;
use std::sync::Arc;

use facecore::evaluate::{AllPairsOptions, LabelledFaces, Offsets, OperateAt, all_pairs};
use facecore::social::{Sex, sex_from_name};
use facecore::{Embedding, MatchingNumbers, SpaceId};

use super::measure::Configuration;
use super::records::Photos;
use super::slices::Column;
use crate::arguments::Evaluate;
use crate::failure::Result;
use crate::labelled::LabelledPhoto;
use crate::output::Report;

/// Rates of false positives where none are asked for.
const RATES: [f64; 4] = [1e-2, 1e-3, 1e-4, 1e-5];

/// The photos that were looked at.
pub struct Set<'a> {
    pub photos: &'a [LabelledPhoto],
    /// Of each photo whether it has a face to compare.
    pub usable: &'a [bool],
    /// Slices by column, of each photo.
    pub columns: &'a [Column],
    pub counts: &'a Photos,
}

/// Where the crowding around a face comes from; half of it is taken off a cosine.
#[derive(Clone)]
enum Crowding {
    Ignored,
    /// By a cohort of the other people.
    Cohort,
    /// From the face alone, by numbers that were fitted on others.
    Predicted(Arc<MatchingNumbers>),
}

impl Crowding {
    /// The ways that are asked for, and that are known for faces of `space`.
    fn all(arguments: &Evaluate, space: SpaceId) -> Result<Vec<Self>> {
        let mut all = vec![Self::Ignored];
        all.extend(arguments.cohort.then_some(Self::Cohort));
        let numbers = match &arguments.all.predicted {
            None => None,
            Some(None) => MatchingNumbers::bundled(space),
            Some(Some(path)) => {
                let about = |error: &dyn Display| format!("--predicted {}: {error}", path.display());
                let text = fs::read_to_string(path).map_err(|error| about(&error))?;
                let numbers = MatchingNumbers::read(&text).map_err(|error| about(&error))?;
                Some(Arc::new(numbers)).filter(|numbers| numbers.space == space)
            }
        };
        all.extend(numbers.map(Self::Predicted));
        Ok(all)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Ignored => "none",
            Self::Cohort => "cohort",
            Self::Predicted(_) => "predicted",
        }
    }

    fn offsets(&self, faces: &LabelledFaces<'_>, threads: usize) -> Result<Offsets> {
        Ok(match self {
            Self::Ignored => Offsets::none(faces.faces.len()),
            Self::Cohort => Offsets::cohort(faces, threads)?,
            Self::Predicted(numbers) => {
                let half = |face| Ok(numbers.crowding.of(face)? / 2.0);
                Offsets::of(faces.faces.iter().map(half).collect::<facecore::Result<_>>()?)
            }
        })
    }
}

/// What a configuration gave.
struct Measured {
    name: String,
    model: String,
    mirror: bool,
    crowding: Crowding,
    result: facecore::evaluate::AllPairs,
}

/// What was measured, and how.
struct Measurement<'a> {
    counts: &'a Photos,
    cap: usize,
    grouped: bool,
    /// The column of the slices and their names.
    slices: Option<(&'a str, Vec<String>)>,
    measured: Vec<Measured>,
}

pub fn run(
    arguments: &Evaluate,
    set: &Set<'_>,
    configurations: &[Configuration],
    report: Report,
    json: bool,
) -> Result<ExitCode> {
    let labels = Labels::new(arguments, set)?;
    let mut measured = Vec::new();
    for configuration in configurations {
        let faces: Vec<Embedding> =
            labels.photos.iter().filter_map(|&photo| configuration.faces[photo].clone()).collect();
        let faces = labels.of(&faces);
        let options = options(arguments, &faces)?;
        let Some(first) = faces.faces.first() else { return Err("no photo has a face".to_owned().into()) };
        for crowding in Crowding::all(arguments, first.space())? {
            let offsets = crowding.offsets(&faces, options.threads)?;
            let name = match crowding {
                Crowding::Ignored => configuration.name(),
                _ => format!("{}, {}", configuration.name(), crowding.name()),
            };
            let (model, mirror) = (configuration.models.join("+"), configuration.mirror);
            let result = all_pairs(&faces, &offsets, &options)?;
            measured.push(Measured { name, model, mirror, crowding, result });
        }
    }
    let is_predicted = |one: &Measured| matches!(one.crowding, Crowding::Predicted(_));
    if arguments.all.predicted.is_some() && !measured.iter().any(is_predicted) {
        return Err("--predicted: the numbers are of none of these networks".to_owned().into());
    }
    let measurement = Measurement {
        counts: set.counts,
        cap: arguments.all.cap,
        grouped: labels.groups.is_some(),
        slices: arguments.all.slice_by.as_deref().zip(labels.slices.map(|(names, _)| names)),
        measured,
    };
    report.print(&if json { show::json(&measurement) } else { show::table(&measurement) })?;
    if let Some(path) = &arguments.report {
        super::write(path, "--report", &show::html(&measurement))?;
    }
    Ok(report.finish())
}

/// Who is on the photos that have a face, as numbers.
struct Labels {
    /// The places of those photos.
    photos: Vec<usize>,
    people: Vec<usize>,
    groups: Option<Vec<usize>>,
    /// The slices' names and of each photo its slice.
    slices: Option<(Vec<String>, Vec<Option<usize>>)>,
}

impl Labels {
    fn new(arguments: &Evaluate, set: &Set<'_>) -> Result<Self> {
        let photos: Vec<usize> = (0..set.photos.len()).filter(|&photo| set.usable[photo]).collect();
        let people = numbered(photos.iter().map(|&photo| set.photos[photo].person.clone()));
        let by = &arguments.all.group_by;
        let group = |by: &str| photos.iter().map(|&photo| group_of(by, &set.photos[photo])).collect::<Result<Vec<_>>>();
        let groups = by.as_ref().map(|by| Ok::<_, crate::failure::Failure>(numbered(group(by)?.into_iter())));
        let slices = arguments.all.slice_by.as_ref().map(|column| {
            let all = values(column, set)?;
            let values: Vec<Option<String>> = photos.iter().map(|&photo| all[photo].clone()).collect();
            let mut names: Vec<String> = values.iter().flatten().cloned().collect();
            names.sort_unstable();
            names.dedup();
            let place = |value: &Option<String>| value.as_ref().and_then(|value| names.binary_search(value).ok());
            let slices = values.iter().map(place).collect();
            Ok::<_, crate::failure::Failure>((names, slices))
        });
        Ok(Self { people, groups: groups.transpose()?, slices: slices.transpose()?, photos })
    }

    fn of<'a>(&'a self, faces: &'a [Embedding]) -> LabelledFaces<'a> {
        LabelledFaces {
            faces,
            people: &self.people,
            groups: self.groups.as_deref(),
            slices: self.slices.as_ref().map(|(_, slices)| &slices[..]),
        }
    }
}

/// The same number for the same label.
fn numbered(labels: impl Iterator<Item = String>) -> Vec<usize> {
    let mut known = HashMap::new();
    labels
        .map(|label| {
            let next = known.len();
            *known.entry(label).or_insert(next)
        })
        .collect()
}

/// The group of a photo's person. Who has none is a group of one person.
fn group_of(by: &str, photo: &LabelledPhoto) -> Result<String> {
    let own = || format!("\u{0}{}", photo.person);
    if let Some(mark) = by.strip_prefix("prefix:").filter(|mark| !mark.is_empty()) {
        return Ok(photo.person.split_once(mark).map_or_else(own, |(group, _)| group.to_owned()));
    }
    let column = photo.columns.get(by);
    let column = column.ok_or_else(|| format!("--group-by {by}: the manifest has no such column; or give prefix:_"))?;
    Ok(if column.is_empty() { own() } else { column.clone() })
}

/// The value of each photo in a column.
fn values(column: &str, set: &Set<'_>) -> Result<Vec<Option<String>>> {
    if column == "sex-of-name" {
        return Ok(set.photos.iter().map(|photo| sex_of(&photo.person)).collect());
    }
    let known = set.columns.iter().find(|(name, _)| name == column).map(|(_, values)| values.clone());
    let names = || set.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    Ok(known.ok_or_else(|| format!("--slice-by {column}: there are {} and sex-of-name", names()))?)
}

/// The sex that a name as `First_Last` points to.
fn sex_of(person: &str) -> Option<String> {
    let words: Vec<&str> = person.split(['_', ' ']).filter(|word| !word.is_empty()).collect();
    let (first, rest) = words.split_first()?;
    // A number such as F0001 is no name.
    if person.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let sex = match sex_from_name(first, rest.last().unwrap_or(&"")).sex? {
        Sex::Female => "women",
        Sex::Male => "men",
    };
    Some(sex.to_owned())
}

fn options(arguments: &Evaluate, faces: &LabelledFaces<'_>) -> Result<AllPairsOptions> {
    let mut points = match &arguments.all.rates[..] {
        [] => faces.tellable(&RATES),
        given => given.iter().map(|&rate| OperateAt::FalsePositives(rate)).collect(),
    };
    points.extend(arguments.threshold.map(OperateAt::Score));
    if points.is_empty() {
        return Err("too few pairs of two people even for a rate of 0.01: give --rates".to_owned().into());
    }
    let threads = arguments.threads.count();
    Ok(AllPairsOptions { points, cap: arguments.all.cap, threads, ..AllPairsOptions::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(person: &str, family: &str) -> LabelledPhoto {
        let columns = [("family".to_owned(), family.to_owned())].into();
        LabelledPhoto { path: "x.jpg".into(), person: person.into(), area: None, columns }
    }

    #[test]
    fn a_group_is_a_prefix_or_a_column() {
        let group = |by: &str, person: &str, family: &str| group_of(by, &photo(person, family)).unwrap();
        assert_eq!(group("prefix:_", "F0001_MID1", ""), "F0001");
        assert_eq!(group("prefix:_MID", "F0001_MID1", ""), "F0001");
        assert_eq!(group("family", "Ann", "Smith"), "Smith");
        // Strangers without a family are not of one family.
        assert_ne!(group("family", "Ann", ""), group("family", "Bob", ""));
        assert_ne!(group("prefix:_", "Ann", ""), group("prefix:_", "Bob", ""));
        assert!(group_of("clan", &photo("Ann", "")).unwrap_err().to_string().contains("--group-by clan"));
        assert!(group_of("prefix:", &photo("Ann", "")).is_err());
    }

    #[test]
    fn names_tell_the_sex() {
        assert_eq!(sex_of("Mary_Smith").as_deref(), Some("women"));
        assert_eq!(sex_of("John_van_Smith").as_deref(), Some("men"));
        assert_eq!(sex_of("F0001_MID1"), None);
        assert_eq!(sex_of(""), None);
    }

    #[test]
    fn labels_become_numbers() {
        assert_eq!(numbered(["b", "a", "b"].map(str::to_owned).into_iter()), [0, 1, 0]);
    }
}
