//! Labels that are broken on purpose: how much of that a check of labels finds and mends.
//!
//! A third of what is broken are single faces under the name of another person, a third are people under the name of another one, a third are
//! people of whom a part has a new name. Broken are people with three faces or more (four to be split); the others are there as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;

use facecore::Embedding;
use facecore::cluster::{LabelAction, LabelRules, LabelledClass};
use facecore_benches::random::Random;

use crate::adapt::{family, half_of};
use crate::faces::Cache;
use crate::town::photo_of;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How a label was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    Wrong,
    Merged,
    Split,
}

impl Broken {
    const ALL: [Self; 3] = [Self::Wrong, Self::Merged, Self::Split];
}

/// Faces with whose they are, and under whose name they stand.
#[derive(Default)]
struct Labels {
    faces: Vec<Embedding>,
    is: Vec<usize>,
    label: Vec<usize>,
    broken: Vec<Option<Broken>>,
    /// The photo that each face was cut out of, by number; empty where it is not known.
    photos: Vec<u64>,
}

/// Whose labels are broken.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    pub half: u8,
    pub families: bool,
    /// Whether it is known which faces are of one photo.
    pub photos: bool,
}

impl Labels {
    /// Right labels: of the families of a half, or of its other people.
    fn of(cache: &Cache, Whose { half, families, photos }: Whose) -> Self {
        let mut labels = Self::default();
        let mut numbers = HashMap::new();
        let mut number = |face: usize| {
            let next = numbers.len() as u64;
            *numbers.entry(photo_of(&cache.photo(face))).or_insert(next)
        };
        let people: BTreeMap<&str, &Vec<usize>> =
            cache.people.iter().map(|(&person, faces)| (&*cache.names[person as usize], faces)).collect();
        let belongs = |name: &str| half_of(family(name)) == half && (family(name) != name) == families;
        for (person, (_, faces)) in people.into_iter().filter(|(name, _)| belongs(name)).enumerate() {
            labels.faces.extend(faces.iter().map(|&face| cache.embeddings[face].clone()));
            labels.is.extend(faces.iter().map(|_| person));
            labels.photos.extend(faces.iter().filter(|_| photos).map(|&face| number(face)));
        }
        labels.broken.resize(labels.is.len(), None);
        labels.label.clone_from(&labels.is);
        labels
    }

    /// Breaks this share of the labels of people with three faces or more.
    fn break_some(&mut self, share: f64, seed: u64) {
        let mut random = Random::new(seed);
        let mut people: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        self.is.iter().enumerate().for_each(|(face, &person)| people.entry(person).or_default().push(face));
        people.retain(|_, faces| faces.len() >= 3);
        let each = (share * people.values().map(Vec::len).sum::<usize>() as f64 / 3.0).round() as usize;
        let mut order: Vec<usize> = people.keys().copied().collect();
        random.shuffle(&mut order);
        order = self.split(order, &people, each, &mut random);
        order = self.merge(order, &people, each);
        let mut faces: Vec<usize> = order.iter().flat_map(|person| people[person].clone()).collect();
        random.shuffle(&mut faces);
        for &face in faces.iter().take(each) {
            let others: Vec<usize> = order.iter().copied().filter(|&person| person != self.is[face]).collect();
            if let Some(&other) = random.pick(&others) {
                (self.label[face], self.broken[face]) = (other, Some(Broken::Wrong));
            }
        }
    }

    /// Gives a part of some people's faces, at most half, a new name; returns the others.
    fn split(
        &mut self,
        order: Vec<usize>,
        people: &BTreeMap<usize, Vec<usize>>,
        each: usize,
        random: &mut Random,
    ) -> Vec<usize> {
        let mut next = self.is.iter().max().map_or(0, |last| last + 1);
        let (mut done, mut left) = (0, Vec::new());
        for person in order {
            let mut faces = people[&person].clone();
            if done >= each || faces.len() < 4 {
                left.push(person);
                continue;
            }
            let count = 2 + random.below(faces.len() / 2 - 1);
            random.shuffle(&mut faces);
            for &face in &faces[..count] {
                (self.label[face], self.broken[face]) = (next, Some(Broken::Split));
            }
            (next, done) = (next + 1, done + count);
        }
        left
    }

    /// Puts people under the name of others, who have more faces; returns those who are neither.
    fn merge(&mut self, order: Vec<usize>, people: &BTreeMap<usize, Vec<usize>>, each: usize) -> Vec<usize> {
        let (mut done, mut left) = (0, Vec::new());
        for pair in order.chunks(2) {
            let (Some(&one), Some(&other)) = (pair.first(), pair.get(1)) else {
                left.extend(pair);
                continue;
            };
            let (more, fewer) = if people[&one].len() >= people[&other].len() { (one, other) } else { (other, one) };
            let count = people[&fewer].len();
            if done >= each || people[&more].len() == count || (done > 0 && count > each) {
                left.extend(pair);
                continue;
            }
            for &face in &people[&fewer] {
                (self.label[face], self.broken[face]) = (more, Some(Broken::Merged));
            }
            done += count;
        }
        left
    }

