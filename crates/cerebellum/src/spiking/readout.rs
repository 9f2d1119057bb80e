//! Readout of the nuclei: traces of both microzones and their moving average.

pub(super) const TICK_S: f64 = 1e-3;
/// Time constant of a zone's trace, ms; it also sets the step with a spike. Source: closed-loop neuron.
const TRACE_MS: f64 = 60.0;
/// Window of the moving average, ms. Source: closed-loop neuron.
const AVERAGE_MS: usize = 50;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Readout {
    decay: f64,
    /// Plus, minus.
    pub traces: [f64; 2],
    /// Differences of the last ticks, a ring. `[50]`
    pub held: Vec<f64>,
    pub next: usize,
    /// Half the number of nuclear cells.
    half: f64,
}

lobule_control::snapshot!(Readout { traces, held, next });

impl Readout {
    pub fn new(nuclear_cells: usize) -> Self {
        let (decay, half) = (libm::exp(-1.0 / TRACE_MS), nuclear_cells as f64 / 2.0);
        Self { decay, traces: [0.0; 2], held: vec![0.0; AVERAGE_MS], next: 0, half }
    }

    /// Advances by a tick with a number of spikes in each zone and returns the average.
    pub fn advance(&mut self, spikes: [usize; 2]) -> f64 {
        let step = (2.0 / (TRACE_MS * TICK_S)).sqrt();
        for (trace, n) in self.traces.iter_mut().zip(spikes) {
            *trace = self.decay * *trace + step * n as f64;
        }
        self.held[self.next] = (self.traces[0] - self.traces[1]) / self.half;
        self.next = (self.next + 1) % self.held.len();
        self.held.iter().sum::<f64>() / self.held.len() as f64
    }
}
