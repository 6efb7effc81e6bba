//! The program `store`: what it refuses.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn without_profiles_there_is_nothing_to_measure() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty-store");
    for (second, advice) in [("--write-until-killed", "name one with profiles"), ("0", "give at least 1")] {
        let _ = fs::remove_dir_all(&folder);
        let output = Command::new(env!("CARGO_BIN_EXE_store")).arg(&folder).arg(second).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(advice) && !told.contains("panicked"), "{told}");
    }
}