    /// Checks the labels; returns the new ones, none for what is left out.
    fn check(&self, rules: &LabelRules) -> Result<Vec<Option<usize>>> {
        let classes = self.label.iter().max().map_or(0, |last| last + 1);
        let mut rows = vec![Vec::new(); classes];
        self.label.iter().enumerate().for_each(|(face, &label)| rows[label].push(face));
        let pass = || {
            let class = |rows: &Vec<usize>| LabelledClass {
                faces: rows.iter().map(|&face| self.faces[face].clone()).collect(),
                photos: rows.iter().filter_map(|&face| self.photos.get(face).copied()).collect(),
            };
            Ok(rows.iter().map(class).map(Ok))
        };
        let (mut labels, mut next) = (vec![None; self.label.len()], classes);
        rules.check(pass, |class, verdicts| -> facecore::Result<()> {
            let mut parts = 0;
            for (&face, verdict) in rows[class].iter().zip(verdicts) {
                labels[face] = match verdict.action {
                    LabelAction::Keep => Some(class),
                    LabelAction::Join(other) | LabelAction::Move(other) => Some(other),
                    LabelAction::Part(part) => {
                        parts = parts.max(part + 1);
                        Some(next + part)
                    }
                    LabelAction::Out => None,
                };
            }
            next += parts;
            Ok(())
        })?;
        Ok(labels)
    }
}

/// What a check changed, against what was broken.
#[derive(Default, Clone, Copy)]
struct Score {
    broken: usize,
    changed: usize,
    /// Changed and broken.
    found: usize,
    /// Of these left out, or now with most faces of their person.
    mended: usize,
    /// Broken and found, by how it was broken.
    by_kind: [[usize; 2]; 3],
}

impl Score {
    fn add(&mut self, labels: &Labels, new: &[Option<usize>]) {
        let mut of: HashMap<usize, BTreeMap<usize, usize>> = HashMap::new();
        for (label, &is) in new.iter().zip(&labels.is) {
            if let Some(label) = label {
                *of.entry(*label).or_default().entry(is).or_default() += 1;
            }
        }
        let whose = |label: usize| of[&label].iter().max_by_key(|(_, count)| **count).map(|(&person, _)| person);
        for (face, label) in new.iter().enumerate() {
            let (changed, broken) = (*label != Some(labels.label[face]), labels.broken[face]);
            self.changed += usize::from(changed);
            let Some(kind) = broken else { continue };
            self.broken += 1;
            let counts = &mut self.by_kind[Broken::ALL.iter().position(|of| *of == kind).unwrap_or(0)];
            counts[0] += 1;
            if changed {
                counts[1] += 1;
                self.found += 1;
                self.mended += usize::from(label.is_none_or(|label| whose(label) == Some(labels.is[face])));
            }
        }
    }

    fn cells(&self) -> String {
        let share =
            |part: usize, all: usize| if all == 0 { "–".into() } else { format!("{:.3}", part as f64 / all as f64) };
        let kinds = self.by_kind.map(|[all, found]| share(found, all));
        format!(
            "{} | {} | {} | {} | {} | {}",
            self.broken,
            self.changed,
            share(self.found, self.changed),
            share(self.found, self.broken),
            kinds.join(" / "),
            share(self.mended, self.broken)
        )
    }
}

const COLUMNS: &str = "Broken | Changed | Precision | Recall | wrong / merged / split | Mended";

/// Prints the table of one half.
pub fn tables(cache: &Cache, (half, photos): (u8, bool), seeds: u64, grid: bool) -> Result<()> {
    for (name, families) in [("families", true), ("other people", false)] {
        let whose = Whose { half, families, photos };
        let right = Labels::of(cache, whose);
        let people = right.is.iter().collect::<BTreeSet<_>>().len();
        println!("\n{name}, half {half}: {people} people with {} faces\n", right.faces.len());
        if grid {
            by_rules(cache, whose, seeds)?;
            continue;
        }
        println!("| Share broken | {COLUMNS} |\n|--:|--:|--:|--:|--:|--:|--:|");
        for share in [0.0, 0.05, 0.1, 0.2] {
            let score = score(cache, whose, share, (&LabelRules::default(), seeds))?;
            println!("| {:.0} % | {} |", 100.0 * share, score.cells());
        }
    }
    Ok(())
}

fn by_rules(cache: &Cache, whose: Whose, seeds: u64) -> Result<()> {
    println!("| Rule | {COLUMNS} |\n|---|--:|--:|--:|--:|--:|--:|");
    let shipped = LabelRules::default();
    let mut tried = vec![("as it is".to_owned(), shipped)];
    for step in [-2.0f32, -1.0, -0.5, 0.5, 1.0, 2.0] {
        let mut with = |name: &str, set: fn(&mut LabelRules) -> &mut f32, unit: f32| {
            let mut rules = shipped;
            *set(&mut rules) += unit * step;
            tried.push((format!("{name} {:.2}", *set(&mut rules)), rules));
        };
        with("alike", |rules| &mut rules.alike, 0.4);
        with("out", |rules| &mut rules.out, 0.5);
        with("apart", |rules| &mut rules.apart, 0.5);
        with("moved", |rules| &mut rules.moved, 0.5);
        with("lead", |rules| &mut rules.lead, 1.0);
        with("joined", |rules| &mut rules.joined, 0.5);
        with("ahead", |rules| &mut rules.ahead, 0.25);
        with("surely", |rules| &mut rules.surely, 1.0);
        with("within", |rules| &mut rules.within, 0.05);
    }
    tried[1..].sort_by(|a, b| a.0.cmp(&b.0));
    for (name, rules) in &tried {
        println!("| {name} | {} |", score(cache, whose, 0.1, (rules, seeds))?.cells());
    }
    Ok(())
}

fn score(cache: &Cache, whose: Whose, share: f64, (rules, seeds): (&LabelRules, u64)) -> Result<Score> {
    let mut score = Score::default();
    for seed in 1..=seeds {
        let mut labels = Labels::of(cache, whose);
        labels.break_some(share, seed);
        score.add(&labels, &labels.check(rules)?);
    }
    Ok(score)
}
