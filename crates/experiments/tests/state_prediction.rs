//! State prediction from the configuration to the report: synthetic sessions, files that come back as they went, and files that
//! are refused.

use lobule_cerebellum::recordings::{
    Events, Session, TrialEvent, Unit, UnitTimes, read_csv, read_nwb, read_prism, write_nwb,
};
use lobule_experiments::prism::Condition;
use lobule_experiments::prism::Prism;
use lobule_experiments::prism::record::ActivitySnapshot;
use lobule_experiments::state_prediction::{StatePrediction, SyntheticKind, session};
use lobule_scaffold::hdf5::Output;
use lobule_signal::{SpikeTrain, Trace};
use lobule_study::{Error, Quiet};
use lobule_study::{Request, RunOptions, Study, run};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lobule-prediction-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A small session: 4 directions of 4 trials.
const SMALL: [&str; 6] = [
    "synthetic.wrist.directions=4",
    "synthetic.wrist.trials=4",
    "synthetic.mossy.units=12",
    "synthetic.purkinje.units=8",
    "synthetic.nuclear.units=8",
    "analysis.leads_ms=[20, 60]",
];

fn config(settings: &[String]) -> Result<<StatePrediction as Study>::Config, Error> {
    // Sizes of a synthetic session have no effect on a file, and its Purkinje and nuclear cells none on the network.
    let is_of = |source: &str| settings.iter().any(|s| s == source);
    let has_effect = |s: &&&str| {
        !(is_of("source=file") && s.starts_with("synthetic."))
            && !(is_of("source=network") && (s.contains(".purkinje.") || s.contains(".nuclear.")))
    };
    let small = SMALL.iter().filter(has_effect).map(|s| (*s).to_string());
    let all: Vec<String> = small.chain(settings.iter().cloned()).collect();
    StatePrediction.resolve(&Request { preset: "quick", settings: &all, ..Request::default() })
}

fn record(
    folder: &Folder,
    name: &str,
    jobs: usize,
    settings: &[String],
) -> Result<<StatePrediction as Study>::Record, Error> {
    let out = folder.0.join(name);
    let options = RunOptions { preset: "quick".into(), jobs, threads: 1, out, resumes: false };
    run(&StatePrediction, &config(settings)?, &options, &Quiet).map(|(_, record)| record)
}

fn set(text: impl Into<String>) -> String {
    text.into()
}

fn set_path(key: &str, path: &Path) -> String {
    format!("{key}={}", path.display())
}

#[test]
fn nuclei_that_estimate_the_present_add_something_and_a_relay_does_not() {
    let folder = Folder::new("kinds");
    // The size that the bounds are for. In small sessions a relay adds, too: it is a second, noisy sample of the same
    // late feedback.
    let larger = [
        set("synthetic.mossy.units=94"),
        set("synthetic.purkinje.units=83"),
        set("synthetic.nuclear.units=73"),
        set("synthetic.wrist.directions=8"),
        set("synthetic.wrist.trials=20"),
        set("analysis.leads_ms=[60]"),
    ];
    let record = record(&folder, "run", 1, &larger).unwrap();
    assert_eq!(record.subjects(), ["predictor", "relay"]);
    let at = |subject: &str| *record.of(subject).next().unwrap().at(3, record.strictest()).unwrap();
    let (predictor, relay) = (at("predictor"), at("relay"));
    assert!(predictor.gain() > 0.03 && relay.gain() < 0.02, "{predictor:?} {relay:?}");
    // In-sample R² tells them apart hardly at all.
    assert!(relay.nuclear > 0.4, "{relay:?}");
    for file in ["report.html", "figures/leads.svg", "figures/schemes.svg", "figures/example.svg"] {
        assert!(folder.0.join("run").join(file).exists(), "{file}");
    }
}

#[test]
fn jobs_change_nothing() {
    let folder = Folder::new("jobs");
    let one = record(&folder, "one", 1, &[set("seeds=[3, 4]")]).unwrap();
    let two = record(&folder, "two", 2, &[set("seeds=[3, 4]")]).unwrap();
    assert_eq!(one, two);
}

