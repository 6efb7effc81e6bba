//! Rebuilds all accounts in several passes: each reads the profiles of the pass before, so that knowing friends sharpens the
//! choice of the owner.

use std::collections::HashMap;
use std::fmt;

use super::builder::{Build, Outcome};
use super::value::Profile;
use crate::error::Result;

/// The profiles of a pass, by account, in memory. Where they do not fit, [`pass`] reads and writes them elsewhere.
pub type Snapshot = HashMap<u64, Profile>;

/// What a pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PassReport {
    /// Accounts in the pass.
    pub accounts: u64,
    /// With a profile.
    pub built: u64,
    /// Without a leader.
    pub no_leader: u64,
    /// Without a cluster.
    pub no_faces: u64,
    /// That want no profile.
    pub opted_out: u64,
    /// That failed with an error; their profile of the pass before is kept.
    pub failed: u64,
    /// Whose profile shows another person than in the pass before, is new, or is gone.
    pub changed: u64,
}

impl PassReport {
    /// The share of accounts with a profile.
    pub fn coverage(&self) -> f64 {
        self.built as f64 / self.accounts.max(1) as f64
    }

    /// The share of accounts with a change.
    pub fn change(&self) -> f64 {
        self.changed as f64 / self.accounts.max(1) as f64
    }

    /// Counts an account's build, `None` for one that failed. Returns the profile that the account has after the pass: the one that was
    /// built, `None` if no owner was found, or that of the pass before if the build failed.
    ///
    /// ```
    /// # use facecore::SpaceId;
    /// # use facecore::profile::{PassReport, Profile};
    /// let before = Profile::new(SpaceId(*b"example!"), 128)?;
    /// let mut report = PassReport::default();
    /// assert_eq!(report.count(Some(&before), None), Some(before));
    /// assert_eq!((report.accounts, report.failed, report.changed), (1, 1, 0));
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn count(&mut self, before: Option<&Profile>, build: Option<&Build>) -> Option<Profile> {
        let (counter, after) = match build.map(|build| &build.outcome) {
            Some(Outcome::Built(profile)) => (&mut self.built, Some(profile)),
            Some(Outcome::NoLeader) => (&mut self.no_leader, None),
            Some(Outcome::NoFaces) => (&mut self.no_faces, None),
            Some(Outcome::OptedOut) => (&mut self.opted_out, None),
            None => (&mut self.failed, before),
        };
        *counter += 1;
        let same = match (before, after) {
            (Some(before), Some(after)) => before.shows_owner_of(after).unwrap_or(false),
            (before, after) => before.is_none() && after.is_none(),
        };
        self.accounts += 1;
        self.changed += u64::from(!same);
        after.cloned()
    }
}

impl fmt::Display for PassReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accounts, built, no_leader, no_faces, opted_out, failed, .. } = self;
        write!(
            f,
            "{accounts} accounts: {built} built ({:.1} %), {no_leader} without a leader, ",
            100.0 * self.coverage()
        )?;
        write!(
            f,
            "{no_faces} without faces, {opted_out} opted out, {failed} failed; {:.1} % changed",
            100.0 * self.change()
        )
    }
}

/// Passes over all accounts until little changes. One account at a time is in memory; the profiles are wherever `before` reads
/// them and `keep` writes them.
///
/// ```no_run
/// # use facecore::profile::*;
/// # fn album(account: u64) -> Vec<AlbumPhoto> { unimplemented!() }
/// # fn friends_of(account: u64) -> Vec<u64> { unimplemented!() }
/// # fn main() -> facecore::Result<()> {
/// # let builder = Builder::new(Settings::for_space("e37f9c1f75f50abd".parse()?).unwrap())?;
/// let accounts = [1, 2, 3];
/// let mut snapshot = Snapshot::new();
/// let rebuild = Rebuild { passes: 4, enough: 0.01 };
/// let reports = rebuild.run(&mut snapshot, |before| {
///     let before = before.clone();
///     let builder = &builder;
///     accounts.into_iter().map(move |account| {
///         let friends = friends_of(account).iter().filter_map(|friend| before.get(friend)).flat_map(Profile::embeddings).collect();
///         let owner = Owner { friends, ..Owner::default() };
///         (account, builder.build(&album(account), &owner, &Feedback::default()))
///     })
/// });
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rebuild {
    /// The most passes.
    pub passes: usize,
    /// No further pass once a smaller share of accounts changed.
    pub enough: f64,
}

