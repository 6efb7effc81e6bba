//! The command as its users run it: on the repository's own photos, with the models that `make models` fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

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

#[test]
fn detect_prints_a_table_or_json() {
    let table = facecore("detect testdata/photos/astronaut.jpg");
    assert_eq!((code(&table), stderr(&table)), (0, ""));
    assert!(stdout(&table).starts_with("testdata/photos/astronaut.jpg: "));
    assert!(stdout(&table).contains(", 1 face\n"));

    let json = facecore("detect --json testdata/photos/astronaut.jpg");
    assert_eq!((code(&json), stderr(&json)), (0, ""));
    let [photo] = &lines(&json)[..] else { panic!("{}", stdout(&json)) };
    assert_eq!(keys(photo), ["complete", "faces", "file", "height", "width"]);
    assert_eq!(photo["file"], "testdata/photos/astronaut.jpg");
    let face = &photo["faces"][0];
    assert_eq!(keys(face), ["box", "landmarks", "score"]);
    assert_eq!(face["box"].as_array().unwrap().len(), 4);
    assert_eq!(face["landmarks"].as_array().unwrap().len(), 5);
}

#[test]
fn broken_files_do_not_stop_the_others() {
    let paths = "testdata/hostile no-such.jpg testdata/photos/astronaut.jpg";
    let json = facecore(&format!("detect --json --threads 3 {paths}"));
    assert_eq!(code(&json), 1);
    let photos = lines(&json);
    let names: Vec<_> =
        photos.iter().map(|photo| photo["file"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    let expected = ["cut.jpg", "empty.jpg", "header-only.jpg", "huge.png", "text.jpg", "no-such.jpg", "astronaut.jpg"];
    assert_eq!(names, expected);
    // A decoder may show the upper part of the cut photo.
    for broken in &photos[1..6] {
        assert_eq!(keys(broken), ["error", "file"]);
        assert_eq!(keys(&broken["error"]), ["code", "message"]);
    }
    assert_eq!(photos[5]["error"]["code"], "io");
    assert_eq!(photos[6]["faces"].as_array().unwrap().len(), 1);

    let table = facecore(&format!("detect {paths}"));
    assert_eq!(code(&table), 1);
    assert!(stderr(&table).contains(" of 7 photos failed:\n") && stderr(&table).contains("\n  no-such.jpg: "));
}

#[test]
fn threads_change_nothing_but_time() {
    let one = facecore("detect --json --threads 1 testdata/orientations");
    let four = facecore("detect --json --threads 4 testdata/orientations");
    assert_eq!(code(&one), 0);
    assert_eq!(stdout(&one), stdout(&four));
    assert_eq!(lines(&one).len(), 8);
}

#[test]
fn what_cannot_be_done_at_all_is_exit_code_2() {
    let empty = scratch("empty");
    for line in [
        "",
        "detect",
        "detect --threads 0 a.jpg",
        "embed --models no-such-folder testdata/photos/astronaut.jpg",
        "embed --model no-such-model testdata/photos/astronaut.jpg",
        "compare testdata/photos/astronaut.jpg no-such.jpg",
        "tag --people no-such-folder testdata/photos/astronaut.jpg",
        "tag --people testdata/people --threshold 3 testdata/photos/astronaut.jpg",
        "evaluate --images testdata --pairs no-such.txt",
        &format!("detect {}", empty.display()),
        "detect --draw out.jpg testdata/photos",
        "detect --draw testdata/photos testdata/photos/astronaut.jpg",
    ] {
        let output = facecore(line);
        assert_eq!((code(&output), stdout(&output)), (2, ""), "{line}");
        assert!(!stderr(&output).is_empty() && !stderr(&output).contains("panicked"), "{line}: {}", stderr(&output));
    }
}

#[test]
fn pictures_are_drawn() {
    let folder = scratch("draw");
    let out = folder.display();
    let photo = "testdata/photos/astronaut.jpg";
    assert_eq!(code(&facecore(&format!("detect {photo} --draw {out}/one.png"))), 0);
    assert_eq!(code(&facecore(&format!("detect {photo} testdata/formats/rgb.png --draw {out}/both"))), 0);
    let (plain, drawn) =
        (image::open(Path::new(ROOT).join(photo)).unwrap(), image::open(folder.join("one.png")).unwrap());
    assert_eq!((plain.width(), plain.height()), (drawn.width(), drawn.height()));
    assert_ne!(plain.to_rgb8(), drawn.to_rgb8());
    assert!(folder.join("both/astronaut.jpg").is_file() && folder.join("both/rgb.jpg").is_file());
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child =
        command("detect --json testdata/photos").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), stderr(&output)), (0, ""));
}

