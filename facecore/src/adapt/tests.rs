//! The losses against finite differences, and fits of made-up people whose space is known to be crooked.

use ndarray::{Array2, ArrayView2, Axis};

use super::learner::{slopes_of_centroids, slopes_of_rows};
use super::{Adaptation, Loss, Parameters, carry_threshold, compare, fit};
use crate::embed::Embedding;
use crate::evaluate::{AllPairsOptions, LabelledFaces, OperateAt};
use crate::random::Random;
use crate::space::SpaceId;

const SPACE: SpaceId = SpaceId([8; 8]);
const LOSSES: [Loss; 2] = [Loss::Margins { positive: 0.9, negative: 0.1 }, Loss::CosFace { scale: 20.0, margin: 0.35 }];

fn random_rows(random: &mut Random, rows: usize, columns: usize) -> Array2<f64> {
    let mut values = Array2::from_shape_simple_fn((rows, columns), || f64::from(random.uniform()));
    for mut row in values.rows_mut() {
        let norm = row.dot(&row).sqrt();
        row.mapv_inplace(|value| value / norm);
    }
    values
}

/// The mean loss by the formulas as they stand in papers, face by face.
fn plain(loss: Loss, map: &Array2<f64>, centroids: &Array2<f64>, faces: &Array2<f64>, people: &[usize]) -> f64 {
    let of_face = |(face, &own): (ndarray::ArrayView1<'_, f64>, &usize)| {
        let product = map.dot(&face);
        let cosine = |centroid: ndarray::ArrayView1<'_, f64>| {
            product.dot(&centroid) / (product.dot(&product) * centroid.dot(&centroid)).sqrt()
        };
        let cosines: Vec<f64> = centroids.rows().into_iter().map(cosine).collect();
        let others = cosines.iter().enumerate().filter(|(at, _)| *at != own).map(|(_, cosine)| *cosine);
        match loss {
            Loss::Margins { positive, negative } => {
                let beyond: f64 = others.map(|cosine| (cosine - f64::from(negative)).max(0.0).powi(2)).sum();
                (f64::from(positive) - cosines[own]).max(0.0).powi(2) + beyond
            }
            Loss::CosFace { scale, margin } => {
                let scale = f64::from(scale);
                let of_own = (scale * (cosines[own] - f64::from(margin))).exp();
                -(of_own / (of_own + others.map(|cosine| (scale * cosine).exp()).sum::<f64>())).ln()
            }
        }
    };
    faces.rows().into_iter().zip(people).map(of_face).sum::<f64>() / people.len() as f64
}

#[test]
fn slopes_are_those_of_finite_differences() {
    const STEP: f64 = 1e-5;
    let mut random = Random::new(1);
    // More faces than a block has, more people than one.
    let (faces, centroids) = (random_rows(&mut random, 40, 6), random_rows(&mut random, 9, 6));
    let people: Vec<usize> = (0..40).map(|at| at % 9).collect();
    let map = Array2::eye(6) + 0.3 * random_rows(&mut random, 6, 6);
    for loss in LOSSES {
        let rows = slopes_of_rows(loss, map.view(), centroids.view(), (faces.view(), &people), 2);
        assert!((rows.loss - plain(loss, &map, &centroids, &faces, &people)).abs() < 1e-9, "{loss:?}");
        let of_map = rows.products.t().dot(&faces);
        let of_centroids = slopes_of_centroids(rows.cosines.view(), rows.units.view(), centroids.view());
        let differences = |values: &Array2<f64>, at: &dyn Fn(&Array2<f64>) -> f64| {
            Array2::from_shape_fn(values.dim(), |place| {
                let [more, less] = [STEP, -STEP].map(|step| {
                    let mut moved = values.clone();
                    moved[place] += step;
                    at(&moved)
                });
                (more - less) / (2.0 * STEP)
            })
        };
        let by_map = differences(&map, &|map| plain(loss, map, &centroids, &faces, &people));
        let by_centroids = differences(&centroids, &|centroids| plain(loss, &map, centroids, &faces, &people));
        for (slopes, differences) in [(of_map, by_map), (of_centroids, by_centroids)] {
            let most = differences.iter().fold(0.0f64, |most, slope| most.max(slope.abs()));
            let off = (slopes - &differences).iter().fold(0.0f64, |most, off| most.max(off.abs()));
            assert!(most > 1e-3 && off <= 1e-4 * most, "{loss:?}: {off} of {most}");
        }
    }
}

