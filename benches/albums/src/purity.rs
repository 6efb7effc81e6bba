//! Whether each person of a data set is one person: in a data set that `facecore dataset build` made of dealt albums, and for each rule alone.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use facecore::cluster::{Links, SamePhoto};
use facecore::profile::{AlbumFace, Settings};
use facecore::{Embedding, SpaceId};

use crate::faces::{Cache, Kind};
use crate::real::{Deal, Real};
use crate::world::Account;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The fewest clear faces in an account with which a person can be found.
const ENOUGH: usize = 3;

/// A face of the data set: whom it was put to, whose it is.
struct Face {
    put: u32,
    account: u64,
    is: u32,
}

/// Prints the row of a table. A face is taken to show the person who has the nearest face of the cache.
pub fn judge(cache: &Cache, space: SpaceId, folder: &Path) -> Result<()> {
    let faces = read(cache, space, folder)?;
    let mut by_put: HashMap<u32, HashMap<u32, usize>> = HashMap::new();
    let mut by_is: HashMap<u32, HashMap<u32, usize>> = HashMap::new();
    for &Face { put, is, .. } in &faces {
        *by_put.entry(put).or_default().entry(is).or_default() += 1;
        *by_is.entry(is).or_default().entry(put).or_default() += 1;
    }
    let largest = |groups: &HashMap<u32, HashMap<u32, usize>>| -> usize {
        groups.values().filter_map(|group| group.values().max()).sum()
    };
    let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
    let mixed = by_put.values().filter(|people| people.len() > 1).count();
    let (found, all) = found(cache, &faces);
    println!("| People | Faces | Mixed people | Purity | In one piece | Found |\n|--:|--:|--:|--:|--:|--:|");
    println!(
        "| {} | {} | {mixed} | {:.2} % | {:.2} % | {:.1} % of {all} |",
        by_put.len(),
        faces.len(),
        share(largest(&by_put), faces.len()),
        share(largest(&by_is), faces.len()),
        share(found, all)
    );
    Ok(())
}

fn read(cache: &Cache, space: SpaceId, folder: &Path) -> Result<Vec<Face>> {
    let list = fs::read_to_string(folder.join("faces.csv"))?;
    let rows: Vec<&str> = list.lines().skip(1).collect();
    let bytes = fs::read(folder.join("embeddings.f32"))?;
    let values: Vec<f32> = bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect();
    if rows.is_empty() || !values.len().is_multiple_of(rows.len()) {
        return Err("the embeddings do not fit the faces".into());
    }
    let whose = whose(cache);
    let face = |(row, values): (&&str, &[f32])| {
        let cells: Vec<&str> = row.split(',').collect();
        let is = nearest(cache, &whose, &Embedding::new(space, values.to_vec())?)?;
        Ok(Face { put: cells[0].parse()?, account: cells[2].parse()?, is })
    };
    rows.iter().zip(values.chunks_exact(values.len() / rows.len())).map(face).collect()
}

/// The person of each face of the cache; a passer-by is a person of their own.
fn whose(cache: &Cache) -> Vec<u32> {
    let mut whose: Vec<u32> = (cache.names.len() as u32..).take(cache.embeddings.len()).collect();
    for (&person, faces) in &cache.people {
        for &face in faces {
            whose[face] = person;
            if let Some(small) = cache.small_of(face) {
                whose[small] = person;
            }
        }
    }
    whose
}

fn nearest(cache: &Cache, whose: &[u32], face: &Embedding) -> Result<u32> {
    let mut best = (f32::MIN, 0);
    for (known, &person) in cache.embeddings.iter().zip(whose) {
        let cosine = known.cosine(face)?;
        if cosine > best.0 {
            best = (cosine, person);
        }
    }
    Ok(best.1)
}