#[test]
fn embeddings_name_their_space() {
    let json = facecore("embed --json testdata/photos/astronaut.jpg");
    assert_eq!((code(&json), stderr(&json)), (0, ""));
    let face = &lines(&json)[0]["faces"][0];
    assert_eq!(keys(face), ["box", "embedding", "landmarks", "non_face", "non_face_excess", "score", "space"]);
    let values = face["embedding"].as_array().unwrap();
    let length: f64 = values.iter().map(|value| value.as_f64().unwrap().powi(2)).sum();
    assert_eq!(values.len(), 128);
    assert!((length - 1.0).abs() < 1e-4);
    assert_eq!(face["space"].as_str().unwrap().len(), 16);
}

#[test]
fn compare_answers_with_its_exit_code() {
    let same = facecore("compare testdata/photos/obama.jpg testdata/photos/obama2.jpg");
    assert_eq!((code(&same), stderr(&same)), (0, ""));
    assert!(stdout(&same).contains("same person, cosine 0."));
    let different = facecore("compare --json testdata/photos/obama.jpg testdata/photos/biden.jpg");
    assert_eq!((code(&different), stderr(&different)), (1, ""));
    let answer = &lines(&different)[0];
    assert_eq!(keys(answer), ["a", "a_face", "b", "b_face", "cosine", "same", "threshold"]);
    assert_eq!(answer["same"], false);
    let all = facecore("compare --all --json testdata/photos/group.jpg testdata/photos/biden.jpg");
    assert_eq!((code(&all), lines(&all).len()), (0, 3));
}

#[test]
fn tag_names_friends_and_no_strangers() {
    let folder = scratch("tag");
    let line = format!("tag --json --people testdata/people testdata/photos/group.jpg --draw {}", folder.display());
    let json = facecore(&line);
    assert_eq!((code(&json), stderr(&json)), (0, ""));
    let matches: Vec<_> =
        lines(&json)[0]["faces"].as_array().unwrap().iter().map(|face| face["match"].clone()).collect();
    let mut names: Vec<_> = matches.iter().map(|found| found["person"].as_str().unwrap_or("")).collect();
    names.sort_unstable();
    assert_eq!(names, ["", "Barack Obama", "Eileen Collins"]);
    for found in &matches {
        assert_eq!(keys(found), ["cosine", "margin", "nearest", "person", "reason", "runner_up", "threshold"]);
        assert_ne!(found["person"].is_null(), found["reason"].is_null());
    }
    assert!(folder.join("group.jpg").is_file());

    let table = facecore("tag --people testdata/people testdata/photos/group.jpg");
    assert!(stdout(&table).contains("  Barack Obama (0.") && stdout(&table).contains("  unknown: "));
}

#[test]
fn a_person_without_a_face_is_warned_about() {
    let people = scratch("people");
    for (name, photo) in [("Ann", "formats/rgb.png"), ("Barack", "photos/obama3.jpg")] {
        fs::create_dir(people.join(name)).unwrap();
        let copy = people.join(name).join("1.png");
        fs::copy(Path::new(ROOT).join("testdata").join(photo), copy).unwrap();
    }
    image::RgbImage::new(64, 64).save(people.join("Ann/1.png")).unwrap();
    let output = facecore(&format!("tag --people {} testdata/photos/obama.jpg", people.display()));
    assert_eq!(code(&output), 0);
    assert!(stderr(&output).contains("warning: Ann: no photo with a face"), "{}", stderr(&output));
    assert!(stdout(&output).contains("  Barack (0."));
}

