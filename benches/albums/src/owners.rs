//! How often is the owner of an album found? Tables over worlds of real faces.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use facecore::SpaceId;
use facecore::cluster::SamePhoto;
use facecore::profile::{Builder, EpsRule, Features, Settings, Weights};

use crate::faces::Cache;
use crate::fit::{ALL, Mask, eps, fit, pairwise, score};
use crate::measure::{Score, Verdict, by_kind, judge, run};
use crate::real::Deal;
use crate::world::{Account, Kind, Person, STRANGER};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The settings that are not fitted, and the others' values from which the fit begins.
pub fn start(space: SpaceId) -> Settings {
    Settings {
        space,
        seed_width: 40.0,
        seed_score: 0.95,
        eps: EpsRule::constant(0.3),
        min_samples: 3,
        merge: 0.8,
        ambiguous: 0.7,
        join: 0.6,
        weights: Weights::LARGEST,
        lead: 0.2,
        absent: 0.0,
        joint: 9.0,
        confidence: [0.0; 3],
    }
}

/// Both halves of the people as worlds of their own, of several seeds each.
fn worlds(cache: &Cache, seeds: u64) -> [Vec<Account>; 2] {
    [0, 1].map(|half| {
        let world = |seed: u64| Deal::new(cache, 100 * seed + u64::from(half)).half(half).world().accounts;
        together((1..=seeds).map(world).collect())
    })
}

/// The accounts of several worlds as one, their friends by the new places.
fn together(worlds: Vec<Vec<Account>>) -> Vec<Account> {
    let mut all: Vec<Account> = Vec::new();
    for world in worlds {
        let offset = all.len();
        all.extend(world.into_iter().map(|mut account| {
            account.friends.iter_mut().for_each(|friend| *friend += offset);
            account
        }));
    }
    all
}

/// Fits on worlds of all people and writes the file.
pub fn ship(cache: &Cache, space: SpaceId, seeds: u64, out: &Path) -> Result<()> {
    let accounts = together((1..=seeds).map(|seed| Deal::new(cache, seed).world().accounts).collect());
    let settings = fit(&accounts, start(space), ALL, true)?;
    fs::write(out, settings.to_toml())?;
    println!("{}", settings.to_toml());
    Ok(())
}

