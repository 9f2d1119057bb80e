//! Spikes of files as stimuli: tables of any program, SONATA files and recordings in NWB; and what is refused of them.

use lobule_cerebellum::open_loop::{
    OpenLoop, OpenLoopResult, OwnTables, SharedAnatomy, Stimulus, own_tables,
};
use lobule_cerebellum::recordings::{Session, write_nwb, write_sonata_spikes};
use lobule_cerebellum::{BrainState, CellModels, Error};
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet};
use lobule_signal::{Quiet, SpikeTrain};
use std::path::Path;

fn anatomy() -> Anatomy {
    let cells = |cell_type: &str, n| CellSites {
        cell_type: cell_type.into(),
        positions: vec![[50.0; 3]; n],
        ..CellSites::default()
    };
    let set = ConnectionSet {
        name: "mossy_fibers_to_glomerulus".into(),
        pre_type: "mossy_fiber".into(),
        post_type: "glomerulus".into(),
        pre: (0..5).collect(),
        post: (0..5).collect(),
        ..ConnectionSet::default()
    };
    let cells = vec![cells("mossy_fiber", 5), cells("glomerulus", 5)];
    Anatomy { size: [100.0; 3], cells, connections: vec![set], ..Anatomy::default() }
}

fn run(stimulus: &str) -> Result<OpenLoopResult, Error> {
    let tables = OwnTables {
        background_hz: 0.0,
        stimuli: vec![Stimulus::parse(stimulus)?],
        state: BrainState::Awake,
        cells: CellModels::Eglif,
        has_short_term: false,
        is_plastic: false,
    };
    let what = OpenLoop { duration_ms: Some(100.0), ..OpenLoop::default() };
    own_tables(&mut SharedAnatomy::whole(anatomy()), &tables, &what, &Quiet, &Ranks::alone())
}

/// (neuron, step) of the mossy fibers that a file drives, and the notes.
type Driven = (Vec<(u32, u64)>, Vec<String>);

fn driven(path: &Path, options: &str) -> Result<Driven, String> {
    let stimulus = format!("mossy:spikes={}{options}", path.display());
    let result = run(&stimulus).map_err(|e| e.to_string())?;
    let fibers = result.spikes.iter().find(|s| s.label == "mossy_fiber").unwrap();
    Ok((fibers.ids.iter().copied().zip(fibers.steps.iter().copied()).collect(), result.left_out))
}

fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn columns_are_found_by_their_names_however_the_table_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for text in [
        "neuron,time_ms\n3,10.0\n2,20.5\n",
        "time_ms,neuron\n10.0,3\n20.5,2\n",
        "\u{feff}time_ms;neuron\r\n10,0;3\r\n20,5;2\r\n",
        "neuron\ttime_ms\n3\t10\n2\t20.5",
        "# made by a program\n\n  neuron , time_ms\n 3 , 10 \n\n# a comment\n2,20.5\n",
        "# time_ms,neuron\n10.0,3\n20.5,2\n",
        "\"time_ms\",\"neuron\",\"population\"\n10.0,3,\"mossy_fibers\"\n20.5,2,\"mossy_fiber\"\n",
        "timestamps population node_ids\n10.0 mossy_fibers 3\n20.5 mossy_fibers 2\n",
        "population,neuron,time_s\nmossy_fiber,3,0.01\nmossy_fiber,2,0.0205\n",
        "neuron,time_ms\r3,10\r2,20.5\r",
        "3.0,10.0\n2.0,20.5\n",
        "3;10,0\n2;20,5\n",
        "mossy_fibers,3,10.0\nmossy_fibers,2,20.5\n",
        "neuron,time_ms,amplitude\n3,10,large\n2,20.5,small\n",
    ] {
        let path = written(&folder, "spikes.csv", text);
        let (spikes, _) = driven(&path, "").unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert_eq!(spikes, [(3, 100), (2, 205)], "{text:?}");
    }
}

#[test]
fn what_is_not_taken_of_a_file_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "population,neuron,time_ms\nmossy_fibers,3,10\nother,1,10\nmossy_fibers,4,20\nmossy_fiber,3,5000\n";
    let path = written(&folder, "spikes.csv", text);
    let stimulus = format!("mossy_fibers[3]:spikes={}", path.display());
    let notes = run(&stimulus).unwrap().left_out.join("\n");
    for part in [
        "1 spikes of other populations (other)",
        "1 of 3 spikes are of neurons",
        "1 of 3 spikes are not before",
    ] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
}

