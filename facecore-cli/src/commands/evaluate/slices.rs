//! Slices: rates among the photos that a column, or what the photo itself tells, has in common.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use facecore::evaluate::{PairScore, Rate, Tally};

use super::measure::Scored;
use crate::failure::Result;
use crate::labelled::{LabelledPhoto, SeenFace};

/// The photos of one value (or band of values) of a column.
pub struct Slice {
    pub column: String,
    pub value: String,
    /// Accepted pairs of one person, both photos in the slice.
    pub tp: Rate,
    /// Accepted pairs of two people, both photos in the slice.
    pub fp: Rate,
}

/// A column's value of each photo, as the name of a slice.
pub type Column = (String, Vec<Option<String>>);

/// Accept rates within each slice.
pub fn slices(columns: &[Column], scored: &Scored, accepted: &dyn Fn(&PairScore) -> bool) -> Vec<Slice> {
    let mut slices = Vec::new();
    for (column, values) in columns {
        let mut tallies: BTreeMap<&str, [Vec<Tally>; 2]> = Default::default();
        for (pair, score) in scored.pairs.iter().zip(&scored.scores) {
            let [left, right] = pair.photos.map(|photo| values[photo].as_deref());
            if let (Some(left), true) = (left, left == right) {
                let tally = Tally { hits: usize::from(accepted(score)), trials: 1 };
                tallies.entry(left).or_default()[usize::from(score.same)].push(tally);
            }
        }
        slices.extend(tallies.into_iter().map(|(value, [different, same])| Slice {
            column: column.clone(),
            value: value.to_owned(),
            tp: Rate::of(&same),
            fp: Rate::of(&different),
        }));
    }
    slices
}

/// Cuts numbers at `edges` into bands with names that sort in their order, such as `2: 4 to 13`.
fn bands(numbers: &[Option<f64>], edges: &[f64]) -> Vec<Option<String>> {
    let band = |number: f64| {
        let at = edges.partition_point(|&edge| edge <= number);
        let edge = |at: usize| format!("{:.4}", edges[at]).trim_end_matches('0').trim_end_matches('.').to_owned();
        let range = match (at, edges.len()) {
            (_, 0) => "all".to_owned(),
            (0, _) => format!("below {}", edge(0)),
            (at, all) if at == all => format!("from {}", edge(at - 1)),
            (at, _) => format!("{} to {}", edge(at - 1), edge(at)),
        };
        format!("{}: {range}", at + 1)
    };
    numbers.iter().map(|number| number.map(band)).collect()
}

/// The edges that cut numbers into three bands of about one size.
fn thirds(numbers: &[Option<f64>]) -> Vec<f64> {
    let mut sorted: Vec<f64> = numbers.iter().flatten().copied().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> =
        [1, 2].map(|third| sorted.get(sorted.len() * third / 3).copied()).into_iter().flatten().collect();
    edges.dedup();
    edges
}

/// The columns of the manifest and what the photos themselves tell: size, sharpness, brightness and turn of the face.
pub fn columns(photos: &[LabelledPhoto], seen: &[Option<SeenFace>], given: &[String]) -> Result<Vec<Column>> {
    let mut edges = HashMap::new();
    for bands in given {
        let parsed = bands.split_once('=').and_then(|(name, numbers)| {
            let numbers: Option<Vec<f64>> = numbers.split(',').map(|number| number.trim().parse().ok()).collect();
            Some((name, numbers?)).filter(|(_, numbers)| numbers.is_sorted())
        });
        let (name, numbers) =
            parsed.ok_or_else(|| format!("--bands {bands}: not NAME=NUMBER,NUMBER… in rising order"))?;
        edges.insert(name, numbers);
    }
    let mut columns: Vec<Column> = Vec::new();
    let mut add_numbers = |name: &str, numbers: Vec<Option<f64>>| {
        let edges = edges.get(name).cloned().unwrap_or_else(|| thirds(&numbers));
        columns.push((name.to_owned(), bands(&numbers, &edges)));
    };
    let names: BTreeSet<&String> = photos.iter().flat_map(|photo| photo.columns.keys()).collect();
    let mut words = Vec::new();
    for name in names {
        let values: Vec<Option<&String>> =
            photos.iter().map(|photo| photo.columns.get(name).filter(|value| !value.is_empty())).collect();
        let numbers: Vec<Option<f64>> = values.iter().map(|value| value.and_then(|value| value.parse().ok())).collect();
        if numbers.iter().flatten().count() == values.iter().flatten().count() {
            add_numbers(name, numbers);
        } else {
            words.push((name.clone(), values.into_iter().map(|value| value.cloned()).collect()));
        }
    }
    type Aspect = fn(&facecore::FaceQuality) -> f32;
    let aspects: [(&str, Aspect); 4] = [
        ("face_size", |quality| quality.size),
        ("sharpness", |quality| quality.sharpness),
        ("brightness", |quality| quality.brightness),
        ("yaw", |quality| quality.yaw),
    ];
    for (name, aspect) in aspects {
        let number = |seen: &Option<SeenFace>| {
            let seen = seen.as_ref().filter(|seen| seen.found)?;
            Some(f64::from(aspect(&seen.quality())))
        };
        add_numbers(name, seen.iter().map(number).collect());
    }
    columns.extend(words);
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::super::measure::PhotoPair;
    use super::*;

    #[test]
    fn numbers_fall_into_bands() {
        let numbers = [Some(1.0), Some(4.0), None, Some(13.0)];
        let named = bands(&numbers, &[4.0, 12.5]);
        assert_eq!(named.iter().flatten().collect::<Vec<_>>(), ["1: below 4", "2: 4 to 12.5", "3: from 12.5"]);
        assert_eq!(thirds(&[Some(3.0), Some(1.0), Some(2.0)]), [2.0, 3.0]);
        assert_eq!(bands(&[Some(1.0)], &thirds(&[Some(1.0)])), [Some("2: from 1".to_owned())]);
    }

    #[test]
    fn slices_count_pairs_inside_them() {
        let columns = [("age".to_owned(), vec![Some("a".to_owned()), Some("a".to_owned()), Some("b".to_owned())])];
        let pair = |photos, same| PhotoPair { photos, same, fold: 0 };
        let pairs = vec![pair([0, 1], true), pair([0, 1], false), pair([0, 2], false)];
        let scores = pairs.iter().map(|pair| PairScore { distance: 0.1, same: pair.same, fold: 0 }).collect();
        let slices = slices(&columns, &Scored { pairs, scores }, &|score| score.distance < 1.0);
        assert_eq!(slices.len(), 1);
        assert_eq!((slices[0].tp.hits, slices[0].fp.trials), (1, 1));
    }
}
