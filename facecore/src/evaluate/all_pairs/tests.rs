use proptest::prelude::*;

use super::bootstrap::Sample;
use super::*;
use crate::matching::Cohort;
use crate::random::Random;
use crate::space::SpaceId;

/// Scores that differ by rounding: single precision here, double in the definition.
const ROUNDING: f64 = 1e-5;

struct Set {
    faces: Vec<Embedding>,
    people: Vec<usize>,
    groups: Vec<usize>,
    slices: Vec<Option<usize>>,
}

impl Set {
    /// People in random directions of `size` dimensions, with so many photos around each; three people a group, two slices.
    fn random(photos: &[usize], size: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut vector = |scale: f32| -> Vec<f32> {
            (0..size)
                .map(|_| ((0..6).map(|_| random.below(1_000)).sum::<usize>() as f32 / 3_000.0 - 1.0) * scale)
                .collect()
        };
        let mut set = Self { faces: vec![], people: vec![], groups: vec![], slices: vec![] };
        for (person, &photos) in photos.iter().enumerate() {
            let own = vector(1.0);
            for photo in 0..photos {
                let values = own.iter().zip(vector(0.5)).map(|(own, noise)| own + noise).collect();
                set.faces.push(Embedding::new(SpaceId([1; 8]), values).unwrap());
                set.people.push(10_000 - person);
                set.groups.push(person / 3);
                set.slices.push([Some(0), Some(1), None][(person + photo / 2) % 3]);
            }
        }
        set
    }

    fn labelled(&self) -> LabelledFaces<'_> {
        LabelledFaces {
            faces: &self.faces,
            people: &self.people,
            groups: Some(&self.groups),
            slices: Some(&self.slices),
        }
    }

    fn plain(&self) -> LabelledFaces<'_> {
        LabelledFaces { groups: None, slices: None, ..self.labelled() }
    }
}

/// A pair by the definition.
struct Pair {
    score: f64,
    same: bool,
    related: bool,
    slice: Option<usize>,
    person: usize,
}

fn by_definition(set: &Set, taken_off: impl Fn(usize, usize) -> f64) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for left in 0..set.faces.len() {
        for right in 0..left {
            let products = set.faces[left].as_slice().iter().zip(set.faces[right].as_slice());
            let cosine: f64 = products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            pairs.push(Pair {
                score: cosine - taken_off(left, right) - taken_off(right, left),
                same: set.people[left] == set.people[right],
                related: set.groups[left] == set.groups[right],
                slice: set.slices[left].filter(|slice| set.slices[right] == Some(*slice)),
                person: set.people[left],
            });
        }
    }
    pairs
}

/// The part of the pairs that is accepted at a score, as far as rounding lets it be told.
fn bounds(pairs: &[Pair], threshold: f64, of: impl Fn(&Pair) -> bool, weight: impl Fn(&Pair) -> f64) -> (f64, f64) {
    let part = |from: f64| {
        let (mut hits, mut all) = (0.0, 0.0);
        for pair in pairs.iter().filter(|pair| of(pair)) {
            all += weight(pair);
            hits += if pair.score >= from { weight(pair) } else { 0.0 };
        }
        hits / all
    };
    (part(threshold + ROUNDING) - 1e-9, part(threshold - ROUNDING) + 1e-9)
}

