//! Prints `include/facecore.h`: what cbindgen makes of the sources, and the version of the workspace.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use cbindgen::{Builder, Config};

fn main() -> ExitCode {
    let ffi = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // From lib.rs cbindgen finds the rooms by itself.
    let sources = ["../facecore-bridge/src/status.rs", "../facecore-bridge/src/numbers.rs", "src/lib.rs"];
    let sources = sources.map(|source| ffi.join(source));
    let header = Config::from_file(ffi.join("cbindgen.toml")).and_then(|mut config| {
        config.after_includes = Some(version(&ffi.join("../Cargo.toml"))?);
        let builder = sources.iter().fold(Builder::new().with_config(config), Builder::with_src);
        builder.generate().map_err(|error| error.to_string())
    });
    match header {
        Ok(header) => header.write(std::io::stdout()),
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The version of the workspace as macros.
fn version(manifest: &Path) -> Result<String, String> {
    let manifest = fs::read_to_string(manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    let parts: Vec<&str> = version.unwrap_or_default().split('.').collect();
    let [major, minor, patch] = parts[..] else { return Err("Cargo.toml has no version of three numbers".into()) };
    Ok(format!(
        "
// The version of the header; `facecore_version` is the library's. A library works with headers of its own major and minor version.
#define FACECORE_VERSION_MAJOR {major}
#define FACECORE_VERSION_MINOR {minor}
#define FACECORE_VERSION_PATCH {patch}"
    ))
}
