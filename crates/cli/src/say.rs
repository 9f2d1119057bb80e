//! Output of the program: results on stdout, messages on stderr.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::process::ExitCode;

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
    ends_unless_written(stdout().write_fmt(text));
}

/// Prints what clap says of the arguments: a help as results, a refusal as a message. Gives the status for it.
pub fn of_clap(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    if !error.use_stderr() {
        ends_unless_written(printed);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn ends_unless_written(written: std::io::Result<()>) {
    let Err(error) = written.and_then(|()| stdout().flush()) else { return };
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
