//! ARCHITECTURE.md says what is there: folders, edges between crates, rooms
//! that read no clock and no environment, and files that import each other one way only.

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
    let rooms = [
        "signal",
        "exchange",
        "scaffold",
        "circuit",
        "control",
        "theory",
        "analysis",
        "cerebellum",
        "mujoco",
    ];
    for room in rooms {
        for path in sources(&root().join("crates").join(room).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            for word in ["SystemTime", "Instant::now", "std::env::var", "env::args"] {
                // Both time stages for those who ask; their figures never reach a state.
                let times = ["circuit/src/profile.rs", "cerebellum/src/open_loop"];
                if times.iter().any(|part| path.to_string_lossy().contains(part)) && word == "Instant::now" {
                    continue;
                }
                // The place of the library, which decides what runs at all, not what comes out.
                if path.ends_with("mujoco/src/library/locate.rs") && word == "std::env::var" {
                    continue;
                }
                assert!(!text.contains(word), "{} uses {word}", path.display());
            }
            if !["scaffold", "cerebellum", "mujoco"].contains(&room) {
                assert!(!text.contains("std::fs"), "{} touches files", path.display());
            }
        }
    }
}

/// A file without its tests and comments.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The functions that std takes from the C library of the machine, which may choose another one for another processor; the
/// functions of `libm` are the same bits everywhere.
fn borrowed_from_the_machine(code: &str) -> Vec<&'static str> {
    let functions = [
        "sin", "cos", "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh",
        "acosh", "atanh", "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "powf", "cbrt",
        "hypot", "gamma", "ln_gamma", "mul_add",
    ];
    let is_called = |name: &&str| {
        let method = code.contains(&format!(".{name}("));
        let path = ["f64", "f32"].iter().any(|float| {
            let path = format!("{float}::{name}");
            let end = |c: char| c.is_alphanumeric() || c == '_';
            code.match_indices(&path).any(|(at, _)| !code[at + path.len()..].starts_with(end))
        });
        method || path
    };
    functions.into_iter().filter(is_called).collect()
}

#[test]
fn unsafe_code_is_in_the_folder_that_calls_mujoco_and_in_no_other() {
    for path in sources(&root().join("crates")) {
        let place = path.to_string_lossy();
        let is_there = place.contains("crates/mujoco/src/library/") || !place.contains("/src/");
        let text = code(&fs::read_to_string(&path).unwrap());
        assert!(is_there || !text.contains("unsafe {"), "{place}");
    }
}

#[test]
fn transcendental_functions_are_those_of_libm() {
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        for path in sources(&entry.unwrap().path().join("src")) {
            let used = borrowed_from_the_machine(&code(&fs::read_to_string(&path).unwrap()));
            assert!(
                used.is_empty(),
                "{} calls {used:?} of std; call those of the crate libm",
                path.display()
            );
        }
    }
}

#[test]
fn the_test_of_functions_reads_methods_and_paths() {
    let text =
        "let x = y.sin() + (2.0_f32).powf(z); // u.cos()\nv.map(f64::exp).fold(f64::logistic, f64::exp2)";
    assert_eq!(borrowed_from_the_machine(&code(text)), ["sin", "exp", "exp2", "powf"]);
    assert!(borrowed_from_the_machine("libm::sin(x).sqrt().powi(2) + self.sine()").is_empty());
}

#[test]
fn files_named_in_the_invariants_exist() {
    let text = document();
    for part in text.split('`').filter(|p| p.starts_with("crates/") && p.ends_with(".rs")) {
        assert!(root().join(part).exists(), "ARCHITECTURE.md names {part}, which does not exist");
    }
}

/// A file as the path of its module inside the crate.
type Module = Vec<String>;

/// The modules of a crate that `text`, the file of `module`, imports: `use` and paths that begin with `crate` or `super`.
fn imports(text: &str, module: &Module, modules: &BTreeMap<Module, PathBuf>) -> BTreeSet<Module> {
    let code = code(text).replace('\n', " ");
    let mut paths: Vec<String> = Vec::new();
    for tree in code.split("use ").skip(1) {
        paths.extend(branches(tree.split(';').next().unwrap_or_default()));
    }
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            paths.push(code[at..].chars().take_while(|c| is_path(*c)).collect());
        }
    }
    let mut found = BTreeSet::new();
    for path in paths {
        let mut parts = path.split("::").map(str::trim).peekable();
        let mut at = match parts.peek() {
            Some(&"crate") => Vec::new(),
            Some(&"super") => module.clone(),
            // A path into a child is the tree of modules itself.
            _ => continue,
        };
        while let Some(part) = parts.next_if(|part| ["crate", "super"].contains(part)) {
            if part == "super" {
                at.pop();
            }
        }
        for part in parts {
            at.push(part.to_string());
            if !modules.contains_key(&at) {
                at.pop();
                break;
            }
        }
        // The root of a crate lists what there is.
        if at != *module && !at.is_empty() {
            found.insert(at);
        }
    }
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn branches(tree: &str) -> Vec<String> {
    let Some((stem, rest)) = tree.split_once('{') else { return vec![tree.trim().to_string()] };
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in rest[..rest.rfind('}').unwrap_or(rest.len())].chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().expect("there is a first").push(c),
        }
    }
    let whole = |part: &String| branches(part).into_iter().map(|b| format!("{}{b}", stem.trim()));
    parts.iter().filter(|p| !p.trim().is_empty()).flat_map(whole).collect()
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path().join("src");
        let module = |path: &Path| -> Module {
            let path = path.strip_prefix(&folder).unwrap().with_extension("");
            let parts = path.iter().map(|part| part.to_string_lossy().into_owned());
            parts.filter(|part| !["mod", "lib", "main"].contains(&part.as_str())).collect()
        };
        let modules: BTreeMap<Module, PathBuf> =
            sources(&folder).into_iter().map(|path| (module(&path), path)).collect();
        let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for (module, path) in &modules {
            edges.insert(module.clone(), imports(&fs::read_to_string(path).unwrap(), module, &modules));
        }
        // Files that import nothing that is left fall away; what remains holds a circle.
        while let Some(leaf) = edges.iter().find(|(_, to)| to.iter().all(|m| !edges.contains_key(m))) {
            let leaf = leaf.0.clone();
            edges.remove(&leaf);
        }
        let rest: Vec<String> = edges
            .iter()
            .map(|(module, to)| {
                let to = to.iter().filter(|m| edges.contains_key(*m)).map(|m| m.join("/"));
                format!("{} → {}", module.join("/"), to.collect::<Vec<_>>().join(", "))
            })
            .collect();
        assert!(rest.is_empty(), "files of {} import each other:\n{}", folder.display(), rest.join("\n"));
    }
}

#[test]
fn the_test_of_circles_reads_imports() {
    let modules: BTreeMap<Module, PathBuf> = ["a", "a/b", "c"]
        .iter()
        .map(|m| (m.split('/').map(String::from).collect(), PathBuf::new()))
        .collect();
    let text = "use super::{x, y::Z};\nuse crate::a::{b::{P, Q}, r};\nfn f() { crate::c::g() } // crate::a\n";
    let found = imports(text, &vec!["a".into()], &modules);
    let said: Vec<String> = found.iter().map(|m| m.join("/")).collect();
    assert_eq!(said, ["a/b", "c"]);
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
