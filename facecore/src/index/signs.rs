//! Faces as signs, and how alike a query and a face are as far as the signs tell.
//!
//! A face's vector is turned by a fixed random rotation, and only the signs of its values are kept. The query is turned too, but keeps its
//! values. Added up, each with the face's sign, they give the product of the query with the corner of a cube that is nearest to the face; this
//! tells the cosine about twice as well as counting the signs that differ would (Gao and Long 2024, RaBitQ, section 3). Four signs make a
//! number from 0 to 15, so for each four the query is a table of sixteen sums, in which a processor looks up 16 to 64 faces at
//! once (André, Kermarrec and Le Scouarnec 2015, PQ Fast Scan).

use std::f32::consts::PI;

/// Faces whose signs lie together: the first four signs of all, then the next four; in each byte those of face i and of face i + 16.
pub(super) const GROUP: usize = 32;

/// The number of signs of a face with so many values.
pub(super) fn count(values: usize) -> usize {
    values.next_power_of_two().max(64)
}

/// The signs of a face, four in a number: bit i is set where value i of the turned face is not negative.
pub(super) fn fours(values: impl Iterator<Item = f32>, signs: usize) -> Vec<u8> {
    let four = |four: &[f32; 4]| (0..4).map(|at| u8::from(four[at] >= 0.0) << at).sum();
    turned(values, signs).as_chunks().0.iter().map(four).collect()
}

/// Puts the signs of the face at `place` among the groups' others.
pub(super) fn put(groups: &mut [u8], place: usize, fours: &[u8]) {
    let (group, byte, shift) = position(place, fours.len());
    for (bytes, four) in groups[group..].as_chunks_mut::<16>().0.iter_mut().zip(fours) {
        bytes[byte] = bytes[byte] & !(15 << shift) | four << shift;
    }
}

/// The signs that [`put`] put there, `count` fours.
pub(super) fn get(groups: &[u8], place: usize, count: usize) -> impl Iterator<Item = u8> {
    let (group, byte, shift) = position(place, count);
    groups[group..].as_chunks::<16>().0.iter().take(count).map(move |bytes| bytes[byte] >> shift & 15)
}

/// Where a face's group begins, its byte in each sixteen, and its bits in that.
fn position(place: usize, fours: usize) -> (usize, usize, usize) {
    (place / GROUP * fours * 16, place % 16, place % GROUP / 16 * 4)
}

/// A query, as a table of sums: what sixteen combinations of four signs are worth, for each four signs of a face.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub entries: Vec<[u8; 16]>,
    /// An entry is a sum of four values, plus what makes it positive, times this.
    scale: f32,
    /// All that was added to make entries positive.
    added: f32,
    /// Of the turned query.
    length: f32,
    signs: f32,
}

impl Table {
    pub(super) fn new(values: impl Iterator<Item = f32>, signs: usize) -> Self {
        let turned = turned(values, signs);
        let (fours, _) = turned.as_chunks::<4>();
        let most = |four: &[f32; 4]| four.iter().map(|value| value.abs()).sum::<f32>();
        let largest = fours.iter().map(most).fold(f32::MIN_POSITIVE, f32::max);
        let added = fours.iter().map(most).sum::<f32>().max(f32::MIN_POSITIVE);
        // No entry passes 255, nor all of them together, rounded up, what 16 bits hold.
        let room = f32::from(u16::MAX) - fours.len() as f32;
        let scale = (255.0 / (2.0 * largest)).min(room / (2.0 * added));
        let entries = fours.iter().map(|four| {
            std::array::from_fn(|signs| {
                let signed = |at: usize| if signs >> at & 1 == 1 { four[at] } else { -four[at] };
                let sum = signed(0) + signed(1) + signed(2) + signed(3) + most(four);
                (sum * scale).round() as u8
            })
        });
        let length = turned.iter().map(|value| value * value).sum::<f32>().sqrt();
        Self { entries: entries.collect(), scale, added, length, signs: signs as f32 }
    }

    /// The least sum of entries of a face with this cosine, but for one in 10,000. In random axes the product of a vector of length 1 with the
    /// nearest corner (±1, ±1, …) of another one is about normal: cosine · √(2 · signs / π) in the mean, with a deviation of √(1 − 2 / π).
    pub(super) fn least(&self, cosine: f32) -> u16 {
        let product = cosine * (2.0 * self.signs / PI).sqrt() - 3.8 * (1.0 - 2.0 / PI).sqrt();
        // Each entry was rounded.
        let rounding = 0.5 * self.entries.len() as f32;
        (self.scale * (product * self.length + self.added) - rounding).max(0.0) as u16
    }
}

