//! How much work a photo may cost, and what that left out.

use std::time::{Duration, Instant};

use crate::geometry::BoundingBox;

/// Bounds of the work on one photo (R31, R32). A bound of 0 or `None` is none.
///
/// The largest faces come first: scales of the pyramid are taken from the coarsest on, candidates by their score.
///
/// ```
/// use std::time::Duration;
/// use facecore::{Budget, DetectOptions};
/// let quick = DetectOptions { budget: Budget::within(Duration::from_millis(150)), ..DetectOptions::default() };
/// assert_eq!(quick.budget.max_candidates, Budget::default().max_candidates);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Most pixels of the pyramid, all scales together, that P-Net sees. Scales that do not fit are left out whole.
    pub max_pixels: u64,
    /// Most candidates of P-Net that R-Net may reject, 200 by default. What R-Net passes does not count, nor what overlaps it: so
    /// a hostile photo is bounded, and a crowd, whose candidates are faces, is hardly cut. In all, R-Net sees at most five times as many, all
    /// among the best two thousand (ten times), and O-Net one and a half times as many, different faces first; in f32 fewer, down to 1.3
    /// times, where R-Net had most to do.
    pub max_candidates: usize,
    /// Most faces returned, those with the best scores.
    pub max_faces: usize,
    /// Time after which detection stops, obeyed within 10 ms; what was found until then is returned. P-Net stops at half of it
    /// and R-Net at three quarters, so that something comes out of O-Net.
    pub deadline: Option<Duration>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { max_candidates: 200, ..Self::UNBOUNDED }
    }
}

impl Budget {
    /// No bound at all.
    pub const UNBOUNDED: Self = Self { max_pixels: 0, max_candidates: 0, max_faces: 0, deadline: None };

    /// Most of P-Net's candidates that are looked at, the best: each is compared with the places of faces.
    pub(super) fn most_offered(&self) -> usize {
        if self.max_candidates == 0 { usize::MAX } else { self.max_candidates.saturating_mul(10) }
    }

    /// Most candidates that O-Net sees after R-Net has seen `seen`: about three for each face of a crowd of a hundred. One costs as
    /// much as five of R-Net's, and what both cost together is bounded as well; but not if they are `cheap`.
    pub(super) fn most_chosen(&self, seen: usize, cheap: bool) -> usize {
        let most = self.max_candidates.saturating_mul(3) / 2;
        let together = (self.max_candidates.saturating_mul(23) / 2).saturating_sub(seen) / 5;
        if cheap { most } else { most.min(together) }
    }

    /// The default with a deadline.
    pub fn within(deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }
}

/// What the budget left out; all zero where the photo was seen whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut {
    /// Scales of the pyramid that P-Net did not see, or not to their end.
    pub scales: usize,
    /// Candidates that R-Net or O-Net did not see.
    pub candidates: usize,
    /// Faces beyond `max_faces`.
    pub faces: usize,
    /// Whether it was the deadline that cut.
    pub deadline: bool,
}

impl Cut {
    /// The deadline left out so many candidates.
    pub(super) fn stop(&mut self, candidates: usize) {
        self.candidates += candidates;
        self.deadline = true;
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether two candidates may be of one face, whose candidates lie at several scales.
pub(super) fn same_place(a: &BoundingBox, b: &BoundingBox) -> bool {
    a.iou(b) >= 0.2
}

/// The bound on the candidates of one photo, as R-Net's answers draw on it.
pub(super) struct Allowance {
    bound: usize,
    /// Candidates that R-Net saw.
    pub seen: usize,
    rejected: usize,
    /// Boxes that R-Net passed, one for each place.
    places: Vec<BoundingBox>,
}

impl Allowance {
    const MOST_SEEN: usize = 5;

    pub(super) fn new(max_candidates: usize) -> Self {
        Self { bound: max_candidates, seen: 0, rejected: 0, places: Vec::new() }
    }

    /// Whether R-Net may see the candidate, after `pending` others that are not counted yet. The best candidates come first.
    pub(super) fn allows(&self, area: &BoundingBox, pending: usize) -> bool {
        self.bound == 0
            || self.seen + pending < self.bound.saturating_mul(Self::MOST_SEEN)
                && (self.rejected < self.bound || self.is_of_a_face(area))
    }

    /// Counts R-Net's answer.
    pub(super) fn count(&mut self, area: &BoundingBox, passed: bool) {
        if self.bound == 0 {
            return;
        }
        self.seen += 1;
        match passed {
            _ if self.is_of_a_face(area) => {}
            true => self.places.push(*area),
            false => self.rejected += 1,
        }
    }

    fn is_of_a_face(&self, area: &BoundingBox) -> bool {
        self.places.iter().any(|place| same_place(place, area))
    }
}

/// `bound` items at most, where 0 is no bound.
pub(super) fn within(items: usize, bound: usize) -> usize {
    if bound == 0 { items } else { items.min(bound) }
}

/// When a stage has to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct StopAt(Option<Instant>);

impl StopAt {
    /// `share` of the deadline after `start`; a deadline too far to be counted is none.
    pub(super) fn share(start: Instant, deadline: Option<Duration>, share: f64) -> Self {
        let wait = deadline.and_then(|deadline| Duration::try_from_secs_f64(deadline.as_secs_f64() * share).ok());
        Self(wait.and_then(|wait| start.checked_add(wait)))
    }

    pub(super) fn reached(&self) -> bool {
        self.0.is_some_and(|at| Instant::now() >= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_stops_at_its_share() {
        let start = Instant::now();
        assert!(StopAt::share(start, Some(Duration::ZERO), 0.5).reached());
        assert!(!StopAt::share(start, Some(Duration::from_secs(900)), 0.5).reached());
        for far in [None, Some(Duration::MAX)] {
            assert!(!StopAt::share(start, far, 1.0).reached());
        }
    }

    #[test]
    fn only_candidates_shown_in_vain_count() {
        let at = |x: u16| BoundingBox::new(f32::from(x), 0.0, f32::from(x) + 10.0, 10.0);
        let mut allowance = Allowance::new(2);
        let mut show =
            |x, passes| allowance.allows(&at(x), 0).then(|| allowance.count(&at(x), passes)).map(|()| passes);
        assert_eq!(
            [show(0, true), show(100, false), show(200, true), show(300, false)].map(|answer| answer.is_some()),
            [true; 4]
        );
        // Used up: a new place is not looked at, the places of faces still are.
        assert_eq!([show(400, true), show(1, false), show(202, true)], [None, Some(false), Some(true)]);
        // At most five times the bound is seen.
        assert_eq!((0..9).filter_map(|_| show(0, true)).count(), 10 - 6);
        let mut unbounded = Allowance::new(0);
        unbounded.count(&at(0), false);
        assert!(unbounded.allows(&at(100), 5_000));
    }

    #[test]
    fn the_more_r_net_saw_the_less_o_net_sees() {
        let most = |seen| Budget::default().most_chosen(seen, false);
        assert_eq!([0, 800, 900, 1_000].map(most), [300, 300, 280, 260]);
        assert_eq!(Budget::default().most_chosen(1_000, true), 300);
        assert_eq!(Budget::UNBOUNDED.most_chosen(0, false), 0);
    }

    #[test]
    fn zero_is_no_bound() {
        assert_eq!([within(5, 0), within(5, 3), within(5, 9)], [5, 3, 5]);
    }
}
