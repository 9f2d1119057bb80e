//! A guard over learning: what makes the error grow is taken back.
//!
//! ```text
//! J = Σ ε² / Σ |Δr|²                 error of a trial, relative to how much the reference moves; Σ ε² where it stands still
//! J > 4 J₁                           twice the error of the first trial: what was learned in the best trial is put back, and the
//!                                    rate is halved
//! and in the trial after that, in which learning rests
//!     J > 4 J₁ still                 it was not the learner but the body or the task: J₁ ← J, and the rate is given back
//! ```
//! Trials in which the reference moves have a J₁, and those in which it stands still have another, since they are measured in different
//! units. Learning rests where a controller has a rate ([`Controller::slow`]).
//! Within a trial the same is done at once when Σ ε² exceeds 16 times that of the whole first trial (more, as the reference moves more),
//! or |ε| in the first trial 20 times the largest reference. A loop without references is judged by the errors of the controller's own predictions
//! ([`Controller::misfit`]), and not at all where it reports none. A run that is never ended counts as trials of a minute.
//!
//! Chosen: factors that no stable loop reaches by noise, and that a loop which diverges passes within a few trials.

use crate::memory::put_back;
use crate::{Controller, Error, Senses, Snapshot, StateReader, StateWriter};

/// Largest growth of J that is tolerated.
const LIMIT: f64 = 4.0;
/// Growth of Σ ε² within a trial, and of |ε| relative to the reference in the first.
const AT_ONCE: f64 = 16.0;
const FIRST: f64 = 20.0;
/// Factor of the rate in a trial in which learning rests; a power of two, so that it is taken back exactly.
const RESTING: f64 = 1.0 / (1u64 << 30) as f64;
/// Duration of what counts as a trial in a run that is never ended, s.
const TRIAL_S: f64 = 60.0;
/// News that are kept.
const MOST_NEWS: usize = 100;

/// Action of the guard over learning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct News {
    /// Trial at whose end or in which it happened, from 0.
    pub trial: u64,
    /// The action.
    pub what: Happened,
    /// Growth that was judged: root of the ratio of J to the first trial's; of Σ ε² within a trial; error relative to the largest
    /// reference in the first.
    pub growth: f64,
}

/// Kinds of action of the guard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Happened {
    /// The error grew: what was learned up to the best trial is back.
    PutBack {
        /// The best trial.
        best: u64,
        /// Fraction of the rate that is left; 1 for a controller whose rate cannot be lowered.
        rate_left: f64,
    },
    /// The error stayed large with what was learned in the best trial: the body or the task has changed, and this trial is the new first one.
    WorldChanged,
}

impl std::fmt::Display for News {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self { trial, growth, .. } = self;
        write!(f, "trial {trial}: the error grew to {growth:.3} times what it is compared with; ")?;
        match self.what {
            Happened::PutBack { best, rate_left } => {
                write!(f, "what was learned up to trial {best} is back, and {rate_left} of the rate is left")
            }
            Happened::WorldChanged => {
                write!(
                    f,
                    "it stayed so with the best weights: the body or the task has changed, and errors are compared with this trial now"
                )
            }
        }
    }
}

/// The guard of a controller.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    is_on: bool,
    /// Ticks of a trial that is never ended.
    longest: u64,
    /// Of this trial: Σ ε², Σ |Δr|², ticks.
    squares: f64,
    moved: f64,
    ticks: u64,
    /// Reference of the tick before. `[references]`
    before: Vec<f64>,
    largest_reference: f64,
    /// True after something was put back within this trial.
    is_spoiled: bool,
    trial: u64,
    /// J and Σ ε² of the trial that others are compared with; not positive before there is one. `[still, moving]`
    first: [f64; 2],
    first_squares: [f64; 2],
    /// `[still, moving]`
    best: [f64; 2],
    best_trial: u64,
    /// Something was put back: this trial tells whether it was the learner.
    is_trying: bool,
    /// Learning rests in this trial.
    is_resting: bool,
    rate_left: f64,
    /// Learned values at the start of this trial, and of the best one.
    entered: Vec<u8>,
    kept: Vec<u8>,
    news: Vec<News>,
}

