use proptest::prelude::*;

use super::*;
use crate::random::Random;
use crate::space::SpaceId;

const VALUES: usize = 64;

/// A face of a person: the person's direction and some noise of its own.
fn face(person: u64, number: u64) -> Embedding {
    let mut of_person = Random::new(1 + person);
    let mut noise = Random::new(1_000_003 * (person + 1) + number);
    let values = (0..VALUES).map(|_| of_person.uniform() + 0.7 * noise.uniform()).collect();
    Embedding::new(SpaceId([1; 8]), values).unwrap()
}

/// Twenty people with six faces each, as they should be.
fn people() -> Vec<Vec<(u64, u64)>> {
    (0..20).map(|person| (0..6).map(|number| (person, number)).collect()).collect()
}

type Found = (LabelReport, Vec<Vec<LabelAction>>);

fn check(rules: &LabelRules, classes: &[Vec<(u64, u64)>], photos: &[Vec<u64>]) -> Found {
    let class = |at: usize| {
        let faces = classes[at].iter().map(|&(person, number)| face(person, number)).collect();
        Ok(LabelledClass { faces, photos: photos.get(at).cloned().unwrap_or_default() })
    };
    let mut actions = Vec::new();
    let report = rules.check(
        || Ok((0..classes.len()).map(class)),
        |at, verdicts| -> Result<()> {
            assert_eq!(at, actions.len());
            actions.push(verdicts.iter().map(|verdict| verdict.action).collect());
            Ok(())
        },
    );
    (report.unwrap(), actions)
}

/// Classes in which something was changed, with what.
fn changed(found: &Found) -> Vec<(usize, Vec<LabelAction>)> {
    let classes = found.1.iter().cloned().enumerate();
    classes.filter(|(_, actions)| actions.iter().any(|action| *action != LabelAction::Keep)).collect()
}

use LabelAction::{Join, Keep, Move, Out, Part};

#[test]
fn right_labels_are_left_alone() {
    let found = check(&LabelRules::default(), &people(), &[]);
    assert_eq!(changed(&found), []);
    let LabelReport { classes, faces, joined, moved, out, parted, strangers, .. } = found.0;
    assert_eq!((classes, faces, joined, moved, out, parted), (20, 120, 0, 0, 0, 0));
    assert!(strangers.pairs == 380 && strangers.mean.abs() < 0.05 && strangers.deviation > 0.05, "{strangers:?}");
}

#[test]
fn a_wrong_face_is_moved_to_its_class_or_left_out() {
    let mut classes = people();
    classes[3][1] = (7, 77);
    classes[5][0] = (100, 0);
    let found = check(&LabelRules { out: 1.0, ..LabelRules::default() }, &classes, &[]);
    let (mut third, mut fifth) = (vec![Keep; 6], vec![Keep; 6]);
    (third[1], fifth[0]) = (Move(7), Out);
    assert_eq!(changed(&found), [(3, third), (5, fifth)]);
}

#[test]
fn two_classes_of_one_person_are_joined_into_the_larger_unless_they_meet() {
    let mut classes = people();
    classes.push((10..14).map(|number| (4, number)).collect());
    classes.push((10..18).map(|number| (5, number)).collect());
    let found = check(&LabelRules::default(), &classes, &[]);
    assert_eq!(changed(&found), [(5, vec![Join(21); 6]), (20, vec![Join(4); 4])]);
    assert_eq!((found.0.joined, found.0.joined_faces), (2, 10));
    // The third face of the first class is on the photo of the last one's first.
    let photos: Vec<Vec<u64>> =
        (0..22).map(|class| (0..classes[class].len() as u64).map(|at| 100 * class as u64 + at).collect()).collect();
    let mut meeting = photos.clone();
    meeting[20][0] = photos[4][2];
    let found = check(&LabelRules::default(), &classes, &meeting);
    assert_eq!(changed(&found), [(5, vec![Join(21); 6])]);
}

#[test]
fn brothers_are_not_joined_but_the_same_face_is() {
    // The first values are the family's; in the others each brother is as far from each.
    let brother = |person: u64, number: u64| {
        let (mut family, mut noise) = (Random::new(7), Random::new(900 * person + number));
        let own = |at: usize| if at as u64 % 3 == person % 3 { 1.0 } else { 0.0 };
        let values = (0..VALUES).map(|at| if at < 40 { family.uniform() } else { own(at) } + 0.3 * noise.uniform());
        Embedding::new(SpaceId([1; 8]), values.collect()).unwrap()
    };
    let check = |classes: &[Vec<(u64, u64)>]| {
        let class = |people: &Vec<(u64, u64)>| {
            let of = |&(person, number): &(u64, u64)| {
                if person < 50 { face(person, number) } else { brother(person, number) }
            };
            Ok(LabelledClass { faces: people.iter().map(of).collect(), photos: Vec::new() })
        };
        LabelRules::default().check(|| Ok(classes.iter().map(class)), |_, _| -> Result<()> { Ok(()) }).unwrap()
    };
    let mut classes = people();
    classes.extend((50..53).map(|person| (0..6).map(|number| (person, number)).collect::<Vec<_>>()));
    assert_eq!(check(&classes).joined, 0);
    classes.push((6..12).map(|number| (50, number)).collect());
    assert_eq!(check(&classes).joined, 1);
}

