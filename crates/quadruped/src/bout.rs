//! A robot that walks in the loop, in stretches: learning here, testing there, set on its feet after a fall.

use crate::robot::DT_S;
use lobule_control::walking::{Body, Steerable, SteeredWalker, WalkError, WalkerParameters};
use lobule_control::{ClosedLoop, Controller, Drive, Error};
use lobule_mujoco::MujocoPlant;

/// Ticks from one sample of a trace to the next: 50 Hz at a tick of 5 ms.
const EVERY_TICKS: u64 = 4;
/// Ticks for which a robot lies before it is set on its feet. Source: MH-FLOCKE v0.4.1 (option `--auto-reset 500`).
pub const LIES_TICKS: u64 = 500;

/// A steered robot in a loop without delay.
pub struct Bout {
    looped: ClosedLoop<MujocoPlant, SteeredWalker<Box<dyn Steerable>>>,
    body: Body,
    /// Cues of the walker itself, then the lines.
    cues: Vec<f64>,
    own_cues: usize,
    /// Limits of a fallen body.
    fallen: WalkerParameters,
    lying: u64,
    /// Ticks after which it is set on its feet.
    most_lying: u64,
    falls: u32,
}

/// A stretch of a walk, at 50 Hz. Angles in degrees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stretch {
    /// Time since the start of the bout, s.
    pub time_s: Vec<f64>,
    /// Place on the ground, m.
    pub place_m: Vec<[f64; 2]>,
    /// Heading, deg to the left; whole turns count.
    pub yaw_deg: Vec<f64>,
    /// Roll, deg, positive with the right side down.
    pub roll_deg: Vec<f64>,
    /// Values of the effectors. `[samples][outputs]`
    pub effect: Vec<Vec<f64>>,
    /// Falls.
    pub falls: u32,
}

impl Stretch {
    /// Samples per second.
    pub const HZ: usize = 50;

    /// Turn from the beginning to the end, deg to the left.
    pub fn turn_deg(&self) -> f64 {
        self.yaw_deg.last().zip(self.yaw_deg.first()).map_or(f64::NAN, |(end, start)| end - start)
    }

    /// Mean of the absolute yaw rate over chords of half a second, a cycle of the gait, deg/s.
    pub fn yaw_rate_deg_s(&self) -> f64 {
        let chord = Self::HZ / 2;
        let rates = self.yaw_deg.windows(chord + 1).map(|w| (w[chord] - w[0]).abs() / 0.5);
        let (sum, n) = rates.fold((0.0, 0usize), |(sum, n), rate| (sum + rate, n + 1));
        sum / n as f64
    }

    /// Way from beginning to end over its chords of a second, m/s.
    pub fn speed_m_s(&self) -> f64 {
        let steps: Vec<[f64; 2]> = self.place_m.iter().copied().step_by(Self::HZ).collect();
        let way: f64 = steps.windows(2).map(|w| libm::hypot(w[1][0] - w[0][0], w[1][1] - w[0][1])).sum();
        way / (steps.len() - 1) as f64
    }

    /// Goes on with another stretch.
    pub fn join(&mut self, next: Self) {
        self.time_s.extend(next.time_s);
        self.place_m.extend(next.place_m);
        self.yaw_deg.extend(next.yaw_deg);
        self.roll_deg.extend(next.roll_deg);
        self.effect.extend(next.effect);
        self.falls += next.falls;
    }

    /// The samples at these times of the bout, s.
    pub fn within(&self, from_s: f64, to_s: f64) -> Self {
        let first = self.time_s.partition_point(|t| *t < from_s - 1e-9);
        let last = self.time_s.partition_point(|t| *t < to_s - 1e-9);
        let cut = |values: &[f64]| values[first..last].to_vec();
        Self {
            time_s: cut(&self.time_s),
            place_m: self.place_m[first..last].to_vec(),
            yaw_deg: cut(&self.yaw_deg),
            roll_deg: cut(&self.roll_deg),
            effect: self.effect[first..last].to_vec(),
            falls: self.falls,
        }
    }
}

impl Bout {
    /// A robot at its start, with noise of the gyroscope drawn from `seed`. `[rad/s]`
    ///
    /// # Errors
    /// As [`ClosedLoop::new`].
    pub fn new(
        robot: MujocoPlant,
        walker: SteeredWalker<Box<dyn Steerable>>,
        gyro_noise_rad_s: f64,
        seed: u64,
    ) -> Result<Self, Error> {
        let body = walker.base().body();
        let own_cues = walker.base().inputs().cues;
        let cues = walker.inputs().cues;
        let looped = ClosedLoop::new(robot, walker, 0, DT_S, [0, 0])?
            .signed(|signature| {
                // After position and velocity: the angular velocity of the trunk.
                for channel in &mut signature.senses[10..13] {
                    channel.noise_sd = gyro_noise_rad_s;
                }
            })?
            .with_noise_of(seed, "quadruped/gyro")
            .unguarded();
        Ok(Self {
            looped,
            body,
            cues: vec![0.0; cues],
            own_cues,
            fallen: WalkerParameters::default(),
            lying: 0,
            most_lying: LIES_TICKS,
            falls: 0,
        })
    }

