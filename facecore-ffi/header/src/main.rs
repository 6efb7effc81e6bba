//! Prints `include/facecore.h`.

use std::path::Path;
use std::process::ExitCode;

use cbindgen::{Builder, Config};

fn main() -> ExitCode {
    let ffi = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // From lib.rs cbindgen finds the rooms by itself.
    let sources = ["../facecore-bridge/src/status.rs", "../facecore-bridge/src/numbers.rs", "src/lib.rs"];
    let sources = sources.map(|source| ffi.join(source));
    let header = Config::from_file(ffi.join("cbindgen.toml")).and_then(|config| {
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
