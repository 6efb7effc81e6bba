//! `dataset bootstrap`: rounds over composed albums, what comes of them, and a run that is killed.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::albums::{account, composed, write_list};
use super::*;

const FILES: [&str; 6] = ["faces.csv", "embeddings.f32", "dataset.json", "sheet.html", "map", "rounds.jsonl"];

fn line(folder: &Path) -> String {
    format!("dataset bootstrap {0}/accounts.jsonl --out {0}/set --threads 2", folder.display())
}

/// Who is on the composed photos, whose files are named after them.
fn write_truth(folder: &Path) {
    let photos = (0..3).flat_map(|person| (0..9).map(move |variant| format!("{person}-{variant}.jpg,{person}\n")));
    fs::write(folder.join("truth.csv"), format!("file,person\n{}", photos.collect::<String>())).unwrap();
}

#[test]
fn rounds_end_in_people_and_a_map() {
    let folder = composed("bootstrap");
    write_truth(&folder);
    let output = facecore(&format!("{} --json --truth {}/truth.csv", line(&folder), folder.display()));
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let told = lines(&output);
    let (stats, rounds) = told.split_last().unwrap();
    assert!((2..=4).contains(&rounds.len()), "{told:?}");
    // Three people, each in several accounts, are found in the first round already; so the second one finds the same and is the last.
    let last = &rounds[rounds.len() - 1];
    assert_eq!(
        (&rounds[0]["round"], &last["people"], &last["mixed"], &last["purity"]),
        (&json!(1), &json!(3), &json!(0), &json!(1.0))
    );
    assert_eq!(rounds[0]["changed"], rounds[0]["faces"], "all are new");
    assert!(last["changed"].as_u64().unwrap() * 200 <= last["faces"].as_u64().unwrap() || rounds.len() == 4, "{last}");
    assert!(last["completeness"].as_f64().unwrap() > 0.7 && last["completeness"].as_f64().unwrap() < 1.0, "{last}");
    let counts = &stats["counts"];
    assert_eq!(
        (&stats["people"], &counts["kept"], &counts["alone"]),
        (&json!(3), &last["faces"], &last["alone"]),
        "{stats}"
    );
    assert_eq!(counts["merged_across"], last["merged_across"]);
    let report = fs::read_to_string(folder.join("set/rounds.jsonl")).unwrap();
    let kept: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(kept, rounds);
    let names: Vec<_> = fs::read_dir(folder.join("set")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), FILES.len(), "{names:?}");
    // A person's faces are all of one person.
    let list = fs::read_to_string(folder.join("set/faces.csv")).unwrap();
    let whose: BTreeSet<(String, String)> = list
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| (cells[0].to_owned(), cells[4][..1].to_owned()))
        .collect();
    assert_eq!(whose.len(), 3, "{whose:?}");
    let shown = facecore(&format!("dataset stats {}/set --json", folder.display()));
    assert_eq!(&lines(&shown)[0], stats);
    carries(&folder);
    let again = facecore(&line(&folder));
    assert!(code(&again) == 2 && stderr(&again).contains("--anew replaces it"), "{}", stderr(&again));
    let table = facecore(&format!("{} --anew --rounds 1 --same-photo drop", line(&folder)));
    assert_eq!((code(&table), stderr(&table)), (0, ""));
    assert!(stdout(&table).starts_with("round  people    faces  changed"), "{}", stdout(&table));
    assert!(fs::read_to_string(folder.join("set/rounds.jsonl")).unwrap().lines().count() == 1);
}

/// `adapt apply` takes the map.
fn carries(folder: &Path) {
    let added = facecore(&format!("gallery add --people {ROOT}/testdata/people {}/people", folder.display()));
    assert_eq!(code(&added), 0, "{}", stderr(&added));
    let carried =
        facecore(&format!("adapt apply {0}/people --adaptation {0}/set/map --out {0}/carried", folder.display()));
    assert_eq!(code(&carried), 0, "{}", stderr(&carried));
    let [before, after] = ["people", "carried"].map(|name| fs::read(folder.join(name)).unwrap());
    assert!(before != after);
}

#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    let (folder, whole) = (composed("bootstrap-killed"), composed("bootstrap-whole"));
    assert_eq!(code(&facecore(&line(&whole))), 0);
    let mut child = command(&line(&folder)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    let finished =
        || fs::read(folder.join("set/accounts.log")).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count();
    while finished() <= 5 {
        assert!(begun.elapsed() < Duration::from_secs(100) && child.try_wait().unwrap().is_none());
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // A build's people are not what rounds go on with.
    let build = facecore(&format!("{} --resume", line(&folder).replace("dataset bootstrap", "dataset build")));
    assert!(
        code(&build) == 2 && stderr(&build).contains("another list, network or other options"),
        "{}",
        stderr(&build)
    );
    let end = facecore(&format!("{} --resume", line(&folder)));
    assert_eq!(code(&end), 0, "{}", stderr(&end));
    for file in FILES {
        let read = |folder: &Path| fs::read(folder.join("set").join(file)).unwrap();
        assert!(read(&folder) == read(&whole), "{file}");
    }
}

#[test]
fn what_cannot_be_done_is_one_clear_line() {
    let folder = composed("bootstrap-wrong");
    let refused = |line: &str, says: &str| {
        let output = facecore(line);
        let text = stderr(&output);
        assert!(code(&output) == 2 && text.contains(says) && text.lines().count() == 1, "{says}: {text}");
        assert!(!folder.join("set/faces.csv").exists() && !folder.join("set/map").exists());
    };
    fs::write(folder.join("truth.csv"), "file,person\nnowhere.jpg,x\n").unwrap();
    refused(&format!("{} --truth {}/truth.csv", line(&folder), folder.display()), "names no photo of the accounts");
    fs::write(folder.join("truth.csv"), "photo,person\n").unwrap();
    refused(&format!("{} --anew --truth {}/truth.csv", line(&folder), folder.display()), "no column `file`");
    write_list(&folder, &[account(0)]);
    refused(&format!("{} --anew", line(&folder)), "1 of 1 accounts have clear ones, and two are needed");
    write_list(&folder, &[account(7), account(27)]);
    let nobody = format!("{} --anew", line(&folder));
    let empty: Vec<Value> = (1..4).map(|id| json!({"id": id, "photos": []})).collect();
    write_list(&folder, &empty);
    refused(&nobody, "nobody is left: 0 photos");
    // Each account has a face: nobody is found.
    write_list(
        &folder,
        &[account(8), account(9), account(10)].map(|mut account| {
            account["photos"].as_array_mut().unwrap().truncate(1);
            account
        }),
    );
    refused(&nobody, "0 people were found in 3 accounts");
}
