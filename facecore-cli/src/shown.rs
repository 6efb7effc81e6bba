//! Names of files and people as text: nothing is lost, and nothing in a name can control a terminal.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;

/// A file's name as text. What is no UTF-8 in it becomes `\xff`, so that two names stay two.
pub fn name(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// A path for people to read.
pub fn path(path: &Path) -> String {
    printable(&name(path.as_os_str()))
}

/// The text with control characters, and those that turn the direction of writing, as escapes such as `\n` or `\u{1b}`.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || turns_direction(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Whole lines: as [`printable`], with their ends kept.
pub fn lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

fn turns_direction(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_act_on_a_terminal() {
        assert_eq!(printable("Zoë Щедрин.jpg"), "Zoë Щедрин.jpg");
        assert_eq!(printable("a\n\u{1b}[31m\u{9b}b\u{202e}gpj"), "a\\n\\u{1b}[31m\\u{9b}b\\u{202e}gpj");
        assert_eq!(lines("two\nlines\r"), "two\nlines\\r");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_stay_different() {
        use std::os::unix::ffi::OsStrExt;
        let names = [&b"a\xff"[..], b"a\xfe", b"a", b"\xc3\xa4"].map(|bytes| name(OsStr::from_bytes(bytes)));
        assert_eq!(names, ["a\\xff", "a\\xfe", "a", "ä"]);
    }
}
