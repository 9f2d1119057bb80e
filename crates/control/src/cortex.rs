//! Motor cortex: coarse inverse dynamics in a population code.
//!
//! Joint `j = i div F`, fiber `f = i mod F`, `F = neurons / 4`. The commanded
//! acceleration u(t) in 0..1 moves the center `c(t) = σ/2 + 0.9 F u(t)` over the
//! fibers: `rate = background + R exp(-((c - f)/σ)²)`. The amplitude of the
//! pointing joint is `R = gain · r_in`, with r_in the rate of planner spikes
//! (+1) and nuclear spikes of the forward module (± weight) over the last
//! window; other joints have a constant R.
//! Source: extra-cereb-nest, cortex neuron.

use crate::{Error, TickSpike, normalized_acceleration};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Number of joints that the cortex commands.
pub const JOINTS: usize = 4;
/// The joint that points.
pub const POINTING: usize = 1;
/// The elbow of the planar arm.
pub const ELBOW: usize = 2;
/// Direction of each joint's movement: start (10, -10, -90, 170) deg, end (0, P, 0, 0) deg.
const DIRECTION: [f64; JOINTS] = [-1.0, 1.0, 1.0, -1.0];

/// Parameters of the motor cortex.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CortexParameters {
    /// Number of neurons; a multiple of 4.
    pub neurons: usize,
    /// Width of the tuning, as a fraction of all neurons: σ = neurons · this.
    pub sigma_fraction: f64,
    /// Gain from input rate to amplitude of the pointing joint.
    pub gain: f64,
    /// Amplitude of the other joints, Hz.
    pub other_joints_hz: f64,
    /// Background rate, Hz.
    pub background_hz: f64,
    /// Window over which input spikes are counted, ms.
    pub window_ms: usize,
    /// Weight of the forward module relative to a planner spike: of the mean count of the
    /// nuclear cells that a neuron listens to.
    pub nuclear_weight: f64,
    /// Nuclear cells of each microzone that a neuron listens to.
    pub nuclear_convergence: usize,
}

/// The motor cortex.
#[derive(Debug, Clone)]
pub struct MotorCortex {
    parameters: CortexParameters,
    noise: Stream,
    /// Tuning of each fiber by phase: `[joint direction 0 = +, 1 = -][phase][fiber]`.
    tuning: [Vec<f64>; 2],
    fibers: usize,
    /// The plus and the minus nuclear cells that each neuron listens to: `[neuron][convergence]`.
    listens: Vec<[u32; 2]>,
    memory: CortexMemory,
}

/// Memory of the cortex from tick to tick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CortexMemory {
    planner: VecDeque<Vec<u32>>,
    nuclear: VecDeque<Vec<u32>>,
    planner_count: Vec<u32>,
    nuclear_count: Vec<u32>,
}

impl MotorCortex {
    /// A cortex for trials of `ticks` ms that listens to nuclear cells `plus` and `minus`
    /// (numbers below `n_nuclear`); empty lists mean that no forward module is connected.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter, its value and the range.
    pub fn new(
        parameters: CortexParameters,
        ticks: usize,
        plus: &[u32],
        minus: &[u32],
        n_nuclear: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        let p = &parameters;
        let multiple = p.neurons >= 32 && p.neurons.is_multiple_of(JOINTS);
        let ranges = Ranges::of("cortex");
        ranges.require(multiple, "neurons", p.neurons as f64, "a multiple of 4, at least 32, is needed")?;
        let width = p.sigma_fraction;
        ranges.require(width > 0.0, "sigma_fraction", width, "a positive width is needed")?;
        ranges.require(p.window_ms > 0, "window_ms", p.window_ms as f64, "at least 1 ms is needed")?;
        let rates = ["gain", "other_joints_hz", "background_hz"];
        let rates = rates.into_iter().zip([p.gain, p.other_joints_hz, p.background_hz]);
        ranges.each(rates, |rate| rate >= 0.0, "0 or more is needed")?;
        ranges.require(true, "nuclear_weight", p.nuclear_weight, "a finite number is needed")?;
        let convergence = p.nuclear_convergence as f64;
        let allowed = "at least one cell is needed";
        ranges.require(convergence >= 1.0, "nuclear_convergence", convergence, allowed)?;
        let fibers = p.neurons / JOINTS;
        let sigma = p.neurons as f64 * p.sigma_fraction;
        let tuning = [1.0, -1.0].map(|direction| {
            let mut table = Vec::with_capacity(ticks * fibers);
            for a in normalized_acceleration(ticks) {
                let center = 0.5 * sigma + 0.9 * fibers as f64 * (0.5 + 0.5 * direction * a);
                table.extend((0..fibers).map(|f| {
                    let x = (center - f as f64) / sigma;
                    libm::exp(-x * x)
                }));
            }
            table
        });
        let draw = Stream::new(seed, "cortex/listens");
        let listens = if plus.is_empty() || minus.is_empty() {
            Vec::new()
        } else {
            let cell = |of: &[u32], zone, i| of[draw.below(zone, i, of.len() as u32) as usize];
            let synapses = (p.neurons * p.nuclear_convergence) as u32;
            (0..synapses).map(|i| [cell(plus, 0, i), cell(minus, 1, i)]).collect()
        };
        let memory = CortexMemory {
            planner: VecDeque::with_capacity(p.window_ms + 1),
            nuclear: VecDeque::with_capacity(p.window_ms + 1),
            planner_count: vec![0; p.neurons],
            nuclear_count: vec![0; n_nuclear],
        };
        Ok(Self { parameters, noise: Stream::new(seed, "cortex"), tuning, fibers, listens, memory })
    }

