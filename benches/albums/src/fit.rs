//! The numbers of `Settings`, fitted on worlds: eps by pairwise F, zones and joining likewise, weights by ridge regression, the lead for
//! a wanted precision, the confidence by logistic regression.

use std::error::Error;

use facecore::profile::{Build, Builder, EpsRule, Features, Settings, Weights, fit_lead};

use crate::measure::{Run, Verdict, judge, run};
use crate::world::{Account, Person, STRANGER};

/// The precision that leaders must have where the lead is fitted.
pub const PRECISION: f64 = 0.998;

/// The worlds share their people, so a smaller lead is luck.
const LEAST_LEAD: f32 = 0.1;

/// Which features count.
pub type Mask = [bool; Features::COUNT];
pub const ALL: Mask = [true; Features::COUNT];

/// Precision and recall of "these two faces are one person" over the pairs of good faces of each album.
pub fn pairwise(accounts: &[Account], builder: &Builder) -> (f64, f64) {
    let (mut right, mut said, mut due) = (0usize, 0usize, 0usize);
    for account in accounts {
        let Ok(build) = builder.build(&account.album, &account.known, &Default::default()) else { continue };
        let who = |face: &facecore::profile::FaceId| account.truth[face.photo as usize][usize::from(face.face)];
        for cluster in &build.clusters {
            let seed = |face: &&facecore::profile::FaceId| {
                account.album[face.photo as usize].faces[usize::from(face.face)].width >= builder.settings().seed_width
            };
            let people: Vec<Person> = cluster.faces.iter().filter(seed).map(who).collect();
            for (at, a) in people.iter().enumerate() {
                said += people.len() - at - 1;
                right += people[at + 1..].iter().filter(|b| *b == a && *a != STRANGER).count();
            }
        }
        let mut counts = std::collections::HashMap::new();
        let good = |face: &facecore::profile::AlbumFace| face.width >= builder.settings().seed_width && !face.non_face;
        for (photo, truth) in account.album.iter().zip(&account.truth) {
            for (_, who) in photo.faces.iter().zip(truth).filter(|(face, who)| good(face) && **who != STRANGER) {
                *counts.entry(*who).or_insert(0usize) += 1;
            }
        }
        // A person with too few faces for a cluster cannot be missed.
        due += counts
            .values()
            .filter(|&&count| count >= builder.settings().min_samples)
            .map(|count| count * (count - 1) / 2)
            .sum::<usize>();
    }
    (right as f64 / said.max(1) as f64, right as f64 / due.max(1) as f64)
}

/// F with precision counting double: a false merge spoils a profile, a split only thins it.
pub fn score((precision, recall): (f64, f64)) -> f64 {
    1.25 * precision * recall / (0.25 * precision + recall).max(1e-9)
}

fn builder(settings: &Settings) -> Result<Builder, Box<dyn Error>> {
    Ok(Builder::new(settings.clone())?)
}

/// Fits the eps rule: the best constant, then the best slope through it.
pub fn eps(accounts: &[Account], settings: &Settings, sloped: bool) -> Result<EpsRule, Box<dyn Error>> {
    let mut best = (-1.0, settings.eps);
    let mut try_rule = |rule: EpsRule| -> Result<(), Box<dyn Error>> {
        let got = score(pairwise(accounts, &builder(settings)?.with_eps(rule)));
        if got > best.0 + 1e-9 {
            best = (got, rule);
        }
        Ok(())
    };
    for step in 0..=16 {
        try_rule(EpsRule::constant(0.16 + 0.02 * step as f32))?;
    }
    if sloped {
        for at_ten in 0..=8 {
            for per_tenfold in 1..=6 {
                let rule = EpsRule {
                    at_ten: 0.22 + 0.04 * at_ten as f32,
                    per_tenfold: -0.03 * per_tenfold as f32,
                    range: [0.12, 0.6],
                };
                try_rule(rule)?;
            }
        }
    }
    Ok(best.1)
}

/// Fits everything, feature by feature as `mask` allows.
pub fn fit(
    accounts: &[Account],
    mut settings: Settings,
    mask: Mask,
    clusters_too: bool,
) -> Result<Settings, Box<dyn Error>> {
    if clusters_too {
        settings.eps = eps(accounts, &settings, true)?;
        let mut best = (-1.0, settings.clone());
        for merge in [0.7f32, 0.75, 0.8, 0.85, 0.9] {
            for gap in [0.0f32, 0.05, 0.1, 0.15] {
                for join in [0.5f32, 0.6, 0.7] {
                    let tried = Settings { merge, ambiguous: merge - gap, join, ..settings.clone() };
                    let got = score(pairwise(accounts, &builder(&tried)?));
                    if got > best.0 + 1e-9 {
                        best = (got, tried);
                    }
                }
            }
        }
        settings = best.1;
        settings.eps = eps(accounts, &settings, true)?;
    }
    // The friends of the first fit are found by size alone, those of the later ones by all features.
    settings.weights = Weights::LARGEST;
    settings.lead = 0.2;
    settings.joint = 9.0;
    for _ in 0..3 {
        let found = run(accounts, &builder(&settings)?, 3, mask[4]);
        settings.weights = weights(accounts, &found.builds, mask)?;
        let open = Settings { lead: 0.0, absent: f32::MIN / 4.0, ..settings.clone() };
        (settings.lead, settings.absent) = lead(accounts, &run(accounts, &builder(&open)?, 3, mask[4]));
    }
    joint(accounts, &mut settings, mask)?;
    let last = run(accounts, &builder(&settings)?, 3, mask[4]);
    settings.confidence = confidence(accounts, &last.builds);
    Ok(settings)
}

