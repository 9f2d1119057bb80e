//! E-GLIF parameters of the mouse's cells as the specification tabulates them.
//!
//! Two tables exist. [`spec_2_2`] is the older one (bsb-core FCN_2019): the
//! isolated rates were measured with it. cerebellar-models 0.13
//! differs in λ₀ and τ_V of Golgi, nuclear and in-vitro Purkinje cells, in τ_V of
//! interneurons, and has a unipolar brush cell, which is taken from there.

use lobule_circuit::models::{Eglif, Receptor, SynapseShape};

fn alpha(tau_syn: f64, e_rev: f64) -> Receptor {
    Receptor { tau_syn, e_rev, shape: SynapseShape::Alpha }
}

/// [t_ref, C, V_th, V_r, E_L, τ_m, I_e, λ₀, τ_V, k_adap, k_1, k_2, A1, A2, V_min]
fn cell(row: [f64; 15], tau_syn: [f64; 3]) -> Eglif {
    Eglif {
        t_ref: row[0],
        c_m: row[1],
        v_th: row[2],
        v_reset: row[3],
        e_l: row[4],
        tau_m: row[5],
        i_e: row[6],
        lambda_0: row[7],
        tau_v: row[8],
        k_adap: row[9],
        k_1: row[10],
        k_2: row[11],
        a1: row[12],
        a2: row[13],
        v_min: row[14],
        v_init: row[4],
        receptors: [
            alpha(tau_syn[0], 0.0),
            alpha(tau_syn[1], -80.0),
            alpha(tau_syn[2], 0.0),
            alpha(2.0, -80.0),
        ],
        leak_is_published: true,
        threshold_is_hard: false,
    }
}

/// All cell types with their labels: bsb-core FCN_2019 parameters, and the unipolar brush cell of cerebellar-models 0.13.
pub fn spec_2_2() -> Vec<(&'static str, Eglif)> {
    vec![
        (
            "granule_cell",
            cell(
                [
                    1.5,
                    7.0,
                    -41.0,
                    -70.0,
                    -62.0,
                    24.15,
                    -0.888,
                    1.0,
                    0.3,
                    0.022,
                    0.311,
                    0.041_407_868,
                    0.01,
                    -0.94,
                    -150.0,
                ],
                [5.8, 13.61, 2.0],
            ),
        ),
        (
            "golgi_cell",
            cell(
                [
                    2.0, 145.0, -55.0, -75.0, -62.0, 44.0, 16.214, 1.0, 0.4, 0.217, 0.031, 0.023, 259.988,
                    178.01, -150.0,
                ],
                [0.23, 10.0, 0.5],
            ),
        ),
        (
            "basket_cell",
            cell(
                [
                    1.59, 14.6, -53.0, -78.0, -68.0, 9.125, 3.711, 1.8, 1.1, 2.025, 1.887, 1.096, 5.953,
                    5.863, -150.0,
                ],
                [0.64, 2.0, 1.2],
            ),
        ),
        (
            "purkinje_cell",
            cell(
                [
                    0.5, 334.0, -43.0, -69.0, -59.0, 47.0, 742.54, 4.0, 3.5, 1.492, 0.195, 0.041, 157.622,
                    172.622, -350.0,
                ],
                [1.1, 2.8, 0.4],
            ),
        ),
        (
            "dcn_p",
            cell(
                [
                    1.5, 142.0, -36.0, -55.0, -45.0, 33.0, 75.385, 3.5, 3.0, 0.408, 0.697, 0.047, 13.857,
                    3.477, -150.0,
                ],
                [1.0, 0.7, 2.0],
            ),
        ),
        (
            "dcn_i",
            cell(
                [
                    3.0, 56.0, -39.0, -55.0, -40.0, 56.0, 2.384, 0.9, 1.0, 0.079, 0.041, 0.044, 176.358,
                    176.358, -150.0,
                ],
                [3.64, 1.14, 2.0],
            ),
        ),
        (
            "io_cell",
            cell(
                [
                    1.0, 189.0, -35.0, -45.0, -45.0, 11.0, -18.101, 1.2, 0.8, 1.928, 0.191, 0.091, 1810.923,
                    1358.197, -60.0,
                ],
                [1.0, 60.0, 2.0],
            ),
        ),
        (
            "unipolar_brush_cell",
            cell(
                [
                    1.67, 16.5, -55.8, -76.7, -66.7, 13.2, 1.0, 1.0, 0.5, 1.17, 0.14, 0.76, 0.0001, 0.0001,
                    -150.0,
                ],
                [0.2, 2.0, 2.0],
            ),
        ),
    ]
}

/// One cell type of [`spec_2_2`].
pub fn eglif(label: &str) -> Eglif {
    spec_2_2().into_iter().find(|(l, _)| *l == label).unwrap().1
}