#[test]
fn models_are_listed_and_checked() {
    let verified = facecore("models verify");
    assert_eq!(code(&verified), 0, "{}", stdout(&verified));
    assert!(stdout(&verified).contains("facenet-ms1m-128: ok\n"));
    assert!(stdout(&facecore("models list")).contains("facenet-ms1m-128: embedder"));

    let folder = scratch("models");
    fs::copy(Path::new(ROOT).join("models/manifest.toml"), folder.join("manifest.toml")).unwrap();
    let missing = command("models verify --json").env("FACECORE_MODELS", &folder).output().unwrap();
    assert_eq!(code(&missing), 1);
    let checks = lines(&missing);
    assert!(checks.iter().all(|check| check["ok"] == false && check["error"]["code"] == "model"));
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

#[test]
fn evaluate_measures_pairs() {
    let folder = labelled_photos("evaluate");
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 E 1\n").unwrap();
    let line = format!("evaluate --images {0} --pairs {0}/pairs.txt --fp 0.5", folder.display());

    let table = facecore(&line);
    assert_eq!((code(&table), stderr(&table)), (0, ""));
    assert!(stdout(&table).contains("photos  5, 0 without a found face\npairs   4 in 2 folds"), "{}", stdout(&table));

    let json = facecore(&format!("{line} --json --margin 0 0.2 --threads 2"));
    let results: Vec<_> = lines(&json).into_iter().filter(|line| line["kind"] == "verification").collect();
    assert_eq!((code(&json), results.len()), (0, 2));
    let margins: Vec<_> = results.iter().map(|result| result["margin"].as_f64().unwrap()).collect();
    assert!(margins[0] == 0.0 && (margins[1] - 0.2).abs() < 1e-6);
    assert!((0.5..=1.0).contains(&results[0]["accuracy"]["mean"].as_f64().unwrap()));

    // Two pairs of two people cannot tell one false positive in a thousand.
    let refused = facecore(&format!("evaluate --images {0} --pairs {0}/pairs.txt", folder.display()));
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).contains("needs 1000 negatives, there are 2"), "{}", stderr(&refused));

    fs::write(folder.join("J/J_0001.jpg"), "broken").unwrap();
    fs::write(folder.join("pairs.txt"), "2 2\nB 1 2\nB 1 3\nB 1 J 1\nB 1 E 1\nB 2 3\nB 1 3\nB 2 E 1\nB 3 E 1\n")
        .unwrap();
    let skipped = facecore(&line);
    assert_eq!(code(&skipped), 1);
    assert!(
        stdout(&skipped).contains("photos  4, 0 without a found face\npairs   7 in 2 folds"),
        "{}",
        stdout(&skipped)
    );
    assert!(stderr(&skipped).starts_with("1 of 5 photos failed:\n"));
}

