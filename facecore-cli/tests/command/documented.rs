//! What the documents tell people to type exists: command lines of `facecore` with their options, targets of the Makefile, scripts. None of it is
//! run here: what needs a photo, a network or an hour was tried by hand.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ROOT, code, command, stderr};

/// README.md and its like, and everything in docs/.
fn documents() -> Vec<(PathBuf, String)> {
    let root = Path::new(ROOT);
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let above =
        ["README.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md", "testdata/README.md", "training/README.md"];
    let all =
        docs.chain(above.map(|name| root.join(name))).filter(|path| path.extension().is_some_and(|ext| ext == "md"));
    all.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The lines of the blocks that are for a shell, without comments; a line that goes on in the next one is one.
fn shell_lines(document: &str) -> Vec<String> {
    let blocks = document.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines = blocks.flat_map(|block| block.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>());
    lines.map(|line| line.split(" #").next().unwrap().trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// What stands between single backticks, on one line.
fn mentioned(document: &str) -> impl Iterator<Item = &str> {
    let text = document.split("```").step_by(2);
    text.flat_map(|text| text.split('`').skip(1).step_by(2)).filter(|code| !code.contains('\n'))
}

/// The arguments of `facecore` in a line, unless it is the value of another program's option; a text in quotes becomes one word.
fn arguments(line: &str) -> Option<String> {
    let quoted: String =
        line.split('"').enumerate().map(|(at, part)| if at % 2 == 1 { "TEXT" } else { part }).collect();
    let words: Vec<&str> = quoted.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "facecore" || word.ends_with("release/facecore"))?;
    let is_a_value = at > 0 && words[at - 1].starts_with("--");
    // An id may be a number.
    let words = words[at + 1..].iter().map(|word| if *word == "ID" { "1" } else { word });
    (!is_a_value).then(|| words.collect::<Vec<_>>().join(" ").replace("...", "").replace('…', ""))
}

/// Whether the command knows the subcommand and its options: with `--help` it asks for no more.
fn is_known(arguments: &str) -> bool {
    code(&command(&format!("{arguments} --help")).output().unwrap()) == 0
}

#[test]
fn command_lines_of_the_documents_are_understood() {
    let mut count = 0;
    for (path, document) in documents() {
        for line in shell_lines(&document).iter().filter_map(|line| arguments(line)) {
            let output = command(&format!("{line} --help")).output().unwrap();
            assert_eq!(code(&output), 0, "{}: facecore {line}: {}", path.display(), stderr(&output));
            count += 1;
        }
        for line in mentioned(&document).filter(|code| code.starts_with("facecore ")).filter_map(arguments) {
            // A mention may end with an option whose value it leaves out.
            let known = line.starts_with("help ") || is_known(&line) || is_known(&format!("{line} 1"));
            assert!(known, "{}: facecore {line}", path.display());
            count += 1;
        }
    }
    assert!(count > 100, "only {count} command lines were found");
}

#[test]
fn targets_and_scripts_of_the_documents_are_there() {
    let makefile = fs::read_to_string(Path::new(ROOT).join("Makefile")).unwrap();
    let mut count = [0; 2];
    for (path, document) in documents() {
        let shell = shell_lines(&document);
        let all = shell.iter().map(String::as_str).chain(mentioned(&document));
        for line in all {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words[..].first() == Some(&"make") {
                for target in words[1..].iter().take_while(|word| **word != "&&").filter(|word| !word.contains('=')) {
                    assert!(makefile.contains(&format!("\n{target}:")), "{}: make {target}", path.display());
                    count[0] += 1;
                }
            }
        }
        let programs = shell.iter().filter_map(|line| line.split_whitespace().find(|word| !word.ends_with("python")));
        for program in programs.filter(|word| word.contains('/') && !word.contains('=') && !word.starts_with("target/"))
        {
            assert!(Path::new(ROOT).join(program).is_file(), "{}: {program}", path.display());
            count[1] += 1;
        }
    }
    assert!(count[0] > 40 && count[1] > 2, "only {count:?} targets and scripts were found");
}
