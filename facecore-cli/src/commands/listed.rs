//! The photos of a list of accounts: read, and told of where they fail.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use facecore::{Limits, Photo};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::accounts::ListedPhoto;
use crate::failure::Result;
use crate::output::{self, json_line};
use crate::photos::{self, PhotoError};
use crate::shown;

/// Why a photo, a friend's profile, or the whole account could not be used.
pub struct Failure {
    /// The photo's id and file.
    pub photo: Option<(u64, PathBuf)>,
    pub code: &'static str,
    pub message: String,
}

impl Failure {
    pub fn of_photo(listed: &ListedPhoto, error: &PhotoError) -> Self {
        Self { photo: Some((listed.id, listed.file.clone())), code: error.code(), message: error.to_string() }
    }
}

/// Reads and decodes a photo, whose file is relative to `root`.
pub fn load(root: &Path, listed: &ListedPhoto, limits: &Limits) -> Result<Photo<'static>, PhotoError> {
    let path = root.join(&listed.file);
    // A pipe would be waited for, for ever.
    if !fs::metadata(&path).map_err(PhotoError::Read)?.is_file() {
        return Err(PhotoError::Read(io::Error::new(io::ErrorKind::InvalidInput, "this is no file")));
    }
    photos::load(&path, limits)
}

#[derive(Serialize)]
struct FailureRecord<'a> {
    account: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
    error: ErrorWords<'a>,
}

#[derive(Serialize)]
struct ErrorWords<'a> {
    code: &'a str,
    message: &'a str,
}

/// What is told while accounts are worked on.
pub struct Telling<'a> {
    pub bar: &'a ProgressBar,
    pub json: bool,
}

impl Telling<'_> {
    /// Says at once what failed: as JSON among the results, in words on stderr.
    pub fn failures(&self, account: u64, failures: &[Failure]) -> Result<()> {
        for Failure { photo, code, message } in failures {
            let (id, file) = photo.as_ref().map(|(id, file)| (*id, &**file)).unzip();
            if self.json {
                let record = FailureRecord { account, photo: id, file, error: ErrorWords { code, message } };
                self.bar.suspend(|| io::stdout().write_all(json_line(&record).as_bytes()))?;
                continue;
            }
            let photo = photo.as_ref().map(|(id, file)| format!(", photo {id} ({})", shown::path(file)));
            self.bar.suspend(|| output::tell(&format!("account {account}{}: {message}", photo.unwrap_or_default())));
        }
        Ok(())
    }
}
