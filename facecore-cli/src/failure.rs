//! What ends the whole command (exit code 2), unlike one broken photo.

use std::fmt;
use std::io;

pub type Result<T, E = Failure> = std::result::Result<T, E>;

#[derive(Debug)]
pub enum Failure {
    /// The library refused an option or a model.
    Core(facecore::Error),
    /// The output could not be written.
    Output(io::Error),
    /// Anything else, in words for the user.
    Other(String),
}

impl Failure {
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Core(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write the output: {error}"),
            Self::Other(message) => message.fmt(f),
        }
    }
}

impl From<facecore::Error> for Failure {
    fn from(error: facecore::Error) -> Self {
        Self::Core(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Other(message)
    }
}
