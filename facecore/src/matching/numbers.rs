//! All fitted numbers of a matcher for a space, in a small file.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::crowding::Crowding;
use super::thresholds::Thresholds;
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// The fitted numbers of a [`Matcher`](super::Matcher). They belong to one space, and hold nobody's face.
///
/// Those of this project's networks are [bundled](Self::bundled). For a network of your own, `facecore matching fit` makes the
/// file from labelled photos, and [`fit_matching`](crate::evaluate::fit_matching) the numbers from labelled embeddings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchingNumbers {
    /// The space for which they hold.
    pub space: SpaceId,
    /// How many people they were fitted on.
    pub people: usize,
    /// How far the nearest person must be ahead of the second, from 0 to 2.
    pub margin: f32,
    /// Which score is enough.
    pub thresholds: Thresholds,
    /// What is taken off a cosine.
    pub crowding: Crowding,
}

impl MatchingNumbers {
    /// The longest text that [`read`](Self::read) takes, in bytes.
    pub const MAX_TEXT: usize = 1 << 20;

    /// The numbers that come with this crate; `None` for a space that is not of its networks.
    ///
    /// ```
    /// # use facecore::MatchingNumbers;
    /// let space = "e37f9c1f75f50abd".parse()?; // facenet-ms1m-128
    /// assert!(MatchingNumbers::bundled(space).is_some());
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn bundled(space: SpaceId) -> Option<Arc<Self>> {
        const FILES: [&str; 4] = [
            include_str!("../../matching/facenet-ms1m-128.toml"),
            include_str!("../../matching/facenet-casia-512.toml"),
            include_str!("../../matching/sface.toml"),
            include_str!("../../matching/sface-yunet.toml"),
        ];
        static BUNDLED: LazyLock<Vec<Arc<MatchingNumbers>>> =
            LazyLock::new(|| FILES.iter().filter_map(|text| MatchingNumbers::read(text).ok()).map(Arc::new).collect());
        BUNDLED.iter().find(|numbers| numbers.space == space).cloned()
    }

    /// Reads the text that [`write`](Self::write) made, from any source: it is not trusted.
    ///
    /// # Errors
    /// [`Error::Calibration`] for anything else, or a number outside its range.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = |reason: String| Error::Calibration { reason };
        if text.len() > Self::MAX_TEXT {
            return Err(wrong(format!("{} bytes; at most {} are read", text.len(), Self::MAX_TEXT)));
        }
        let numbers: Self = toml::from_str(text).map_err(|error| wrong(error.message().to_owned()))?;
        numbers.thresholds.check()?;
        if !(0.0..=2.0).contains(&numbers.margin) {
            return Err(wrong(format!("its margin {} is not from 0 to 2", numbers.margin)));
        }
        Ok(numbers)
    }

    /// # Errors
    /// [`Error::SpaceMismatch`] for a face of another space.
    pub(super) fn check_space(&self, face: &Embedding) -> Result<()> {
        if face.space() == self.space {
            return Ok(());
        }
        Err(Error::SpaceMismatch { left: self.space, right: face.space() })
    }

    /// The numbers as TOML.
    ///
    /// # Errors
    /// [`Error::Internal`] if they cannot be written, which would be a defect.
    pub fn write(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::Internal { reason: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers() -> MatchingNumbers {
        MatchingNumbers {
            space: SpaceId([3; 8]),
            people: 100,
            margin: 0.0,
            thresholds: Thresholds { level: [0.1, 0.05, 0.02], photos: [0.03, -0.005] },
            crowding: Crowding::new(3, 1, 0.2, vec![0.1, -0.2]).unwrap(),
        }
    }

    #[test]
    fn what_is_bundled_is_sound() {
        for space in ["e37f9c1f75f50abd", "5e8e99d6f9fc842d", "f4a1b33997ed6505"] {
            let numbers = MatchingNumbers::bundled(space.parse().unwrap()).expect("numbers of the manifest's spaces");
            assert!(numbers.people > 1_000 && numbers.crowding.features() >= 256);
            assert_eq!(MatchingNumbers::read(&numbers.write().unwrap()).as_ref(), Ok(&*numbers));
        }
        assert!(MatchingNumbers::bundled(SpaceId([0; 8])).is_none());
    }

    #[test]
    fn what_is_written_is_read() {
        let text = numbers().write().unwrap();
        assert_eq!(MatchingNumbers::read(&text).unwrap(), numbers());
        for (from, to) in [
            ("0303030303030303", "03"),
            ("margin = 0.0", "margin = -0.1"),
            ("level = [0.1, 0.05, 0.02]", "level = [0.1, 0.05]"),
            ("level = [0.1, 0.05, 0.02]", "level = [0.1, 0.05, -0.2]"),
            ("len = 3", "len = 0"),
            ("seed = 1", "seed = -1"),
            ("weights = [", "weights = [nan, "),
            ("people", "persons"),
        ] {
            assert!(text.contains(from), "{from} in {text}");
            assert_eq!(MatchingNumbers::read(&text.replacen(from, to, 1)).unwrap_err().code(), "calibration", "{to}");
        }
        let long = format!("{text}#{}", "x".repeat(MatchingNumbers::MAX_TEXT));
        assert_eq!(MatchingNumbers::read(&long).unwrap_err().code(), "calibration");
    }

    proptest! {
        #[test]
        fn any_text_is_numbers_or_an_error(cut in 0usize..400, put in ".{0,9}") {
            let mut text = numbers().write().unwrap();
            let cut = (0..=cut.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap();
            text.insert_str(cut, &put);
            if let Ok(numbers) = MatchingNumbers::read(&text) {
                prop_assert!(numbers.thresholds.of(0.01, 100, 5).is_finite());
            }
        }
    }
}
