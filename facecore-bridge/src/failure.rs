//! An error on its way to another language.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Status;

/// `Result` with a [`Failure`].
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// A status that is not [`Status::Ok`], and what to tell a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What kind of failure.
    pub status: Status,
    /// What was wrong with which input.
    pub message: String,
}

impl Failure {
    /// A failure at the border itself: NULL, a wrong size, an unknown number.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// The failure that a caught panic becomes.
    pub fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("without a message");
        Self::new(
            Status::Panic,
            format!("facecore panicked: {text}; the call failed, everything stays usable; please report it"),
        )
    }
}

impl From<facecore::Error> for Failure {
    fn from(error: facecore::Error) -> Self {
        Self::new(Status::of(error.code()), error.to_string())
    }
}

/// Runs a body that is called from another language, where no panic may go.
pub fn guard<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic leaves half done is dropped with the call: handles are shared by reference and hold no lock of ours.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_with_its_message() {
        let caught = guard(|| -> Result<()> { panic!("number {}", 7) }).unwrap_err();
        assert_eq!(caught.status, Status::Panic);
        assert!(caught.message.contains("number 7"), "{}", caught.message);
        assert_eq!(guard(|| Ok(3)), Ok(3));
    }

    #[test]
    fn a_core_error_keeps_its_words() {
        let failure = Failure::from(facecore::Error::NoEmbedder);
        assert_eq!((failure.status, failure.message), (Status::NoEmbedder, facecore::Error::NoEmbedder.to_string()));
    }
}
