//! E-GLIF integrated a second time: every variable as an ordinary differential
//! equation in `f64`, Runge-Kutta steps a thousand times shorter than the engine's.
//! Shares nothing with the engine but the equations of cerebellar-models 0.13.

use lobule_circuit::models::{Eglif, SynapseShape};

/// V, I_adap, I_dep, then g and g' of each receptor.
type Y = [f64; 11];

/// A noiseless E-GLIF cell.
pub struct Reference {
    pub p: Eglif,
    pub y: Y,
    held: u64,
}

impl Reference {
    pub fn new(p: Eglif) -> Self {
        let mut y = [0.0; 11];
        y[0] = p.v_init;
        Self { p, y, held: 0 }
    }

    fn derivative(&self, y: &Y) -> Y {
        let p = &self.p;
        let mut d = [0.0; 11];
        let sign = if p.leak_is_published { 1.0 } else { -1.0 };
        let mut current = p.i_e + y[2] - y[1];
        for (r, receptor) in p.receptors.iter().enumerate() {
            let (g, h, tau) = (y[3 + 2 * r], y[4 + 2 * r], receptor.tau_syn);
            current += g * (receptor.e_rev - y[0]);
            (d[3 + 2 * r], d[4 + 2 * r]) = match receptor.shape {
                SynapseShape::Alpha => (h, -2.0 * h / tau - g / (tau * tau)),
                SynapseShape::Exponential => (-g / tau, 0.0),
            };
        }
        d[0] = sign * (y[0] - p.e_l) / p.tau_m + current / p.c_m;
        d[1] = p.k_adap * (y[0] - p.e_l) - p.k_2 * y[1];
        d[2] = -p.k_1 * y[2];
        d
    }

    /// Integrates over `ms` in `substeps` Runge-Kutta steps.
    pub fn integrate(&mut self, ms: f64, substeps: usize) {
        let dt = ms / substeps as f64;
        for _ in 0..substeps {
            let add = |y: &Y, k: &Y, t: f64| -> Y { std::array::from_fn(|i| y[i] + t * k[i]) };
            let k1 = self.derivative(&self.y);
            let k2 = self.derivative(&add(&self.y, &k1, 0.5 * dt));
            let k3 = self.derivative(&add(&self.y, &k2, 0.5 * dt));
            let k4 = self.derivative(&add(&self.y, &k3, dt));
            for i in 0..11 {
                self.y[i] += dt / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]);
            }
        }
    }

    /// One step of the engine's scheme with a hard threshold: integrate, hold or test, then take
    /// the input that arrives at the end of the step. True when the cell spikes.
    pub fn step(&mut self, dt_ms: f64, substeps: usize, input: [f64; 4]) -> bool {
        self.y[0] = self.y[0].max(self.p.v_min);
        self.integrate(dt_ms, substeps);
        let fired = if self.held > 0 {
            self.held -= 1;
            self.y[0] = self.p.v_reset;
            false
        } else if self.p.threshold_is_hard && self.y[0] >= self.p.v_th {
            self.held = (self.p.t_ref / dt_ms).round() as u64;
            self.y[0] = self.p.v_reset;
            self.y[2] = self.p.a1;
            self.y[1] += self.p.a2;
            true
        } else {
            false
        };
        for (r, w) in input.into_iter().enumerate() {
            match self.p.receptors[r].shape {
                SynapseShape::Alpha => {
                    self.y[4 + 2 * r] += w * std::f64::consts::E / self.p.receptors[r].tau_syn
                }
                SynapseShape::Exponential => self.y[3 + 2 * r] += w,
            }
        }
        fired
    }
}
