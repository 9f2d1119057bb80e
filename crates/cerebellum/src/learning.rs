//! Learning of a module: the rule of the synapses from parallel fibers to Purkinje cells, the climbing fibers that teach
//! them, and the generators that drive the olive.

use super::module::{Drive, ModuleOptions, NUCLEAR_IN_DEGREE};
use super::mouse::BrainState;
use lobule_circuit::plasticity::{Kernel, Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, models::Poisson};
use lobule_scaffold::Anatomy;

/// Label of the connection set whose synapses learn.
pub const PLASTIC_SET: &str = "parallel_fiber_to_purkinje";
/// Label of the connection set whose spikes teach.
pub const TEACHING_SET: &str = "io_to_purkinje";
/// Time step of circuits with the mouse tables, ms. Source: cerebellar-models 0.13.
pub const DT_MS: f64 = 0.1;
/// Delay from the generators to the olive, ms. Chosen: the circuit's exchange interval.
const TEACHING_DELAY_MS: f64 = 1.0;

/// The rule with the sin-exp kernel of phase `t0_ms`: `a_plus_ns` >= 0 for each parallel-fiber spike, `a_minus_ns` <= 0 for each
/// climbing-fiber spike at full eligibility, and the highest weight, nS.
pub fn sin_exp_rule(a_plus_ns: f64, a_minus_ns: f64, w_max_ns: f64, t0_ms: f64) -> Supervised {
    let kernel = Kernel::SinExp { t0_ms, tau_ms: 1000.0 };
    Supervised { kernel, ..Supervised::pf_pc(a_plus_ns, a_minus_ns, w_max_ns) }
}

impl ModuleOptions {
    /// A module for a closed loop: nuclear and olivary weights scaled to their in-degree, one strength of climbing fibers in
    /// both microzones, and a given strength of Purkinje synapses on projecting nuclear cells, nS.
    pub fn in_loop(state: BrainState, drive: Drive, climbing_fiber_ns: f64, purkinje_to_dcn_ns: f64) -> Self {
        let mut options = Self::new(state, drive);
        options.pair_weights.insert(TEACHING_SET.into(), climbing_fiber_ns);
        options.pair_weights.insert("purkinje_to_dcn_p".into(), purkinje_to_dcn_ns);
        options.reference_in_degree = NUCLEAR_IN_DEGREE.map(|(set, k)| (set.to_string(), k)).into();
        options
    }

    /// Lets the synapses from parallel fibers to Purkinje cells learn by a rule that climbing fibers teach.
    pub fn learn(&mut self, rule: Supervised) {
        self.rules.insert(PLASTIC_SET.into(), (Rule::Supervised(rule), Some(TEACHING_SET.into())));
    }
}

/// Poisson generators that drive the olive of a module, one for each of its cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Teaching<'a> {
    /// Label of the population, after the prefix of the module.
    pub label: &'a str,
    /// Initial rate, Hz.
    pub rate_hz: f64,
    /// Peak conductance of a teaching spike on an olive cell, nS.
    pub weight_ns: f64,
}

impl Teaching<'_> {
    /// Adds the generators for the module under `prefix` to a circuit.
    pub fn add(&self, circuit: &mut Circuit, prefix: &str, anatomy: &Anatomy) {
        let label = format!("{prefix}{}", self.label);
        let model = Model::Poisson(Poisson { rate_hz: self.rate_hz });
        circuit.add_population(Population::new(&label, anatomy.count("io_cell"), model));
        let olive = format!("{prefix}io_cell");
        circuit.add_projection(
            Projection::new(format!("{label}_to_io_cell"), &label, olive, Connect::OneToOne)
                .weight(self.weight_ns as f32)
                .delay_ms(TEACHING_DELAY_MS),
        );
    }
}
