//! Accounts made of real families, with whose face each is.
//!
//! An account has all photos of a family of one half, and some of two people of other families, its guests. Two faces that were cut out of one
//! photo (`P00001_face1`, `P00001_face2`) are on one photo.

use std::collections::{BTreeMap, HashMap};

use facecore::bootstrap::AccountFaces;
use facecore::profile::Settings;
use facecore_benches::random::Random;

use crate::adapt::{family, half_of};
use crate::faces::Cache;

/// Photos of each of two guests.
const GUEST: usize = 4;

/// Accounts, and of each face whose it is.
pub struct Town {
    pub accounts: Vec<AccountFaces>,
    /// By the numbers of the accounts' faces.
    pub whose: Vec<Option<u32>>,
}

impl Town {
    /// Accounts of the families of a half.
    pub fn new(cache: &Cache, settings: &Settings, (half, seed): (u8, u64)) -> Self {
        let is_clear = |face: &&usize| settings.is_clear(cache.width(**face), cache.score(**face));
        let mut families: BTreeMap<&str, Vec<(u32, usize)>> = BTreeMap::new();
        for (&person, faces) in &cache.people {
            let name = &*cache.names[person as usize];
            if family(name) != name && half_of(family(name)) == half {
                let faces = faces.iter().filter(is_clear).map(|&face| (person, face));
                families.entry(family(name)).or_default().extend(faces);
            }
        }
        let mut random = Random::new(seed);
        let mut homes: Vec<Vec<(u32, usize)>> = families.into_values().collect();
        homes.iter_mut().for_each(|faces| faces.sort_unstable());
        let mut town = Self { accounts: Vec::new(), whose: Vec::new() };
        let mut photos = HashMap::new();
        for at in 0..homes.len() {
            let mut faces = homes[at].clone();
            for _ in 0..2 {
                let other = &homes[(at + 1 + random.below(homes.len() - 1)) % homes.len()];
                let Some(&(guest, _)) = random.pick(other) else { continue };
                faces.extend(other.iter().filter(|(person, _)| *person == guest).take(GUEST));
            }
            faces.sort_unstable();
            faces.dedup();
            random.shuffle(&mut faces);
            town.whose.extend(faces.iter().map(|(person, _)| Some(*person)));
            let mut photo = |face: usize| {
                let next = photos.len() as u64;
                *photos.entry(photo_of(&cache.photo(face))).or_insert(next)
            };
            let ids = faces.iter().map(|&(_, face)| photo(face)).collect();
            let faces = faces.iter().map(|&(_, face)| cache.embeddings[face].clone()).collect();
            town.accounts.push(AccountFaces { faces, photos: ids });
        }
        town
    }

    /// People with this many faces in an account, who could be found.
    pub fn there(&self, enough: usize) -> usize {
        let (mut begin, mut there) = (0, 0);
        for account in &self.accounts {
            let mut counts: HashMap<Option<u32>, usize> = HashMap::new();
            let whose = &self.whose[begin..begin + account.faces.len()];
            whose.iter().for_each(|&person| *counts.entry(person).or_default() += 1);
            there += counts.values().filter(|count| **count >= enough).count();
            begin += account.faces.len();
        }
        there
    }
}

/// The photo that a face was cut out of.
pub fn photo_of(file: &str) -> String {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let family = family(folder.rsplit('/').next().unwrap_or_default());
    format!("{family}/{}", name.split_once("_face").map_or(name, |(photo, _)| photo))
}
