//! `network simulate` at its edges: places that cannot be written, disks that are full, inputs that are no files, memory that is bounded.

use std::path::Path;
use std::process::{Command, Output};

fn lobule(folder: &Path, arguments: &str) -> Output {
    shell(folder, &format!("$LOBULE network simulate tiny.hdf5 {arguments}"))
}

/// Runs a line of shell in a folder, with the program as `$LOBULE`.
fn shell(folder: &Path, line: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).env("LOBULE", env!("CARGO_BIN_EXE_lobule"));
    command.output().unwrap()
}

/// A folder with a network.
fn network() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let built =
        shell(folder.path(), "$LOBULE network build --size 60x60 --seed 3 --simulations --out tiny.hdf5");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    folder
}

#[track_caller]
fn refused(output: &Output, parts: &[&str]) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    parts.iter().for_each(|p| assert!(message.contains(p), "`{p}` is missing: {message}"));
    assert!(!message.contains("panicked") && output.stdout.is_empty(), "{message}");
}

#[test]
fn results_are_on_the_disk_before_anything_is_said() {
    let folder = network();
    let output = lobule(folder.path(), "--duration 5ms --out o > /dev/full");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("stdout"), "{message}");
    for file in ["raster.svg", "spikes.csv"] {
        assert!(folder.path().join("o").join(file).exists(), "{file}");
    }
    // A reader that has seen enough is no error.
    let closed = shell(folder.path(), "($LOBULE network info tiny.hdf5; echo $? >&2) | head -1");
    assert_eq!(String::from_utf8_lossy(&closed.stderr).trim(), "0");
}

#[test]
fn places_are_checked_before_the_run() {
    let folder = network();
    // Nobody writes to /proc, whatever the user; the run would take minutes.
    let at = |place: &str| lobule(folder.path(), &format!("--duration 1000s {place}"));
    refused(&at("--snapshot /proc/s"), &["/proc/s"]);
    refused(&at("--snapshot nowhere/s"), &["nowhere/s", "does not exist"]);
    refused(&at("--snapshot tiny.hdf5"), &["tiny.hdf5", "is not a snapshot"]);
    refused(&at("--out /proc/o"), &["/proc/o"]);
    refused(&at("--resume nowhere.state"), &["nowhere.state", "no such file"]);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is left: {left:?}");
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let folder = network();
    assert!(shell(folder.path(), "mkfifo pipe").status.success());
    refused(&lobule(folder.path(), "--stimulus mossy:spikes=pipe"), &["pipe", "regular file"]);
    refused(&lobule(folder.path(), "--stimulus mossy:spikes=/dev/zero"), &["/dev/zero", "regular file"]);
    refused(&lobule(folder.path(), "--resume pipe"), &["pipe", "regular file"]);
    refused(&lobule(folder.path(), "--snapshot pipe"), &["pipe", "regular file"]);
}

#[test]
fn a_run_that_exceeds_a_limit_of_the_process_is_refused_with_both_numbers() {
    let folder = network();
    let record = "--duration 60s --record granule_cell.v_m --record-every 0.1ms";
    let line = format!("ulimit -v 600000; $LOBULE network simulate tiny.hdf5 {record}");
    refused(&shell(folder.path(), &line), &["memory: the run would take about", "GB", "may take", "MB more"]);
}
