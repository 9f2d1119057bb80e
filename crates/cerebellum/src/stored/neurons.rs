//! NEST's neuron models and their parameters as lobule's.
//!
//! A constant that a file omits has the default of the NESTML model (cerebellar-models 0.13) or of NEST 3.10.

use lobule_circuit::Model;
use lobule_circuit::models::{CondLif, DoubleDecay, Eglif, EglifMultirec, SynapseShape};
use lobule_scaffold::configuration::{CellModel, Constant, Problem};

/// Kind of a neuron model, by its receptors and recordable variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NeuronKind {
    /// A relay, which counts spikes.
    Relay,
    /// E-GLIF with four receptors.
    Eglif,
    /// E-GLIF with five receptors, each with a rise and two decays.
    EglifMultirec,
    /// LIF with an excitatory and an inhibitory receptor, chosen by the sign of the weight.
    CondLif,
}

impl NeuronKind {
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
            NeuronKind::Eglif => &EGLIF_VARIABLES,
            NeuronKind::EglifMultirec => &EGLIF_VARIABLES[..3],
            NeuronKind::CondLif => &EGLIF_VARIABLES[..1],
        }
    }

    /// lobule's name of a variable that NEST can record.
    pub fn variable(self, name: &str) -> Option<&'static str> {
        self.variables().iter().find(|v| v.0 == name).map(|v| v.1)
    }

    pub fn recordable(self) -> String {
        match self.variables() {
            [] => "nothing, being a relay".into(),
            known => known.iter().map(|v| v.0).collect::<Vec<_>>().join(", "),
        }
    }
}

/// NEST's and lobule's names of the variables that can be recorded: of the potential, the currents that both E-GLIF models
/// have, the synaptic currents of one of them.
const EGLIF_VARIABLES: [(&str, &str); 7] = [
    ("V_m", "v_m"),
    ("I_adap", "i_adap"),
    ("I_dep", "i_dep"),
    ("I_syn1", "i_syn_1"),
    ("I_syn2", "i_syn_2"),
    ("I_syn3", "i_syn_3"),
    ("I_syn4", "i_syn_4"),
];

