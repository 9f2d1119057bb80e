//! Conformance suites: what every plant, every controller and every loop promises, as functions that a test of your own
//! calls with your implementation. They panic with what does not hold.
//!
//! # Example: the one line that tests a plant of your own
//! ```
//! use lobule_control::plant::{Pendulum, PendulumParameters};
//! use lobule_control::conforms;
//!
//! let parameters = PendulumParameters { mass_kg: 1.0, length_m: 0.5, damping: 0.1, gravity: 9.81 };
//! conforms::plant(|| Pendulum::new(parameters, [0.1, 0.0]).unwrap(), 1e-3);
//! ```
//!
//! Not checked here: that a tick allocates nothing, which takes an allocator that counts (see the crate's
//! `tests/no_allocation.rs`).

use crate::controller::{Controller, Inputs, Senses};
use crate::error::Error;
use crate::plant::{Plant, Status};
use crate::state::{FORMAT, Snapshot};
use crate::{ClosedLoop, Drive};

/// Ticks of a trial.
const TICKS: u64 = 50;
/// Tick at which a state is copied.
const COPIED: u64 = 20;

/// A command or a sense that moves: a function of place and tick.
fn signal(i: usize, tick: u64) -> f64 {
    0.1 * libm::sin(0.37 * tick as f64 + i as f64)
}

/// Senses of a plant over ticks, until it ends.
fn senses(plant: &mut dyn Plant, ticks: std::ops::Range<u64>, dt_s: f64) -> Vec<Vec<f64>> {
    let (n, commands) = (plant.signature().senses.len(), plant.signature().commands.len());
    let mut sensed = Vec::new();
    for tick in ticks {
        let mut y = vec![f64::NAN; n];
        plant.sense(&mut y);
        sensed.push(y);
        if plant.status() != Status::Running {
            break;
        }
        let command: Vec<f64> = (0..commands).map(|i| signal(i, tick)).collect();
        plant.advance(&command, dt_s).expect("a small command can be followed");
    }
    sensed
}

/// Tests a plant in ticks of `dt_s`: a signature that holds together, every sense written, determinism, a reset that goes
/// back to the start, a state that is copied and restored bit for bit, and no silent loss of the numbers.
///
/// # Panics
/// When a promise of [`Plant`] or [`Snapshot`] is not kept.
pub fn plant<P: Plant>(make: impl Fn() -> P, dt_s: f64) {
    let mut first = make();
    let signature = first.signature().clone();
    let name = signature.name.clone();
    if let Err(error) = signature.check() {
        panic!("{name}: {error}");
    }
    assert_eq!(first.status(), Status::Running, "{name}: a trial begins running");
    let sensed = senses(&mut first, 0..TICKS, dt_s);
    assert!(sensed.iter().flatten().all(|y| y.is_finite()), "{name}: writes every sense");
    assert!(sensed.iter().any(|y| *y != sensed[0]), "{name}: answers a command");
    assert_eq!(sensed, senses(&mut make(), 0..TICKS, dt_s), "{name}: the same calls give the same bits");
    assert_eq!(*first.signature(), signature, "{name}: its signature never changes");

    first.reset(Some(3));
    let seeded = senses(&mut first, 0..TICKS, dt_s);
    first.reset(Some(3));
    assert_eq!(
        seeded,
        senses(&mut first, 0..TICKS, dt_s),
        "{name}: a reset with a seed goes back to its start"
    );

    // Sensing twice changes nothing.
    let mut twice = [vec![0.0; signature.senses.len()], vec![0.0; signature.senses.len()]];
    twice.iter_mut().for_each(|y| first.sense(y));
    assert_eq!(twice[0], twice[1], "{name}: sensing changes nothing");

    // A state that is copied on the way.
    let mut one = make();
    senses(&mut one, 0..COPIED, dt_s);
    let state = one.snapshot();
    let rest = senses(&mut one, COPIED..TICKS, dt_s);
    one.reset(None);
    let start = senses(&mut one, 0..TICKS, dt_s);
    for (which, other) in [("another", &mut make()), ("the same", &mut one)] {
        restore(other, &state, &name);
        let again = senses(other, COPIED..TICKS, dt_s);
        assert_eq!(again, rest, "{name}: a state restored into {which} plant goes on bit for bit");
        other.reset(None);
        let again = senses(other, 0..TICKS, dt_s);
        assert_eq!(again, start, "{name}: so does the trial after it");
    }
    refuses(&mut one, &name);

    // A command that is no number is an error within a few ticks, not a state to go on with.
    let mut broken = make();
    let command = vec![f64::NAN; signature.commands.len()];
    let failed = (0..5).find_map(|_| broken.advance(&command, dt_s).err());
    assert!(
        matches!(&failed, Some(Error::NonFinite { part, .. }) if part.contains(&name)),
        "{name}: {failed:?}"
    );

    // A loop refuses a controller that gives another number of commands.
    let n = signature.commands.len() + 1;
    let refused = ClosedLoop::new(make(), Hold { commands: n }, 0, dt_s, [0, 0]).err();
    assert!(
        matches!(refused, Some(Error::Parameter { .. })),
        "{name}: a loop takes {n} commands for {}",
        n - 1
    );
}

