//! What both bindings need around builds of profiles.

use std::sync::{Mutex, PoisonError};

use facecore::SpaceId;
use facecore::profile::{Builder, Settings};

use crate::{Failure, Result, Status};

/// The builder with the numbers that ship for a space. They ship for few spaces, and each gets one builder, which is never freed: sessions
/// borrow it.
pub fn builder(space: SpaceId) -> Result<&'static Builder> {
    static BUILDERS: Mutex<Vec<&'static Builder>> = Mutex::new(Vec::new());
    let mut builders = BUILDERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(builder) = builders.iter().find(|builder| builder.settings().space == space) {
        return Ok(builder);
    }
    let settings = Settings::for_space(space);
    let settings =
        settings.ok_or_else(|| Failure::new(Status::Option, format!("no profiles are fitted for space {space}")))?;
    let builder: &'static Builder = Box::leak(Box::new(Builder::new(settings)?));
    builders.push(builder);
    Ok(builder)
}

/// `None` for NaN, by which C and Java say that a number is not known.
pub fn known(value: f32) -> Option<f32> {
    (!value.is_nan()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_has_one_builder() {
        let space = "e37f9c1f75f50abd".parse().unwrap();
        assert!(std::ptr::eq(builder(space).unwrap(), builder(space).unwrap()));
        assert_eq!(builder(SpaceId([7; 8])).unwrap_err().status, Status::Option);
    }
}