pub fn tables(cache: &Cache, space: SpaceId, seeds: u64) -> Result<()> {
    let worlds = worlds(cache, seeds);
    let all = || worlds.iter();
    let photos: usize = all().flatten().map(|account| account.album.len()).sum();
    let faces: usize = all().flatten().flat_map(|account| &account.album).map(|photo| photo.faces.len()).sum();
    let accounts: usize = all().map(Vec::len).sum();
    println!("{accounts} accounts, {photos} photos, {:.2} faces a photo\n", faces as f64 / photos as f64);

    // Fitted on one half of the people, measured on the other.
    let [a, b] = &worlds;
    let halves: Vec<(Settings, &Vec<Account>)> = [(a, b), (b, a)]
        .into_iter()
        .map(|(train, test)| Ok((fit(train, start(space), ALL, true)?, test)))
        .collect::<Result<_>>()?;

    println!("| Setting | Accounts | Allowed | Owner found | Wrong leader |\n|---|--:|--:|--:|--:|");
    let row = |name: &str, score: &Score| println!("| {name} | {} |", score.cells());
    let sum = |passes: usize, friends: bool, change: &dyn Fn(Builder) -> Builder| -> Result<Score> {
        let mut sum = Score::default();
        for (settings, test) in &halves {
            let found = run(test, &change(Builder::new(settings.clone())?), passes, friends);
            sum = sum.plus(found.scores.last().ok_or("no pass")?);
        }
        Ok(sum)
    };
    let same = |builder| builder;
    row("all five features, 4 passes", &sum(4, true, &same)?);
    for passes in 1..=3 {
        row(&format!("{passes} pass{}", if passes == 1 { "" } else { "es" }), &sum(passes, true, &same)?);
    }
    row("without friends", &refitted(&worlds, &halves, [true, true, true, true, false])?);
    for (at, name) in Features::NAMES.iter().enumerate().take(4) {
        let mut mask = ALL;
        mask[at] = false;
        row(&format!("without {name}"), &refitted(&worlds, &halves, mask)?);
    }
    row("largest cluster, lead fitted", &refitted(&worlds, &halves, [true, false, false, false, false])?);
    let with_rule = |mut builder: Builder, rule| {
        builder.same_photo = rule;
        builder
    };
    let free = |builder| with_rule(builder, SamePhoto::Ignore);
    let drop = |builder| with_rule(builder, SamePhoto::DropCluster);
    row("same photo: ignored", &sum(4, true, &free)?);
    row("same photo: cluster dropped", &sum(4, true, &drop)?);

    println!(
        "\n| Kind of account | Accounts | Allowed | Owner found | Wrong leader | without friends: found | wrong |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let mut kinds: Vec<(Kind, Score, Score)> =
        Kind::ALL.into_iter().map(|kind| (kind, Score::default(), Score::default())).collect();
    for (settings, test) in &halves {
        let builder = Builder::new(settings.clone())?;
        let with = by_kind(test, &run(test, &builder, 4, true).builds, settings.seed_width);
        let without = by_kind(test, &run(test, &builder, 1, false).builds, settings.seed_width);
        for ((kind, a), ((_, b), (_, c))) in
            kinds.iter_mut().map(|(kind, a, b)| (*kind, (a, b))).zip(with.into_iter().zip(without))
        {
            let _ = kind;
            *a.0 = a.0.plus(&b);
            *a.1 = a.1.plus(&c);
        }
    }
    for (kind, with, without) in &kinds {
        let (found, wrong) = (100.0 * without.found_rate(), 100.0 * without.wrong_rate());
        println!("| {} | {} | {found:.1} % | {wrong:.1} % |", kind.name(), with.cells());
    }
    let joint = kinds.iter().find(|(kind, ..)| *kind == Kind::Joint).map(|(_, with, _)| *with).unwrap_or_default();
    let single: usize = kinds.iter().map(|(_, with, _)| with.falsely_joint).sum();
    println!(
        "\nJoint accounts with both people: {} of {}; accounts of one person with two: {single}",
        joint.both, joint.accounts
    );

    println!("\n| Good photos of the owner | Accounts | Allowed | Owner found | Wrong leader |\n|---|--:|--:|--:|--:|");
    for (low, high) in [(0, 2), (3, 4), (5, 7), (8, 15), (16, 1000)] {
        let mut score = Score::default();
        for (settings, test) in &halves {
            let builds = run(test, &Builder::new(settings.clone())?, 4, true).builds;
            let within = |account: &Account| (low..=high).contains(&account.good_photos(settings.seed_width));
            test.iter().zip(&builds).filter(|(a, _)| within(a)).for_each(|(a, b)| score.add(a, b, settings.seed_width));
        }
        row(&format!("{low}–{high}"), &score);
    }

    println!("\n| Pass | Coverage | Changed | Owner found | Wrong |\n|--:|--:|--:|--:|--:|");
    let runs: Vec<_> = halves
        .iter()
        .map(|(settings, test)| Ok(run(test, &Builder::new(settings.clone())?, 4, true)))
        .collect::<Result<_>>()?;
    for pass in 0..4 {
        let share = |of: &dyn Fn(&facecore::profile::PassReport) -> u64| {
            let count: u64 = runs.iter().map(|run| of(&run.reports[pass])).sum();
            100.0 * count as f64 / runs.iter().map(|run| run.reports[pass].accounts).sum::<u64>() as f64
        };
        let score = runs.iter().fold(Score::default(), |sum, run| sum.plus(&run.scores[pass]));
        let (found, wrong) = (100.0 * score.found_rate(), 100.0 * score.wrong_rate());
        println!(
            "| {} | {:.1} % | {:.1} % | {found:.1} % | {wrong:.2} % |",
            pass + 1,
            share(&|r| r.built),
            share(&|r| r.changed)
        );
    }

    println!("\n| Clusters of good faces | Pairwise precision | Recall | F½ |\n|---|--:|--:|--:|");
    let clusters = |name: &str, of: &dyn Fn(&Settings, &[Account]) -> Result<Builder>| -> Result<()> {
        let (mut precision, mut recall) = (0.0, 0.0);
        for (settings, test) in &halves {
            let got = pairwise(test, &of(settings, train_of(&worlds, test))?);
            precision += got.0 / halves.len() as f64;
            recall += got.1 / halves.len() as f64;
        }
        println!("| {name} | {precision:.4} | {recall:.4} | {:.4} |", score((precision, recall)));
        Ok(())
    };
    clusters("eps by number of faces", &|settings, _| Ok(Builder::new(settings.clone())?))?;
    clusters("constant eps, fitted", &|settings, train| {
        Ok(Builder::new(settings.clone())?.with_eps(eps(train, settings, false)?))
    })?;
    clusters("same photo ignored", &|settings, _| Ok(free(Builder::new(settings.clone())?)))?;
    clusters("same photo drops the cluster", &|settings, _| Ok(drop(Builder::new(settings.clone())?)))?;
    mistakes(cache, &halves)?;
    println!("\nSettings of the first half:\n{}", halves[0].0.to_toml());
    Ok(())
}

/// The wrong leaders, with the features that made them lead.
fn mistakes(cache: &Cache, halves: &[(Settings, &Vec<Account>)]) -> Result<()> {
    let name = |account: &Account, person: Person| match person {
        STRANGER => "strangers".into(),
        person if person == account.owner => format!("{} (owner)", cache.names[person as usize]),
        person => cache.names[person as usize].clone(),
    };
    println!("\nWrong leaders:");
    for (settings, test) in halves {
        let found = run(test, &Builder::new(settings.clone())?, 4, true);
        for (account, build) in test.iter().zip(&found.builds).filter(|(a, b)| judge(a, b) == Verdict::Wrong) {
            println!(
                "- {}, {} good photos of the owner",
                account.kind.name(),
                account.good_photos(settings.seed_width)
            );
            for cluster in build.clusters.iter().take(3) {
                let mut people = BTreeMap::new();
                for face in &cluster.faces {
                    *people.entry(account.truth[face.photo as usize][usize::from(face.face)]).or_insert(0) += 1;
                }
                let people: Vec<_> =
                    people.into_iter().map(|(person, count)| format!("{count} {}", name(account, person))).collect();
                println!("  - {:.2}: {}; {:.2?}", cluster.weight, people.join(" + "), cluster.features.to_array());
            }
        }
    }
    Ok(())
}

/// The half on which a test half's settings were fitted.
fn train_of<'a>(worlds: &'a [Vec<Account>; 2], test: &[Account]) -> &'a [Account] {
    let [a, b] = worlds;
    if std::ptr::eq(a.as_slice(), test) { b } else { a }
}

/// The settings with other features: clusters stay as they are, weights and lead are fitted again.
fn refitted(worlds: &[Vec<Account>; 2], halves: &[(Settings, &Vec<Account>)], mask: Mask) -> Result<Score> {
    let mut sum = Score::default();
    for (settings, test) in halves {
        let fitted = fit(train_of(worlds, test), settings.clone(), mask, false)?;
        let passes = if mask[4] { 4 } else { 1 };
        sum = sum.plus(run(test, &Builder::new(fitted)?, passes, mask[4]).scores.last().ok_or("no pass")?);
    }
    Ok(sum)
}
