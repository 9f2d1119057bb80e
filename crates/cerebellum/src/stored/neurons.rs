//! NEST's names of neuron models and their parameters, in lobule's.
//!
//! A constant that a file leaves out has the default of the NESTML model (cerebellar-models 0.13) or of NEST 3.10.

use lobule_circuit::Model;
use lobule_circuit::models::{CondLif, DoubleDecay, Eglif, EglifMultirec, Receptor, SynapseShape};
use lobule_scaffold::configuration::{CellModel, Constant, Problem};

/// What a population takes and can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NeuronKind {
    /// Counts spikes.
    Relay,
    /// Four receptors.
    Eglif,
    /// Five receptors with a rise and two decays.
    EglifMultirec,
    /// An excitatory and an inhibitory receptor, chosen by the sign of the weight.
    CondLif,
}

impl NeuronKind {
    /// Receptors that a synapse may name.
    pub fn receptors(self) -> usize {
        match self {
            NeuronKind::Relay | NeuronKind::CondLif => 0,
            NeuronKind::Eglif => 4,
            NeuronKind::EglifMultirec => 5,
        }
    }

    fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            NeuronKind::Relay => &[],
            NeuronKind::Eglif => &[
                ("V_m", "v_m"),
                ("I_adap", "i_adap"),
                ("I_dep", "i_dep"),
                ("I_syn1", "i_syn_1"),
                ("I_syn2", "i_syn_2"),
                ("I_syn3", "i_syn_3"),
                ("I_syn4", "i_syn_4"),
            ],
            NeuronKind::EglifMultirec => &[("V_m", "v_m"), ("I_adap", "i_adap"), ("I_dep", "i_dep")],
            NeuronKind::CondLif => &[("V_m", "v_m")],
        }
    }

    /// lobule's name of a variable that NEST can record.
    pub fn variable(self, name: &str) -> Option<&'static str> {
        self.variables().iter().find(|v| v.0 == name).map(|v| v.1)
    }

    /// What can be recorded, for messages.
    pub fn recordable(self) -> String {
        match self.variables() {
            [] => "nothing, being a relay".into(),
            known => known.iter().map(|v| v.0).collect::<Vec<_>>().join(", "),
        }
    }
}

/// Names of the models that are known, for messages.
const KNOWN: &str = "parrot_neuron, eglif_cond_alpha_multisyn, eglif_multirec, iaf_cond_exp, iaf_cond_alpha";

/// The model of a cell type; problems are added where it cannot be honoured.
pub(super) fn model(cell: &CellModel, problems: &mut Vec<Problem>) -> Option<(NeuronKind, Model)> {
    let known = problems.len();
    let made = match cell.model.as_str() {
        "parrot_neuron" => {
            set(cell, &[], |_, _| {}, problems);
            (NeuronKind::Relay, Model::Relay)
        }
        "eglif_cond_alpha_multisyn" => {
            let mut eglif = eglif_default();
            set(cell, EGLIF, |name, value| set_eglif(&mut eglif, name, value), problems);
            (NeuronKind::Eglif, Model::Eglif(eglif))
        }
        "eglif_multirec" => {
            (NeuronKind::EglifMultirec, Model::EglifMultirec(Box::new(multirec(cell, problems))))
        }
        "iaf_cond_exp" | "iaf_cond_alpha" => {
            let shape = match cell.model.as_str() {
                "iaf_cond_exp" => SynapseShape::Exponential,
                _ => SynapseShape::Alpha,
            };
            let mut lif = CondLif { shape, ..CondLif::default() };
            let mut v_m = NEST_V_M;
            set(cell, COND_LIF, |name, value| set_cond_lif(&mut lif, &mut v_m, name, value), problems);
            if v_m != lif.e_l {
                let what = format!(
                    "is {v_m} mV ({NEST_V_M} by default) and E_L {} mV; cells start at E_L here: give both the same value",
                    lif.e_l
                );
                problems.push(Problem::new(format!("{}.constants.V_m", cell.key), what));
            }
            (NeuronKind::CondLif, Model::CondLif(lif))
        }
        other => {
            let what = format!("is `{other}`; known are: {KNOWN}");
            problems.push(Problem::new(format!("{}.model", cell.key), what));
            return None;
        }
    };
    (problems.len() == known).then_some(made)
}

