//! Recordings as other programs write them: NWB files of pynwb, tables of spreadsheets and of pandas; trials that share spikes, lack
//! their event or a clock in common.

use lobule_cerebellum::recordings::{UnitTimes, read_csv, read_nwb};
use lobule_experiments::state_prediction::StatePrediction;
use lobule_scaffold::hdf5::Output;
use lobule_study::{Error, Quiet, Request, RunOptions, Study, run};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn session_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/session.nwb")
}

type Record = <StatePrediction as Study>::Record;

/// A run with files, without Purkinje cells.
fn record(settings: &[String]) -> Result<Record, Error> {
    let folder = tempfile::tempdir().unwrap();
    let mut all: Vec<String> =
        ["source=file", "file.purkinje=", "analysis.leads_ms=[60]"].map(String::from).to_vec();
    all.extend_from_slice(settings);
    let request = Request { preset: "quick", settings: &all, ..Request::default() };
    let config = StatePrediction.resolve(&request)?;
    let out = folder.path().join("run");
    let options = RunOptions { preset: "quick".into(), jobs: 1, threads: 1, out, resumes: false };
    run(&StatePrediction, &config, &options, &Quiet).map(|(_, record)| record)
}

fn set(key: &str, value: impl std::fmt::Display) -> String {
    format!("{key}={value}")
}

fn of_session(more: &[(&str, &str)]) -> Result<Record, Error> {
    let mut settings = vec![set("file.nwb", session_file().display())];
    settings.extend(more.iter().map(|(key, value)| set(key, value)));
    record(&settings)
}

#[track_caller]
fn says(result: Result<Record, Error>, parts: &[&str]) {
    let message = result.unwrap_err().to_string();
    parts.iter().for_each(|p| assert!(message.contains(p), "`{p}` is missing: {message}"));
}

#[track_caller]
fn notes(record: &Record, part: &str) {
    assert!(record.notes.iter().any(|n| n.contains(part)), "`{part}` is missing: {:#?}", record.notes);
}

#[test]
fn directions_may_be_integers_booleans_floats_or_texts() {
    let integers = of_session(&[]).unwrap();
    assert_eq!(integers.directions, ["0", "90", "180"]);
    let booleans = of_session(&[("file.direction_column", "is_left")]).unwrap();
    assert_eq!(booleans.directions.len(), 2);
    let floats = of_session(&[("file.direction_column", "speed")]).unwrap();
    assert_eq!(floats.directions, ["0", "22.5", "45"]);
    let texts = of_session(&[("file.trials_table", "reaches")]).unwrap();
    assert_eq!(texts.directions, ["0 deg", "180 deg", "90 deg"]);
    // The same trials in the same order: the same numbers.
    assert_eq!(integers.measured[0].report, floats.measured[0].report);
}

#[test]
fn a_table_of_trials_that_is_not_there_is_refused_with_those_that_are() {
    says(
        of_session(&[("file.trials_table", "epochs")]),
        &["intervals/epochs", "file.trials_table", "reaches, trials"],
    );
}

#[test]
fn trials_without_their_event_are_left_out_with_a_note() {
    let record = of_session(&[("file.onset_column", "movement_onset")]).unwrap();
    assert_eq!(record.measured[0].report.trials, 11);
    notes(&record, "1 of 12 trials have no `movement_onset`");
}

#[test]
fn regions_of_electrodes_are_populations() {
    let own = of_session(&[]).unwrap();
    for column in ["location", "location"] {
        let record = of_session(&[("file.population_column", column)]).unwrap();
        assert_eq!(record.measured[0].report, own.measured[0].report, "{column}");
    }
    says(of_session(&[("file.population_column", "group")]), &["mossy_fiber", "shank (9 units)"]);
    says(of_session(&[("file.population_column", "area")]), &["units/area", "electrodes", "location"]);
}

#[test]
fn series_are_found_in_processing_and_in_containers() {
    for (series, elements) in
        [("emg", 1), ("wrist", 2), ("Position/wrist", 2), ("processing/behavior/Position/wrist", 2)]
    {
        let named = format!("[\"{series}\"]");
        let record = of_session(&[("file.nuclear", "signals"), ("file.series", &named)]).unwrap();
        assert_eq!(record.measured[0].report.units, [5, 0, elements], "{series}");
    }
    let missing = of_session(&[("file.nuclear", "signals"), ("file.series", "[\"elbow\"]")]);
    says(missing, &["elbow", "processing/behavior/emg", "processing/behavior/Position/wrist"]);
}

