//! `calibrate` and `robustness`.

use super::*;

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
    // What needs the embeddings, which the file does not keep, is only there the first time.
    let with_strangers = stdout(&measured);
    let paragraphs = with_strangers.split("\n\n").filter(|paragraph| !paragraph.starts_with("changed photos with all"));
    assert_eq!(paragraphs.collect::<Vec<_>>().join("\n\n"), stdout(&again));
    assert!(with_strangers.contains("\nchanged photos with all unchanged ones"), "{with_strangers}");
    assert!(stdout(&again).contains("\nblur 5 "), "{}", stdout(&again));
    assert_eq!(code(&facecore("robustness --fp 0.5")), 2);
    // A network that aligns faces by their landmarks.
    let line = format!("robustness --images {at} --pairs {at}/pairs.txt --fp 0.5 --faces {at}/aligned.csv");
    let aligned = facecore(&format!("{line} --model sface --detector yunet"));
    assert_eq!(code(&aligned), 0, "{}", stderr(&aligned));
    assert_eq!(fs::read_to_string(folder.join("aligned.csv")).unwrap().lines().count(), 1 + 4 + 3 * 14);
}

#[test]
fn models_fit_writes_what_it_can_and_says_what_is_missing() {
    let folder = labelled_photos("models-fit");
    let (at, out) = (folder.display(), scratch("models-fit-out"));
    let line = format!("models fit --data {at} --fp 0.2 --out {}", out.display());
    let output = facecore(&format!("{line} --json"));
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let [story] = &lines(&output)[..] else { panic!("{}", stdout(&output)) };
    assert_eq!((&story["model"], &story["space"]), (&"facenet-ms1m-128".into(), &SPACE.into()));
    assert_eq!((&story["people"], &story["faces"]), (&3.into(), &5.into()), "{story}");
    assert!((0.0..0.8).contains(&story["threshold"].as_f64().unwrap()), "{story}");
    for (what, reason) in [("matching", "two faces at least"), ("calibration", "there are 3 people")] {
        assert!(story["missing"][what].as_str().unwrap().contains(reason), "{story}");
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
    let kept = fs::read_to_string(out.join("facenet-ms1m-128.fit.json")).unwrap();
    assert_eq!((kept.as_str(), fs::read_dir(&out).unwrap().count()), (stdout(&output), 1));
    let unread = facecore(&format!("{line} --without {at}/none.csv"));
    assert!(code(&unread) == 2 && stderr(&unread).contains("none.csv"), "{}", stderr(&unread));
    let strict = facecore(&format!("models fit --data {at} --fp 0.001 --out {}", out.display()));
    assert!(stderr(&strict).contains("7 pairs of two people are too few for a rate of 0.001"), "{}", stderr(&strict));
    let nowhere = facecore(&format!("models fit --data {at} --out {}/none", out.display()));
    assert!(code(&nowhere) == 2 && stderr(&nowhere).contains("make it first"), "{}", stderr(&nowhere));
}

#[cfg(unix)]
#[test]
fn the_matchers_numbers_beside_a_network_are_taken() {
    let models = scratch("models-beside");
    for file in fs::read_dir(format!("{ROOT}/models")).unwrap().map(|file| file.unwrap()) {
        std::os::unix::fs::symlink(file.path().canonicalize().unwrap(), models.join(file.file_name())).unwrap();
    }
    let line = format!("tag --people testdata/people testdata/photos/group.jpg --json --models {}", models.display());
    let before = facecore(&line);
    assert_eq!(code(&before), 0, "{}", stderr(&before));
    let numbers = fs::read_to_string(format!("{ROOT}/facecore/matching/facenet-ms1m-128.toml")).unwrap();
    let beside = models.join("facenet-ms1m-128.matching.toml");
    fs::write(&beside, &numbers).unwrap();
    assert_eq!(stdout(&facecore(&line)), stdout(&before));
    let level = numbers.lines().find(|line| line.starts_with("level = ")).unwrap();
    fs::write(&beside, numbers.replace(level, "level = [5.0, 0.0, 0.0]")).unwrap();
    let strict = facecore(&line);
    assert!(code(&strict) == 0 && stdout(&strict) != stdout(&before), "{}", stderr(&strict));
    fs::write(&beside, numbers.replace(SPACE, "0000000000000000")).unwrap();
    let other = facecore(&line);
    assert!(code(&other) == 2 && stderr(&other).contains("`facecore models fit` makes it anew"), "{}", stderr(&other));
}
