//! Learning a map from labelled embeddings, stopped by people who are not learned from.

use std::collections::{BTreeMap, BTreeSet};
use std::f32::consts::PI;

use ndarray::{Array2, ArrayView1, Axis};

use super::adaptation::{Adaptation, wrong};
use super::learner::{Learner, Step};
use super::parameters::Parameters;
use crate::embed::Embedding;
use crate::error::Result;
use crate::evaluate::{AllPairsOptions, LabelledFaces, Offsets, all_pairs, resolve};
use crate::random::Random;

/// The fewest steps of an epoch.
const STEPS: usize = 24;

/// A map must gain more than this on the people held back, else the identity is kept: a new space is work for whoever keeps
/// embeddings.
const WORTH: f64 = 0.001;

/// What [`fit`] learned, and how it went.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The map of the best epoch; the identity if no epoch won 0.001 or more of [`before`](Self::before).
    pub adaptation: Adaptation,
    /// The best epoch, from 1; 0 is the identity.
    pub best: usize,
    /// How well the people held back are told apart without a map, as [`Epoch::held_back`] measures it.
    pub before: f64,
    /// How each epoch went.
    pub epochs: Vec<Epoch>,
    /// People learned from.
    pub people: usize,
    /// Their faces.
    pub faces: usize,
    /// People held back.
    pub held_back_people: usize,
    /// Their faces.
    pub held_back_faces: usize,
}

/// An epoch of a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// The mean loss of the faces learned from.
    pub loss: f32,
    /// The rate of true positives over all pairs of the people held back, 0…1: its mean at rates of false positives of 10⁻², 10⁻³ and
    /// 10⁻⁴, without those for which there are too few pairs.
    pub held_back: f64,
}

/// Learns a map that brings faces of one person together and drives those of others apart.
///
/// The map begins as the identity and each person's centroid as the mean of the person's faces; both follow the slopes of
/// [`Parameters::loss`] by Adam. A part of the groups (families, else people) is not learned from: after each epoch it is measured how
/// well these are told apart, and the best epoch is kept, or the identity if no epoch is better. The same faces in the same order and
/// the same parameters give the same map on the same kind of processor, whatever the number of threads.
///
/// Some hundred people with some photos each are enough to begin with; a person with a single photo still helps, as somebody whom
/// the others are not. Measure the result with [`compare`](super::compare) on people who were not given to the fit.
///
/// # Errors
/// [`Error::Option`](crate::Error::Option) for parameters outside their range; [`Error::Evaluation`](crate::Error::Evaluation) for lists of
/// different lengths, or too few people to measure those held back; [`Error::Adaptation`](crate::Error::Adaptation) for fewer than two
/// people to learn from, or embeddings of more than 4,096 values; the errors of comparing the faces.
///
/// ```
/// # use facecore::adapt::{Parameters, fit};
/// # use facecore::evaluate::LabelledFaces;
/// # use facecore::{Embedding, Error};
/// /// The people by number, and who each embedding is.
/// fn learn(faces: &[Embedding], people: &[usize]) -> Result<(), Error> {
///     let fitted = fit(&LabelledFaces { faces, people, groups: None, slices: None }, &Parameters::default())?;
///     let carried: Vec<Embedding> = faces.iter().map(|face| fitted.adaptation.apply(face)).collect::<Result<_, _>>()?;
///     println!("{} faces are now in the space {}", carried.len(), fitted.adaptation.space());
///     Ok(())
/// }
/// ```
pub fn fit(labelled: &LabelledFaces<'_>, parameters: &Parameters) -> Result<Fitted> {
    parameters.check()?;
    let (learned, held_back) = divide(labelled, parameters)?;
    let first = &labelled.faces[learned[0]];
    let yardstick = Yardstick::new(labelled, &held_back, parameters.threads)?;
    let identity = Adaptation::identity(first.space(), first.len())?;
    let lesson = Lesson::new(labelled, &learned)?;
    let before = yardstick.measure(&identity)?;
    let mut fitted = Fitted {
        adaptation: identity,
        best: 0,
        before,
        epochs: Vec::new(),
        people: lesson.means.nrows(),
        faces: learned.len(),
        held_back_people: yardstick.people.iter().collect::<BTreeSet<_>>().len(),
        held_back_faces: held_back.len(),
    };
    let mut learner = Learner::new(lesson.means.clone());
    let mut order: Vec<usize> = (0..learned.len()).collect();
    let mut random = Random::new(parameters.seed);
    let mut best = before + WORTH;
    while fitted.epochs.len() < parameters.epochs && fitted.epochs.len() < fitted.best + parameters.patience {
        random.shuffle(&mut order);
        let loss = lesson.epoch(&mut learner, &order, (fitted.epochs.len(), parameters));
        // An epoch whose numbers left the range of f32 is the last.
        let Ok(adaptation) = Adaptation::new(first.space(), first.len(), learner.map.iter().copied().collect()) else {
            break;
        };
        let held_back = yardstick.measure(&adaptation)?;
        fitted.epochs.push(Epoch { loss, held_back });
        if held_back > best {
            (best, fitted.best, fitted.adaptation) = (held_back, fitted.epochs.len(), adaptation);
        }
    }
    Ok(fitted)
}

