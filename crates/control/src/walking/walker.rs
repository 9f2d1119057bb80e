//! A walker: generator, gate, reflexes and segment, and a cerebellum that corrects them.
//!
//! Order of a tick:
//!
//! 1. read the senses; forward speed; has the body fallen?
//! 2. reflexes of posture;
//! 3. norepinephrine;
//! 4. terrain reflex, which scales the generator of the same tick;
//! 5. generator;
//! 6. gate;
//! 7. cerebellum: the same senses, and further input as cues;
//! 8. mixing: generator, corrections, reflexes, terrain, then segment and clipping;
//! 9. angles: home + range x command, and the effectors in radians.
//!
//! The joints are driven to these angles by a servo, which belongs to the plant.
//!
//! Source of the order: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::parameters::PART;
use super::{
    Arousal, Body, Commands, Effector, Gate, Generator, Posture, Reflexes, Rhythm, Segment, Stance,
    Steerable, Steering, Terrain, View, WalkerParameters,
};
use crate::controller::leave;
use crate::{Controller, Delays, Error, Inputs, Senses, StateWriter, same_tick};
use lobule_signal::Ranges;

/// Cues of a cerebellum after the normalized commands of the tick before: steering, heading of a target and distance to it,
/// norepinephrine, way along the world's x since the tick before in m.
const CUES: usize = 5;

/// Effectors of a walker with such legs.
fn effectors(body: Body) -> Vec<Effector> {
    let leg = body.leg();
    let has = |effector: &Effector| match effector {
        Effector::AbductionOffset | Effector::LateralStep | Effector::Lean | Effector::Splay => {
            leg.abduction.is_some()
        }
        Effector::StrideAsymmetry => leg.hip.is_some(),
        Effector::Trim => leg.knee.is_some(),
        Effector::TurnRate => false,
    };
    Effector::ALL.into_iter().filter(has).collect()
}

/// Outcome of steps 1 to 6, for the others.
struct Walked {
    /// Share of the generator.
    weight: f64,
    /// Way along the world's x since the tick before, m.
    way: f64,
    /// Uprightness that the reflexes were given.
    upright: f64,
}

/// Orientation and load in a tick.
#[derive(Debug, Clone, PartialEq)]
struct Tilt {
    roll: f64,
    pitch: f64,
    upright: f64,
    /// N. `[legs]`
    forces: Vec<f64>,
}

crate::snapshot!(Tilt { roll, pitch, upright, forces });

impl Tilt {
    fn take(&mut self, view: &View) {
        [self.roll, self.pitch, _] = view.roll_pitch_yaw();
        self.upright = view.upright();
        self.forces.copy_from_slice(view.foot_forces());
    }
}

/// A walker: senses of a [`Body`] in, angles of its joints out, rad.
///
/// Without corrections and with the default parameters, a Unitree Go2 on flat ground (MuJoCo 3.17.0, servo of 60, 60, 80 N m/rad and 2, 2,
/// 3 N m s/rad) ends 50,000 ticks at x 31.54 m, y 30.02 m with a yaw of 76 degrees and no fall: the path of the published parts.
///
/// Its first two cues, where it is given them, are the heading of a target and the distance to it, as its cerebellum is given them.
///
/// # Example: the gait of a body that stands still
/// ```
/// use lobule_control::walking::{FixedCorrections, Walker, WalkerParameters};
/// use lobule_control::{Controller, Senses};
///
/// let parameters = WalkerParameters::default();
/// let none = FixedCorrections::none(parameters.body.joints())?;
/// let mut walker = Walker::new(&parameters, Box::new(none), 1)?;
///
/// let mut sensed = vec![0.0; parameters.body.senses()];
/// (sensed[2], sensed[3]) = (0.27, 1.0); // 27 cm above the ground, level
/// let mut angles = vec![0.0; walker.commands()];
/// for tick in 0..200 {
///     let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
///     walker.advance(&senses, &mut angles)?;
///     assert!((angles[1] - 0.9).abs() <= 0.4); // the left front thigh, about its angle at home
/// }
/// # Ok::<(), lobule_control::Error>(())
/// ```
pub struct Walker {
    parameters: WalkerParameters,
    generator: Generator,
    gate: Gate,
    arousal: Arousal,
    reflexes: Reflexes,
    terrain: Terrain,
    segment: Segment,
    steering: Steering,
    cerebellum: Box<dyn Controller>,
    effectors: Vec<Effector>,
    /// Angles at home, rad. `[joints]`
    home: Vec<f64>,
    /// x of the trunk in the tick before, m.
    x_before: Option<f64>,
    /// The tick before, and this one.
    tilts: [Tilt; 2],
    has_tilt: bool,
    norepinephrine: f64,
    is_fallen: bool,
    /// Cues of the cerebellum. `[joints + CUES]`
    cues: Vec<f64>,
    /// Commands of this tick. `[joints]` each
    rhythm: Vec<f64>,
    reflex: Vec<f64>,
    slope: Vec<f64>,
    correction: Vec<f64>,
    /// Normalized command after the segment, -1 to 1. `[joints]`
    normalized: Vec<f64>,
}

