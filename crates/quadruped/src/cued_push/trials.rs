//! Trials: when cues rise and pushes come, drawn before the walk.

use super::config::{Config, Kind, Scenario};
use crate::robot::DT_S;
use lobule_mujoco::{Change, Frame};
use lobule_signal::Stream;

/// Time for which a cue stays up, s. Chosen: five updates of the cerebellum.
const CUE_S: f64 = 0.1;

/// One trial; times in s since the start of the walk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// Kind; trials of training are [`Kind::Cued`].
    pub kind: Kind,
    /// True for one of the test.
    pub is_test: bool,
    /// Side to which the robot is pushed: 1 left, -1 right.
    pub side: f64,
    /// Time of the push, or of the one that does not come.
    pub push_s: f64,
    /// Time of the cue, and its side.
    pub cue: Option<(f64, f64)>,
}

/// Trials of a seed, in order.
pub fn trials(config: &Config, seed: u64) -> Vec<Trial> {
    let t = &config.trials;
    let stream = Stream::new(seed, "quadruped/cued_push");
    let kinds = test_kinds(&stream, t.each_kind);
    let training = (0..t.training).map(|_| (Kind::Cued, false));
    let all = training.chain(kinds.into_iter().map(|kind| (kind, true)));
    let mut at_s = t.settle_s;
    all.enumerate()
        .map(|(k, (kind, is_test))| {
            let k = k as u64;
            at_s += t.every_s + t.deviation_s * (2.0 * stream.uniform(k, 0) - 1.0);
            let side = if stream.u32(k, 1) & 1 == 1 { 1.0 } else { -1.0 };
            // Whole ticks.
            let push_s = (at_s / DT_S).round() * DT_S;
            let cue = match kind {
                Kind::Cued | Kind::Catch => Some((push_s - t.lead_s, side)),
                Kind::NoCue => None,
                Kind::TooEarly => Some((push_s - t.lead_s - t.too_early_s, side)),
                Kind::WithPush => Some((push_s, side)),
                Kind::WrongSide => Some((push_s - t.lead_s, -side)),
            };
            Trial { kind, is_test, side, push_s, cue }
        })
        .collect()
}

/// Kinds of the test in random order.
fn test_kinds(stream: &Stream, each: usize) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Kind::ALL.into_iter().flat_map(|kind| vec![kind; each]).collect();
    for k in (1..kinds.len()).rev() {
        kinds.swap(k, stream.below(k as u64, 2, k as u32 + 1) as usize);
    }
    kinds
}

/// Pushes of the trials.
pub fn pushes(config: &Config, scenario: Scenario, trials: &[Trial]) -> Vec<Change> {
    let push = |trial: &Trial| Change::Force {
        body: "base".into(),
        force_n: [0.0, trial.side * config.force_n(scenario), 0.0],
        frame: Frame::Heading,
        at_m: [0.0; 3],
        from_s: trial.push_s,
        to_s: Some(trial.push_s + config.push.for_s),
    };
    trials.iter().filter(|trial| trial.kind != Kind::Catch).map(push).collect()
}

/// Lines of the cues at a time: left, right.
pub fn lines(trials: &[Trial], time_s: f64, lines: &mut [f64]) {
    lines.fill(0.0);
    // A cue rises less than a trial before its push.
    let near = trials.partition_point(|trial| trial.push_s < time_s - 1.0);
    for trial in &trials[near..(near + 2).min(trials.len())] {
        if let Some((from_s, side)) = trial.cue
            && (from_s - 1e-9..from_s + CUE_S - 1e-9).contains(&time_s)
        {
            lines[usize::from(side < 0.0)] = 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lobule_study::Study;

    fn config() -> Config {
        toml::from_str(super::super::CuedPush::CARD.defaults).unwrap()
    }

    #[test]
    fn trials_come_in_time_and_each_kind_as_often_as_asked_for() {
        let config = config();
        let all = trials(&config, 3);
        assert_eq!(all.len(), 60 + 6 * 10);
        assert!(all[..60].iter().all(|trial| !trial.is_test && trial.kind == Kind::Cued));
        for kind in Kind::ALL {
            assert_eq!(all[60..].iter().filter(|trial| trial.is_test && trial.kind == kind).count(), 10);
        }
        for pair in all.windows(2) {
            let between = pair[1].push_s - pair[0].push_s;
            assert!((3.5 - 0.005..=4.5 + 0.005).contains(&between), "{between}");
        }
        let left = all.iter().filter(|trial| trial.side > 0.0).count();
        // Four standard deviations of 120 fair draws.
        assert!((60_i64 - left as i64).abs() < 22, "{left}");
        assert_eq!(all, trials(&config, 3));
        assert_ne!(all, trials(&config, 4));
    }

    #[test]
    fn cues_are_of_their_side_and_at_their_time() {
        let config = config();
        let t = config.trials;
        for trial in trials(&config, 3) {
            let expected = match trial.kind {
                Kind::Cued | Kind::Catch => Some((trial.push_s - t.lead_s, trial.side)),
                Kind::NoCue => None,
                Kind::TooEarly => Some((trial.push_s - t.lead_s - t.too_early_s, trial.side)),
                Kind::WithPush => Some((trial.push_s, trial.side)),
                Kind::WrongSide => Some((trial.push_s - t.lead_s, -trial.side)),
            };
            assert_eq!(trial.cue, expected);
        }
    }

    #[test]
    fn a_line_is_up_for_a_tenth_of_a_second_from_each_cue() {
        let config = config();
        let all = trials(&config, 5);
        let ticks = (config.all_s() / DT_S) as u64;
        let (mut up, mut values) = ([0u64; 2], [0.0; 2]);
        for tick in 0..ticks {
            let time_s = tick as f64 * DT_S;
            lines(&all, time_s, &mut values);
            for (count, value) in up.iter_mut().zip(values) {
                *count += u64::from(value == 1.0);
            }
        }
        let cues =
            |side: f64| all.iter().filter(|trial| trial.cue.is_some_and(|(_, of)| of == side)).count() as u64;
        assert_eq!(up, [20 * cues(1.0), 20 * cues(-1.0)]);
    }

    #[test]
    fn pushes_are_those_of_the_trials_but_for_catch_trials() {
        let config = config();
        let all = trials(&config, 3);
        let pushes = pushes(&config, Scenario::Stiff, &all);
        assert_eq!(pushes.len(), 120 - 10);
        let first = Change::Force {
            body: "base".into(),
            force_n: [0.0, 140.0 * all[0].side, 0.0],
            frame: Frame::Heading,
            at_m: [0.0; 3],
            from_s: all[0].push_s,
            to_s: Some(all[0].push_s + 0.1),
        };
        assert_eq!(pushes[0], first);
    }
}