/// A file with a unit of each population and trials of two directions.
fn nwb(folder: &Path, times: impl Fn(usize) -> Vec<f64>, onsets: &[f64]) -> PathBuf {
    let path = folder.join("made.nwb");
    let output = Output::create(&path).unwrap();
    let (units, trials) = (output.root().group("units").unwrap(), output.root().group("intervals").unwrap());
    let trials = trials.group("trials").unwrap();
    let all: Vec<Vec<f64>> = (0..4).map(times).collect();
    let ends: Vec<u64> = all
        .iter()
        .scan(0, |n, t| {
            *n += t.len() as u64;
            Some(*n)
        })
        .collect();
    let flat = all.concat();
    units.data("spike_times", &flat, &[flat.len()]).unwrap();
    units.data("spike_times_index", &ends, &[4]).unwrap();
    units.strings("population", &["mossy_fiber", "mossy_fiber", "dcn_p", "dcn_p"]).unwrap();
    trials.data("start_time", onsets, &[onsets.len()]).unwrap();
    let directions: Vec<i64> = (0..onsets.len() as i64).map(|k| 90 * (k % 3)).collect();
    trials.data("direction", &directions, &[onsets.len()]).unwrap();
    drop((units, trials));
    output.finish().unwrap();
    path
}

/// Spikes of unit `u` around each onset, s, none on the border of two bins.
fn around(u: usize, onsets: &[f64]) -> Vec<f64> {
    let spike = |(k, onset): (usize, &f64)| -> Vec<f64> {
        (0..40)
            .map(|j| onset - 0.499_63 + 0.04 * j as f64 + 0.003 * ((u * 7 + k * 3 + j) % 11) as f64)
            .collect()
    };
    onsets.iter().enumerate().flat_map(spike).collect()
}

fn onsets(n: usize, apart_s: f64) -> Vec<f64> {
    (0..n).map(|k| 2.0 + apart_s * k as f64).collect()
}

#[test]
fn trials_that_share_their_spikes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = |times: &dyn Fn(usize) -> Vec<f64>, at: &[f64]| {
        record(&[set("file.nwb", nwb(folder.path(), times, at).display())])
    };
    let apart = onsets(12, 2.0);
    run(&|u| around(u, &apart), &apart).unwrap();
    // Spikes that begin again with each trial, whatever the onsets say.
    let restarting = |u: usize| {
        let own = |onset: &f64| around(u, &[*onset]).iter().map(|t| t - onset).collect::<Vec<_>>();
        apart.iter().flat_map(own).collect::<Vec<_>>()
    };
    says(run(&restarting, &[0.0; 12]), &["made.nwb", "spike_times", "begin again with each trial"]);
    says(run(&restarting, &apart), &["spike_times", "begin again with each trial"]);
    // One onset for all.
    let one = vec![2.0; 12];
    says(run(&|u| around(u, &apart), &one), &["`0`", "share the onset 2 s", "those of the other"]);
    // Most of each window is that of the next trial.
    let dense = onsets(12, 0.1);
    says(run(&|u| around(u, &apart), &dense), &["`0` and `1`", "% of their windows"]);
    // A quarter of it.
    let near = onsets(12, 0.75);
    let sorted = |u: usize| {
        let mut times = around(u, &near);
        times.sort_by(f64::total_cmp);
        times
    };
    let path = nwb(folder.path(), sorted, &near);
    let window = [set("file.nwb", path.display()), set("analysis.from_ms", -200), set("analysis.to_ms", 800)];
    notes(&record(&window).unwrap(), "windows of 11 trials (-200 to 800 ms) overlap");
}

#[test]
fn unsorted_spikes_are_sorted_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let at = onsets(12, 2.0);
    let mut one = around(0, &at);
    one.swap(3, 4);
    one.sort_by(f64::total_cmp);
    one.swap(10, 11);
    let path = nwb(
        folder.path(),
        |u| {
            if u == 0 {
                one.clone()
            } else {
                let mut t = around(u, &at);
                t.sort_by(f64::total_cmp);
                t
            }
        },
        &at,
    );
    notes(&record(&[set("file.nwb", path.display())]).unwrap(), "spike times of 1 units do not rise");
}

