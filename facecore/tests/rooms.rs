//! The folder tree is the architecture: each room of `src` uses only the rooms that stand below it here, and no two files of a room use
//! each other. (What a folder's `mod.rs` declares is there for the files in the folder.)

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms that it may use, from the ground up: only rooms that came before.
const ROOMS: [(&str, &[&str]); 27] = [
    ("space", &[]),
    ("random", &[]),
    ("geometry", &[]),
    ("error", &["space"]),
    ("photo", &["error", "geometry"]),
    ("models", &["error", "geometry", "space"]),
    ("net", &["error"]),
    ("bench", &["error", "net"]),
    ("crop", &["error", "geometry", "models", "photo"]),
    ("detect", &["error", "geometry", "models", "net", "photo"]),
    ("embed", &["crop", "error", "geometry", "models", "net", "photo", "space"]),
    ("attributes", &["crop", "detect", "error", "models", "net", "photo"]),
    ("cluster", &["embed", "error"]),
    ("social", &["error"]),
    ("matching", &["embed", "error", "random", "space"]),
    ("profile", &["cluster", "embed", "error", "space"]),
    ("store", &["error", "profile", "space"]),
    ("index", &["embed", "error", "random", "space"]),
    ("search", &["embed", "error", "index", "matching", "profile", "space", "store"]),
    ("evaluate", &["embed", "error", "matching", "random", "space"]),
    ("adapt", &["embed", "error", "evaluate", "random", "space"]),
    ("bootstrap", &["adapt", "cluster", "embed", "error", "evaluate", "profile"]),
    ("engine", &["detect", "embed", "error", "geometry", "models", "net", "photo", "space"]),
    ("album", &["attributes", "detect", "embed", "engine", "error", "geometry", "photo", "profile"]),
    ("video", &["cluster", "detect", "embed", "engine", "error", "geometry", "matching", "models", "photo", "space"]),
    ("parallel", &["detect", "embed", "engine", "error", "photo"]),
    ("lib", &[]),
];

/// A file's place, such as `["detect", "mtcnn", "proposal"]`.
type Module = Vec<String>;

#[test]
fn each_room_uses_only_the_rooms_below_it() {
    let mut wrong = Vec::new();
    for (at, (_, below)) in ROOMS.iter().enumerate() {
        for used in *below {
            assert!(ROOMS[..at].iter().any(|(room, _)| room == used), "{used} does not come before {}", ROOMS[at].0);
        }
    }
    for (module, file) in files() {
        let room = module.first().map_or("lib", String::as_str);
        let Some((_, below)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{room} is no room of the list: say in tests/rooms.rs what it may use"));
            continue;
        };
        for path in uses(&file) {
            let Some(used) = path.strip_prefix("crate::").and_then(|path| path.split("::").next()) else { continue };
            if room != "lib" && used != room && ROOMS.iter().any(|(name, _)| *name == used) && !below.contains(&used) {
                wrong.push(format!("{} uses {used}", module.join("/")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_files_of_a_room_use_each_other_in_a_circle() {
    let files = files();
    let mut edges: BTreeMap<&Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, file) in &files {
        let targets = uses(file).into_iter().filter_map(|path| target(&files, module, &path));
        edges.insert(module, targets.filter(|used| !module.starts_with(used)).collect());
    }
    // Files that use none that are left are taken away, until none is left or all that are left stand in circles.
    loop {
        let left: BTreeSet<Module> = edges.keys().map(|&module| module.clone()).collect();
        let before = edges.len();
        edges.retain(|_, used| used.iter().any(|used| left.contains(used)));
        if edges.len() == before {
            break;
        }
    }
    let circles: Vec<String> = edges.keys().map(|module| module.join("/")).collect();
    assert!(circles.is_empty(), "in circles, or on the way to one: {circles:#?}");
}

fn files() -> BTreeMap<Module, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut files = BTreeMap::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.ends_with("tests") || path.ends_with("tests.rs") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let inside = path.strip_prefix(&root).unwrap().with_extension("");
                let mut module: Module = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                module.pop_if(|last| last == "mod" || last == "lib");
                files.insert(module, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// The paths that a file's code names, tests and comments left out; of a `use` with braces one for each name.
fn uses(file: &str) -> Vec<String> {
    let code = file.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: String = code.lines().filter_map(|line| line.split("//").next()).collect::<Vec<_>>().join("\n");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ") {
        if at > 0 && !code[..at].ends_with(['\n', ' ', '\t']) {
            continue;
        }
        let Some(end) = code[at..].find(';') else { continue };
        expand(&code[at + 4..at + end].split_whitespace().collect::<String>(), &mut paths);
    }
    // Paths in the middle of the code.
    for (at, _) in code.match_indices("crate::") {
        let path: String = code[at..]
            .chars()
            .take_while(|&letter| letter.is_alphanumeric() || letter == '_' || letter == ':')
            .collect();
        paths.push(path);
    }
    paths
}

fn expand(path: &str, paths: &mut Vec<String>) {
    let Some(open) = path.find('{') else { return paths.push(path.to_owned()) };
    let (mut depth, mut start) = (0, open + 1);
    for (at, letter) in path.char_indices().skip(open) {
        match letter {
            '{' => depth += 1,
            '}' | ',' if depth == 1 => {
                if at > start {
                    expand(&format!("{}{}", &path[..open], &path[start..at]), paths);
                }
                start = at + 1;
                depth -= i32::from(letter == '}');
            }
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// The file of this crate that a path in `module` leads to.
fn target(files: &BTreeMap<Module, String>, module: &Module, path: &str) -> Option<Module> {
    let mut parts = path.split("::").peekable();
    let mut at = module.clone();
    match *parts.peek()? {
        "crate" => {
            parts.next();
            at.clear();
        }
        "self" => drop(parts.next()),
        "super" => {
            while parts.next_if_eq(&"super").is_some() {
                at.pop();
            }
        }
        _ => {}
    }
    let start = at.clone();
    while let Some(part) = parts.peek() {
        at.push((*part).to_owned());
        if !files.contains_key(&at) {
            at.pop();
            break;
        }
        parts.next();
    }
    (at != *module && (at != start || path.starts_with("super") || path.starts_with("crate")) && !at.is_empty())
        .then_some(at)
}