#[test]
fn a_session_written_as_csv_is_measured_as_before() {
    let folder = Folder::new("csv");
    let small = config(&[]).unwrap();
    let sampling = small.analysis.sampling().unwrap();
    let events = session(&small.synthetic, &sampling, SyntheticKind::Predictor, 0).unwrap();
    let (spikes, trials) = read_csv::tables(&events).unwrap();
    let (spikes, trials) = (folder.file("spikes.csv", &spikes), folder.file("trials.csv", &trials));
    let from_file = [set("source=file"), set_path("file.spikes", &spikes), set_path("file.trials", &trials)];
    let read = record(&folder, "file", 1, &from_file).unwrap();
    let made = record(&folder, "synthetic", 1, &[]).unwrap();
    assert_eq!(read.measured[0].report, made.measured[0].report);
    assert_eq!(read.directions, ["0", "90", "180", "270"]);
}

#[test]
fn columns_and_rows_may_be_in_any_order_and_times_in_ms() {
    let folder = Folder::new("order");
    let trials = folder.file("t.csv", "\u{feff}onset,direction,trial\n1000,left,a\n3000,right,b\n");
    let trials = read_csv::trials(&trials, 1e-3).unwrap();
    assert_eq!(
        {
            let second = &trials.trials[1];
            (second.name.as_str(), second.direction.as_str(), second.onset_s)
        },
        ("b", "right", 3.0)
    );
    let spikes =
        folder.file("s.csv", "time,trial,unit,population\n2999,b,10,mf\n 1001 , a , 2 , mf \n900,a,10,mf\n");
    let units = read_csv::spikes(&spikes, &trials, 1e-3).unwrap().units;
    let names: Vec<&str> = units.iter().map(|u| u.name.as_str()).collect();
    assert_eq!(names, ["2", "10"]);
    assert_eq!(units[1].times, UnitTimes::OfTrials(vec![vec![0.9], vec![2.999]]));
    // Without trials, times are those of the session.
    let spikes = folder.file("s.csv", "unit,population,time\n1,mf,2\n1,mf,1\n");
    assert_eq!(
        read_csv::spikes(&spikes, &trials, 1.0).unwrap().units[0].times,
        UnitTimes::OfSession(vec![1.0, 2.0])
    );
}

#[test]
fn malformed_tables_are_refused_with_file_line_and_value() {
    let folder = Folder::new("malformed");
    let good = folder.file("trials.csv", "trial,direction,onset\na,0,1\nb,90,2\n");
    let known = read_csv::trials(&good, 1.0).unwrap();
    let said = |error: lobule_cerebellum::Error, parts: &[&str]| {
        let message = error.to_string();
        assert!(parts.iter().all(|p| message.contains(p)), "{parts:?}: {message}");
    };
    for (text, parts) in [
        ("", &["trials.csv", "names its columns"][..]),
        ("trial,onset\na,1\n", &["no column `direction`", "trial, onset"]),
        ("trial,direction,onset\n", &["no trial"]),
        ("trial,direction,onset\na,0,soon\n", &["line 2", "`onset`", "`soon`"]),
        ("trial,direction,onset\na,0,NaN\n", &["none of its 1 trials"]),
        ("trial,direction,onset\na,0,inf\n", &["line 2", "`inf`", "finite"]),
        ("trial,direction,onset\na,0,1\na,0,2\n", &["line 3", "`a`", "line 2"]),
        ("trial,direction,onset\na,0\n", &["line 2", "2 fields", "3"]),
        ("trial,trial,onset\na,0,1\n", &["two columns", "`trial`"]),
    ] {
        said(read_csv::trials(&folder.file("trials.csv", text), 1.0).unwrap_err(), parts);
    }
    for (text, parts) in [
        ("unit,trial,time\n1,a,1\n", &["spikes.csv", "no column `population`"][..]),
        ("unit,population,trial,time\n", &["no spike"]),
        ("unit,population,trial,time\n1,mf,z,1\n", &["line 2", "`z`", "no trial of the table"]),
        ("unit,population,trial,time\n1,mf,a,1\n1,mf,a,inf\n", &["line 3", "`inf`"]),
        ("unit,population,trial,time\n,mf,a,1\n", &["line 2", "`unit`"]),
    ] {
        said(read_csv::spikes(&folder.file("spikes.csv", text), &known, 1.0).unwrap_err(), parts);
    }
    for (text, parts) in [
        ("time\n1\n", &["signals.csv", "beside `time`"][..]),
        ("time,x\n1,2\n1,3\n", &["line 3", "does not follow"]),
        ("time,x\n1,two\n", &["line 2", "`x`", "`two`"]),
        ("time,x\n", &["no value"]),
    ] {
        said(read_csv::signals(&folder.file("signals.csv", text), 1.0).unwrap_err(), parts);
    }
    said(
        read_csv::trials(&folder.0.join("nowhere.csv"), 1.0).unwrap_err(),
        &["nowhere.csv", "check the path"],
    );
    said(read_csv::trials(&folder.0, 1.0).unwrap_err(), &["directory"]);
    let bytes = folder.0.join("bytes.csv");
    fs::write(&bytes, [0xff, 0xfe, 0, b',', 0x80, b'\n', 0xff]).unwrap();
    assert!(read_csv::trials(&bytes, 1.0).is_err());
}

