//! Steps 2 to 4 of a [`Matcher`](super::Matcher)'s rule: given who is near, who is it?

use std::collections::HashSet;

use super::assignment;
use super::verdict::Refusal;

/// A person's place in the list of people, and how near they are to a face: the cosine, less what this person requires on top of what
/// everybody does.
pub(super) type Rank = (usize, f32);

/// For each face its person, or why it has none.
///
/// `ranked` has for each face the nearest persons, the nearest first; `thresholds` what each face requires of everybody alike.
pub(super) fn answer(ranked: &[Vec<Rank>], thresholds: &[f32], margin: f32) -> Vec<Result<Rank, Refusal>> {
    let standing: Vec<_> =
        ranked.iter().zip(thresholds).map(|(ranking, &threshold)| standing(ranking, threshold, margin)).collect();
    let refuse = |ranking: &[Rank], threshold: f32| match ranking.first() {
        None => Refusal::NoCandidates,
        Some(nearest) if nearest.1 < threshold => Refusal::BelowThreshold,
        Some(_) => Refusal::PersonTaken,
    };
    let mut answers = Vec::with_capacity(ranked.len());
    let mut doubtful = Vec::new();
    for (face, person) in assignment::assign(&standing).into_iter().enumerate() {
        let rank = ranked[face].iter().find(|rank| Some(rank.0) == person);
        answers.push(rank.copied().ok_or_else(|| refuse(&ranked[face], thresholds[face])));
        doubtful.extend(rank.map(|&rank| (face, rank)));
    }
    // Each certain face takes its person out of the doubts of the others, until that helps nobody any more.
    let mut certain = HashSet::new();
    loop {
        let before = doubtful.len();
        doubtful.retain(|&(face, (person, score))| {
            let is_rival = |rank: &&Rank| rank.0 != person && !certain.contains(&rank.0);
            let rival = ranked[face].iter().find(is_rival);
            let clear = rival.is_none_or(|rival| score - rival.1 >= margin);
            if clear {
                certain.insert(person);
            }
            !clear
        });
        if doubtful.len() == before {
            break;
        }
    }
    for (face, _) in doubtful {
        answers[face] = Err(Refusal::AmbiguousRunnerUp);
    }
    answers
}

/// The persons that a face stands for, with their weights in the assignment.
fn standing(ranking: &[Rank], threshold: f32, margin: f32) -> Vec<(usize, f64)> {
    // A match exactly at the threshold is a match too; too small to decide between cosines, which are f32.
    const AT_THRESHOLD: f64 = 1e-9;
    let nearest = ranking.first().map_or(0.0, |rank| rank.1);
    let stands = |score: f32| score >= threshold && (score == nearest || nearest - score < margin);
    let weight = |score: f32| f64::from(score) - f64::from(threshold) + AT_THRESHOLD;
    let standing = ranking.iter().filter(|rank| stands(rank.1));
    standing.map(|&(person, score)| (person, weight(score))).collect()
}
