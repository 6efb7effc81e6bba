//! Real faces to search among: as files for `index measure` and its peers, and as accounts, some of which show one person.

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use facecore::index::{AlikePair, FaceIndex};
use facecore::search::{CloneSearch, clone_level};
use facecore::{Embedding, SpaceId};

use crate::faces::Cache;

const QUERIES: usize = 1_000;

/// Everybody's labelled faces, people by name.
fn people(cache: &Cache) -> Vec<(u32, &[usize])> {
    let mut people: Vec<_> = cache.people.iter().map(|(person, faces)| (*person, &faces[..])).collect();
    people.sort_by_key(|(person, _)| &cache.names[*person as usize]);
    people
}

/// Writes the files of `index make`, with real faces: the queries are the last faces of people who have two or more, evenly spread over all people,
/// and the base is all other faces.
pub fn write(cache: &Cache, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let people = people(cache);
    let several: Vec<u32> = people.iter().filter(|(_, faces)| faces.len() > 1).map(|(person, _)| *person).collect();
    let step = (several.len() / QUERIES).max(1);
    let asked: Vec<u32> = several.into_iter().step_by(step).take(QUERIES).collect();
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let mut base = (create("base.f32")?, create("base_people.u32")?);
    let mut queries = (create("queries.f32")?, create("people.u32")?);
    for (person, faces) in people {
        let (last, others) = faces.split_last().ok_or("a person without a face")?;
        let of_query = asked.contains(&person);
        for face in others {
            put(&mut base, cache, *face, person)?;
        }
        put(if of_query { &mut queries } else { &mut base }, cache, *last, person)?;
    }
    for mut file in [base.0, base.1, queries.0, queries.1] {
        file.flush()?;
    }
    Ok(())
}

fn put(files: &mut (impl Write, impl Write), cache: &Cache, face: usize, person: u32) -> std::io::Result<()> {
    let values = cache.embeddings[face].as_slice().iter();
    files.0.write_all(&values.flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())?;
    files.1.write_all(&person.to_le_bytes())
}

/// Searches accounts for pairs of one person. An account has `photos` photos; of the people with photos enough for two accounts every `every`th has
/// two. Prints for several levels how many of these pairs are found, how many other pairs, and how many of the others are relatives (`F0001_MID1` and
/// `F0001_MID2`).
pub fn clones(cache: &Cache, space: SpaceId, [photos, every]: [usize; 2], folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let path = folder.join("accounts.fci");
    let _ = fs::remove_file(&path);
    let mean =
        |faces: &[usize]| Embedding::mean(&faces.iter().map(|face| &cache.embeddings[*face]).collect::<Vec<_>>());
    let (mut accounts, mut owners, mut planted, mut able) = (Vec::new(), HashMap::new(), 0, 0);
    for (person, faces) in people(cache) {
        able += usize::from(faces.len() >= 2 * photos);
        let two = faces.len() >= 2 * photos && able % every == 0;
        planted += usize::from(two);
        for faces in faces.chunks(photos).take(1 + usize::from(two)) {
            let account = accounts.len() as u64;
            owners.insert(account, person);
            accounts.push((account, mean(faces)?));
        }
    }
    let mut index = FaceIndex::open(&path, space, accounts[0].1.as_slice().len())?;
    index.add(&accounts)?;
    println!("{} accounts of up to {photos} photos, {planted} people with two\n", accounts.len());
    println!(
        "| False reports asked for, a million accounts | here | Level | Found | Strangers | Relatives |\n|--:|--:|--:|--:|--:|--:|"
    );
    let kind = |pair: &AlikePair| {
        let [one, other] = [pair.first, pair.second].map(|account| &*cache.names[owners[&account] as usize]);
        let family = |name: &'_ str| name.split_once("_MID").map(|(family, _)| family.to_owned());
        match one == other {
            true => 0,
            false if family(one).is_some() && family(one) == family(other) => 2,
            false => 1,
        }
    };
    for per_million in [10.0, 100.0, 1_000.0, 10_000.0, 100_000.0] {
        let level = clone_level(&index, per_million, 0)?;
        let mut search = CloneSearch::open(&index, level, &folder.join("progress"))?;
        while search.step()? {}
        let mut counts = [0; 3];
        search.finish()?.iter().for_each(|pair| counts[kind(pair)] += 1);
        let here = per_million * accounts.len() as f64 / 1e6;
        let [found, strangers, relatives] = counts;
        println!(
            "| {per_million} | {here:.2} | {level:.3} | {:.3} | {strangers} | {relatives} |",
            f64::from(found) / planted as f64
        );
    }
    Ok(())
}
