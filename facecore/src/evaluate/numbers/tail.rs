//! How often a stranger's face reaches a score with a candidate.

use super::Face;
use crate::embed::Embedding;
use crate::error::Result;
use crate::matching::Crowding;
use crate::random::Random;

/// Faces a person, at the most, that are asked for: ten people of a press archive would decide for all otherwise.
const FACES: usize = 10;

/// Candidates that are drawn for each number of photos, at the least; people are drawn again, with other photos.
const CANDIDATES: usize = 2_000;

/// The fewest hits that tell a rate.
const HITS: usize = 100;

/// Scores of strangers and candidates, in bins.
#[derive(Default)]
pub(super) struct Tail {
    bins: Vec<usize>,
    trials: usize,
}

impl Tail {
    /// Bins to 1.
    const PER_ONE: f32 = 2_000.0;
    /// The least score.
    const LEAST: f32 = -2.0;

    /// Adds every face of `here` against candidates of `photos` photos each, who are drawn from `here`.
    pub(super) fn add(&mut self, here: &[&Face<'_>], photos: usize, crowding: &Crowding, seed: u32) -> Result<()> {
        let asked = here.iter().filter(|face| face.photo < FACES);
        let asked = asked.map(|face| Ok((face, crowding.of(face.embedding)? / 2.0))).collect::<Result<Vec<_>>>()?;
        for candidate in draw(here, photos, seed) {
            let mean = Embedding::mean(&candidate.iter().map(|face| face.embedding).collect::<Vec<_>>())?;
            let allowance = crowding.of(&mean)? / 2.0;
            for (face, own) in &asked {
                if face.family != candidate[0].family {
                    self.count(face.embedding.cosine(&mean)? - own - allowance);
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, score: f32) {
        let bin = ((score - Self::LEAST) * Self::PER_ONE).max(0.0) as usize;
        if bin >= self.bins.len() {
            self.bins.resize(bin + 1, 0);
        }
        self.bins[bin] += 1;
        self.trials += 1;
    }

    /// For rates of 10⁻ˣ, as far as there are enough data, the score that this share of the trials reaches, as (x, score).
    pub(super) fn scores(&self) -> impl Iterator<Item = (f64, f64)> {
        let steps = (4..).map(|quarter| f64::from(quarter) / 4.0);
        let hits = steps.map(|x| (x, self.trials as f64 * 10f64.powf(-x)));
        hits.take_while(|(_, hits)| *hits >= HITS as f64).map(|(x, hits)| (x, self.reached_by(hits)))
    }

    fn reached_by(&self, hits: f64) -> f64 {
        let mut above = 0;
        let reached = |&(_, &count): &(usize, &usize)| {
            above += count;
            above as f64 > hits
        };
        // The upper edge of the bin in which the count is exceeded.
        let bin = self.bins.iter().enumerate().rev().find(reached).map_or(0, |(bin, _)| bin + 1);
        bin as f64 / f64::from(Self::PER_ONE) + f64::from(Self::LEAST)
    }
}

/// Candidates of so many photos each: everybody who has them, and again with other photos until there are enough.
fn draw<'a>(here: &[&'a Face<'a>], photos: usize, seed: u32) -> Vec<Vec<&'a Face<'a>>> {
    let people = here.chunk_by(|a, b| a.person == b.person).filter(|photographed| photographed.len() >= photos);
    let people: Vec<&[&Face<'_>]> = people.collect();
    let mut random = Random::new(seed.into());
    let rounds = CANDIDATES.div_ceil(people.len().max(1)).min(MOST_ROUNDS);
    let mut drawn = Vec::with_capacity(rounds * people.len());
    for _ in 0..rounds {
        for photographed in &people {
            let mut order = photographed.to_vec();
            random.shuffle(&mut order);
            order.truncate(photos);
            drawn.push(order);
        }
    }
    drawn
}

/// How often a person is drawn, at the most.
const MOST_ROUNDS: usize = 10;
