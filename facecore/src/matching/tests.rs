use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::embed::Embedding;
use crate::space::SpaceId;

const SPACE: SpaceId = SpaceId([1; 8]);

/// Candidates A, B, C… are the axes of the space; a face's cosine to each of them is what is written here.
fn face(cosines: &[f32], people: usize) -> Embedding {
    let rest = 1.0 - cosines.iter().map(|cosine| cosine * cosine).sum::<f32>();
    assert!(rest >= 0.0, "no unit vector has these cosines");
    let mut values = vec![0.0; people + 1];
    values[..cosines.len()].copy_from_slice(cosines);
    values[people] = rest.sqrt();
    Embedding::new(SPACE, values).unwrap()
}

fn axes(people: usize) -> Vec<Candidate> {
    let axis = |at: usize| (0..=people).map(|i| if i == at { 1.0 } else { 0.0 }).collect();
    let name = |at: usize| {
        if at < 26 { char::from(b'A' + at as u8).to_string() } else { format!("p{at}") }
    };
    let person = |at| Candidate { person: name(at), embeddings: vec![Embedding::new(SPACE, axis(at)).unwrap()] };
    (0..people).map(person).collect()
}

/// Decides about faces given by their cosines to A, B, C, in short form: the name or the reason.
fn decide(threshold: f32, margin: f32, faces: &[[f32; 3]]) -> Vec<String> {
    let faces: Vec<_> = faces.iter().map(|cosines| face(cosines, 3)).collect();
    let verdicts = Matcher::cosine(threshold, margin).unwrap().decide(&faces, &axes(3)).unwrap();
    let short = |verdict: Verdict| match verdict.outcome {
        Outcome::Match { person, .. } => person,
        Outcome::NoMatch { reason } => format!("{reason:?}"),
    };
    verdicts.into_iter().map(short).collect()
}

#[test]
fn one_face_needs_the_threshold_and_the_margin() {
    assert_eq!(decide(0.5, 0.1, &[[0.7, 0.3, 0.1]]), ["A"]);
    assert_eq!(decide(0.5, 0.1, &[[0.4, 0.3, 0.1]]), ["BelowThreshold"]);
    assert_eq!(decide(0.5, 0.1, &[[0.60, 0.55, 0.1]]), ["AmbiguousRunnerUp"]);
    assert_eq!(decide(0.5, 0.1, &[[0.52, 0.45, 0.1]]), ["AmbiguousRunnerUp"], "a rival needs no threshold");
    assert_eq!(decide(-1.0, 0.0, &[[-0.9, -0.3, -0.2]]), ["C"]);
}

#[test]
fn a_person_is_one_face_and_the_loser_is_not_passed_on() {
    assert_eq!(decide(0.4, 0.1, &[[0.7, 0.5, 0.0], [0.8, 0.1, 0.0]]), ["PersonTaken", "A"]);
    assert_eq!(decide(0.4, 0.0, &[[0.8, 0.0, 0.0], [0.8, 0.0, 0.0]]), ["A", "PersonTaken"]);
}

#[test]
fn the_photo_tells_apart_whom_the_network_cannot() {
    // The first face alone could be A or B; the second is clearly A.
    assert_eq!(decide(0.4, 0.1, &[[0.60, 0.58, 0.0]]), ["AmbiguousRunnerUp"]);
    assert_eq!(decide(0.4, 0.1, &[[0.60, 0.58, 0.0], [0.59, 0.1, 0.0]]), ["B", "A"]);
    // The third follows from the second, which follows from the first.
    assert_eq!(decide(0.4, 0.1, &[[0.0, 0.60, 0.58], [0.60, 0.58, 0.0], [0.7, 0.0, 0.0]]), ["C", "B", "A"]);
    // Two twins that are both unclear do not prove each other.
    let twins = decide(0.4, 0.1, &[[0.60, 0.58, 0.0], [0.58, 0.60, 0.0]]);
    assert_eq!(twins, ["AmbiguousRunnerUp", "AmbiguousRunnerUp"]);
}

