//! Cell and synapse parameters of the mouse cerebellum, in vitro and awake.
//!
//! Source: cerebellar-models 0.13 (`basal`, `basal_awake`, `dcn_awake_nest`,
//! `dcn_io_awake_nest`); cells after Geminiani et al. 2018, doi:10.3389/fninf.2018.00088,
//! and 2019, doi:10.3389/fncom.2019.00068. Units: pF, ms, mV, pA, nS.

use lobule_circuit::{ShortTerm, models::Eglif};
use serde::{Deserialize, Serialize};

/// State of the animal that a parameter set describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrainState {
    /// Slice.
    InVitro,
    /// Awake animal at rest.
    #[default]
    Awake,
}

impl BrainState {
    fn pick(self, in_vitro: f64, awake: f64) -> f64 {
        match self {
            Self::InVitro => in_vitro,
            Self::Awake => awake,
        }
    }
}

/// The E-GLIF parameters of a cell type; `None` for relays and unknown cells.
pub fn cell_model(cell_type: &str, state: BrainState) -> Option<Eglif> {
    let pick = |in_vitro, awake| state.pick(in_vitro, awake);
    Some(match cell_type {
        "granule_cell" => Eglif::default(),
        "golgi_cell" => Eglif::from_rows(
            [145.0, 44.0, -62.0, -55.0, -75.0, -150.0, -60.0, 2.0, 16.214],
            [0.217, 0.031, 0.023, 259.988, 178.01, 0.15, 0.09],
            [0.23, 10.0, 0.5],
        ),
        "purkinje_cell" => Eglif::from_rows(
            [334.0, 47.0, -59.0, -43.0, -69.0, -350.0, -59.0, 0.5, pick(590.0, 700.0)],
            [1.491, 0.195, 0.041, 157.622, 172.622, pick(0.5, 4.0), pick(2.0, 3.5)],
            [1.1, 2.8, 0.4],
        ),
        "basket_cell" | "stellate_cell" => Eglif::from_rows(
            [14.6, 9.125, -68.0, -53.0, -78.0, -150.0, -60.0, 1.59, 3.711],
            [2.025, 1.887, 1.096, 5.953, 5.863, 1.8, 1.0],
            [0.64, 2.0, 1.2],
        ),
        "dcn_p" => Eglif::from_rows(
            [142.0, 33.0, -45.0, -36.0, -55.0, -150.0, -45.0, 1.5, 75.385],
            [0.408, 0.697, 0.047, 13.857, 3.477, pick(1.5, 3.0), pick(1.0, 3.0)],
            [1.0, 0.7, 2.0],
        ),
        "dcn_i" => Eglif::from_rows(
            [56.0, 56.0, -40.0, -39.0, -55.0, -150.0, -40.0, 3.0, 2.384],
            [0.079, 0.041, 0.044, 176.358, 176.358, 0.9, 1.0],
            [3.64, 1.14, 2.0],
        ),
        "io_cell" => Eglif::from_rows(
            [189.0, 11.0, -45.0, -35.0, -45.0, -150.0, -45.0, 1.0, -18.101],
            [1.928, 0.191, 0.091, 1810.923, 1358.197, 1.2, 0.8],
            [1.0, 60.0, 2.0],
        ),
        "unipolar_brush_cell" => Eglif::from_rows(
            [16.5, 13.2, -66.7, -55.8, -76.7, -150.0, -62.0, 1.67, 1.0],
            [1.17, 0.14, 0.76, 0.0001, 0.0001, 1.0, 0.5],
            [0.2, 2.0, 2.0],
        ),
        _ => return None,
    })
}

/// One static synapse model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SynapseModel {
    /// Peak conductance of one contact, nS.
    pub weight: f64,
    /// Delay, ms.
    pub delay_ms: f64,
    /// Receptor of the target, from 1.
    pub receptor: usize,
}

