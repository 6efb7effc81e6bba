//! Recognition with profiles: new photos of the owner among the user and 100 friends, strangers in the photos, false positives at 0.1 % of
//! the strangers' faces.

use std::error::Error;

use facecore::Embedding;
use facecore::profile::{Builder, Centroid, Outcome, Profile, Role, Settings};

use crate::faces::Cache;
use crate::measure::{Verdict, judge, run, wilson};
use crate::real::{Deal, Real};
use facecore_benches::random::Random;

const FRIENDS: usize = 100;
const FALSE: f64 = 0.001;
/// Strangers of the cohort that a score is measured against.
const NEAREST: usize = 20;

/// One comparison: how near the best candidate is, how far ahead of the next, whether it is the owner.
#[derive(Clone, Copy)]
struct Trial {
    /// By cosine; by cosine less half of what the lead over the next lacks to 0.2; and normalised by a cohort.
    scores: [f32; 3],
    /// Whether the best candidate of each score is right.
    right: [bool; 3],
    photos: u32,
    world: usize,
    account: usize,
    probe: usize,
}

const SCORES: [&str; 3] = ["cosine", "cosine and runner-up", "normalised by a cohort"];

/// Somebody with a profile, ready to compare.
struct Known {
    embeddings: Vec<Embedding>,
    photos: u32,
    cohort: [f32; 2],
}

pub fn tables(cache: &Cache, settings: Settings, seeds: u64) -> Result<(), Box<dyn Error>> {
    let worlds: Vec<Real> = (1..=seeds).map(|seed| Deal::new(cache, 7000 + seed).with_probes().world()).collect();
    println!("| Centroid | Faces of owners | {} |\n|---|--:|--:|--:|--:|", SCORES.join(" | "));
    let mut kept = None;
    for (name, kind) in [
        ("mean", Centroid::Mean),
        ("weighted", Centroid::Weighted),
        ("trimmed", Centroid::Trimmed),
        ("medoid", Centroid::Medoid),
    ] {
        let mut builder = Builder::new(settings.clone())?;
        builder.centroid = kind;
        let (mut own, mut strange) = (Vec::new(), Vec::new());
        for (at, world) in worlds.iter().enumerate() {
            let found = trials(world, at, &builder)?;
            own.extend(found.0);
            strange.extend(found.1);
        }
        let cells: Vec<_> = (0..3).map(|score| cell(&own, limit(&strange, score), score)).collect();
        println!("| {name} | {} | {} |", own.len(), cells.join(" | "));
        if kind == Centroid::Mean {
            kept = Some((own, strange));
        }
    }
    let (own, strange) = kept.ok_or("no trials")?;
    println!("\nStrangers' faces: {}; thresholds {:.3?}", strange.len(), [0, 1, 2].map(|score| limit(&strange, score)));
    println!("\n| Photos in the profile | Faces of owners | {} |\n|---|--:|--:|--:|--:|", SCORES.join(" | "));
    for (low, high) in [(1, 2), (3, 4), (5, 9), (10, 19), (20, 1000)] {
        let within: Vec<_> = own.iter().copied().filter(|trial| (low..=high).contains(&trial.photos)).collect();
        let cells: Vec<_> = (0..3).map(|score| cell(&within, limit(&strange, score), score)).collect();
        println!("| {low}–{high} | {} | {} |", within.len(), cells.join(" | "));
    }
    mistakes(&worlds, &own, &strange);
    Ok(())
}

fn cell(own: &[Trial], limit: f32, score: usize) -> String {
    let hits = own.iter().filter(|trial| trial.right[score] && trial.scores[score] > limit).count();
    let (low, high) = wilson(hits, own.len());
    format!("{:.3} ({low:.3}–{high:.3})", hits as f64 / own.len().max(1) as f64)
}

/// The score that one stranger in a thousand passes.
fn limit(strange: &[Trial], score: usize) -> f32 {
    let mut scores: Vec<_> = strange.iter().map(|trial| trial.scores[score]).collect();
    scores.sort_unstable_by(|a, b| b.total_cmp(a));
    scores.get((strange.len() as f64 * FALSE) as usize).copied().unwrap_or(f32::MAX)
}

