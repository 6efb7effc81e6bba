//! Rounds without labels, on accounts made of real families: how pure the people are, and how much of the gain that labels bring is reached without them.
//!
//! An account has all photos of a family of one half, and some of two people of other families, its guests. Two faces that were cut out of one
//! photo (`P00001_face1`, `P00001_face2`) are on one photo.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::thread::available_parallelism;

use facecore::adapt::{Adaptation, Parameters, compare, fit};
use facecore::bootstrap::{AccountFaces, BootstrapOptions, Round, bootstrap};
use facecore::cluster::SamePhoto;
use facecore::evaluate::{AllPairs, AllPairsOptions};
use facecore::profile::Settings;
use facecore_benches::random::Random;

use crate::adapt::{Set, family, half_of, set};
use crate::faces::Cache;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The half whose families have accounts. The other half is for measuring.
const HALF: u8 = 1;
/// How many photos an account has of each of its two guests.
const GUEST: usize = 4;

/// Accounts, and for each face whose it is.
struct Town {
    accounts: Vec<AccountFaces>,
    whose: Vec<u32>,
}

impl Town {
    fn new(cache: &Cache, settings: &Settings, seed: u64) -> Self {
        let is_clear = |face: &&usize| settings.is_clear(cache.width(**face), cache.score(**face));
        let mut families: BTreeMap<&str, Vec<(u32, usize)>> = BTreeMap::new();
        for (&person, faces) in &cache.people {
            let name = &*cache.names[person as usize];
            if family(name) != name && half_of(family(name)) == HALF {
                let faces = faces.iter().filter(is_clear).map(|&face| (person, face));
                families.entry(family(name)).or_default().extend(faces);
            }
        }
        let mut random = Random::new(seed);
        let mut homes: Vec<Vec<(u32, usize)>> = families.into_values().collect();
        homes.iter_mut().for_each(|faces| faces.sort_unstable());
        let mut town = Self { accounts: Vec::new(), whose: Vec::new() };
        let mut photos = HashMap::new();
        for at in 0..homes.len() {
            let mut faces = homes[at].clone();
            for _ in 0..2 {
                let other = &homes[(at + 1 + random.below(homes.len() - 1)) % homes.len()];
                let Some(&(guest, _)) = random.pick(other) else { continue };
                faces.extend(other.iter().filter(|(person, _)| *person == guest).take(GUEST));
            }
            faces.sort_unstable();
            faces.dedup();
            random.shuffle(&mut faces);
            town.whose.extend(faces.iter().map(|(person, _)| *person));
            let mut photo = |face: usize| {
                let next = photos.len() as u64;
                *photos.entry(photo_of(&cache.photo(face))).or_insert(next)
            };
            let ids = faces.iter().map(|&(_, face)| photo(face)).collect();
            let faces = faces.iter().map(|&(_, face)| cache.embeddings[face].clone()).collect();
            town.accounts.push(AccountFaces { faces, photos: ids });
        }
        town
    }

    /// How many people have so many faces in an account that they could be found.
    fn there(&self, enough: usize) -> usize {
        let (mut begin, mut there) = (0, 0);
        for account in &self.accounts {
            let mut counts: HashMap<u32, usize> = HashMap::new();
            let whose = &self.whose[begin..begin + account.faces.len()];
            whose.iter().for_each(|&person| *counts.entry(person).or_default() += 1);
            there += counts.values().filter(|count| **count >= enough).count();
            begin += account.faces.len();
        }
        there
    }
}

/// The photo that a face was cut out of.
fn photo_of(file: &str) -> String {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let family = family(folder.rsplit('/').next().unwrap_or_default());
    format!("{family}/{}", name.split_once("_face").map_or(name, |(photo, _)| photo))
}

/// How pure the people of a round are.
#[derive(Default)]
struct Purity {
    mixed: usize,
    faces: usize,
    right: usize,
    /// Faces that are with most of their person's.
    together: usize,
    /// Different people.
    found: usize,
}

