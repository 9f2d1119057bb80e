//! Simulated recordings: the mouse circuit driven by mossy fibers that fire as those of the synthetic session, before and
//! after its parallel fibers have learned from climbing fibers that signal delayed feedback.
//!
//! The circuit receives only commands and delayed feedback, not the present state. In learning, climbing fibers signal feedback
//! when it arrives, and the rule depresses synapses that were active about 100 ms before a climbing-fiber spike. What is
//! learned therefore precedes the feedback by this time.

use super::config::{Config, PopulationConfig};
use super::populations::{self, NAMES, Tuning};
use super::wrist::{FEEDBACK, Movement};
use lobule_analysis::smoothing::Sampling;
use lobule_cerebellum::recordings::{Events, TrialEvent, Unit, UnitTimes};
use lobule_cerebellum::{BrainState, DT_MS, Drive, ModuleOptions, PLASTIC_SET, Teaching, add_module};
use lobule_circuit::plasticity::Supervised;
use lobule_circuit::{Circuit, Simulation};
use lobule_scaffold::{ScaffoldSpec, reconstruct};
use lobule_signal::Clock;
use lobule_study::Error;

/// Generators of the climbing fibers.
const TEACHER: &str = "teacher";
/// Peak conductance that makes an olivary cell fire a pair of spikes with each teaching event, nS. Source: prism, module.teaching_ns.
const TEACHER_NS: f64 = 200.0;
/// Highest weight, nS. Source: [`crate::open_loop`].
const W_MAX_NS: f64 = 5.0;

pub struct DrivenCircuit {
    simulation: Simulation,
    movements: Vec<Movement>,
    trials: Vec<TrialEvent>,
    mossy: (usize, Tuning),
    olive: (usize, Tuning),
    sampling: Sampling,
    pause_ms: f64,
    olive_hz: f64,
}

/// Kind of a round of trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Climbing fibers fire at rest, nothing is learned, spikes are recorded.
    Recorded,
    /// Climbing fibers signal feedback, nothing is learned, their spikes are recorded.
    Taught,
    /// Climbing fibers signal feedback, and parallel fibers learn.
    Learning,
}

impl Round {
    /// The populations that are recorded.
    fn recorded(self) -> &'static [&'static str] {
        match self {
            Self::Recorded => &NAMES,
            Self::Taught => &["io_cell"],
            Self::Learning => &[],
        }
    }
}

impl DrivenCircuit {
    /// Builds the circuit of a seed, whose climbing fibers fire at a mean rate of `climbing_hz` while parallel fibers learn.
    pub fn new(config: &Config, climbing_hz: f64, seed: u64, threads: usize) -> Result<Self, Error> {
        let own = &config.network;
        let sampling = config.analysis.sampling()?;
        let anatomy = reconstruct(&ScaffoldSpec::mouse(own.size_um[0], own.size_um[1]), seed)?;
        let mut circuit = Circuit::new();
        let drive = Drive::Poisson(config.synthetic.mossy.base_hz);
        let mut options = ModuleOptions::new(BrainState::Awake, drive);
        options.learn(rule(config, climbing_hz));
        add_module(&mut circuit, "", &anatomy, &options)?;
        let none = |name: &str| {
            let what =
                format!("the circuit of {:?} µm has no `{name}`; enlarge network.size_um", own.size_um);
            Error::from(lobule_cerebellum::Error::Anatomy { what })
        };
        let cells = |name| Some(anatomy.count(name)).filter(|n| *n > 0).ok_or_else(|| none(name));
        NAMES.into_iter().try_for_each(|name| cells(name).map(drop))?;
        let olive = cells("io_cell")?;
        let teaching = Teaching { label: TEACHER, rate_hz: own.olive_hz, weight_ns: TEACHER_NS };
        teaching.add(&mut circuit, "", &anatomy);
        let mut simulation = Simulation::new(circuit.compile(Clock::new(DT_MS)?, seed)?, threads)?;
        simulation.set_learning(PLASTIC_SET, false)?;

        let mossy = Tuning::mossy(&config.synthetic, cells("mossy_fiber")?, seed);
        let (base_hz, modulation_hz) = (own.olive_hz, own.olive_modulation_hz);
        let teaching = PopulationConfig { units: olive, base_hz, modulation_hz };
        let taught = Tuning::draw(&teaching, |_| FEEDBACK, seed, "olive");
        Ok(Self {
            mossy: (simulation.population("mossy_fiber")?, mossy),
            olive: (simulation.population(TEACHER)?, taught),
            movements: populations::movements(&config.synthetic, &sampling, seed)?,
            trials: populations::trial_events(&config.synthetic),
            simulation,
            sampling,
            pause_ms: own.pause_ms as f64,
            olive_hz: own.olive_hz,
        })
    }