fn trials(world: &Real, at: usize, builder: &Builder) -> Result<(Vec<Trial>, Vec<Trial>), Box<dyn Error>> {
    let built = run(&world.accounts, builder, 3, true);
    // Half of the strangers are the cohort, the other half the test.
    let (cohort, unknown) = world.strangers.split_at(world.strangers.len() / 2);
    let known: Vec<Option<Known>> = world
        .accounts
        .iter()
        .zip(&built.builds)
        .map(|(account, build)| match &build.outcome {
            Outcome::Built(profile) if judge(account, build) == Verdict::Found => Some(know(profile, cohort)),
            _ => None,
        })
        .collect();
    let with_profile: Vec<usize> = (0..known.len()).filter(|&account| known[account].is_some()).collect();
    let mut random = Random::new(at as u64 + 1);
    let (mut own, mut strange) = (Vec::new(), Vec::new());
    let new = |scores, right, photos, account, probe| Trial { scores, right, photos, world: at, account, probe };
    for &account in &with_profile {
        let mut list = vec![account];
        list.extend(world.accounts[account].friends.iter().filter(|friend| known[**friend].is_some()));
        while list.len() < (FRIENDS + 1).min(with_profile.len()) {
            let other = with_profile[random.below(with_profile.len())];
            if !list.contains(&other) {
                list.push(other);
            }
        }
        let candidates: Vec<&Known> = list.iter().filter_map(|&at| known[at].as_ref()).collect();
        for (probe, face) in world.probes[account].iter().enumerate() {
            let (scores, best) = compare(face, &candidates, cohort);
            own.push(new(scores, best.map(|best| best == 0), candidates[0].photos, account, probe));
        }
        for _ in 0..60 {
            let probe = random.below(unknown.len());
            let (scores, best) = compare(&unknown[probe], &candidates, cohort);
            // The account that the face was taken for.
            strange.push(new(scores, [false; 3], 0, list[best[1]], cohort.len() + probe));
        }
    }

    Ok((own, strange))
}

fn know(profile: &Profile, cohort: &[Embedding]) -> Known {
    let embeddings = profile.embeddings();
    let photos = profile.slot(Role::Owner).map_or(0, |slot| slot.photos());
    let nearest = profile.centroid(Role::Owner).map_or([0.0, 1.0], |centroid| crowd(&centroid, cohort));
    Known { embeddings, photos, cohort: nearest }
}

/// Mean and deviation of the cosines to the nearest faces of the cohort.
fn crowd(face: &Embedding, cohort: &[Embedding]) -> [f32; 2] {
    let mut cosines: Vec<f32> = cohort.iter().filter_map(|other| face.cosine(other).ok()).collect();
    cosines.sort_unstable_by(|a, b| b.total_cmp(a));
    cosines.truncate(NEAREST);
    let mean = cosines.iter().sum::<f32>() / NEAREST as f32;
    let variance = cosines.iter().map(|cosine| (cosine - mean).powi(2)).sum::<f32>() / NEAREST as f32;
    [mean, variance.sqrt().max(0.01)]
}

/// The scores of the best candidates, and their places.
fn compare(face: &Embedding, candidates: &[&Known], cohort: &[Embedding]) -> ([f32; 3], [usize; 3]) {
    let near = |known: &Known| known.embeddings.iter().filter_map(|own| own.cosine(face).ok()).fold(-1.0f32, f32::max);
    let mut ranked: Vec<(f32, usize)> = candidates.iter().enumerate().map(|(at, known)| (near(known), at)).collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (first, best) = ranked[0];
    let lead = first - ranked.get(1).map_or(-1.0, |next| next.0);
    let own = crowd(face, cohort);
    let normalised = |&(cosine, at): &(f32, usize)| {
        let other = candidates[at].cohort;
        // Means alone: deviations of so few are noise.
        (cosine - (own[0] + other[0]) / 2.0, at)
    };
    let (level, leveled) =
        ranked.iter().take(10).map(normalised).fold((-1.0, best), |a, b| if b.0 > a.0 { b } else { a });
    ([first, first - (0.2 - lead).max(0.0) / 2.0, level], [best, best, leveled])
}

/// The owners who were missed by most, and the strangers who were taken for somebody.
fn mistakes(worlds: &[Real], own: &[Trial], strange: &[Trial]) {
    let threshold = limit(strange, 2);
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let mut missed: Vec<_> = own.iter().filter(|trial| !trial.right[2] || trial.scores[2] <= threshold).collect();
    missed.sort_by(|a, b| a.scores[2].total_cmp(&b.scores[2]));
    println!("\nOwners missed, the worst first (threshold {threshold:.3}):");
    for trial in missed.iter().take(12) {
        let photo = name(&worlds[trial.world].probe_photos[trial.account][trial.probe]);
        let nearest = if trial.right[2] { "nearest, too far" } else { "another is nearer" };
        println!("- {photo}: {:.3}, {nearest}, {} photos in the profile", trial.scores[2], trial.photos);
    }
    let mut taken: Vec<_> = strange.iter().filter(|trial| trial.scores[2] > threshold).collect();
    taken.sort_by(|a, b| b.scores[2].total_cmp(&a.scores[2]));
    taken.dedup_by_key(|trial| trial.probe);
    println!("\nStrangers taken for somebody, the worst first:");
    for trial in taken.iter().take(12) {
        let world = &worlds[trial.world];
        let whose = world.probe_photos[trial.account].first().map(|path| name(path)).unwrap_or_default();
        println!("- {}: {:.3} for the owner of {whose}", name(&world.stranger_photos[trial.probe]), trial.scores[2]);
    }
}
