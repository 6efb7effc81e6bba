//! Sex from names: a logistic regression on letter groups. `models/train_names.py` trained it, on MIT-licensed lists.

use std::sync::OnceLock;

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// A woman's name.
    Female,
    /// A man's name.
    Male,
}

/// The sex that a name points to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SexEstimate {
    /// The sex; `None` if the name does not tell, as Sasha's or Andrea's.
    pub sex: Option<Sex>,
    /// Probability of a woman, 0…1; 0.5 where nothing is known.
    pub female: f32,
}

impl SexEstimate {
    /// The probability of a woman where the name tells: what [`Owner::female`](crate::profile::Owner::female) takes.
    pub fn told(&self) -> Option<f32> {
        self.sex.map(|_| self.female)
    }

    /// The probability of the likelier sex, 0.5…1.
    pub fn confidence(&self) -> f32 {
        self.female.max(1.0 - self.female)
    }
}

/// Below this probability the name does not tell.
const SURE: f32 = 0.85;
/// Longer names are cut: no name needs more.
const LETTERS: usize = 40;

/// The sex from first name (a patronymic may follow it) and last name, in Latin or Cyrillic letters; either may be empty. Names of no letters, in other
/// scripts, or that both sexes bear, give no sex.
///
/// ```
/// # use facecore::social::{Sex, sex_from_name};
/// assert_eq!(sex_from_name("Анна", "Каренина").sex, Some(Sex::Female));
/// assert_eq!(sex_from_name("Саша", "Иванов").sex, Some(Sex::Male)); // the ending tells
/// assert_eq!(sex_from_name("John", "").sex, Some(Sex::Male));
/// assert_eq!(sex_from_name("", "").female, 0.5);
/// ```
///
/// [`sex_from_full_name`] takes a name in one piece.
pub fn sex_from_name(first: &str, last: &str) -> SexEstimate {
    let unknown = SexEstimate { sex: None, female: 0.5 };
    let model = model();
    let mut slots = Vec::new();
    for (at, word) in first.split_whitespace().map(fold).filter(|word| !word.is_empty()).take(4).enumerate() {
        groups(&word, if at == 0 { 'f' } else { 'm' }, at > 0, model.slots, &mut slots);
    }
    let last = fold(last);
    if !last.is_empty() {
        groups(&last, 'l', true, model.slots, &mut slots);
    }
    slots.sort_unstable();
    slots.dedup();
    if slots.is_empty() || model.weights.is_empty() {
        return unknown;
    }
    let sum: i32 = slots.iter().map(|&slot| i32::from(model.weights[slot] as i8)).sum();
    let female = 1.0 / (1.0 + (-(model.bias + model.scale * sum as f32)).exp());
    let sex = match female {
        _ if female >= SURE => Some(Sex::Female),
        _ if female <= 1.0 - SURE => Some(Sex::Male),
        _ => None,
    };
    SexEstimate { sex, female }
}

/// [`sex_from_name`] of a name in one piece: its last word is the last name, unless it is the only one.
///
/// ```
/// # use facecore::social::{sex_from_full_name, sex_from_name};
/// assert_eq!(sex_from_full_name("Anna Maria Petrova"), sex_from_name("Anna Maria", "Petrova"));
/// assert_eq!(sex_from_full_name("Anna"), sex_from_name("Anna", ""));
/// ```
pub fn sex_from_full_name(name: &str) -> SexEstimate {
    let name = name.trim();
    let (first, last) = name.rsplit_once(char::is_whitespace).unwrap_or((name, ""));
    sex_from_name(first, last)
}

/// Lower case, without accents and without what is no Latin or Cyrillic letter.
fn fold(word: &str) -> String {
    let letters = word.chars().flat_map(char::to_lowercase).map(plain);
    letters.filter(|letter| letter.is_ascii_lowercase() || ('а'..='џ').contains(letter)).take(LETTERS).collect()
}

/// The letter below an accent.
fn plain(letter: char) -> char {
    const ACCENTS: [(&str, char); 20] = [
        ("àáâãäåāăąǎ", 'a'),
        ("çćĉċč", 'c'),
        ("ďđ", 'd'),
        ("èéêëēĕėęě", 'e'),
        ("ĝğġģǧ", 'g'),
        ("ĥ", 'h'),
        ("ìíîïĩīĭįǐ", 'i'),
        ("ĵ", 'j'),
        ("ķ", 'k'),
        ("ĺļľł", 'l'),
        ("ñńņňǹ", 'n'),
        ("òóôõöōŏőøǒ", 'o'),
        ("ŕŗř", 'r'),
        ("śŝşšș", 's'),
        ("ţťț", 't'),
        ("ùúûüũūŭůűųǔ", 'u'),
        ("ŵ", 'w'),
        ("ýÿŷ", 'y'),
        ("źżž", 'z'),
        ("ё", 'е'),
    ];
    ACCENTS.iter().find(|(accented, _)| accented.contains(letter)).map_or(letter, |(_, base)| *base)
}

