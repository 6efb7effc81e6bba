//! What the commands print: tables for people, JSON lines for machines, a progress bar while it takes long.

mod json;
mod table;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use facecore::index::Hit;
use facecore::{Embedding, Face, NonFaceVerdict, Verdict};
use indicatif::{ProgressBar, ProgressStyle};

pub use json::{ErrorRecord, MatchRecord, line as json_line};

use crate::failure::{Failure, Result};
use crate::photos::{PhotoError, Skipped};
use crate::shown;

/// What was found in a photo.
pub struct Found {
    pub width: u32,
    pub height: u32,
    pub complete: bool,
    /// Whether a part of the photo is lost.
    pub damaged: bool,
    pub faces: Vec<FoundFace>,
}

pub struct FoundFace {
    pub face: Face,
    /// Where embeddings were asked for.
    pub embedding: Option<facecore::Result<Embedding>>,
    /// Where names were asked for and the face has an embedding.
    pub verdict: Option<Verdict>,
    /// Where the users of a store were searched: those who are alike.
    pub users: Option<Vec<Hit>>,
    /// Where embeddings were asked for and a filter comes with the model.
    pub non_face: Option<NonFaceVerdict>,
}

impl FoundFace {
    /// A face of which no more is known.
    pub fn new(face: Face) -> Self {
        Self { face, embedding: None, verdict: None, users: None, non_face: None }
    }
}

/// Prints results as they come and keeps the failures for the end.
pub struct Report {
    json: bool,
    bar: ProgressBar,
    what: &'static str,
    total: usize,
    failures: Vec<String>,
    skipped: Skipped,
}

impl Report {
    /// A report about `total` photos.
    pub fn new(json: bool, total: usize) -> Self {
        Self {
            json,
            bar: bar(total, "photos"),
            what: "photos",
            total,
            failures: Vec::new(),
            skipped: Skipped::default(),
        }
    }

    /// A report about `total` clips; the bar goes along each of them.
    pub fn of_clips(json: bool, total: usize) -> Self {
        Self { what: "clips", bar: ProgressBar::hidden(), ..Self::new(json, total) }
    }

    /// A report about so many photos more.
    pub fn expect(&mut self, photos: usize) {
        self.total += photos;
        self.bar.finish_and_clear();
        self.bar = bar(photos, "photos");
    }

    /// Files of folders that were left out, told of at the end.
    pub fn skipped(&mut self, skipped: Skipped) {
        self.skipped.add(skipped);
    }

    /// Prints the result of one photo.
    pub fn photo(&mut self, path: &Path, outcome: Result<Found, PhotoError>) -> Result<()> {
        let text = match &outcome {
            Ok(found) if self.json => json::photo(path, found),
            Ok(found) => table::photo(path, found),
            Err(_) => String::new(),
        };
        self.print(&text)?;
        self.done(path, outcome.map(drop))
    }

    /// Prints `text`, clear of the bar.
    pub fn print(&self, text: &str) -> Result<()> {
        Ok(self.bar.suspend(|| io::stdout().write_all(text.as_bytes()))?)
    }

    /// Counts a photo as done. Why it failed is said at once in JSON, and in words at the end.
    ///
    /// An option outside its range fails every photo alike and ends the command.
    pub fn done(&mut self, path: &Path, outcome: Result<(), PhotoError>) -> Result<()> {
        match outcome {
            Err(PhotoError::Core(error @ facecore::Error::Option { .. })) => {
                return Err(Failure::Core(error));
            }
            Err(error) => {
                if self.json {
                    self.print(&json::failure(path, &error))?;
                }
                self.failures.push(format!("{}: {error}", shown::path(path)));
            }
            Ok(()) => {}
        }
        self.bar.inc(1);
        Ok(())
    }

    pub fn warn(&self, warning: &str) {
        self.bar.suspend(|| tell(&format!("warning: {warning}")));
    }

    /// Says what was skipped and lists the failures. Exit code: 0 without failures, 1 with some, 2 if every photo failed.
    pub fn finish(self) -> ExitCode {
        self.bar.finish_and_clear();
        if !self.skipped.is_empty() {
            tell(&self.skipped.to_string());
        }
        if self.failures.is_empty() {
            return ExitCode::SUCCESS;
        }
        tell(&format!("{} of {} {} failed:", self.failures.len(), self.total, self.what));
        for failure in &self.failures {
            tell(&format!("  {failure}"));
        }
        ExitCode::from(if self.failures.len() < self.total { 1 } else { 2 })
    }
}

/// A bar over so many photos, accounts.
pub fn bar(count: usize, what: &str) -> ProgressBar {
    /// With fewer a bar is gone before it is read.
    const MANY: usize = 10;
    // indicatif draws on stderr, and only on a terminal.
    let bar = if count < MANY { ProgressBar::hidden() } else { ProgressBar::new(count as u64) };
    let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {what}, {{eta}} left"));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Writes a line to stderr; where that is closed there is nobody to tell.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{}", shown::lines(line));
}
