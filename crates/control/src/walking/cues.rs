//! Further input of a cerebellum on top of a walker: phase of the gait, lines from outside, its own movement.

use super::View;
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

const PART: &str = "cues";

/// A cue, of one value or of several.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cue {
    /// Sine and cosine of the phase of every leg: two values for each.
    Phases,
    /// Phase of one leg, 0 to 2 pi rad.
    Phase {
        /// The leg.
        leg: usize,
    },
    /// A line from outside as it is, such as a context.
    Line {
        /// The line.
        line: usize,
    },
    /// Time since a line rose above 0.5, s.
    SinceLine {
        /// The line.
        line: usize,
    },
    /// Yaw rate in the body's frame behind a low-pass, rad/s.
    YawRate {
        /// Time constant of the low-pass, s; 0 for none.
        tau_s: f64,
    },
    /// Roll, rad.
    Roll,
}

/// Number of lines, and the longest time since one rose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lines {
    pub(super) count: usize,
    pub(super) longest_s: f64,
}

/// Cues over time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cues {
    cues: Vec<Cue>,
    lines: Lines,
    phases: usize,
    dt_s: f64,
    /// Time since each line rose, s. `[lines]`
    since: Vec<f64>,
    /// True for a line that is up. `[lines]`
    is_up: Vec<bool>,
    /// Low-passed yaw rate of each cue. `[cues]`
    yaw_rate: Vec<f64>,
    roll: f64,
}

crate::snapshot!(Cues { since, is_up, yaw_rate, roll });

impl Cues {
    /// Cues on a walker that knows so many phases, in ticks of `dt_s`.
    pub(super) fn new(cues: &[Cue], lines: Lines, phases: usize, dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of(PART);
        let longest = lines.longest_s;
        ranges.require(longest > 0.0, "longest_s", longest, "more than 0 s")?;
        for cue in cues {
            match *cue {
                Cue::Phases => {
                    ranges.require(phases > 0, "phases", 0.0, "a walker that knows the phase of its gait")?
                }
                Cue::Phase { leg } => {
                    let allowed = format!("below {phases}, the phases that the walker knows");
                    ranges.require(leg < phases, "leg of a phase", leg as f64, allowed)?;
                }
                Cue::Line { line } | Cue::SinceLine { line } => {
                    let allowed = format!("below {}, the number of lines", lines.count);
                    ranges.require(line < lines.count, "line", line as f64, allowed)?;
                }
                Cue::YawRate { tau_s } => ranges.require(tau_s >= 0.0, "tau_s", tau_s, "at least 0 s")?,
                Cue::Roll => {}
            }
        }
        Ok(Self {
            since: vec![longest; lines.count],
            is_up: vec![false; lines.count],
            yaw_rate: vec![0.0; cues.len()],
            roll: 0.0,
            cues: cues.to_vec(),
            lines,
            phases,
            dt_s,
        })
    }

    pub(super) fn reset(&mut self) {
        self.since.fill(self.lines.longest_s);
        self.is_up.fill(false);
        self.yaw_rate.fill(0.0);
        self.roll = 0.0;
    }

    /// Number of values.
    pub(super) fn values(&self) -> usize {
        let of = |cue: &Cue| if *cue == Cue::Phases { 2 * self.phases } else { 1 };
        self.cues.iter().map(of).sum()
    }

    /// Takes a tick. `[lines]`
    pub(super) fn put(&mut self, view: &View, lines: &[f64]) {
        for ((since, is_up), line) in self.since.iter_mut().zip(&mut self.is_up).zip(lines) {
            let was_up = std::mem::replace(is_up, *line > 0.5);
            *since = if *is_up && !was_up { 0.0 } else { (*since + self.dt_s).min(self.lines.longest_s) };
        }
        let now = view.body_angular_velocity()[2];
        for (rate, cue) in self.yaw_rate.iter_mut().zip(&self.cues) {
            if let Cue::YawRate { tau_s } = cue {
                *rate += self.dt_s / (tau_s + self.dt_s) * (now - *rate);
            }
        }
        self.roll = view.roll_pitch_yaw()[0];
    }