fn check(set: &Set, result: &AllPairs, pairs: &[Pair], cap: usize) {
    let count = |of: &dyn Fn(&Pair) -> bool| pairs.iter().filter(|pair| of(pair)).count() as u64;
    let negative = |pair: &Pair| !pair.same && !pair.related;
    assert_eq!(result.positives, count(&|pair| pair.same));
    assert_eq!(result.negatives, count(&negative));
    assert_eq!(result.related, count(&|pair| !pair.same && pair.related));
    assert_eq!(result.faces, set.faces.len());
    let within = |value: f64, (low, high): (f64, f64)| assert!((low..=high).contains(&value), "{value} {low} {high}");
    for point in &result.points {
        let threshold = point.threshold.value;
        within(point.fp.value, bounds(pairs, threshold, negative, |_| 1.0));
        if let OperateAt::FalsePositives(rate) = point.at {
            assert!(point.fp.value <= rate);
            let step = 1.0 / 65_536.0;
            let (_, more) = bounds(pairs, threshold - step - ROUNDING, negative, |_| 1.0);
            assert!(more > rate || threshold <= -2.0, "a lower threshold would do");
        }
        let of_person = |pair: &Pair| count(&|other| other.same && other.person == pair.person) as f64;
        if let (Some(tp), Some(uncapped)) = (point.tp, point.tp_uncapped) {
            let capped = |pair: &Pair| (cap as f64 / of_person(pair)).min(1.0);
            within(tp.value, bounds(pairs, threshold, |pair| pair.same, capped));
            within(uncapped.value, bounds(pairs, threshold, |pair| pair.same, |_| 1.0));
        }
        if let Some(related) = point.related {
            within(related.value, bounds(pairs, threshold, |pair| !pair.same && pair.related, |_| 1.0));
        }
        for (slice, rates) in point.slices.iter().enumerate() {
            let inside = |pair: &Pair| pair.slice == Some(slice);
            assert_eq!(rates.negatives, count(&|pair| negative(pair) && inside(pair)));
            assert_eq!(rates.positives, count(&|pair| pair.same && inside(pair)));
            if let Some(fp) = rates.fp {
                within(fp.value, bounds(pairs, threshold, |pair| negative(pair) && inside(pair), |_| 1.0));
            }
        }
        for estimate in [Some(point.threshold), point.tp, point.tp_uncapped, Some(point.fp), point.related] {
            let Some(Estimate { value, low, high }) = estimate else { continue };
            assert!(low <= value && value <= high, "{value} [{low}, {high}]");
        }
    }
}

