//! The second set of neuron models of the mouse cortex: receptors of AMPA, NMDA and GABA with one rise and two
//! decays, no escape noise, Golgi cells coupled by gap junctions. In vitro only.
//!
//! Source: cerebellar-models 0.13, configuration with `eglif_multirec`; membranes after Geminiani et al. 2018,
//! doi:10.3389/fninf.2018.00088. Units: pF, ms, mV, pA; synaptic weights have none (they multiply `g_init`).

use super::mouse::SynapseModel;
use lobule_circuit::models::{DoubleDecay, EglifMultirec};

/// Conductance of one gap junction between Golgi cells, nS.
pub const GAP_JUNCTION_NS: f64 = 14.3;

/// The multi-receptor parameters of a cell type; `None` for relays, nuclei, olive and unknown cells, for which
/// the reference has none.
pub fn multirec_cell_model(cell_type: &str) -> Option<EglifMultirec> {
    // AMPA (1), NMDA (2), GABA (3), AMPA2 (4), AMPA3 (5).
    let three = |ampa, nmda, gaba| [Some(ampa), nmda, Some(gaba), None, None];
    let (membrane, receptors) = match cell_type {
        "granule_cell" => return Some(EglifMultirec::default()),
        "golgi_cell" => (
            [
                145.0, 44.0, -62.0, -55.0, -75.0, 2.0, 24.4852, 0.109735, 0.0683128, 0.0227273, 345.471,
                94.1995,
            ],
            [
                Some([0.0, 1.116, 0.068283, 1.8863, 7.6307, 1.7041, 2.5824, 7.0205]),
                Some([-3.7, 0.065075, 7.4929, 1.3691, 2.5117, 49.783, 0.36652, 784.47]),
                Some([-65.0, 1.8938, 0.18464, 4.6575, 8.8856, 2.6397, 5.7524, 30.943]),
                Some([0.0, 0.3081, 0.44588, 4.9919, 14.931, 0.86205, 1.2397, 2.019]),
                Some([0.0, 0.72612, 0.066981, 0.75668, 5.6903, 0.84822, 0.678, 1.9498]),
            ],
        ),
        "purkinje_cell" => (
            [334.0, 47.0, -59.0, -43.0, -69.0, 0.5, 158.593, 0.48077, 0.288249, 0.0349557, 1945.21, 4.96267],
            three(
                [0.0, 0.19295, 0.68633, 0.70979, 4.0119, 0.086374, 3.9885, 0.10086],
                None,
                [-70.0, 2.0879, 0.76222, 7.3829, 1.7476, 2.8145, 1.2018, 28.744],
            ),
        ),
        "basket_cell" => (
            [14.6, 9.125, -68.0, -53.0, -78.0, 1.59, 5.23365, 0.175351, 0.160934, 0.114146, 192.425, 128.462],
            three(
                [0.0, 0.59862, 0.28855, 2.5379, 0.76863, 0.36121, 1.3031, 1.1702],
                Some([-3.7, 0.0046509, 46.471, 5.7953, 4.2386, 51.055, 0.5654, 788.84]),
                [-65.0, 1.1488, 0.37383, 6.804, 9.2549, 3.1073, 6.7387, 29.209],
            ),
        ),
        "stellate_cell" => (
            [14.6, 9.125, -68.0, -53.0, -78.0, 1.59, 11.1483, 0.175342, 0.157278, 0.112298, 209.487, 163.998],
            three(
                [0.0, 0.093248, 0.83281, 4.8811, 17.073, 0.16859, 14.764, 1.1221],
                Some([-3.7, 0.015148, 37.623, 4.744, 2.855, 53.151, 0.35317, 892.48]),
                [-65.0, 1.023, 0.31231, 3.8424, 6.2935, 2.9082, 4.5249, 29.394],
            ),
        ),
        _ => return None,
    };
    Some(EglifMultirec::from_rows(membrane, receptors.map(|row| row.map(DoubleDecay::row))))
}

/// The synapses of a connection set, one for each of its receptors; empty for sets that the reference lacks in this
/// variant. Relays have receptor 1.
pub fn multirec_synapses(set: &str) -> Vec<SynapseModel> {
    // (receptor, weight, delay ms)
    let rows: &[(usize, f64, f64)] = match set {
        "mossy_fibers_to_glomerulus" => &[(1, 1.0, 1.0)],
        "glomerulus_to_granule" => &[(1, 1.0, 1.0), (2, 1.0, 1.0)],
        "glomerulus_to_golgi" => &[(1, 0.32, 1.0), (2, 0.32, 1.0)],
        "golgi_to_glomerulus" => &[(3, 1.0, 1.0)],
        "golgi_to_golgi" => &[(3, 0.04, 1.0)],
        "ascending_axon_to_golgi" => &[(4, 0.59, 0.1), (2, 0.59, 1.0)],
        "parallel_fiber_to_golgi" => &[(5, 0.2, 1.0)],
        "ascending_axon_to_purkinje" => &[(1, 0.75, 1.0)],
        "parallel_fiber_to_purkinje" => &[(1, 1.24, 1.0)],
        "parallel_fiber_to_basket" => &[(1, 0.29, 1.0), (2, 0.29, 1.0)],
        "parallel_fiber_to_stellate" => &[(1, 0.51, 1.0), (2, 0.51, 1.0)],
        "stellate_to_purkinje" => &[(3, 0.14, 1.0)],
        "basket_to_purkinje" => &[(3, 0.47, 1.0)],
        "stellate_to_stellate" => &[(3, 0.035, 1.0)],
        "basket_to_basket" => &[(3, 0.016, 1.0)],
        _ => &[],
    };
    rows.iter().map(|&(receptor, weight, delay_ms)| SynapseModel { weight, delay_ms, receptor }).collect()
}
