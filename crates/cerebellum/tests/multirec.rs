//! The multi-receptor variant of the mouse circuit, gap junctions and all.

use lobule_cerebellum::open_loop::{OpenLoop, OpenLoopResult, OwnTables, SharedAnatomy, own_tables};
use lobule_cerebellum::{BrainState, CellModels, Drive, Error, ModuleOptions, add_module};
use lobule_circuit::{Circuit, Simulation};
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, ScaffoldSpec, reconstruct};
use lobule_signal::{Clock, Quiet};

/// A run on one process.
fn run_own(anatomy: &Anatomy, tables: &OwnTables, what: &OpenLoop) -> Result<OpenLoopResult, Error> {
    own_tables(&mut SharedAnatomy::whole(anatomy.clone()), tables, what, &Quiet, &Ranks::alone())
}

fn anatomy() -> Anatomy {
    reconstruct(&ScaffoldSpec::mouse(80.0, 80.0), 2).unwrap()
}

fn tables() -> OwnTables {
    OwnTables {
        background_hz: 4.0,
        stimuli: Vec::new(),
        state: BrainState::InVitro,
        cells: CellModels::Multirec,
        has_short_term: false,
        is_plastic: false,
    }
}

#[test]
fn the_cortex_runs_complete_and_with_the_same_bits_on_any_number_of_threads() {
    let anatomy = anatomy();
    let run = |threads: usize| {
        let what = OpenLoop { duration_ms: Some(300.0), seed: 3, threads, ..OpenLoop::default() };
        run_own(&anatomy, &tables(), &what).unwrap()
    };
    let one = run(1);
    assert!(!one.left_out.iter().any(|note| note.contains("gap")), "{:?}", one.left_out);
    for cell_type in ["granule_cell", "golgi_cell", "purkinje_cell", "basket_cell", "stellate_cell"] {
        let rates = one.rates.iter().find(|r| r.cell_type == cell_type).unwrap();
        assert!(rates.mean_hz > 0.1 && rates.mean_hz < 300.0, "{cell_type}: {} Hz", rates.mean_hz);
    }
    assert_eq!(run(2).fingerprint, one.fingerprint);
}

#[test]
fn gap_junctions_pull_golgi_cells_together() {
    let anatomy = anatomy();
    let spread = |has_junctions: bool| {
        let mut anatomy = anatomy.clone();
        anatomy.connections.retain(|c| has_junctions || c.name != "gap_goc");
        let mut circuit = Circuit::new();
        let mut options = ModuleOptions::new(BrainState::InVitro, Drive::Poisson(4.0));
        options.cells = CellModels::Multirec;
        add_module(&mut circuit, "", &anatomy, &options).unwrap();
        let network = circuit.compile(Clock::new(0.1).unwrap(), 1).unwrap();
        let mut simulation = Simulation::new(network, 1).unwrap();
        let mut sum = 0.0;
        for _ in 0..100 {
            simulation.run_ms(2.0).unwrap();
            let v = simulation.variable("golgi_cell", "v_m").unwrap();
            let mean = v.iter().sum::<f32>() / v.len() as f32;
            sum += (v.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / v.len() as f32).sqrt();
        }
        sum / 100.0
    };
    let (coupled, alone) = (spread(true), spread(false));
    assert!(coupled < 0.8 * alone, "spread of potentials {coupled} mV coupled, {alone} mV alone");
}

#[test]
fn parameters_that_do_not_exist_are_refused() {
    let mut awake = tables();
    awake.state = BrainState::Awake;
    let mut short_term = tables();
    short_term.has_short_term = true;
    for tables in [awake, short_term] {
        let error = run_own(&anatomy(), &tables, &OpenLoop::default()).unwrap_err().to_string();
        assert!(error.contains("in vitro only"), "{error}");
    }
}

#[test]
fn junctions_of_a_cell_with_itself_are_left_out_and_said() {
    let mut anatomy = anatomy();
    let gaps = anatomy.connections.iter_mut().find(|c| c.name == "gap_goc").unwrap();
    gaps.pre.push(1);
    gaps.post.push(1);
    for sites in [&mut gaps.pre_site, &mut gaps.post_site] {
        if !sites.is_empty() {
            sites.push([-1, -1]);
        }
    }
    let what = OpenLoop { duration_ms: Some(5.0), ..OpenLoop::default() };
    let result = run_own(&anatomy, &tables(), &what).unwrap();
    let said = "gap_goc: 1 junctions of a cell with itself carry no current";
    assert!(result.left_out.iter().any(|note| note == said), "{:?}", result.left_out);
}
