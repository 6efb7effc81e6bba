//! The table of `docs/languages.md` has every public name of each language, and no other.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

type Names = BTreeSet<String>;

/// The columns of the table after the room and what is done.
const LANGUAGES: [&str; 5] = ["Rust", "Command", "C", "C++", "Java"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder, not of those inside.
fn files(folder: &str) -> Vec<PathBuf> {
    fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The word at the beginning of a text.
fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

/// The cells of each row, by column.
fn table() -> Vec<Vec<String>> {
    let document = text("docs/languages.md");
    let rows = document.lines().filter(|line| line.starts_with('|')).map(|line| {
        let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        assert_eq!(cells.len(), 2 + LANGUAGES.len(), "cells of {line}");
        cells
    });
    let mut rows: Vec<_> = rows.collect();
    assert_eq!(rows[0][2..], LANGUAGES);
    rows.drain(..2);
    rows
}

/// What stands between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The names of a column. One that begins with an underscore goes on from the last one that does not.
fn in_table(language: &str) -> Names {
    let column = 2 + LANGUAGES.iter().position(|known| *known == language).unwrap();
    let mut names = Names::new();
    for row in table() {
        let mut kind = String::new();
        for name in quoted(&row[column]) {
            let full = if name.starts_with('_') { format!("{kind}{name}") } else { name.to_owned() };
            if !name.starts_with('_') {
                kind.clone_from(&full);
            }
            names.insert(full);
        }
    }
    names
}

#[track_caller]
fn same(language: &str, table: &Names, code: &Names) {
    let missing: Vec<_> = code.difference(table).collect();
    let unknown: Vec<_> = table.difference(code).collect();
    assert!(missing.is_empty(), "{language} has what docs/languages.md does not name: {missing:?}");
    assert!(unknown.is_empty(), "docs/languages.md names what {language} does not have: {unknown:?}");
    assert!(!code.is_empty());
}

/// The names that a file of a crate re-exports: `pub use room::{A, B};`.
fn exported(source: &str) -> Names {
    let mut names = Names::new();
    for statement in source.split("\npub use ").skip(1) {
        let statement = statement.split(';').next().unwrap();
        let list = statement
            .split_once('{')
            .map_or_else(|| statement.rsplit("::").next().unwrap(), |(_, list)| list.trim_end_matches('}'));
        names.extend(list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
    }
    names
}

/// What a file declares as public at its outermost level.
fn declared(source: &str) -> Names {
    let kinds = ["pub struct ", "pub enum ", "pub fn ", "pub trait ", "pub type "];
    let lines = source.lines().filter_map(|line| kinds.iter().find_map(|kind| line.strip_prefix(kind)));
    lines.map(|rest| word(rest).to_owned()).collect()
}

#[test]
fn rust() {
    let library = text("facecore/src/lib.rs");
    let mut code = exported(&library);
    let documented = library.replace("#[doc(hidden)]\npub mod", "");
    for room in documented.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let room = room.trim_end_matches(';');
        let source = text(format!("facecore/src/{room}/mod.rs"));
        let names = exported(&source).into_iter().chain(declared(&source));
        code.extend(names.map(|name| format!("{room}::{name}")));
    }
    same("Rust", &in_table("Rust"), &code);
}

#[test]
fn command() {
    let source = text("facecore-cli/src/arguments.rs");
    let commands = source.split("pub enum Command {").nth(1).unwrap().split("\n}").next().unwrap();
    let mut code = Names::new();
    let mut renamed = None;
    for line in commands.lines().map(str::trim) {
        if let Some((_, name)) = line.split_once("name = \"") {
            renamed = name.split('"').next();
        } else if line.starts_with(|c: char| c.is_ascii_uppercase()) {
            let name = renamed.take().map_or_else(|| word(line).to_lowercase(), str::to_owned);
            code.insert(format!("facecore {name}"));
        }
    }
    same("the command", &in_table("Command"), &code);
}

#[test]
fn c() {
    let header = text("include/facecore.h");
    let table = in_table("C");
    let functions = header.split('(').filter_map(|before| {
        let name = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        let line = before.rsplit('\n').next()?;
        (name.starts_with("facecore_") && !line.trim_start().starts_with(['/', '*'])).then(|| name.to_owned())
    });
    let types = header.lines().filter_map(|line| line.strip_prefix("typedef struct "));
    let types: Names = types.map(|rest| word(rest).to_owned()).collect();
    // A type may stand in the table, to name its functions after it.
    let names = table.difference(&types).cloned().collect();
    same("C", &names, &functions.collect());
}

#[test]
fn cpp() {
    let mut code = Names::new();
    for path in files("include").iter().filter(|path| path.extension().is_some_and(|extension| extension == "hpp")) {
        let source = fs::read_to_string(path).unwrap();
        let outside = source.split("namespace detail {").enumerate().map(|(at, part)| match at {
            0 => part,
            _ => part.split_once("}  // namespace detail").map_or("", |(_, after)| after),
        });
        for line in outside.flat_map(str::lines).filter(|line| !line.ends_with(';')) {
            let class = line.strip_prefix("class ").or_else(|| line.strip_prefix("struct "));
            code.extend(class.map(|rest| word(rest).to_owned()));
            // Functions that belong to no class.
            let name = line.strip_prefix("inline ").and_then(|rest| rest.split('(').next()?.rsplit(' ').next());
            code.extend(name.filter(|name| !name.contains("::")).map(str::to_owned));
        }
    }
    same("C++", &in_table("C++"), &code);
}

#[test]
fn java() {
    let mut code = Names::new();
    for path in files("facecore-jni/java/facecore/src/main/java/io/facecore") {
        let source = fs::read_to_string(&path).unwrap();
        let is_public = source.lines().any(|line| line.starts_with("public ") && !line.ends_with(';'));
        if is_public {
            code.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
        }
    }
    same("Java", &in_table("Java"), &code);
}

/// Where a language lacks something, the table says why.
#[test]
fn what_is_lacking_has_a_reason() {
    let document = text("docs/languages.md");
    for row in table() {
        for (cell, language) in row[2..].iter().zip(LANGUAGES) {
            let has_names = quoted(cell).next().is_some();
            let letter = cell.strip_prefix("– (").and_then(|rest| rest.strip_suffix(')'));
            match letter {
                Some(letter) => {
                    assert!(document.contains(&format!("\n- ({letter}) ")), "({letter}) is not explained");
                }
                None => assert!(has_names, "{}, {}: what has {language}?", row[0], row[1]),
            }
        }
    }
}
