//! `facecore models`: what the manifest says, whether the files are the ones it names, how they come here, and what is fitted for them.

mod fetch;
mod fit;

use std::io::{self, Write};
use std::process::ExitCode;

use facecore::{Error, ModelEntry};
use serde::Serialize;

use crate::arguments::{Models, ModelsFolder};
use crate::failure::Result;
use crate::output::{ErrorRecord, json_line};

#[derive(Serialize)]
struct Check<'a> {
    id: &'a str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorRecord>,
}

pub fn run(command: &Models, json: bool) -> Result<ExitCode> {
    match command {
        Models::Verify(models) => verify(models, json),
        Models::List(models) => list(models, json),
        Models::Fit(arguments) => fit::run(arguments, json),
        Models::Fetch { to } => {
            fetch::fetch(to)?;
            verify(&ModelsFolder::of(to), json)
        }
    }
}

fn verify(models: &ModelsFolder, json: bool) -> Result<ExitCode> {
    let manifest = models.manifest()?;
    let mut code = ExitCode::SUCCESS;
    for ModelEntry { id, .. } in &manifest.models {
        let checked = manifest.verify(id);
        let text = match &checked {
            _ if json => {
                let error = checked.as_ref().err().map(ErrorRecord::from);
                json_line(&Check { id, ok: error.is_none(), error })
            }
            Ok(()) => format!("{id}: ok\n"),
            Err(Error::Model { reason, .. }) => format!("{id}: {reason}\n"),
            Err(error) => format!("{id}: {error}\n"),
        };
        if checked.is_err() {
            code = ExitCode::from(1);
        }
        io::stdout().write_all(text.as_bytes())?;
    }
    Ok(code)
}

fn list(models: &ModelsFolder, json: bool) -> Result<ExitCode> {
    let manifest = models.manifest()?;
    let text: String = manifest.models.iter().map(if json { json_line } else { describe }).collect();
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn describe(model: &ModelEntry) -> String {
    let ModelEntry { id, kind, licence, training_data, source, .. } = model;
    let numbers = match model.threshold {
        Some(threshold) => format!(", {} values, threshold {threshold}", model.embedding),
        None => String::new(),
    };
    format!("{id}: {kind}{numbers}\n  source    {source}\n  training  {training_data}\n  licence   {licence}\n")
}
