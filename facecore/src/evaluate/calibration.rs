//! Fits a [`Calibration`] on labelled faces, and checks one on others.

use super::identification::{Draws, Identification, Normalisation, Profile, Trial, identify, threshold_at};
use super::population::Population;
use super::random::Random;
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::matching::{Calibration, Candidate, Cohort, Logistic, OperatingPoint};

/// What a calibration is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationOptions {
    /// Rates of false positives: strangers' faces that get a name.
    pub fps: Vec<f64>,
    /// Lengths of lists of candidates.
    pub candidates: Vec<usize>,
    /// Photos of a candidate's profile, at the most.
    pub photos: usize,
    /// The least number of lists drawn for each length. Short lists are drawn until they have 5,000 candidates together: a
    /// threshold from a few hundred candidates would fit only those people.
    pub lists: usize,
    /// Other seeds draw other lists.
    pub seed: u64,
}

impl Default for CalibrationOptions {
    /// 1 % and 0.1 %; 10, 100 and 1,000 candidates with up to 5 photos; 20 lists.
    fn default() -> Self {
        Self { fps: vec![1e-2, 1e-3], candidates: vec![10, 100, 1_000], photos: 5, lists: 20, seed: 1 }
    }
}

impl CalibrationOptions {
    fn draws<'a>(&self, candidates: usize, normalisation: Normalisation<'a>) -> Draws<'a> {
        let Self { photos, seed, .. } = *self;
        let lists = self.lists.max(LISTED.div_ceil(candidates.max(1)));
        Draws { candidates, photos, lists, seed, profile: Profile::Mean, normalisation }
    }
}

/// The fewest candidates in all lists of a length together.
const LISTED: usize = 5_000;

/// The most members of a cohort: more change nothing but the time of a decision and the size of the file.
const COHORT: usize = 1_000;

