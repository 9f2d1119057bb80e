//! The membrane that both E-GLIF models share:
//! ```text
//! V' = a u + b - I_adap / C,   I_adap' = k_adap u - k_2 I_adap,   u = V - E_L
//! ```
//! with a = leak - g / C and b = I / C, where g and I are known at the begin, the middle and the end of a step.

/// Constants of a membrane.
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
    /// One Runge-Kutta step of fourth order from potential `v` (mV) and I_adap `w` (pA): those after it.
    /// `g` (nS) and `i` (pA, relative to E_L) are the sums at the begin, the middle and the end.
    #[inline(always)]
    pub fn step(&self, v: f32, w: f32, g: [f32; 3], i: [f32; 3]) -> (f32, f32) {
        let (a_0, b_0) = (self.leak - g[0] * self.inv_c, i[0] * self.inv_c);
        let (a_m, b_m) = (self.leak - g[1] * self.inv_c, i[1] * self.inv_c);
        let (a_1, b_1) = (self.leak - g[2] * self.inv_c, i[2] * self.inv_c);
        let a_0 = if a_0 < self.stiffest { f32::NAN } else { a_0 };
        let u = v - self.e_l;
        let half = 0.5 * self.dt;
        let du1 = a_0 * u + b_0 - w * self.inv_c;
        let dw1 = self.k_adap * u - self.k_2 * w;
        let (u2, w2) = (u + half * du1, w + half * dw1);
        let du2 = a_m * u2 + b_m - w2 * self.inv_c;
        let dw2 = self.k_adap * u2 - self.k_2 * w2;
        let (u3, w3) = (u + half * du2, w + half * dw2);
        let du3 = a_m * u3 + b_m - w3 * self.inv_c;
        let dw3 = self.k_adap * u3 - self.k_2 * w3;
        let (u4, w4) = (u + self.dt * du3, w + self.dt * dw3);
        let du4 = a_1 * u4 + b_1 - w4 * self.inv_c;
        let dw4 = self.k_adap * u4 - self.k_2 * w4;
        let sixth = self.dt / 6.0;
        (v + sixth * (du1 + 2.0 * (du2 + du3) + du4), w + sixth * (dw1 + 2.0 * (dw2 + dw3) + dw4))
    }
}
