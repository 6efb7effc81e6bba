//! What ends the whole command (exit code 2), unlike one broken photo; and the library's errors in the command's words.

use std::fmt;
use std::io;

use facecore::Error;

pub type Result<T, E = Failure> = std::result::Result<T, E>;

#[derive(Debug)]
pub enum Failure {
    /// The library refused an option or a model.
    Core(Error),
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
            Self::Core(error) => explain(error).fmt(f),
            Self::Output(error) => write!(f, "cannot write the output: {error}"),
            Self::Other(message) => message.fmt(f),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
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

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::Other(message.into())
    }
}

/// The library's words, with the command's switches where it names its own options.
pub fn explain(error: &Error) -> String {
    match error {
        Error::Option { name, reason } => match switch(name) {
            Some(switch) => format!("{switch}: {reason}"),
            None => error.to_string(),
        },
        Error::Limit { what, actual, limit } => match limit_switch(what) {
            Some(switch) => format!("the {what} is {actual}, the limit is {limit}; {switch} raises it"),
            None => error.to_string(),
        },
        Error::Damaged { reason } => {
            format!("the photo is damaged: {reason}; with --damaged keep, what is whole of it is kept")
        }
        _ => error.to_string(),
    }
}

/// The switch that sets the library's option `name`.
fn switch(name: &str) -> Option<&'static str> {
    Some(match name {
        "margin" => "--lead",
        "crop_margin" => "--margin",
        "threshold" => "--threshold",
        "min_face" | "min_face_share" => "--min-face",
        "compute" => "--compute",
        "detector" => "--detector",
        "fp" => "--fp",
        "candidates" => "--candidates",
        "photos" => "--photos",
        "lists" => "--lists",
        _ => return None,
    })
}

/// The switch that raises the limit on `what`.
fn limit_switch(what: &str) -> Option<&'static str> {
    let is_about = |word: &str| what.contains("photo") && what.contains(word);
    if is_about("bytes") {
        Some("--max-bytes")
    } else if is_about("pixel") {
        Some("--max-pixels")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_what_the_user_typed() {
        let option = Error::Option { name: "margin", reason: "9 is not from 0 to 2".into() };
        assert_eq!(explain(&option), "--lead: 9 is not from 0 to 2");
        let limit = |what| Error::Limit { what, actual: 9, limit: 5 };
        assert_eq!(
            explain(&limit("photo pixel count")),
            "the photo pixel count is 9, the limit is 5; --max-pixels raises it"
        );
        assert!(explain(&limit("photo width in pixels")).contains("--max-pixels"));
        assert!(explain(&limit("photo size in bytes")).contains("--max-bytes"));
        // Nothing that a switch could raise.
        let faces = limit("number of faces to match");
        assert_eq!(explain(&faces), faces.to_string());
    }
}