#[test]
fn a_verdict_explains_itself() {
    let matcher = Matcher::cosine(0.5, 0.1).unwrap();
    let verdict = &matcher.decide(&[face(&[0.7, 0.2], 2)], &axes(2)).unwrap()[0];
    let (nearest, second) = (verdict.nearest.as_ref().unwrap(), verdict.runner_up.as_ref().unwrap());
    assert_eq!((nearest.person.as_str(), second.person.as_str()), ("A", "B"));
    assert!((nearest.cosine - 0.7).abs() < 1e-6 && (second.cosine - 0.2).abs() < 1e-6);
    assert_eq!(verdict.margin, Some(nearest.cosine - second.cosine));
    assert_eq!(verdict.threshold, 0.5);
    let alone = &matcher.decide(&[face(&[0.7], 1)], &axes(1)).unwrap()[0];
    assert!(matches!(alone.outcome, Outcome::Match { .. }));
    assert_eq!((&alone.runner_up, alone.margin), (&None, None));
}

#[test]
fn candidates_of_one_name_are_one_person() {
    let mut people = axes(2);
    people[1].person = "A".into();
    let verdict = &Matcher::cosine(0.5, 0.1).unwrap().decide(&[face(&[0.60, 0.65], 2)], &people).unwrap()[0];
    assert!(matches!(&verdict.outcome, Outcome::Match { person, cosine } if person == "A" && *cosine > 0.64));
    assert_eq!(verdict.runner_up, None);
}

#[test]
fn nobody_to_compare_with() {
    let matcher = Matcher::cosine(0.5, 0.1).unwrap();
    let nobody = Candidate { person: "A".into(), embeddings: vec![] };
    for candidates in [vec![], vec![nobody]] {
        let verdict = &matcher.decide(&[face(&[0.7], 1)], &candidates).unwrap()[0];
        assert_eq!(verdict.outcome, Outcome::NoMatch { reason: Refusal::NoCandidates });
        assert_eq!((&verdict.nearest, &verdict.runner_up, verdict.margin), (&None, &None, None));
    }
    assert_eq!(matcher.decide(&[], &axes(2)).unwrap(), []);
}

#[test]
fn bad_numbers_and_mixed_spaces_are_errors() {
    for (threshold, margin) in
        [(f32::NAN, 0.1), (1.1, 0.1), (-1.1, 0.1), (0.5, -0.1), (0.5, f32::NAN), (0.5, f32::INFINITY)]
    {
        assert_eq!(Matcher::cosine(threshold, margin).unwrap_err().code(), "option");
    }
    let matcher = Matcher::cosine(0.5, 0.1).unwrap();
    let code = |faces: &[Embedding], people: &[Candidate]| matcher.decide(faces, people).unwrap_err().code();
    let foreign = Embedding::new(SpaceId([2; 8]), vec![1.0, 0.0, 0.0]).unwrap();
    let stranger = Candidate { person: "X".into(), embeddings: vec![foreign.clone()] };
    assert_eq!(code(std::slice::from_ref(&foreign), &axes(2)), "space-mismatch");
    assert_eq!(code(&[face(&[0.7], 2), foreign], &[]), "space-mismatch");
    assert_eq!(code(&[], &[axes(2), vec![stranger]].concat()), "space-mismatch");
    assert_eq!(code(&[face(&[0.7], 1)], &axes(2)), "embedding");
    assert_eq!(code(&vec![face(&[0.7], 1); Matcher::MAX_FACES + 1], &[]), "limit");
}

