//! A library that is missing or is another one: a message with the remedy, from a process of its own, since the library is opened once.

use lobule_mujoco::{BodyParameters, MujocoPlant, Source};
use std::path::Path;
use std::process::Command;

const NAME: &str = "libmujoco.so.3.17.0";
const REMEDY: &str = "run `scripts/fetch_mujoco.sh`";

/// Prints why a body cannot be made.
#[test]
#[ignore = "started by the others with a folder of their own"]
fn say() {
    let source = Source::Text { text: "<mujoco/>", includes: &[] };
    println!("said: {}", MujocoPlant::new(source, &BodyParameters::default()).err().unwrap());
}

/// The message about a library in that folder.
fn said(folder: &Path) -> String {
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "say", "--ignored", "--nocapture"])
        .env("LOBULE_MUJOCO", folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let said = text.split("said: ").nth(1).unwrap_or_else(|| panic!("{text}"));
    said.lines().next().unwrap_or_default().to_string()
}

#[test]
fn a_library_that_is_not_there_is_named_with_its_place_and_the_script() {
    let folder = tempfile::tempdir().unwrap();
    let said = said(folder.path());
    let place = folder.path().display().to_string();
    assert!(said.contains(NAME) && said.contains(&place) && said.contains(REMEDY), "{said}");
}

#[test]
fn a_file_that_is_no_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(NAME), "this is not a library").unwrap();
    let said = said(folder.path());
    assert!(said.contains("cannot be used") && said.contains(REMEDY), "{said}");
}

#[test]
fn a_library_of_another_version_is_refused_before_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("other.rs");
    std::fs::write(&source, "#[unsafe(no_mangle)] pub extern \"C\" fn mj_version() -> i32 { 3_010_000 }")
        .unwrap();
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let built = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "cdylib", "-o"])
        .arg(folder.path().join(NAME))
        .arg(&source)
        .status()
        .unwrap();
    assert!(built.success());
    let said = said(folder.path());
    assert!(said.contains("is MuJoCo 3.10.0") && said.contains("3.17.0") && said.contains(REMEDY), "{said}");
}