#[test]
fn damaged_tables_never_panic() {
    let folder = Folder::new("damaged");
    let trials = folder.file("trials.csv", "trial,direction,onset\na,0,1\nb,90,2\nc,180,3\n");
    let trials = read_csv::trials(&trials, 1.0).unwrap();
    let whole = "unit,population,trial,time\n1,mf,a,0.5\n\"2\",dcn,b,1.5\n2,dcn,c,1e3\n";
    for at in 0..whole.len() {
        // Cut short, and with each byte replaced.
        let _ = read_csv::spikes(&folder.file("s.csv", &whole[..at]), &trials, 1.0);
        for byte in [b'"', b',', b'\n', b'-', 0u8] {
            let mut bytes = whole.as_bytes().to_vec();
            bytes[at] = byte;
            let path = folder.0.join("s.csv");
            fs::write(&path, bytes).unwrap();
            let _ = read_csv::spikes(&path, &trials, 1.0);
        }
    }
}

#[test]
fn keys_that_do_not_fit_together_are_refused() {
    let refused = |settings: &[&str], parts: &[&str]| {
        let settings: Vec<String> = settings.iter().map(|s| (*s).to_string()).collect();
        let message = config(&settings).unwrap_err().to_string();
        assert!(parts.iter().all(|p| message.contains(p)), "{parts:?}: {message}");
    };
    refused(&["source=file"], &["file.spikes"]);
    refused(&["source=file", "file.spikes=a.csv"], &["file.trials"]);
    refused(&["source=file", "file.nwb=a.nwb", "file.prism=runs/x"], &["nwb, prism"]);
    refused(&["source=file", "file.nwb=a.nwb", "file.mossy="], &["file.mossy"]);
    refused(&["source=file", "file.nwb=a.nwb", "file.nuclear=mossy_fiber"], &["file.nuclear", "mossy_fiber"]);
    let nwb = ["source=file", "file.nwb=a.nwb"];
    refused(&[nwb[0], nwb[1], "file.purkinje=mossy_fiber"], &["file.purkinje", "file.mossy"]);
    refused(&[nwb[0], nwb[1], "file.purkinje=dcn_p"], &["file.purkinje", "file.nuclear"]);
    refused(&["source=network", "analysis.sigma_ms=30.5"], &["analysis.sigma_ms", "30.5"]);
    refused(&["source=monkey"], &["monkey"]);
    refused(&["analysis.kernel=box"], &["box"]);
    refused(&["analysis.leads_ms=[25, 60]"], &["analysis.leads_ms", "25", "20"]);
    refused(&["analysis.leads_ms=[20, 900]", "analysis.main_lead_ms=20"], &["analysis.leads_ms"]);
    refused(&["analysis.main_lead_ms=40"], &["analysis.main_lead_ms", "40"]);
    refused(&["analysis.sample_ms=12"], &["analysis.sample_ms", "12"]);
    refused(&["analysis.to_ms=805"], &["to_ms", "805"]);
    refused(&["analysis.penalties=[0.0]"], &["analysis.penalties"]);
    refused(&["synthetic.wrist.delay_ms=83"], &["analysis.bin_ms", "83"]);
    refused(&["synthetic.wrist.trials=1"], &["synthetic.wrist.trials", "2 to"]);
    refused(&["synthetic.feedback_share=1.5"], &["feedback_share", "1.5"]);
}

