//! Rounds without labels, on accounts made of real families: how pure the people are, what each rule adds to that, and how much of the gain that
//! labels bring is reached without them.

use std::error::Error;
use std::thread::available_parallelism;

use facecore::adapt::{Adaptation, Parameters, compare, fit};
use facecore::bootstrap::{BootstrapOptions, Purity, Round, bootstrap};
use facecore::cluster::SamePhoto;
use facecore::evaluate::{AllPairs, AllPairsOptions};
use facecore::profile::{EpsRule, Settings};

use crate::adapt::{Set, set};
use crate::faces::Cache;
use crate::town::Town;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// True positives at false positives of 10⁻³ and 10⁻⁴.
type Rates = [f64; 2];

/// What all rounds are measured with: the families of the half that has no accounts.
struct Measure {
    others: Set,
    options: AllPairsOptions,
    parameters: Parameters,
    /// As the embeddings are, and with a map that was learned from labels.
    start: Rates,
    goal: Rates,
}

impl Measure {
    fn new(cache: &Cache, half: u8) -> Result<Self> {
        let threads = available_parallelism()?.get();
        let options = AllPairsOptions { draws: 40, threads, ..AllPairsOptions::default() };
        let others = set(cache, |of, is_family| of != half && is_family);
        let labelled = set(cache, |of, is_family| of == half && is_family);
        let parameters = Parameters { threads, ..BootstrapOptions::default().parameters };
        let first = labelled.faces.first().ok_or("nobody to learn from")?;
        let identity = Adaptation::identity(first.space(), first.len())?;
        let taught = fit(&labelled.labelled(), &Parameters { threads, ..Parameters::default() })?.adaptation;
        let mut measure = Self { others, options, parameters, start: [0.0; 2], goal: [0.0; 2] };
        (measure.start, measure.goal) = (measure.rates(&identity)?, measure.rates(&taught)?);
        Ok(measure)
    }

    fn rates(&self, adaptation: &Adaptation) -> Result<Rates> {
        let AllPairs { points, .. } = compare(&self.others.labelled(), adaptation, &self.options)?.after;
        let tp = |at: usize| points.get(at).and_then(|point| point.tp).map_or(0.0, |tp| tp.value);
        Ok([tp(1), tp(2)])
    }

    /// The rates, and which part of what labels win they are.
    fn cells(&self, won: Rates) -> String {
        let share = |at: usize| 100.0 * (won[at] - self.start[at]) / (self.goal[at] - self.start[at]).max(1e-9);
        format!("{} | {:.0} %, {:.0} %", cells(won), share(0), share(1))
    }
}

fn cells([thousandth, ten_thousandth]: Rates) -> String {
    format!("{thousandth:.3}, {ten_thousandth:.3}")
}

const COLUMNS: &str = "People | Faces | Mixed people | False merges | Wrong faces | Purity | Complete | Found";
const WON: &str = "10⁻³, 10⁻⁴ | Of the labelled gain";

/// Prints the table of the rounds, or that of the rules.
pub fn tables(cache: &Cache, settings: &Settings, (half, seeds): (u8, u64), by_rules: bool) -> Result<()> {
    let measure = Measure::new(cache, half)?;
    println!(
        "accounts of the families of half {half}, measured on those of the other half; true positives at 10⁻³ and 10⁻⁴ as they are: {}, \
         with labels: {}\n",
        cells(measure.start),
        cells(measure.goal)
    );
    if by_rules {
        return rules(cache, settings, (half, seeds), &measure);
    }
    let rule = Rule { name: "as shipped", settings: settings.clone(), same_photo: SamePhoto::CannotLink };
    println!("| Seed | Round | {COLUMNS} | Changed | Joined | Dropped | {WON} |\n|--:|--:|{}", "--:|".repeat(13));
    for seed in 1..=seeds {
        let town = Town::new(cache, &rule.settings, (half, seed));
        for (at, round) in (1..).zip(rule.rounds(&town, &measure)?) {
            let Round { changed, same_photo, merged, ambiguous, .. } = round;
            let dropped = same_photo + ambiguous.iter().sum::<usize>();
            let score = Score::of(&round, &town, rule.settings.min_samples);
            let (joined, won) = (merged.iter().sum::<usize>(), measure.cells(measure.rates(&round.learned)?));
            println!("| {seed} | {at} | {} | {changed} | {joined} | {dropped} | {won} |", score.cells(1));
        }
    }
    Ok(())
}