/// Learns from all faces, in as many epochs as there are in the parameters: for labels by which nobody could tell when to end.
pub(crate) fn learn(labelled: &LabelledFaces<'_>, parameters: &Parameters) -> Result<Adaptation> {
    parameters.check()?;
    let all: Vec<usize> = (0..labelled.faces.len()).collect();
    let lesson = Lesson::new(labelled, &all)?;
    let mut learner = Learner::new(lesson.means.clone());
    let (mut order, mut random) = (all, Random::new(parameters.seed));
    for epoch in 0..parameters.epochs {
        random.shuffle(&mut order);
        lesson.epoch(&mut learner, &order, (epoch, parameters));
    }
    let first = &labelled.faces[0];
    Adaptation::new(first.space(), first.len(), learner.map.iter().copied().collect())
}

/// The places of the faces to learn from, and of those held back. No group is in both.
fn divide(labelled: &LabelledFaces<'_>, parameters: &Parameters) -> Result<(Vec<usize>, Vec<usize>)> {
    let LabelledFaces { faces, people, groups, .. } = *labelled;
    for length in [people.len(), groups.map_or(faces.len(), <[_]>::len)] {
        if length != faces.len() {
            let reason = format!("{} faces, but a list about them is {length} long", faces.len());
            return Err(crate::Error::Evaluation { reason });
        }
    }
    let units = groups.unwrap_or(people);
    let mut names: Vec<usize> = units.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    Random::new(parameters.seed).shuffle(&mut names);
    names.truncate((names.len() as f64 * parameters.held_back).ceil() as usize);
    let held_back: BTreeSet<usize> = names.into_iter().collect();
    let (held_back, learned): (Vec<usize>, Vec<usize>) =
        (0..faces.len()).partition(|&at| held_back.contains(&units[at]));
    if learned.iter().map(|&at| people[at]).collect::<BTreeSet<_>>().len() < 2 {
        return Err(wrong("fewer than two people to learn from"));
    }
    faces.iter().try_for_each(|face| faces[0].check_comparable(face))?;
    Ok((learned, held_back))
}

/// The faces to learn from.
struct Lesson {
    /// A row for each.
    faces: Array2<f32>,
    /// Of each its person, from 0.
    people: Vec<usize>,
    /// A row of length 1 for each person.
    means: Array2<f32>,
}