/// How many of the people with enough clear faces in an account are in the data set, and how many there are.
fn found(cache: &Cache, faces: &[Face]) -> (usize, usize) {
    let Real { places, .. } = Deal::new(cache, 1).world();
    let whose = whose(cache);
    let kept: HashSet<(u64, u32)> = faces.iter().map(|face| (face.account, face.is)).collect();
    let accounts = faces.iter().map(|face| face.account).max().unwrap_or(0);
    let (mut found, mut all) = (0, 0);
    for (account, photos) in (1..=accounts).zip(&places) {
        let mut clear: HashMap<u32, usize> = HashMap::new();
        let is_clear = |face: &&usize| cache.kind(**face) == Kind::Labelled && cache.width(**face) >= 40.0;
        for &face in photos.iter().flatten().filter(is_clear) {
            *clear.entry(whose[face]).or_default() += 1;
        }
        for (person, _) in clear.into_iter().filter(|(_, count)| *count >= ENOUGH) {
            all += 1;
            found += usize::from(kept.contains(&(account, person)));
        }
    }
    (found, all)
}

/// What the people of accounts are worth, counted over all accounts.
#[derive(Default)]
struct Tally {
    people: usize,
    mixed: usize,
    faces: usize,
    right: usize,
    /// People with enough clear faces in an account, and those of them who were found.
    there: usize,
    found: usize,
}

/// A table of the rule for two faces of one photo, in albums that are dealt from the cache and grouped without a photo; the eps is as it was fitted,
/// and larger.
pub fn rules(cache: &Cache, settings: &Settings, seeds: u64) -> Result<()> {
    let whose = whose(cache);
    let worlds: Vec<Real> = (1..=seeds).map(|seed| Deal::new(cache, seed).world()).collect();
    println!("| eps | Two faces of one photo | People | Mixed people | Purity | Found |\n|---|---|--:|--:|--:|--:|");
    for more in [0.0, 0.1, 0.2] {
        let mut settings = settings.clone();
        settings.eps.at_ten += more;
        settings.eps.range = settings.eps.range.map(|limit| limit + more);
        for same_photo in [SamePhoto::Ignore, SamePhoto::DropCluster, SamePhoto::CannotLink] {
            let mut tally = Tally::default();
            for (account, places) in worlds.iter().flat_map(|world| world.accounts.iter().zip(&world.places)) {
                let truth: Vec<u32> = places.iter().flatten().map(|&face| whose[face]).collect();
                group(account, &truth, (&settings, same_photo), &mut tally)?;
            }
            let Tally { people, mixed, faces, right, there, found } = tally;
            let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
            let (purity, found) = (share(right, faces), share(found, there));
            println!("| +{more} | {same_photo:?} | {people} | {mixed} | {purity:.2} % | {found:.1} % of {there} |");
        }
    }
    Ok(())
}

fn group(
    account: &Account,
    truth: &[u32],
    (settings, same_photo): (&Settings, SamePhoto),
    tally: &mut Tally,
) -> Result<()> {
    let (mut faces, mut photos, mut whose) = (Vec::new(), Vec::new(), Vec::new());
    let mut there: HashMap<u32, usize> = HashMap::new();
    let is_clear = |face: &AlbumFace| !face.non_face && settings.is_clear(face.width, face.score);
    let all = account.album.iter().flat_map(|photo| photo.faces.iter().map(move |face| (photo.meta.id, face)));
    for ((photo, face), &person) in all.zip(truth).filter(|((_, face), _)| is_clear(face)) {
        faces.push(face.embedding.clone());
        photos.push(photo);
        whose.push(person);
        *there.entry(person).or_default() += 1;
    }
    let grouping = settings.grouping(faces.len(), same_photo)?;
    let (mut people, _) = grouping.apply(&faces, &photos, Links::none())?;
    people.retain(|person| person.len() >= settings.min_samples);
    let mut found = HashSet::new();
    for person in &people {
        let mut of: HashMap<u32, usize> = HashMap::new();
        person.iter().for_each(|&face| *of.entry(whose[face]).or_default() += 1);
        let most = of.iter().max_by_key(|&(&person, &count)| (count, person)).map_or((0, 0), |(&p, &count)| (p, count));
        found.insert(most.0);
        tally.people += 1;
        tally.mixed += usize::from(of.len() > 1);
        tally.faces += person.len();
        tally.right += most.1;
    }
    let enough = there.into_iter().filter(|(_, count)| *count >= ENOUGH);
    for (person, _) in enough {
        tally.there += 1;
        tally.found += usize::from(found.contains(&person));
    }
    Ok(())
}