#[test]
fn who_is_far_from_all_others_and_near_the_own_teaches_nothing() {
    let centroids = Array2::<f64>::eye(4);
    let people = [0, 1, 2, 3, 0];
    let faces = centroids.select(Axis(0), &people);
    let loss = Loss::Margins { positive: 0.9, negative: 0.1 };
    let rows = slopes_of_rows(loss, Array2::eye(4).view(), centroids.view(), (faces.view(), &people), 1);
    let of_centroids = slopes_of_centroids(rows.cosines.view(), rows.units.view(), centroids.view());
    let zero = |values: ArrayView2<'_, f64>| values.iter().all(|value| *value == 0.0);
    assert!(rows.loss == 0.0 && zero(rows.products.view()) && zero(of_centroids.view()));
}

#[test]
fn a_softmax_of_large_numbers_stays_finite() {
    let loss = Loss::CosFace { scale: 5_000.0, margin: 2.0 };
    let mut cosines = ndarray::arr1(&[-1.0f32, 1.0, 1.0]);
    assert!(loss.slopes(cosines.view_mut(), 0).is_finite());
    assert!(cosines.iter().all(|slope| slope.is_finite()));
}

/// People who differ in the first half of the values, while the second half, which is as large, differs from photo to photo.
struct Crowd {
    faces: Vec<Embedding>,
    people: Vec<usize>,
}

impl Crowd {
    fn new(people: usize, photos: usize, seed: u64) -> Self {
        const HALF: usize = 12;
        let mut random = Random::new(seed);
        let mut crowd = Self { faces: Vec::new(), people: Vec::new() };
        for person in 0..people {
            let own: Vec<f32> = (0..HALF).map(|_| random.uniform()).collect();
            for _ in 0..photos {
                let mut values: Vec<f32> = own.iter().map(|value| value + 0.2 * random.uniform()).collect();
                values.extend((0..HALF).map(|_| random.uniform()));
                crowd.faces.push(Embedding::new(SPACE, values).unwrap());
                crowd.people.push(person);
            }
        }
        crowd
    }

    fn labelled(&self) -> LabelledFaces<'_> {
        LabelledFaces { faces: &self.faces, people: &self.people, groups: None, slices: None }
    }
}

fn parameters(loss: Loss) -> Parameters {
    Parameters { loss, batch: 64, rate: 3e-3, patience: 30, ..Parameters::default() }
}

fn options() -> AllPairsOptions {
    AllPairsOptions { points: vec![OperateAt::FalsePositives(1e-3)], draws: 40, ..AllPairsOptions::default() }
}

#[test]
fn what_differs_from_photo_to_photo_is_unlearned() {
    let (crowd, others) = (Crowd::new(80, 6, 1), Crowd::new(60, 5, 2));
    // People who differ in twelve values only cannot all be far apart.
    for loss in [Loss::Margins { positive: 0.95, negative: 0.6 }, LOSSES[1]] {
        let fitted = fit(&crowd.labelled(), &parameters(loss)).unwrap();
        assert_eq!((fitted.people, fitted.held_back_people), (72, 8));
        assert_eq!((fitted.faces, fitted.held_back_faces), (432, 48));
        let best = fitted.epochs[fitted.best - 1];
        assert!(fitted.epochs.iter().all(|epoch| epoch.held_back <= best.held_back));
        assert!(best.held_back > fitted.before);
        let comparison = compare(&others.labelled(), &fitted.adaptation, &options()).unwrap();
        let [before, after] =
            [&comparison.before, &comparison.after].map(|measured| measured.points[0].tp.unwrap().value);
        assert!(before < 0.4 && after > 0.6, "{loss:?}: from {before} to {after}");
        comparison.check(0.0).unwrap();
    }
}

#[test]
fn a_fit_is_the_same_on_any_number_of_threads() {
    let crowd = Crowd::new(200, 3, 3);
    let fitted = |threads, seed| {
        let few = Parameters { epochs: 3, threads, seed, ..parameters(LOSSES[1]) };
        fit(&crowd.labelled(), &few).unwrap()
    };
    assert_eq!(fitted(1, 1), fitted(3, 1));
    assert_ne!(fitted(1, 1).adaptation, fitted(1, 2).adaptation);
}

