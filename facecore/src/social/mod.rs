//! What an account's friends and name say of its owner: a likely age, whether the stated age is false, the sex.
//!
//! - [`estimate_age`]: friends are mostly of one age; the rest are relatives, teachers and people who lie.
//! - [`judge_age`]: is the stated age the one of the friends?
//! - [`sex_from_name`]: letter groups of first name, patronymic and last name, weighed by a small model inside the crate.
//! - [`sample_accounts`]: accounts that hardly know each other, for a training set.
//!
//! Every answer has a confidence, and may be that nothing is known. May use: `error`. `profile` takes the results as
//! [`Owner::age`](crate::profile::Owner::age) and [`Owner::female`](crate::profile::Owner::female).

mod age;
mod names;
mod sample;

pub use age::{AgeEstimate, AgeVerdict, estimate_age, judge_age};
pub use names::{Sex, SexEstimate, sex_from_full_name, sex_from_name};
pub use sample::sample_accounts;
