//! `completions` and `man`: what a shell and `man` need to know of the command line.

use crate::input::{input, refused};
use crate::{Stop, arguments::Arguments};
use clap::CommandFactory;
use clap_complete::Shell;
use std::fs;
use std::path::Path;

pub fn completions(shell: Shell) -> Result<(), Stop> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "lobule", &mut script);
    print(&script)
}

/// Prints the manual page of a command, or of `lobule` itself.
pub fn page(names: &[String]) -> Result<(), Stop> {
    let mut command = Arguments::command();
    command.build();
    for name in names {
        let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        let known = match known[..] {
            [] => format!("`{}` has no commands", command.get_name()),
            _ => format!("known are {}", known.join(", ")),
        };
        let found = command.find_subcommand(name).cloned();
        command = found.ok_or_else(|| input("COMMAND", format!("`{name}`; {known}")))?;
    }
    let mut page = Vec::new();
    let wrong = |e| Stop::Run(refused(Path::new("stdout"), format!("the page cannot be written: {e}")));
    clap_mangen::Man::new(command).render(&mut page).map_err(wrong)?;
    print(&page)
}

/// Writes the manual pages of `lobule` and of all its commands into a folder.
pub fn pages(folder: &Path) -> Result<(), Stop> {
    let wrong = |e| Stop::Run(refused(folder, format!("the pages cannot be written: {e}")));
    fs::create_dir_all(folder).map_err(wrong)?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(wrong)
}

fn print(text: &[u8]) -> Result<(), Stop> {
    out_part!("{}", String::from_utf8_lossy(text));
    Ok(())
}
