//! `adapt`, on people made up: they differ in half of the values, and photos in the other half.

use facecore::search::People;
use facecore::{Embedding, SpaceId};

use super::*;

/// Numbers from -1 to 1, the same in each run.
fn numbers(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// Families of two people.
fn people(path: &Path, space: SpaceId) {
    let mut next = numbers(1);
    let mut people = People::new(space);
    for number in 0..160 {
        let own: Vec<f32> = (0..12).map(|_| next()).collect();
        let mut face = || {
            let mut values: Vec<f32> = own.iter().map(|value| value + 0.2 * next()).collect();
            values.extend((0..12).map(|_| next()));
            Embedding::new(space, values).unwrap()
        };
        let faces: Vec<Embedding> = (0..6).map(|_| face()).collect();
        people.add(&format!("F{}_{}", number / 2, number % 2), &faces).unwrap();
    }
    fs::write(path, people.to_bytes()).unwrap();
}

#[test]
fn a_map_is_learned_measured_and_applied() {
    let folder = scratch("adapt");
    let at = folder.display();
    people(&folder.join("people"), SpaceId([1; 8]));
    let fitted = facecore(&format!("adapt fit {at}/people --family-before _ --half 1 --out {at}/map --json"));
    assert_eq!(code(&fitted), 0, "{}", stderr(&fitted));
    let epochs = lines(&fitted);
    assert_eq!(keys(&epochs[0]), ["epoch", "held_back", "loss"]);
    let best = epochs.iter().map(|epoch| epoch["held_back"].as_f64().unwrap()).fold(0.0, f64::max);
    assert!(best > epochs[0]["held_back"].as_f64().unwrap(), "{epochs:?}");

    let others = format!("adapt measure {at}/people --family-before _ --half 2 --adaptation {at}/map");
    let measured = facecore(&format!("{others} --threshold 0.6 --json"));
    assert_eq!(code(&measured), 0, "{}", stderr(&measured));
    let records = lines(&measured);
    assert_eq!(records[0]["fp"], 0.01);
    let tp = |when: &str| records[0][when]["value"].as_f64().unwrap();
    assert!(tp("tp_after") > tp("tp_before"), "{records:?}");
    assert_eq!(keys(records.last().unwrap()), ["carried", "fp", "space", "threshold"]);
    let shown = facecore(&others);
    assert!(stdout(&shown).contains("FP       TP before"), "{}", stdout(&shown));

    assert_eq!(code(&facecore(&format!("adapt apply {at}/people --adaptation {at}/map --out {at}/carried"))), 0);
    let carried = People::from_bytes(&fs::read(folder.join("carried")).unwrap()).unwrap();
    assert_eq!(
        (carried.len(), carried.space().to_string()),
        (160, records.last().unwrap()["space"].as_str().unwrap().into())
    );
    // They are carried already.
    let twice = facecore(&format!("adapt apply {at}/carried --adaptation {at}/map --out {at}/twice"));
    assert_eq!(code(&twice), 2);
    assert!(stderr(&twice).contains("two spaces"), "{}", stderr(&twice));
    assert!(!folder.join("twice").exists());
}

#[test]
fn a_map_that_wins_nothing_is_not_written() {
    let folder = scratch("adapt-nothing");
    let at = folder.display();
    people(&folder.join("people"), SpaceId([1; 8]));
    // All are to be far from all, the own person as well.
    let fitted = facecore(&format!("adapt fit {at}/people --margins -1 -1 --out {at}/map"));
    assert_eq!(code(&fitted), 1, "{}", stdout(&fitted));
    assert!(stderr(&fitted).contains("nothing is written") && !folder.join("map").exists(), "{}", stderr(&fitted));
    // Hides what people differ in.
    let values = (0..24 * 24).map(|at| if at / 24 == at % 24 && at / 24 > 9 { 1.0 } else { 0.0 }).collect();
    let worse = facecore::adapt::Adaptation::new(SpaceId([1; 8]), 24, values).unwrap();
    fs::write(folder.join("worse"), worse.to_bytes()).unwrap();
    let measured = facecore(&format!("adapt measure {at}/people --adaptation {at}/worse"));
    assert_eq!(code(&measured), 1, "{}", stdout(&measured));
    assert!(stderr(&measured).contains("true positives fell from"), "{}", stderr(&measured));
}

#[test]
fn what_is_no_map_or_too_few_people_is_said() {
    let folder = scratch("adapt-wrong");
    let at = folder.display();
    let mut few = People::new(SpaceId([1; 8]));
    few.add("Ann", &[Embedding::new(SpaceId([1; 8]), vec![1.0, 0.0]).unwrap()]).unwrap();
    fs::write(folder.join("few"), few.to_bytes()).unwrap();
    let fitted = facecore(&format!("adapt fit {at}/few --out {at}/map"));
    assert_eq!(code(&fitted), 2);
    assert!(stderr(&fitted).contains("fewer than two people to learn from"), "{}", stderr(&fitted));
    let no_map = facecore(&format!("adapt measure {at}/few --adaptation {at}/few"));
    assert_eq!(code(&no_map), 2);
    assert!(stderr(&no_map).contains("it does not begin with FCAD"), "{}", stderr(&no_map));
    assert_eq!(code(&facecore(&format!("adapt fit {at}/none --out {at}/map"))), 2);
}
