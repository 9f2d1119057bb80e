//! The command `lobule`.
//!
//! Exit status: 0 finished (also when a finding is out of range), 1 the run failed, 2 bad arguments or input, 3 a
//! finding is out of range under `--strict`, 130 and 143 ended by Ctrl-C and SIGTERM. Messages go to stderr, results to stdout.

#![forbid(unsafe_code)]
#[macro_use]
mod say;

mod arguments;
mod bar;
mod catalogue;
mod convert;
mod experiments;
mod input;
mod launch;
mod manual;
mod network;
mod parts;
mod recordings;
mod signals;
mod simulate;

use arguments::{Arguments, Command};
use clap::Parser;
use lobule::{exchange::RankError, signal::Reach};
use std::process::ExitCode;

/// How a command ended when it did not finish.
enum Stop {
    Input(lobule::Error),
    Run(lobule::Error),
    /// A finding is out of range and `--strict` was given.
    OutOfRange(usize),
}

/// An error that says itself whether the input is at fault.
impl<E: Into<lobule::Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        match error.into() {
            error if error.is_input() => Self::Input(error),
            error => Self::Run(error),
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // One of many processes says it for all.
        Err(error) if launch::is_first() => return say::of_clap(&error),
        Err(error) => return ExitCode::from(error.exit_code() as u8),
    };
    signals::listen();
    let ranks = match launch::ranks(&arguments.command) {
        Ok(ranks) => ranks,
        Err(Some(error)) => return fail(2, &error.to_string()),
        Err(None) => return ExitCode::from(2),
    };
    let ended = match arguments.command {
        Command::List { json } => experiments::list(json),
        Command::Show { experiment, name, json } => match parts::Kind::of(&experiment) {
            Some(kind) => parts::show(kind, name.as_deref(), json),
            None => experiments::show(&experiment, name.as_deref(), json),
        },
        Command::Run(run) => experiments::run(&run, &ranks),
        Command::Bench(bench) => experiments::run(&bench.into(), &ranks),
        Command::Report { folder } => experiments::report(&folder),
        Command::Compare { folders } => experiments::compare(&folders),
        Command::Network(command) => network::run(&command, &ranks),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { dir: Some(dir), .. } => manual::pages(&dir),
        Command::Man { command, .. } => manual::page(&command),
    };
    let ended = match ended {
        Err(Stop::Input(error) | Stop::Run(error))
            if ranks.ranks() > 1 && error.reach() != Reach::Everywhere =>
        {
            tell!("lobule: rank {}: {error}", ranks.rank());
            // The others do not know and would wait for this one.
            ranks.abort()
        }
        ended => ended,
    };
    let (status, message) = match ended {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Input(error) | Stop::Run(error)) if error.is_stop() => {
            (signals::status() as u8, error.to_string())
        }
        Err(Stop::Input(error)) => (2, error.to_string()),
        Err(Stop::Run(error)) => (1, error.to_string()),
        Err(Stop::OutOfRange(count)) => (3, format!("{count} finding(s) out of range (--strict)")),
    };
    // The first rank says it for all.
    if ranks.is_first() { fail(status, &message) } else { ExitCode::from(status) }
}

fn fail(status: u8, error: &str) -> ExitCode {
    tell!("lobule: {error}");
    ExitCode::from(status)
}
