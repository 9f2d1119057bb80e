//! Time and peak memory of reading a network file, for each file named.
//!
//! `cargo run --release -p lobule-scaffold --example reading_cost -- A.hdf5 B.hdf5`
//!
//! Each file is read in a process of its own, five times: the shortest time and the peak of the resident memory above that
//! before reading are printed, so that layouts of one network can be compared.

use lobule_scaffold::format;
use std::error::Error;
use std::process::Command;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [flag, file] if flag == "--one" => one(file),
        [] => Err("name network files".into()),
        files => {
            println!("{:>8} {:>9} {:>10} {:>11}  file", "cells", "rows", "time (s)", "peak (MiB)");
            for file in files {
                let program = std::env::current_exe()?;
                let status = Command::new(program).args(["--one", file]).status()?;
                if !status.success() {
                    return Err(format!("{file} cannot be read").into());
                }
            }
            Ok(())
        }
    }
}

/// A line of /proc/self/status, KiB.
fn status(key: &str) -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)).ok_or("this system has no /proc")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn one(file: &str) -> Result<(), Box<dyn Error>> {
    let before = status("VmRSS:")?;
    let begin = Instant::now();
    let anatomy = format::read(file.as_ref())?;
    let mut seconds = begin.elapsed().as_secs_f64();
    // The peak of one reading: later ones find memory that the first has left.
    let peak = (status("VmHWM:")? - before) / 1024.0;
    let cells: usize = anatomy.cells.iter().map(|c| c.len()).sum();
    let rows: usize = anatomy.connections.iter().map(|c| c.len()).sum();
    drop(anatomy);
    for _ in 1..5 {
        let begin = Instant::now();
        format::read(file.as_ref())?;
        seconds = seconds.min(begin.elapsed().as_secs_f64());
    }
    println!("{cells:>8} {rows:>9} {seconds:>10.3} {peak:>11.1}  {file}");
    Ok(())
}