#[test]
fn times_in_ms_are_read_with_their_unit_and_refused_without() {
    let folder = tempfile::tempdir().unwrap();
    let at = onsets(12, 2.0);
    let in_s = record(&[set("file.nwb", nwb(folder.path(), |u| around(u, &at), &at).display())]).unwrap();
    let ms = |s: &[f64]| s.iter().map(|t| t * 1e3).collect::<Vec<_>>();
    let path = nwb(folder.path(), |u| ms(&around(u, &at)), &ms(&at));
    let named = set("file.nwb", path.display());
    let in_ms = record(&[named.clone(), set("file.time_unit", "ms")]).unwrap();
    assert_eq!(in_ms.measured[0].report.trials, in_s.measured[0].report.trials);
    let (a, b) = (&in_ms.measured[0].report.scores, &in_s.measured[0].report.scores);
    assert!(a.iter().zip(b).all(|(a, b)| (a.nuclear - b.nuclear).abs() < 1e-6), "{a:?} {b:?}");
    says(
        record(&[named]),
        &["no unit of `mossy_fiber`", "lie at 1500", "the onsets at 2000 to 24000 s", "file.time_unit"],
    );
}

/// The text of a line with some fields.
type Way = fn(&[String]) -> String;

/// The tables of a session, with lines as `write` gives them.
fn tables(
    folder: &Path,
    onset: impl Fn(f64) -> f64,
    time: impl Fn(f64, f64) -> f64,
    write: Way,
) -> [String; 2] {
    let at = onsets(12, 2.0);
    let line = |fields: &[&str]| write(&fields.iter().map(|f| f.to_string()).collect::<Vec<_>>());
    let (mut spikes, mut trials) =
        (line(&["unit", "population", "trial", "time"]), line(&["trial", "direction", "onset"]));
    for (k, t) in at.iter().enumerate() {
        trials += &line(&[&k.to_string(), &(90 * (k % 3)).to_string(), &onset(*t).to_string()]);
        for u in 0..4 {
            let population = if u < 2 { "mossy_fiber" } else { "dcn_p" };
            for spike in around(u, &[*t]) {
                let ms = (time(spike, *t) * 1e4).round() / 1e4;
                spikes += &line(&[&u.to_string(), population, &format!("{k}.0"), &ms.to_string()]);
            }
        }
    }
    let (s, t) = (folder.join("spikes.csv"), folder.join("trials.csv"));
    std::fs::write(&s, spikes).unwrap();
    std::fs::write(&t, trials).unwrap();
    [set("file.spikes", s.display()), set("file.trials", t.display())]
}

fn commas(fields: &[String]) -> String {
    fields.join(",") + "\n"
}

#[test]
fn tables_give_the_same_numbers_however_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    // Trials are written as 0.0 in the table of spikes, as pandas does.
    let session = |t: f64, _| t;
    let plain = record(&tables(folder.path(), |t| t, session, commas)).unwrap();
    let ways: [(&str, Way); 5] = [
        ("semicolons, decimal commas, CRLF", |f| f.join(";").replace('.', ",") + "\r\n"),
        ("tabs", |f| f.join("\t") + "\n"),
        ("bars and spaces", |f| f.join(" | ") + "\n"),
        ("quotes", |f| f.iter().map(|f| format!("\"{f}\"")).collect::<Vec<_>>().join(",") + "\n"),
        ("empty lines and comments", |f| f.join(",") + "\n\n# a comment\n"),
    ];
    for (name, write) in ways {
        let other = record(&tables(folder.path(), |t| t, session, write));
        let other = other.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(other.measured[0].report, plain.measured[0].report, "{name}");
        let has_note = other.notes.iter().any(|n| n.contains("read as decimals"));
        assert_eq!(has_note, name.contains("commas"), "{name}: {:?}", other.notes);
    }
}

#[test]
fn spikes_and_onsets_of_two_clocks_are_refused_with_both() {
    let folder = tempfile::tempdir().unwrap();
    let from_onset = tables(folder.path(), |t| t, |s, t| s - t, commas);
    says(
        record(&from_onset),
        &["no unit of `mossy_fiber`", "0 of its", "onsets at 2 to 24 s", "onsets are 0"],
    );
    // With onsets of 0 every trial has its own clock, and spikes of its own.
    record(&tables(folder.path(), |_| 0.0, |s, t| s - t, commas)).unwrap();
}