crate::snapshot!(Walker {
    generator,
    gate,
    arousal,
    reflexes,
    terrain,
    segment,
    steering,
    cerebellum,
    x_before,
    tilts,
    has_tilt,
    norepinephrine,
    is_fallen,
    rhythm,
    reflex,
    slope,
    correction,
    normalized,
});

impl Walker {
    /// A walker whose corrections are those of `cerebellum`: one for each joint, as fractions of its range. What is drawn depends on
    /// `seed`.
    ///
    /// # Errors
    /// As [`WalkerParameters::check`]; [`Error::Parameter`] for a cerebellum with another number of commands, or that reads more than
    /// it is given.
    pub fn new(
        parameters: &WalkerParameters,
        cerebellum: Box<dyn Controller>,
        seed: u64,
    ) -> Result<Self, Error> {
        parameters.check()?;
        let p = parameters.clone();
        let (n, ranges) = (p.body.joints(), Ranges::of(PART));
        let (found, reads) = (cerebellum.commands(), cerebellum.inputs());
        let allowed = format!("{n}: one correction of `{}` for each joint", cerebellum.name());
        ranges.require(found == n, "commands of the cerebellum", found as f64, allowed)?;
        for (what, reads, given) in
            [("senses", reads.senses, p.body.senses()), ("cues", reads.cues, n + CUES)]
        {
            let allowed = format!("at most {given}, which `{}` is given", cerebellum.name());
            ranges.require(reads <= given, format!("{what} of the cerebellum"), reads as f64, allowed)?;
        }
        let tilt = Tilt { roll: 0.0, pitch: 0.0, upright: 1.0, forces: vec![0.0; p.body.legs] };
        let mut walker = Self {
            generator: Generator::new(&p.generator, p.body, p.dt_s)?,
            gate: Gate::new(p.weight)?,
            arousal: Arousal::new(p.arousal, seed)?,
            reflexes: Reflexes::new(p.reflexes, p.body, p.dt_s)?,
            terrain: Terrain::new(p.terrain, p.body)?,
            segment: Segment::new(p.segment, p.body, p.dt_s)?,
            steering: Steering::default(),
            effectors: effectors(p.body),
            home: p.home.repeat(p.body.legs),
            x_before: None,
            tilts: [tilt.clone(), tilt],
            has_tilt: false,
            norepinephrine: p.arousal.base,
            is_fallen: false,
            cues: vec![0.0; n + CUES],
            rhythm: vec![0.0; n],
            reflex: vec![0.0; n],
            slope: vec![0.0; n],
            correction: vec![0.0; n],
            normalized: vec![0.0; n],
            cerebellum,
            parameters: p,
        };
        walker.reset();
        Ok(walker)
    }

    /// Its parameters.
    pub fn configuration(&self) -> &WalkerParameters {
        &self.parameters
    }

    /// The cerebellum.
    pub fn cerebellum(&self) -> &dyn Controller {
        &*self.cerebellum
    }

    /// Share of the generator.
    pub fn weight(&self) -> f64 {
        self.gate.weight()
    }

    /// Competence of the gate, 0 to 1.
    pub fn competence(&self) -> f64 {
        self.gate.competence()
    }

    /// Norepinephrine in the last tick.
    pub fn norepinephrine(&self) -> f64 {
        self.norepinephrine
    }

    /// Posture that the reflexes took it for.
    pub fn posture(&self) -> Posture {
        self.reflexes.posture()
    }

    /// True if the body had fallen in the last tick.
    pub fn is_fallen(&self) -> bool {
        self.is_fallen
    }

    /// Corrections of the last tick, as fractions of the range. `[joints]`
    pub fn corrections(&self) -> &[f64] {
        &self.correction
    }

    /// Normalized command of the last tick, -1 to 1. `[joints]`
    pub fn normalized(&self) -> &[f64] {
        &self.normalized
    }

    /// Steering.
    pub fn steering(&self) -> &Steering {
        &self.steering
    }

