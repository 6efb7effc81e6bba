//! Manifests as people write them, and what is wrong with them.

use std::path::PathBuf;
use std::{env, fs, process};

use super::*;
use crate::error::Error;

const FILE: &[u8] = b"a network";
const ENTRY: &str = r#"
default = "ours"
[[model]]
id = "ours"
kind = "embedder"
files = [{ file = "ours.onnx", sha256 = "HASH" }]
crop = { points = [[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]], size = [112, 112] }
colour = "BGR"
normalisation = { mean = [104, 117, 123], deviation = 57 }
embedding = 16
licence = "MIT"
training_data = "none"
source = "ours"
"#;

/// A folder of models that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, manifest: &str) -> Self {
        let folder = env::temp_dir().join(format!("facecore-models-{}-{name}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("ours.onnx"), FILE).unwrap();
        fs::write(folder.join("manifest.toml"), manifest).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn entry() -> String {
    use sha2::{Digest, Sha256};
    let hash: String = Sha256::digest(FILE).iter().map(|byte| format!("{byte:02x}")).collect();
    ENTRY.replace("HASH", &hash)
}

fn reason(error: Error) -> String {
    match error {
        Error::Model { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn an_entry_says_what_the_network_is_fed() {
    let folder = Folder::with("read", &entry());
    let manifest = Manifest::open(&folder.0).unwrap();
    manifest.verify("ours").unwrap();
    let Preprocessing { crop, size, colour, normalisation } = manifest.models[0].preprocessing.unwrap();
    assert!(
        matches!(crop, Crop::Points { landmarks: DetectorKind::Mtcnn, fit: LandmarkFit::Crop, template } if template[0] == [38.3, 51.7])
    );
    assert_eq!((size, colour), ([112, 112], ColourOrder::Bgr));
    assert_eq!(normalisation, Normalisation::Fixed { mean: [104.0, 117.0, 123.0], deviation: [57.0; 3] });
}

#[test]
fn whatever_changes_an_embedding_changes_the_space() {
    let space = |manifest: &str| {
        let folder = Folder::with("space", manifest);
        let entry = Manifest::open(&folder.0).unwrap().models.remove(0);
        entry.derive_space(&entry.preprocessing.unwrap())
    };
    let changes = [
        ("38.3", "38.4"),
        ("], size", "], fit = \"photo\", size"),
        ("], size", "], landmarks = \"yunet\", size"),
        ("[112, 112]", "[112, 96]"),
        ("BGR", "RGB"),
        ("123", "124"),
        ("= 57", "= 58"),
    ];
    let mut spaces = vec![space(&entry())];
    for (from, to) in changes {
        let changed = entry().replace(from, to);
        assert_ne!(changed, entry(), "{from}");
        spaces.push(space(&changed));
    }
    let by_box = |line| if str::starts_with(line, "crop") { "crop = { box = 0.1, size = [112, 112] }" } else { line };
    spaces.push(space(&entry().lines().map(by_box).collect::<Vec<_>>().join("\n")));
    for (at, one) in spaces.iter().enumerate() {
        assert!(!spaces[..at].contains(one), "{at}");
    }
}

#[test]
fn another_file_or_space_is_refused() {
    let folder = Folder::with("other", &format!("{}space = \"0123456789abcdef\"\n", entry()));
    let refused = || reason(Manifest::open(&folder.0).unwrap().verify("ours").unwrap_err());
    let error = refused();
    assert!(error.contains("not 0123456789abcdef"), "{error}");
    fs::write(folder.0.join("ours.onnx"), b"another").unwrap();
    let error = refused();
    assert!(error.contains("SHA-256"), "{error}");
    fs::remove_file(folder.0.join("ours.onnx")).unwrap();
    let error = refused();
    assert!(error.contains("cannot read"), "{error}");
}

#[test]
fn what_is_wrong_is_said() {
    let cases = [
        ("size = [112, 112]", "size = [8, 112]", "16 to 1024"),
        ("size = [112, 112]", "box = 0.1, size = [112, 112]", "either `box`"),
        ("[38.3, 51.7]", "[nan, 51.7]", "not finite"),
        ("deviation = 57", "deviation = 0", "deviation of 0"),
        ("deviation = 57", "deviation = \"wide\"", "mean and deviation"),
        ("embedding = 16", "embedding = 0", "length of an embedder's"),
        ("colour = \"BGR\"\n", "", "needs `crop`, `colour`"),
        ("colour = \"BGR\"", "colour = \"YUV\"", "RGB"),
        ("], size", "], fit = \"middle\", size", "crop"),
        ("kind = \"embedder\"", "kind = \"recogniser\"", "embedder"),
        ("embedding = 16", "embeding = 16", "embeding"),
        ("default = \"ours\"", "default = \"theirs\"", "ours"),
    ];
    for (from, to, expected) in cases {
        let manifest = entry().replacen(from, to, 1);
        assert_ne!(manifest, entry(), "{from}");
        let folder = Folder::with("wrong", &manifest);
        let error = reason(Manifest::open(&folder.0).unwrap_err());
        assert!(error.contains(expected), "{to}: {error}");
    }
    let twice = format!(
        "{}{}",
        entry(),
        entry().split_once("[[model]]").map(|(_, model)| format!("[[model]]{model}")).unwrap()
    );
    let folder = Folder::with("twice", &twice);
    assert!(reason(Manifest::open(&folder.0).unwrap_err()).contains("one id"));
}
