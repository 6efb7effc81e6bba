//! Lists of photo pairs as Labeled Faces in the Wild publishes them (`pairs.txt`).

use crate::error::{Error, Result};

/// One photo of a person, by the person's name and the photo's number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhotoRef {
    /// The name as it stands in the list, such as `Ada_Lovelace`.
    pub person: String,
    /// The number of the photo, from 1.
    pub number: u32,
}

impl PhotoRef {
    /// Where the photo lies in a folder of this layout, without the extension.
    ///
    /// ```
    /// # use facecore::evaluate::PhotoRef;
    /// let photo = PhotoRef { person: "Ada_Lovelace".into(), number: 4 };
    /// assert_eq!(photo.path(), "Ada_Lovelace/Ada_Lovelace_0004");
    /// ```
    pub fn path(&self) -> String {
        format!("{0}/{0}_{1:04}", self.person, self.number)
    }
}

/// Two photos to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The first photo.
    pub left: PhotoRef,
    /// The second photo.
    pub right: PhotoRef,
    /// Whether both show one person.
    pub same: bool,
    /// The fold of the pair, from 0.
    pub fold: usize,
}

/// A list of pairs in folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairList {
    /// The number of folds.
    pub folds: usize,
    /// The pairs in the order of the list.
    pub pairs: Vec<Pair>,
}

/// Reads a list of pairs.
///
/// The first line has the number of folds and the number of pairs of each kind in a fold. Each fold then has so many
/// lines `name number number` (one person) and as many `name number name number` (two people). Fields are separated
/// by white space; empty lines are skipped.
///
/// # Errors
/// [`Error::Evaluation`] with the number of the line that is not so, or if there are not as many pairs as the first
/// line says. A name that could lead out of the folder of the photos is refused.
///
/// ```
/// let list = facecore::evaluate::read_pairs("2 1\nAda 1 2\nAda 1 Eve 1\nEve 1 2\nEve 2 Ada 3\n")?;
/// assert_eq!((list.folds, list.pairs.len()), (2, 4));
/// assert!(list.pairs[2].same && list.pairs[2].fold == 1);
/// # Ok::<(), facecore::Error>(())
/// ```
pub fn read_pairs(text: &str) -> Result<PairList> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let (at, header) = lines.next().ok_or_else(|| wrong("the list of pairs is empty".into()))?;
    let (folds, each) =
        read_header(header).ok_or_else(|| in_line(at, "expected `folds pairs`, two numbers above 0"))?;
    let in_fold = each.checked_mul(2).ok_or_else(|| in_line(at, "too many pairs"))?;
    let expected = in_fold.checked_mul(folds).ok_or_else(|| in_line(at, "too many pairs"))?;
    let mut pairs = Vec::new();
    for (at, line) in lines {
        let place = pairs.len();
        if place == expected {
            return Err(in_line(at, &format!("the first line promises {expected} pairs, here is one more")));
        }
        let (left, right, same) = read_pair(line)
            .ok_or_else(|| in_line(at, "expected `name number number` or `name number other-name number`"))?;
        if same != (place % in_fold < each) {
            return Err(in_line(at, &format!("a fold has {each} pairs of one person, then {each} of two")));
        }
        pairs.push(Pair { left, right, same, fold: place / in_fold });
    }
    if pairs.len() < expected {
        return Err(wrong(format!("the first line promises {expected} pairs, the list has {}", pairs.len())));
    }
    Ok(PairList { folds, pairs })
}

fn read_header(line: &str) -> Option<(usize, usize)> {
    let mut fields = line.split_whitespace().map(|field| field.parse().ok().filter(|&number| number > 0));
    let header = (fields.next()??, fields.next()??);
    fields.next().is_none().then_some(header)
}

fn read_pair(line: &str) -> Option<(PhotoRef, PhotoRef, bool)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    match fields[..] {
        [person, one, two] => Some((photo(person, one)?, photo(person, two)?, true)),
        [person, one, other, two] if person != other => Some((photo(person, one)?, photo(other, two)?, false)),
        _ => None,
    }
}

fn photo(person: &str, number: &str) -> Option<PhotoRef> {
    let inside = !person.contains(['/', '\\', ':', '\0']) && person != "." && person != "..";
    let number = number.parse().ok().filter(|&number| number > 0)?;
    inside.then(|| PhotoRef { person: person.into(), number })
}

fn in_line(at: usize, reason: &str) -> Error {
    wrong(format!("line {at} of the list of pairs: {reason}"))
}

fn wrong(reason: String) -> Error {
    Error::Evaluation { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_follow_the_header() {
        let list = read_pairs("2\t1\r\nA\t1\t2\r\nA\t3\tB\t4\r\n\r\nB\t1\t2\r\nB\t1\tA\t1\r\n").unwrap();
        assert_eq!(list.folds, 2);
        assert_eq!(
            list.pairs.iter().map(|pair| (pair.fold, pair.same)).collect::<Vec<_>>(),
            [(0, true), (0, false), (1, true), (1, false)]
        );
        assert_eq!((list.pairs[1].left.path(), list.pairs[1].right.path()), ("A/A_0003".into(), "B/B_0004".into()));
    }

    #[test]
    fn an_error_names_its_line() {
        for (text, expected) in [
            ("", "is empty"),
            ("\n\n", "is empty"),
            ("10", "line 1 "),
            ("0 300", "line 1 "),
            ("1 1 1", "line 1 "),
            ("4 18446744073709551615", "line 1 "),
            ("9223372036854775808 1\n", "line 1 "),
            ("1 1\nA 1", "line 2 "),
            ("1 1\nA 1 x", "line 2 "),
            ("1 1\nA 1 0", "line 2 "),
            ("1 1\nA 1 -2", "line 2 "),
            ("1 1\nA 1 2\n\nA 1 A 2", "line 4 "),
            ("1 1\nA 1 2\nA 1 2", "line 3 "),
            ("1 1\nA 1 2\n../A 1 B 2", "line 3 "),
            ("1 1\nA 1 2\nA 1 B 1\nA 2 3", "line 4 "),
            ("1 1\nA 1 2", "promises 2 pairs, the list has 1"),
        ] {
            let error = read_pairs(text).unwrap_err();
            assert_eq!(error.code(), "evaluation");
            assert!(error.to_string().contains(expected), "{text:?}: {error}");
        }
    }
}