/// The slots of a word's letter groups; of patronymics and last names the endings alone.
fn groups(word: &str, tag: char, ends_only: bool, slots: usize, onto: &mut Vec<usize>) {
    let letters: Vec<char> = std::iter::once('^').chain(word.chars()).chain(['$']).collect();
    let mut add = |group: &[char]| onto.push(slot(tag, group, slots));
    if ends_only {
        (2..=letters.len().min(6)).for_each(|length| add(&letters[letters.len() - length..]));
        return;
    }
    for length in 2..=letters.len().min(5) {
        letters.windows(length).for_each(&mut add);
    }
    add(&letters);
}

/// FNV-1a, folded.
fn slot(tag: char, group: &[char], slots: usize) -> usize {
    let mut hash = 2_166_136_261u32;
    let mut buffer = [0; 4];
    for letter in std::iter::once(&tag).chain(group) {
        for &byte in letter.encode_utf8(&mut buffer).as_bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
        }
    }
    (hash ^ (hash >> 15)) as usize % slots
}

struct Model {
    slots: usize,
    scale: f32,
    bias: f32,
    weights: &'static [u8],
}

fn model() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    // `FCNM`, version, number of slots, scale, bias, a signed byte a slot. A test reads it, so a broken file cannot be released.
    MODEL.get_or_init(|| {
        let bytes = include_bytes!("names.bin");
        let word = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        Model {
            slots: u32::from_le_bytes(word(8)) as usize,
            scale: f32::from_le_bytes(word(12)),
            bias: f32::from_le_bytes(word(16)),
            weights: &bytes[20..],
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Right, wrong and untold among names that training has not seen.
    fn held_out(text: &str) -> [usize; 3] {
        let mut counts = [0; 3];
        for line in text.lines().skip(1) {
            let cells: Vec<_> = line.split(',').collect();
            let women: f32 = cells[2].parse().unwrap();
            // Names that both sexes bear have no right answer.
            if (0.1..=0.9).contains(&women) {
                continue;
            }
            let place = match sex_from_name(cells[0], cells[1]).sex {
                None => 2,
                Some(sex) => usize::from((sex == Sex::Female) != (women > 0.5)),
            };
            counts[place] += 1;
        }
        counts
    }

    #[test]
    fn unseen_names_are_mostly_right_or_untold() {
        let [right, wrong, untold] = held_out(include_str!("../../../testdata/names/russian.csv"));
        println!("Russian: {right} right, {wrong} wrong, {untold} untold");
        assert!(right > 30 * wrong && untold * 5 < right);
        let [right, wrong, untold] = held_out(include_str!("../../../testdata/names/international.csv"));
        println!("international: {right} right, {wrong} wrong, {untold} untold");
        assert!(right > 8 * wrong && untold < right);
    }

    #[test]
    fn endings_and_spellings_agree() {
        for (first, last, sex) in [
            ("", "Смирнова", Sex::Female),
            ("", "Смирнов", Sex::Male),
            ("Никита", "", Sex::Male),
            ("Саша Петровна", "", Sex::Female),
            ("Sasha", "Ivanova", Sex::Female),
            ("MARÍA", "García", Sex::Female),
            ("Jean-Pierre", "", Sex::Male),
        ] {
            assert_eq!(sex_from_name(first, last).sex, Some(sex), "{first} {last}: {:?}", sex_from_name(first, last));
        }
        assert_eq!(sex_from_name("José", ""), sex_from_name("JOSE", ""));
    }

    #[test]
    fn what_is_no_name_tells_nothing() {
        for name in ["", " ", "123", "💐", "美玲"] {
            assert_eq!(sex_from_name(name, name), SexEstimate { sex: None, female: 0.5 });
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(first in ".{0,80}", last in ".{0,80}") {
            let estimate = sex_from_name(&first, &last);
            prop_assert!((0.0..=1.0).contains(&estimate.female) && estimate.confidence() >= 0.5);
        }
    }
}