/// Sets each constant of the cell that is in `names` through `assign`.
fn set(cell: &CellModel, names: &[&str], mut assign: impl FnMut(&str, f64), problems: &mut Vec<Problem>) {
    for (name, constant) in &cell.constants {
        let is_known = names.contains(&name.as_str());
        let what = match constant {
            Constant::Number(value) if is_known => {
                assign(name, *value);
                continue;
            }
            // Currents from before the run, which are none.
            Constant::Number(0.0) if ["I_dep", "I_adap"].contains(&name.as_str()) => continue,
            Constant::Distribution { name, .. } if is_known => {
                format!(
                    "is drawn from `{name}` for each cell; the cells of a population share it here: give a number"
                )
            }
            Constant::Flag(value) if is_known => format!("is {value}; a number is needed"),
            _ if names.is_empty() => {
                format!("is not known to `{}`, which has no parameter: remove it", cell.model)
            }
            _ => format!("is not known to `{}`; known are: {}", cell.model, names.join(", ")),
        };
        problems.push(Problem::new(format!("{}.constants.{name}", cell.key), what));
    }
}

/// Parameters of `eglif_cond_alpha_multisyn`.
const EGLIF: &[&str] = &[
    "C_m", "tau_m", "E_L", "V_th", "V_reset", "V_min", "V_m", "t_ref", "I_e", "k_adap", "k_1", "k_2", "A1",
    "A2", "lambda_0", "tau_V", "tau_syn1", "E_rev1", "tau_syn2", "E_rev2", "tau_syn3", "E_rev3", "tau_syn4",
    "E_rev4",
];

/// The defaults of the NESTML model. Source: cerebellar-models 0.13.
fn eglif_default() -> Eglif {
    let alpha = |tau_syn, e_rev| Receptor { tau_syn, e_rev, shape: SynapseShape::Alpha };
    Eglif {
        c_m: 281.0,
        tau_m: 30.0,
        e_l: -70.6,
        v_th: -50.4,
        v_reset: -60.0,
        v_min: -150.0,
        v_init: -60.0,
        t_ref: 0.0,
        i_e: 0.0,
        k_adap: 4.0,
        k_1: 1.0 / 144.0,
        k_2: 1.0 / 80.5,
        a1: 100.0,
        a2: 100.0,
        lambda_0: 0.001,
        tau_v: 0.5,
        receptors: [alpha(0.2, 0.0), alpha(2.0, -80.0), alpha(2.0, 0.0), alpha(2.0, -80.0)],
        leak_is_published: true,
        threshold_is_hard: false,
    }
}

fn set_eglif(p: &mut Eglif, name: &str, value: f64) {
    let place = match name {
        "C_m" => &mut p.c_m,
        "tau_m" => &mut p.tau_m,
        "E_L" => &mut p.e_l,
        "V_th" => &mut p.v_th,
        "V_reset" => &mut p.v_reset,
        "V_min" => &mut p.v_min,
        "V_m" => &mut p.v_init,
        "t_ref" => &mut p.t_ref,
        "I_e" => &mut p.i_e,
        "k_adap" => &mut p.k_adap,
        "k_1" => &mut p.k_1,
        "k_2" => &mut p.k_2,
        "A1" => &mut p.a1,
        "A2" => &mut p.a2,
        "lambda_0" => &mut p.lambda_0,
        "tau_V" => &mut p.tau_v,
        "tau_syn1" => &mut p.receptors[0].tau_syn,
        "tau_syn2" => &mut p.receptors[1].tau_syn,
        "tau_syn3" => &mut p.receptors[2].tau_syn,
        "tau_syn4" => &mut p.receptors[3].tau_syn,
        "E_rev1" => &mut p.receptors[0].e_rev,
        "E_rev2" => &mut p.receptors[1].e_rev,
        "E_rev3" => &mut p.receptors[2].e_rev,
        "E_rev4" => &mut p.receptors[3].e_rev,
        _ => return,
    };
    *place = value;
}