#[test]
fn many_faces_against_many_people_stay_bounded() {
    let mut state = 7u32;
    let mut face = || {
        let mut value = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        Embedding::new(SPACE, (0..128).map(|_| value()).collect()).unwrap()
    };
    let people: Vec<_> = (0..5_000).map(|at| Candidate { person: at.to_string(), embeddings: vec![face()] }).collect();
    let faces: Vec<_> = (0..200).map(|_| face()).collect();
    // The widest rule there is: every face stands for everybody.
    for (threshold, margin) in [(0.5, 0.05), (-1.0, 0.0), (-1.0, 2.0)] {
        let start = std::time::Instant::now();
        let verdicts = Matcher::cosine(threshold, margin).unwrap().decide(&faces, &people).unwrap();
        println!("threshold {threshold}, margin {margin}: {:?}", start.elapsed());
        assert_eq!(verdicts.len(), faces.len());
        assert!(start.elapsed().as_secs() < 20, "bounded even without optimisation");
    }
}

proptest! {
    #[test]
    fn every_answer_keeps_the_rule(
        faces in prop::collection::vec(prop::array::uniform4(-0.5f32..0.5), 0..6),
        threshold in -0.2f32..0.4,
        margin in 0.0f32..0.3,
    ) {
        let faces: Vec<_> = faces.iter().map(|cosines| face(cosines, 4)).collect();
        let matcher = Matcher::cosine(threshold, margin).unwrap();
        let verdicts = matcher.decide(&faces, &axes(4)).unwrap();
        let mut named = HashSet::new();
        for (face, verdict) in faces.iter().zip(&verdicts) {
            let (nearest, lead) = (verdict.nearest.as_ref().unwrap(), verdict.margin.unwrap());
            match &verdict.outcome {
                Outcome::Match { person, cosine } => {
                    prop_assert!(named.insert(person.clone()), "{} is two faces", person);
                    prop_assert!(*cosine >= threshold);
                    prop_assert!(*person == nearest.person || nearest.cosine - cosine < margin);
                }
                Outcome::NoMatch { reason: Refusal::BelowThreshold } => prop_assert!(nearest.cosine < threshold),
                Outcome::NoMatch { reason: Refusal::AmbiguousRunnerUp } => prop_assert!(lead < margin),
                Outcome::NoMatch { reason } => prop_assert_eq!(*reason, Refusal::PersonTaken),
            }
            let alone = &matcher.decide(std::slice::from_ref(face), &axes(4)).unwrap()[0];
            let plain = nearest.cosine >= threshold && lead >= margin;
            prop_assert_eq!(matches!(alone.outcome, Outcome::Match { .. }), plain);
            // A face that would be named alone is refused only if another face of the photo gets its person.
            if plain && !matches!(verdict.outcome, Outcome::Match { .. }) {
                prop_assert_eq!(&verdict.outcome, &Outcome::NoMatch { reason: Refusal::PersonTaken });
            }
        }
    }
}

/// A matcher whose crowding is what a face has of the last axis.
fn fitted() -> Matcher {
    let thresholds = Thresholds { level: [0.1, 0.0, 0.1], photos: [0.05, 0.0] };
    let members: Vec<(Embedding, f32)> = (0..200)
        .map(|at| {
            let last = at as f32 / 200.0;
            let rest = (1.0 - last * last).sqrt();
            let side = if at % 2 == 0 { [rest, 0.0] } else { [0.0, rest] };
            (Embedding::new(SPACE, vec![side[0], side[1], last]).unwrap(), last)
        })
        .collect();
    let members: Vec<(&Embedding, f32)> = members.iter().map(|(face, target)| (face, *target)).collect();
    let crowding = Crowding::fit(&members, 100, 1e-6, 1).unwrap();
    Matcher::with_numbers(MatchingNumbers { space: SPACE, people: 200, margin: 0.0, thresholds, crowding })
}

fn unit(values: [f32; 3]) -> Embedding {
    Embedding::new(SPACE, values.to_vec()).unwrap()
}