fn table(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn trials_may_be_written_as_floats_and_halves_are_none() {
    let trials = read_csv::trials(table("trial,direction,onset\n0,0,1\n1,90,2\n").path(), 1.0).unwrap();
    let read = |text: &str| read_csv::spikes(table(text).path(), &trials, 1.0);
    let spikes = read("unit,population,trial,time\n1,mf,0.0,1\n1,mf,1.0,2\n1.0,mf,1e0,3\n").unwrap();
    assert_eq!(spikes.units.len(), 1, "1 and 1.0 are one unit");
    assert_eq!(spikes.units[0].times, UnitTimes::OfTrials(vec![vec![1.0], vec![2.0, 3.0]]));
    let half = read("unit,population,trial,time\n1,mf,0.5,1\n").unwrap_err().to_string();
    assert!(half.contains("line 2") && half.contains("`0.5`"), "{half}");
    // The other way round, and once each.
    let trials = read_csv::trials(table("trial,direction,onset\n0.0,0.0,1\n1.0,0,2\n").path(), 1.0).unwrap();
    assert_eq!(trials.trials.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["0", "1"]);
    assert_eq!(trials.trials[0].direction, trials.trials[1].direction);
    let twice = read_csv::trials(table("trial,direction,onset\n0,0,1\n0.0,90,2\n").path(), 1.0);
    let twice = twice.unwrap_err().to_string();
    assert!(twice.contains("line 3") && twice.contains("line 2"), "{twice}");
}

#[test]
fn missing_onsets_of_a_table_leave_their_trials_and_spikes_out() {
    let text = "trial,direction,onset\na,0,1\nb,90,\nc,,3\nd,90,NaN\ne,0,5\n";
    let trials = read_csv::trials(table(text).path(), 1.0).unwrap();
    assert_eq!(trials.trials.len(), 2);
    let all = trials.notes.join("\n");
    assert!(
        all.contains("2 of 5 trials have no onset") && all.contains("1 of 5 trials have no direction"),
        "{all}"
    );
    let spikes = "unit,population,trial,time\n1,mf,a,1\n1,mf,b,2\n1,mf,d,2\n1,mf,e,5\n";
    let spikes = read_csv::spikes(table(spikes).path(), &trials, 1.0).unwrap();
    assert_eq!(spikes.units[0].times, UnitTimes::OfTrials(vec![vec![1.0], vec![5.0]]));
    assert!(spikes.notes[0].contains("2 spikes"), "{:?}", spikes.notes);
    let none = read_csv::trials(table("trial,direction,onset\na,0,nan\nb,90,\n").path(), 1.0);
    assert!(none.unwrap_err().to_string().contains("none of its 2 trials"));
}

#[test]
fn a_table_that_cannot_be_divided_is_refused_with_its_first_line() {
    for (text, parts) in [
        ("trial:direction:onset\n0:0:1\n", &["`trial:direction:onset`", "`trial`", "tabs"][..]),
        ("trial;direction;start\n0;0;1\n", &["divided by `;`", "`onset`", "trial, direction, start"]),
        ("trial,direction,onset\n0,0,1,5\n", &["line 2", "4 fields"]),
        ("trial;direction;onset\n0;0;1,5\n1;0;2.5\n", &["line 3", "another sign for decimals"]),
        ("trial;direction;onset\n0;0;1.000,5\n", &["line 2", "`1.000,5`"]),
    ] {
        let error = read_csv::trials(table(text).path(), 1.0).unwrap_err().to_string();
        parts.iter().for_each(|p| assert!(error.contains(p), "`{p}` is missing: {error}"));
    }
    for (path, part) in [("/dev/zero", "regular file"), ("/tmp", "directory")] {
        let error = read_csv::trials(Path::new(path), 1.0).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn damaged_sessions_never_panic() {
    let bytes = std::fs::read(session_file()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.nwb");
    let columns = read_nwb::Columns {
        population: "location",
        trials: "trials",
        direction: "is_left",
        onset: "movement_onset",
        unit_s: 1.0,
    };
    let mut said = String::new();
    for k in 0..60 {
        let mut damaged = bytes.clone();
        let at = (k * 7919 + 13) % damaged.len();
        damaged[at] ^= 1 << (k % 8);
        std::fs::write(&path, &damaged).unwrap();
        if let Err(e) = read_nwb::read(&path, &columns, true, &["emg", "wrist"]) {
            _ = writeln!(said, "{e}");
        }
        std::fs::write(&path, &bytes[..bytes.len() * k / 60]).unwrap();
        assert!(read_nwb::read(&path, &columns, true, &[]).is_err(), "cut at {k}/60");
    }
}
