//! The small cerebellar circuit of `COMPARE.md` in lobule: granule, Golgi, Purkinje, nuclear and olivary cells under Poisson mossy
//! fibers; parallel fibers learn under climbing fibers.
//! `cargo run --release -p lobule-circuit --example compare_circuit -- validation/compare/circuit.json SEED`

use lobule_circuit::models::{CondLif, Poisson};
use lobule_circuit::plasticity::{Kernel, Rule, Site, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation};
use lobule_signal::Clock;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;

#[derive(Deserialize)]
struct Description {
    dt_ms: f64,
    settle_ms: f64,
    run_ms: f64,
    sources: BTreeMap<String, Source>,
    cells: BTreeMap<String, BTreeMap<String, f64>>,
    projections: Vec<Edges>,
    learning: Taught,
}

#[derive(Deserialize)]
struct Source {
    n: usize,
    rate_hz: f64,
}

#[derive(Deserialize)]
struct Edges {
    pre: String,
    post: String,
    indegree: Option<usize>,
    weight: f32,
    delay: f64,
    receptor: String,
}

#[derive(Deserialize)]
struct Taught {
    projection: String,
    teacher: String,
    a_pre: f64,
    a_teacher: f64,
    tau_ms: f64,
    w_min: f64,
    w_max: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, seed] = &arguments[..] else {
        return Err("usage: compare_circuit CIRCUIT.json SEED".into());
    };
    let d: Description = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let rule = Rule::Supervised(Supervised {
        site: Site::Purkinje,
        kernel: Kernel::Alpha { tau_ms: d.learning.tau_ms },
        window_ms: 10.0 * d.learning.tau_ms,
        a_pre: d.learning.a_pre,
        a_teacher: d.learning.a_teacher,
        w_min: d.learning.w_min,
        w_max: d.learning.w_max,
    });

    let mut circuit = Circuit::new();
    for (label, source) in &d.sources {
        let model = Model::Poisson(Poisson { rate_hz: source.rate_hz });
        circuit.add_population(Population::new(label, source.n, model));
    }
    for (label, cell) in &d.cells {
        let of = |name: &str| cell.get(name).copied().ok_or(format!("cells.{label}.{name}: missing"));
        let model = CondLif {
            c_m: of("C_m")?,
            g_l: of("g_L")?,
            e_l: of("E_L")?,
            v_th: of("V_th")?,
            v_reset: of("V_reset")?,
            t_ref: of("t_ref")?,
            e_ex: of("E_ex")?,
            e_in: of("E_in")?,
            tau_syn_ex: of("tau_syn_ex")?,
            tau_syn_in: of("tau_syn_in")?,
            i_e: of("I_e")?,
            ..CondLif::default()
        };
        circuit.add_population(Population::new(label, of("n")? as usize, Model::CondLif(model)));
    }
    for p in &d.projections {
        let label = format!("{}_to_{}", p.pre, p.post);
        let connect = p.indegree.map_or(Connect::OneToOne, Connect::FixedIndegree);
        let mut projection = Projection::new(&label, &p.pre, &p.post, connect)
            .weight(p.weight)
            .delay_ms(p.delay)
            .receptor(if p.receptor == "ex" { 1 } else { 2 });
        if label == d.learning.projection {
            projection = projection.plastic(rule).taught_by(&d.learning.teacher);
        }
        circuit.add_projection(projection);
    }

    let mut simulation = Simulation::new(circuit.compile(Clock::new(d.dt_ms)?, seed.parse()?)?, 1)?;
    println!("ready");
    simulation.run_ms(d.settle_ms)?;
    for label in d.cells.keys() {
        simulation.record_spikes(label)?;
    }
    simulation.run_ms(d.run_ms)?;
    println!("done");

    let mut rates = BTreeMap::new();
    for (label, cell) in &d.cells {
        let spikes = simulation.recorded_spikes(label)?.len() as f64;
        rates.insert(label, spikes / cell["n"] / d.run_ms * 1e3);
    }
    let synapses = simulation.synapses(&d.learning.projection)?;
    let weight = synapses.iter().map(|s| f64::from(s.2)).sum::<f64>() / synapses.len() as f64;
    println!("{}", serde_json::json!({"rates_hz": rates, "weight_ns": weight}));
    Ok(())
}