#[test]
fn more_people_a_stricter_rate_and_a_crowd_require_more() {
    let candidates = |count: usize, photos: usize, at: [f32; 3]| -> Vec<Candidate> {
        let person = |number: usize| Candidate { person: number.to_string(), embeddings: vec![unit(at); photos] };
        (0..count).map(person).collect()
    };
    let required = |matcher: &Matcher, face, candidates: &[Candidate]| {
        matcher.decide(&[unit(face)], candidates).unwrap().remove(0).threshold
    };
    let (matcher, lonely, crowded) = (fitted(), [1.0, 0.0, 0.0], [0.6, 0.0, 0.8]);
    // x is 2, and nothing is crowded.
    let one = required(&matcher, lonely, &candidates(1, 1, lonely));
    assert!((one - 0.3).abs() < 0.02, "{one}");
    let near = |value: f32, more: f32| assert!((value - one - more).abs() < 0.02, "{value} is not {one} + {more}");
    near(required(&matcher, lonely, &candidates(10, 1, lonely)), 0.1);
    near(required(&matcher, lonely, &candidates(1, 5, lonely)), 0.04);
    near(required(&matcher, crowded, &candidates(1, 1, lonely)), 0.4);
    near(required(&matcher, lonely, &candidates(1, 1, crowded)), 0.4);
    let strict = matcher.clone().with_false_positive_rate(1e-3).unwrap();
    near(required(&strict, lonely, &candidates(1, 1, lonely)), 0.1);
    near(required(&matcher, lonely, &[]), 0.0);
}

#[test]
fn the_nearest_is_the_furthest_above_what_is_required() {
    let people = [
        Candidate { person: "crowded".into(), embeddings: vec![unit([0.6, 0.0, 0.8])] },
        Candidate { person: "lonely".into(), embeddings: vec![unit([0.9, 0.2, 0.0]), unit([0.9, -0.2, 0.0])] },
        Candidate { person: "lonely".into(), embeddings: vec![unit([0.5, 0.0, 0.0])] },
    ];
    let gallery = fitted().gallery(&people).unwrap();
    assert_eq!(gallery.people(), 2);
    let verdict = gallery.decide(&[unit([0.8, 0.0, 0.6])]).unwrap().remove(0);
    let (nearest, second) = (verdict.nearest.unwrap(), verdict.runner_up.unwrap());
    assert_eq!((nearest.person.as_str(), second.person.as_str()), ("lonely", "crowded"));
    assert!(second.cosine > nearest.cosine && second.cosine - second.required < nearest.cosine - nearest.required);
    assert!((nearest.cosine - 0.8).abs() < 1e-3, "the mean of all photos: {}", nearest.cosine);
    assert_eq!(verdict.threshold, nearest.required);
    assert!(matches!(verdict.outcome, Outcome::Match { person, .. } if person == "lonely"));
}

#[test]
fn a_rate_needs_numbers_of_the_space() {
    let unknown = Matcher::for_space(SpaceId([9; 8])).unwrap_err();
    assert!(unknown.code() == "calibration" && unknown.to_string().contains("Matcher::cosine"), "{unknown}");
    assert_eq!(fitted().with_false_positive_rate(0.5).unwrap_err().code(), "option");
    let plain = Matcher::cosine(0.5, 0.0).unwrap();
    assert_eq!((plain.false_positive_rate(), fitted().false_positive_rate()), (None, Some(0.01)));
    assert_eq!(plain.with_false_positive_rate(0.01).unwrap_err().code(), "option");
    let foreign = Embedding::new(SpaceId([2; 8]), vec![1.0, 0.0, 0.0]).unwrap();
    let stranger = Candidate { person: "X".into(), embeddings: vec![foreign.clone()] };
    assert_eq!(fitted().decide(&[foreign], &[]).unwrap_err().code(), "space-mismatch");
    assert_eq!(fitted().decide(&[], &[stranger]).unwrap_err().code(), "space-mismatch");
    let long = Embedding::new(SPACE, vec![1.0; 4]).unwrap();
    assert_eq!(fitted().decide(&[long], &[]).unwrap_err().code(), "embedding");
}
