//! What every plant and every controller promises. A new one is one line in `tests/conformance.rs`.

use lobule_control::{Controller, Error, Plant, Senses};

const TICKS: u64 = 50;

/// A command or a sense that moves: a function of place and tick.
fn drive(i: usize, tick: u64) -> f64 {
    0.1 * (0.37 * tick as f64 + i as f64).sin()
}

/// Senses of a plant over some ticks.
fn run(plant: &mut dyn Plant, dt_s: f64) -> Vec<Vec<f64>> {
    let mut sensed = Vec::new();
    for tick in 0..TICKS {
        let mut y = vec![f64::NAN; plant.senses().len()];
        plant.sense(&mut y);
        sensed.push(y);
        if plant.has_ended() {
            break;
        }
        let command: Vec<f64> = (0..plant.commands()).map(|i| drive(i, tick)).collect();
        plant.advance(&command, dt_s).unwrap();
    }
    sensed
}

/// Names, lengths, determinism, a reset that forgets the state, and no silent loss of the numbers. `repeats`: the plant senses the same in
/// every trial (a noisy one does not).
pub fn plant(make: impl Fn() -> Box<dyn Plant>, dt_s: f64, repeats: bool) {
    let mut first = make();
    assert!(!first.name().is_empty() && first.commands() > 0 && !first.senses().is_empty());
    assert!(first.senses().iter().all(|(name, unit)| !name.is_empty() && !unit.is_empty()));
    let sensed = run(&mut *first, dt_s);
    assert!(sensed.iter().flatten().all(|y| y.is_finite()), "{}: writes every sense", first.name());
    assert_ne!(sensed[0], sensed[sensed.len() - 1], "{}: answers a command", first.name());
    assert_eq!(sensed, run(&mut *make(), dt_s), "{}: the same calls give the same bits", first.name());
    first.reset();
    if repeats {
        assert_eq!(sensed, run(&mut *first, dt_s), "{}: a reset goes back to the start", first.name());
    }
    // Sensing twice changes nothing.
    let mut twice = [vec![0.0; first.senses().len()], vec![0.0; first.senses().len()]];
    twice.iter_mut().for_each(|y| first.sense(y));
    assert_eq!(twice[0], twice[1]);
    // A command that is no number is an error within a few ticks, not a state to go on with.
    let mut broken = make();
    let command = vec![f64::NAN; broken.commands()];
    let failed = (0..5).find_map(|_| broken.advance(&command, dt_s).err());
    assert!(matches!(failed, Some(Error::NonFinite { .. })), "{}: {failed:?}", broken.name());
}

/// Commands of a controller over a trial.
fn commands(controller: &mut dyn Controller, senses: usize, cues: usize) -> Vec<Vec<f64>> {
    controller.reset();
    let mut all = Vec::new();
    for tick in 0..TICKS {
        let sensed: Vec<f64> = (0..senses).map(|i| drive(i, tick)).collect();
        let [reference, then] = [[drive(7, tick + 3)], [drive(7, tick)]];
        let cue = vec![if tick == 5 { 1.0 } else { 0.0 }; cues];
        let told = Senses { tick, sensed: &sensed, reference: &reference, reference_then: &then, cues: &cue };
        let mut command = vec![f64::NAN; controller.commands()];
        controller.advance(&told, &mut command).unwrap();
        all.push(command);
    }
    all
}

/// Lengths, determinism, a reset that forgets the trial, and learning that can be switched off; `learns`: it changes over trials.
pub fn controller(make: impl Fn() -> Box<dyn Controller>, senses: usize, cues: usize, learns: bool) {
    let mut first = make();
    let name = first.name();
    assert!(!name.is_empty() && first.commands() > 0);
    let trial = commands(&mut *first, senses, cues);
    assert!(trial.iter().flatten().all(|u| u.is_finite()), "{name}: writes every command");
    first.finish(0.0).unwrap();
    let second = commands(&mut *first, senses, cues);
    assert_eq!(trial != second, learns, "{name}: changes over trials only if it learns");

    let mut again = make();
    assert_eq!(trial, commands(&mut *again, senses, cues), "{name}: the same calls give the same bits");
    again.finish(0.0).unwrap();
    assert_eq!(second, commands(&mut *again, senses, cues), "{name}: learning is deterministic, too");

    let mut still = make();
    still.set_learning(false);
    let before = commands(&mut *still, senses, cues);
    still.finish(0.0).unwrap();
    assert_eq!(
        before,
        commands(&mut *still, senses, cues),
        "{name}: without learning a reset forgets everything"
    );
}
