use proptest::prelude::*;

use super::*;
use crate::space::SpaceId;

fn face(values: &[f32]) -> Embedding {
    Embedding::new(SpaceId([1; 8]), values.to_vec()).unwrap()
}

/// Faces at these angles.
fn circle(degrees: &[f32]) -> Vec<Embedding> {
    degrees.iter().map(|degrees| face(&[degrees.to_radians().cos(), degrees.to_radians().sin()])).collect()
}

/// 1 − cosine of so many degrees, with a little to spare.
fn eps(degrees: f32) -> f32 {
    1.0 - degrees.to_radians().cos() + 1e-5
}

fn labels(degrees: &[f32], eps_degrees: f32, min_samples: usize, links: &Links) -> Vec<Option<usize>> {
    Dbscan::new(eps(eps_degrees), min_samples).unwrap().cluster(&circle(degrees), links).unwrap().of
}

#[test]
fn chains_are_one_cluster_and_far_faces_noise() {
    let angles = [0.0, 10.0, 20.0, 30.0, 90.0, 200.0, 201.0, 202.0];
    let found = labels(&angles, 10.0, 3, &Links::none());
    assert_eq!(found, [Some(0), Some(0), Some(0), Some(0), None, Some(1), Some(1), Some(1)]);
}

#[test]
fn a_border_face_goes_to_the_first_cluster_it_touches() {
    // The face in the middle touches one core of each side, but has too few neighbours to be one.
    let angles = [40.0, 41.0, 42.0, 30.0, 0.0, -1.0, 2.0, 5.0, 17.5];
    let found = labels(&angles, 13.0, 4, &Links::none());
    assert_eq!((found[0], found[4], found[8]), (Some(0), Some(1), Some(0)));
}

#[test]
fn same_photo_keeps_like_faces_apart() {
    // Two siblings, always together.
    let angles = [0.0, 12.0, 1.0, 13.0, 2.0, 14.0];
    let free = labels(&angles, 15.0, 2, &Links::none());
    assert_eq!(free, [Some(0); 6]);
    let linked = labels(&angles, 15.0, 2, &Links::of_photos(vec![1, 1, 2, 2, 3, 3]));
    assert_eq!(linked, [Some(0), Some(1), Some(0), Some(1), Some(0), Some(1)]);
}

#[test]
fn must_links_join_what_lies_apart_and_cannot_links_part_what_lies_together() {
    let angles = [0.0, 1.0, 2.0, 90.0, 91.0, 92.0];
    let must = Links { must: vec![(0, 4)], ..Links::none() };
    assert_eq!(labels(&angles, 5.0, 2, &must), [Some(0); 6]);
    let cannot = Links { cannot: vec![(0, 2)], ..Links::none() };
    let found = labels(&angles, 5.0, 2, &cannot);
    assert_ne!(found[0], found[2]);
}

#[test]
fn contradictions_and_nonsense_are_refused() {
    let both = Links { must: vec![(0, 1), (1, 2)], cannot: vec![(0, 2)], ..Links::none() };
    let outside = Links { must: vec![(0, 3)], ..Links::none() };
    let short = Links::of_photos(vec![1]);
    for links in [both, outside, short] {
        let refused = Dbscan::new(0.1, 2).unwrap().cluster(&circle(&[0.0, 1.0, 2.0]), &links);
        assert_eq!(refused.unwrap_err().code(), "option");
    }
    assert!(Dbscan::new(f32::NAN, 2).is_err() && Dbscan::new(0.1, 0).is_err());
    let other = Embedding::new(SpaceId([2; 8]), vec![1.0, 0.0]).unwrap();
    let mixed = [circle(&[0.0]), vec![other]].concat();
    assert_eq!(Dbscan::new(0.1, 2).unwrap().cluster(&mixed, &Links::none()).unwrap_err().code(), "space-mismatch");
}

/// scikit-learn's labels on sets that `testdata/clusters/reference.py` made.
#[test]
fn labels_are_scikit_learns() {
    #[derive(serde::Deserialize)]
    struct Case {
        eps: f32,
        min_samples: usize,
        faces: Vec<Vec<f32>>,
        labels: Vec<i64>,
    }
    let text = include_str!("../../../../testdata/clusters/expected.json");
    let cases: Vec<Case> = serde_json::from_str(text).unwrap();
    assert!(cases.len() >= 20);
    for (number, case) in cases.into_iter().enumerate() {
        let faces: Vec<_> = case.faces.iter().map(|values| face(values)).collect();
        let found = Dbscan::new(case.eps, case.min_samples).unwrap().cluster(&faces, &Links::none()).unwrap();
        let found: Vec<_> = found.of.iter().map(|label| label.map_or(-1, |label| label as i64)).collect();
        assert_eq!(found, case.labels, "case {number}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn links_are_kept(
        angles in prop::collection::vec(0.0f32..90.0, 1..40),
        photos in prop::collection::vec(0u64..12, 40),
        cannot in prop::collection::vec((0usize..40, 0usize..40), 0..10),
        eps_degrees in 1.0f32..30.0,
        min_samples in 1usize..5,
    ) {
        let count = angles.len();
        let cannot: Vec<_> = cannot.into_iter().filter(|(a, b)| a != b && *a.max(b) < count).collect();
        let links = Links { photos: photos[..count].to_vec(), must: vec![], cannot: cannot.clone() };
        let found = labels(&angles, eps_degrees, min_samples, &links);
        for a in 0..count {
            for b in 0..a {
                let apart = links.photos[a] == links.photos[b] || cannot.contains(&(a, b)) || cannot.contains(&(b, a));
                prop_assert!(!apart || found[a].is_none() || found[a] != found[b]);
            }
        }
    }

    /// Links that say nothing change nothing: the two ways to connect cores agree.
    #[test]
    fn every_face_in_a_photo_of_its_own_is_plain_dbscan(
        angles in prop::collection::vec(0.0f32..180.0, 1..60),
        eps_degrees in 1.0f32..20.0,
        min_samples in 1usize..5,
    ) {
        let own = Links::of_photos((0..angles.len() as u64).collect());
        prop_assert_eq!(labels(&angles, eps_degrees, min_samples, &Links::none()), labels(&angles, eps_degrees, min_samples, &own));
    }
}