/// The synapse of a connection set, by BSB's set name without `_minus`; `None` for unknown sets.
pub fn synapse_model(set: &str, state: BrainState) -> Option<SynapseModel> {
    let pick = |in_vitro, awake| state.pick(in_vitro, awake);
    let (weight, delay_ms, receptor) = match set {
        "mossy_fibers_to_glomerulus" => (1.0, 1.0, 1),
        "glomerulus_to_granule" => (0.23, 1.0, 1),
        "glomerulus_to_golgi" => (0.24, 1.0, 1),
        "golgi_to_glomerulus" => (0.24, 2.0, 2),
        "golgi_to_golgi" => (0.007, 4.0, 2),
        "ascending_axon_to_golgi" => (0.82, 2.0, 3),
        "parallel_fiber_to_golgi" => (0.05, 5.0, 3),
        "parallel_fiber_to_purkinje" => (pick(0.05, 0.14), 5.0, 1),
        "ascending_axon_to_purkinje" => (pick(0.2, 0.41), 2.0, 1),
        "parallel_fiber_to_stellate" => (pick(0.05, 0.08), 5.0, 1),
        "stellate_to_stellate" => (0.005, 4.0, 2),
        "stellate_to_purkinje" => (0.17, 5.0, 2),
        "parallel_fiber_to_basket" => (pick(0.04, 0.06), 5.0, 1),
        "basket_to_basket" => (0.006, 4.0, 2),
        "basket_to_purkinje" => (pick(0.44, 0.8), 4.0, 2),
        // In circuits without mossy fibers the glomeruli stand for them.
        "mossy_fibers_to_dcn_p" | "glomerulus_to_dcn_p" => (0.25, 4.0, 1),
        "purkinje_to_dcn_p" => (pick(0.8, 0.35), 4.0, 2),
        "purkinje_to_dcn_i" => (pick(0.06, 0.02), 4.0, 2),
        "io_to_purkinje" => (pick(0.6, 1.6), 4.0, 3),
        "io_to_mli_io_to_basket_cell" => (5.0, 40.0, 3),
        "io_to_mli_io_to_stellate_cell" => (pick(6.5, 5.0), 40.0, 3),
        "io_to_dcn_p" => (pick(0.5, 0.4), 4.0, 1),
        "io_to_dcn_i" => (0.25, 5.0, 1),
        "dcn_i_to_io" => (0.45, 25.0, 2),
        // Unipolar brush cells and their glomeruli, which take the two kinds of glomeruli apart.
        "ubc_to_ubc_glomerulus" => (1.0, 50.0, 1),
        "glomerulus_to_ubc_ubc_glomerulus_to_unipolar_brush_cell" => (1.0, 50.0, 1),
        "glomerulus_to_ubc_glomerulus_to_unipolar_brush_cell" => (1.0, 2.0, 1),
        "glomerulus_to_granule_ubc_glomerulus_to_granule_cell" => (0.048, 1.0, 1),
        "glomerulus_to_granule_glomerulus_to_granule_cell" => (0.23, 1.0, 1),
        "glomerulus_to_golgi_ubc_glomerulus_to_golgi_cell" => (0.24, 1.0, 1),
        "glomerulus_to_golgi_glomerulus_to_golgi_cell" => (0.24, 1.0, 1),
        "golgi_to_glomerulus_golgi_cell_to_granule_cell" => (0.24, 2.0, 2),
        "golgi_to_glomerulus_golgi_cell_to_unipolar_brush_cell" => (0.00211, 4.0, 2),
        _ => return None,
    };
    Some(SynapseModel { weight, delay_ms, receptor })
}

/// Weight of one contact, nS, and short-term plasticity of a connection set in the variant of the circuit with such
/// plasticity; `None` for sets that are static in it, too. Delays and receptors are those of [`synapse_model`].
///
/// Source: cerebellar-models 0.13, `tsodyks2` configuration. It leaves the release probability at
/// the start to NEST's default, 0.5.
pub fn short_term_model(set: &str, state: BrainState) -> Option<(f64, ShortTerm)> {
    let pick = |in_vitro, awake| state.pick(in_vitro, awake);
    let (weight, u, tau_rec_ms, tau_fac_ms) = match set {
        "glomerulus_to_granule" => (0.53, 0.43, 8.0, 5.0),
        "glomerulus_to_golgi" => (0.56, 0.43, 8.0, 5.0),
        "golgi_to_glomerulus" => (0.68, 0.35, 36.0, 58.0),
        "ascending_axon_to_golgi" => (2.05, 0.4, 35.1, 54.0),
        "parallel_fiber_to_golgi" => (0.125, 0.4, 35.1, 54.0),
        "parallel_fiber_to_purkinje" => (pick(0.38, 1.07), 0.13, 35.1, 54.0),
        "ascending_axon_to_purkinje" => (pick(1.53, 3.15), 0.13, 35.1, 54.0),
        "parallel_fiber_to_stellate" => (pick(0.15, 0.1), 0.15, 35.1, 10.8),
        "stellate_to_stellate" => (0.0005, 0.42, 38.7, 4.0),
        "stellate_to_purkinje" => (0.48, 0.35, 15.0, 4.0),
        "parallel_fiber_to_basket" => (pick(0.26, 0.4), 0.15, 35.1, 10.8),
        "basket_to_basket" => (0.02, 0.42, 38.7, 4.0),
        "basket_to_purkinje" => (pick(1.25, 2.28), 0.35, 15.0, 4.0),
        _ => return None,
    };
    Some((weight, ShortTerm::new(u, tau_rec_ms, tau_fac_ms)))
}
