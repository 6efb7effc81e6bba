//! Thresholds fitted on a user's own photos, in a small file that knows its space.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Cohort, Matcher};
use crate::embed::{Embedding, Encoding};
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// What a [`Matcher`] needs to know of a space and a kind of photos, fitted by [`calibrate`](crate::evaluate::calibrate).
///
/// Scores are cosines of a face and a candidate's profile (the [mean](Embedding::mean) of the embeddings), less the
/// [`Cohort`]'s crowding around the face.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The space of the embeddings.
    pub space: SpaceId,
    /// Photos in a profile, at the most, when the thresholds were fitted.
    pub photos: usize,
    /// People it was fitted on.
    pub people: usize,
    /// How far the nearest candidate must be ahead of the second.
    pub margin: f32,
    /// The probability that the nearest candidate is the right one, by its score, where right and wrong are equally frequent
    /// beforehand.
    pub probability: Logistic,
    /// The fitted thresholds.
    #[serde(rename = "point")]
    pub points: Vec<OperatingPoint>,
    /// What was asked for but could not be fitted, for lack of data.
    pub unsupported: Vec<String>,
    /// The strangers, one embedding each.
    #[serde(with = "hex_members")]
    pub cohort: Cohort,
}

/// A threshold for lists of a length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// The candidates in a list.
    pub candidates: usize,
    /// The share of strangers' faces that get a name.
    pub fp: f64,
    /// Where that share lies with 95 % confidence, as far as the data of the fit can tell.
    pub interval: [f64; 2],
    /// The score from which a face gets a name.
    pub threshold: f32,
    /// The share of candidates' faces that got their name, on the data of the fit.
    pub tp: f64,
    /// How many independent strangers' faces (each of another person, against another list) would measure `fp` as well as the
    /// data of the fit do.
    pub strangers: usize,
}

/// `1 / (1 + exp(−(slope · score + offset)))`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// How steeply the probability rises.
    pub slope: f64,
    /// Its logit at score 0.
    pub offset: f64,
}

impl Logistic {
    /// The probability at a score, 0…1.
    pub fn probability(&self, score: f64) -> f64 {
        1.0 / (1.0 + (-(self.slope * score + self.offset)).exp())
    }
}

impl Calibration {
    /// Reads the text that [`write`](Self::write) made.
    ///
    /// # Errors
    /// [`Error::Calibration`] for anything else.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = |reason: String| Error::Calibration { reason };
        let read: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if read.cohort.space() != read.space {
            return Err(Error::SpaceMismatch { left: read.space, right: read.cohort.space() });
        }
        let sane = |point: &OperatingPoint| {
            point.candidates > 0 && (0.0..1.0).contains(&point.fp) && (-2.0..=2.0).contains(&point.threshold)
        };
        if !read.points.iter().all(sane) || !(0.0..=2.0).contains(&read.margin) {
            return Err(wrong("a number in it is out of range".into()));
        }
        Ok(read)
    }

    /// The calibration as TOML.
    ///
    /// # Errors
    /// [`Error::Internal`] if it cannot be written, which would be a defect.
    pub fn write(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::Internal { reason: error.to_string() })
    }

    /// A matcher that keeps the rate of false positives `fp` against lists of up to `candidates` people.
    ///
    /// The threshold is that of the next longer list that was fitted, and on top of it the crowding around the face, by the cohort:
    /// the more strangers resemble it, the more is required. Each candidate counts as the mean of the embeddings.
    ///
    /// # Errors
    /// [`Error::Calibration`] if nothing was fitted for `fp` or for lists as long.
    pub fn matcher(&self, fp: f64, candidates: usize) -> Result<Matcher> {
        let fits = |point: &&OperatingPoint| (point.fp / fp - 1.0).abs() < 1e-6 && point.candidates >= candidates;
        let point = self.points.iter().filter(fits).min_by_key(|point| point.candidates).ok_or_else(|| {
            let known: Vec<_> =
                self.points.iter().map(|point| format!("{} for {}", point.fp, point.candidates)).collect();
            let reason = format!(
                "no threshold for a rate of {fp} among {candidates} candidates; there are {}",
                known.join(", ")
            );
            Error::Calibration { reason }
        })?;
        Matcher::with_cohort(Arc::new(self.cohort.clone()), point.threshold, self.margin)
    }
}

/// A cohort as hex digits of its members' encodings.
mod hex_members {
    use super::*;

