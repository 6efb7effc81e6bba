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
}
