//! Simulates a network file with some potentials recorded, and writes spikes and
//! traces in every format.
//!
//! `cargo run --release -p lobule --example recordings -- NETWORK FOLDER`
//!
//! `validation/formats/opens.py` then asks pynwb, nwbinspector, libsonata and bmtk what they see.

use lobule_cerebellum::Error;
use lobule_cerebellum::recordings::{Session, write_nwb, write_sonata_report, write_sonata_spikes};
use lobule_cerebellum::{BrainState, Drive, ModuleOptions, add_module};
use lobule_circuit::{Circuit, Simulation};
use lobule_scaffold::format;
use lobule_signal::{Clock, SpikeTrain, Trace};
use std::path::Path;

const DT_MS: f64 = 0.1;
const DURATION_MS: f64 = 300.0;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, network, folder] = &arguments[..] else {
        eprintln!("usage: recordings NETWORK FOLDER");
        std::process::exit(2);
    };
    let anatomy = format::read(network.as_ref())?;
    let mut circuit = Circuit::new();
    add_module(&mut circuit, "", &anatomy, &ModuleOptions::new(BrainState::Awake, Drive::Poisson(4.0)))?;
    let mut simulation = Simulation::new(circuit.compile(Clock::new(DT_MS)?, 0)?, 1)?;
    for cells in &anatomy.cells {
        simulation.record_spikes(&cells.cell_type)?;
    }
    let neurons = [vec![0, 2, 5], vec![1]];
    simulation.record_variable("purkinje_cell", "v_m", &neurons[0])?;
    simulation.record_variable("golgi_cell", "v_m", &neurons[1])?;
    simulation.run_ms(DURATION_MS)?;

    let mut spikes: Vec<SpikeTrain> = Vec::new();
    for cells in &anatomy.cells {
        spikes.push(simulation.recorded_spikes(&cells.cell_type)?.clone());
    }
    let traces: Vec<Trace> = simulation.traces().cloned().collect();
    let session = Session {
        description: "An example: 300 ms at rest.",
        start: "2026-11-22T09:00:00+00:00",
        dt_ms: DT_MS,
        from_ms: 0.0,
        duration_ms: DURATION_MS,
        cells: &anatomy.cells,
        trace_neurons: &neurons,
    };
    let folder = Path::new(folder);
    write_nwb(&folder.join("recording.nwb"), &session, &spikes, &traces)?;
    write_sonata_spikes(&folder.join("spikes.h5"), &session, &spikes)?;
    for (trace, neurons) in traces.iter().zip(neurons.chunks(1)) {
        let session = Session { trace_neurons: neurons, ..session };
        write_sonata_report(&folder.join(format!("{}.h5", trace.label)), &session, trace)?;
        for (k, step) in trace.steps.iter().enumerate() {
            for (element, neuron) in neurons[0].iter().enumerate() {
                println!("{},{neuron},{step},{:?}", trace.label, trace.values[k * trace.n + element]);
            }
        }
    }
    Ok(())
}
