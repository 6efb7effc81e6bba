use proptest::prelude::*;

use super::*;
use crate::profile::settings::Weights;
use crate::space::SpaceId;

const SPACE: SpaceId = SpaceId([3; 8]);

fn settings() -> Settings {
    Settings {
        space: SPACE,
        seed_width: 40.0,
        seed_score: 0.9,
        eps: EpsRule::constant(0.05),
        min_samples: 2,
        merge: 0.95,
        ambiguous: 0.9,
        join: 0.8,
        weights: Weights { of: [0.6, 0.2, 0.4, 0.2, -0.6], bias: 0.0 },
        lead: 0.1,
        absent: 0.0,
        joint: 0.55,
        confidence: [0.0, 4.0, 0.5],
    }
}

/// People are axes; `turn` varies a face.
fn face(person: usize, turn: f32) -> AlbumFace {
    let mut values = vec![0.0; 8];
    values[person] = 1.0;
    values[7] = turn;
    AlbumFace::new(Embedding::new(SPACE, values).unwrap(), 100.0, 0.99)
}

fn album(photos: &[&[usize]]) -> Vec<AlbumPhoto> {
    let of = |(id, people): (usize, &&[usize])| AlbumPhoto {
        meta: PhotoMeta { id: id as u64, ..PhotoMeta::default() },
        faces: people.iter().map(|&person| face(person, id as f32 % 5.0 / 50.0)).collect(),
    };
    photos.iter().enumerate().map(of).collect()
}

fn build(album: &[AlbumPhoto], owner: &Owner, feedback: &Feedback) -> Build {
    Builder::new(settings()).unwrap().build(album, owner, feedback).unwrap()
}

fn shows(build: &Build, role: Role, person: usize) -> bool {
    match &build.outcome {
        Outcome::Built(profile) => profile
            .centroid(role)
            .is_some_and(|centroid| centroid.cosine(&face(person, 0.05).embedding).unwrap() > 0.95),
        _ => false,
    }
}

#[test]
fn the_largest_person_leads_and_a_tie_has_no_leader() {
    let clear = build(&album(&[&[0], &[0], &[0, 1], &[1, 0]]), &Owner::default(), &Feedback::default());
    assert!(shows(&clear, Role::Owner, 0) && clear.confidence > 0.5, "{clear}");
    assert_eq!(clear.members.len(), 4);
    let tie = build(&album(&[&[0], &[0], &[1], &[1]]), &Owner::default(), &Feedback::default());
    assert_eq!((&tie.outcome, tie.confidence), (&Outcome::NoLeader, 0.0));
    let nobody = build(&album(&[&[0], &[1], &[]]), &Owner::default(), &Feedback::default());
    assert_eq!(nobody.outcome, Outcome::NoFaces);
}

#[test]
fn a_friends_profile_decides_an_even_album() {
    let photos = album(&[&[0, 1], &[0, 1], &[0, 1]]);
    let owner = Owner { friends: vec![face(1, 0.0).embedding], ..Owner::default() };
    assert!(shows(&build(&photos, &owner, &Feedback::default()), Role::Owner, 0));
}

#[test]
fn two_heavy_people_who_meet_are_a_joint_account() {
    let owner = Owner { friends: vec![face(5, 0.0).embedding], ..Owner::default() };
    let joint = build(&album(&[&[0, 1], &[0, 1], &[0, 1], &[0, 1], &[2]]), &owner, &Feedback::default());
    assert!(shows(&joint, Role::Owner, 0) && shows(&joint, Role::Partner, 1), "{joint}");
    let apart = build(&album(&[&[0], &[0], &[1], &[1]]), &owner, &Feedback::default());
    assert_eq!(apart.outcome, Outcome::NoLeader);
}