/// The rules with one of them changed or switched off.
struct Rule {
    name: &'static str,
    settings: Settings,
    same_photo: SamePhoto,
}

impl Rule {
    fn rounds(&self, town: &Town, measure: &Measure) -> Result<Vec<Round>> {
        let (same_photo, parameters) = (self.same_photo, measure.parameters.clone());
        let options = BootstrapOptions { same_photo, parameters, ..BootstrapOptions::default() };
        Ok(bootstrap(&town.accounts, &self.settings, &options)?)
    }

    fn all(shipped: &Settings) -> Vec<Self> {
        let rule = |name, same_photo, change: &dyn Fn(&mut Settings)| {
            let mut settings = shipped.clone();
            change(&mut settings);
            Self { name, settings, same_photo }
        };
        use SamePhoto::{CannotLink, DropCluster, Ignore};
        vec![
            rule("as shipped", CannotLink, &|_| ()),
            rule("two faces of one photo: dropped", DropCluster, &|_| ()),
            rule("two faces of one photo: ignored", Ignore, &|_| ()),
            rule("eps as for ten faces", CannotLink, &|settings| {
                settings.eps = EpsRule::constant(settings.eps.at_ten);
            }),
            rule("nobody is joined", CannotLink, &|settings| (settings.merge, settings.ambiguous) = (1.1, 1.1)),
            rule("doubtful ones dropped", CannotLink, &|settings| settings.ambiguous -= 0.1),
            rule("unclear faces too", CannotLink, &|settings| (settings.seed_width, settings.seed_score) = (0.0, 0.0)),
        ]
    }
}

/// Sums over the seeds for each rule: its first round and its last one.
fn rules(cache: &Cache, settings: &Settings, (half, seeds): (u8, u64), measure: &Measure) -> Result<()> {
    println!("| Rules | Round | {COLUMNS} | {WON} |\n|---|--:|{}", "--:|".repeat(10));
    for rule in Rule::all(settings) {
        let (mut scores, mut won) = ([Score::default(); 2], [[0.0; 2]; 2]);
        for seed in 1..=seeds {
            let town = Town::new(cache, &rule.settings, (half, seed));
            let rounds = rule.rounds(&town, measure)?;
            for (at, round) in [rounds.first(), rounds.last()].into_iter().flatten().enumerate() {
                scores[at].add(&Score::of(round, &town, settings.min_samples));
                let rates = measure.rates(&round.learned)?;
                won[at].iter_mut().zip(rates).for_each(|(sum, rate)| *sum += rate / seeds as f64);
            }
        }
        for (round, (score, won)) in ["first", "last"].iter().zip(scores.iter().zip(won)) {
            println!("| {} | {round} | {} | {} |", rule.name, score.cells(seeds as usize), measure.cells(won));
        }
    }
    Ok(())
}

/// What a round found, summed over seeds.
#[derive(Default, Clone, Copy)]
struct Score {
    purity: Purity,
    there: usize,
}

impl Score {
    fn of(round: &Round, town: &Town, enough: usize) -> Self {
        Self { purity: Purity::of(&round.people, &town.whose), there: town.there(enough) }
    }

    fn add(&mut self, other: &Self) {
        let Purity { people, mixed, false_merges, faces, right, together, found, known, .. } = other.purity;
        let sum = &mut self.purity;
        sum.people += people;
        sum.mixed += mixed;
        sum.false_merges += false_merges;
        sum.faces += faces;
        sum.right += right;
        sum.together += together;
        sum.found += found;
        sum.known += known;
        self.there += other.there;
    }

    /// Means over so many seeds.
    fn cells(&self, seeds: usize) -> String {
        let Purity { people, mixed, false_merges, faces, right, found, .. } = self.purity;
        let counts = [people, faces, mixed, false_merges, faces - right].map(|count| (count / seeds).to_string());
        let [purity, complete] = [self.purity.purity(), self.purity.completeness()].map(|part| 100.0 * part);
        format!(
            "{} | {purity:.1} % | {complete:.1} % | {} of {}",
            counts.join(" | "),
            found / seeds,
            self.there / seeds
        )
    }
}
