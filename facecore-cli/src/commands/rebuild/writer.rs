//! What was built → the next iteration, in the order of the list, many accounts a commit.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use facecore::profile::{FaceId, PassReport, Profile};
use facecore::store::ProfileStore;

use super::album::Built;
use super::progress::Progress;
use crate::failure::Result;

/// The most work, by the clock, that a kill loses.
const MOST: Duration = Duration::from_secs(10);
/// Records in a commit.
const MANY: usize = 10_000;

pub struct Writer<'a> {
    store: &'a ProfileStore,
    current: Current<'a>,
    /// How many accounts a commit has at most.
    batch: usize,
    since: Instant,
    accounts: usize,
    profiles: Vec<(u64, Vec<u8>)>,
    faces: Vec<(u64, FaceId, Vec<u8>)>,
    progress: Progress,
}

impl<'a> Writer<'a> {
    pub fn new(store: &'a ProfileStore, progress: Progress, batch: usize) -> Self {
        let current = Current { store, after: progress.after, page: VecDeque::new() };
        let (accounts, profiles, faces) = Default::default();
        Self { store, current, batch, since: Instant::now(), accounts, profiles, faces, progress }
    }

    /// Takes what became of the account of a line.
    pub fn take(&mut self, built: Built, line: u64, end: u64) -> Result<()> {
        let before = self.carry(Some(built.account))?;
        // Users who are written live from now on are not met again.
        self.current.after = self.current.after.max(Some(built.account));
        let known = before.as_ref().and_then(|bytes| Profile::from_bytes(bytes).ok());
        let mut report = PassReport::from(self.progress.report);
        let profile = match report.count(known.as_ref(), built.build.as_ref()) {
            // As it is, even if it cannot be read.
            _ if built.build.is_none() => before,
            profile => profile.map(|profile| profile.to_bytes()).transpose()?,
        };
        self.profiles.extend(profile.map(|bytes| (built.account, bytes)));
        let failed_photos = built.failed_photos();
        self.faces.extend(built.faces.into_iter().map(|(face, bytes)| (built.account, face, bytes)));
        let progress = &mut self.progress;
        (progress.report, progress.line, progress.end) = (report.into(), line, end);
        progress.after = Some(built.account);
        progress.photos += built.photos;
        progress.failed_photos += failed_photos;
        progress.any_failed |= !built.failures.is_empty();
        self.accounts += 1;
        if self.accounts >= self.batch || self.since.elapsed() > MOST {
            self.commit()?;
        }
        Ok(())
    }

    /// The users behind the last account.
    pub fn finish(mut self) -> Result<Progress> {
        self.carry(None)?;
        self.commit()?;
        Ok(self.progress)
    }

    /// Takes the profiles of users who are not in the list as they are, up to `user`, whose profile is returned.
    fn carry(&mut self, user: Option<u64>) -> Result<Option<Vec<u8>>> {
        while let Some((other, bytes)) = self.current.next(user)? {
            if user == Some(other) {
                return Ok(Some(bytes));
            }
            self.profiles.push((other, bytes));
            self.progress.after = Some(other);
            self.progress.others += 1;
            if self.profiles.len() >= MANY {
                self.commit()?;
            }
        }
        Ok(None)
    }

    fn commit(&mut self) -> Result<()> {
        let (profiles, faces) = (mem::take(&mut self.profiles), mem::take(&mut self.faces));
        let space = self.store.space();
        let progress = self.progress.to_bytes();
        self.store.write(|batch| {
            for (user, bytes) in &profiles {
                batch.put_next(*user, space, bytes)?;
            }
            for (user, face, bytes) in &faces {
                batch.put_face_next(*user, *face, space, bytes)?;
            }
            batch.put_progress(&progress)
        })?;
        (self.accounts, self.since) = (0, Instant::now());
        Ok(())
    }
}

/// The profiles of the current iteration, ascending by user.
struct Current<'a> {
    store: &'a ProfileStore,
    after: Option<u64>,
    page: VecDeque<(u64, Vec<u8>)>,
}

impl Current<'_> {
    const PAGE: usize = 1_000;

    /// The next one, if it is one of the users up to `last`.
    fn next(&mut self, last: Option<u64>) -> Result<Option<(u64, Vec<u8>)>> {
        if self.page.is_empty() {
            self.page = self.store.page(self.after, Self::PAGE)?.into();
        }
        let is_beyond = |(user, _): &(u64, Vec<u8>)| last.is_some_and(|last| *user > last);
        if self.page.front().is_none_or(is_beyond) {
            return Ok(None);
        }
        let next = self.page.pop_front();
        self.after = next.as_ref().map(|(user, _)| *user);
        Ok(next)
    }
}