#[test]
fn populations_that_are_not_there_and_signals_that_are_too_short_are_named() {
    let folder = Folder::new("populations");
    let trials = folder.file("t.csv", "trial,direction,onset\na,0,1\nb,90,3\n");
    let spikes = folder.file("s.csv", "unit,population,time\n1,mf,1.1\n2,dn,1.2\n");
    let signals = folder.file("x.csv", "time,x\n0,1\n2,3\n");
    let with = |more: &[&str]| {
        let mut all = vec![
            set("source=file"),
            set_path("file.spikes", &spikes),
            set_path("file.trials", &trials),
            set_path("file.signals", &signals),
            set("file.purkinje="),
        ];
        all.extend(more.iter().map(|s| (*s).to_string()));
        record(&folder, "run", 1, &all).unwrap_err().to_string()
    };
    let message = with(&["file.mossy=mossy"]);
    assert!(
        message.contains("`mossy`") && message.contains("mf (1 units)") && message.contains("signals (1"),
        "{message}"
    );
    let message = with(&["file.mossy=mf", "file.nuclear=signals"]);
    assert!(message.contains("signal `x`") && message.contains("trial `b`"), "{message}");
    assert!(!folder.0.join("run").exists());
}

#[test]
fn signals_beside_trials_that_share_an_onset_are_refused() {
    let folder = Folder::new("clocks");
    let spikes = folder.file("s.csv", "unit,population,trial,time\n1,mf,a,0.1\n2,dn,b,0.2\n");
    let signals = folder.file("x.csv", "time,x\n0,1\n9,3\n");
    let read = |trials: &str| {
        let trials = folder.file("t.csv", trials);
        let settings = [
            set("source=file"),
            set_path("file.spikes", &spikes),
            set_path("file.trials", &trials),
            set_path("file.signals", &signals),
            set("file.purkinje="),
        ];
        record(&folder, "run", 1, &settings).unwrap_err().to_string()
    };
    let message = read("trial,direction,onset\na,0,0\nc,0,5\nb,90,0\n");
    assert!(["`a`", "`b`", "s.csv", "clock"].iter().all(|p| message.contains(p)), "{message}");
    // Onsets of the session pass; what is missing then is the population.
    let message = read("trial,direction,onset\na,0,1\nb,90,3\n");
    assert!(message.contains("no population"), "{message}");
}

/// Three trials in each of three directions, as an NWB file of lobule with a table of trials beside it.
fn nwb(folder: &Folder) -> (PathBuf, PathBuf) {
    let train = |label: &str, n: u32, prime: u64| {
        let mut train = SpikeTrain::new(label, n as usize);
        (0..9000u64).for_each(|step| {
            (0..n).filter(|i| (step * prime + u64::from(*i) * 7) % 97 < 3).for_each(|i| train.push(step, i));
        });
        train
    };
    let trains = [train("mossy_fiber", 4, 31), train("dcn_p", 3, 53)];
    let trace = Trace {
        label: "wrist".into(),
        unit: "deg".into(),
        n: 2,
        steps: (0..1800).map(|k| k * 5).collect(),
        values: (0..3600).map(|k| (k % 17) as f32).collect(),
    };
    let session = Session {
        description: "a test",
        start: "2026-11-22T09:00:00+00:00",
        dt_ms: 1.0,
        from_ms: 0.0,
        duration_ms: 9000.0,
        cells: &[],
        trace_neurons: &[],
    };
    let path = folder.0.join("spikes.nwb");
    write_nwb(&path, &session, &trains, &[trace]).unwrap();
    let rows: String = (0..8).map(|k| format!("{k},{},{}\n", k % 4, 0.5 + f64::from(k))).collect();
    (path, folder.file("trials.csv", &format!("trial,direction,onset\n{rows}")))
}