fn weights(accounts: &[Account], builds: &[Build], mask: Mask) -> Result<Weights, Box<dyn Error>> {
    let mut examples = Vec::new();
    for (account, build) in accounts.iter().zip(builds) {
        for cluster in &build.clusters {
            let who = |face: &facecore::profile::FaceId| account.truth[face.photo as usize][usize::from(face.face)];
            let own = cluster
                .faces
                .iter()
                .map(who)
                .filter(|who| *who == account.owner || Some(*who) == account.partner)
                .count();
            let mut features = cluster.features;
            let fields = [
                &mut features.size,
                &mut features.quality,
                &mut features.pins,
                &mut features.likeness,
                &mut features.friends,
            ];
            fields.into_iter().zip(mask).filter(|(_, counts)| !counts).for_each(|(field, _)| *field = 0.0);
            examples.push((features, f32::from(2 * own > cluster.faces.len())));
        }
    }
    Ok(Weights::fit(&examples, 1e-4)?)
}

/// The lead from which leaders are right as often as asked, and with it the value for an absent next cluster with which most owners are found.
fn lead(accounts: &[Account], run: &Run) -> (f32, f32) {
    let single = accounts.iter().zip(&run.builds).filter(|(account, _)| account.partner.is_none());
    let albums: Vec<_> = single
        .filter_map(|(account, build)| {
            let next = build.clusters.get(1).map_or(f32::MIN, |cluster| cluster.weight);
            Some((build.clusters.first()?.weight, next, judge(account, build) == Verdict::Found))
        })
        .collect();
    let mut best = (0, 1.0, 0.0);
    for step in 0..=20 {
        let absent = step as f32 * 0.05 - 0.2;
        let leads: Vec<_> = albums.iter().map(|(first, next, right)| (first - next.max(absent), *right)).collect();
        // A lead below 0 is no lead.
        let ahead: Vec<_> = leads.iter().copied().filter(|(lead, _)| *lead >= 0.0).collect();
        let Some(lead) = fit_lead(&ahead, PRECISION) else { continue };
        let lead = lead.max(LEAST_LEAD);
        let found = ahead.iter().filter(|(own, right)| *right && *own >= lead).count();
        if found > best.0 {
            best = (found, lead, absent);
        }
    }
    (best.1, best.2)
}

/// The lowest limit for joint accounts with which no account of one person gets a second owner.
fn joint(accounts: &[Account], settings: &mut Settings, mask: Mask) -> Result<(), Box<dyn Error>> {
    for step in 0..=12 {
        settings.joint = 0.3 + 0.05 * step as f32;
        let found = run(accounts, &builder(settings)?, 3, mask[4]);
        let falsely = found.scores.last().map_or(0, |score| score.falsely_joint);
        if falsely as f64 <= 0.002 * accounts.len() as f64 {
            return Ok(());
        }
    }
    settings.joint = 9.0;
    Ok(())
}

/// Logistic regression of "right" on the lead and the number of photos (Newton's method, slopes not below 0, a weak pull to 0: nearly all are
/// right, so nearly nothing is known of the rest).
fn confidence(accounts: &[Account], builds: &[Build]) -> [f32; 3] {
    let rows: Vec<([f64; 3], f64)> = accounts
        .iter()
        .zip(builds)
        .filter(|(_, build)| !build.owners.is_empty())
        .map(|(account, build)| {
            let photos = build.clusters[build.owners[0]].photos as f64;
            ([1.0, f64::from(build.lead), photos.ln()], f64::from(u8::from(judge(account, build) == Verdict::Found)))
        })
        .collect();
    let mut of = [3.0f64, 1.0, 0.2];
    for _ in 0..4000 {
        let mut gradient = [0.0; 3];
        for (row, right) in &rows {
            let score: f64 = of.iter().zip(row).map(|(a, b)| a * b).sum();
            let error = right - 1.0 / (1.0 + (-score).exp());
            gradient.iter_mut().zip(row).for_each(|(sum, value)| *sum += error * value / rows.len().max(1) as f64);
        }
        for at in 0..3 {
            of[at] += 0.5 * (gradient[at] - if at == 0 { 0.0 } else { 1e-4 * of[at] });
            of[at] = if at == 0 { of[at] } else { of[at].max(0.0) };
        }
    }
    of.map(|value| (value * 1000.0).round() as f32 / 1000.0)
}