#[test]
fn groups_are_held_back_whole() {
    let crowd = Crowd::new(90, 4, 4);
    let groups: Vec<usize> = crowd.people.iter().map(|person| person / 3).collect();
    let labelled = LabelledFaces { groups: Some(&groups), ..crowd.labelled() };
    let fitted = fit(&labelled, &Parameters { epochs: 1, held_back: 0.25, ..parameters(LOSSES[0]) }).unwrap();
    assert_eq!((fitted.people, fitted.held_back_people), (66, 24));
}

#[test]
fn where_nothing_is_won_the_map_is_the_identity() {
    let crowd = Crowd::new(60, 4, 5);
    // A single step of such a size destroys the space.
    let wild = Parameters { rate: 100.0, epochs: 4, patience: 2, ..parameters(LOSSES[0]) };
    let fitted = fit(&crowd.labelled(), &wild).unwrap();
    assert_eq!((fitted.best, fitted.epochs.len()), (0, 2));
    assert_eq!(fitted.adaptation, Adaptation::identity(SPACE, 24).unwrap());
}

#[test]
fn a_map_that_lost_is_refused() {
    let crowd = Crowd::new(60, 4, 6);
    let mut values = Adaptation::identity(SPACE, 24).unwrap().values().to_vec();
    // Hides half of what people differ in.
    (0..6).for_each(|at| values[at * 25] = 0.0);
    let worse = Adaptation::new(SPACE, 24, values).unwrap();
    let comparison = compare(&crowd.labelled(), &worse, &options()).unwrap();
    assert_eq!(comparison.check(0.01).unwrap_err().code(), "adaptation");
    comparison.check(1.0).unwrap();
}

#[test]
fn a_carried_threshold_accepts_as_many_strangers() {
    let crowd = Crowd::new(80, 6, 7);
    let fitted = fit(&crowd.labelled(), &parameters(LOSSES[1])).unwrap();
    let others = Crowd::new(60, 5, 8);
    let options = options();
    let carried = carry_threshold(&others.labelled(), &fitted.adaptation, 0.6, &options).unwrap();
    let at = |threshold| AllPairsOptions { points: vec![OperateAt::Score(threshold)], ..options.clone() };
    let both = |threshold| compare(&others.labelled(), &fitted.adaptation, &at(threshold)).unwrap();
    let old = both(0.6).before.points[0].fp.value;
    let new = both(carried.threshold.value as f32).after.points[0].fp.value;
    assert!(old > 0.0 && (new / old - 1.0).abs() < 0.02, "{old} and {new}");
    for threshold in [-1.0, 1.0] {
        let error = carry_threshold(&others.labelled(), &fitted.adaptation, threshold, &options).unwrap_err();
        assert_eq!(error.code(), "adaptation", "{threshold}");
    }
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let crowd = Crowd::new(30, 4, 9);
    let code = |labelled: &LabelledFaces<'_>, parameters: &Parameters| fit(labelled, parameters).unwrap_err().code();
    let plain = Parameters::default();
    let few = LabelledFaces { faces: &crowd.faces[..8], people: &crowd.people[..8], ..crowd.labelled() };
    assert_eq!(code(&few, &plain), "adaptation", "one person is left to learn from");
    assert_eq!(code(&LabelledFaces { people: &crowd.people[1..], ..crowd.labelled() }, &plain), "evaluation");
    let nobody = LabelledFaces { faces: &[], people: &[], groups: None, slices: None };
    assert_eq!(code(&nobody, &plain), "adaptation");
    let each: Vec<usize> = (0..crowd.people.len()).collect();
    assert_eq!(
        code(&LabelledFaces { people: &each, ..crowd.labelled() }, &plain),
        "evaluation",
        "66 pairs are too few"
    );
    for wrong in [
        Parameters { epochs: 0, ..plain.clone() },
        Parameters { batch: 0, ..plain.clone() },
        Parameters { threads: 0, ..plain.clone() },
        Parameters { patience: 0, ..plain.clone() },
        Parameters { rate: f32::NAN, ..plain.clone() },
        Parameters { pull: -1.0, ..plain.clone() },
        Parameters { held_back: 1.0, ..plain.clone() },
        Parameters { loss: Loss::Margins { positive: 1.5, negative: 0.0 }, ..plain.clone() },
        Parameters { loss: Loss::CosFace { scale: 0.0, margin: 0.3 }, ..plain.clone() },
    ] {
        assert_eq!(code(&crowd.labelled(), &wrong), "option", "{wrong:?}");
    }
}
