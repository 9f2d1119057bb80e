//! Eligibility traces: what each synapse keeps of its input until the error comes.
//!
//! A trace is a convolution, `e[j] = g * x[j]`. If g is the response of the sensed output to a signal added at the
//! error of the feedback controller, `-e` is the gradient of the error, and learning descends it: the synapse
//! carries a forward model of the closed loop. A bare delay and no trace at all are the two special cases that
//! come before it.

use super::fourier::convolve;
use crate::room::room;
use crate::{DelayLine, Error, LinearSystem, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;
use nalgebra::{DMatrix, DVector};

/// Ticks over which the response of a system is looked at. Chosen: 20 s at 500 Hz, longer than a loop that is of use rings.
const LONGEST_RESPONSE: usize = 10_000;

/// Memory that a synapse keeps of its input.
#[derive(Debug, Clone, PartialEq)]
pub enum TraceModel {
    /// The input itself.
    None,
    /// The input, so many ticks late.
    Delay(usize),
    /// The input through a response of finite length. `[ticks]`
    Response(Vec<f64>),
    /// The input through a linear system of one input and one output; each synapse has its state.
    System(LinearSystem),
}

impl TraceModel {
    /// The response g. `[ticks]`
    pub fn impulse(&self, ticks: usize) -> Vec<f64> {
        let delta = |at: usize| (0..ticks).map(|n| f64::from(u8::from(n == at))).collect();
        match self {
            TraceModel::None => delta(0),
            TraceModel::Delay(d) => delta(*d),
            TraceModel::Response(g) => (0..ticks).map(|n| g.get(n).copied().unwrap_or(0.0)).collect(),
            TraceModel::System(system) => system.impulse(ticks),
        }
    }

    /// Ticks until a change of an input has been felt: the response but for its last hundredth, or twice a bare delay, as
    /// long after the peak of the loop's response as before it. At least 1.
    pub(super) fn reach(&self) -> usize {
        match self {
            TraceModel::None => 1,
            TraceModel::Delay(d) => d.saturating_mul(2).saturating_add(1),
            TraceModel::Response(_) | TraceModel::System(_) => {
                let g = self.whole();
                let left = 0.01 * g.iter().map(|g| g.abs()).sum::<f64>();
                let mut tail = 0.0;
                let short = g.iter().rev().take_while(|g| {
                    tail += g.abs();
                    tail <= left
                });
                let short = short.count();
                (g.len() - short).max(1)
            }
        }
    }

    /// Σ g².
    pub(super) fn power(&self) -> f64 {
        match self {
            TraceModel::None | TraceModel::Delay(_) => 1.0,
            TraceModel::Response(_) | TraceModel::System(_) => self.whole().iter().map(|g| g * g).sum(),
        }
    }

    /// The response as far as it matters; that of a system for at most [`LONGEST_RESPONSE`] ticks.
    fn whole(&self) -> Vec<f64> {
        match self {
            TraceModel::Response(g) => g.clone(),
            model => model.impulse(LONGEST_RESPONSE),
        }
    }

    /// The trace of a whole trial of one signal, by the Fourier transform. `[ticks]` to `[ticks]`
    pub fn of_trial(&self, x: &[f64]) -> Vec<f64> {
        convolve(&self.impulse(x.len()), x)
    }
}

/// The traces of all synapses, tick by tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    width: usize,
    state: State,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    None,
    Delay(DelayLine),
    /// Response `[taps]` and past inputs `[taps][width]`, a ring.
    Response {
        g: Vec<f64>,
        held: Vec<f64>,
        next: usize,
    },
    System(Box<Copies>),
}

/// The state of the loop's model in every synapse.
#[derive(Debug, Clone, PartialEq)]
struct Copies {
    system: LinearSystem,
    /// `[states][width]`
    q: DMatrix<f64>,
    next: DMatrix<f64>,
    x: DVector<f64>,
    e: DMatrix<f64>,
}

