//! How far a rebuild is: committed with what was built so far, and what a killed rebuild goes on from.

use facecore::profile::PassReport;
use facecore::store::ProfileStore;
use serde::{Deserialize, Serialize};

use crate::accounts::List;
use crate::failure::Result;
use crate::output::json_line;

/// The progress of a rebuild, and of the pass that it is in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The hash of the list of accounts.
    pub list: String,
    /// From 1.
    pub pass: usize,
    /// The iteration that everybody reads while this pass writes the next one.
    pub base: u64,
    /// The last user who is done: of the list, or of the store beside it.
    pub after: Option<u64>,
    /// The last line that is done.
    pub line: u64,
    /// The byte of the list where that line ends.
    pub end: u64,
    /// Photos that were read in this pass, or could not be.
    pub photos: u64,
    /// Those that could not be.
    pub failed_photos: u64,
    /// Users of the store who are not in the list.
    pub others: u64,
    pub report: Counts,
    /// Whether anything failed, in this pass or before.
    pub any_failed: bool,
}

/// [`PassReport`], to be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub accounts: u64,
    pub built: u64,
    pub no_leader: u64,
    pub no_faces: u64,
    pub opted_out: u64,
    pub failed: u64,
    pub changed: u64,
}

impl From<PassReport> for Counts {
    fn from(report: PassReport) -> Self {
        let PassReport { accounts, built, no_leader, no_faces, opted_out, failed, changed } = report;
        Self { accounts, built, no_leader, no_faces, opted_out, failed, changed }
    }
}

impl From<Counts> for PassReport {
    fn from(counts: Counts) -> Self {
        let Counts { accounts, built, no_leader, no_faces, opted_out, failed, changed } = counts;
        Self { accounts, built, no_leader, no_faces, opted_out, failed, changed }
    }
}

impl Progress {
    /// Before the first pass.
    pub fn new(list: &List, base: u64) -> Self {
        let (after, line, end) = Default::default();
        let (photos, failed_photos, others, report, any_failed) = Default::default();
        let list = list.hash.clone();
        Self { list, pass: 1, base, after, line, end, photos, failed_photos, others, report, any_failed }
    }

    /// Before the pass after this one.
    pub fn next_pass(&self, list: &List, base: u64) -> Self {
        Self { pass: self.pass + 1, any_failed: self.any_failed, ..Self::new(list, base) }
    }

    /// Whether anything of the pass was committed.
    pub fn is_begun(&self) -> bool {
        self.after.is_some()
    }

    pub fn change(&self) -> f64 {
        PassReport::from(self.report).change()
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        json_line(self).into_bytes()
    }

    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let unknown =
            |error| format!("what the store keeps of its rebuild is of another version ({error}); begin --anew");
        Ok(serde_json::from_slice(bytes).map_err(unknown)?)
    }

    pub fn keep(&self, store: &ProfileStore) -> Result<()> {
        Ok(store.write(|batch| batch.put_progress(&self.to_bytes()))?)
    }

    /// A finished pass, as a line.
    pub fn shown(&self, json: bool) -> String {
        let Self { pass, photos, failed_photos, others, report, .. } = self;
        if json {
            return json_line(&PassRecord {
                pass: *pass,
                photos: *photos,
                failed_photos: *failed_photos,
                others: *others,
                report: *report,
            });
        }
        let mut line = format!("pass {pass}: {}", PassReport::from(*report));
        if *photos > 0 {
            line += &format!("; {photos} photos read, {failed_photos} failed");
        }
        if *others > 0 {
            line += &format!("; {others} profiles of others stay as they are");
        }
        line + "\n"
    }
}

#[derive(Serialize)]
struct PassRecord {
    pass: usize,
    photos: u64,
    failed_photos: u64,
    others: u64,
    #[serde(flatten)]
    report: Counts,
}
