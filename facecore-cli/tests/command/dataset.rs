//! `dataset`: people of composed albums, the rule for two faces of one photo, and builds that are killed.

use std::io::Write;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use image::{RgbImage, imageops};
use serde_json::json;

use super::albums::{account, composed, write_list};
use super::*;

const FILES: [&str; 4] = ["faces.csv", "embeddings.f32", "dataset.json", "sheet.html"];

fn line(folder: &Path) -> String {
    format!("dataset build {0}/accounts.jsonl --out {0}/set --threads 2", folder.display())
}

/// The only line of JSON.
fn told(output: &Output) -> Value {
    let [told] = &lines(output)[..] else { panic!("{}{}", stdout(output), stderr(output)) };
    told.clone()
}

fn rows(folder: &Path) -> Vec<Vec<String>> {
    let list = fs::read_to_string(folder.join("set/faces.csv")).unwrap();
    list.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn people_are_found_in_accounts_and_joined_across_them() {
    let folder = composed("dataset-people");
    let output = facecore(&format!("{} --json --held-back 0.34", line(&folder)));
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let stats = told(&output);
    // Of 18 accounts with an owner each; each other photo of an account shows somebody who is there once.
    assert_eq!((&stats["people"], &stats["in_several_accounts"]), (&json!(3), &json!(3)), "{stats}");
    let counts = &stats["counts"];
    let of = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(["accounts", "photos", "failed_photos", "merged_across"].map(of), [20, 91, 0, 15], "{counts}");
    assert_eq!(of("faces"), of("kept") + of("alone") + of("unclear") + of("non_faces") + of("unusable"), "{counts}");
    assert_eq!((&stats["held_back_people"], &stats["space"]), (&json!(1), &json!(SPACE)));

    let rows = rows(&folder);
    let faces = rows.len() - 1;
    assert_eq!(rows[0].join(",").matches(',').count(), 20);
    assert_eq!(fs::metadata(folder.join("set/embeddings.f32")).unwrap().len(), 4 * 128 * faces as u64);
    for (at, row) in rows[1..].iter().enumerate() {
        let (account, file): (u64, &str) = (row[2].parse().unwrap(), &row[4]);
        // The list is of one person after the other, and a file is named after who is on it.
        assert_eq!(((account - 3) / 10 % 3).to_string(), file[..1], "{row:?}");
        assert_eq!((row[0].as_str(), &row[20]), (&file[..1], &at.to_string()), "{row:?}");
    }
    let sheet = fs::read_to_string(folder.join("set/sheet.html")).unwrap();
    assert_eq!(sheet.matches("<section>").count(), 3);
    assert!(sheet.matches("src=\"data:image/jpeg;base64,/").count() >= 20, "faces are on it");
    assert!(!folder.join("set/accounts.log").exists());

    let again = facecore(&line(&folder));
    assert!(code(&again) == 2 && stderr(&again).contains("--anew replaces it"), "{}", stderr(&again));
    let shown = facecore(&format!("dataset stats {}/set --json", folder.display()));
    assert_eq!(told(&shown), stats);
    let split = facecore(&format!("dataset split {}/set --held-back 0.67 --seed 9 --json", folder.display()));
    assert_eq!((code(&split), &told(&split)["held_back_people"]), (0, &json!(2)));
    fs::OpenOptions::new().append(true).open(folder.join("set/embeddings.f32")).unwrap().write_all(b"x").unwrap();
    let broken = facecore(&format!("dataset stats {}/set", folder.display()));
    assert!(code(&broken) == 2 && stderr(&broken).contains("faces.csv has"), "{}", stderr(&broken));

    let few = facecore(&format!("{} --json --anew --sample 5 --seed 2", line(&folder)));
    assert_eq!((code(&few), &told(&few)["counts"]["accounts"]), (0, &json!(5)), "{}", stderr(&few));
}

/// Two photos of one person side by side, as a collage has them, or as two alike people look.
fn collages(test: &str) -> PathBuf {
    let folder = scratch(test);
    let photo = |name: &str| {
        let picture = image::open(format!("{ROOT}/testdata/photos/{name}.jpg")).unwrap();
        imageops::resize(&picture.to_rgb8(), 360, 440, imageops::FilterType::Triangle)
    };
    let (one, other) = (photo("obama"), photo("obama2"));
    for place in 0..3 {
        let mut both = RgbImage::new(720, 440);
        imageops::replace(&mut both, &imageops::colorops::brighten(&one, 8 * place), 0, 0);
        imageops::replace(&mut both, &imageops::colorops::brighten(&other, 8 * place), 360, 0);
        both.save(folder.join(format!("{place}.jpg"))).unwrap();
    }
    let photos: Vec<Value> = (0..3).map(|place| json!({"id": place, "file": format!("{place}.jpg")})).collect();
    write_list(&folder, &[json!({"id": 1, "photos": photos})]);
    folder
}

#[test]
fn who_is_twice_on_a_photo_is_dropped_or_parted() {
    let folder = collages("dataset-collages");
    let dropped = facecore(&line(&folder));
    assert!(code(&dropped) == 2 && stderr(&dropped).contains("nobody is left: 3 photos, 0 of them failed; 6 faces"));
    for (rule, people, faces) in [("part", 2, 6), ("ignore", 1, 6)] {
        let output = facecore(&format!("{} --json --anew --same-photo {rule}", line(&folder)));
        let stats = told(&output);
        assert_eq!((&stats["people"], &stats["faces"]), (&json!(people), &json!(faces)), "{rule}: {stats}");
    }
}

/// Kills the build once so many accounts are in its log.
fn killed_at(folder: &Path, options: &str, accounts: usize) {
    let command_line = format!("{} {options}", line(folder));
    let mut child = command(&command_line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    let finished = || {
        let log = fs::read(folder.join("set/accounts.log")).unwrap_or_default();
        log.iter().filter(|&&byte| byte == b'\n').count()
    };
    while finished() <= accounts {
        assert!(begun.elapsed() < Duration::from_secs(100), "it does not go on");
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_build_goes_on_to_the_same_bytes() {
    let (folder, whole) = (composed("dataset-killed"), composed("dataset-whole"));
    assert_eq!(code(&facecore(&line(&whole))), 0);
    let refused = facecore(&format!("{} --resume", line(&folder)));
    assert!(code(&refused) == 2 && stderr(&refused).contains("there is nothing to go on with"));
    killed_at(&folder, "", 3);
    let refused = facecore(&line(&folder));
    assert!(code(&refused) == 2 && stderr(&refused).contains("--resume goes on with it, --anew begins again"));
    let other = facecore(&format!("{} --resume --same-photo part", line(&folder)));
    assert!(code(&other) == 2 && stderr(&other).contains("another list, network or other options"));
    let mut log = fs::OpenOptions::new().append(true).open(folder.join("set/accounts.log")).unwrap();
    log.write_all(b"{\"account\": 9, \"cou").unwrap();
    killed_at(&folder, "--resume", 11);
    let end = facecore(&format!("{} --resume", line(&folder)));
    assert_eq!(code(&end), 0, "{}", stderr(&end));
    for file in FILES {
        assert!(fs::read(folder.join("set").join(file)).unwrap() == fs::read(whole.join("set").join(file)).unwrap());
    }
    assert_eq!(fs::read_dir(folder.join("set")).unwrap().count(), FILES.len());
}

#[test]
fn photos_that_fail_are_told_and_the_others_taken() {
    let folder = composed("dataset-failing");
    let mut accounts: Vec<Value> = (0..3).map(account).collect();
    accounts[1]["photos"].as_array_mut().unwrap().push(json!({"id": 9, "file": "away.jpg"}));
    write_list(&folder, &accounts);
    let output = facecore(&line(&folder));
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains("account 13, photo 9 (away.jpg): cannot read the file: "), "{}", stderr(&output));
    assert!(stdout(&output).contains("         1  photos that failed\n"), "{}", stdout(&output));
    let nowhere = facecore(&format!("{} --anew --photos {}/set", line(&folder), folder.display()));
    assert!(code(&nowhere) == 2 && stderr(&nowhere).contains("nobody is left: 16 photos, 16 of them failed"));
}
