//! The command line is a contract: exit status, messages, folders.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn lobule(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lobule")).args(arguments).output().unwrap()
}

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lobule-cli-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn refused(arguments: &[&str], words: &[&str]) {
    let output = lobule(arguments);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    for word in words {
        assert!(message.contains(word), "{arguments:?}: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

const QUICK: [&str; 15] = [
    "--preset",
    "quick",
    "--no-progress",
    "--set",
    "scaffold.size_um=[100,100]",
    "--set",
    "calibration.max_sd_deg=90",
    "--set",
    "conditions=[\"plastic\"]",
    "--set",
    "calibration.trials=4",
    "--set",
    "calibration.sweep_trials=1",
    "--set",
    "protocol.prism=8",
];

#[test]
fn list_and_show_name_the_experiment_and_its_sources() {
    let list = String::from_utf8(lobule(&["list"]).stdout).unwrap();
    assert!(list.contains("prism") && list.contains("Source:"));
    let show = String::from_utf8(lobule(&["show", "prism"]).stdout).unwrap();
    assert!(show.contains("prism_deg = 20.0") && show.contains("quick"));
}

#[test]
#[cfg(target_os = "linux")]
fn help_and_version_that_cannot_be_written_end_with_1_and_a_message() {
    for argument in ["--help", "--version"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_lobule")).arg(argument).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{argument}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("space"), "{argument}");
    }
}

#[test]
fn options_of_a_configuration_are_refused_for_a_native_circuit() {
    let build = |more: [&'static str; 2]| {
        ["network", "build", "--size", "60x60", "--out", "x.hdf5", more[0], more[1]]
    };
    refused(&build(["--copy-quirks", "all"]), &["--size", "--copy-quirks"]);
    refused(&build(["--morphologies", "nowhere.hdf5"]), &["--size", "--morphologies"]);
}

#[test]
fn a_negative_number_is_refused_as_the_value_of_its_option() {
    for option in ["--jobs", "--threads"] {
        refused(&["run", "sgdege/rules", option, "-1"], &[option, "-1"]);
    }
}

#[test]
fn bad_arguments_exit_with_2_and_one_clear_message() {
    let work = folder("bad");
    let text = work.join("text.hdf5");
    std::fs::write(&text, "this is no network").unwrap();
    let (text, directory) = (text.to_str().unwrap(), work.to_str().unwrap());
    refused(&["run", "prsm"], &["prsm", "prism"]);
    refused(&["run", "prism", "--preset", "huge"], &["huge", "quick"]);
    refused(&["run", "prism", "--set", "loop.foward=off"], &["loop.foward", "forward"]);
    refused(&["run", "prism", "--seeds", "5..1"], &["5..1"]);
    refused(&["run", "prism", "--threads", "0"], &["--threads"]);
    refused(&["run", "prism", "--config", "/nowhere.toml"], &["/nowhere.toml"]);
    refused(&["run", "prism", "--set", &format!("scaffold.file={text}")], &["text.hdf5"]);
    refused(&["network", "info", text], &["text.hdf5"]);
    refused(&["network", "info", directory], &[directory]);
    refused(&["network", "info", "/nowhere.hdf5"], &["/nowhere.hdf5"]);
    refused(&["network", "build", "--size", "big", "--out", "x.hdf5"], &["--size", "300x200"]);
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/mouse_cortex.yaml");
    refused(&["network", "build", example, "--size", "100x100", "--out", "x.hdf5"], &["--size"]);
    refused(
        &["network", "build", example, "--copy-quirks", "all,tips", "--out", "x.hdf5"],
        &["tips", "golgi-tips"],
    );
    refused(&["network", "build", example, "--threads", "0", "--out", "x.hdf5"], &["--threads", "1..1024"]);
    refused(&["network", "build", example, "--morphologies", text, "--out", "x.hdf5"], &["text.hdf5"]);
    refused(&["network", "build", "/nowhere.yaml", "--out", "x.hdf5"], &["/nowhere.yaml", "no such file"]);
    refused(&["network", "build", text, "--out", "x.hdf5"], &["text.hdf5"]);
    let nowhere = work.join("nowhere/x.hdf5");
    let nowhere = nowhere.to_str().unwrap();
    refused(&["network", "build", "--size", "60x60", "--out", nowhere], &["nowhere", "does not exist"]);
    refused(&["network", "build", example, "--out", nowhere], &["nowhere", "does not exist"]);
    refused(&["network", "convert", text, nowhere], &["nowhere", "does not exist"]);
    refused(
        &["network", "build", example, "--copy-quirks", "ubc-order", "--out", "x.hdf5"],
        &["--copy-quirks", "ubc-order", "no effect"],
    );
    refused(&["network", "info", "/dev/zero"], &["/dev/zero", "regular file"]);
    refused(&["network", "build", "/dev/zero", "--out", "x.hdf5"], &["/dev/zero", "regular file"]);
    refused(&["network", "simulate", text, "--duration", "soon"], &["--duration", "500ms"]);
    refused(&["report", directory], &["provenance.json"]);
    refused(&["compare", directory], &["provenance.json"]);
    std::fs::remove_dir_all(work).unwrap();
}

#[test]
fn a_configuration_is_built_alike_by_any_number_of_threads_and_from_its_own_file() {
    let work = folder("configured");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/mouse_cortex.yaml");
    let file = |name: &str| work.join(name).to_str().unwrap().to_string();
    let build = |from: &str, threads: &str, to: &str| {
        let output = lobule(&["network", "build", from, "--seed", "5", "--threads", threads, "--out", to]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    build(example, "1", &file("one.hdf5"));
    build(example, "3", &file("three.hdf5"));
    assert!(std::fs::read(file("one.hdf5")).unwrap() == std::fs::read(file("three.hdf5")).unwrap());
    build(&file("one.hdf5"), "2", &file("again.hdf5"));
    let sets = |name: &str| {
        let info = lobule(&["network", "info", &file(name), "--json"]).stdout;
        serde_json::from_slice::<serde_json::Value>(&info).unwrap()["connections"].clone()
    };
    assert_eq!(sets("one.hdf5"), sets("again.hdf5"));
    std::fs::remove_dir_all(work).unwrap();
}

#[test]
fn a_network_is_built_inspected_and_simulated() {
    let work = folder("network");
    let file = work.join("net.hdf5");
    let file = file.to_str().unwrap();
    assert!(
        lobule(&["network", "build", "--size", "100x100", "--seed", "3", "--out", file]).status.success()
    );
    let info = String::from_utf8(lobule(&["network", "info", file]).stdout).unwrap();
    assert!(info.contains("granule_cell") && info.contains("parallel_fiber_to_purkinje"), "{info}");
    let out = work.join("sim");
    let simulate = |more: &[&str]| {
        let mut arguments = vec![
            "network",
            "simulate",
            file,
            "--duration",
            "200ms",
            "--stimulus",
            "mossy:100Hz@100ms..150ms",
            "--out",
            out.to_str().unwrap(),
        ];
        arguments.extend(more);
        let _ = std::fs::remove_dir_all(&out);
        let output = lobule(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let again = lobule(&arguments);
        assert_eq!(again.status.code(), Some(2), "a second run must not go into the first one's folder");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("purkinje_cell"));
        assert_eq!(text.contains("integrate"), more.contains(&"--profile"));
        text.lines().find(|l| l.starts_with("hash")).unwrap().to_string()
    };
    let one = simulate(&["--threads", "1"]);
    assert_eq!(one, simulate(&["--threads", "2", "--profile"]));
    assert_ne!(one, simulate(&["--threads", "2", "--short-term"]));
    assert!(out.join("raster.svg").exists() && out.join("spikes.csv").exists());
    std::fs::remove_dir_all(work).unwrap();
}

#[test]
fn a_stored_simulation_is_run_by_name() {
    let work = folder("stored");
    let file = work.join("net.hdf5");
    let (file, out) = (file.to_str().unwrap(), work.join("sim"));
    let built = ["network", "build", "--size", "60x60", "--simulations", "--out", file];
    assert!(lobule(&built).status.success());
    let info = String::from_utf8(lobule(&["network", "info", file]).stdout).unwrap();
    assert!(
        info.contains("simulation basal_awake: nest, 5000 ms") && info.contains("background_noise"),
        "{info}"
    );
    assert!(!info.contains("cannot be run"), "{info}");
    let json = lobule(&["network", "info", file, "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["simulations"][0]["name"], "basal_awake");

    let run = [
        "network",
        "simulate",
        file,
        "basal_awake",
        "--duration",
        "50ms",
        "--record",
        "golgi_cell.v_m[0..1]",
        "--record-every",
        "0.1ms",
        "--window",
        "10ms..50ms",
        "--without",
        "io_record",
        "--out",
        out.to_str().unwrap(),
    ];
    let output = lobule(&run);
    let (text, notes) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{notes}");
    assert!(text.contains("from 10 to 50 ms") && text.contains("purkinje_cell"), "{text}");
    assert!(notes.contains("neurons,") && notes.contains("`io_record` is left out"), "{notes}");
    let traces = std::fs::read_to_string(out.join("traces.csv")).unwrap();
    assert_eq!(traces.lines().count(), 1 + 2 * 500);
    assert!(traces.contains("golgi_cell.v_m,mV,1,50.0,"), "{traces}");

    refused(&["network", "simulate", file, "basal"], &["`basal`", "basal_awake", "mf_cf_stimulus"]);
    refused(&["network", "simulate", file, "basal_awake", "--state", "awake"], &["--state"]);
    refused(&["network", "simulate", file, "basal_awake", "--without", "x"], &["`x`", "background_noise"]);
    refused(&["network", "simulate", file, "--record", "golgi_cell"], &["golgi_cell.v_m[0..9]"]);
    refused(&["network", "simulate", file, "--record-every", "1ms"], &["--record"]);
    let fine = ["network", "simulate", file, "--record", "golgi_cell.v_m", "--record-every", "0.05ms"];
    refused(&fine, &["golgi_cell.v_m", "0.05"]);
    refused(&["network", "simulate", file, "--window", "9..1"], &["--window", "1200ms..1260ms"]);
    refused(&["network", "simulate", file, "--duration", "5ms", "--window", "1..9"], &["--window", "9"]);
    std::fs::remove_dir_all(work).unwrap();
}

#[test]
fn networks_are_converted_and_results_written_in_every_format() {
    let work = folder("formats");
    let path = |name: &str| work.join(name).to_str().unwrap().to_string();
    let (file, circuit, back) = (path("net.hdf5"), path("circuit"), path("back.hdf5"));
    let run = |arguments: &[&str]| {
        let output = lobule(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["network", "build", "--size", "50x50", "--out", &file]);
    assert!(run(&["network", "convert", &file, &circuit]).contains("SONATA circuit"));
    run(&["network", "convert", &format!("{circuit}/circuit_config.json"), &back]);
    let info = |file: &str| run(&["network", "info", file, "--json"]);
    assert_eq!(info(&file), info(&circuit));
    assert_eq!(info(&file), info(&back));
    refused(&["network", "convert", &file, &circuit], &["circuit", "not overwritten"]);
    refused(&["network", "convert", &circuit, &back], &["back.hdf5", "not overwritten"]);
    refused(&["network", "convert", &file, &path("net.xml")], &["net.xml", ".hdf5", "--to"]);
    refused(
        &["network", "convert", &file, &path("new"), "--to", "neuroml"],
        &["--to", "`neuroml`", "sonata"],
    );
    refused(&["network", "convert", &path("absent"), &path("new")], &["absent"]);
    assert!(!work.join("new").exists());

    let out = path("sim");
    let simulate = ["network", "simulate", &circuit, "--duration", "50ms", "--out", &out];
    let nwb = ["--format", "sonata,nwb", "--session-start", "2026-01-02T03:04:05Z"];
    let files = || {
        let entries = std::fs::read_dir(work.join("sim")).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    run(&[&simulate[..], &nwb[..]].concat());
    assert_eq!(files(), ["raster.svg", "recording.nwb", "spikes.h5"]);
    let first = std::fs::read(work.join("sim/recording.nwb")).unwrap();
    std::fs::remove_dir_all(work.join("sim")).unwrap();
    run(&[&simulate[..], &nwb[..], &["--threads", "2"]].concat());
    assert!(first == std::fs::read(work.join("sim/recording.nwb")).unwrap(), "equal runs gave other bytes");
    refused(
        &[&simulate[..], &["--format", "nwb", "--session-start", "now"]].concat(),
        &["session start", "`now`"],
    );
    std::fs::remove_dir_all(work).unwrap();
}

#[test]
fn a_killed_run_resumes_with_the_same_findings_bit_for_bit() {
    let work = folder("resume");
    let (whole, broken) = (work.join("whole"), work.join("broken"));
    let start = |out: &Path, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lobule"));
        command.args(["run", "prism"]).args(QUICK).args(["--out", out.to_str().unwrap()]).args(more);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    assert!(start(&whole, &[]).wait().unwrap().success());

    // Kill it in the middle of the protocol, after some trials of the condition.
    let mut run = start(&broken, &[]);
    let snapshot = work.join("broken.partial/snapshots/conditions/0/0.state");
    let begin = Instant::now();
    while !snapshot.exists() && begin.elapsed() < Duration::from_secs(300) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(100));
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(!broken.exists(), "a killed run leaves no finished folder");
    assert!(snapshot.exists(), "the condition was over before the run was killed");

    assert!(start(&broken, &["--resume"]).wait().unwrap().success());
    let findings = |folder: &Path| {
        let text = std::fs::read_to_string(folder.join("findings.json")).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value.as_object_mut().unwrap().remove("wall_s");
        value
    };
    assert_eq!(findings(&whole), findings(&broken));
    let recordings = |folder: &Path| {
        let text = std::fs::read_to_string(folder.join("recordings/prism.json")).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value.as_object_mut().unwrap().remove("wall_s");
        value
    };
    assert_eq!(recordings(&whole), recordings(&broken));
    assert!(broken.join("report.html").exists() && !broken.join("snapshots").exists());

    // A finished folder is never overwritten.
    let again = lobule(&["run", "prism", "--out", whole.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2));
    std::fs::remove_dir_all(work).unwrap();
}

#[test]
fn spikes_of_a_csv_file_are_analyzed_and_malformed_ones_refused() {
    let work = folder("spikes");
    // Six units of two populations in three directions of two trials; each fires every so many ms, by direction.
    let mut spikes = String::from("unit,population,trial,time\n");
    let mut trials = String::from("trial,direction,onset\n");
    for trial in 0..6 {
        trials += &format!("{trial},{},0.5\n", 120 * (trial % 3));
        for unit in 0..6 {
            let population = if unit < 3 { "mossy_fiber" } else { "dcn_p" };
            let every = 17 + (trial * 7 + unit * 5) % 23;
            for ms in (unit..1500).step_by(every) {
                spikes += &format!("{unit},{population},{trial},{}\n", ms as f64 * 1e-3);
            }
        }
    }
    let path = |name: &str| work.join(name).to_str().unwrap().to_string();
    std::fs::write(path("spikes.csv"), &spikes).unwrap();
    std::fs::write(path("trials.csv"), &trials).unwrap();
    let run = |spikes: &str, out: &str| {
        let settings = [
            "source=file".to_string(),
            format!("file.spikes={}", path(spikes)),
            format!("file.trials={}", path("trials.csv")),
            "file.purkinje=".into(),
        ];
        let mut arguments =
            vec!["run".to_string(), "analysis/state_prediction".into(), "--preset".into(), "quick".into()];
        settings.into_iter().for_each(|s| arguments.extend(["--set".into(), s]));
        arguments.extend(["--no-progress".into(), "--out".into(), path(out)]);
        lobule(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let output = run("spikes.csv", "run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("gain/file/60ms") && said.contains("r2/nuclear/lodo/file/20ms"), "{said}");
    assert!(work.join("run/report.html").exists());

    std::fs::write(path("bad.csv"), spikes.replacen("0,mossy_fiber,0,0\n", "0,mossy_fiber,0,soon\n", 1))
        .unwrap();
    let output = run("bad.csv", "bad");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && !work.join("bad").exists());
    for word in ["bad.csv", "line 2", "`time`", "`soon`"] {
        assert!(message.contains(word), "{message}");
    }
    let _ = std::fs::remove_dir_all(&work);
}

#[test]
fn completions_know_every_command_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = lobule(&["completions", shell]);
        let script = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && output.stderr.is_empty(), "{shell}");
        for word in ["list", "show", "report", "compare", "bench", "convert", "simulate", "snapshot-every"] {
            assert!(script.contains(word), "{shell}: no `{word}`");
        }
    }
    refused(&["completions", "tcsh"], &["tcsh", "bash"]);
}

#[test]
fn manual_pages_are_roff_of_the_command_that_is_named() {
    for (arguments, words) in [
        (&["man"][..], &[".TH lobule 1", "completions"][..]),
        (&["man", "run"], &["lobule\\-run", "\\-\\-preset", "EXPERIMENT"]),
        (&["man", "network", "simulate"], &["network\\-simulate", "\\-\\-stimulus"]),
    ] {
        let output = lobule(arguments);
        let page = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}");
        for word in words {
            assert!(page.contains(word), "{arguments:?}: no `{word}` in\n{page}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    assert!(lobule(&["man", "--dir", pages.to_str().unwrap()]).status.success());
    for page in ["lobule.1", "lobule-run.1", "lobule-network-simulate.1"] {
        let page = std::fs::read_to_string(pages.join(page)).unwrap();
        assert!(page.contains(".TH"), "{page}");
    }
    refused(&["man", "runs"], &["COMMAND", "`runs`", "run", "network"]);
    refused(&["man", "run", "quick"], &["`quick`", "no commands"]);
}

/// A program without MuJoCo says how to build one with it.
#[cfg(not(feature = "mujoco"))]
#[test]
fn experiments_on_legs_say_how_to_build_a_program_that_has_them() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_lobule"))
        .args(["run", "quadruped/heading"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(2), "{said}");
    let command = "scripts/fetch_mujoco.sh && cargo run --release --features mujoco -- run quadruped/heading";
    assert!(said.contains("built without MuJoCo") && said.contains(command), "{said}");
}
