//! A network file that ranks read in parts gives what one process gives. Ranks are threads here;
//! `validation/mpi/identity.sh` does the same with processes.

use lobule_cerebellum::Error;
use lobule_cerebellum::open_loop::{
    OpenLoop, OpenLoopResult, OwnTables, SharedAnatomy, Stimulus, own_tables,
};
use lobule_cerebellum::{BrainState, CellModels};
use lobule_exchange::{Distribution, Ranks, Threads};
use lobule_scaffold::format::Reading;
use lobule_scaffold::{ScaffoldSpec, bsb, reconstruct};
use lobule_signal::Quiet;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lobule-ranks-{}-{name}.hdf5", std::process::id()));
    bsb::write(&path, &reconstruct(&ScaffoldSpec::mouse(60.0, 60.0), 2).unwrap()).unwrap();
    path
}

fn run(path: &Path, tables: &OwnTables, ranks: &Ranks) -> Result<OpenLoopResult, Error> {
    let what = OpenLoop { duration_ms: Some(60.0), seed: 3, ..OpenLoop::default() };
    own_tables(
        &mut SharedAnatomy::read(path, Reading::default(), tables.state, ranks)?,
        tables,
        &what,
        &Quiet,
        ranks,
    )
}

fn tables(cells: CellModels, stimulus: &str) -> OwnTables {
    OwnTables {
        background_hz: 20.0,
        stimuli: vec![Stimulus::parse(stimulus).unwrap()],
        state: BrainState::InVitro,
        cells,
        has_short_term: false,
        is_plastic: true,
    }
}

#[test]
fn a_file_read_in_parts_gives_the_bits_of_one_process() {
    let path = file("bits");
    for (cells, stimulus) in
        [(CellModels::Eglif, "mossy:100Hz@20ms..40ms"), (CellModels::Multirec, "mossy:100Hz@20ms..40ms")]
    {
        let mut tables = tables(cells, stimulus);
        tables.is_plastic = cells == CellModels::Eglif;
        let one = run(&path, &tables, &Ranks::alone()).unwrap();
        for (ranks, distribution) in [(2, Distribution::Contiguous), (3, Distribution::RoundRobin)] {
            let several = Threads::each(ranks, distribution, |ranks| run(&path, &tables, &ranks).unwrap());
            assert!(several.iter().all(|r| r.fingerprint == one.fingerprint), "{ranks} {distribution:?}");
            assert_eq!(several[0].spikes, one.spikes, "{ranks} {distribution:?}");
        }
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn an_older_file_read_in_parts_gives_the_bits_of_one_process() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scaffold/tests/legacy");
    for (name, stimulus) in [
        ("scaffold3_tiny", "mossy:100Hz@20ms..40ms"),
        ("casali2019_tiny", "mossy:100Hz@20ms..40ms,within=30"),
    ] {
        let path = folder.join(format!("{name}.hdf5"));
        let tables = OwnTables { is_plastic: false, ..tables(CellModels::Eglif, stimulus) };
        let one = run(&path, &tables, &Ranks::alone()).unwrap();
        let several =
            Threads::each(3, Distribution::RoundRobin, |ranks| run(&path, &tables, &ranks).unwrap());
        assert!(several.iter().all(|r| r.fingerprint == one.fingerprint), "{name}");
        assert_eq!(several[0].spikes, one.spikes, "{name}");
        assert!(one.spikes.iter().any(|train| train.label == "granule_cell" && !train.is_empty()));
    }
}

#[test]
fn the_parts_of_a_file_are_the_whole() {
    let path = file("parts");
    let whole = bsb::read(&path).unwrap();
    let parts = Threads::each(3, Distribution::RoundRobin, |ranks| {
        SharedAnatomy::read(&path, Reading::default(), BrainState::Awake, &ranks).unwrap().anatomy
    });
    for part in &parts {
        assert_eq!((&part.cells, &part.source, part.size), (&whole.cells, &whole.source, whole.size));
    }
    for set in whole.connections.iter().filter(|s| !s.is_empty()) {
        let mut rows: Vec<(u32, u32)> = parts
            .iter()
            .flat_map(|p| p.connections(&set.name))
            .flat_map(|s| s.pre.iter().copied().zip(s.post.iter().copied()))
            .collect();
        let mut expected: Vec<(u32, u32)> = set.pre.iter().copied().zip(set.post.iter().copied()).collect();
        if set.name.starts_with("gap_") {
            // Every rank has all junctions.
            expected = [expected.clone(), expected.clone(), expected].concat();
        }
        rows.sort_unstable();
        expected.sort_unstable();
        assert_eq!(rows, expected, "{}", set.name);
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn what_one_rank_cannot_read_is_an_error_of_all() {
    let path = file("missing");
    let errors = Threads::each(3, Distribution::RoundRobin, |ranks| {
        let own = if ranks.rank() == 1 { path.with_extension("no") } else { path.clone() };
        match SharedAnatomy::read(&own, Reading::default(), BrainState::Awake, &ranks) {
            Ok(_) => panic!("rank 1 has no file"),
            Err(error) => error.to_string(),
        }
    });
    assert!(errors.iter().all(|e| e.starts_with("rank 1: ") && *e == errors[0]), "{errors:?}");
    std::fs::remove_file(path).unwrap();
}
