//! Passes over a world, and what came out right.

use std::collections::HashMap;

use facecore::profile::{Build, Builder, Feedback, Outcome, Owner, PassReport, Profile, Role, Snapshot, pass};

use crate::world::{Account, Kind, Person};

/// What became of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Found,
    Wrong,
    None,
}

/// Whom a slot of the build shows: the person of most of its faces.
pub fn shown(account: &Account, build: &Build, role: Role) -> Option<Person> {
    let mut counts: HashMap<Person, usize> = HashMap::new();
    for (face, _) in build.members.iter().filter(|(_, own)| *own == role) {
        let photo = account.album.iter().position(|photo| photo.meta.id == face.photo)?;
        *counts.entry(account.truth[photo][usize::from(face.face)]).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(person, count)| (*count, std::cmp::Reverse(*person))).map(|(person, _)| person)
}

pub fn judge(account: &Account, build: &Build) -> Verdict {
    if !matches!(build.outcome, Outcome::Built(_)) {
        return Verdict::None;
    }
    let owners = [Some(account.owner), account.partner];
    let right = |role| shown(account, build, role).is_none_or(|who| owners.contains(&Some(who)));
    if right(Role::Owner) && right(Role::Partner) { Verdict::Found } else { Verdict::Wrong }
}

/// Counts of verdicts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Score {
    pub accounts: usize,
    /// Whose album shows the owner in at least five good photos.
    pub allowed: usize,
    pub found: usize,
    pub wrong: usize,
    /// Found among those whose album allows it.
    pub found_allowed: usize,
    /// Joint accounts with both people.
    pub both: usize,
    /// Accounts of one person with a second owner.
    pub falsely_joint: usize,
}

impl Score {
    pub fn add(&mut self, account: &Account, build: &Build, seed_width: f32) {
        let (verdict, allowed) = (judge(account, build), account.allows(seed_width));
        self.accounts += 1;
        self.allowed += usize::from(allowed);
        self.found += usize::from(verdict == Verdict::Found);
        self.wrong += usize::from(verdict == Verdict::Wrong);
        self.found_allowed += usize::from(verdict == Verdict::Found && allowed);
        let two = build.owners.len() == 2;
        self.both += usize::from(two && account.partner.is_some() && verdict == Verdict::Found);
        self.falsely_joint += usize::from(two && account.partner.is_none());
    }

    pub fn plus(mut self, other: &Self) -> Self {
        self.accounts += other.accounts;
        self.allowed += other.allowed;
        self.found += other.found;
        self.wrong += other.wrong;
        self.found_allowed += other.found_allowed;
        self.both += other.both;
        self.falsely_joint += other.falsely_joint;
        self
    }

    pub fn found_rate(&self) -> f64 {
        self.found_allowed as f64 / self.allowed.max(1) as f64
    }

    pub fn wrong_rate(&self) -> f64 {
        self.wrong as f64 / self.accounts.max(1) as f64
    }

    /// `| accounts | allowed | found | wrong |` with 95 % intervals.
    pub fn cells(&self) -> String {
        let percent = |count: usize, of: usize| {
            let (low, high) = wilson(count, of);
            format!("{:.1} % ({:.1}–{:.1})", 100.0 * count as f64 / of.max(1) as f64, 100.0 * low, 100.0 * high)
        };
        let (found, wrong) = (percent(self.found_allowed, self.allowed), percent(self.wrong, self.accounts));
        format!("{} | {} | {found} | {wrong}", self.accounts, self.allowed)
    }
}

/// Wilson's 95 % interval of a share.
pub fn wilson(count: usize, of: usize) -> (f64, f64) {
    let (n, z) = (of.max(1) as f64, 1.96f64);
    let share = count as f64 / n;
    let centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// Several passes: the builds of the last one, the report of each, and the last snapshot.
pub struct Run {
    pub builds: Vec<Build>,
    pub reports: Vec<PassReport>,
    pub scores: Vec<Score>,
    pub snapshot: Snapshot,
}

/// Runs so many passes; without `friends` each of them is like the first.
pub fn run(accounts: &[Account], builder: &Builder, passes: usize, friends: bool) -> Run {
    let mut run = Run { builds: vec![], reports: vec![], scores: vec![], snapshot: Snapshot::new() };
    for _ in 0..passes {
        run.builds.clear();
        let mut next = Snapshot::new();
        let before = &run.snapshot;
        let mut score = Score::default();
        let builds = &mut run.builds;
        let made = accounts.iter().enumerate().map(|(place, account)| {
            let owner = if friends { with_friends(account, before) } else { account.known.clone() };
            let build = builder.build(&account.album, &owner, &Feedback::default());
            if let Ok(build) = &build {
                score.add(account, build, builder.settings().seed_width);
                builds.push(build.clone());
            }
            (place as u64, build)
        });
        let old = |account: u64| before.get(&account).cloned();
        let report = pass(made, old, |account, profile| {
            next.insert(account, profile);
        });
        run.reports.push(report);
        run.scores.push(score);
        run.snapshot = next;
    }
    run
}

pub fn with_friends(account: &Account, snapshot: &Snapshot) -> Owner {
    let profiles = account.friends.iter().filter_map(|friend| snapshot.get(&(*friend as u64)));
    Owner { friends: profiles.flat_map(Profile::embeddings).collect(), ..account.known.clone() }
}

/// The score of each kind of account.
pub fn by_kind(accounts: &[Account], builds: &[Build], seed_width: f32) -> Vec<(Kind, Score)> {
    let of = |kind: Kind| {
        let mut score = Score::default();
        accounts
            .iter()
            .zip(builds)
            .filter(|(account, _)| account.kind == kind)
            .for_each(|(a, b)| score.add(a, b, seed_width));
        (kind, score)
    };
    Kind::ALL.into_iter().map(of).collect()
}
