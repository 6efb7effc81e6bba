//! How many of P-Net's candidates the later networks see: many on a hostile photo, all of a crowd's.

use crate::geometry::BoundingBox;

/// Most of P-Net's candidates that are looked at, the best: each is compared with the places of faces.
pub(super) fn most_offered(max_candidates: usize) -> usize {
    if max_candidates == 0 { usize::MAX } else { max_candidates.saturating_mul(10) }
}

/// Most candidates that O-Net sees after R-Net has seen `seen`: about three for each face of a crowd of a hundred. One costs as
/// much as five of R-Net's, and what both cost together is bounded as well; but not if they are `cheap`.
pub(super) fn most_chosen(max_candidates: usize, seen: usize, cheap: bool) -> usize {
    let most = max_candidates.saturating_mul(3) / 2;
    let together = (max_candidates.saturating_mul(23) / 2).saturating_sub(seen) / 5;
    if cheap { most } else { most.min(together) }
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let most = |seen| most_chosen(200, seen, false);
        assert_eq!([0, 800, 900, 1_000].map(most), [300, 300, 280, 260]);
        assert_eq!(most_chosen(200, 1_000, true), 300);
        assert_eq!(most_chosen(0, 0, false), 0);
    }
}
