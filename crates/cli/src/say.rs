//! What the program says: results on stdout, messages on stderr.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};

/// Prints a line of results.
macro_rules! out {
    () => { out!("") };
    ($($part:tt)*) => { $crate::say::results(format_args!("{}\n", format_args!($($part)*))) };
}

/// As `out!`, without the end of the line.
macro_rules! out_part {
    ($($part:tt)*) => { $crate::say::results(format_args!($($part)*)) };
}

/// Prints a line on stderr. Where nobody can read it, nothing happens.
macro_rules! tell {
    ($($part:tt)*) => { $crate::say::message(format_args!("{}\n", format_args!($($part)*))) };
}

/// Writes results. A reader that has closed the pipe has seen enough, and the program ends; results that cannot be written for
/// another reason, such as a full disk, end it with status 1.
pub fn results(text: Arguments) {
    let Err(error) = stdout().write_fmt(text).and_then(|()| stdout().flush()) else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    tell!("lobule: stdout: {error}; the results could not be written there: check its space");
    std::process::exit(1);
}

/// Writes a message.
pub fn message(text: Arguments) {
    let _ = stderr().write_fmt(text);
}