#[test]
fn two_alike_people_are_not_joined_while_each_of_them_is_more_alike() {
    let double = |person: u64, number: u64| {
        let (mut both, mut own, mut noise) =
            (Random::new(70), Random::new(71 + person), Random::new(90 * person + number));
        let values = (0..VALUES).map(|_| both.uniform() + 0.6 * own.uniform() + 0.1 * noise.uniform()).collect();
        Embedding::new(SpaceId([1; 8]), values).unwrap()
    };
    let joined = |rules: LabelRules, [one, other]: [usize; 2]| {
        let people = people();
        let class = |at: usize| {
            let faces = match at {
                20 => (0..one as u64).map(|number| double(1, number)).collect(),
                21 => (0..other as u64).map(|number| double(2, number)).collect(),
                _ => people[at].iter().map(|&(person, number)| face(person, number)).collect(),
            };
            Ok(LabelledClass { faces, photos: Vec::new() })
        };
        rules.check(|| Ok((0..22).map(class)), |_, _| -> Result<()> { Ok(()) }).unwrap().joined
    };
    let rules = LabelRules { joined: 3.0, ..LabelRules::default() };
    assert_eq!([joined(rules, [5, 5]), joined(LabelRules { within: 0.5, ..rules }, [5, 5])], [0, 1]);
    // Of a single face nobody knows how alike its person's are; the other class's say it. Of two nobody does.
    assert_eq!([joined(rules, [5, 1]), joined(LabelRules { within: 0.5, ..rules }, [5, 1])], [0, 1]);
    assert_eq!(joined(LabelRules { within: 0.5, ..rules }, [1, 1]), 0);
}

#[test]
fn the_smaller_of_two_people_in_a_class_becomes_one_of_its_own() {
    let mut classes = people();
    classes[2].extend((0..4).map(|number| (200, number)));
    classes[2].extend((0..3).map(|number| (201, number)));
    // As many of one as of the other: nobody can tell whose name it is, and the first one's stays.
    classes[9] = vec![(300, 0), (301, 0), (300, 1), (301, 1), (300, 2), (301, 2)];
    let found = check(&LabelRules::default(), &classes, &[]);
    let second: Vec<_> = [vec![Keep; 6], vec![Part(0); 4], vec![Part(1); 3]].concat();
    assert_eq!(changed(&found), [(2, second), (9, vec![Keep, Part(0), Keep, Part(0), Keep, Part(0)])]);
    assert_eq!((found.0.parted, found.0.parted_faces), (3, 10));
}

#[test]
fn where_nobody_can_tell_nothing_is_left_out() {
    let mut classes = people();
    classes.push(vec![(400, 0), (401, 0)]);
    classes.push(Vec::new());
    classes.push(vec![(500, 0)]);
    assert_eq!(changed(&check(&LabelRules::default(), &classes, &[])), []);
}

#[test]
fn what_cannot_be_checked_is_an_error() {
    let rules = LabelRules::default();
    let code = |rules: LabelRules, classes: Vec<LabelledClass>| {
        let pass = || Ok(classes.clone().into_iter().map(Ok));
        rules.check(pass, |_, _| -> Result<()> { Ok(()) }).map_err(|error| error.code()).unwrap_err()
    };
    let class = |faces: Vec<Embedding>| LabelledClass { faces, photos: Vec::new() };
    let two = || vec![class(vec![face(0, 0)]), class(vec![face(1, 0)])];
    assert_eq!(code(rules, Vec::new()), "option");
    assert_eq!(code(rules, vec![class(vec![face(0, 0), face(1, 0)]), class(Vec::new())]), "option");
    for wrong in [
        LabelRules { lead: -1.0, ..rules },
        LabelRules { within: -0.1, ..rules },
        LabelRules { out: f32::NAN, ..rules },
        LabelRules { fewest: 1, ..rules },
    ] {
        assert_eq!(code(wrong, two()), "option");
    }
    let other = Embedding::new(SpaceId([2; 8]), vec![1.0; VALUES]).unwrap();
    assert_eq!(code(rules, vec![class(vec![face(0, 0)]), class(vec![other])]), "space-mismatch");
    let mut photos = two();
    photos[1].photos = vec![1, 2];
    assert_eq!(code(rules, photos), "option");
}

/// What `parts` does, without keeping what is nearest.
fn slow_parts(faces: &[Embedding], least: f32) -> usize {
    let mut parts: Vec<Vec<usize>> = (0..faces.len()).map(|face| vec![face]).collect();
    loop {
        let mut best = (least, 0, 0);
        for a in 0..parts.len() {
            for b in a + 1..parts.len() {
                let pairs = parts[a].iter().flat_map(|&x| parts[b].iter().map(move |&y| (x, y)));
                let sum: f32 = pairs.map(|(x, y)| faces[x].cosine(&faces[y]).unwrap()).sum();
                let mean = sum / (parts[a].len() * parts[b].len()) as f32;
                if mean > best.0 {
                    best = (mean, a, b);
                }
            }
        }
        if best.2 == 0 {
            return parts.len();
        }
        let moved = parts.remove(best.2);
        parts[best.1].extend(moved);
    }
}

proptest! {
    #[test]
    fn parts_are_those_of_average_linkage(people in prop::collection::vec(0u64..4, 0..14), least in -0.3f32..0.9) {
        let faces: Vec<_> = (0..).zip(&people).map(|(number, &person)| face(person, number)).collect();
        let parts = parts(&faces, least);
        prop_assert_eq!(parts.len(), slow_parts(&faces, least));
        let mut all = parts.concat();
        all.sort_unstable();
        prop_assert!(all.into_iter().eq(0..faces.len()));
        prop_assert!(parts.is_sorted_by_key(|part| std::cmp::Reverse(part.len())));
    }
}
