//! The budget: work per second of video.

use std::time::Duration;

/// An account of work: each second of video pays in, each look is taken out. Saved up for a second at most; a look may overdraw it.
#[derive(Debug)]
pub(super) struct Spending {
    /// Seconds of work a second of video; `None` is no bound.
    rate: Option<f64>,
    saved: f64,
}

impl Spending {
    pub(super) fn new(budget: Option<Duration>) -> Self {
        Self { rate: budget.map(|budget| budget.as_secs_f64()), saved: 0.0 }
    }

    pub(super) fn earn(&mut self, passed: Duration) {
        if let Some(rate) = self.rate {
            self.saved = (self.saved + rate * passed.as_secs_f64()).min(rate);
        }
    }

    pub(super) fn pay(&mut self, work: Duration) {
        if self.rate.is_some() {
            self.saved -= work.as_secs_f64();
        }
    }

    pub(super) fn in_debt(&self) -> bool {
        self.rate.is_some() && self.saved < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_long_run_no_more_is_spent_than_earned() {
        let ms = Duration::from_millis;
        let mut spending = Spending::new(Some(ms(100)));
        let mut spent = Duration::ZERO;
        for _ in 0..25 * 60 {
            spending.earn(ms(40));
            if !spending.in_debt() {
                spending.pay(ms(17));
                spent += ms(17);
            }
        }
        assert!((spent.as_secs_f64() / 6.0 - 1.0).abs() < 0.02, "{spent:?}");
    }

    #[test]
    fn a_second_is_saved_at_most_and_no_budget_is_no_debt() {
        let mut spending = Spending::new(Some(Duration::from_millis(100)));
        spending.earn(Duration::from_secs(3600));
        spending.pay(Duration::from_millis(101));
        assert!(spending.in_debt());
        let mut unbounded = Spending::new(None);
        unbounded.pay(Duration::from_secs(3600));
        assert!(!unbounded.in_debt());
    }
}