#[test]
fn small_faces_join_but_form_no_cluster_and_non_faces_do_neither() {
    let mut photos = album(&[&[0], &[0], &[0], &[1], &[1], &[1], &[0]]);
    for photo in &mut photos[3..] {
        photo.faces[0].width = 30.0;
    }
    photos[2].faces[0].non_face = true;
    let found = build(&photos, &Owner::default(), &Feedback::default());
    let members: Vec<_> = found.members.iter().map(|(face, _)| face.photo).collect();
    assert_eq!((found.clusters.len(), members, found.left_out), (1, vec![0, 1, 6], 1));
}

#[test]
fn more_photos_are_asked_for_until_there_is_a_leader() {
    // The first two are of one person each; the rest shows who is at home.
    let all = album(&[&[0], &[1], &[0], &[1], &[0], &[0], &[0]]);
    let metas: Vec<_> = all.iter().map(|photo| photo.meta.clone()).collect();
    let mut builder = Builder::new(settings()).unwrap();
    builder.ladder = vec![2, 4];
    let mut asked = Vec::new();
    let found = builder.build_from(&metas, &Owner::default(), &Feedback::default(), |at| {
        asked.push(at);
        Ok(all[at].faces.iter().cloned().map(Some).collect())
    });
    assert!(shows(&found.unwrap(), Role::Owner, 0));
    assert_eq!(asked, [0, 1, 2, 3, 4, 5, 6]);
    builder.ladder = vec![2, 7];
    let failed = builder.build_from(&metas, &Owner::default(), &Feedback::default(), |_| Err(Error::NoEmbedder));
    assert_eq!(failed.unwrap_err().code(), "no-embedder");
    let empty = builder.build_from(&[], &Owner::default(), &Feedback::default(), |_| Err(Error::NoEmbedder)).unwrap();
    assert_eq!(empty.outcome, Outcome::NoFaces);
}

#[test]
fn a_build_explains_itself() {
    let text = build(&album(&[&[0], &[0], &[0, 1], &[1, 0]]), &Owner::default(), &Feedback::default()).to_string();
    assert!(text.starts_with("Profile of 4 faces, in 4 photos with 6 faces."), "{text}");
    assert!(text.contains("owner") && text.contains("size 1.00"), "{text}");
}

fn rejected(photos: std::ops::Range<u64>) -> Feedback {
    let mut feedback = Feedback::default();
    for photo in photos {
        feedback.apply(FaceId { photo, face: 0 }, Opinion::Reject);
    }
    feedback
}

#[test]
fn a_rejected_face_is_left_out_and_the_rest_makes_the_profile() {
    let photos = album(&[&[0], &[0], &[0], &[0], &[0], &[0], &[1], &[1]]);
    let owner = Owner::default();
    let found = build(&photos, &owner, &rejected(2..3));
    assert!(shows(&found, Role::Owner, 0), "{found}");
    let members: Vec<_> = found.members.iter().map(|(face, _)| face.photo).collect();
    assert_eq!(members, [0, 1, 3, 4, 5]);
    assert!(found.to_string().contains("enough.") && !found.to_string().contains("rejected"), "{found}");
    // Half of the faces: somebody else. The next person may lead now.
    let other = build(&photos, &owner, &rejected(0..3));
    assert!(shows(&other, Role::Owner, 1), "{other}");
    assert!(other.to_string().contains("rejected"), "{other}");
    // Unless some of them were confirmed as well.
    let mut feedback = rejected(0..2);
    for photo in 3..6 {
        feedback.apply(FaceId { photo, face: 0 }, Opinion::Confirm);
    }
    let confirmed = build(&photos, &owner, &feedback);
    assert!(shows(&confirmed, Role::Owner, 0) && confirmed.to_string().contains("confirmed"), "{confirmed}");
}

