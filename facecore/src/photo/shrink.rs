//! Shrinking by exact area average: each pixel of the result is the mean of the area that it covers, in which pixels covered in
//! part count in part.

use super::Pixels;

/// The sides that keep the shape and at most `max_pixels` pixels; `None` if the photo has no more than that, or if `max_pixels` is 0.
pub(super) fn target(width: u32, height: u32, max_pixels: u64) -> Option<(u32, u32)> {
    let pixels = u64::from(width) * u64::from(height);
    if max_pixels == 0 || pixels <= max_pixels {
        return None;
    }
    let factor = (max_pixels as f64 / pixels as f64).sqrt();
    let side = |length: u32| ((f64::from(length) * factor) as u32).max(1);
    // A side that had to stay 1 leaves less for the other one.
    let most = |other: u32| u32::try_from(max_pixels / u64::from(other)).unwrap_or(u32::MAX).max(1);
    let kept_height = side(height).min(most(side(width)));
    Some((side(width).min(most(kept_height)), kept_height))
}

/// Shrinks to `width` × `height`, neither larger than it was; exact in whole numbers, rounded once at the end.
pub(super) fn area_average(photo: &Pixels<'_>, width: u32, height: u32) -> Pixels<'static> {
    let columns: Vec<Span> = Span::all(photo.width, width).collect();
    let row_bytes = 3 * width as usize;
    let area = u64::from(photo.width) * u64::from(photo.height);
    let mut shrunk = Vec::with_capacity(row_bytes * height as usize);
    let mut row_sums = vec![0u64; row_bytes];
    let mut sums = vec![0u64; row_bytes];
    let mut summed = None;
    for rows in Span::all(photo.height, height) {
        sums.fill(0);
        for (y, weight) in rows.weights() {
            // The row on the border of two kept rows is summed once for both.
            if summed.replace(y) != Some(y) {
                sum_columns(photo.row(y), &columns, &mut row_sums);
            }
            for (sum, row_sum) in sums.iter_mut().zip(&row_sums) {
                *sum += weight * row_sum;
            }
        }
        shrunk.extend(sums.iter().map(|sum| ((sum + area / 2) / area) as u8));
    }
    Pixels::packed(shrunk, width, height)
}

fn sum_columns(row: &[u8], columns: &[Span], sums: &mut [u64]) {
    let row = row.as_chunks::<3>().0;
    for (span, sums) in columns.iter().zip(sums.as_chunks_mut::<3>().0) {
        *sums = [0; 3];
        for (x, weight) in span.weights() {
            for (sum, &channel) in sums.iter_mut().zip(&row[x as usize]) {
                *sum += weight * u64::from(channel);
            }
        }
    }
}

/// The pixels `first..=last` of an axis that one kept pixel covers.
///
/// The axis is cut into `from × to` parts: a pixel is `to` of them long, a kept pixel `from`. So all weights are whole numbers.
struct Span {
    first: u32,
    last: u32,
    first_weight: u64,
    last_weight: u64,
    full_weight: u64,
}

impl Span {
    /// The spans of the `to` kept pixels on an axis of `from` ≥ `to` pixels.
    fn all(from: u32, to: u32) -> impl Iterator<Item = Self> {
        let (from, full_weight) = (u64::from(from), u64::from(to));
        (0..full_weight).map(move |i| {
            let (start, end) = (i * from, (i + 1) * from);
            let (first, last) = (start / full_weight, (end - 1) / full_weight);
            let first_weight = (end - start).min((first + 1) * full_weight - start);
            Self {
                first: first as u32,
                last: last as u32,
                first_weight,
                last_weight: end - last * full_weight,
                full_weight,
            }
        })
    }

    fn weights(&self) -> impl Iterator<Item = (u32, u64)> {
        let inner = self.first + 1..self.last;
        let last = (self.last > self.first).then_some((self.last, self.last_weight));
        std::iter::once((self.first, self.first_weight)).chain(inner.map(|at| (at, self.full_weight))).chain(last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grey(data: &[u8], width: u32) -> Pixels<'static> {
        Pixels::packed(data.iter().flat_map(|&grey| [grey; 3]).collect(), width, data.len() as u32 / width)
    }

    #[test]
    fn averages_whole_and_shared_pixels() {
        let halved = area_average(&grey(&[10, 20, 30, 40, 50, 60, 70, 80], 4), 2, 1);
        assert_eq!(halved.data.as_ref(), [35, 35, 35, 55, 55, 55]);
        // 3 → 2: (10 + 40/2) / 1.5 = 20, (40/2 + 90) / 1.5 = 73.3
        let shared = area_average(&grey(&[10, 40, 90], 3), 2, 1);
        assert_eq!(shared.data.as_ref(), [20, 20, 20, 73, 73, 73]);
    }

    #[test]
    fn keeps_photos_that_are_small_enough() {
        assert_eq!(target(10, 10, 0), None);
        assert_eq!(target(10, 10, 100), None);
        assert_eq!(target(4000, 3000, 3_000_000), Some((2000, 1500)));
        assert_eq!(target(3, 5000, 1000), Some((1, 1000)));
    }

    proptest! {
        #[test]
        fn the_target_keeps_its_promise(width in 1u32.., height in 1u32.., max_pixels in 1u64..) {
            if let Some((kept_width, kept_height)) = target(width, height, max_pixels) {
                prop_assert!((1..=width).contains(&kept_width) && (1..=height).contains(&kept_height));
                prop_assert!(u64::from(kept_width) * u64::from(kept_height) <= max_pixels);
            }
        }

        #[test]
        fn weights_cover_each_pixel_once(from in 1u32..200, to in 1u32..200) {
            prop_assume!(to <= from);
            let mut covered = vec![0; from as usize];
            for span in Span::all(from, to) {
                prop_assert_eq!(span.weights().map(|(_, weight)| weight).sum::<u64>(), u64::from(from));
                span.weights().for_each(|(at, weight)| covered[at as usize] += weight);
            }
            prop_assert!(covered.iter().all(|&weight| weight == u64::from(to)));
        }

        #[test]
        fn a_plain_photo_stays_plain(width in 1u32..50, height in 1u32..50, kept in (1u32..50, 1u32..50), level: u8) {
            let shrunk = area_average(&grey(&vec![level; (width * height) as usize], width), kept.0.min(width), kept.1.min(height));
            prop_assert!(shrunk.data.iter().all(|&channel| channel == level));
        }
    }
}
