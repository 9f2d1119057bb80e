//! The (P, J) plane: lines on which error and estimate are equal, and the mean drift
//! between them. Rectification of P, J and I is left out, as in the paper.
//!
//! ```text
//! C±: J = (q ± 1) P + (q ± 1) A -+ R      perturbed trials:   J - q P - q A = |P + A - R|
//! D±: J = (q ± 1) P -+ R                  unperturbed trials: J - q P       = |P - R|
//! ```
//! Below its line a trial gives an error spike, above it none. The two lines of each kind
//! are the two arms of a V, so a point is above or below C and above or below D: four sectors.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, (27, 28) and Figure 9B.

use super::SingleCellParameters;

/// A line of the plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Perturbed trials, P + A > R.
    CPlus,
    /// Perturbed trials, P + A < R.
    CMinus,
    /// Unperturbed trials, P > R.
    DPlus,
    /// Unperturbed trials, P < R.
    DMinus,
}

impl Line {
    /// The paper's name: `C+`, `C-`, `D+`, `D-`.
    pub fn name(self) -> &'static str {
        match self {
            Line::CPlus => "C+",
            Line::CMinus => "C-",
            Line::DPlus => "D+",
            Line::DMinus => "D-",
        }
    }

    /// J on the line at `p_hz`, Hz.
    pub fn at(self, parameters: &SingleCellParameters, p_hz: f64) -> f64 {
        let SingleCellParameters { target_hz: r, perturbation_hz: a, q, .. } = *parameters;
        match self {
            Line::CPlus => (q + 1.0) * (p_hz + a) - r,
            Line::CMinus => (q - 1.0) * (p_hz + a) + r,
            Line::DPlus => (q + 1.0) * p_hz - r,
            Line::DMinus => (q - 1.0) * p_hz + r,
        }
    }
}

/// A sector of the plane, by what the two kinds of trial report in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sector {
    /// Above C and D: no error spike on any trial.
    Above,
    /// Below C and D: an error spike on every trial.
    Below,
    /// Below C, above D: a spike on perturbed trials only; P falls. Around P > R.
    UpperCorridor,
    /// Above C, below D: a spike on unperturbed trials only; P rises. Around P < R, where q < 1.
    LowerCorridor,
}

impl Sector {
    /// The sector of a point. On a line: above it, as a trial with E = I gives no spike.
    pub fn of(parameters: &SingleCellParameters, p_hz: f64, j_hz: f64) -> Self {
        let SingleCellParameters { target_hz: r, perturbation_hz: a, q, .. } = *parameters;
        let below_c = (p_hz + a - r).abs() > j_hz - q * (p_hz + a);
        let below_d = (p_hz - r).abs() > j_hz - q * p_hz;
        match (below_c, below_d) {
            (false, false) => Sector::Above,
            (true, true) => Sector::Below,
            (true, false) => Sector::UpperCorridor,
            (false, true) => Sector::LowerCorridor,
        }
    }

    /// The mean change of (P, J) in one trial, Hz: (27) above, (28) below; in the corridors
    /// perturbed and unperturbed trials push J in opposite directions.
    pub fn drift(self, parameters: &SingleCellParameters) -> (f64, f64) {
        let SingleCellParameters { step_p_hz: dp, step_j_hz: dj, rho, .. } = *parameters;
        match self {
            Sector::Above => (rho * dp, -dj),
            Sector::Below => (-rho * dp, dj),
            Sector::UpperCorridor => (-rho * dp, (2.0 * rho - 1.0) * dj),
            Sector::LowerCorridor => (rho * dp, (1.0 - 2.0 * rho) * dj),
        }
    }
}