/// Fits thresholds, margin and probability on labelled people, who then are the cohort.
///
/// In the fit a face's cohort is everybody who is neither a candidate nor the face's own person, so a threshold never knows the
/// faces it is measured with. What the data cannot tell (too few people for a list, too few strangers for a rate) is left out and named in
/// [`Calibration::unsupported`].
///
/// # Errors
/// [`Error::Evaluation`] if nothing can be fitted, and the errors of [`Population::new`].
pub fn calibrate(people: &[Candidate], options: &CalibrationOptions) -> Result<Calibration> {
    let population = Population::new(people)?;
    let mut unsupported = Vec::new();
    let mut lists: Vec<(usize, Vec<Trial>)> = Vec::new();
    for &candidates in &options.candidates {
        // Somebody must be left for the strangers and for the cohort.
        if candidates + 2 > people.len() {
            unsupported.push(format!("{candidates} candidates: there are {} people", people.len()));
            continue;
        }
        lists.push((candidates, population.trials(&options.draws(candidates, Normalisation::Drawn))?));
    }
    let [middle @ .., _] = &lists[..] else {
        return Err(Error::Evaluation { reason: format!("nothing to fit: {}", unsupported.join("; ")) });
    };
    let (_, typical) = &lists[middle.len().div_ceil(2).min(lists.len() - 1)];
    let strictest = options.fps.iter().copied().fold(1.0, f64::min);
    let margin = fit_margin(typical, strictest);
    let mut points = Vec::new();
    for (candidates, trials) in &lists {
        for &fp in &options.fps {
            let threshold = match threshold_at(trials, fp, margin) {
                Ok(threshold) => threshold,
                Err(Error::Evaluation { reason }) => {
                    unsupported.push(format!("{candidates} candidates: {reason}"));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Identification { tp, fp: measured, .. } = identify(trials, threshold, margin);
            let interval = [measured.low, measured.high];
            let strangers = measured.effective as usize;
            points.push(OperatingPoint { candidates: *candidates, fp, interval, threshold, tp: tp.value, strangers });
        }
    }
    let mut members: Vec<Embedding> = population.members().cloned().collect();
    Random::new(options.seed).shuffle(&mut members);
    members.truncate(COHORT);
    Ok(Calibration {
        space: members[0].space(),
        photos: options.photos,
        people: people.len(),
        margin,
        probability: fit_probability(typical),
        points,
        unsupported,
        cohort: Cohort::new(members)?,
    })
}

/// Measures a point of a calibration on people whom it was not fitted on.
///
/// # Errors
/// [`Error::Evaluation`] if there are too few people for the list, and the errors of [`Population::trials`].
pub fn check(
    calibration: &Calibration,
    point: &OperatingPoint,
    population: &Population<'_>,
    options: &CalibrationOptions,
) -> Result<Identification> {
    if point.candidates + 1 > population.people().len() {
        let reason = format!("{} candidates: there are {} people", point.candidates, population.people().len());
        return Err(Error::Evaluation { reason });
    }
    let trials = population.trials(&options.draws(point.candidates, Normalisation::Given(&calibration.cohort)))?;
    Ok(identify(&trials, point.threshold, calibration.margin))
}

/// The margin with the most true positives at a rate of false positives; of equals the smallest.
fn fit_margin(trials: &[Trial], fp: f64) -> f32 {
    let margins = (0..=10).map(|hundredth| hundredth as f32 / 100.0);
    let right = |margin: f32| {
        let threshold = threshold_at(trials, fp, margin).ok()?;
        let named = trials.iter().filter(|trial| trial.right && trial.score >= threshold && trial.lead >= margin);
        Some((margin, named.count()))
    };
    let best = margins.filter_map(right).fold(None, |best: Option<(f32, usize)>, next| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    });
    best.map_or(0.0, |best| best.0)
}

/// Logistic regression of "the nearest candidate is right" on the score, both outcomes weighted alike (Newton's method).
fn fit_probability(trials: &[Trial]) -> Logistic {
    let right = trials.iter().filter(|trial| trial.right).count().max(1) as f64;
    let wrong = (trials.len() as f64 - right).max(1.0);
    let (mut slope, mut offset) = (0.0, 0.0);
    for _ in 0..30 {
        let (mut g, mut h) = ([0.0; 2], [1e-6, 0.0, 1e-6]);
        for trial in trials {
            let x = f64::from(trial.score);
            let weight = if trial.right { 0.5 / right } else { 0.5 / wrong };
            let p = Logistic { slope, offset }.probability(x);
            let (error, curve) = (weight * (f64::from(u8::from(trial.right)) - p), weight * p * (1.0 - p));
            g = [g[0] + error * x, g[1] + error];
            h = [h[0] + curve * x * x, h[1] + curve * x, h[2] + curve];
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        slope += (g[0] * h[2] - g[1] * h[1]) / determinant;
        offset += (g[1] * h[0] - g[0] * h[1]) / determinant;
        // Classes that do not overlap have no finite answer; steeper than this says the same.
        slope = slope.clamp(-200.0, 200.0);
        offset = offset.clamp(-100.0, 100.0);
    }
    Logistic { slope, offset }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::SpaceId;

    /// People in random directions with photos around; about a third shares a corner of the space.
    fn people(count: usize, photos: usize, seed: u64) -> Vec<Candidate> {
        let (mut random, mut kinds) = (Random::new(seed), Random::new(!seed));
        let mut vector = |scale: f32| -> Vec<f32> {
            let mut value = || (0..6).map(|_| random.below(1_000)).sum::<usize>() as f32 / 3_000.0 - 1.0;
            (0..64).map(|_| value() * scale).collect()
        };
        let corner: Vec<f32> = (0..64).map(|at| if at < 8 { 0.7 } else { 0.0 }).collect();
        let mut person = |at: usize| {
            let crowded = if kinds.below(3) == 0 { 1.0 } else { 0.0 };
            let centre: Vec<f32> =
                vector(1.0).iter().zip(&corner).map(|(own, corner)| own + crowded * corner).collect();
            let photo = |_| {
                let values = vector(0.7).iter().zip(&centre).map(|(noise, centre)| noise + centre).collect();
                Embedding::new(SpaceId([1; 8]), values).unwrap()
            };
            Candidate { person: at.to_string(), embeddings: (0..photos).map(photo).collect() }
        };
        (0..count).map(&mut person).collect()
    }

    fn options() -> CalibrationOptions {
        CalibrationOptions { candidates: vec![5, 40, 5_000], photos: 2, lists: 10, ..CalibrationOptions::default() }
    }

    #[test]
    fn the_rate_holds_for_people_it_has_not_seen() {
        let calibration = calibrate(&people(300, 4, 1), &options()).unwrap();
        assert_eq!(calibration.points.len(), 4, "{:?}", calibration.points);
        assert!(calibration.unsupported[0].starts_with("5000 candidates: there are 300 people"));
        let others = people(300, 4, 2);
        let population = Population::new(&others).unwrap();
        for point in &calibration.points {
            let result = check(&calibration, point, &population, &options()).unwrap();
            let overlap = result.fp.low <= point.interval[1] && result.fp.high >= point.interval[0];
            assert!(overlap && result.fp.value > point.fp / 3.0, "{point:?} {result:?}");
            assert!(result.tp.value > 0.3, "{point:?} {result:?}");
        }
        let [short, long] = [5, 40].map(|length| {
            calibration.points.iter().find(|point| point.candidates == length && point.fp == 1e-3).unwrap().threshold
        });
        assert!(long > short, "longer lists need more");
        assert_eq!(Calibration::read(&calibration.write().unwrap()).unwrap().points, calibration.points);
    }

    /// Fits on some people and measures on others, 200 times.
    #[test]
    fn the_interval_has_the_asked_rate_as_often_as_it_says() {
        const ASKED: f64 = 0.05;
        let draws = Draws { lists: 30, photos: 2, ..options().draws(10, Normalisation::None) };
        let trials = |seed| Population::new(&people(100, 3, seed)).unwrap().trials(&draws).unwrap();
        let (mut both, mut measured_alone) = (0, 0);
        for seed in 0..200 {
            let fitted = trials(2 * seed);
            let threshold = threshold_at(&fitted, ASKED, 0.0).unwrap();
            let fit = identify(&fitted, threshold, 0.0).fp;
            let measured = identify(&trials(2 * seed + 1), threshold, 0.0).fp;
            let [low, high] = measured.with_fit(fit.effective);
            both += usize::from((low..=high).contains(&ASKED));
            measured_alone += usize::from(measured.admits(ASKED));
        }
        assert!((182..=198).contains(&both), "{both}");
        assert!(measured_alone < both - 10, "{measured_alone}: the threshold's own uncertainty counts");
    }

    #[test]
    fn what_the_data_cannot_tell_is_named() {
        let few = people(12, 3, 1);
        let calibration =
            calibrate(&few, &CalibrationOptions { candidates: vec![4, 100], lists: 1, photos: 2, ..options() })
                .unwrap();
        assert!(calibration.unsupported.iter().any(|text| text.contains("needs 1000 negatives")));
        assert!(calibration.unsupported.iter().any(|text| text.contains("100 candidates")));
        assert!(calibrate(&few, &CalibrationOptions { candidates: vec![100], ..options() }).is_err());
    }

    #[test]
    fn probabilities_rise_with_the_score() {
        let trial =
            |score: f32, right| Trial { person: 0, photo: 0, known: right, right, nearest: 0, score, lead: 0.1 };
        let trials: Vec<Trial> = (0..1_000).map(|at| trial(at as f32 / 1_000.0, at % 10 < at / 100)).collect();
        let logistic = fit_probability(&trials);
        assert!(logistic.slope > 3.0 && (logistic.probability(0.5) - 0.5).abs() < 0.1, "{logistic:?}");
        let apart: Vec<Trial> = (0..100).map(|at| trial(at as f32 / 100.0, at > 50)).collect();
        let steep = fit_probability(&apart);
        assert!(steep.slope.is_finite() && steep.probability(0.9) > 0.99, "{steep:?}");
    }
}