#[test]
fn evaluate_compares_all_pairs() {
    let folder = labelled_photos("evaluate-all");
    fs::write(
        folder.join("faces.csv"),
        "photo,person,family\nB/B_0001.jpg,B,1\nB/B_0002.jpg,B,1\nB/B_0003.jpg,B,1\nJ/J_0001.jpg,J,1\nE/E_0001.jpg,E,2\n",
    )
    .unwrap();
    let line = format!("evaluate --images {0} --all-pairs --cache {0}/cache", folder.display());
    let table = facecore(&format!("{line} --rates 0.2 --report {}/all.html", folder.display()));
    assert_eq!((code(&table), stderr(&table)), (0, ""));
    assert!(stdout(&table).contains("5 faces of 3 people: 3 pairs of one person, 7 of two\n"), "{}", stdout(&table));
    let html = fs::read_to_string(folder.join("all.html")).unwrap();
    assert!(html.contains("<svg ") && html.contains("3 pairs of one person") && html.ends_with("</html>\n"));

    let measure = |options: &str| {
        let line = format!("evaluate --manifest {0}/faces.csv --all-pairs --cache {0}/cache --json", folder.display());
        let output = facecore(&format!("{line} {options}"));
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        lines(&output).remove(0)
    };
    let record = measure("--rates 0.25 --group-by family --slice-by sex-of-name --threshold 0.5");
    assert_eq!(record["kind"], "all-pairs");
    assert_eq!([&record["positives"], &record["negatives"], &record["related_pairs"]], [3, 4, 3]);
    let points = record["points"].as_array().unwrap();
    assert_eq!((points.len(), points[1]["threshold"]["value"].as_f64()), (2, Some(0.5)));
    assert!((0.0..=1.0).contains(&points[0]["tp"]["value"].as_f64().unwrap()));
    // Without pairs of one person there are none to accept.
    fs::write(folder.join("faces.csv"), "photo\nB/B_0001.jpg\nJ/J_0001.jpg\nE/E_0001.jpg\n").unwrap();
    let record = measure("--rates 0.4 --pad 0.25 --not-found centre");
    assert!(record["points"][0]["tp"].is_null() && record["faces"] == 3, "{record}");

    for (options, expected) in [
        ("--rates 0.1", "needs 10 negatives, there are 7"),
        ("", "too few pairs"),
        ("--rates 0.2 --cohort --group-by nothing", "--group-by nothing"),
        ("--rates 0.2 --slice-by nothing", "--slice-by nothing"),
        ("--rates 0.2 --predicted missing.toml", "--predicted missing.toml"),
        ("--rates 0.2 --pad 3", "0 to 2"),
    ] {
        let refused = facecore(&format!("{line} {options}"));
        assert_eq!(code(&refused), 2, "{options}");
        assert!(stderr(&refused).contains(expected), "{options}: {}", stderr(&refused));
    }
}

#[test]
fn a_second_run_takes_what_the_first_one_left() {
    let folder = labelled_photos("evaluate-cache");
    let cache = folder.join("cache");
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 E 1\n").unwrap();
    let line = format!(
        "evaluate --images {0} --pairs {0}/pairs.txt --fp 0.5 --mirror --json --cache {0}/cache",
        folder.display()
    );
    let first = facecore(&line);
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    // As if it had been killed: the last record of each file is torn.
    let files: Vec<PathBuf> = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..bytes.len() - 5]).unwrap();
    }
    let second = facecore(&line);
    assert_eq!(stdout(&first), stdout(&second));
    // A moved photo is the same photo: with the cache alone nothing is decoded, so only the bytes count.
    let sizes = || files.iter().map(|file| fs::metadata(file).unwrap().len()).collect::<Vec<_>>();
    let before = sizes();
    fs::rename(folder.join("E/E_0001.jpg"), folder.join("J/J_0002.jpg")).unwrap();
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 J 2\n").unwrap();
    assert_eq!(code(&facecore(&line)), 0);
    assert_eq!(sizes(), before);
}

/// A report for the next two tests; a manifest, so that the group column becomes a slice.
fn report(test: &str) -> PathBuf {
    let folder = labelled_photos(test);
    let manifest = "photo,person,group\nB/B_0001.jpg,B,a\nB/B_0002.jpg,B,a\nB/B_0003.jpg,B,b\nJ/J_0001.jpg,J,a\nE/E_0001.jpg,E,<b>\n";
    fs::write(folder.join("faces.csv"), manifest).unwrap();
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 E 1\n").unwrap();
    let line = format!(
        "evaluate --images {0} --pairs {0}/pairs.txt --fp 0.5 --mirror --report {0}/report.html",
        folder.display()
    );
    let output = facecore(&line);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    folder
}

