//! `profile`.

use facecore::profile::{Builder, FaceId, Feedback, Opinion, Outcome, Owner, Profile, Role, Settings, StoredFace};
use facecore::store::{ProfileStore, StoreOptions};
use sha2::{Digest, Sha256};

use super::*;

#[test]
fn a_profile_is_built_explained_and_changed() {
    let folder = scratch("profile");
    for photo in ["obama", "obama2", "obama3", "group", "biden", "astronaut"] {
        fs::copy(format!("{ROOT}/testdata/photos/{photo}.jpg"), folder.join(format!("{photo}.jpg"))).unwrap();
    }
    fs::write(folder.join("broken.jpg"), "no photo").unwrap();
    let (album, profile) = (folder.display(), folder.join("me.fcp"));

    // A broken photo is named, and the profile is there nevertheless.
    let build = facecore(&format!("profile build {album} --out {} --json", profile.display()));
    assert_eq!(code(&build), 1, "{}", stderr(&build));
    let built = &lines(&build)[1];
    assert_eq!(keys(built)[..3], ["confidence", "faces", "lead"]);
    assert_eq!((&built["outcome"], built["people"][0]["photos"].as_u64()), (&Value::from("built"), Some(4)), "{built}");
    let members: Vec<_> =
        built["members"].as_array().unwrap().iter().map(|member| member[0].as_str().unwrap()).collect();
    assert!(members.iter().all(|path| path.contains("obama") || path.contains("group")), "{members:?}");
    assert_eq!(lines(&build)[0]["error"]["code"], "unknown-format");

    let before = fs::read(&profile).unwrap();
    let change = |what: &str| {
        let update = facecore(&format!(
            "profile update {} {what} {ROOT}/testdata/photos/obama_partial_face.jpg",
            profile.display()
        ));
        assert_eq!(code(&update), 0, "{}", stderr(&update));
        fs::read(&profile).unwrap()
    };
    assert_ne!(change("--add"), before);
    assert_eq!(change("--remove"), before, "the bytes are what they were");

    fs::remove_file(folder.join("broken.jpg")).unwrap();
    let sheet = folder.join("sheet.png");
    let explain = facecore(&format!("profile explain {album} --draw {}", sheet.display()));
    assert_eq!(code(&explain), 0, "{}", stderr(&explain));
    assert!(stdout(&explain).contains("owner") && fs::metadata(&sheet).unwrap().len() > 1_000);

    // Nobody comes twice: no profile, and nothing is written.
    for photo in ["obama", "obama2", "obama3"] {
        fs::remove_file(folder.join(format!("{photo}.jpg"))).unwrap();
    }
    let other = folder.join("other.fcp");
    let none = facecore(&format!("profile build {album} --out {}", other.display()));
    assert_eq!((code(&none), other.exists()), (1, false), "{}", stdout(&none));
}

fn open(folder: &Path) -> ProfileStore {
    ProfileStore::open(folder, SPACE.parse().unwrap(), &StoreOptions::default()).unwrap()
}

/// Of the profile of user 7.
fn photos(folder: &Path) -> Option<u32> {
    Some(Profile::from_bytes(&open(folder).get(7).unwrap()?).unwrap().photos())
}

#[test]
fn an_account_is_built_into_a_store_and_obeys_what_was_said() {
    let folder = scratch("account");
    let (album, store) = (folder.join("album"), folder.join("store"));
    fs::create_dir(&album).unwrap();
    for photo in ["obama", "obama2", "obama3", "group"] {
        fs::copy(format!("{ROOT}/testdata/photos/{photo}.jpg"), album.join(format!("{photo}.jpg"))).unwrap();
    }
    let id = |photo: &str| {
        let hash = Sha256::digest(fs::read(format!("{ROOT}/testdata/photos/{photo}.jpg")).unwrap());
        u64::from_be_bytes(hash[..8].try_into().unwrap())
    };
    let build = || facecore(&format!("profile build {} --store {} --user 7", album.display(), store.display()));
    let first = build();
    assert_eq!((code(&first), photos(&store)), (0, Some(4)), "{}{}", stdout(&first), stderr(&first));

    // What was kept builds the same without the photos.
    let kept = open(&store);
    let faces: Vec<_> =
        kept.faces(7).unwrap().iter().map(|(face, bytes)| (*face, StoredFace::from_bytes(bytes).unwrap())).collect();
    assert!(faces.iter().all(|(face, stored)| face.photo == stored.photo.id && stored.quality.is_some()));
    let builder = Builder::new(Settings::for_space(SPACE.parse().unwrap()).unwrap()).unwrap();
    let again = builder.build_stored(&faces, &Owner::default(), &Feedback::default()).unwrap();
    let Outcome::Built(again) = &again.outcome else { panic!("{again}") };
    let centroid = Profile::from_bytes(&kept.get(7).unwrap().unwrap()).unwrap().centroid(Role::Owner).unwrap();
    assert!(again.photos() == 4 && again.centroid(Role::Owner).unwrap().cosine(&centroid).unwrap() > 0.999);

    // A face that was rejected stays out, under any name; a photo that is gone goes with its faces.
    let face = FaceId { photo: id("obama2"), face: 0 };
    kept.write(|batch| batch.apply(7, face, Opinion::Reject)).unwrap();
    drop(kept);
    fs::rename(album.join("obama2.jpg"), album.join("renamed.jpg")).unwrap();
    fs::remove_file(album.join("group.jpg")).unwrap();
    let second = build();
    assert_eq!((code(&second), photos(&store)), (0, Some(2)), "{}{}", stdout(&second), stderr(&second));
    let kept = open(&store);
    let ids: Vec<u64> = kept.faces(7).unwrap().iter().map(|(face, _)| face.photo).collect();
    assert!(ids.contains(&id("obama2")) && !ids.contains(&id("group")), "{ids:?}");
    assert_eq!(kept.feedback(7).unwrap().of(face), Some(Opinion::Reject));
    drop(kept);

    let out = facecore(&format!("store opt-out {} --space {SPACE} 7", store.display()));
    assert_eq!(code(&out), 0);
    let none = build();
    assert_eq!((code(&none), photos(&store)), (1, None));
    assert!(stdout(&none).contains("the owner wants none"));

    let refused = facecore(&format!("profile build {0} --store {0} --user 7", album.display()));
    assert!(code(&refused) == 2 && stderr(&refused).contains("there is no store in this folder"));
    for options in ["", "--store s", "--user 7 --out s"] {
        assert_eq!(code(&facecore(&format!("profile build {} {options}", album.display()))), 2, "{options}");
    }
}
