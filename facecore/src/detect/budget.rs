//! How much work a photo may cost, and what that left out.

use std::time::{Duration, Instant};

/// Bounds of the work on one photo; 0 or `None` means no bound.
///
/// The largest faces come first: MTCNN takes the scales of its pyramid from the coarsest on and candidates by their score, YuNet the
/// shrunken photo before the whole one.
///
/// ```
/// use std::time::Duration;
/// use facecore::{Budget, DetectOptions};
/// let quick = DetectOptions { budget: Budget::within(Duration::from_millis(150)), ..DetectOptions::default() };
/// assert_eq!(quick.budget.max_candidates, Budget::default().max_candidates);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Most pixels that the first network sees, all scales together. Scales that do not fit are left out whole.
    pub max_pixels: u64,
    /// MTCNN only: how many of P-Net's candidates R-Net may look at in vain; 200 by default, as in the article. Candidates that R-Net passes, and
    /// those that overlap them, do not count: so a hostile photo is bounded, while a crowd, whose candidates are faces, is hardly cut. Three more
    /// bounds are multiples of this number: only the best candidates, ten times as many, are considered at all; R-Net sees at most five times as
    /// many; and O-Net one and a half times as many, different faces first (in f32 down to 1.3 times, where R-Net had most to do).
    pub max_candidates: usize,
    /// Most faces returned, those with the best scores.
    pub max_faces: usize,
    /// Time after which detection stops, obeyed within 10 ms; what was found by then is returned. In MTCNN, P-Net stops after half of
    /// it and R-Net after three quarters, so that O-Net still has time to answer.
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

    /// The default with a deadline.
    pub fn within(deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }
}

/// What the budget left out; all zero where the photo was seen whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut {
    /// Scales of the photo that the first network did not see, or not to their end.
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
    fn zero_is_no_bound() {
        assert_eq!([within(5, 0), within(5, 3), within(5, 9)], [5, 3, 5]);
    }
}