impl Purity {
    fn of(round: &Round, town: &Town) -> Self {
        let mut purity = Self::default();
        let mut pieces: HashMap<u32, Vec<usize>> = HashMap::new();
        for person in &round.people {
            let mut of: BTreeMap<u32, usize> = BTreeMap::new();
            person.iter().for_each(|&face| *of.entry(town.whose[face]).or_default() += 1);
            purity.mixed += usize::from(of.len() > 1);
            purity.faces += person.len();
            purity.right += of.values().max().copied().unwrap_or(0);
            of.into_iter().for_each(|(person, count)| pieces.entry(person).or_default().push(count));
        }
        purity.found = pieces.len();
        purity.together = pieces.values().filter_map(|pieces| pieces.iter().max()).sum();
        purity
    }

    fn cells(&self, people: usize) -> String {
        let share = |part: usize| 100.0 * part as f64 / self.faces.max(1) as f64;
        let Self { mixed, faces, right, together, found } = *self;
        format!("{people} | {faces} | {mixed} | {:.2} % | {:.2} % | {found}", share(right), share(together))
    }
}

/// Prints the tables: the rounds, the rule for two faces of one photo, and the gain beside the one with labels.
pub fn tables(cache: &Cache, settings: &Settings, seeds: u64) -> Result<()> {
    let threads = available_parallelism()?.get();
    let options = AllPairsOptions { draws: 40, threads, ..AllPairsOptions::default() };
    let others = set(cache, |half, is_family| half != HALF && is_family);
    let labelled = set(cache, |half, is_family| half == HALF && is_family);
    let parameters = Parameters { threads, ..Parameters::default() };
    let first = labelled.faces.first().ok_or("nobody to learn from")?;
    let start = rates(&others, &Adaptation::identity(first.space(), first.len())?, &options)?;
    let goal = rates(&others, &fit(&labelled.labelled(), &parameters)?.adaptation, &options)?;
    println!(
        "families of half {HALF}; measured on those of the other half: true positives at 10⁻³ and 10⁻⁴ as they are {}, with labels {}\n",
        cells(start),
        cells(goal)
    );
    println!(
        "| Two faces of one photo | Seed | Round | People | Faces | Mixed people | Purity | In one piece | People found | Dropped: photo, alike | 10⁻³, 10⁻⁴ | Share of the labelled gain |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for same_photo in [SamePhoto::DropCluster, SamePhoto::CannotLink, SamePhoto::Ignore] {
        for seed in 1..=seeds {
            let town = Town::new(cache, settings, seed);
            let options_ =
                BootstrapOptions { same_photo, parameters: parameters.clone(), ..BootstrapOptions::default() };
            for (at, round) in (1..).zip(bootstrap(&town.accounts, settings, &options_)?) {
                let won = rates(&others, &round.learned, &options)?;
                let share = [0, 1]
                    .map(|at| format!("{:.0} %", 100.0 * (won[at] - start[at]) / (goal[at] - start[at]).max(1e-9)));
                println!(
                    "| {same_photo:?} | {seed} | {at} | {} of {} | {}, {} | {} | {} |",
                    Purity::of(&round, &town).cells(round.people.len()),
                    town.there(settings.min_samples),
                    round.same_photo,
                    round.ambiguous[0] + round.ambiguous[1],
                    cells(won),
                    share.join(", ")
                );
            }
        }
    }
    Ok(())
}

/// True positives at false positives of 10⁻³ and 10⁻⁴.
fn rates(others: &Set, adaptation: &Adaptation, options: &AllPairsOptions) -> Result<[f64; 2]> {
    let AllPairs { points, .. } = compare(&others.labelled(), adaptation, options)?.after;
    let tp = |at: usize| points.get(at).and_then(|point| point.tp).map_or(0.0, |tp| tp.value);
    Ok([tp(1), tp(2)])
}

fn cells([thousandth, ten_thousandth]: [f64; 2]) -> String {
    format!("{thousandth:.3}, {ten_thousandth:.3}")
}
