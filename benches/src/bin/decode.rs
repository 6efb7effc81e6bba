//! `decode [--keep-damaged] FILE`: a photo as the library reads it, as PPM on stdout; for `testdata/foreign.py`.
//!
//! On stderr `damaged` if it is, or, with exit code 1, the error's code and text.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use facecore::{Damage, Limits, Photo};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut limits = Limits::default();
    let mut file = None;
    for argument in env::args_os().skip(1) {
        if argument == "--keep-damaged" {
            limits.damage = Damage::Keep;
        } else {
            file = Some(argument);
        }
    }
    let bytes = fs::read(file.ok_or("usage: decode [--keep-damaged] FILE")?)?;
    let photo = match Photo::decode(&bytes, &limits) {
        Ok(photo) => photo,
        Err(error) => {
            eprintln!("{}: {error}", error.code());
            return Ok(ExitCode::FAILURE);
        }
    };
    if photo.is_damaged() {
        eprintln!("damaged");
    }
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "P6\n{} {}\n255", photo.width(), photo.height())?;
    for y in 0..photo.height() {
        out.write_all(photo.row(y))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