impl Guard {
    /// A guard of `controller`; of one that learns nothing it does nothing.
    pub(crate) fn new<C: Controller + ?Sized>(controller: &C, references: usize, dt_s: f64) -> Self {
        let mut made = Self {
            is_on: true,
            longest: (TRIAL_S / dt_s).ceil().max(1.0) as u64,
            squares: 0.0,
            moved: 0.0,
            ticks: 0,
            before: vec![0.0; references],
            largest_reference: 0.0,
            is_spoiled: false,
            trial: 0,
            first: [-1.0; 2],
            first_squares: [-1.0; 2],
            best: [f64::INFINITY; 2],
            best_trial: 0,
            is_trying: false,
            is_resting: false,
            rate_left: 1.0,
            entered: Vec::new(),
            kept: Vec::new(),
            news: Vec::new(),
        };
        made.take(controller);
        made.kept.clone_from(&made.entered);
        made.is_on = !made.entered.is_empty();
        // Telling allocates nothing within a tick.
        made.news.reserve_exact(if made.is_on { MOST_NEWS } else { 0 });
        made
    }

    /// Guards no more.
    pub(crate) fn off(&mut self) {
        self.is_on = false;
        (self.entered, self.kept) = (Vec::new(), Vec::new());
    }

    pub(crate) fn news(&self) -> &[News] {
        &self.news
    }

    /// Starts a trial with the learned values of now, such as a memory that was loaded.
    pub(crate) fn begin<C: Controller + ?Sized>(&mut self, controller: &C) {
        if self.is_on {
            self.take(controller);
            // Before a trial has been judged, the best that is known is what it begins with.
            if self.first.iter().all(|first| *first <= 0.0) {
                self.kept.clone_from(&self.entered);
            }
        }
    }

    fn take<C: Controller + ?Sized>(&mut self, controller: &C) {
        let mut bytes = std::mem::take(&mut self.entered);
        bytes.clear();
        let mut to = StateWriter::over(bytes);
        controller.write_learned(&mut to);
        self.entered = to.into_bytes();
    }

    /// Takes a tick, after the controller has advanced.
    pub(crate) fn tick<C: Controller + ?Sized>(
        &mut self,
        controller: &mut C,
        senses: &Senses,
    ) -> Result<(), Error> {
        if !self.is_on {
            return Ok(());
        }
        let mut largest = 0.0f64;
        for (i, then) in senses.reference_then.iter().enumerate() {
            let error = senses.error(i);
            self.squares += error * error;
            largest = largest.max(error.abs());
            let step = if self.ticks == 0 { 0.0 } else { then - self.before[i] };
            self.moved += step * step;
            self.before[i] = *then;
            self.largest_reference = self.largest_reference.max(then.abs());
        }
        if senses.reference_then.is_empty() {
            let misfit = controller.misfit().unwrap_or(0.0);
            self.squares += misfit;
        }
        self.ticks += 1;
        let kind = self.kind();
        let (is_first, limit) = (self.first[kind] <= 0.0, FIRST * self.largest_reference);
        let grows = match is_first {
            // From the second second on: by then a reference has its size.
            true => limit > 0.0 && largest > limit && self.ticks > self.longest / TRIAL_S as u64,
            false => self.squares > AT_ONCE * self.first_squares[kind].max(self.first[kind] * self.extent()),
        };
        if grows && !self.is_spoiled && !self.is_trying {
            let growth = match is_first {
                true => largest / self.largest_reference,
                false => (self.squares / self.first_squares[kind]).sqrt(),
            };
            self.is_spoiled = true;
            self.put_back(controller, growth)?;
        }
        if self.ticks == self.longest {
            self.finish(controller)?;
        }
        Ok(())
    }

