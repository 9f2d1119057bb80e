//! ARCHITECTURE.md says what is there: folders, edges between crates, and rooms
//! that read no clock and no environment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> String {
    fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

/// folder → (crate name, crates of this workspace it depends on), from the manifests.
fn manifests() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut crates = BTreeMap::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(path.join("Cargo.toml")) else { continue };
        let table: toml::Table = toml::from_str(&text).unwrap();
        let name = table["package"]["name"].as_str().unwrap().to_string();
        let edges = table
            .get("dependencies")
            .and_then(|d| d.as_table())
            .map(|d| d.keys().filter(|k| k.starts_with("lobule")).cloned().collect())
            .unwrap_or_default();
        let folder = format!("crates/{}", path.file_name().unwrap().to_string_lossy());
        crates.insert(folder, (name, edges));
    }
    crates
}

#[test]
fn the_map_names_every_crate_and_no_other() {
    let listed: BTreeMap<String, String> = document()
        .lines()
        .filter(|l| l.starts_with("| `crates/"))
        .map(|l| {
            let cells: Vec<&str> = l.split('|').map(|c| c.trim().trim_matches('`')).collect();
            (cells[1].to_string(), cells[2].to_string())
        })
        .collect();
    let there: BTreeMap<String, String> =
        manifests().into_iter().map(|(folder, (name, _))| (folder, name)).collect();
    assert_eq!(listed, there);
}

#[test]
fn the_edges_are_those_of_the_manifests() {
    let text = document();
    let block = text.split("```").find(|b| b.contains("lobule-signal:")).unwrap();
    let listed: BTreeMap<String, BTreeSet<String>> = block
        .lines()
        .filter_map(|l| l.split_once(':'))
        .map(|(name, edges)| (name.trim().to_string(), edges.split_whitespace().map(String::from).collect()))
        .collect();
    let there: BTreeMap<String, BTreeSet<String>> = manifests().into_values().collect();
    assert_eq!(listed, there);
}

#[test]
fn rooms_read_no_clock_and_no_environment() {
    for room in ["signal", "scaffold", "circuit", "control", "theory", "analysis"] {
        for path in sources(&root().join("crates").join(room).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            for word in ["SystemTime", "Instant::now", "std::env::var", "env::args"] {
                // The profile times stages for those who ask; its figures never reach a state.
                if path.ends_with("circuit/src/profile.rs") && word == "Instant::now" {
                    continue;
                }
                assert!(!text.contains(word), "{} uses {word}", path.display());
            }
            if room != "scaffold" {
                assert!(!text.contains("std::fs"), "{} touches files", path.display());
            }
        }
    }
}

#[test]
fn files_named_in_the_invariants_exist() {
    let text = document();
    for part in text.split('`').filter(|p| p.starts_with("crates/") && p.ends_with(".rs")) {
        assert!(root().join(part).exists(), "ARCHITECTURE.md names {part}, which does not exist");
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
