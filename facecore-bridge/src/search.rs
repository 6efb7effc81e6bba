//! A search that owns its ids, for callers that cannot lend them; and the search for accounts of one person, some parts at a time.

use std::collections::HashSet;
use std::path::Path;

use facecore::index::{AlikePair, FaceIndex, Scan, Search};
use facecore::search::CloneSearch;

use crate::Result;

/// A [`Search`] that owns its ids.
#[derive(Debug, Clone)]
pub struct Question {
    /// The most faces in an answer.
    pub neighbours: usize,
    /// The smallest cosine of an answer.
    pub least: f32,
    /// How many faces, those most alike by their signs, are compared by their values; 0 compares all.
    pub shortlist: usize,
    /// If set, only faces of these ids.
    pub only: Option<HashSet<u64>>,
    /// No faces of these ids.
    pub except: Vec<u64>,
}

impl Question {
    /// For the core.
    pub fn search(&self) -> Search<'_> {
        let Self { neighbours, least, shortlist, ref only, ref except } = *self;
        let scan = if shortlist == 0 { Scan::Exact } else { Scan::Signs(shortlist) };
        Search { neighbours, least, scan, only: only.as_ref(), except }
    }
}

impl Default for Question {
    fn default() -> Self {
        let Search { neighbours, least, scan, .. } = Search::default();
        let shortlist = if let Scan::Signs(shortlist) = scan { shortlist } else { 0 };
        Self { neighbours, least, shortlist, only: None, except: Vec::new() }
    }
}

/// How far a search for clones has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Clones {
    /// Parts that are done, of all parts.
    Left(u64, u64),
    /// All pairs, the most alike first.
    Found(Vec<AlikePair>),
}

/// Begins a search for clones, or goes on with the one in the file `progress`, for so many parts at the most.
pub fn search_clones(index: &FaceIndex, least: f32, progress: &Path, parts: u64) -> Result<Clones> {
    let mut search = CloneSearch::open(index, least, progress)?;
    for _ in 0..parts {
        if !search.step()? {
            break;
        }
    }
    let (done, all) = search.parts();
    Ok(if done < all { Clones::Left(done, all) } else { Clones::Found(search.finish()?) })
}