/// Parameters of the membrane of `eglif_multirec`.
const MULTIREC: &[&str] = &[
    "C_m",
    "tau_m",
    "E_L",
    "V_th",
    "V_reset",
    "V_min",
    "V_m",
    "t_ref",
    "I_e",
    "k_adap",
    "k_1",
    "k_2",
    "A1",
    "A2",
    "lambda_0",
    "tau_V",
    "stochastic_spiking",
    "v0_block",
    "k_block",
    "V_Mg_Unblock",
    "t_Mg_Unblock",
    "<receptor>_g_init",
    "<receptor>_E_rev",
    "<receptor>_Tau_r",
    "<receptor>_A_r",
    "<receptor>_A1",
    "<receptor>_Tau_d1",
    "<receptor>_A2",
    "<receptor>_Tau_d2 (receptors AMPA, NMDA, GABA, AMPA2, AMPA3)",
];
/// Receptors, in their order.
const RECEPTORS: [&str; 5] = ["AMPA", "NMDA", "GABA", "AMPA2", "AMPA3"];
/// Parameters of the magnesium block, which are constants of the model here.
const BLOCK: [(&str, f64); 4] =
    [("v0_block", -20.0), ("k_block", 13.0), ("V_Mg_Unblock", 20.0), ("t_Mg_Unblock", 0.5)];

/// The multi-receptor model; its defaults are those of the NESTML model.
fn multirec(cell: &CellModel, problems: &mut Vec<Problem>) -> EglifMultirec {
    let receptor = |e_rev, g_init, tau_r, a_r, (a_1, tau_d1), (a_2, tau_d2)| DoubleDecay {
        e_rev,
        g_init,
        tau_r,
        a_r,
        a_1,
        tau_d1,
        a_2,
        tau_d2,
        is_blocked: false,
    };
    let ampa = receptor(0.0, 1.34, 1.0, 6.97, (1.46, 0.386), (1.60, 3.70));
    let nmda = receptor(-3.7, 0.0234, 21.2, 3.30, (2.95, 14.9), (0.213, 121.0));
    let gaba = receptor(-65.0, 0.162, 0.376, 4.54, (10.6, 27.3), (3.15, 269.0));
    let shared = eglif_default();
    let mut p = EglifMultirec {
        c_m: shared.c_m,
        tau_m: shared.tau_m,
        e_l: shared.e_l,
        v_th: shared.v_th,
        v_reset: shared.v_reset,
        v_init: (-40.0, -40.0),
        t_ref: shared.t_ref,
        i_e: shared.i_e,
        k_adap: shared.k_adap,
        k_1: shared.k_1,
        k_2: shared.k_2,
        a1: shared.a1,
        a2: shared.a2,
        lambda_0: shared.lambda_0,
        tau_v: shared.tau_v,
        receptors: [ampa, DoubleDecay { is_blocked: true, ..nmda }, gaba, ampa, ampa],
        leak_is_published: true,
    };
    let mut is_stochastic = false;
    for (name, constant) in &cell.constants {
        let block = BLOCK.iter().find(|b| b.0 == name);
        let what = match (name.as_str(), constant) {
            ("stochastic_spiking", Constant::Flag(flag)) => {
                is_stochastic = *flag;
                continue;
            }
            ("V_m", Constant::Distribution { name, parameters }) if name == "uniform" => {
                let range = (parameters.get("min").unwrap_or(&0.0), parameters.get("max").unwrap_or(&1.0));
                if range.0 <= range.1 && parameters.keys().all(|k| k == "min" || k == "max") {
                    p.v_init = (*range.0, *range.1);
                    continue;
                }
                format!("is uniform with {parameters:?}; `min` and a `max` that is not below it are needed")
            }
            ("V_m", Constant::Number(value)) => {
                p.v_init = (*value, *value);
                continue;
            }
            (_, Constant::Number(value)) => match block {
                Some(&(_, fixed)) if fixed == *value => continue,
                Some(&(_, fixed)) => format!("is {value}; the model has {fixed} here: use that"),
                None if set_multirec(&mut p, name, *value) => continue,
                None if ["I_dep", "I_adap"].contains(&name.as_str()) && *value == 0.0 => continue,
                None => format!("is not known to `{}`; known are: {}", cell.model, MULTIREC.join(", ")),
            },
            (_, Constant::Distribution { name, .. }) => {
                format!(
                    "is drawn from `{name}` for each cell; only V_m may be, from `uniform`: give a number"
                )
            }
            (_, Constant::Flag(value)) => format!("is {value}; a number is needed"),
        };
        problems.push(Problem::new(format!("{}.constants.{name}", cell.key), what));
    }
    if !is_stochastic {
        p.lambda_0 = 0.0;
    }
    p
}

