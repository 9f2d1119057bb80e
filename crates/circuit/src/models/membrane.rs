//! The membrane of all models with one:
//! ```text
//! V' = a u + b - I_adap / C,   I_adap' = k_adap u - k_2 I_adap,   u = V - E_L
//! ```
//! with a = leak - g / C and b = I / C, where g and I are known at the begin, the middle and the end of a step; without
//! adaptation I_adap is 0.

use super::synapse::stiffest;

#[derive(Debug, Clone, Copy)]
pub(super) struct Membrane {
    /// Step, ms.
    pub dt: f32,
    /// Signed leak, 1/ms.
    pub leak: f32,
    /// The fastest decay that the step can follow, 1/ms.
    pub stiffest: f32,
    /// 1 / C_m, 1/pF.
    pub inv_c: f32,
    /// Resting potential, mV.
    pub e_l: f32,
    /// nS/ms.
    pub k_adap: f32,
    /// 1/ms.
    pub k_2: f32,
}

impl Membrane {
    /// A membrane with a signed leak (1/ms), a capacitance (pF), and k_adap and k_2 of its adaptation.
    pub fn new(dt: f64, leak: f64, c_m: f64, e_l: f64, [k_adap, k_2]: [f64; 2]) -> Self {
        let constants = [dt, leak, stiffest(dt), 1.0 / c_m, e_l, k_adap, k_2];
        let [dt, leak, stiffest, inv_c, e_l, k_adap, k_2] = constants.map(|x| x as f32);
        Self { dt, leak, stiffest, inv_c, e_l, k_adap, k_2 }
    }

    /// One Runge-Kutta step of fourth order from potential `v` (mV) and I_adap `w` (pA): those after it.
    /// `g` (nS) and `i` (pA, relative to E_L) are the sums at the begin, the middle and the end.
    #[inline(always)]
    pub fn step<const ADAPTS: bool>(&self, v: f32, w: f32, g: [f32; 3], i: [f32; 3]) -> (f32, f32) {
        let (dv, w_1) = self.rise::<ADAPTS>(v, w, g, i);
        (v + dv, w_1)
    }

    /// As [`Membrane::step`]: the rise of the potential (mV) and I_adap after the step. Many short steps add up their rises, which
    /// lose fewer digits than potentials.
    #[inline(always)]
    pub fn rise<const ADAPTS: bool>(&self, v: f32, w: f32, g: [f32; 3], i: [f32; 3]) -> (f32, f32) {
        let (a_0, b_0) = (self.leak - g[0] * self.inv_c, i[0] * self.inv_c);
        let (a_m, b_m) = (self.leak - g[1] * self.inv_c, i[1] * self.inv_c);
        let (a_1, b_1) = (self.leak - g[2] * self.inv_c, i[2] * self.inv_c);
        let a_0 = if a_0 < self.stiffest { f32::NAN } else { a_0 };
        let slope = |a: f32, b: f32, u: f32, w: f32| match ADAPTS {
            true => (a * u + b - w * self.inv_c, self.k_adap * u - self.k_2 * w),
            false => (a * u + b, 0.0),
        };
        let along = |w: f32, time: f32, dw: f32| if ADAPTS { w + time * dw } else { w };
        let u = v - self.e_l;
        let half = 0.5 * self.dt;
        let (du1, dw1) = slope(a_0, b_0, u, w);
        let (du2, dw2) = slope(a_m, b_m, u + half * du1, along(w, half, dw1));
        let (du3, dw3) = slope(a_m, b_m, u + half * du2, along(w, half, dw2));
        let (du4, dw4) = slope(a_1, b_1, u + self.dt * du3, along(w, self.dt, dw3));
        let sixth = self.dt / 6.0;
        let mean = |d1: f32, d2: f32, d3: f32, d4: f32| d1 + 2.0 * (d2 + d3) + d4;
        (sixth * mean(du1, du2, du3, du4), along(w, sixth, mean(dw1, dw2, dw3, dw4)))
    }
}
