//! Numbers that an option takes, with their ranges: what lies outside is wrong usage, told before anything is read.

use std::str::FromStr;

/// A cosine of two embeddings.
pub fn cosine(text: &str) -> Result<f32, String> {
    number(text, |value| (-1.0..=1.0).contains(value), "a number from -1 to 1")
}

/// The difference of two cosines.
pub fn lead(text: &str) -> Result<f32, String> {
    number(text, |value| (0.0..=2.0).contains(value), "a number from 0 to 2")
}

/// A share of false positives that is asked for.
pub fn rate(text: &str) -> Result<f64, String> {
    number(text, |&value| value > 0.0 && value < 1.0, "a number above 0 and below 1, such as 0.001")
}

/// A share of a whole.
pub fn share(text: &str) -> Result<f64, String> {
    number(text, |value| (0.0..=1.0).contains(value), "a number from 0 to 1")
}

/// The share of a crop that is not the face's box.
pub fn crop_margin(text: &str) -> Result<f64, String> {
    number(text, |value| (0.0..=0.9).contains(value), "a number from 0 to 0.9")
}

fn number<T: FromStr>(text: &str, is_allowed: impl Fn(&T) -> bool, allowed: &str) -> Result<T, String> {
    text.parse().ok().filter(is_allowed).ok_or_else(|| format!("not {allowed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_are_in_and_nonsense_is_not() {
        assert_eq!((cosine("-1"), cosine("1"), lead("0"), lead("2")), (Ok(-1.0), Ok(1.0), Ok(0.0), Ok(2.0)));
        assert_eq!((rate("1e-3"), crop_margin("0"), crop_margin("0.9")), (Ok(0.001), Ok(0.0), Ok(0.9)));
        for text in ["7", "-3", "NaN", "inf", "", "x"] {
            assert!(cosine(text).is_err() && lead(text).is_err() && rate(text).is_err() && crop_margin(text).is_err());
        }
        assert!(
            rate("0").is_err()
                && rate("1").is_err()
                && share("0").is_ok()
                && share("1").is_ok()
                && share("1.1").is_err()
        );
    }
}
