//! Promise: a recording in a file holds what was recorded, to the last bit, in the
//! layout that its format asks for; the same recording gives the same bytes; and
//! a recording that contradicts itself leaves no file. Whether pynwb, libsonata and
//! bmtk agree is asked in `validation/formats`.

use lobule_cerebellum::Error;
use lobule_cerebellum::recordings::{Session, write_nwb, write_sonata_report, write_sonata_spikes};
use lobule_scaffold::CellSites;
use lobule_scaffold::hdf5::Store;
use lobule_signal::{SpikeTrain, Trace};
use std::path::{Path, PathBuf};

/// A folder that vanishes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lobule-recordings-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn spikes() -> Vec<SpikeTrain> {
    let train = |label: &str, n, spikes: &[(u64, u32)]| {
        let mut train = SpikeTrain::new(label, n);
        spikes.iter().for_each(|&(step, id)| train.push(step, id));
        train
    };
    vec![
        train("purkinje_cell", 3, &[(1, 2), (7, 0), (7, 2), (999, 2)]),
        train("io_cell", 2, &[]),
        train("golgi_cell", 1, &[(3, 0)]),
    ]
}

fn trace() -> Trace {
    Trace {
        label: "purkinje_cell.v_m".into(),
        unit: "mV".into(),
        n: 2,
        steps: vec![10, 20, 30],
        values: vec![-60.0, -61.5, -59.25, 0.1, -58.0, f32::MIN_POSITIVE],
    }
}

fn cells() -> Vec<CellSites> {
    vec![
        CellSites {
            cell_type: "purkinje_cell".into(),
            positions: vec![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 0.1 + 0.2]],
            label_sets: vec![vec![], vec!["plus".into()]],
            labels: vec![1, 0, 1],
        },
        // Of another number: not the recorded population.
        CellSites { cell_type: "golgi_cell".into(), ..CellSites::default() },
    ]
}

fn session<'a>(cells: &'a [CellSites], neurons: &'a [Vec<u32>]) -> Session<'a> {
    let (description, start) = ("A test of 100 ms.", "2026-11-22T09:00:00+00:00");
    Session {
        description,
        start,
        dt_ms: 0.1,
        from_ms: 0.0,
        duration_ms: 100.0,
        cells,
        trace_neurons: neurons,
    }
}

/// Every object of a file with its type of NWB, in order of path.
fn objects(store: &Store) -> Vec<String> {
    fn walk(store: &Store, node: &lobule_scaffold::hdf5::Node, found: &mut Vec<String>) {
        for child in store.members(node).unwrap().into_values() {
            let kind = match store.attributes(&child).unwrap().has("neurodata_type") {
                true => match store.text_attribute(&child.path, "neurodata_type") {
                    Some(kind) => kind,
                    None => store.attributes(&child).unwrap().text("neurodata_type").unwrap(),
                },
                false => "-".into(),
            };
            found.push(format!("{} {kind}", child.path));
            walk(store, &child, found);
        }
    }
    let mut found = Vec::new();
    walk(store, &store.root(), &mut found);
    found
}

