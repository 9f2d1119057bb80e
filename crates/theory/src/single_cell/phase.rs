//! Lines of the plane that learning follows, the speed along them, and the end point.
//!
//! In a corridor P drifts one way and J is driven toward one of its two lines, along which
//! the cell then slides. With beta = dJ / dP:
//!
//! | corridor | condition | line | dP/dtrial | |
//! | --- | --- | --- | --- | --- |
//! | upper | rho < beta / (1 + q + 2 beta) | D+ | -rho dP | (32) |
//! | upper | rho > beta / (1 + q + 2 beta) | C+ | -(1 - rho) dJ / (1 + q + beta) | (33) |
//! | lower | beta > 1 - q, rho > beta / (2 beta + q - 1) | C- | (1 - rho) dJ / (beta + q - 1) | (34) |
//! | lower | beta < (1 - q) rho | none: overshoots R into the upper one | rho dP | |
//! | lower | otherwise | D- | rho dP | (35) |
//!
//! The appendix bounds the domain of D- by beta (2 beta - 1); the complement of the domain of
//! C- is beta / (2 beta + q - 1), which is what is used here. The lower corridor exists for q < 1
//! only: from q = 1 on P falls without end, and a [`Region`] says so.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, (29)-(35), Figure 9C.

use super::{Line, SingleCellParameters};

/// The two corridors between C and D.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corridor {
    /// Between D+ and C+, P > R; vertical width (1 + q) A.
    Upper,
    /// Between C- and D-, P < R; vertical width (1 - q) A.
    Lower,
}

/// The line that is followed in a corridor, and the predicted mean speed along it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Followed {
    /// The line; none if P rises faster than J can return to one.
    pub line: Option<Line>,
    /// dP per trial, Hz.
    pub speed_hz: f64,
}

/// End point of learning for q < 1: the crossing of C+ and D-.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EndPoint {
    /// P\* = R - A (1 + q) / 2, Hz.
    pub p_hz: f64,
    /// J\* = q R + (1 - q²) A / 2, Hz.
    pub j_hz: f64,
}

/// A region of the phase diagram in (beta, rho) at a given q (Figure 9C).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// q < 1: both corridors lead to the end point.
    Converges {
        /// Line of the upper corridor.
        upper: Line,
        /// Line of the lower corridor; none where P overshoots into the upper one.
        lower: Option<Line>,
    },
    /// q >= 1: there is no lower corridor, P falls to 0.
    Diverges,
}

impl Region {
    /// The region at (beta, rho, q). A point on a boundary belongs to the D line.
    pub fn of(beta: f64, rho: f64, q: f64) -> Self {
        if q >= 1.0 {
            return Region::Diverges;
        }
        Region::Converges { upper: upper_line(beta, rho, q), lower: lower_line(beta, rho, q) }
    }

    /// Label for figures: `D+/D-`, `C+/D-`, `C+/C-`, `C+ only`, ..., `diverges`.
    pub fn label(self) -> String {
        match self {
            Region::Converges { upper, lower: Some(lower) } => format!("{}/{}", upper.name(), lower.name()),
            Region::Converges { upper, lower: None } => format!("{} only", upper.name()),
            Region::Diverges => "diverges".into(),
        }
    }
}

fn upper_line(beta: f64, rho: f64, q: f64) -> Line {
    // As products: beta may be infinite where P is held, and the quotient is then 1/2.
    if rho * (1.0 + q) > beta * (1.0 - 2.0 * rho) { Line::CPlus } else { Line::DPlus }
}

fn lower_line(beta: f64, rho: f64, q: f64) -> Option<Line> {
    if beta < (1.0 - q) * rho {
        None
    } else if beta > 1.0 - q && beta * (2.0 * rho - 1.0) > rho * (1.0 - q) {
        Some(Line::CMinus)
    } else {
        Some(Line::DMinus)
    }
}

impl SingleCellParameters {
    /// The line followed in a corridor and the speed along it (32-35); none for the lower
    /// corridor when q >= 1, which does not exist then.
    pub fn followed(&self, corridor: Corridor) -> Option<Followed> {
        let SingleCellParameters { step_p_hz: dp, step_j_hz: dj, q, rho, .. } = *self;
        let beta = self.beta();
        let along_d = rho * dp;
        Some(match corridor {
            Corridor::Upper => match upper_line(beta, rho, q) {
                Line::CPlus => {
                    Followed { line: Some(Line::CPlus), speed_hz: -(1.0 - rho) * dj / (1.0 + q + beta) }
                }
                line => Followed { line: Some(line), speed_hz: -along_d },
            },
            Corridor::Lower if q >= 1.0 => return None,
            Corridor::Lower => match lower_line(beta, rho, q) {
                Some(Line::CMinus) => {
                    Followed { line: Some(Line::CMinus), speed_hz: (1.0 - rho) * dj / (beta + q - 1.0) }
                }
                line => Followed { line, speed_hz: along_d },
            },
        })
    }

    /// The region of the phase diagram.
    pub fn region(&self) -> Region {
        Region::of(self.beta(), self.rho, self.q)
    }

    /// The end of learning; none when q >= 1.
    pub fn end_point(&self) -> Option<EndPoint> {
        let SingleCellParameters { target_hz: r, perturbation_hz: a, q, .. } = *self;
        (q < 1.0).then(|| EndPoint { p_hz: r - a * (1.0 + q) / 2.0, j_hz: q * r + (1.0 - q * q) * a / 2.0 })
    }

    /// True if the steps are small enough for the upper corridor, (29): dP + dJ / (1 + q) < A,
    /// with 0 < rho < 1.
    pub fn upper_is_sure(&self) -> bool {
        0.0 < self.rho
            && self.rho < 1.0
            && self.step_p_hz + self.step_j_hz / (1.0 + self.q) < self.perturbation_hz
    }

    /// True if the step of J is small enough for the lower corridor, (30): dJ < (1 - q) A.
    pub fn lower_is_sure(&self) -> bool {
        0.0 < self.rho && self.rho < 1.0 && self.step_j_hz < (1.0 - self.q) * self.perturbation_hz
    }
}
