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
    assert!(code(&broken) == 2 && stderr(&broken).contains("embeddings.f32: "), "{}", stderr(&broken));

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

/// A data set without photos: people by the direction that their faces have in common; each face as (label, whose it is).
fn made(folder: &Path, faces: &[(u32, u32)]) {
    const VALUES: usize = 64;
    // SplitMix64, as a number from -1 to 1.
    let noise = |seed: u32, at: usize| {
        let mut z = (u64::from(seed) * 1_000 + at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    let mut csv =
        String::from("person,split,account,photo,file,x1,y1,x2,y2,lx0,ly0,lx1,ly1,lx2,ly2,lx3,ly3,lx4,ly4,score,row\n");
    let mut vectors = Vec::new();
    for (row, &(label, is)) in faces.iter().enumerate() {
        let split = if label.is_multiple_of(4) { "held-back" } else { "train" };
        csv += &format!("{label},{split},{label},{row},{is}/{row}.jpg,1,2,30,40,0,0,0,0,0,0,0,0,0,0,0.9,{row}\n");
        let value = |at: usize| (noise(is, at) + 0.5 * noise(1_000 + row as u32, at)) as f32;
        let length = (0..VALUES).map(|at| value(at) * value(at)).sum::<f32>().sqrt();
        vectors.extend((0..VALUES).flat_map(|at| (value(at) / length).to_le_bytes()));
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("faces.csv"), csv).unwrap();
    fs::write(folder.join("embeddings.f32"), vectors).unwrap();
    let people = faces.iter().map(|face| face.0).max().unwrap() + 1;
    let counts = "accounts failed_accounts photos failed_photos faces unusable non_faces unclear alone same_photo merged ambiguous \
                  merged_across ambiguous_across people kept";
    let counts: serde_json::Map<String, Value> =
        counts.split_whitespace().map(|name| (name.to_owned(), json!(0))).collect();
    let summary = json!({"version": 1, "space": SPACE, "values": VALUES, "people": people, "faces": faces.len(), "list": "", "rules": "made", "counts": counts});
    fs::write(folder.join("dataset.json"), summary.to_string()).unwrap();
}

#[test]
fn wrong_labels_are_moved_joined_parted_and_left_out() {
    let folder = scratch("dataset-clean");
    let mut faces: Vec<(u32, u32)> = (0..40).flat_map(|person| (0..6).map(move |_| (person, person))).collect();
    faces[7] = (1, 30); // moved
    faces[13] = (2, 93); // left out
    faces.extend([(5, 77); 4]); // a person of their own
    faces.extend([(40, 8); 3]); // joined
    made(&folder.join("set"), &faces);
    let line = format!("dataset clean {0}/set --out {0}/new --leave-out 1 --json", folder.display());
    let output = facecore(&line);
    let stats = told(&output);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    assert_eq!((&stats["people"], &stats["faces"]), (&json!(41), &json!(246)), "{stats}");
    let counts = &stats["cleaned"];
    let of = |name: &str| counts[name].as_u64().unwrap();
    let names = ["people", "faces", "joined", "joined_faces", "moved_faces", "parted", "parted_faces", "left_out"];
    assert_eq!(names.map(of), [41, 247, 1, 3, 1, 1, 4, 1], "{counts}");
    let report = fs::read_to_string(folder.join("new/report.csv")).unwrap();
    let cells: Vec<Vec<&str>> = report.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(cells[0].join(","), "row,file,person,what,to,own,other,like");
    let changed: Vec<String> = cells[1..].iter().map(|cells| cells[..5].join(" ")).collect();
    assert_eq!(changed[..3], ["7 30/7.jpg 1 moved 30", "13 93/13.jpg 2 left out ", "240 77/240.jpg 5 parted 40"]);
    assert_eq!((changed.len(), &*changed[6]), (9, "244 8/244.jpg 40 joined 8"));
    assert_eq!((&cells[1][7], cells[1][6] > "0.5"), (&"30/180.jpg", true), "whom it is like");
    // Whoever a face goes to says whether it is held back.
    let list = fs::read_to_string(folder.join("new/faces.csv")).unwrap();
    assert!(list.contains("\n40,train,5,240,77/240.jpg") && list.contains("\n8,held-back,40,244,8/244.jpg"), "{list}");
    assert!(!list.contains("93/13.jpg") && !folder.join("new/sheet.html").exists());
    assert_eq!(fs::read_dir(folder.join("set")).unwrap().count(), 3, "nothing is changed there");
    // What is clean stays as it is.
    let again = told(&facecore(&format!("dataset clean {0}/new --out {0}/third --json", folder.display())));
    assert_eq!((&again["people"], &again["cleaned"]["moved_faces"]), (&json!(41), &json!(0)), "{again}");
    let refused = facecore(&line);
    assert!(code(&refused) == 2 && stderr(&refused).contains("--anew replaces it"));
    let itself = facecore(&format!("dataset clean {0}/set --out {0}/set --anew", folder.display()));
    assert!(code(&itself) == 2 && stderr(&itself).contains("this is the data set itself"), "{}", stderr(&itself));
    assert_eq!(fs::read_dir(folder.join("set")).unwrap().count(), 3);
    let neither = facecore(&format!("dataset clean --out {}/x", folder.display()));
    assert_eq!(code(&neither), 2);
}

#[test]
fn a_data_set_whose_files_do_not_fit_is_told() {
    let folder = scratch("dataset-unfit");
    let faces: Vec<(u32, u32)> = (0..12).map(|face| (face / 3, face / 3)).collect();
    made(&folder.join("set"), &faces);
    let line = format!("dataset clean {0}/set --out {0}/new", folder.display());
    for (name, from, to, said) in [
        ("dataset.json", "\"people\":4", "\"people\":400000000", "400000000 people with 12 faces"),
        ("dataset.json", "\"faces\":12", "\"faces\":9999999999", "embeddings.f32: 3072 bytes"),
        ("dataset.json", "\"values\":64", "\"values\":0", "faces of 0 values"),
        ("dataset.json", SPACE, "somewhere", "is no space"),
        ("faces.csv", "\n3,train", "\n4,train", "has a person 4"),
        ("faces.csv", "\n3,train", "\nx,train", "is none that"),
    ] {
        let whole = fs::read_to_string(folder.join("set").join(name)).unwrap();
        assert!(whole.contains(from), "{from}");
        fs::write(folder.join("set").join(name), whole.replace(from, to)).unwrap();
        let refused = facecore(&line);
        assert!(code(&refused) == 2 && stderr(&refused).contains(said), "{to}: {}", stderr(&refused));
        fs::write(folder.join("set").join(name), whole).unwrap();
    }
    assert_eq!(code(&facecore(&line)), 0);
}

/// A folder a person, of the composed photos; one of them under the wrong name.
fn people(test: &str) -> PathBuf {
    let folder = composed(test);
    for person in 0..3 {
        fs::create_dir_all(folder.join(format!("people/{person}"))).unwrap();
        for variant in 0..9 {
            let file = format!("{person}-{variant}.jpg");
            let whose = if (person, variant) == (1, 4) { 0 } else { person };
            fs::rename(folder.join(&file), folder.join(format!("people/{whose}/{file}"))).unwrap();
        }
    }
    folder
}

#[test]
fn a_folder_of_people_is_read_checked_and_read_on_where_it_was_killed() {
    let (folder, whole) = (people("dataset-folder"), people("dataset-folder-whole"));
    let line = |folder: &Path| format!("dataset clean --people {0}/people --out {0}/new --threads 1", folder.display());
    let output = facecore(&format!("{} --json", line(&whole)));
    let stats = told(&output);
    assert_eq!((code(&output), &stats["people"], &stats["faces"]), (0, &json!(3), &json!(27)), "{stats}");
    assert_eq!(stats["cleaned"]["moved_faces"], json!(1), "{stats}");
    let report = fs::read_to_string(whole.join("new/report.csv")).unwrap();
    assert!(report.contains(",0/1-4.jpg,0,moved,1,"), "{report}");
    let sheet = fs::read_to_string(whole.join("new/sheet.html")).unwrap();
    assert!(sheet.matches("<section>").count() == 1 && sheet.matches("src=\"data:image/jpeg;base64,/").count() > 8);

    let mut child = command(&line(&folder)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    let lines = || {
        fs::read(folder.join("new/given/accounts.log"))
            .unwrap_or_default()
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
    };
    while lines() < 2 {
        assert!(begun.elapsed() < Duration::from_secs(100) && child.try_wait().unwrap().is_none());
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let refused = facecore(&line(&folder));
    assert!(code(&refused) == 2 && stderr(&refused).contains("--resume goes on with it"), "{}", stderr(&refused));
    assert_eq!(code(&facecore(&format!("{} --resume", line(&folder)))), 0);
    for file in ["faces.csv", "embeddings.f32", "report.csv", "sheet.html", "given/faces.csv", "given/embeddings.f32"] {
        let read = |folder: &Path| fs::read(folder.join("new").join(file)).unwrap();
        assert!(read(&folder) == read(&whole), "{file}");
    }
    fs::write(folder.join("people/2/broken.jpg"), "no photo").unwrap();
    let failing = facecore(&format!("{} --anew", line(&folder)));
    assert!(code(&failing) == 1 && stderr(&failing).contains("1 of 28 photos failed"), "{}", stderr(&failing));
}