#[test]
fn an_nwb_file_has_the_objects_of_the_schema() {
    let folder = Folder::new("nwb");
    let path = folder.0.join("a.nwb");
    let (cells, neurons) = (cells(), [vec![2, 0]]);
    write_nwb(&path, &session(&cells, &neurons), &spikes(), &[trace()]).unwrap();
    let store = Store::open(&path).unwrap();
    let root = store.root();
    let about = store.attributes(&root).unwrap();
    assert_eq!(about.text("neurodata_type").unwrap(), "NWBFile");
    assert_eq!(about.text("nwb_version").unwrap(), "2.11.0");
    assert_eq!(
        objects(&store),
        [
            "acquisition -",
            "acquisition/purkinje_cell.v_m TimeSeries",
            "acquisition/purkinje_cell.v_m/data -",
            "acquisition/purkinje_cell.v_m/starting_time -",
            "analysis -",
            "file_create_date -",
            "general -",
            "general/experiment_description -",
            "general/keywords -",
            "general/notes -",
            "general/subject Subject",
            "general/subject/age -",
            "general/subject/description -",
            "general/subject/sex -",
            "general/subject/species -",
            "general/subject/subject_id -",
            "identifier -",
            "processing -",
            "session_description -",
            "session_start_time -",
            "stimulus -",
            "stimulus/presentation -",
            "stimulus/templates -",
            "timestamps_reference_time -",
            "units Units",
            "units/cell VectorData",
            "units/id ElementIdentifiers",
            "units/labels VectorData",
            "units/obs_intervals VectorData",
            "units/obs_intervals_index VectorIndex",
            "units/population VectorData",
            "units/spike_times VectorData",
            "units/spike_times_index VectorIndex",
            "units/x VectorData",
            "units/y VectorData",
            "units/z VectorData",
        ]
    );
    assert_eq!(store.text("session_start_time").unwrap(), "2026-11-22T09:00:00+00:00");

    // A row per neuron, silent ones too; times in seconds.
    let seconds = |step: u64| step as f64 * 0.1 / 1000.0;
    let times = store.floats("units/spike_times", None).unwrap();
    assert_eq!(times, [seconds(7), seconds(1), seconds(7), seconds(999), seconds(3)]);
    assert_eq!(store.integers("units/spike_times_index", None).unwrap(), [1, 1, 4, 4, 4, 5]);
    assert_eq!(store.integers("units/cell", None).unwrap(), [0, 1, 2, 0, 1, 0]);
    let population = store.texts("units/population").unwrap();
    assert_eq!(population, [["purkinje_cell"; 3].as_slice(), &["io_cell"; 2], &["golgi_cell"]].concat());
    assert_eq!(store.texts("units/labels").unwrap(), ["plus", "", "plus", "", "", ""]);
    let z = store.floats("units/z", None).unwrap();
    assert_eq!(z[..3], [3.0, 6.0, 0.1 + 0.2]);
    assert!(z[3..].iter().all(|z| z.is_nan()), "places that are not known are not numbers: {z:?}");
    assert_eq!(store.floats("units/obs_intervals", Some(2)).unwrap(), [0.0, 0.1].repeat(6));

    // An index refers to its column, by an object reference.
    let units = &store.members(&root).unwrap()["units"];
    let columns = store.members(units).unwrap();
    for name in ["spike_times", "obs_intervals"] {
        let index = store.attributes(&columns[&format!("{name}_index")]).unwrap();
        assert!(index.refers_to("target", &columns[name]).unwrap());
        assert!(!index.refers_to("target", &columns["id"]).unwrap());
    }

    let data = "acquisition/purkinje_cell.v_m/data";
    assert_eq!(store.shape(data).unwrap(), [3, 2]);
    assert_eq!(store.text_attribute(data, "unit").as_deref(), Some("volts"));
    assert_eq!(
        store.floats(data, Some(2)).unwrap(),
        trace().values.iter().map(|&v| f64::from(v)).collect::<Vec<_>>()
    );
}

#[test]
fn the_same_recording_gives_the_same_bytes_and_another_one_other_ids() {
    let folder = Folder::new("same");
    let path = |name: &str| folder.0.join(name);
    let write = |name: &str, spikes: &[SpikeTrain]| {
        write_nwb(&path(name), &session(&[], &[]), spikes, &[trace()]).unwrap();
        std::fs::read(path(name)).unwrap()
    };
    let one = write("one.nwb", &spikes());
    assert!(one == write("two.nwb", &spikes()));
    let mut other = spikes();
    other[0].steps[3] = 998;
    write("other.nwb", &other);
    let id = |name: &str| Store::open(&path(name)).unwrap().text("identifier").unwrap();
    assert_eq!(id("one.nwb"), id("two.nwb"));
    assert_ne!(id("one.nwb"), id("other.nwb"));
}

