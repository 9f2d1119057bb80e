//! Trials of a calibration, one by one, each kept as soon as it is over: an interrupted calibration goes on with the next.

use super::circuit;
use super::config::PrismConfig;
use super::pair::Pair;
use super::pointing_loop::{LoopState, PointingLoop, TrialInput, TrialOutcome};
use lobule_scaffold::Anatomy;
use lobule_study::{Error, Item};

/// The loop of a calibration, and the outcomes of its trials. A calibration always runs the same trials in the same order, so the
/// first ones of a resumed calibration are those that were kept, and are not simulated again.
pub struct Rehearsal<'a> {
    pub config: &'a PrismConfig,
    pub anatomy: &'a Anatomy,
    pub pair: Option<&'a Pair>,
    pub seed: u64,
    pub closed: PointingLoop,
    at: &'a Item<'a>,
    /// Outcomes of all trials so far, kept ones first.
    outcomes: Vec<TrialOutcome>,
    /// Trials so far.
    done: usize,
    /// State to which the calibration goes back; on one rank of several its part.
    start: Option<LoopState>,
    /// The state behind the last trial that was kept, of the whole circuit, on rank 0.
    kept: Option<LoopState>,
}

impl<'a> Rehearsal<'a> {
    /// A loop at rest, with the outcomes that rank 0 kept. Collective.
    pub fn new(
        config: &'a PrismConfig,
        anatomy: &'a Anatomy,
        pair: Option<&'a Pair>,
        seed: u64,
        at: &'a Item<'a>,
    ) -> Result<Self, Error> {
        let run = at.run();
        let silent = circuit::compile(config, anatomy, pair, [0.0; 2], seed, run.ranks)?;
        let closed = PointingLoop::new(config, anatomy, silent, seed, run.threads, run.ranks)?;
        let mut kept = None;
        let outcomes = run.ranks.on_first(|| {
            let (outcomes, state): (Vec<TrialOutcome>, Option<LoopState>) = at.state()?.unwrap_or_default();
            kept = state;
            Ok::<_, Error>(outcomes)
        })?;
        Ok(Self { config, anatomy, pair, seed, closed, at, outcomes, done: 0, start: None, kept })
    }

    /// Goes on with balanced potentiation from the state of [`Self::mark_start`]. Collective.
    pub fn begin(&mut self, a_plus_ns: [f64; 2]) -> Result<(), Error> {
        let run = self.at.run();
        let network =
            circuit::compile(self.config, self.anatomy, self.pair, a_plus_ns, self.seed, run.ranks)?;
        self.closed =
            PointingLoop::new(self.config, self.anatomy, network, self.seed, run.threads, run.ranks)?;
        self.go_back()
    }

    /// Runs a trial, or takes the outcome that was kept of it. Collective.
    pub fn trial(&mut self, input: TrialInput) -> Result<TrialOutcome, Error> {
        let k = self.done;
        self.done += 1;
        if let Some(outcome) = self.outcomes.get(k) {
            let outcome = outcome.clone();
            self.catch_up()?;
            return Ok(outcome);
        }
        let outcome = self.closed.trial(input)?;
        self.outcomes.push(outcome.clone());
        self.at.count(1);
        self.keep()?;
        self.at.may_go_on()?;
        Ok(outcome)
    }

    /// A discarded trial under a prism, which still hears the last one since the cortex counts over a window, and `n` more.
    pub fn at(&mut self, prism_deg: f64, n: usize) -> Result<Vec<TrialOutcome>, Error> {
        let input = TrialInput { seen_target_deg: prism_deg, error_deg: 0.0, learns: [false; 2] };
        self.trial(input)?;
        (0..n).map(|_| self.trial(input)).collect()
    }

    /// Notes the state to which [`Self::go_back`] goes. Collective.
    pub fn mark_start(&mut self) -> Result<(), Error> {
        // A resumed calibration takes the start that was kept: the state here comes with a later trial.
        let whole = self.at.once("start", || self.closed.gather_state())?;
        self.closed.scatter_state(whole.filter(|_| self.at.run().ranks.is_first()))?;
        self.start = Some(self.closed.state());
        Ok(())
    }

    /// Goes back to the start, which was marked before potentiation was balanced.
    pub fn go_back(&mut self) -> Result<(), Error> {
        self.start.clone().map_or(Ok(()), |start| self.closed.transfer(start))
    }

    /// Takes the state behind the last trial that was kept, once that has come. Collective.
    fn catch_up(&mut self) -> Result<(), Error> {
        let is_last = self.done == self.outcomes.len() && self.done > 0;
        // Every rank has the outcomes, rank 0 the state.
        match self.at.run().ranks.on_first(|| Ok::<_, Error>(is_last && self.kept.is_some()))? {
            true => self.closed.scatter_state(self.kept.take()),
            false => Ok(()),
        }
    }

    fn keep(&self) -> Result<(), Error> {
        let state = self.closed.gather_state()?;
        self.at.run().ranks.on_first(|| match &state {
            Some(state) => self.at.keep_state(&(&self.outcomes, Some(state))),
            None => Ok(()),
        })
    }
}