/// A parameter: NEST's name and its place in lobule's model.
type Field<P> = (&'static str, fn(&mut P) -> &mut f64);

macro_rules! fields {
    ($p:ident: $($name:literal => $place:expr),* $(,)?) => {
        &[$(($name, |$p| &mut $place)),*]
    };
}

/// Parameters of `eglif_cond_alpha_multisyn`.
#[rustfmt::skip]
const EGLIF: &[Field<Eglif>] = fields![p:
    "C_m" => p.c_m, "tau_m" => p.tau_m, "E_L" => p.e_l, "V_th" => p.v_th, "V_reset" => p.v_reset, "V_min" => p.v_min,
    "V_m" => p.v_init, "t_ref" => p.t_ref, "I_e" => p.i_e, "k_adap" => p.k_adap, "k_1" => p.k_1, "k_2" => p.k_2,
    "A1" => p.a1, "A2" => p.a2, "lambda_0" => p.lambda_0, "tau_V" => p.tau_v,
    "tau_syn1" => p.receptors[0].tau_syn, "E_rev1" => p.receptors[0].e_rev,
    "tau_syn2" => p.receptors[1].tau_syn, "E_rev2" => p.receptors[1].e_rev,
    "tau_syn3" => p.receptors[2].tau_syn, "E_rev3" => p.receptors[2].e_rev,
    "tau_syn4" => p.receptors[3].tau_syn, "E_rev4" => p.receptors[3].e_rev,
];

/// The constants of a cell with the model `eglif_cond_alpha_multisyn`.
pub(crate) fn eglif_constants(mut eglif: Eglif) -> serde_json::Map<String, serde_json::Value> {
    EGLIF.iter().map(|(name, place)| (name.to_string(), (*place(&mut eglif)).into())).collect()
}

/// Parameters of the membrane of `eglif_multirec`.
#[rustfmt::skip]
const MULTIREC: &[Field<EglifMultirec>] = fields![p:
    "C_m" => p.c_m, "tau_m" => p.tau_m, "E_L" => p.e_l, "V_th" => p.v_th, "V_reset" => p.v_reset, "t_ref" => p.t_ref,
    "I_e" => p.i_e, "k_adap" => p.k_adap, "k_1" => p.k_1, "k_2" => p.k_2, "A1" => p.a1, "A2" => p.a2,
    "lambda_0" => p.lambda_0, "tau_V" => p.tau_v,
];

/// Parameters of a receptor of `eglif_multirec`, after its name and `_`.
#[rustfmt::skip]
const DOUBLE_DECAY: &[Field<DoubleDecay>] = fields![p:
    "g_init" => p.g_init, "E_rev" => p.e_rev, "Tau_r" => p.tau_r, "A_r" => p.a_r,
    "A1" => p.a_1, "Tau_d1" => p.tau_d1, "A2" => p.a_2, "Tau_d2" => p.tau_d2,
];

/// Parameters of `iaf_cond_exp` and `iaf_cond_alpha`, with the initial potential beside the model.
#[rustfmt::skip]
const COND_LIF: &[Field<(CondLif, f64)>] = fields![p:
    "C_m" => p.0.c_m, "g_L" => p.0.g_l, "E_L" => p.0.e_l, "V_th" => p.0.v_th, "V_reset" => p.0.v_reset, "V_m" => p.1,
    "t_ref" => p.0.t_ref, "E_ex" => p.0.e_ex, "E_in" => p.0.e_in, "tau_syn_ex" => p.0.tau_syn_ex,
    "tau_syn_in" => p.0.tau_syn_in, "I_e" => p.0.i_e,
];

/// Initial potential of `iaf_cond_exp` and `iaf_cond_alpha`, mV. Source: NEST 3.10.
const NEST_V_M: f64 = -70.0;
/// Receptors of `eglif_multirec`, in their order.
const RECEPTORS: [&str; 5] = ["AMPA", "NMDA", "GABA", "AMPA2", "AMPA3"];
/// Parameters of the magnesium block, which are constants of lobule's model.
const BLOCK: [(&str, f64); 4] =
    [("v0_block", -20.0), ("k_block", 13.0), ("V_Mg_Unblock", 20.0), ("t_Mg_Unblock", 0.5)];
const KNOWN: &str = "parrot_neuron, eglif_cond_alpha_multisyn, eglif_multirec, iaf_cond_exp, iaf_cond_alpha";

/// The model of a cell type; none, and more problems, if it is not supported.
pub(super) fn model(cell: &CellModel, problems: &mut Vec<Problem>) -> Option<(NeuronKind, Model)> {
    let known = problems.len();
    let made = match cell.model.as_str() {
        "parrot_neuron" => {
            set(cell, &[], &mut (), problems);
            (NeuronKind::Relay, Model::Relay)
        }
        "eglif_cond_alpha_multisyn" => {
            let mut eglif = eglif_default();
            set(cell, EGLIF, &mut eglif, problems);
            (NeuronKind::Eglif, Model::Eglif(eglif))
        }
        "eglif_multirec" => {
            (NeuronKind::EglifMultirec, Model::EglifMultirec(Box::new(multirec(cell, problems))))
        }
        name @ ("iaf_cond_exp" | "iaf_cond_alpha") => {
            let is_alpha = name == "iaf_cond_alpha";
            let shape = if is_alpha { SynapseShape::Alpha } else { SynapseShape::Exponential };
            let mut p = (CondLif { shape, ..CondLif::default() }, NEST_V_M);
            set(cell, COND_LIF, &mut p, problems);
            let (lif, v_m) = p;
            // NEST starts cells at V_m, whatever E_L is.
            (NeuronKind::CondLif, Model::CondLif(CondLif { v_init: Some(v_m), ..lif }))
        }
        other => {
            let what = format!("is `{other}`; known are: {KNOWN}");
            problems.push(Problem::new(format!("{}.model", cell.key), what));
            return None;
        }
    };
    (problems.len() == known).then_some(made)
}

fn place<'p, P>(fields: &[Field<P>], p: &'p mut P, name: &str) -> Option<&'p mut f64> {
    fields.iter().find(|f| f.0 == name).map(|f| f.1(p))
}

fn names<P>(fields: &[Field<P>]) -> String {
    fields.iter().map(|f| f.0).collect::<Vec<_>>().join(", ")
}