const COLUMNS: read_nwb::Columns = read_nwb::Columns {
    population: "population",
    trials: "trials",
    direction: "direction",
    onset: "start_time",
    unit_s: 1.0,
};

#[test]
fn spikes_and_series_of_nwb_files_are_read() {
    let folder = Folder::new("nwb");
    let (path, trials) = nwb(&folder);
    let read = read_nwb::read(&path, &COLUMNS, false, &["wrist"]).unwrap();
    assert_eq!((read.units.len(), read.signals.len()), (7, 2));
    assert_eq!(
        (read.units[0].population.as_str(), read.units[6].population.as_str()),
        ("dcn_p", "mossy_fiber")
    );
    assert_eq!(
        (read.signals[1].name.as_str(), read.signals[1].times_s[2], read.signals[1].values[2]),
        ("wrist[1]", 0.01, 5.0)
    );
    let whole = [
        set("source=file"),
        set_path("file.nwb", &path),
        set_path("file.trials", &trials),
        set("file.purkinje="),
        set("file.series=[\"wrist\"]"),
    ];
    let spikes = record(&folder, "spikes", 1, &whole).unwrap();
    let report = &spikes.measured[0].report;
    assert_eq!((report.trials, report.directions, report.units), (8, 4, [4, 0, 3]));
    assert!(spikes.notes.iter().any(|n| n.contains("no Purkinje cells")));
    // A continuous trace in the place of a population.
    let mut whole = whole.to_vec();
    whole.push(set("file.mossy=signals"));
    let signals = record(&folder, "signals", 1, &whole).unwrap();
    assert_eq!(signals.measured[0].report.units, [2, 0, 3]);
}

/// Most files hold the rate of a series as a 32-bit number, lobule's as one of 64.
#[test]
fn rates_of_series_are_read_in_both_widths() {
    let folder = Folder::new("widths");
    for is_narrow in [true, false] {
        let path = folder.0.join(format!("{is_narrow}.nwb"));
        let output = Output::create(&path).unwrap();
        let units = output.root().group("units").unwrap();
        units.data("spike_times", &[0.5f64], &[1]).unwrap();
        units.data("spike_times_index", &[1u64], &[1]).unwrap();
        units.strings("population", &["mf"]).unwrap();
        let wrist = output.root().group("acquisition").unwrap().group("wrist").unwrap();
        wrist.data("data", &[1.0f32, 2.0, 3.0], &[3]).unwrap();
        let start = wrist.data("starting_time", &[0.5f64], &[]).unwrap();
        if is_narrow { start.number("rate", 4.0f32) } else { start.number("rate", 4.0f64) }.unwrap();
        drop((units, wrist, start));
        output.finish().unwrap();
        let read = read_nwb::read(&path, &COLUMNS, false, &["wrist"]).unwrap();
        assert_eq!(read.signals[0].times_s, [0.5, 0.75, 1.0], "{is_narrow}");
    }
}

#[test]
fn nwb_files_without_what_is_needed_are_refused() {
    let folder = Folder::new("bad-nwb");
    let (path, _) = nwb(&folder);
    let refused =
        |path: &Path, columns: &read_nwb::Columns, trials: bool, series: &[&str], parts: &[&str]| {
            let message = read_nwb::read(path, columns, trials, series).unwrap_err().to_string();
            assert!(parts.iter().all(|p| message.contains(p)), "{parts:?}: {message}");
        };
    refused(&path, &COLUMNS, true, &[], &["intervals/trials", "file.trials"]);
    let other = read_nwb::Columns { population: "area", ..COLUMNS };
    refused(&path, &other, false, &[], &["units/area", "file.population_column", "population"]);
    refused(&path, &COLUMNS, false, &["elbow"], &["elbow", "acquisition/wrist"]);
    let text = folder.file("text.nwb", "this is no file of that kind");
    refused(&text, &COLUMNS, false, &[], &["text.nwb", "HDF5"]);
    refused(&folder.0.join("nowhere.nwb"), &COLUMNS, false, &[], &["nowhere.nwb", "no such file"]);
    // Cut short anywhere, it is refused or read, and never ends in a panic.
    let bytes = fs::read(&path).unwrap();
    for part in 1..40 {
        let cut = folder.0.join("cut.nwb");
        fs::write(&cut, &bytes[..bytes.len() * part / 40]).unwrap();
        let _ = read_nwb::read(&cut, &COLUMNS, false, &["wrist"]);
    }
}

