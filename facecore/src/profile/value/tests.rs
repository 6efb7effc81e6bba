use proptest::prelude::*;

use super::*;

const SPACE: SpaceId = SpaceId([7; 8]);
const ROLES: [Role; 3] = [Role::Owner, Role::Partner, Role::Look];

fn face(values: &[f32]) -> Embedding {
    Embedding::new(SPACE, values.to_vec()).unwrap()
}

/// A photo: whom it shows, and the faces.
fn any_photo(values: usize) -> impl Strategy<Value = (Role, Vec<Embedding>)> {
    let face = prop::collection::vec(-1.0f32..1.0, values)
        .prop_filter_map("no direction", |values| Embedding::new(SPACE, values).ok());
    (prop::sample::select(&ROLES[..]), prop::collection::vec(face, 1..3))
}

fn profile_of(values: usize, photos: &[(Role, Vec<Embedding>)]) -> Profile {
    let mut profile = Profile::new(SPACE, values).unwrap();
    for (role, faces) in photos {
        profile.add(*role, faces).unwrap();
    }
    profile
}

proptest! {
    #[test]
    fn adding_then_removing_any_photo_gives_the_same_bytes(
        photos in prop::collection::vec(any_photo(6), 1..12), at in any::<prop::sample::Index>(),
    ) {
        let mut profile = profile_of(6, &photos);
        let (role, faces) = &photos[at.index(photos.len())];
        let others: Vec<_> = photos.iter().enumerate().filter(|(i, _)| *i != at.index(photos.len())).map(|(_, p)| p.clone()).collect();
        profile.remove(*role, faces).unwrap();
        prop_assert_eq!(profile.to_bytes().unwrap(), profile_of(6, &others).to_bytes().unwrap());
        profile.add(*role, faces).unwrap();
        prop_assert_eq!(profile.to_bytes().unwrap(), profile_of(6, &photos).to_bytes().unwrap());
    }

    #[test]
    fn merging_is_associative_and_the_same_as_one_build(photos in prop::collection::vec(any_photo(300), 3..9)) {
        let part = |from: usize, to: usize| profile_of(300, &photos[from..to]);
        let (third, two_thirds) = (photos.len() / 3, photos.len() * 2 / 3);
        let (a, b, c) = (part(0, third), part(third, two_thirds), part(two_thirds, photos.len()));
        let mut left = a.clone();
        left.merge(&b).unwrap();
        left.merge(&c).unwrap();
        let mut right = b;
        right.merge(&c).unwrap();
        let mut all = a;
        all.merge(&right).unwrap();
        prop_assert_eq!(&left, &all);
        prop_assert_eq!(left.to_bytes().unwrap(), part(0, photos.len()).to_bytes().unwrap());
    }

    #[test]
    fn bytes_come_back(photos in prop::collection::vec(any_photo(5), 0..6)) {
        let profile = profile_of(5, &photos);
        let bytes = profile.to_bytes().unwrap();
        prop_assert_eq!(Profile::from_bytes(&bytes).unwrap(), profile);
        prop_assert_eq!(bytes.len(), 20 + Profile::from_bytes(&bytes).unwrap().slots().len() * (12 + 20));
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..90), photos in prop::collection::vec(any_photo(2), 1..4)) {
        let mut good = profile_of(2, &photos).to_bytes().unwrap();
        for (at, byte) in bytes.iter().enumerate().take(2) {
            let place = usize::from(bytes[bytes.len() - 1 - at]) % good.len();
            good[place] ^= byte;
        }
        for bytes in [&mut bytes, &mut good] {
            if let Ok(profile) = Profile::from_bytes(bytes) {
                prop_assert_eq!(&profile.to_bytes().unwrap(), bytes);
                let _ = (profile.embeddings(), profile.photos());
            }
        }
    }
}

#[test]
fn one_slot_is_about_a_kilobyte() {
    for (values, length) in [(128, 544), (512, 1056)] {
        let mut profile = Profile::new(SPACE, values).unwrap();
        profile.add(Role::Owner, &[face(&vec![1.0; values])]).unwrap();
        assert_eq!(profile.to_bytes().unwrap().len(), length);
    }
}

#[test]
fn rounding_does_not_turn_a_face() {
    for values in [128, 512] {
        let numbers: Vec<f32> = (0..values).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        let mut profile = Profile::new(SPACE, values).unwrap();
        profile.add(Role::Owner, &[face(&numbers)]).unwrap();
        assert!(profile.centroid(Role::Owner).unwrap().cosine(&face(&numbers)).unwrap() > 0.9995);
        assert!((profile.slot(Role::Owner).unwrap().coherence() - 1.0).abs() < 0.002);
    }
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut profile = profile_of(2, &[(Role::Owner, vec![face(&[1.0, 0.0])])]);
    let before = profile.clone();
    let alien = Embedding::new(SpaceId([8; 8]), vec![1.0, 0.0]).unwrap();
    assert_eq!(profile.add(Role::Owner, &[alien]).unwrap_err().code(), "space-mismatch");
    assert_eq!(profile.add(Role::Owner, &[face(&[1.0, 0.0, 0.0])]).unwrap_err().code(), "embedding");
    assert_eq!(profile.remove(Role::Partner, &[face(&[1.0, 0.0])]).unwrap_err().code(), "option");
    assert_eq!(profile.remove(Role::Owner, &[face(&[1.0, 0.0]), face(&[1.0, 0.0])]).unwrap_err().code(), "option");
    assert_eq!(profile.merge(&Profile::new(SPACE, 3).unwrap()).unwrap_err().code(), "embedding");
    assert_eq!(profile, before);
    assert!(Profile::new(SPACE, 0).is_err());
}

#[test]
fn long_sums_have_a_limit_that_is_told() {
    let mut profile = Profile::new(SPACE, 512).unwrap();
    let mut values = vec![0.0; 512];
    values[0] = 1.0;
    for _ in 0..127 {
        profile.add(Role::Owner, &[face(&values)]).unwrap();
    }
    assert!(profile.to_bytes().is_ok());
    profile.add(Role::Owner, &[face(&values)]).unwrap();
    assert_eq!(profile.to_bytes().unwrap_err().code(), "limit");
}
