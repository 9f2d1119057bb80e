//! Runs of `lobule network` on small files, and checks of what they print.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A small file that the original software made.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scaffold/tests/legacy").join(name)
}

/// Runs `lobule network` with words; `@name` is a file of the tests.
pub fn network(folder: &Path, words: &str) -> Output {
    let word = |word: &str| match word.strip_prefix('@') {
        Some(name) => file(name).display().to_string(),
        None => word.to_string(),
    };
    let words: Vec<String> = words.split_whitespace().map(word).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lobule"));
    command.arg("network").args(words).current_dir(folder).output().unwrap()
}

/// Both streams of a run that must succeed.
#[track_caller]
pub fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

/// Checks that a run ended with status 2 and a message with these parts, and printed nothing.
#[track_caller]
pub fn refused(output: &Output, parts: &[&str]) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    parts.iter().for_each(|part| assert!(message.contains(part), "`{part}` is missing: {message}"));
    assert!(!message.contains("panicked") && output.stdout.is_empty(), "{message}");
}