#[test]
fn spikes_off_the_grid_are_refused_with_their_line_or_moved_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, "spikes.csv", "neuron,time_ms\n3,10.0\n2,20.53\n");
    let error = driven(&path, "").unwrap_err();
    for part in ["spikes.csv", "line 3", "20.53 ms", "20.5 ms", "round"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let (spikes, notes) = driven(&path, ",round").unwrap();
    assert_eq!(spikes, [(3, 100), (2, 205)]);
    assert!(notes.iter().any(|n| n.contains("1 of 2 spikes are moved")), "{notes:?}");
}

#[test]
fn lobules_own_recordings_are_stimuli() {
    let folder = tempfile::tempdir().unwrap();
    let mut fibers = SpikeTrain::new("mossy_fiber", 5);
    [(100, 3), (205, 2), (333, 0)].into_iter().for_each(|(step, id)| fibers.push(step, id));
    let mut others = SpikeTrain::new("golgi_cell", 2);
    others.push(7, 1);
    let session = Session {
        description: "spikes",
        start: "2026-11-22T09:00:00+00:00",
        dt_ms: 0.1,
        from_ms: 0.0,
        duration_ms: 100.0,
        cells: &[],
        trace_neurons: &[],
    };
    let (h5, nwb) = (folder.path().join("spikes.h5"), folder.path().join("recording.nwb"));
    write_sonata_spikes(&h5, &session, &[fibers.clone(), others.clone()]).unwrap();
    write_nwb(&nwb, &session, &[fibers, others], &[]).unwrap();
    for path in [h5, nwb] {
        let (spikes, notes) = driven(&path, "").unwrap();
        assert_eq!(spikes, [(3, 100), (2, 205), (0, 333)], "{}", path.display());
        assert!(notes.iter().any(|n| n.contains("1 spikes of other populations (golgi_cell)")), "{notes:?}");
    }
}

#[test]
fn files_that_are_no_spikes_are_refused_with_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    for (text, parts) in [
        ("", &["names its columns"][..]),
        ("neuron,when\n1,2\n", &["no column of neurons or of times", "neuron, when"]),
        ("sender,time_ms\n1,2\n", &["no column of neurons", "sender"]),
        ("neuron,time_ms\n1.5,2\n", &["line 2", "`1.5`", "counted from 0"]),
        ("neuron,time_ms\n-1,2\n", &["line 2", "`-1`"]),
        ("neuron,time_ms\n1,soon\n", &["line 2", "`soon`"]),
        ("neuron,time_ms\n1,nan\n", &["line 2", "`nan`"]),
        ("neuron,time_ms\n1,1e300\n", &["line 2", "times lie in"]),
        ("neuron,time_ms\n5,1\n", &["line 2", "neuron 5", "there are 5"]),
        ("neuron,time_ms\n1,0\n", &["line 2", "first can arrive at 0.1 ms"]),
        ("neuron,time_ms\n1,2\n1\n", &["line 3", "1 fields"]),
        ("neuron;time_ms\n1;2,5\n1;2.5\n", &["line 3", "another sign for decimals"]),
        (
            "population,neuron,time_ms\npurkinje_cell,1,2\n",
            &["no spike of `mossy_fiber`", "`purkinje_cell` (1)"],
        ),
    ] {
        let error = driven(&written(&folder, "spikes.csv", text), "").unwrap_err();
        assert!(error.contains("spikes.csv"), "{error}");
        parts.iter().for_each(|p| assert!(error.contains(p), "{p}: {error}"));
    }
    for (path, part) in [("/dev/zero", "regular file"), ("/", "directory"), ("/nowhere.csv", "no such file")]
    {
        let error = driven(Path::new(path), "").unwrap_err();
        assert!(error.contains(part), "{path}: {error}");
    }
}

#[test]
fn damaged_tables_of_spikes_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let whole = "population,neuron,time_ms\n\"mossy_fiber\",1,2.5\nmossy_fiber,2,1e1\n";
    for at in 0..whole.len() {
        let _ = driven(&written(&folder, "s.csv", &whole[..at]), "");
        for byte in [b'"', b',', b'\n', b';', b'#', 0u8] {
            let mut bytes = whole.as_bytes().to_vec();
            bytes[at] = byte;
            let path = folder.path().join("s.csv");
            std::fs::write(&path, bytes).unwrap();
            let _ = driven(&path, "");
        }
    }
}