#[test]
fn surplus_units_are_left_out_evenly_and_it_is_said() {
    let unit = |k: usize| Unit {
        name: k.to_string(),
        population: "a".into(),
        times: UnitTimes::OfSession(vec![1.0]),
    };
    let mut events = Events {
        trials: vec![TrialEvent { name: "0".into(), direction: "0".into(), onset_s: 0.0 }],
        units: (0..10).map(unit).collect(),
        ..Events::default()
    };
    events.thin_out("a", 4);
    let names: Vec<&str> = events.units.iter().map(|u| u.name.as_str()).collect();
    assert_eq!((names, events.notes.len()), (vec!["2", "4", "7", "9"], 1));
    events.thin_out("a", 4);
    assert_eq!(events.units.len(), 4);
}

#[test]
fn a_folder_that_is_no_run_of_prism_is_refused() {
    let folder = Folder::new("prism");
    let message =
        record(&folder, "run", 1, &[set("source=file"), set_path("file.prism", &folder.0)]).unwrap_err();
    assert!(message.to_string().contains("recordings/prism.json"), "{message}");
    fs::create_dir_all(folder.0.join("recordings")).unwrap();
    folder.file("recordings/prism.json", "{}");
    let message =
        record(&folder, "run", 1, &[set("source=file"), set_path("file.prism", &folder.0)]).unwrap_err();
    assert!(message.to_string().contains("prism.json"), "{message}");
}

/// A small loop with every spike kept: what a run of prism leaves is a session of its two deviations.
#[test]
fn a_run_of_prism_that_keeps_all_spikes_is_a_session() {
    let folder = Folder::new("kept");
    let small = [
        "scaffold.size_um=[60,60]",
        "protocol.trial_ms=100",
        "motor_olive.delay_ms=40",
        "sensory_olive.spontaneous_hz=20",
        "motor_olive.spontaneous_hz=20",
        "protocol.baseline=4",
        "protocol.prism=4",
        "protocol.removal=2",
        "protocol.spikes=all",
        "calibration.trials=2",
        "calibration.sweep_deg=[0,20]",
        "calibration.sweep_trials=1",
        "calibration.max_sd_deg=90",
        "loop.polarity=wrong",
        "conditions=[\"static\", \"plastic\"]",
    ]
    .map(String::from);
    let config = Prism.resolve(&Request { preset: "quick", settings: &small, ..Request::default() }).unwrap();
    let out = folder.0.join("prism");
    let options = RunOptions { preset: "quick".into(), jobs: 1, threads: 1, out, resumes: false };
    let (finished, result) = run(&Prism, &config, &options, &Quiet).unwrap();
    // The rasters still show three trials with all populations.
    let whole = |s: &&ActivitySnapshot| s.spikes.iter().any(|t| t.label == "granule_cell");
    let plastic = result.condition(Condition::Plastic).next().unwrap();
    assert_eq!(plastic.snapshots.iter().filter(whole).count(), 2 * 3);
    assert_eq!(plastic.snapshots.len(), 2 * 10);

    for condition in ["static", "plastic"] {
        let events = read_prism::read(&finished.folder, condition, "forward").unwrap();
        assert_eq!(events.trials.len(), 10);
        let directions: BTreeSet<&str> = events.trials.iter().map(|t| t.direction.as_str()).collect();
        assert_eq!(directions, BTreeSet::from(["0 deg", "20 deg"]));
        let populations: BTreeSet<&str> = events.units.iter().map(|u| u.population.as_str()).collect();
        assert_eq!(populations, BTreeSet::from(["dcn_p", "mossy_fiber", "purkinje_cell"]));
    }
    let missing = read_prism::read(&finished.folder, "forward_only", "forward").unwrap_err().to_string();
    assert!(missing.contains("forward_only") && missing.contains("protocol.spikes=all"), "{missing}");
}
