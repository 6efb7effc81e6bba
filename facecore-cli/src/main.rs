//! The `facecore` command: find, compare and name faces in photos.
//!
//! `arguments` says what can be asked for, `commands` answers, one file a command. They share `accounts` (a list of them), `photos` (find, load),
//! `ordered` (threads), `output` (tables and JSON), `draw` (pictures), `shown` (names as text) and `saving` (files, whole or
//! not at all); commands that measure share `labelled` (who is on which photo, and what networks see there).

#![allow(unreachable_pub, reason = "a program: nothing of it is reached from outside")]

mod accounts;
mod arguments;
mod commands;
mod draw;
mod failure;
mod labelled;
mod ordered;
mod output;
mod photos;
mod saving;
mod sheet;
mod shown;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::run(arguments::Arguments::parse()) {
        Ok(code) => code,
        // Whoever reads the output has seen enough.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            // Where stderr is closed there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "facecore: {}", shown::lines(&failure.to_string()));
            ExitCode::from(2)
        }
    }
}