    /// Steps 1 to 6.
    fn walk(&mut self, view: &View) -> Walked {
        let p = &self.parameters;
        let speed = p.speed.of(view, self.x_before, p.dt_s);
        let x = view.position()[0];
        let way = self.x_before.replace(x).map_or(0.0, |before| x - before);
        self.is_fallen = p.is_fallen(view);
        self.tilts.swap(0, 1);
        self.tilts[1].take(view);
        let late = p.reflexes_see_late && self.has_tilt;
        self.has_tilt = true;
        let Tilt { roll, pitch, upright, ref forces } = self.tilts[usize::from(!late)];

        if p.parts.reflexes {
            let (is_fallen, angles) = (self.is_fallen, view.joint_angles());
            let stance = Stance { roll, pitch, upright, speed, is_fallen, angles };
            self.reflexes.advance(&stance, &mut self.reflex);
        }
        self.norepinephrine = self.arousal.advance(upright, self.is_fallen);
        let mut rhythm = Rhythm { norepinephrine: self.norepinephrine, frequency: 1.0, amplitude: 1.0 };
        if p.parts.terrain {
            self.terrain.advance(roll, pitch, forces, &mut self.slope);
            (rhythm.frequency, rhythm.amplitude) = (self.terrain.frequency(), self.terrain.amplitude());
        }
        if p.parts.generator {
            self.generator.advance(rhythm, &self.steering, &mut self.rhythm);
        }
        Walked { weight: self.gate.advance(speed, upright, self.is_fallen), way, upright }
    }

    /// Step 7.
    fn correct(&mut self, senses: &Senses, way: f64) -> Result<(), Error> {
        let n = self.normalized.len();
        let target = |i: usize| senses.cues.get(i).copied().unwrap_or(0.0);
        self.cues[..n].copy_from_slice(&self.normalized);
        let steer = self.steering.get(Effector::AbductionOffset);
        self.cues[n..].copy_from_slice(&[steer, target(0), target(1), self.norepinephrine, way]);
        self.cerebellum.advance(&Senses { cues: &self.cues, ..*senses }, &mut self.correction)?;
        let names = (0..).map(|joint: usize| format!("correction {joint}"));
        Error::finite(self.cerebellum.name(), names, &self.correction, f64::NAN)
    }

    /// Steps 8 and 9. `[joints]`
    fn command(&mut self, view: &View, walked: &Walked, targets: &mut [f64]) {
        let p = &self.parameters;
        let given = Commands {
            generator: &self.rhythm,
            correction: &self.correction,
            reflex: &self.reflex,
            terrain: &self.slope,
        };
        p.mixing.mix(walked.weight, walked.upright, given, &mut self.normalized);
        if p.parts.segment {
            self.segment.advance(view.joint_angles(), &mut self.normalized);
        }
        let scale = p.mixing.scale(view.upright());
        for ((target, u), home) in targets.iter_mut().zip(&mut self.normalized).zip(&self.home) {
            *u = u.clamp(-1.0, 1.0);
            *target = home + scale * *u;
        }
        self.steering.add_to(p.body, self.generator.phases(), targets);
    }
}

impl Controller for Walker {
    leave!(self, self.cerebellum; finish weights set_learning write_learned read_learned slow misfit);

    fn name(&self) -> &str {
        PART
    }

    fn commands(&self) -> usize {
        self.home.len()
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(self.parameters.body.senses(), self.cerebellum.inputs().references, 0)
    }

    /// Goes back to birth, but for the steering and what the cerebellum has learned. Draws begin anew.
    fn reset(&mut self) {
        self.generator.reset();
        self.gate.reset();
        self.arousal.reset();
        self.reflexes.reset();
        self.terrain.reset();
        self.segment.reset();
        self.x_before = None;
        self.has_tilt = false;
        self.is_fallen = false;
        self.norepinephrine = self.parameters.arousal.base;
        for commands in
            [&mut self.rhythm, &mut self.reflex, &mut self.slope, &mut self.correction, &mut self.normalized]
        {
            commands.fill(0.0);
        }
        self.cerebellum.reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        let view = self.parameters.body.view(senses.sensed)?;
        senses.check(self, command)?;
        let walked = self.walk(&view);
        self.correct(senses, walked.way)?;
        self.command(&view, &walked, command);
        Ok(())
    }

    fn fits(&self, dt_s: f64, delays: Delays) -> Result<(), Error> {
        same_tick(PART, self.parameters.dt_s, dt_s)?;
        self.cerebellum.fits(dt_s, delays)
    }

    fn parameters(&self, to: &mut StateWriter) {
        let Body { legs, joints_per_leg } = self.parameters.body;
        to.put(&[legs, joints_per_leg]);
        to.section(self.cerebellum.name());
        self.cerebellum.parameters(to);
    }
}

impl Steerable for Walker {
    fn body(&self) -> Body {
        self.parameters.body
    }

    fn effectors(&self) -> &[Effector] {
        &self.effectors
    }

    fn steer(&mut self, effector: Effector, value: f64) -> Result<(), Error> {
        if !self.effectors.contains(&effector) {
            let known = self.effectors.iter().map(|effector| effector.name());
            return Err(Error::unknown("effector of the walker", effector.name(), known));
        }
        self.steering.set(effector, value)
    }

    fn phases(&self) -> &[f64] {
        self.generator.phases()
    }

    fn relocated(&mut self) {
        self.x_before = None;
    }
}