    /// Ends a trial, after the controller has learned from it.
    pub(crate) fn finish<C: Controller + ?Sized>(&mut self, controller: &mut C) -> Result<(), Error> {
        if !self.is_on || self.ticks == 0 {
            return Ok(());
        }
        let (cost, kind) = (self.squares / self.extent(), self.kind());
        let growth = (cost / self.first[kind]).sqrt();
        let was_trying = std::mem::take(&mut self.is_trying);
        if self.is_spoiled {
            // What this trial taught after something was put back in it is no better.
            put_back(controller, &self.kept)?;
            self.is_trying = self.first[kind] > 0.0;
        } else if self.first[kind] <= 0.0 {
            (self.first[kind], self.first_squares[kind]) = (cost, self.squares);
            self.keep_as_best(cost);
        } else if cost > LIMIT * self.first[kind] || !cost.is_finite() {
            if was_trying {
                self.tell(Happened::WorldChanged, growth);
                (self.first[kind], self.first_squares[kind]) = (cost, self.squares);
                self.keep_as_best(cost);
                if controller.slow(2.0) {
                    self.rate_left *= 2.0;
                }
            } else {
                self.put_back(controller, growth)?;
                self.is_trying = true;
            }
        } else if cost <= self.best[kind] {
            self.keep_as_best(cost);
        }
        if self.is_trying != self.is_resting {
            let factor = if self.is_trying { RESTING } else { 1.0 / RESTING };
            self.is_resting = controller.slow(factor) && self.is_trying;
        }
        self.take(controller);
        (self.squares, self.moved, self.ticks, self.is_spoiled) = (0.0, 0.0, 0, false);
        self.trial += 1;
        Ok(())
    }

    /// Extent of this trial: movement of the reference, or ticks where it stands still.
    fn extent(&self) -> f64 {
        if self.moved > 0.0 { self.moved } else { self.ticks as f64 }
    }

    /// Kind of this trial: 1 when the reference moves.
    fn kind(&self) -> usize {
        usize::from(self.moved > 0.0)
    }

    fn keep_as_best(&mut self, cost: f64) {
        self.best[self.kind()] = cost;
        self.best_trial = self.trial;
        self.kept.clone_from(&self.entered);
    }

    fn put_back<C: Controller + ?Sized>(&mut self, controller: &mut C, growth: f64) -> Result<(), Error> {
        put_back(controller, &self.kept)?;
        if controller.slow(0.5) {
            self.rate_left *= 0.5;
        }
        self.tell(Happened::PutBack { best: self.best_trial, rate_left: self.rate_left }, growth);
        Ok(())
    }

    fn tell(&mut self, what: Happened, growth: f64) {
        if self.news.len() < MOST_NEWS {
            self.news.push(News { trial: self.trial, what, growth });
        }
    }
}

impl Snapshot for Guard {
    fn write_state(&self, to: &mut StateWriter) {
        to.section("guard");
        to.put(&self.is_on);
        [self.squares, self.moved, self.largest_reference, self.rate_left].iter().for_each(|x| to.put(x));
        [self.first, self.first_squares, self.best].as_flattened().iter().for_each(|x| to.put(x));
        [self.ticks, self.trial, self.best_trial].iter().for_each(|n| to.put(n));
        to.put(&self.is_spoiled);
        to.put(&self.is_trying);
        to.put(&self.is_resting);
        to.put(&self.before);
        to.bytes(&self.entered);
        to.bytes(&self.kept);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.section("guard")?;
        from.take("is_on", &mut self.is_on)?;
        for (name, x) in [
            ("squares", &mut self.squares),
            ("moved", &mut self.moved),
            ("largest_reference", &mut self.largest_reference),
            ("rate_left", &mut self.rate_left),
        ] {
            from.take(name, x)?;
        }
        for (name, values) in
            [("first", &mut self.first), ("first_squares", &mut self.first_squares), ("best", &mut self.best)]
        {
            values.iter_mut().try_for_each(|x| from.take(name, x))?;
        }
        for (name, n) in
            [("ticks", &mut self.ticks), ("trial", &mut self.trial), ("best_trial", &mut self.best_trial)]
        {
            from.take(name, n)?;
        }
        from.take("is_spoiled", &mut self.is_spoiled)?;
        from.take("is_trying", &mut self.is_trying)?;
        from.take("is_resting", &mut self.is_resting)?;
        from.take("before", &mut self.before)?;
        self.entered = from.bytes()?.to_vec();
        self.kept = from.bytes()?.to_vec();
        Ok(())
    }
}
