//! Prints `include/facecore.h`.

use std::path::Path;
use std::process::ExitCode;

use cbindgen::{Builder, Config};

fn main() -> ExitCode {
    let ffi = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sources = ["lib", "engine", "photo", "detect", "embed", "matching", "models"];
    let sources = sources.map(|room| ffi.join(format!("src/{room}.rs")));
    let bridge = ["status", "numbers"].map(|room| ffi.join(format!("../facecore-bridge/src/{room}.rs")));
    let header = Config::from_file(ffi.join("cbindgen.toml")).and_then(|config| {
        let builder = bridge.iter().chain(&sources).fold(Builder::new().with_config(config), Builder::with_src);
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
