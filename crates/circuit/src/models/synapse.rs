//! Synaptic conductances with exact propagators.
//!
//! Alpha: `g(t) = w · (e t / τ) · exp(-t / τ)`, peak `w` nS at `t = τ`; it solves `g'' + 2 g'/τ + g/τ² = 0` and is
//! kept as (g, g'). Exponential: `g(t) = w · exp(-t / τ)`.

/// Time course of a conductance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum SynapseShape {
    /// Rises and decays with the same time constant.
    Alpha,
    /// Jumps and decays.
    Exponential,
}

/// Linear maps of (g, g') over a half and a whole step, and what a unit weight adds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Propagator {
    /// g after half a step: coefficients of g and g'.
    pub half: [f32; 2],
    /// g after a step.
    pub g: [f32; 2],
    /// g' after a step.
    pub h: [f32; 2],
    /// Increment of g by a unit weight.
    pub jump_g: f32,
    /// Increment of g' by a unit weight.
    pub jump_h: f32,
}

impl Propagator {
    pub(super) fn new(shape: SynapseShape, tau_ms: f64, dt_ms: f64) -> Self {
        match shape {
            SynapseShape::Alpha => {
                let map = |t: f64| {
                    let a = libm::exp(-t / tau_ms);
                    ([a * (1.0 + t / tau_ms), a * t], [-a * t / (tau_ms * tau_ms), a * (1.0 - t / tau_ms)])
                };
                let (half, _) = map(0.5 * dt_ms);
                let (g, h) = map(dt_ms);
                let jump_h = (std::f64::consts::E / tau_ms) as f32;
                Self { half: f32s(half), g: f32s(g), h: f32s(h), jump_g: 0.0, jump_h }
            }
            SynapseShape::Exponential => {
                let decay = |t: f64| libm::exp(-t / tau_ms) as f32;
                let (half, g) = ([decay(0.5 * dt_ms), 0.0], [decay(dt_ms), 0.0]);
                Self { half, g, h: [0.0; 2], jump_g: 1.0, jump_h: 0.0 }
            }
        }
    }
}

impl Propagator {
    /// Advances (g, g') by a step, at the end of which `input` arrives; gives g at its begin, its middle and its end.
    #[inline(always)]
    pub fn step(&self, g: &mut f32, h: &mut f32, input: f32) -> [f32; 3] {
        let (g_0, h_0) = (*g, *h);
        let g_m = self.half[0] * g_0 + self.half[1] * h_0;
        let g_1 = self.g[0] * g_0 + self.g[1] * h_0;
        let h_1 = self.h[0] * g_0 + self.h[1] * h_0;
        *g = flush(g_1) + self.jump_g * input;
        *h = flush(h_1) + self.jump_h * input;
        [g_0, g_m, g_1]
    }
}

fn f32s(x: [f64; 2]) -> [f32; 2] {
    [x[0] as f32, x[1] as f32]
}

/// The fastest decay of a membrane that a step can follow, 1/ms (negative). A Runge-Kutta step of fourth
/// order turns decay into growth beyond 2.78 / dt; a potential that would be wrong becomes NaN, which the
/// check after the interval reports, rather than a spike out of inhibition.
pub(super) fn stiffest(dt_ms: f64) -> f64 {
    -2.5 / dt_ms
}

/// Conductances below this are taken as zero, nS: a decaying `f32` would
/// otherwise become denormal, which costs ten times as much to compute with.
pub(super) const NEGLIGIBLE: f32 = 1e-30;

#[inline(always)]
pub(super) fn flush(x: f32) -> f32 {
    if x.abs() < NEGLIGIBLE { 0.0 } else { x }
}