    /// Plays all trials once and returns the recorded spikes; `done` is called after each trial.
    pub fn play(&mut self, round: Round, done: impl Fn() -> Result<(), Error>) -> Result<Events, Error> {
        self.simulation.set_learning(PLASTIC_SET, round == Round::Learning)?;
        for name in round.recorded() {
            self.simulation.record_spikes(name)?;
        }
        let rest = vec![self.olive_hz; self.olive.1.units.len()];
        let mut trials = self.trials.clone();
        for (trial, movement) in trials.iter_mut().zip(&self.movements) {
            self.simulation.set_rates(self.olive.0, &rest)?;
            self.simulation.run_ms(self.pause_ms)?;
            let (from_ms, _) = self.sampling.reach_ms();
            trial.onset_s = (self.simulation.ms() - from_ms) * 1e-3;
            for z in movement {
                self.simulation.set_rates(self.mossy.0, &self.mossy.1.rates_hz(z))?;
                if round != Round::Recorded {
                    self.simulation.set_rates(self.olive.0, &self.olive.1.rates_hz(z))?;
                }
                self.simulation.run_ms(self.sampling.bin_ms)?;
            }
            done()?;
        }
        let mut events = Events { source: "the spiking circuit".into(), trials, ..Events::default() };
        for name in round.recorded() {
            if let Some(train) = self.simulation.take_spikes(name)? {
                let mut times = vec![Vec::new(); train.n];
                for (&step, &id) in train.steps.iter().zip(&train.ids) {
                    times[id as usize].push(step as f64 * DT_MS * 1e-3);
                }
                let times = times.into_iter().map(UnitTimes::OfSession);
                events.units.extend(populations::units(&train.label, times));
            }
        }
        Ok(events)
    }

    /// Mean rate of the climbing fibers while they signal feedback, Hz, over one round.
    pub fn climbing_hz(&mut self, done: impl Fn() -> Result<(), Error>) -> Result<f64, Error> {
        let begin_ms = self.simulation.ms();
        let events = self.play(Round::Taught, done)?;
        let spikes = |u: &Unit| match &u.times {
            UnitTimes::OfSession(times) => times.len(),
            UnitTimes::OfTrials(trials) => trials.iter().map(Vec::len).sum(),
        };
        let all: usize = events.units.iter().map(spikes).sum();
        Ok(all as f64 / (events.units.len() as f64 * (self.simulation.ms() - begin_ms) * 1e-3))
    }

    /// Mean weight of the plastic synapses, nS.
    pub fn mean_weight_ns(&self) -> Result<f64, Error> {
        let synapses = self.simulation.synapses(PLASTIC_SET)?;
        Ok(synapses.iter().map(|s| f64::from(s.2)).sum::<f64>() / synapses.len() as f64)
    }
}

/// The rule, balanced: a spike of the parallel fiber potentiates as much as unrelated spikes of the climbing fiber depress.
fn rule(config: &Config, climbing_hz: f64) -> Supervised {
    let mut rule = Supervised::pf_pc(0.0, config.network.a_teacher_ns, W_MAX_NS);
    let area_s: f64 = (1..=2000)
        .map(|k| rule.kernel.at(-f64::from(k) * 0.1, rule.window_ms) * 1e-4)
        .filter(|x| x.is_finite())
        .sum();
    rule.a_pre = -rule.a_teacher * climbing_hz * area_s;
    rule
}