/// True for currents from before the run, which are zero.
fn is_no_current(name: &str, constant: &Constant) -> bool {
    ["I_dep", "I_adap"].contains(&name) && *constant == Constant::Number(0.0)
}

/// Sets each constant of the cell that is among `fields`.
fn set<P>(cell: &CellModel, fields: &[Field<P>], p: &mut P, problems: &mut Vec<Problem>) {
    for (name, constant) in &cell.constants {
        let what = match (place(fields, p, name), constant) {
            (Some(place), Constant::Number(value)) => {
                *place = *value;
                continue;
            }
            (None, constant) if is_no_current(name, constant) => continue,
            (Some(_), Constant::Distribution { name, .. }) => format!(
                "is drawn from `{name}` for each cell; the cells of a population share it here: give a number"
            ),
            (Some(_), Constant::Flag(value)) => format!("is {value}; a number is needed"),
            (None, _) if fields.is_empty() => {
                format!("is not known to `{}`, which has no parameter: remove it", cell.model)
            }
            (None, _) => format!("is not known to `{}`; known are: {}", cell.model, names(fields)),
        };
        problems.push(Problem::new(format!("{}.constants.{name}", cell.key), what));
    }
}

/// The defaults of the NESTML model. Source: cerebellar-models 0.13.
fn eglif_default() -> Eglif {
    Eglif::from_rows(
        [281.0, 30.0, -70.6, -50.4, -60.0, -150.0, -60.0, 0.0, 0.0],
        [4.0, 1.0 / 144.0, 1.0 / 80.5, 100.0, 100.0, 0.001, 0.5],
        [0.2, 2.0, 2.0],
    )
}

/// The multi-receptor model; its defaults are those of the NESTML model.
fn multirec(cell: &CellModel, problems: &mut Vec<Problem>) -> EglifMultirec {
    let ampa = DoubleDecay::row([0.0, 1.34, 1.0, 6.97, 1.46, 0.386, 1.60, 3.70]);
    let nmda = DoubleDecay::row([-3.7, 0.0234, 21.2, 3.30, 2.95, 14.9, 0.213, 121.0]);
    let gaba = DoubleDecay::row([-65.0, 0.162, 0.376, 4.54, 10.6, 27.3, 3.15, 269.0]);
    let mut p = EglifMultirec {
        v_init: (-40.0, -40.0),
        receptors: [ampa, DoubleDecay { is_blocked: true, ..nmda }, gaba, ampa, ampa],
        ..EglifMultirec::default()
    };
    // The membrane has the defaults of the other model.
    let mut membrane = eglif_default();
    for (name, field) in MULTIREC {
        if let Some(value) = place(EGLIF, &mut membrane, name) {
            *field(&mut p) = *value;
        }
    }
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
            // A floor that a potential between inhibition and threshold does not meet; reported by the plan.
            ("V_min", Constant::Number(_)) => continue,
            (_, Constant::Number(value)) => match (block, place_multirec(&mut p, name)) {
                (Some(&(_, fixed)), _) if fixed == *value => continue,
                (Some(&(_, fixed)), _) => format!("is {value}; the model has {fixed} here: use that"),
                (None, Some(place)) => {
                    *place = *value;
                    continue;
                }
                (None, None) if is_no_current(name, constant) => continue,
                (None, None) => format!(
                    "is not known to `{}`; known are: {}, V_min, V_m, stochastic_spiking, {}, and {} of each receptor \
                     as in AMPA_g_init (receptors {})",
                    cell.model,
                    names(MULTIREC),
                    BLOCK.map(|b| b.0).join(", "),
                    names(DOUBLE_DECAY),
                    RECEPTORS.join(", ")
                ),
            },
            (_, Constant::Distribution { name, .. }) => {
                let remedy = "only V_m may be, from `uniform`: give a number";
                format!("is drawn from `{name}` for each cell; {remedy}")
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

/// The place of a parameter of the membrane or of a receptor of the multi-receptor model.
fn place_multirec<'p>(p: &'p mut EglifMultirec, name: &str) -> Option<&'p mut f64> {
    if let Some((receptor, parameter)) = name.split_once('_')
        && let Some(k) = RECEPTORS.iter().position(|r| *r == receptor)
    {
        return place(DOUBLE_DECAY, &mut p.receptors[k], parameter);
    }
    place(MULTIREC, p, name)
}