impl Lesson {
    fn new(labelled: &LabelledFaces<'_>, learned: &[usize]) -> Result<Self> {
        let mut of_person: BTreeMap<usize, Vec<&Embedding>> = BTreeMap::new();
        for &at in learned {
            of_person.entry(labelled.people[at]).or_default().push(&labelled.faces[at]);
        }
        let places: BTreeMap<usize, usize> = of_person.keys().enumerate().map(|(at, &person)| (person, at)).collect();
        let len = labelled.faces[learned[0]].len();
        let mut faces = Array2::zeros((0, len));
        let mut means = Array2::zeros((0, len));
        // Rows of another length were refused before.
        let push = |rows: &mut Array2<f32>, face: &Embedding| {
            rows.push_row(ArrayView1::from(face.as_slice())).map_err(|error| wrong(error.to_string()))
        };
        learned.iter().try_for_each(|&at| push(&mut faces, &labelled.faces[at]))?;
        for of_one in of_person.values() {
            // Opposite faces have no mean: then the first one is as good as any.
            let mean = Embedding::mean(of_one).unwrap_or_else(|_| of_one[0].clone());
            push(&mut means, &mean)?;
        }
        Ok(Self { faces, people: learned.iter().map(|at| places[&labelled.people[*at]]).collect(), means })
    }

    /// One pass over the faces in an order; returns their mean loss.
    fn epoch(&self, learner: &mut Learner, order: &[usize], (done, parameters): (usize, &Parameters)) -> f32 {
        let Parameters { loss, epochs, batch, rate, pull, threads, .. } = *parameters;
        let batch = order.len().div_ceil(STEPS).min(batch);
        let steps = order.len().div_ceil(batch);
        let mut sum = 0.0;
        for (at, places) in order.chunks(batch).enumerate() {
            let progress = (done * steps + at) as f32 / (epochs * steps) as f32;
            let rate = rate * 0.5 * (1.0 + (PI * progress).cos());
            let faces = self.faces.select(Axis(0), places);
            let people: Vec<usize> = places.iter().map(|&place| self.people[place]).collect();
            sum += learner.step(faces.view(), &people, Step { loss, rate, pull, threads }) * places.len() as f32;
        }
        sum / order.len() as f32
    }
}

/// The faces held back.
struct Yardstick {
    faces: Vec<Embedding>,
    people: Vec<usize>,
    groups: Vec<usize>,
    options: AllPairsOptions,
}

impl Yardstick {
    fn new(labelled: &LabelledFaces<'_>, held_back: &[usize], threads: usize) -> Result<Self> {
        let pick = |list: &[usize]| held_back.iter().map(|&at| list[at]).collect::<Vec<_>>();
        let groups = pick(labelled.groups.unwrap_or(labelled.people));
        let faces = held_back.iter().map(|&at| labelled.faces[at].clone()).collect();
        // Only the values are looked at: the fewest draws that are allowed.
        let options = AllPairsOptions { draws: 40, threads, ..AllPairsOptions::default() };
        let mut yardstick = Self { faces, people: pick(labelled.people), groups, options };
        let held_back = yardstick.labelled();
        resolve(held_back.negatives() as usize, 1e-2)?;
        yardstick.options.points = held_back.tellable(&[1e-2, 1e-3, 1e-4]);
        Ok(yardstick)
    }

    fn labelled(&self) -> LabelledFaces<'_> {
        LabelledFaces { faces: &self.faces, people: &self.people, groups: Some(&self.groups), slices: None }
    }

    /// As [`Epoch::held_back`].
    fn measure(&self, adaptation: &Adaptation) -> Result<f64> {
        let faces = self.faces.iter().map(|face| adaptation.apply(face)).collect::<Result<Vec<_>>>()?;
        let labelled = LabelledFaces { faces: &faces, ..self.labelled() };
        let measured = all_pairs(&labelled, &Offsets::none(faces.len()), &self.options)?;
        let mut sum = 0.0;
        for point in &measured.points {
            let tp = point.tp.ok_or_else(|| wrong("none of the people held back has two photos"))?;
            sum += tp.value;
        }
        Ok(sum / measured.points.len() as f64)
    }
}