#[test]
fn a_report_needs_nothing_but_itself() {
    let html = fs::read_to_string(report("report").join("report.html")).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    for outside in ["http:", "https:", "src=\"/", "<link", "<script", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.matches("<svg ").count() >= 3);
    // Both faces of each of the four pairs.
    assert_eq!(html.matches("src=\"data:image/jpeg;base64,").count(), 8);
}

/// Renders the report in a browser without a network and looks at the pixels.
#[test]
fn a_browser_renders_the_report() {
    let Some(browser) = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok())
    else {
        println!("skipped: no chromium on this machine (Debian: apt-get install chromium)");
        return;
    };
    let folder = report("report-browser");
    let picture = folder.join("report.png");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--proxy-server=127.0.0.1:9"])
        .arg(format!("--user-data-dir={}", folder.join("browser").display()))
        .args(["--window-size=1240,2400", &format!("--screenshot={}", picture.display())])
        .arg(format!("file://{}", folder.join("report.html").display()))
        .output()
        .unwrap();
    let picture = image::open(&picture).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))).to_rgb8();
    let share = |wanted: &dyn Fn(&[u8; 3]) -> bool| {
        picture.pixels().filter(|pixel| wanted(&pixel.0)).count() as f64 / picture.pixels().len() as f64
    };
    // White sections on a light ground, ink, the blue of the first curve, and colours of faces.
    assert!(share(&|pixel| pixel == &[255; 3]) > 0.3, "no sections");
    assert!(share(&|pixel| pixel.iter().all(|&value| value < 80)) > 0.001, "no text");
    assert!(share(&|pixel| pixel == &[0, 0x72, 0xb2]) > 0.000_05, "no curve");
    assert!(share(&|[red, _, blue]| *red > 120 && red.saturating_sub(*blue) > 40) > 0.005, "no faces");
}

#[test]
fn calibrate_says_what_the_data_cannot_tell() {
    let folder = labelled_photos("calibrate");
    let line =
        format!("calibrate --images {0} --candidates 1 --photos 1 --fp 0.5 0.001 --out {0}/c.toml", folder.display());
    let output = facecore(&line);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(
        stdout(&output).contains("not fitted: 1 candidates: a rate of false positives of 0.001 needs 1000 negatives")
    );
    let people = "--people testdata/people testdata/photos/group.jpg";
    let tagged = facecore(&format!("tag {people} --calibration {}/c.toml --fp 0.5 --json", folder.display()));
    // Two people are enrolled, the calibration is for lists of one.
    assert_eq!(code(&tagged), 2);
    assert!(stderr(&tagged).contains("no threshold for a rate of 0.5 among 2 candidates"), "{}", stderr(&tagged));
    let too_long = facecore(&format!("calibrate --images {} --out x.toml", folder.display()));
    assert_eq!(code(&too_long), 2);
    assert!(stderr(&too_long).contains("10 candidates: there are 3 people"), "{}", stderr(&too_long));
}

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

#[test]
fn robustness_goes_on_from_what_it_measured() {
    let folder = labelled_photos("robustness");
    let at = folder.display();
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 E 1\n").unwrap();
    let measured =
        facecore(&format!("robustness --images {at} --pairs {at}/pairs.txt --fp 0.5 --faces {at}/faces.csv"));
    assert_eq!(code(&measured), 0, "{}", stderr(&measured));
    let rows = fs::read_to_string(folder.join("faces.csv")).unwrap();
    // All four pairs unchanged; B and J are of one half of the people, E of the other: three of them made worse in 14 ways.
    assert_eq!(rows.lines().count(), 1 + 4 + 3 * 14, "{rows}");
    let again = facecore(&format!("robustness --measured {at}/faces.csv --fp 0.5"));
    assert_eq!(stdout(&measured), stdout(&again));
    assert!(stdout(&again).contains("\nblur 5 "), "{}", stdout(&again));
    assert_eq!(code(&facecore("robustness --fp 0.5")), 2);
}