    pub(super) fn serialize<S: Serializer>(cohort: &Cohort, serializer: S) -> Result<S::Ok, S::Error> {
        let hex = |member: &Embedding| {
            member.encode(Encoding::F16).iter().fold(String::new(), |mut text, byte| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
        };
        serializer.collect_seq(cohort.members().iter().map(hex))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cohort, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let bytes = |text: &str| -> Option<Vec<u8>> {
            let digits = text.as_bytes();
            let pairs = digits.as_chunks::<2>();
            let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
            if pairs.1.is_empty() { pairs.0.iter().map(byte).collect() } else { None }
        };
        let member = |text: &String| {
            let bytes = bytes(text).ok_or_else(|| Error::Calibration { reason: "cohort: not hex digits".into() })?;
            Embedding::decode(&bytes)
        };
        let members = texts.iter().map(member).collect::<Result<Vec<_>>>();
        members.and_then(Cohort::new).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Candidate, Outcome};

    const SPACE: SpaceId = SpaceId([5; 8]);

    fn face(values: [f32; 3]) -> Embedding {
        Embedding::new(SPACE, values.to_vec()).unwrap()
    }

    fn calibration() -> Calibration {
        let point = |candidates, fp, threshold| OperatingPoint {
            candidates,
            fp,
            interval: [fp / 2.0, fp * 2.0],
            threshold,
            tp: 0.9,
            strangers: 5_000,
        };
        Calibration {
            space: SPACE,
            photos: 5,
            people: 100,
            margin: 0.0,
            probability: Logistic { slope: 10.0, offset: -1.0 },
            points: vec![point(10, 1e-3, 0.2), point(100, 1e-3, 0.3), point(10, 1e-2, 0.1)],
            unsupported: vec!["a rate of 0.0001".into()],
            cohort: Cohort::new(vec![face([0.0, 1.0, 0.0])]).unwrap(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let text = calibration().write().unwrap();
        assert!(text.contains("space = \"0505050505050505\""), "{text}");
        assert_eq!(Calibration::read(&text).unwrap(), calibration());
    }

    #[test]
    fn what_is_no_calibration_is_an_error() {
        let text = calibration().write().unwrap();
        for (from, to) in [
            ("0505050505050505", "0505050505050506"),
            ("margin = 0.0", "margin = nan"),
            ("[\"46", "[\"4"),
            ("threshold = 0.2", "threshold = 9.0"),
        ] {
            assert_ne!(text.replacen(from, to, 1), text, "{from}");
            assert!(Calibration::read(&text.replacen(from, to, 1)).is_err(), "{from}");
        }
        assert_eq!(Calibration::read("").unwrap_err().code(), "calibration");
    }

    #[test]
    fn the_next_longer_list_counts() {
        let calibration = calibration();
        // The face has nothing in common with the cohort, so the threshold stands alone.
        let alone = [face([1.0, 0.0, 0.0])];
        let threshold =
            |fp, candidates| Ok(calibration.matcher(fp, candidates)?.decide(&alone, &[])?.remove(0).threshold);
        assert_eq!(threshold(1e-3, 1), Ok::<_, Error>(0.2));
        assert_eq!(threshold(1e-3, 11), Ok(0.3));
        assert_eq!(threshold(1e-2, 10), Ok(0.1));
        for (fp, candidates) in [(1e-2, 11), (1e-3, 101), (1e-4, 1), (f64::NAN, 1)] {
            assert_eq!(threshold(fp, candidates).unwrap_err().code(), "calibration");
        }
    }

    #[test]
    fn a_crowded_face_needs_more() {
        let calibration = calibration();
        let people =
            [Candidate { person: "A".into(), embeddings: vec![face([1.0, 0.2, 0.0]), face([1.0, -0.2, 0.0])] }];
        let decide =
            |values| calibration.matcher(1e-3, 10).unwrap().decide(&[face(values)], &people).unwrap().remove(0);
        // Both have the cosine 0.6 to A's mean; strangers resemble the second.
        let (lonely, crowded) = (decide([0.6, 0.0, 0.8]), decide([0.6, 0.8, 0.0]));
        assert!(matches!(lonely.outcome, Outcome::Match { .. }));
        assert!((lonely.threshold - 0.2).abs() < 1e-3 && (crowded.threshold - 1.0).abs() < 1e-3);
        assert!(matches!(crowded.outcome, Outcome::NoMatch { .. }));
        let foreign = Embedding::new(SpaceId([6; 8]), vec![1.0, 0.0, 0.0]).unwrap();
        let refused = calibration.matcher(1e-3, 1).unwrap().decide(&[foreign], &[]).unwrap_err();
        assert_eq!(refused.code(), "space-mismatch");
    }

    #[test]
    fn the_probability_is_logistic() {
        let logistic = calibration().probability;
        assert_eq!(logistic.probability(0.1), 0.5);
        assert!(logistic.probability(0.5) > 0.98 && logistic.probability(-0.5) < 0.01);
    }
}
