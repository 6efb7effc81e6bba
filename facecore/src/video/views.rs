//! Which views of a face are kept: the best ones, spread in time.

use std::time::Duration;

use crate::embed::FaceQuality;
use crate::geometry::BoundingBox;

/// A view must be so much better than one just before to take its place.
const BETTER: f32 = 1.15;
/// The first view is kept from this weight on, or whatever it is from the third detection on: better views may never come.
const GOOD: f32 = 0.3;
/// From the n-th view to the next pass n times so many seconds.
const APART: f32 = 0.15;

/// When a view was, and what it counts.
pub(super) type TimeAndWeight = (Duration, f32);

/// Where a view goes among those that a track keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is one more.
    New,
    /// It takes the place of this one.
    Instead(usize),
}

/// The least that a view counts.
const LEAST: f32 = 0.01;

/// What a view of a face counts that is at rest and not covered, above 0 to 1: how likely it is recognised, less for a head that is turned away and
/// for a face of few pixels.
pub(super) fn weight(quality: &FaceQuality) -> f32 {
    /// The side in pixels from which on more pixels add nothing.
    const FULL: f32 = 64.0;
    let weight = quality.value() * (1.0 - 0.7 * quality.yaw) * (quality.size / FULL).min(1.0);
    weight.clamp(LEAST, 1.0)
}

/// What is left of a weight where the face moves so many of its widths a second. A shutter is open for a part of each frame, and a face that moves
/// is smeared in a way that [`FaceQuality`] hardly sees.
pub(super) fn in_motion(weight: f32, speed: f32) -> f32 {
    /// The speed at which a view counts half.
    const HALF: f32 = 4.5;
    halved_at(HALF, weight, speed)
}

/// What is left of a weight where other faces hide this share of the face's box: what is in front becomes a part of the embedding.
pub(super) fn covered(weight: f32, share: f32) -> f32 {
    /// The share at which a view counts half. A head is larger than its face, so that more is hidden than the boxes say.
    const HALF: f32 = 0.15;
    halved_at(HALF, weight, share)
}

fn halved_at(half: f32, weight: f32, much: f32) -> f32 {
    (weight / (1.0 + (much / half).powi(2))).max(LEAST)
}

/// The share of a face's box that other faces hide: those that are larger, and so nearer.
pub(super) fn hidden<'a>(face: &BoundingBox, others: impl IntoIterator<Item = &'a BoundingBox>) -> f32 {
    let nearer = others.into_iter().filter(|other| other.area() > face.area());
    nearer.map(|other| face.intersection(other).area() / face.area()).fold(0.0, f32::max)
}

/// Whether this view is worth an embedding, beside those of its track, in order of time, and how often the track was found. It may be kept beside the
/// others if it is apart from the last one, and only instead of that one otherwise, since it shows nearly the same.
pub(super) fn place(kept: &[TimeAndWeight], found: u32, new: TimeAndWeight, most: usize) -> Option<Place> {
    let (at, weight) = new;
    let (Some(first), Some(last)) = (kept.first(), kept.last()) else {
        return (weight >= GOOD || found >= 3).then_some(Place::New);
    };
    let full = kept.len() >= most;
    let length = at.saturating_sub(first.0).as_secs_f32();
    let apart = if full { length / most as f32 } else { APART * kept.len() as f32 };
    if at.saturating_sub(last.0).as_secs_f32() < apart || most == 1 {
        return (weight > BETTER * last.1).then_some(Place::Instead(kept.len() - 1));
    }
    if !full {
        return Some(Place::New);
    }
    let worth = worth(&[kept, &[new]].concat());
    let rival = lowest(&worth[..kept.len()]);
    (worth[kept.len()] > worth[rival]).then_some(Place::Instead(rival))
}

/// Which of some views, in order of time, is missed least.
pub(super) fn least_missed(views: &[TimeAndWeight]) -> usize {
    lowest(&worth(views))
}

/// What each of some views, in order of time, adds to the others: its weight, times the time that would have no view without it.
fn worth(views: &[TimeAndWeight]) -> Vec<f32> {
    let gap = |at: usize| {
        let (before, after) = (views.get(at)?.0, views.get(at + 1)?.0);
        Some(after.saturating_sub(before).as_secs_f32())
    };
    let without = |at: usize| match (at.checked_sub(1).and_then(gap), gap(at)) {
        (Some(before), Some(after)) => before + after,
        (Some(only), None) | (None, Some(only)) => 2.0 * only,
        (None, None) => 1.0,
    };
    views.iter().enumerate().map(|(at, (_, weight))| weight * without(at)).collect()
}