    /// Writes the values. `[phases]`, `[lines]`, `[values]`
    pub(super) fn write(&self, phases: &[f64], lines: &[f64], values: &mut [f64]) {
        let mut at = 0;
        let mut put = |value: f64| {
            values[at] = value;
            at += 1;
        };
        for (cue, rate) in self.cues.iter().zip(&self.yaw_rate) {
            match *cue {
                Cue::Phases => phases.iter().for_each(|phase| {
                    put(libm::sin(*phase));
                    put(libm::cos(*phase));
                }),
                Cue::Phase { leg } => put(phases[leg]),
                Cue::Line { line } => put(lines[line]),
                Cue::SinceLine { line } => put(self.since[line]),
                Cue::YawRate { .. } => put(*rate),
                Cue::Roll => put(self.roll),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walking::Body;

    const LINES: Lines = Lines { count: 2, longest_s: 1.0 };
    const PHASES: [f64; 4] = [0.0, 1.0, 2.0, 3.0];

    fn values(cues: &Cues, lines: &[f64]) -> Vec<f64> {
        let mut values = vec![f64::NAN; cues.values()];
        cues.write(&PHASES, lines, &mut values);
        values
    }

    #[test]
    fn cues_stand_in_the_order_they_are_asked_for() {
        let all = [Cue::Line { line: 1 }, Cue::Phases, Cue::Phase { leg: 2 }, Cue::Roll];
        let cues = Cues::new(&all, LINES, 4, 0.005).unwrap();
        let sines = PHASES.iter().flat_map(|phase| [libm::sin(*phase), libm::cos(*phase)]);
        let expected: Vec<f64> = [7.0].into_iter().chain(sines).chain([2.0, 0.0]).collect();
        assert_eq!(values(&cues, &[3.0, 7.0]), expected);
    }

    #[test]
    fn the_time_since_a_line_runs_from_its_rise_to_the_longest() {
        let mut cues = Cues::new(&[Cue::SinceLine { line: 0 }], LINES, 4, 0.005).unwrap();
        let mut senses = vec![0.0; 41];
        senses[3] = 1.0;
        let view = Body::default().view(&senses).unwrap();
        assert_eq!(values(&cues, &[0.0; 2]), [1.0], "before the first");
        for n in 0..300 {
            let line = [if n < 100 { 1.0 } else { 0.0 }, 0.0];
            cues.put(&view, &line);
            assert!((values(&cues, &line)[0] - (0.005 * f64::from(n)).min(1.0)).abs() < 1e-9, "{n}");
        }
        cues.put(&view, &[1.0, 0.0]);
        assert_eq!(values(&cues, &[1.0, 0.0]), [0.0]);
    }

    #[test]
    fn the_yaw_rate_is_smoothed_with_its_time_constant() {
        let mut cues = Cues::new(&[Cue::YawRate { tau_s: 0.095 }], LINES, 4, 0.005).unwrap();
        let mut senses = vec![0.0; 41];
        (senses[3], senses[12]) = (1.0, 2.0);
        let view = Body::default().view(&senses).unwrap();
        for n in 1..100 {
            cues.put(&view, &[0.0; 2]);
            assert!((values(&cues, &[0.0; 2])[0] - 2.0 * (1.0 - 0.95_f64.powi(n))).abs() < 1e-12);
        }
    }

    #[test]
    fn cues_that_cannot_be_are_refused_by_name() {
        let error = |cue, phases| Cues::new(&[cue], LINES, phases, 0.005).unwrap_err().to_string();
        assert!(error(Cue::Line { line: 2 }, 4).contains("line = 2"));
        assert!(error(Cue::Phase { leg: 1 }, 1).contains("leg of a phase"));
        assert!(error(Cue::Phases, 0).contains("knows the phase"));
        assert!(error(Cue::YawRate { tau_s: -1.0 }, 4).contains("tau_s"));
    }
}