/// A controller that commands nothing.
struct Hold {
    commands: usize,
}

crate::snapshot!(Hold {});

impl Controller for Hold {
    fn name(&self) -> &str {
        "hold"
    }

    fn commands(&self) -> usize {
        self.commands
    }

    fn reset(&mut self) {}

    fn advance(&mut self, _: &Senses, command: &mut [f64]) -> Result<(), Error> {
        command.fill(0.0);
        Ok(())
    }
}

fn restore(part: &mut (impl Snapshot + ?Sized), state: &[u8], name: &str) {
    if let Err(error) = part.restore(state) {
        panic!("{name}: refuses a state of its own: {error}");
    }
    assert!(part.snapshot() == state, "{name}: a state that is restored is copied as the same bytes");
}

/// Checks that bytes other than a state of this part are refused and change nothing.
fn refuses(part: &mut (impl Snapshot + ?Sized), name: &str) {
    struct Foreign(f64);
    crate::snapshot!(Foreign { 0 });
    let before = part.snapshot();
    for (what, bytes) in [
        ("the state of another type", Foreign(1.0).snapshot()),
        ("a state that was cut short", before[..before.len() - 1].to_vec()),
        ("nothing", FORMAT.to_vec()),
    ] {
        let refused = part.restore(&bytes);
        assert!(matches!(refused, Err(Error::State { .. })), "{name}: {what} is refused: {refused:?}");
        assert!(part.snapshot() == before, "{name}: {what} changes nothing");
    }
}

/// One tick of a controller under signals of its own; its command.
fn advance(controller: &mut dyn Controller, tick: u64) -> Vec<f64> {
    let Inputs { senses, references, cues } = controller.inputs();
    let sensed: Vec<f64> = (0..senses).map(|i| signal(i, tick)).collect();
    let reference: Vec<f64> = (0..references).map(|i| signal(7 + i, tick + 3)).collect();
    let reference_then: Vec<f64> = (0..references).map(|i| signal(7 + i, tick)).collect();
    let cues = vec![if tick == 5 { 1.0 } else { 0.0 }; cues];
    let given =
        Senses { tick, sensed: &sensed, reference: &reference, reference_then: &reference_then, cues: &cues };
    let mut command = vec![f64::NAN; controller.commands()];
    controller.advance(&given, &mut command).expect("small signals can be answered");
    command
}

/// Commands of a controller over a trial, which is then ended.
fn trial(controller: &mut dyn Controller) -> Vec<Vec<f64>> {
    controller.reset();
    rest_of_trial(controller, 0)
}

fn rest_of_trial(controller: &mut dyn Controller, from: u64) -> Vec<Vec<f64>> {
    let all = (from..TICKS).map(|tick| advance(controller, tick)).collect();
    controller.finish(0.5).expect("a trial can be ended");
    all
}