fn lowest(worth: &[f32]) -> usize {
    worth.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARP: FaceQuality =
        FaceQuality { size: 100.0, sharpness: 0.5, brightness: 0.5, yaw: 0.0, roll: 0.0, score: 0.99 };

    fn views(of: &[(f32, f32)]) -> Vec<TimeAndWeight> {
        of.iter().map(|&(at, weight)| (Duration::from_secs_f32(at), weight)).collect()
    }

    /// Where a view at this time and of this weight goes among these.
    fn place_of(at: f32, weight: f32, kept: &[(f32, f32)], most: usize) -> Option<Place> {
        place(&views(kept), 9, (Duration::from_secs_f32(at), weight), most)
    }

    #[test]
    fn motion_and_what_is_in_front_take_from_a_weight() {
        let still = weight(&SHARP);
        assert!(still > 0.9 && in_motion(still, 0.0) == still && covered(still, 0.0) == still);
        assert_eq!([in_motion(still, 4.5), covered(still, 0.15)], [still / 2.0; 2]);
        for far in [f32::INFINITY, f32::NAN, 1e30] {
            assert_eq!([in_motion(still, far), covered(still, far)], [LEAST; 2]);
        }
    }

    #[test]
    fn only_a_larger_face_hides() {
        let face = BoundingBox::new(0.0, 0.0, 10.0, 10.0);
        let beside = |x: f32, side: f32| BoundingBox::new(x, 0.0, x + side, side);
        assert_eq!(hidden(&face, &[face, beside(5.0, 9.0), beside(20.0, 40.0)]), 0.0);
        assert_eq!(hidden(&face, &[beside(8.0, 12.0), beside(5.0, 12.0)]), 0.5);
        assert_eq!(hidden(&beside(3.0, 0.0), &[face]), 0.0);
    }

    #[test]
    fn a_first_view_is_good_or_the_best_that_there_is() {
        let now = Duration::from_secs(1);
        assert_eq!(place(&[], 1, (now, 0.2), 8), None);
        assert_eq!(place(&[], 1, (now, 0.4), 8), Some(Place::New));
        assert_eq!(place(&[], 3, (now, 0.2), 8), Some(Place::New));
    }

    #[test]
    fn the_first_views_come_soon_and_the_next_ones_later() {
        let one = [(0.0, 0.8)];
        assert_eq!(place_of(0.1, 0.8, &one, 8), None);
        assert_eq!(place_of(0.1, 0.95, &one, 8), Some(Place::Instead(0)));
        assert_eq!(place_of(0.2, 0.1, &one, 8), Some(Place::New));
        let two = [(0.0, 0.8), (0.2, 0.8)];
        assert_eq!(place_of(0.4, 0.8, &two, 8), None);
        assert_eq!(place_of(0.6, 0.8, &two, 8), Some(Place::New));
    }

    #[test]
    fn of_views_that_are_near_in_time_one_makes_room() {
        let crowded = [(0.0, 0.8), (4.0, 0.8), (4.1, 0.7), (8.0, 0.6)];
        assert_eq!(least_missed(&views(&crowded)), 2, "another shows nearly the same, and counts more");
        assert_eq!(place_of(9.0, 0.6, &crowded, 4), None, "it shows what the last one shows");
        assert_eq!(place_of(9.0, 0.8, &crowded, 4), Some(Place::Instead(3)), "it shows that better");
        assert_eq!(place_of(12.0, 0.6, &crowded, 4), Some(Place::Instead(2)));
        assert_eq!(place_of(12.0, 0.2, &crowded, 4), None, "it counts too little");
        assert_eq!(place_of(3.0, 0.5, &[(1.0, 0.5)], 1), None);
        assert_eq!(place_of(3.0, 0.8, &[(1.0, 0.5)], 1), Some(Place::Instead(0)));
    }

    #[test]
    fn a_long_track_ends_with_views_of_all_its_time() {
        let mut kept = Vec::new();
        let mut embedded = 0;
        for look in 0..500u16 {
            let at = f32::from(look) * 0.12;
            let Some(place) = place_of(at, 0.8, &kept, 8) else { continue };
            embedded += 1;
            if let Place::Instead(rival) = place {
                kept.remove(rival);
            }
            kept.push((at, 0.8));
        }
        let gaps: Vec<_> = kept.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        assert!(kept.len() == 8 && gaps.iter().all(|gap| (2.0..20.0).contains(gap)), "{kept:?}");
        assert!(embedded < 40, "{embedded} of 500 looks");
    }
}
