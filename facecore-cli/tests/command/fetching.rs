//! `facecore models fetch` without a network: a folder becomes whole or stays as it was. That networks are made in an empty one, `make models`
//! and `models/test_fetch.py` test.

use super::*;

/// The networks that `make models` fetched, without their manifest.
fn put_networks(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for file in fs::read_dir(Path::new(ROOT).join("models")).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_some_and(|extension| extension == "onnx") {
            fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
        }
    }
}

/// pip finds nobody to ask.
fn fetch_offline(folder: &Path) -> Output {
    let mut command = command(&format!("models fetch --to {}", folder.display()));
    command.env("PIP_INDEX_URL", "http://127.0.0.1:9/").env("PIP_RETRIES", "0").env("PIP_NO_CACHE_DIR", "1");
    command.output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_folder_with_all_networks_gets_the_manifest_and_then_nothing() {
    let folder = scratch("fetched");
    put_networks(&folder);
    let networks = names(&folder);
    let line = format!("models fetch --to {}", folder.display());
    let fetched = facecore(&line);
    assert_eq!((code(&fetched), stderr(&fetched)), (0, ""));
    assert_eq!(stdout(&fetched), stdout(&facecore("models verify")));
    let mut expected = networks;
    expected.push("manifest.toml".into());
    expected.sort();
    assert_eq!(names(&folder), expected);

    let before = fs::metadata(folder.join("manifest.toml")).unwrap().modified().unwrap();
    let again = facecore(&line);
    assert_eq!(code(&again), 0);
    assert!(stderr(&again).ends_with("/fetched already\n"), "{}", stderr(&again));
    assert_eq!(fs::metadata(folder.join("manifest.toml")).unwrap().modified().unwrap(), before);
}

#[test]
fn without_a_network_nothing_is_left_behind() {
    let scratch = scratch("fetched-nothing");
    let failed = fetch_offline(&scratch.join("models"));
    assert_eq!((code(&failed), stdout(&failed)), (2, ""));
    assert!(stderr(&failed).contains("is there a network?"), "{}", stderr(&failed));
    assert_eq!(names(&scratch), [""; 0]);

    put_networks(&scratch.join("models"));
    let missing = scratch.join("models/dlib-gender.onnx");
    fs::remove_file(&missing).unwrap();
    fs::write(scratch.join("models/own.onnx"), "mine").unwrap();
    let before = names(&scratch.join("models"));
    assert_eq!(code(&fetch_offline(&scratch.join("models"))), 2);
    assert_eq!(names(&scratch.join("models")), before);
}

#[test]
fn what_keeps_it_from_fetching_is_told() {
    let folder = scratch("fetched-never");
    let line = format!("models fetch --to {}", folder.display());
    let without = command(&line).env("PATH", "").output().unwrap();
    assert_eq!((code(&without), stdout(&without)), (2, ""));
    assert!(stderr(&without).contains("install Python 3.11 or newer"), "{}", stderr(&without));
    let manifest = folder.join("manifest.toml");
    fs::write(&manifest, "[[model]]\n").unwrap();
    assert_eq!((code(&facecore(&line)), fs::read_to_string(&manifest).unwrap().as_str()), (2, "[[model]]\n"));
    let file = format!("models fetch --to {}", manifest.display());
    assert_eq!(code(&facecore(&file)), 2);
}