/// Tests a controller on signals of as many senses, references and cues as it reads ([`Controller::inputs`]): every command
/// written, determinism, a reset that forgets the trial and keeps what was learned, learning that can be switched off,
/// and a state that is copied and restored bit for bit. `learns`: it changes from trial to trial.
///
/// # Panics
/// When a promise of [`Controller`] or [`Snapshot`] is not kept.
pub fn controller<C: Controller>(make: impl Fn() -> C, learns: bool) {
    let mut first = make();
    let name = first.name().to_string();
    assert!(!name.is_empty() && first.commands() > 0, "a controller has a name and a command");
    let trials = [trial(&mut first), trial(&mut first)];
    assert!(trials[0].iter().flatten().all(|u| u.is_finite()), "{name}: writes every command");
    assert_eq!(trials[0] != trials[1], learns, "{name}: changes over trials only if it learns");
    let mut again = make();
    let repeated = [trial(&mut again), trial(&mut again)];
    assert_eq!(trials, repeated, "{name}: the same calls give the same bits, learning included");

    let mut still = make();
    still.set_learning(false);
    let unlearned = [trial(&mut still), trial(&mut still)];
    assert_eq!(unlearned[0], unlearned[1], "{name}: without learning a reset forgets everything");

    // A state that is copied within the second trial.
    let mut one = make();
    trial(&mut one);
    one.reset();
    (0..COPIED).for_each(|tick| drop(advance(&mut one, tick)));
    let state = one.snapshot();
    let then = [rest_of_trial(&mut one, COPIED), trial(&mut one)];
    let weights = one.weights().to_vec();
    for (which, other) in [("another", &mut make()), ("the same", &mut one)] {
        restore(other, &state, &name);
        let again = [rest_of_trial(other, COPIED), trial(other)];
        assert_eq!(again, then, "{name}: a state restored into {which} controller goes on bit for bit");
        assert_eq!(other.weights(), weights, "{name}: and learns the same");
    }
    refuses(&mut one, &name);

    // A switch of learning is part of the state.
    let state = still.snapshot();
    let mut other = make();
    restore(&mut other, &state, &name);
    assert_eq!(trial(&mut other), trial(&mut still), "{name}: whether it learns is part of its state");
}

/// Tests a loop with as many references and cues as it takes: what it refuses, and that a state copied on the way goes on
/// bit for bit, noise and delay lines included.
///
/// # Panics
/// When a promise of [`ClosedLoop`] is not kept.
pub fn closed_loop<P: Plant, C: Controller>(
    make: impl Fn() -> ClosedLoop<P, C>,
    references: usize,
    cues: usize,
) {
    let tick = |closed: &mut ClosedLoop<P, C>, n: u64| {
        let reference: Vec<f64> = (0..references).map(|i| signal(7 + i, n)).collect();
        let cues = vec![if n == 5 { 1.0 } else { 0.0 }; cues];
        let drive = Drive { reference: &reference, cues: &cues, ..Drive::default() };
        closed.tick(&drive).expect("small signals can be followed");
        [closed.senses(), closed.sensed(), closed.command(), closed.acting()].concat()
    };
    let trial = |closed: &mut ClosedLoop<P, C>, from: u64| -> Vec<Vec<f64>> {
        let all = (from..TICKS).map(|n| tick(closed, n)).collect();
        closed.finish(0.5).expect("a trial can be ended");
        closed.reset();
        all
    };
    let mut one = make();
    let name = format!("{} with {}", one.signature().name, one.controller().name());
    trial(&mut one, 0);
    (0..COPIED).for_each(|n| drop(tick(&mut one, n)));
    let state = one.snapshot();
    let then = [trial(&mut one, COPIED), trial(&mut one, 0)];
    for (which, other) in [("another", &mut make()), ("the same", &mut one)] {
        restore(other, &state, &name);
        let again = [trial(other, COPIED), trial(other, 0)];
        assert_eq!(again, then, "{name}: a state restored into {which} loop goes on bit for bit");
    }
    refuses(&mut one, &name);

    // Input of the wrong length, or that is no number, is refused by name.
    let (reference, cues) = (vec![0.0; references], vec![0.0; cues]);
    let good = Drive { reference: &reference, cues: &cues, ..Drive::default() };
    let longer = vec![0.0; references + 1];
    let refused = one.tick(&Drive { reference: &longer, ..good });
    assert!(matches!(refused, Err(Error::Length { .. })), "{name}: {refused:?}");
    let disturbance = vec![f64::NAN; one.command().len()];
    let refused = one.tick(&Drive { disturbance: &disturbance, ..good });
    assert!(matches!(&refused, Err(Error::NonFinite { part, .. }) if part == "input of the loop"), "{name}");
}