    /// Fibers per joint.
    pub fn fibers(&self) -> usize {
        self.fibers
    }

    /// Neurons of all joints.
    pub fn neurons(&self) -> usize {
        self.parameters.neurons
    }

    /// The memory, to copy.
    pub fn memory(&self) -> &CortexMemory {
        &self.memory
    }

    /// Goes back to a memory.
    pub fn restore(&mut self, memory: CortexMemory) {
        self.memory = memory;
    }

    /// Takes the spikes of the last tick: planner neurons and nuclear cells of the forward module.
    pub fn listen(&mut self, planner: &[u32], nuclear: &[u32]) {
        let m = &mut self.memory;
        planner.iter().for_each(|&i| m.planner_count[i as usize] += 1);
        nuclear.iter().for_each(|&i| m.nuclear_count[i as usize] += 1);
        m.planner.push_back(planner.to_vec());
        m.nuclear.push_back(nuclear.to_vec());
        if m.planner.len() > self.parameters.window_ms {
            m.planner.pop_front().into_iter().flatten().for_each(|i| m.planner_count[i as usize] -= 1);
            m.nuclear.pop_front().into_iter().flatten().for_each(|i| m.nuclear_count[i as usize] -= 1);
        }
    }

    /// Ticks that are in memory, at most the window.
    pub fn heard_ms(&self) -> usize {
        self.memory.planner.len()
    }

    /// Puts other planner spikes, oldest tick first, in the place of the last ones heard.
    /// The memory of the forward module stays. More ticks than are in memory are left out.
    pub fn replan(&mut self, mut ticks: Vec<Vec<u32>>) {
        let m = &mut self.memory;
        ticks.drain(..ticks.len().saturating_sub(m.planner.len()));
        let first = m.planner.len() - ticks.len();
        for (old, new) in m.planner.iter_mut().skip(first).zip(ticks) {
            old.iter().for_each(|&i| m.planner_count[i as usize] -= 1);
            new.iter().for_each(|&i| m.planner_count[i as usize] += 1);
            *old = new;
        }
    }

    /// Input rate of neuron `i` over the window, Hz; not below 0.
    pub fn input_hz(&self, i: usize) -> f64 {
        let m = &self.memory;
        let mut count = f64::from(m.planner_count[i]);
        if !self.listens.is_empty() {
            let k = self.parameters.nuclear_convergence;
            let heard = |cell: u32| i64::from(m.nuclear_count[cell as usize]);
            let listens = &self.listens[i * k..(i + 1) * k];
            let difference: i64 = listens.iter().map(|&[plus, minus]| heard(plus) - heard(minus)).sum();
            count += self.parameters.nuclear_weight * difference as f64 / k as f64;
        }
        (1000.0 * count / self.parameters.window_ms as f64).max(0.0)
    }

    /// Neurons that fire in the tick at `phase` ms of the trial, each with its step in the tick.
    pub fn fire(&self, phase: u64, tick: u64, steps: u16, out: &mut Vec<TickSpike>) {
        out.clear();
        let p = &self.parameters;
        for (joint, direction) in DIRECTION.into_iter().enumerate() {
            let tuning = &self.tuning[usize::from(direction < 0.0)];
            let tuning = &tuning[phase as usize * self.fibers..(phase as usize + 1) * self.fibers];
            for (f, &shape) in tuning.iter().enumerate() {
                let i = joint * self.fibers + f;
                let amplitude = if joint == POINTING { p.gain * self.input_hz(i) } else { p.other_joints_hz };
                let probability = (p.background_hz + amplitude * shape) * 1e-3;
                if self.noise.uniform(tick, i as u32) < probability {
                    let step = self.noise.below(tick, (p.neurons + i) as u32, u32::from(steps));
                    out.push((step as u16, i as u32));
                }
            }
        }
    }
}