impl Rebuild {
    /// Runs the passes over a snapshot in memory; `builds` makes the builds of a pass from the snapshot of the pass before.
    pub fn run<I: Iterator<Item = (u64, Result<Build>)>>(
        &self,
        snapshot: &mut Snapshot,
        mut builds: impl FnMut(&Snapshot) -> I,
    ) -> Vec<PassReport> {
        let mut reports = Vec::new();
        for _ in 0..self.passes {
            let mut next = Snapshot::new();
            let report = pass(
                builds(snapshot),
                |account| snapshot.get(&account).cloned(),
                |account, profile| {
                    next.insert(account, profile);
                },
            );
            *snapshot = next;
            reports.push(report);
            if report.change() < self.enough {
                break;
            }
        }
        reports
    }
}

/// One pass: counts the builds and keeps their profiles; memory does not grow with the number of accounts.
pub fn pass(
    builds: impl Iterator<Item = (u64, Result<Build>)>,
    mut before: impl FnMut(u64) -> Option<Profile>,
    mut keep: impl FnMut(u64, Profile),
) -> PassReport {
    let mut report = PassReport::default();
    for (account, build) in builds {
        if let Some(profile) = report.count(before(account).as_ref(), build.ok().as_ref()) {
            keep(account, profile);
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::Embedding;
    use crate::error::Error;
    use crate::profile::Role;
    use crate::space::SpaceId;

    fn build(outcome: Outcome) -> Build {
        Build {
            outcome,
            clusters: vec![],
            owners: vec![],
            lead: 0.0,
            wanted_lead: 0.0,
            confidence: 0.0,
            members: vec![],
            photos: 0,
            faces: 0,
            left_out: 0,
            dropped: 0,
        }
    }

    fn built(x: f32, y: f32) -> Build {
        let mut profile = Profile::new(SpaceId([1; 8]), 2).unwrap();
        profile.add(Role::Owner, &[Embedding::new(SpaceId([1; 8]), vec![x, y]).unwrap()]).unwrap();
        build(Outcome::Built(profile))
    }

    #[test]
    fn passes_are_counted_until_nothing_changes() {
        let mut snapshot = Snapshot::new();
        let reports = Rebuild { passes: 9, enough: 0.2 }.run(&mut snapshot, |before| {
            // The second account finds its owner once the first has a profile; the third turns to another person then.
            let known = before.contains_key(&1);
            let second = if known { built(0.0, 1.0) } else { build(Outcome::NoLeader) };
            let third = if known { built(1.0, 0.0) } else { built(0.0, 1.0) };
            let failed = Err(Error::NoEmbedder);
            [(1, Ok(built(1.0, 0.0))), (2, Ok(second)), (3, Ok(third)), (4, Ok(build(Outcome::NoFaces))), (5, failed)]
                .into_iter()
        });
        let changed: Vec<_> = reports.iter().map(|report| (report.built, report.changed)).collect();
        assert_eq!(changed, [(2, 2), (3, 2), (3, 0)]);
        assert_eq!((reports[2].no_faces, reports[2].failed, reports[2].coverage()), (1, 1, 0.6));
        assert!(reports[0].to_string().contains("2 built (40.0 %)"));
    }

    #[test]
    fn an_account_that_fails_keeps_its_profile() {
        let Outcome::Built(profile) = built(1.0, 0.0).outcome else { panic!() };
        let mut snapshot = Snapshot::from([(7, profile.clone())]);
        let rebuild = Rebuild { passes: 1, enough: 0.0 };
        rebuild.run(&mut snapshot, |_| [(7, Err(Error::NoEmbedder))].into_iter());
        assert_eq!(snapshot.get(&7), Some(&profile));
    }
}
