//! `profile`.

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
