//! The plasticity rules that perturbation learning predicts for one parallel-fiber synapse, and measurements in slices.
//!
//! ```text
//! dw = -alpha_w c eta M   (9)    eta: perturbed (simple "perturbation" complex spike)
//!                                c = +1 with an error complex spike, else -1;  M: granule input
//! ```
//! The four pairings of a granule burst (G) with a perturbation spike (P) and an error spike
//! (E) have the signs +, -, 0, 0. Amplitudes are not predicted: alpha_w is a free step.
//!
//! Source: Bouvier et al. 2018, eLife 7:e31599, doi:10.7554/eLife.31599, Figure 3, Table 1.

/// The change of a weight in one trial (9).
pub fn weight_change(alpha_w: f64, is_perturbed: bool, is_error_spike: bool, input: f64) -> f64 {
    let c = if is_error_spike { 1.0 } else { -1.0 };
    // A zero of its own, so that no rule gives -0.
    if is_perturbed && input != 0.0 { -alpha_w * c * input } else { 0.0 }
}

/// One pairing of the slice experiment: 300 pairings, one every 2 s. Granule burst: 5 stimuli at
/// 200 Hz. Perturbation spike: 2 stimuli at 400 Hz to the climbing fiber 11 to 15 ms after the
/// burst began (about 500 ms in `G__`). Error spike: 4 stimuli at 400 Hz after 100 to 115 ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Protocol {
    /// The paper's name.
    pub name: &'static str,
    /// True if a perturbation spike accompanies the burst.
    pub is_perturbed: bool,
    /// True if an error spike follows.
    pub is_error_spike: bool,
    /// Ratio of the response after to that before.
    pub measured: Measured,
}

/// A published mean with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Mean.
    pub mean: f64,
    /// 95 % confidence interval.
    pub interval: (f64, f64),
    /// Cells; none for a difference of two groups.
    pub n: Option<u32>,
    /// p value, against 1 for a ratio, against 0 for a difference.
    pub p: f64,
}

impl Measured {
    /// Sign of the change that the interval allows: 0 if it includes `unchanged`.
    pub fn sign(&self, unchanged: f64) -> i8 {
        match self.interval {
            (low, _) if low > unchanged => 1,
            (_, high) if high < unchanged => -1,
            _ => 0,
        }
    }
}

const fn measured(mean: f64, interval: (f64, f64), n: Option<u32>, p: f64) -> Measured {
    Measured { mean, interval, n, p }
}

impl Protocol {
    /// The four pairings, in the order of Table 1.
    pub const ALL: [Protocol; 4] = [
        Self::new("GP_", true, false, measured(1.40, (1.26, 1.72), Some(15), 0.0001)),
        Self::new("GPE", true, true, measured(0.53, (0.45, 0.63), Some(10), 0.002)),
        Self::new("G__", false, false, measured(0.97, (0.78, 1.16), Some(18), 0.77)),
        Self::new("G_E", false, true, measured(0.98, (0.79, 1.24), Some(15), 0.60)),
    ];

    const fn new(name: &'static str, is_perturbed: bool, is_error_spike: bool, measured: Measured) -> Self {
        Self { name, is_perturbed, is_error_spike, measured }
    }

    /// The weight change by (9) for a granule input of 1.
    pub fn predicted(&self, alpha_w: f64) -> f64 {
        weight_change(alpha_w, self.is_perturbed, self.is_error_spike, 1.0)
    }
}

/// Differences between pairings, Table 1: names of both, difference of their means. The last is as
/// printed, though the printed means give -0.01; neither differs from 0.
pub const DIFFERENCES: [(&str, &str, Measured); 5] = [
    ("GP_", "G__", measured(0.43, (0.19, 0.74), None, 0.021)),
    ("GPE", "G_E", measured(-0.44, (-0.72, -0.24), None, 0.0018)),
    ("GP_", "G_E", measured(0.42, (0.14, 0.73), None, 0.01)),
    ("GPE", "G__", measured(-0.43, (-0.65, -0.22), None, 0.008)),
    ("G__", "G_E", measured(0.01, (-0.26, 0.32), None, 0.93)),
];

/// Control: six climbing-fiber stimuli with the granule burst, after/before.
/// Mean, standard error of the mean and 95 % confidence interval.
pub const SIX_STIMULI: (f64, f64, (f64, f64)) = (1.12, 0.12, (0.89, 1.35));