#[test]
fn a_build_without_a_profile_says_so_without_contradiction() {
    let photos = album(&[&[0], &[0], &[0], &[0]]);
    let nobody = build(&photos, &Owner::default(), &rejected(0..2));
    assert_eq!(nobody.outcome, Outcome::NoLeader);
    let text = nobody.to_string();
    assert!(text.contains("none of these people") && !text.contains("lead is") && text.contains("rejected"), "{text}");
    let mut live = build(&photos, &Owner::default(), &Feedback::default());
    (0..4).for_each(|photo| live.apply(&photos, FaceId { photo, face: 0 }, Opinion::Reject).unwrap());
    assert_eq!(live.outcome, Outcome::NoLeader);
    assert!(live.to_string().starts_with("No profile: no face of the owner's is left"), "{live}");
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let builder = Builder::new(settings()).unwrap();
    let mut photos = album(&[&[0], &[0]]);
    photos[1].meta.id = 0;
    assert_eq!(builder.build(&photos, &Owner::default(), &Feedback::default()).unwrap_err().code(), "option");
    let mut alien = album(&[&[0]]);
    alien[0].faces[0].embedding = Embedding::new(SpaceId([4; 8]), vec![1.0; 8]).unwrap();
    assert_eq!(builder.build(&alien, &Owner::default(), &Feedback::default()).unwrap_err().code(), "space-mismatch");
    let friends = vec![Embedding::new(SPACE, vec![1.0; 3]).unwrap()];
    let owner = Owner { friends, ..Owner::default() };
    assert_eq!(builder.build(&album(&[&[0]]), &owner, &Feedback::default()).unwrap_err().code(), "embedding");
}

#[test]
fn an_owner_who_opts_out_gets_no_profile() {
    let mut feedback = Feedback::default();
    feedback.opted_out = true;
    assert_eq!(build(&album(&[&[0], &[0]]), &Owner::default(), &feedback).outcome, Outcome::OptedOut);
}

fn any_opinions() -> impl Strategy<Value = Vec<(FaceId, Opinion)>> {
    let opinion = prop::sample::select(vec![Opinion::Confirm, Opinion::Reject, Opinion::Remove]);
    prop::collection::vec(((0u64..8, 0u16..3).prop_map(|(photo, face)| FaceId { photo, face }), opinion), 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever people say, in whatever order, holds after each event and after the rebuild.
    #[test]
    fn every_sequence_of_feedback_is_kept(
        people in prop::collection::vec(prop::collection::vec(0usize..4, 1..4), 8),
        events in any_opinions(),
    ) {
        let photos: Vec<&[usize]> = people.iter().map(Vec::as_slice).collect();
        let album = album(&photos);
        let exists = |face: &FaceId| album[face.photo as usize].faces.len() > usize::from(face.face);
        let mut feedback = Feedback::default();
        let mut live = build(&album, &Owner::default(), &feedback);
        for (face, opinion) in events {
            feedback.apply(face, opinion);
            live.apply(&album, face, opinion).unwrap();
            prop_assert_eq!(feedback.apply(face, opinion), false);
            let held: HashSet<FaceId> = live.members.iter().filter(|(_, role)| *role == Role::Owner).map(|(face, _)| *face).collect();
            for (face, opinion) in feedback.iter().filter(|(face, _)| exists(face)) {
                prop_assert_eq!(held.contains(&face), opinion == Opinion::Confirm);
            }
        }
        let rebuilt = build(&album, &Owner::default(), &feedback);
        for (face, opinion) in feedback.iter().filter(|(face, _)| exists(face)) {
            let held = rebuilt.members.iter().any(|(member, _)| *member == face);
            prop_assert_eq!(held, opinion == Opinion::Confirm);
        }
        // Events and rebuilds count alike: the profile is what its members sum to.
        for build in [&live, &rebuilt] {
            if let Outcome::Built(profile) = &build.outcome {
                let owner = build.members.iter().filter(|(_, role)| *role == Role::Owner);
                prop_assert_eq!(profile.slot(Role::Owner).map_or(0, |slot| slot.faces() as usize), owner.count());
            }
        }
    }
}
