//! Measures a learned map of the embeddings on people and families that it was not learned from.

use std::collections::BTreeMap;
use std::error::Error;
use std::thread::available_parallelism;
use std::time::Instant;

use facecore::Embedding;
use facecore::adapt::{Adaptation, Loss, Parameters, compare, fit};
use facecore::evaluate::{AllPairs, AllPairsOptions, LabelledFaces};
use sha2::{Digest, Sha256};

use crate::faces::Cache;

/// Faces with their people and families, by number.
#[derive(Default)]
pub struct Set {
    pub faces: Vec<Embedding>,
    people: Vec<usize>,
    families: Vec<usize>,
}

impl Set {
    pub fn labelled(&self) -> LabelledFaces<'_> {
        LabelledFaces { faces: &self.faces, people: &self.people, groups: Some(&self.families), slices: None }
    }
}

/// The family of a person of FIW, such as `F0001_MID1`; everybody else is a family alone.
pub fn family(name: &str) -> &str {
    name.split_once("_MID").map_or(name, |(family, _)| family)
}

/// The half of `facecore matching --half`: 1 or 2.
pub fn half_of(family: &str) -> u8 {
    1 + (Sha256::digest(family)[0] & 1)
}

/// The people for whom `belongs` holds, given their half and whether they are of FIW.
pub fn set(cache: &Cache, belongs: impl Fn(u8, bool) -> bool) -> Set {
    let mut families = BTreeMap::new();
    let mut people: Vec<_> =
        cache.people.iter().map(|(person, faces)| (&cache.names[*person as usize], faces)).collect();
    people.sort();
    let mut set = Set::default();
    for (person, (name, faces)) in people.into_iter().enumerate() {
        let next = families.len();
        let number = *families.entry(family(name)).or_insert(next);
        if !belongs(half_of(family(name)), family(name) != name) {
            continue;
        }
        for &face in faces {
            set.faces.push(cache.embeddings[face].clone());
            set.people.push(person);
            set.families.push(number);
        }
    }
    set
}

/// Learns on one half, and prints the true positives on the other, before and after.
pub fn tables(cache: &Cache, grid: bool) -> Result<(), Box<dyn Error>> {
    let threads = available_parallelism()?.get();
    let options = AllPairsOptions { draws: 200, threads, ..AllPairsOptions::default() };
    let learned = set(cache, |half, _| half == 1);
    let others = [
        ("families", set(cache, |half, fiw| half == 2 && fiw)),
        ("other people", set(cache, |half, fiw| half == 2 && !fiw)),
    ];
    println!("learned from {} faces\n", learned.faces.len());
    println!(
        "| Loss | s | epochs | Measured on | 10⁻² | 10⁻³ | 10⁻⁴ | 10⁻⁵ | Threshold at 10⁻³ |\n|---|--:|--:|---|--:|--:|--:|--:|--:|"
    );
    let first = learned.faces.first().ok_or("nobody to learn from")?;
    let identity = Adaptation::identity(first.space(), first.len())?;
    for (name, set) in &others {
        let none = compare(&set.labelled(), &identity, &options)?;
        println!("| none | | | {name} | {} |", cells(&none.before));
    }
    for loss in losses(grid) {
        let begin = Instant::now();
        let fitted = fit(&learned.labelled(), &Parameters { loss, threads, ..Parameters::default() })?;
        let (seconds, epochs) = (begin.elapsed().as_secs_f32(), fitted.epochs.len());
        for (name, set) in &others {
            let comparison = compare(&set.labelled(), &fitted.adaptation, &options)?;
            let best = fitted.best;
            println!("| {} | {seconds:.1} | {best} of {epochs} | {name} | {} |", shown(loss), cells(&comparison.after));
        }
    }
    Ok(())
}

/// The losses to compare; with `grid` each pair of margins.
fn losses(grid: bool) -> Vec<Loss> {
    let margins = |positive, negative| Loss::Margins { positive, negative };
    if grid {
        let of = |positive| [0.0, 0.1, 0.2, 0.3, 0.4, 0.5].map(|negative| margins(positive, negative));
        return [0.8, 0.9, 1.0].into_iter().flat_map(of).collect();
    }
    let cos_face = Loss::CosFace { scale: 20.0, margin: 0.35 };
    vec![margins(0.9, 0.2), margins(0.9, 0.3), margins(0.9, 0.4), cos_face]
}

fn shown(loss: Loss) -> String {
    match loss {
        Loss::Margins { positive, negative } => format!("margins {positive} / {negative}"),
        Loss::CosFace { scale, margin } => format!("CosFace {scale} / {margin}"),
    }
}

fn cells(measured: &AllPairs) -> String {
    let cell = |tp: &facecore::evaluate::Estimate| format!("{:.3} [{:.3}, {:.3}]", tp.value, tp.low, tp.high);
    let mut cells: Vec<String> =
        measured.points.iter().map(|point| point.tp.as_ref().map_or_else(String::new, cell)).collect();
    cells.extend(measured.points.get(1).map(|point| format!("{:.3}", point.threshold.value)));
    cells.join(" | ")
}