#[test]
fn a_rate_that_the_pairs_cannot_tell_is_left_out() {
    let set = Set::random(&[2, 1, 3, 1, 2], 4, 1);
    let plain = set.plain();
    // Of nine faces 36 pairs, less those of one person; groups are three people, then two.
    assert_eq!((plain.negatives(), set.labelled().negatives()), (36 - 1 - 3 - 1, 6 * 3));
    assert_eq!(plain.tellable(&[0.1, 0.03, 0.5]), [0.1, 0.5].map(OperateAt::FalsePositives));
    assert!(LabelledFaces { faces: &[], people: &[], groups: None, slices: None }.tellable(&[0.5]).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_counts_are_those_of_the_definition(
        photos in prop::collection::vec(1usize..6, 8..30),
        size in 3usize..20,
        offsets in prop::collection::vec(-0.5f32..0.5, 150),
        seed in any::<u64>(),
        cap in 1usize..8,
        threads in 1usize..4,
    ) {
        let set = Set::random(&photos, size, seed);
        let offsets = offsets[..set.faces.len()].to_vec();
        let points = [OperateAt::FalsePositives(0.5), OperateAt::FalsePositives(0.25), OperateAt::Score(0.3)].to_vec();
        let options = AllPairsOptions { points, cap, threads, draws: 40, seed };
        let result = all_pairs(&set.labelled(), &Offsets::of(offsets.clone()), &options).unwrap();
        let pairs = by_definition(&set, |face, _| f64::from(offsets[face]));
        check(&set, &result, &pairs, cap);
        prop_assert!(result.curve.is_sorted());
        let one = all_pairs(&set.labelled(), &Offsets::of(offsets), &AllPairsOptions { threads: 1, ..options });
        prop_assert_eq!(result, one.unwrap());
    }
}

#[test]
fn many_blocks_and_panels_are_joined_without_a_seam() {
    let photos: Vec<usize> = (0..200).map(|person| 1 + person % 4).collect();
    let set = Set::random(&photos, 33, 5);
    let options =
        AllPairsOptions { points: vec![OperateAt::FalsePositives(1e-3)], draws: 40, threads: 2, ..Default::default() };
    let result = all_pairs(&set.labelled(), &Offsets::none(set.faces.len()), &options).unwrap();
    check(&set, &result, &by_definition(&set, |_, _| 0.0), options.cap);
    assert_eq!(result.curve.last(), Some(&(1.0, 1.0)));
    assert_eq!((result.people, result.units), (200, 67));
}

/// Of few people the nearest alone counts, so a cohort without some of them means the same.
#[test]
fn a_cohort_has_nobody_of_the_pair_in_it() {
    let set = Set::random(&[3, 1, 2, 4, 1, 1, 2, 3, 2, 2, 1, 5, 1, 1, 2], 5, 3);
    let offsets = Offsets::cohort(&set.labelled(), 2).unwrap();
    let options = AllPairsOptions {
        points: vec![OperateAt::FalsePositives(0.3), OperateAt::FalsePositives(0.05), OperateAt::Score(0.2)],
        draws: 40,
        ..Default::default()
    };
    let result = all_pairs(&set.labelled(), &offsets, &options).unwrap();
    let first = |at: usize| set.people[..at].iter().all(|before| *before != set.people[at]);
    let crowding = |face: usize, other: usize| {
        let strangers = (0..set.faces.len())
            .filter(|&at| first(at) && ![set.groups[face], set.groups[other]].contains(&set.groups[at]));
        let cohort = Cohort::new(strangers.map(|at| set.faces[at].clone()).collect()).unwrap();
        f64::from(cohort.crowding(&set.faces[face]).unwrap()) / 2.0
    };
    check(&set, &result, &by_definition(&set, crowding), options.cap);
    let two = Set::random(&[2, 2], 5, 3);
    assert_eq!(Offsets::cohort(&two.plain(), 1).unwrap_err().code(), "evaluation");
}

#[test]
fn a_person_with_many_photos_counts_as_the_cap() {
    // Ten people with two photos each are told by their own axes; one person's fifty photos are spread over a plane.
    let axis = |at: usize, slope: f32| {
        let mut values = vec![0.0; 12];
        (values[at], values[11]) = (1.0, slope);
        Embedding::new(SpaceId([1; 8]), values).unwrap()
    };
    let mut faces: Vec<Embedding> = (0..10).flat_map(|person| [axis(person, 0.0), axis(person, 0.01)]).collect();
    let mut people: Vec<usize> = (0..20).map(|at| at / 2).collect();
    faces.extend((0..50).map(|at| axis(10, if at % 2 == 0 { 30.0 } else { -30.0 })));
    people.extend([10; 50]);
    let faces = LabelledFaces { faces: &faces, people: &people, groups: None, slices: None };
    let measure = |cap| {
        let options = AllPairsOptions { points: vec![OperateAt::Score(0.9)], cap, ..Default::default() };
        all_pairs(&faces, &Offsets::none(70), &options).unwrap()
    };
    let same = 2.0 * 25.0 * 24.0 / 2.0;
    let all = 50.0 * 49.0 / 2.0;
    let result = measure(10);
    let tp = (10.0 + 10.0 * same / all) / 20.0;
    assert!((result.points[0].tp.unwrap().value - tp).abs() < 1e-12);
    assert!((result.points[0].tp_uncapped.unwrap().value - (10.0 + same) / (10.0 + all)).abs() < 1e-12);
    assert!((result.share_of_ten - (all + 9.0) / (all + 10.0)).abs() < 1e-12);
    let uncapped = measure(100_000).points[0].clone();
    assert_eq!(uncapped.tp.map(|tp| tp.value), uncapped.tp_uncapped.map(|tp| tp.value));
}

/// 100 samples of sixty people: how often do the intervals hold what a threshold for everybody gives?
#[test]
fn the_intervals_cover_the_truth_about_as_often_as_they_say() {
    let rate = 0.02;
    // Some people are crowded into a corner: their pairs make most of the false positives.
    let draw = |people: usize, seed: u64| {
        let mut random = Random::new(seed);
        let mut set = Set::random(&vec![3; people], 8, seed ^ 0x5eed);
        for own in set.faces.chunks_mut(3).filter(|_| random.below(3) == 0) {
            for face in own {
                let values = face.as_slice().iter().map(|value| value + 0.25).collect();
                *face = Embedding::new(SpaceId([1; 8]), values).unwrap();
            }
        }
        set
    };
    let measure = |set: &Set, draws: usize| {
        let options =
            AllPairsOptions { points: vec![OperateAt::FalsePositives(rate)], draws, threads: 2, ..Default::default() };
        let people: Vec<usize> = (0..set.faces.len()).map(|at| at / 3).collect();
        let faces = LabelledFaces { people: &people, ..set.plain() };
        all_pairs(&faces, &Offsets::none(set.faces.len()), &options).unwrap().points[0].clone()
    };
    let truth = measure(&draw(2_000, 1), 40);
    let (mut tp, mut threshold) = (0, 0);
    for seed in 0..100 {
        let point = measure(&draw(60, 1_000 + seed), 200);
        let holds = |of: Estimate, truth: Estimate| (of.low..=of.high).contains(&truth.value);
        tp += usize::from(holds(point.tp.unwrap(), truth.tp.unwrap()));
        threshold += usize::from(holds(point.threshold, truth.threshold));
    }
    assert!((90..=100).contains(&tp), "{tp} of 100 intervals have the true rate");
    assert!((88..=100).contains(&threshold), "{threshold} of 100 intervals have the true threshold");
}

#[test]
fn pairs_that_were_drawn_stand_for_all() {
    let set = Set::random(&[3; 500], 6, 9);
    let faces = set.plain();
    let people: Vec<usize> = (0..1_500).map(|at| at / 3).collect();
    let faces = LabelledFaces { people: &people, ..faces };
    let ordered = Ordered::new(&faces, &Offsets::none(1_500)).unwrap();
    let counts = accepted::count_levels(&ordered, 2);
    assert_eq!(counts.iter().sum::<u64>(), 1_500 * 1_497 / 2);
    let points = [OperateAt::FalsePositives(0.001), OperateAt::FalsePositives(0.4)];
    let options = AllPairsOptions { points: points.to_vec(), threads: 2, ..Default::default() };
    let points = Points::new(&points, &counts, ordered.negatives());
    let accepted = Accepted::count(&ordered, &points, &options);
    assert!(accepted.kept.len() < 300_000, "{}", accepted.kept.len());
    let drawn = Sample::new(&ordered, &points, &accepted).drawn(&vec![1.0; 500]);
    assert_eq!(drawn[0].level, accepted.levels[0], "few pairs are all kept");
    let off = accepted::score_of(drawn[1].level) - accepted::score_of(accepted.levels[1]);
    assert!(off.abs() < 0.005, "{off}");
}

#[test]
fn all_or_nothing_is_not_certain() {
    let set = Set::random(&[2; 40], 16, 2);
    let options = AllPairsOptions { points: vec![OperateAt::Score(-1.5), OperateAt::Score(1.5)], ..Default::default() };
    let people: Vec<usize> = (0..80).map(|at| at / 2).collect();
    let faces = LabelledFaces { people: &people, ..set.plain() };
    let result = all_pairs(&faces, &Offsets::none(80), &options).unwrap();
    let [all, nothing] = &result.points[..] else { panic!() };
    let tp = all.tp.unwrap();
    assert!(tp.value == 1.0 && tp.high == 1.0 && tp.low > 0.85 && tp.low < 0.95, "forty people: {tp}");
    assert!(nothing.fp.value == 0.0 && nothing.fp.high > 0.004 && nothing.fp.high < 0.006, "{}", nothing.fp);
    assert!(nothing.is_coarse && !all.is_coarse);
}

#[test]
fn what_cannot_be_measured_is_an_error() {
    let set = Set::random(&[2; 6], 4, 1);
    let none = Offsets::none(12);
    let options = AllPairsOptions { points: vec![OperateAt::FalsePositives(0.1)], ..Default::default() };
    let code = |faces: LabelledFaces<'_>, offsets: &Offsets, options: &AllPairsOptions| {
        all_pairs(&faces, offsets, options).unwrap_err().code()
    };
    assert!(all_pairs(&set.labelled(), &none, &options).is_ok());
    let error = all_pairs(&set.labelled(), &none, &AllPairsOptions::default()).unwrap_err();
    assert!(error.to_string().contains("negatives"), "{error}");
    assert_eq!(code(LabelledFaces { people: &set.people[1..], ..set.labelled() }, &none, &options), "evaluation");
    assert_eq!(code(set.labelled(), &Offsets::none(11), &options), "evaluation");
    assert_eq!(code(set.labelled(), &Offsets::of(vec![f32::NAN; 12]), &options), "evaluation");
    assert_eq!(code(LabelledFaces { people: &[1; 12], ..set.plain() }, &none, &options), "evaluation");
    let split: Vec<usize> = (0..12).collect();
    assert_eq!(code(LabelledFaces { groups: Some(&split), ..set.labelled() }, &none, &options), "evaluation");
    let mut mixed = set.faces.clone();
    mixed[3] = Embedding::new(SpaceId([2; 8]), vec![1.0; 4]).unwrap();
    assert_eq!(code(LabelledFaces { faces: &mixed, ..set.labelled() }, &none, &options), "space-mismatch");
    let nobody = LabelledFaces { faces: &[], people: &[], groups: None, slices: None };
    assert_eq!(code(nobody, &Offsets::none(0), &options), "evaluation");
    for wrong in [
        AllPairsOptions { cap: 0, ..options.clone() },
        AllPairsOptions { draws: 0, ..options.clone() },
        AllPairsOptions { threads: 0, ..options.clone() },
        AllPairsOptions { points: vec![OperateAt::FalsePositives(1.5)], ..options.clone() },
        AllPairsOptions { points: vec![OperateAt::Score(f32::NAN)], ..options.clone() },
    ] {
        assert_eq!(code(set.labelled(), &none, &wrong), "option");
    }
}