#[test]
fn sonata_files_hold_times_in_milliseconds_and_elements() {
    let folder = Folder::new("sonata");
    let path = folder.0.join("spikes.h5");
    write_sonata_spikes(&path, &session(&[], &[]), &spikes()).unwrap();
    let store = Store::open(&path).unwrap();
    let times = store.floats("spikes/purkinje_cell/timestamps", None).unwrap();
    assert_eq!(times, [1u64, 7, 7, 999].map(|s| s as f64 * 0.1));
    assert_eq!(store.integers("spikes/purkinje_cell/node_ids", None).unwrap(), [2, 0, 2, 2]);
    assert!(store.floats("spikes/io_cell/timestamps", None).unwrap().is_empty());
    let units = store.text_attribute("spikes/purkinje_cell/timestamps", "units");
    assert_eq!(units.as_deref(), Some("ms"));

    let path = folder.0.join("report.h5");
    write_sonata_report(&path, &session(&[], &[vec![2, 0]]), &trace()).unwrap();
    let store = Store::open(&path).unwrap();
    let group = "report/purkinje_cell";
    assert_eq!(store.shape(&format!("{group}/data")).unwrap(), [3, 2]);
    assert_eq!(store.integers(&format!("{group}/mapping/node_ids"), None).unwrap(), [2, 0]);
    assert_eq!(store.integers(&format!("{group}/mapping/index_pointers"), None).unwrap(), [0, 1, 2]);
    assert_eq!(store.floats(&format!("{group}/mapping/time"), None).unwrap(), [1.0, 4.0, 1.0]);
    assert_eq!(store.text_attribute(&format!("{group}/data"), "units").as_deref(), Some("mV"));
}

#[test]
fn recordings_that_contradict_themselves_leave_no_file() {
    type Damage = fn(&mut Vec<SpikeTrain>, &mut Vec<Trace>, &mut Session);
    let cases: [(Damage, &[&str]); 11] = [
        (|_, _, s| s.dt_ms = 0.0, &["dt_ms", "0"]),
        (|_, _, s| s.duration_ms = f64::NAN, &["duration_ms", "NaN"]),
        (|_, _, s| s.start = "yesterday", &["session start", "`yesterday`", "2026-11-22T09:00:00"]),
        (|_, _, s| s.trace_neurons = &[], &[]),
        (|spikes, _, _| spikes[0].ids[1] = 3, &["`purkinje_cell`", "neuron 3 of 3"]),
        (|spikes, _, _| _ = spikes[0].ids.pop(), &["`purkinje_cell`", "3 neurons for 4 times"]),
        (|spikes, _, _| spikes[1].label = "a/b".into(), &["`a/b`", "without `/`"]),
        (|spikes, _, _| spikes[1].label = "golgi_cell".into(), &["`golgi_cell`", "twice"]),
        (|_, traces, _| traces[0].steps[2] = 31, &["`purkinje_cell.v_m`", "equal times"]),
        (|_, traces, _| _ = traces[0].values.pop(), &["`purkinje_cell.v_m`", "5 values for 3 samples of 2"]),
        (|_, traces, _| traces.push(Trace::default()), &["1 lists for 2 traces"]),
    ];
    let folder = Folder::new("bad");
    let path = folder.0.join("bad.nwb");
    let neurons = [vec![2, 0]];
    for (damage, parts) in cases {
        let (mut spikes, mut traces, mut session) = (spikes(), vec![trace()], session(&[], &neurons));
        damage(&mut spikes, &mut traces, &mut session);
        let result = write_nwb(&path, &session, &spikes, &traces);
        if parts.is_empty() {
            result.unwrap();
            std::fs::remove_file(&path).unwrap();
            continue;
        }
        let message = result.unwrap_err().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{parts:?}: {message}");
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0, "{message}");
    }
    let missing = write_nwb(Path::new("/nowhere/a.nwb"), &session(&[], &[]), &spikes(), &[]);
    assert!(matches!(missing, Err(Error::Scaffold(_))), "{missing:?}");
}
