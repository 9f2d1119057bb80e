//! The bicycle problem: the labyrinth senses a fall, but the arms steer.
//!
//! Climbing fibers of a region carry errors of one modality. A rider's balance error
//! reaches a vestibular region, whose neurons do not move the arms; the arm region, which does,
//! receives errors of the limb only. The paper proposes two ways out: outputs of several regions
//! converge on one action, so that the vestibular region can learn to steer, or the balance
//! error is broadcast to the arm region.
//!
//! # Model
//!
//! Two regions, each a [`PerturbationNetwork`] with its own rule, control one movement. The arm region has L
//! columns and drives L muscles; the first half move the hand, the second half steer:
//!
//! ```text
//! muscle_l(t)  = Phi( PN^arm_l(t) + gain (PN^vest_l(t) - rate_pn) )   steering, gain 0 without convergence
//! muscle_l(t)  = PN^arm_l(t)                                          hand
//! E_limb       = mean over hand muscles of |muscle - R|
//! E_balance    = mean over steering muscles of |muscle - R|
//! ```
//!
//! The vestibular region has L/2 columns and always receives E_balance. The arm region receives
//! E_limb, or with broadcast the mean of both.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, Discussion, which gives the problem and both
//! solutions in words. Chosen: everything in the model above. Half of the muscles each, so that both
//! errors weigh the same; the vestibular output counts from its mean rate, because a region at rest must not
//! steer; gain 2, because targets and arm rates lie in 0 to 60 Hz and a nuclear cell moves
//! by 30 Hz to either side; one pattern, because the question is which region receives which error.

use crate::learner::{Learner, LearnerState};
use crate::network::{NetworkParameters, PerturbationNetwork, mean};
use crate::{Error, rules::LearningRule};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Regions that steer and regions that receive the balance error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Solution {
    /// Each region receives its own error and moves its own muscles.
    Separate,
    /// The vestibular region also projects to the steering muscles.
    OutputConvergence,
    /// The balance error also reaches the climbing fibers of the arm region.
    ErrorBroadcast,
}

impl Solution {
    /// All solutions.
    pub const ALL: [Self; 3] = [Self::Separate, Self::OutputConvergence, Self::ErrorBroadcast];

    /// Name in tables, in lower case with words joined by `_`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Separate => "separate",
            Self::OutputConvergence => "output_convergence",
            Self::ErrorBroadcast => "error_broadcast",
        }
    }
}

/// Sizes and gain of the task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BicycleParameters {
    /// The arm region, with an even number of columns and one pattern.
    pub arm: NetworkParameters,
    /// Effect of the vestibular output on a steering muscle under convergence.
    pub gain: f64,
}

impl Default for BicycleParameters {
    fn default() -> Self {
        Self { arm: NetworkParameters { patterns: 1, ..NetworkParameters::default() }, gain: 2.0 }
    }
}

/// Errors of a ride.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ride {
    /// Trial, from 0.
    pub trial: u64,
    /// Error of the hand, Hz.
    pub limb_error: f64,
    /// Error of steering, Hz.
    pub balance_error: f64,
}

/// State that learning changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BicycleState {
    /// The arm region.
    pub arm: LearnerState,
    /// The vestibular region.
    pub vestibular: LearnerState,
}

/// The two regions of a rider.
///
/// # Example
/// ```
/// use lobule_theory::bicycle::{Bicycle, BicycleParameters, Solution};
/// use lobule_theory::rules::{LearningRule, Sgdege, SgdegeParameters};
/// # fn main() -> Result<(), lobule_theory::Error> {
/// let rule = |network: &lobule_theory::network::PerturbationNetwork| {
///     let rule: Box<dyn LearningRule> = Box::new(Sgdege::new(network, &SgdegeParameters::default(), 1)?);
///     Ok(rule)
/// };
/// let mut rider = Bicycle::new(&BicycleParameters::default(), Solution::ErrorBroadcast, 1, rule)?;
/// let ride = rider.step()?;
/// assert!(ride.balance_error > 5.0);
/// # Ok(())
/// # }
/// ```
pub struct Bicycle {
    arm: Learner,
    vestibular: Learner,
    solution: Solution,
    gain: f64,
}

impl Bicycle {
    /// A rider before the first ride; `rule` builds the rule of each region.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter outside its range; errors of `rule`.
    pub fn new(
        parameters: &BicycleParameters,
        solution: Solution,
        seed: u64,
        rule: impl Fn(&PerturbationNetwork) -> Result<Box<dyn LearningRule>, Error>,
    ) -> Result<Self, Error> {
        let arm = &parameters.arm;
        let ranges = Ranges::of("bicycle");
        let (columns, patterns) = (arm.columns as f64, arm.patterns as f64);
        let is_even = arm.columns.is_multiple_of(2);
        ranges.require(is_even, "arm.columns", columns, "an even number: half of the muscles steer")?;
        ranges.require(arm.patterns == 1, "arm.patterns", patterns, "1: there is one movement")?;
        ranges.require(true, "gain", parameters.gain, "a finite number")?;
        let vestibular = NetworkParameters { columns: arm.columns / 2, ..arm.clone() };
        let arm = PerturbationNetwork::named(arm, seed, "arm")?;
        let vestibular = PerturbationNetwork::named(&vestibular, seed, "vestibular")?;
        let (arm_rule, vestibular_rule) = (rule(&arm)?, rule(&vestibular)?);
        Ok(Self {
            arm: Learner::new(arm, arm_rule),
            vestibular: Learner::new(vestibular, vestibular_rule),
            solution,
            gain: parameters.gain,
        })
    }

    /// Runs one ride, from which both regions learn.
    ///
    /// # Errors
    /// Errors of [`Learner`].
    pub fn step(&mut self) -> Result<Ride, Error> {
        let p = self.arm.network().parameters();
        let (rest, ceiling) = (p.rate_pn, p.rate_max);
        let gain = if self.solution == Solution::OutputConvergence { self.gain } else { 0.0 };
        let trial = self.arm.trials();

        let vestibular = self.vestibular.move_perturbed()?;
        let arm = self.arm.move_perturbed()?;
        let half = arm.target.len() / 2;
        let limb_error = mean(half, |k| (arm.projection[k] - arm.target[k]).abs());
        let balance_error = mean(half, |k| {
            let muscle = arm.projection[half + k] + gain * (vestibular.projection[k] - rest);
            (muscle.clamp(0.0, ceiling) - arm.target[half + k]).abs()
        });

        let received = match self.solution {
            Solution::ErrorBroadcast => (limb_error + balance_error) / 2.0,
            Solution::Separate | Solution::OutputConvergence => limb_error,
        };
        self.arm.learn(received)?;
        self.vestibular.learn(balance_error)?;
        Ok(Ride { trial, limb_error, balance_error })
    }

    /// Copy of the state that learning changes.
    pub fn state(&self) -> BicycleState {
        BicycleState { arm: self.arm.state(), vestibular: self.vestibular.state() }
    }

    /// Restores a state; a state that does not fit changes nothing.
    ///
    /// # Errors
    /// Errors of [`Learner::restore`].
    pub fn restore(&mut self, state: &BicycleState) -> Result<(), Error> {
        let before = self.arm.state();
        self.arm.restore(&state.arm)?;
        if let Err(error) = self.vestibular.restore(&state.vestibular) {
            self.arm.restore(&before)?;
            return Err(error);
        }
        Ok(())
    }
}