/// Turned so that each axis has its share of all others, whatever their lengths were: twice random signs and a Hadamard transform (once would
/// leave axes alike in pairs where the lengths fade evenly). The same for all, and not scaled. Missing values are zeros.
fn turned(values: impl Iterator<Item = f32>, signs: usize) -> Vec<f32> {
    let mut turned: Vec<f32> = values.collect();
    turned.resize(signs, 0.0);
    for round in 0..2u64 {
        for (at, value) in (1u64..).zip(&mut turned) {
            if mixed(round << 32 | at) & 1 == 1 {
                *value = -*value;
            }
        }
        hadamard(&mut turned);
    }
    turned
}

fn hadamard(values: &mut [f32]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (left, right) = pair.split_at_mut(half);
            for (left, right) in left.iter_mut().zip(right) {
                (*left, *right) = (*left + *right, *left - *right);
            }
        }
        half *= 2;
    }
}

/// A counter's bits, mixed (Steele, Lea and Flood 2014, SplitMix64).
fn mixed(counter: u64) -> u64 {
    let mut bits = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn normal(random: &mut Random) -> f32 {
        (0..6).map(|_| random.uniform()).sum::<f32>() / 2.0f32.sqrt()
    }

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn turning_keeps_angles_and_evens_the_axes() {
        let fading: Vec<Vec<f32>> = (0..400)
            .map(|seed| {
                let mut random = Random::new(seed);
                (0..100).map(|at| normal(&mut random) * (-at as f32 / 45.0).exp()).collect()
            })
            .collect();
        let turned: Vec<Vec<f32>> = fading.iter().map(|values| turned(values.iter().copied(), 128)).collect();
        let scale = 1.0 / (128.0 * 128.0);
        for (plain, turned) in fading.windows(2).zip(turned.windows(2)) {
            assert!((dot(&turned[0], &turned[1]) * scale - dot(&plain[0], &plain[1])).abs() < 1e-4);
        }
        // No axis is much longer than others, and no two go together.
        let together = |a: usize, b: usize| turned.iter().map(|face| face[a] * face[b]).sum::<f32>();
        let mean = (0..128).map(|axis| together(axis, axis)).sum::<f32>() / 128.0;
        for a in 0..128 {
            assert!((0.4..1.9).contains(&(together(a, a) / mean)), "axis {a}");
            assert!((0..a).all(|b| together(a, b).abs() < 0.75 * mean), "axis {a}");
        }
    }

    #[test]
    fn signs_are_got_as_they_were_put() {
        let mut groups = vec![0xff; 3 * GROUP / 2 * 16];
        let signs = |place: usize| (0..16).map(|at| (at * 7 + place as u8 * 3) % 16).collect::<Vec<u8>>();
        (0..90).for_each(|place| put(&mut groups, place, &signs(place)));
        assert!((0..90).all(|place| get(&groups, place, 16).eq(signs(place))));
        assert!((90..96).all(|place| get(&groups, place, 16).all(|four| four == 15)), "others stay");
    }

    #[test]
    fn a_table_tells_the_product_and_its_least_sum_holds() {
        let mut random = Random::new(5);
        for values in [100, 128, 512, 2048] {
            let signs = count(values);
            let mut missed = 0;
            for _ in 0..300 {
                let query: Vec<f32> = (0..values).map(|_| normal(&mut random)).collect();
                let face: Vec<f32> = query.iter().map(|value| value + 0.9 * normal(&mut random)).collect();
                let cosine = dot(&query, &face) / (dot(&query, &query) * dot(&face, &face)).sqrt();
                let table = Table::new(query.iter().copied(), signs);
                let fours = fours(face.iter().copied(), signs);
                let sum: u32 =
                    table.entries.iter().zip(&fours).map(|(entry, &four)| u32::from(entry[usize::from(four)])).sum();
                let corner =
                    turned(face.iter().copied(), signs).into_iter().map(|value| if value >= 0.0 { 1.0 } else { -1.0 });
                let exact = dot(&turned(query.iter().copied(), signs), &corner.collect::<Vec<f32>>());
                assert!(
                    (sum as f32 / table.scale - table.added - exact).abs() <= 0.51 * fours.len() as f32 / table.scale
                );
                missed += usize::from(sum < table.least(cosine).into());
            }
            assert_eq!(missed, 0, "{values} values");
        }
        // Nothing to tell, and everything in one axis.
        Table::new([0.0; 8].into_iter(), 64);
        Table::new([f32::MAX / 1e5].into_iter(), 65_536);
    }
}
