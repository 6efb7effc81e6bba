//! How often changed photos are recognised, and how often taken for other people. For the second a list has too few pairs: so each changed photo is
//! compared with every unchanged one of everybody else, which makes millions.

use std::fmt::Write as _;

use facecore::Embedding;
use facecore::evaluate::{Rate, Tally, resolve};
use serde::Serialize;

use super::row::UNCHANGED;
use crate::failure::Result;
use crate::output::json_line;

/// A photo's face and whose it is.
#[derive(Clone)]
pub struct Owned {
    pub photo: usize,
    pub person: usize,
    pub face: Embedding,
}

/// The photos of a list.
pub struct Strangers {
    /// Of each photo its person.
    pub people: Vec<usize>,
    /// Everybody's photos as they are.
    pub unchanged: Vec<Owned>,
    /// The photos that are changed, before and after each change, by the change's name.
    pub steps: Vec<(String, Vec<Owned>)>,
}

#[derive(Serialize)]
struct StrangersRecord<'a> {
    kind: &'static str,
    degradation: &'a str,
    /// Of all pairs with other photos of the same person.
    tp: Rate,
    fp: Rate,
    /// The rate as a multiple of that of the unchanged photos.
    times: f64,
    threshold: f32,
}

impl Strangers {
    /// A photo's faces, one for each step.
    pub fn add(&mut self, photo: usize, faces: impl Iterator<Item = Embedding>) {
        let person = self.people[photo];
        self.steps.iter_mut().zip(faces).for_each(|((_, owned), face)| owned.push(Owned { photo, person, face }));
    }

    /// The rates at the threshold that lets `fp` of the pairs pass while the photos are unchanged.
    pub fn text(&self, fp: f64, json: bool) -> Result<String> {
        let Some((_, before)) = self.steps.iter().find(|(step, _)| step == UNCHANGED) else { return Ok(String::new()) };
        let mut scores: Vec<f32> = before.iter().flat_map(|face| self.scores(face, false)).collect();
        resolve(scores.len(), fp)?;
        let allowed = (fp * scores.len() as f64) as usize;
        let threshold = scores.select_nth_unstable_by(allowed, |a, b| b.total_cmp(a)).1.next_up();
        let mut text = String::new();
        if !json {
            text += &format!(
                "\nchanged photos with all unchanged ones, threshold {threshold:.3}\n\
                 degradation  TP                        FP                          times  of pairs\n"
            );
        }
        let mut unchanged = 0.0;
        for (degradation, faces) in &self.steps {
            let rate = |same: bool| {
                let tally = |face: &Owned| {
                    let (mut hits, mut trials) = (0, 0);
                    self.scores(face, same).for_each(|score| {
                        trials += 1;
                        hits += usize::from(score >= threshold);
                    });
                    Tally { hits, trials }
                };
                Rate::of(&faces.iter().map(tally).collect::<Vec<_>>())
            };
            let (tp, fp) = (rate(true), rate(false));
            if degradation == UNCHANGED {
                unchanged = fp.value;
            }
            let times = fp.value / unchanged;
            let record = StrangersRecord { kind: "strangers", degradation, tp, fp, times, threshold };
            if json {
                text += &json_line(&record);
            } else {
                let rate = |Rate { value, low, high, .. }: Rate, digits| {
                    format!("{value:.digits$} [{low:.digits$}, {high:.digits$}]")
                };
                // Writing to a string cannot fail.
                let (tp, pairs, fp) = (rate(tp, 4), fp.trials, rate(fp, 6));
                let _ = writeln!(text, "{degradation:11}  {tp}  {fp}  {times:5.2}  {pairs:8}");
            }
        }
        Ok(text)
    }

    /// The cosines of a face to all others of its person, or to everybody else's; faces of one network always compare.
    fn scores<'a>(&'a self, face: &'a Owned, same: bool) -> impl Iterator<Item = f32> + 'a {
        let wanted = move |other: &&Owned| (other.person == face.person) == same && other.photo != face.photo;
        self.unchanged.iter().filter(wanted).filter_map(|other| face.face.cosine(&other.face).ok())
    }
}

#[cfg(test)]
mod tests {
    use facecore::SpaceId;

    use super::*;

    fn face(person: usize, degrees: f32) -> Owned {
        let (y, x) = degrees.to_radians().sin_cos();
        Owned { photo: person, person, face: Embedding::new(SpaceId([1; 8]), vec![x, y]).unwrap() }
    }

    /// Four people a quarter of a turn apart: a photo that is turned by 80 degrees comes near to the next one.
    #[test]
    fn photos_that_come_near_to_others_are_counted() {
        let unchanged: Vec<Owned> =
            (0..4).map(|person| face(person, 90.0 * person as f32 + 2.0 * (person % 2) as f32)).collect();
        let worse = vec![face(0, 80.0), face(1, 92.0)];
        let steps = vec![(UNCHANGED.to_owned(), unchanged[..2].to_vec()), ("worse".to_owned(), worse)];
        let strangers = Strangers { people: vec![0, 1, 2, 3], unchanged, steps };
        let text = strangers.text(0.4, true).unwrap();
        let records: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(records.len(), 2);
        // Of six pairs two may pass: the two of 88 degrees with each other's person; then the turned photo has one of its own.
        let hits = |at: usize| records[at]["fp"]["hits"].as_u64().unwrap();
        assert_eq!((hits(0), records[0]["fp"]["trials"].as_u64().unwrap()), (2, 6));
        assert_eq!(hits(1), 2, "{text}");
        assert!(strangers.text(0.1, true).is_err());
    }
}