/// Sets a number of the multi-receptor model; false when it has none of that name.
fn set_multirec(p: &mut EglifMultirec, name: &str, value: f64) -> bool {
    let place = match name {
        "C_m" => &mut p.c_m,
        "tau_m" => &mut p.tau_m,
        "E_L" => &mut p.e_l,
        "V_th" => &mut p.v_th,
        "V_reset" => &mut p.v_reset,
        // A floor that a potential between inhibition and threshold does not meet; reported by the plan.
        "V_min" => return true,
        "t_ref" => &mut p.t_ref,
        "I_e" => &mut p.i_e,
        "k_adap" => &mut p.k_adap,
        "k_1" => &mut p.k_1,
        "k_2" => &mut p.k_2,
        "A1" => &mut p.a1,
        "A2" => &mut p.a2,
        "lambda_0" => &mut p.lambda_0,
        "tau_V" => &mut p.tau_v,
        _ => {
            let Some((receptor, name)) = name.split_once('_') else { return false };
            let Some(k) = RECEPTORS.iter().position(|r| *r == receptor) else { return false };
            let r = &mut p.receptors[k];
            match name {
                "g_init" => &mut r.g_init,
                "E_rev" => &mut r.e_rev,
                "Tau_r" => &mut r.tau_r,
                "A_r" => &mut r.a_r,
                "A1" => &mut r.a_1,
                "Tau_d1" => &mut r.tau_d1,
                "A2" => &mut r.a_2,
                "Tau_d2" => &mut r.tau_d2,
                _ => return false,
            }
        }
    };
    *place = value;
    true
}

/// Parameters of `iaf_cond_exp` and `iaf_cond_alpha`.
const COND_LIF: &[&str] = &[
    "C_m",
    "g_L",
    "E_L",
    "V_th",
    "V_reset",
    "V_m",
    "t_ref",
    "E_ex",
    "E_in",
    "tau_syn_ex",
    "tau_syn_in",
    "I_e",
];
/// Where those begin unless told, mV. Source: NEST 3.10.
const NEST_V_M: f64 = -70.0;

fn set_cond_lif(p: &mut CondLif, v_m: &mut f64, name: &str, value: f64) {
    let place = match name {
        "C_m" => &mut p.c_m,
        "g_L" => &mut p.g_l,
        "E_L" => &mut p.e_l,
        "V_th" => &mut p.v_th,
        "V_reset" => &mut p.v_reset,
        "V_m" => v_m,
        "t_ref" => &mut p.t_ref,
        "E_ex" => &mut p.e_ex,
        "E_in" => &mut p.e_in,
        "tau_syn_ex" => &mut p.tau_syn_ex,
        "tau_syn_in" => &mut p.tau_syn_in,
        "I_e" => &mut p.i_e,
        _ => return,
    };
    *place = value;
}
