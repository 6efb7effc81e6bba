//! The accounts of a list, gone through one after the other: what is found in each goes into the log.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use facecore::profile::Settings;
use facecore::social::sample_accounts;
use facecore::{AlbumReader, Embedding, Engine, SpaceId};

use super::album::Albums;
use super::log::{Finished, KeptFace, Log, Plan};
use crate::accounts::{self, Account, Lines, List};
use crate::arguments::Collecting;
use crate::commands::album as one_album;
use crate::commands::listed::{Failure, Telling};
use crate::failure::Result;
use crate::{ordered, output};

/// What a data set is made of.
pub struct Source<'a> {
    pub arguments: &'a Collecting,
    pub list: List,
    pub engine: Engine,
    pub settings: Settings,
    /// What the list's files are relative to.
    pub root: PathBuf,
}

impl<'a> Source<'a> {
    pub fn open(arguments: &'a Collecting) -> Result<Self> {
        let list = accounts::check(&arguments.accounts)?;
        let engine = arguments.model.open()?;
        let settings = one_album::builder(&engine)?.settings().clone();
        let beside = arguments.accounts.parent().unwrap_or(Path::new(""));
        let root = arguments.photos.clone().unwrap_or_else(|| beside.to_owned());
        Ok(Self { arguments, list, engine, settings, root })
    }

    pub fn space(&self) -> SpaceId {
        self.settings.space
    }

    /// The log of what is found, to go on with or empty. Of another list, or with other rules, it is refused.
    pub fn log(&self, rules: &str) -> Result<Log> {
        let Collecting { out, sample, seed, resume, anew, finding, .. } = self.arguments;
        let rules = format!("{rules} {:?}", finding.options());
        let (list, space, sample) = (self.list.hash.clone(), self.space().to_string(), sample.map(usize::from));
        Log::begin(out, &Plan { version: 1, list, space, sample, seed: *seed, rules }, [*resume, *anew])
    }

    pub fn albums(&self) -> Result<Albums<'_>> {
        let finding = &self.arguments.finding;
        Ok(Albums {
            reader: AlbumReader::new(&self.engine, finding.options())?,
            settings: &self.settings,
            root: &self.root,
            limits: finding.strict_limits(),
        })
    }

    /// Looks through each account that is not finished yet.
    pub fn find(
        &self,
        log: &mut Log,
        json: bool,
        look: impl Fn(&Account) -> (Finished, Vec<Failure>) + Sync,
    ) -> Result<()> {
        let sample = self.sampled()?;
        let accounts = Lines::open(&self.arguments.accounts, 0, 0)?.map(|line| line?.account());
        let last = log.last;
        let is_due =
            |id: u64| last.is_none_or(|last| id > last) && sample.as_ref().is_none_or(|sample| sample.contains(&id));
        let due = accounts.filter(|account| account.as_ref().map_or(true, |account| is_due(account.id)));
        let bar = output::bar(sample.as_ref().map_or(self.list.accounts as usize, HashSet::len), "accounts");
        bar.set_position(log.finished);
        let telling = Telling { bar: &bar, json };
        ordered::stream(
            due,
            self.arguments.threads.count(),
            |account: Result<_>| account.map(|account| look(&account)),
            |found: Result<_>| {
                let (finished, failures) = found?;
                telling.failures(finished.account, &failures)?;
                bar.inc(1);
                log.put(&finished)
            },
        )?;
        bar.finish_and_clear();
        Ok(())
    }

    /// Accounts that know each other as little as possible; none if all are taken.
    fn sampled(&self) -> Result<Option<HashSet<u64>>> {
        let Some(count) = self.arguments.sample else { return Ok(None) };
        let (mut ids, mut friends) = (Vec::new(), Vec::new());
        for line in Lines::open(&self.arguments.accounts, 0, 0)? {
            let account = line?.account()?;
            ids.push(account.id);
            friends.push(account.friends);
        }
        // The ids are ascending.
        let place = |id: &u64| ids.binary_search(id).ok();
        let friends: Vec<Vec<usize>> = friends.iter().map(|known| known.iter().filter_map(place).collect()).collect();
        let taken = sample_accounts(&friends, count.get(), self.arguments.seed);
        Ok(Some(taken.into_iter().map(|at| ids[at]).collect()))
    }
}

/// The embeddings of faces of the log.
pub fn embeddings(faces: &[KeptFace], space: SpaceId) -> Result<Vec<Embedding>> {
    let decoded = faces.iter().map(|face| Embedding::decode(&face.embedding));
    let decoded: Vec<Embedding> = decoded.collect::<facecore::Result<_>>()?;
    match decoded.iter().find(|face| face.space() != space) {
        Some(other) => Err(facecore::Error::SpaceMismatch { left: space, right: other.space() }.into()),
        None => Ok(decoded),
    }
}
