//! The command as its users run it: on the repository's own photos, with the models that `make models` fetched.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod adapting;
mod albums;
mod bootstrap;
mod dataset;
mod documented;
mod drawing;
mod evaluate;
mod fetching;
mod files;
mod finding;
mod keeping;
mod measuring;
mod naming;
mod profile;
mod rebuild;
mod usage;
mod video;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Of the default model.
const SPACE: &str = "e37f9c1f75f50abd";
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Runs a command line in the root of the repository; no argument of it may hold a space.
fn facecore(line: &str) -> Output {
    command(line).output().unwrap()
}

fn command(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_facecore"));
    command.args(line.split_whitespace()).current_dir(ROOT).env_remove("FACECORE_MODELS");
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// An empty folder of the test's own, its path without a space relative to nothing.
fn scratch(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Photos of three people in the layout of Labeled Faces in the Wild.
fn labelled_photos(test: &str) -> PathBuf {
    let folder = scratch(test);
    let photos = [("B", 1, "obama"), ("B", 2, "obama2"), ("B", 3, "obama3"), ("J", 1, "biden"), ("E", 1, "astronaut")];
    for (person, number, photo) in photos {
        fs::create_dir_all(folder.join(person)).unwrap();
        let original = format!("{ROOT}/testdata/photos/{photo}.jpg");
        fs::copy(original, folder.join(format!("{person}/{person}_{number:04}.jpg"))).unwrap();
    }
    folder
}
