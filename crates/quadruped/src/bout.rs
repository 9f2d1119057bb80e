//! A robot that walks in the loop, in stretches: learning here, testing there, set on its feet after a fall.

use lobule_control::walking::{Body, Steerable, SteeredWalker};
use lobule_control::{ClosedLoop, Controller, Drive, Error, Plant};
use lobule_mujoco::MujocoPlant;
use serde::{Deserialize, Serialize};

/// Ticks from one sample of a trace to the next: 50 Hz at a tick of 5 ms.
const EVERY_TICKS: u64 = 4;
/// Height of the trunk below which a Go2 has fallen, m, and uprightness. Source: MH-FLOCKE v0.4.1.
const FALLEN_M: f64 = 0.1215;
const FALLEN_UPRIGHT: f64 = 0.3;
/// Ticks for which a robot lies before it is set on its feet. Source: MH-FLOCKE v0.4.1 (option `--auto-reset 500`).
pub const LIES_TICKS: u64 = 500;

/// A steered robot in a loop without delay.
pub struct Bout {
    looped: ClosedLoop<MujocoPlant, SteeredWalker<Box<dyn Steerable>>>,
    body: Body,
    /// Cues of the walker itself, then the lines.
    cues: Vec<f64>,
    own_cues: usize,
    turns: Turns,
    lying: u64,
    /// Ticks after which it is set on its feet.
    most_lying: u64,
    falls: u32,
}

/// Yaw that counts whole turns.
#[derive(Debug, Clone, Copy, Default)]
struct Turns {
    before: f64,
    yaw: f64,
}

impl Turns {
    fn put(&mut self, yaw: f64) {
        let change = yaw - self.before;
        let turns = (change / std::f64::consts::TAU).round();
        self.yaw += change - turns * std::f64::consts::TAU;
        self.before = yaw;
    }
}

/// A stretch of a walk, at 50 Hz. Angles in degrees.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// Time since the start of the bout, s.
    pub time_s: Vec<f64>,
    /// Place on the ground, m.
    pub place_m: Vec<[f64; 2]>,
    /// Heading, deg to the left; whole turns count.
    pub yaw_deg: Vec<f64>,
    /// Roll, deg, positive with the right side down.
    pub roll_deg: Vec<f64>,
    /// Pitch, deg, positive with the nose down.
    pub pitch_deg: Vec<f64>,
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
            pitch_deg: cut(&self.pitch_deg),
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
        let looped = ClosedLoop::new(robot, walker, 0, 0.005, [0, 0])?
            .signed(|signature| {
                // After position and velocity: the angular velocity of the trunk.
                for channel in &mut signature.senses[10..13] {
                    channel.noise_sd = gyro_noise_rad_s;
                }
            })?
            .with_noise_of(seed, "quadruped/gyro")
            .unguarded();
        let mut bout = Self {
            looped,
            body,
            cues: vec![0.0; cues],
            own_cues,
            turns: Turns::default(),
            lying: 0,
            most_lying: LIES_TICKS,
            falls: 0,
        };
        let mut senses = vec![0.0; bout.body.senses()];
        bout.looped.plant().sense(&mut senses);
        let [_, _, yaw] = bout.body.view(&senses)?.roll_pitch_yaw();
        bout.turns = Turns { before: yaw, yaw: 0.0 };
        Ok(bout)
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

    /// The robot.
    pub fn robot(&self) -> &MujocoPlant {
        self.looped.plant()
    }

    /// Time since the start, s.
    pub fn time_s(&self) -> f64 {
        self.looped.time_s()
    }

    /// Walks for a time, with lines as a function of the time since the start; `seen` is given every sample with the robot, e.g. for
    /// pictures.
    ///
    /// # Errors
    /// What a tick of the loop refuses.
    pub fn walk(
        &mut self,
        for_s: f64,
        mut lines: impl FnMut(f64, &mut [f64]),
        mut seen: impl FnMut(&MujocoPlant, f64),
    ) -> Result<Stretch, Error> {
        let ticks = (for_s / self.looped.dt_s()).round() as u64;
        let mut stretch = Stretch::default();
        let falls_before = self.falls;
        for tick in 0..ticks {
            lines(self.looped.time_s(), &mut self.cues[self.own_cues..]);
            self.looped.tick(&Drive { cues: &self.cues, ..Drive::default() })?;
            let view = self.body.view(self.looped.senses())?;
            let [roll, pitch, yaw] = view.roll_pitch_yaw();
            self.turns.put(yaw);
            if tick.is_multiple_of(EVERY_TICKS) {
                let [x, y, _] = view.position();
                stretch.time_s.push(self.looped.time_s());
                stretch.place_m.push([x, y]);
                stretch.yaw_deg.push(self.turns.yaw.to_degrees());
                stretch.roll_deg.push(roll.to_degrees());
                stretch.pitch_deg.push(pitch.to_degrees());
                stretch.effect.push(self.looped.controller().effect().to_vec());
                seen(self.looped.plant(), self.looped.time_s());
            }
            let is_down = view.position()[2] < FALLEN_M || view.upright() < FALLEN_UPRIGHT;
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
