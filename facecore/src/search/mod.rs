//! Searches that need store, index and matching together: named people in a file, stars in somebody's photos, who a stranger is, and
//! accounts that show one person.
//!
//! - [`People`]: named people with several faces each, as one file.
//! - [`StarFace`]: a star with whom the uploader is in a photo.
//! - [`who_is`]: a face among all who agreed to be found.
//! - [`CloneSearch`], [`report_clones`]: pairs of accounts of one person.
//!
//! May use `embed`, `error`, `index`, `matching`, `profile`, `space`, `store`.

mod clones;
mod level;
mod people;
mod profiles;
mod progress;
mod stars;
#[cfg(test)]
mod tests;
mod who;

pub use clones::{CloneSearch, report_clones};
pub use level::clone_level;
pub use people::People;
pub use profiles::{Indexed, index_profiles, is_current};
pub use stars::{StarFace, StarHit};
pub use who::who_is;