    /// The same, set on its feet after it has lain for so many ticks.
    pub fn lying_for(mut self, ticks: u64) -> Self {
        self.most_lying = ticks;
        self
    }

    /// The steered walker.
    pub fn walker(&mut self) -> &mut SteeredWalker<Box<dyn Steerable>> {
        self.looped.controller_mut()
    }

    /// Walks for a time, with lines as a function of the time since the start.
    ///
    /// # Errors
    /// As [`ClosedLoop::tick`].
    pub fn walk(&mut self, for_s: f64, mut lines: impl FnMut(f64, &mut [f64])) -> Result<Stretch, Error> {
        let ticks = (for_s / self.looped.dt_s()).round() as u64;
        let mut stretch = Stretch::default();
        let falls_before = self.falls;
        for tick in 0..ticks {
            lines(self.looped.time_s(), &mut self.cues[self.own_cues..]);
            self.looped.tick(&Drive { cues: &self.cues, ..Drive::default() })?;
            let view = self.body.view(self.looped.senses())?;
            if tick.is_multiple_of(EVERY_TICKS) {
                let ([x, y, _], [roll, ..]) = (view.position(), view.roll_pitch_yaw());
                let walker = self.looped.controller();
                stretch.time_s.push(self.looped.time_s());
                stretch.place_m.push([x, y]);
                stretch.yaw_deg.push(walker.errors().get(WalkError::Heading).to_degrees());
                stretch.roll_deg.push(roll.to_degrees());
                stretch.effect.push(walker.effect().to_vec());
            }
            let is_down = self.fallen.is_fallen(&view);
            self.falls += u32::from(is_down && self.lying == 0);
            self.lying = if is_down { self.lying + 1 } else { 0 };
            if self.lying >= self.most_lying {
                self.looped.plant_mut().stand_up();
                self.looped.controller_mut().relocated();
                self.lying = 0;
            }
        }
        stretch.falls = self.falls - falls_before;
        Ok(stretch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten seconds of a turn of 6 deg/s to the left on a circle of 2 m, from 3 s on.
    fn circle() -> Stretch {
        let times = || (0..10 * Stretch::HZ).map(|k| 3.0 + k as f64 / Stretch::HZ as f64);
        let place = |t: f64| {
            let angle = (6.0 * (t - 3.0)).to_radians();
            [2.0 * libm::sin(angle), 2.0 - 2.0 * libm::cos(angle)]
        };
        Stretch {
            time_s: times().collect(),
            place_m: times().map(place).collect(),
            yaw_deg: times().map(|t| 6.0 * (t - 3.0)).collect(),
            roll_deg: times().map(|t| t - 3.0).collect(),
            effect: times().map(|t| vec![t]).collect(),
            falls: 1,
        }
    }

    #[test]
    fn measures_of_a_circle_are_those_of_its_turn() {
        let circle = circle();
        assert!((circle.turn_deg() - 6.0 * 9.98).abs() < 1e-9);
        assert!((circle.yaw_rate_deg_s() - 6.0).abs() < 1e-9);
        // The chord of a second.
        assert!((circle.speed_m_s() - 4.0 * libm::sin(3.0_f64.to_radians())).abs() < 1e-9);
        let mirrored = Stretch { yaw_deg: circle.yaw_deg.iter().map(|yaw| -yaw).collect(), ..circle };
        assert!((mirrored.yaw_rate_deg_s() - 6.0).abs() < 1e-9, "absolute");
    }

    #[test]
    fn a_part_of_a_stretch_has_the_samples_from_its_beginning_to_before_its_end() {
        let (circle, part) = (circle(), circle().within(4.0, 5.0));
        assert_eq!(part.time_s.len(), Stretch::HZ);
        assert!((part.time_s[0] - 4.0).abs() < 1e-9 && part.time_s[49] < 5.0 - 1e-9);
        assert_eq!(part.yaw_deg, circle.yaw_deg[50..100]);
        let mut joined = circle.within(0.0, 4.0);
        joined.join(circle.within(4.0, 20.0));
        assert_eq!(joined.place_m, circle.place_m);
        assert_eq!(joined.effect, circle.effect);
        assert_eq!(joined.falls, 2);
    }
}