impl Traces {
    /// Traces at rest of `width` synapses.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a delay or a response of more than a million ticks, an empty response, or a system
    /// of several inputs or outputs.
    pub fn new(model: &TraceModel, width: usize) -> Result<Self, Error> {
        let ranges = Ranges::of("trace");
        let state = match model {
            TraceModel::None => State::None,
            TraceModel::Delay(d) => {
                ranges.require(*d <= 1_000_000, "delay", *d as f64, "at most 1000000 ticks")?;
                State::Delay(DelayLine::new(*d, width)?)
            }
            TraceModel::Response(g) => {
                let allowed = "between 1 and 1000000 ticks";
                ranges.require((1..=1_000_000).contains(&g.len()), "response", g.len() as f64, allowed)?;
                ranges.all("response", g, |_| true, "finite in every tick")?;
                room("trace", "inputs that are kept", &[g.len(), width])?;
                State::Response { g: g.clone(), held: vec![0.0; g.len() * width], next: 0 }
            }
            TraceModel::System(system) => {
                let [_, b, c, _] = system.matrices();
                ranges.require(b.ncols() == 1, "inputs", b.ncols() as f64, "one input")?;
                ranges.require(c.nrows() == 1, "outputs", c.nrows() as f64, "one output")?;
                let q = DMatrix::zeros(system.states(), width);
                State::System(Box::new(Copies {
                    system: system.clone(),
                    next: q.clone(),
                    q,
                    x: DVector::zeros(width),
                    e: DMatrix::zeros(1, width),
                }))
            }
        };
        Ok(Self { width, state })
    }

    /// Forgets all inputs.
    pub fn reset(&mut self) {
        match &mut self.state {
            State::None => {}
            State::Delay(line) => line.held.fill(0.0),
            State::Response { held, .. } => held.fill(0.0),
            State::System(copies) => copies.q.fill(0.0),
        }
    }

    /// Takes the inputs of a tick and writes the traces; allocates nothing. `[width]`
    ///
    /// # Errors
    /// [`Error::Length`] when `x` or `e` has the wrong length.
    pub fn advance(&mut self, x: &[f64], e: &mut [f64]) -> Result<(), Error> {
        let width = self.width;
        for (input, count) in [("inputs", x.len()), ("room for traces", e.len())] {
            if count != width {
                let needed = format!("one for each of {width} synapses");
                return Err(Error::Length { part: "trace".into(), input: input.into(), count, needed });
            }
        }
        match &mut self.state {
            State::None => e.copy_from_slice(x),
            State::Delay(line) => {
                e.copy_from_slice(x);
                line.pass(e);
            }
            State::Response { g, held, next } => {
                held[*next * width..(*next + 1) * width].copy_from_slice(x);
                e.fill(0.0);
                let rows = g.len();
                for (ago, g) in g.iter().enumerate() {
                    let row = (*next + rows - ago) % rows;
                    for (e, x) in e.iter_mut().zip(&held[row * width..(row + 1) * width]) {
                        *e += g * x;
                    }
                }
                *next = (*next + 1) % rows;
            }
            State::System(copies) => {
                let Copies { system, q, next, x: input, e: out } = &mut **copies;
                let [a, b, c, d] = system.matrices();
                input.copy_from_slice(x);
                out.gemm(1.0, c, q, 0.0);
                next.gemm(1.0, a, q, 0.0);
                next.ger(1.0, &b.column(0), input, 1.0);
                for ((e, out), x) in e.iter_mut().zip(out.iter()).zip(x) {
                    *e = out + d[(0, 0)] * x;
                }
                std::mem::swap(q, next);
            }
        }
        Ok(())
    }
}

crate::snapshot!(Copies { q });

impl Snapshot for Traces {
    fn write_state(&self, to: &mut StateWriter) {
        self.state.section().into_iter().for_each(|name| to.section(name));
        match &self.state {
            State::None => {}
            State::Delay(DelayLine { held, next, .. }) | State::Response { held, next, .. } => {
                to.put(held);
                to.put(next);
            }
            State::System(copies) => to.put(copies),
        }
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.state.section().map_or(Ok(()), |name| from.section(name))?;
        match &mut self.state {
            State::None => Ok(()),
            State::Delay(DelayLine { held, next, .. }) | State::Response { held, next, .. } => {
                from.take("held", held)?;
                from.take("next", next)
            }
            State::System(copies) => from.take("system", copies),
        }
    }
}

impl State {
    /// Name in a snapshot; none where the part has its own.
    fn section(&self) -> Option<&'static str> {
        match self {
            State::None => Some("no trace"),
            State::Delay(_) => Some("delayed trace"),
            State::Response { .. } => Some("trace of a response"),
            State::System(_) => None,
        }
    }
}
