//! Who is held back from training, and what is in a data set.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::counts::{Cleaned, Counts};
use super::files::{Folder, Row, Summary};
use crate::arguments::DatasetSplit;
use crate::failure::Result;
use crate::output::json_line;

/// Which of so many people are held back: this share of them, whom the seed chooses.
pub fn held_back(people: u32, share: f64, seed: u64) -> Vec<bool> {
    let order = |person: u32| {
        let mut hash = Sha256::new_with_prefix(seed.to_le_bytes());
        hash.update(person.to_le_bytes());
        hash.finalize()
    };
    let mut ordered: Vec<u32> = (0..people).collect();
    ordered.sort_by_cached_key(|&person| order(person));
    let mut held = vec![false; people as usize];
    let count = (share * f64::from(people)).round() as usize;
    ordered.iter().take(count).for_each(|&person| held[person as usize] = true);
    held
}

/// Writes the list of faces anew, with other people held back.
pub fn run(arguments: &DatasetSplit, json: bool) -> Result<ExitCode> {
    let folder = Folder::new(&arguments.folder);
    let summary = folder.summary()?;
    let held = held_back(summary.people, arguments.held_back, arguments.seed);
    let mut rows = folder.write_rows()?;
    for row in folder.rows()? {
        let mut row = row?;
        row.held_back = *held.get(row.person as usize).ok_or_else(|| unknown(&row))?;
        rows.put(&row)?;
    }
    rows.finish()?;
    stats(&arguments.folder, json)
}

fn unknown(row: &Row) -> String {
    format!("faces.csv has a person {}, whom dataset.json does not count", row.person)
}

#[derive(Debug, Serialize)]
struct Stats {
    space: String,
    people: u32,
    faces: u64,
    held_back_people: usize,
    held_back_faces: u64,
    /// The fewest, the median and the most faces of a person.
    faces_a_person: [u64; 3],
    /// People whose faces come from more than one account.
    in_several_accounts: usize,
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleaned: Option<Cleaned>,
}

/// Reads the data set, checks that its parts belong together, and says what is in it.
pub fn stats(folder: &Path, json: bool) -> Result<ExitCode> {
    let folder = Folder::new(folder);
    let stats = count(&folder, folder.summary()?)?;
    let text = if json { json_line(&stats) } else { words(&stats) };
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// What is seen of a person.
#[derive(Clone, Default)]
struct Of {
    faces: u64,
    account: u64,
    held_back: bool,
}

fn count(folder: &Folder, summary: Summary) -> Result<Stats> {
    // Also whether there are as many as it counts.
    drop(folder.embeddings(&summary)?);
    let mut people = vec![Of::default(); summary.people as usize];
    let mut several = HashSet::new();
    for row in folder.rows()? {
        let row = row?;
        let of = people.get_mut(row.person as usize).ok_or_else(|| unknown(&row))?;
        if of.faces == 0 {
            (of.account, of.held_back) = (row.account, row.held_back);
        }
        if of.held_back != row.held_back {
            return Err(format!("faces.csv: person {} is in both parts", row.person).into());
        }
        if of.account != row.account {
            several.insert(row.person);
        }
        of.faces += 1;
    }
    let faces = people.iter().map(|of| of.faces).sum::<u64>();
    if faces != summary.faces {
        return Err(format!("faces.csv has {faces} faces; dataset.json counts {}", summary.faces).into());
    }
    let held = people.iter().filter(|of| of.held_back);
    let (held_back_people, held_back_faces) = held.fold((0, 0), |(count, all), of| (count + 1, all + of.faces));
    let mut sizes: Vec<u64> = people.iter().map(|of| of.faces).collect();
    sizes.sort_unstable();
    let at = |place: usize| sizes.get(place).copied().unwrap_or(0);
    Ok(Stats {
        space: summary.space,
        people: summary.people,
        faces,
        held_back_people,
        held_back_faces,
        faces_a_person: [at(0), at(sizes.len() / 2), at(sizes.len().saturating_sub(1))],
        in_several_accounts: several.len(),
        counts: summary.counts,
        cleaned: summary.cleaned,
    })
}

fn words(stats: &Stats) -> String {
    let Stats { people, faces, held_back_people, held_back_faces, in_several_accounts, space, .. } = stats;
    let [fewest, median, most] = stats.faces_a_person;
    let cleaned = stats.cleaned.iter().flat_map(Cleaned::named);
    let lines = stats.counts.named().into_iter().chain(cleaned);
    let mut text = lines.map(|(name, count)| format!("{count:>10}  {name}\n")).collect::<String>();
    text += &format!(
        "{people} people with {faces} faces in space {space}: {fewest} to {most} each, half have {median} or more\n\
         {held_back_people} of them with {held_back_faces} faces are held back; {in_several_accounts} are in several accounts\n"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_held_back_and_the_seed_says_who() {
        let count = |held: Vec<bool>| held.iter().filter(|held| **held).count();
        for (share, expected) in [(0.0, 0), (0.1, 20), (1.0, 200)] {
            assert_eq!(count(held_back(200, share, 3)), expected);
        }
        assert_eq!(held_back(200, 0.1, 3), held_back(200, 0.1, 3));
        assert_ne!(held_back(200, 0.1, 3), held_back(200, 0.1, 4));
        assert!(held_back(0, 0.5, 1).is_empty());
    }
}
