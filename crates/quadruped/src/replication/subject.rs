//! One robot on its pattern generator, with what corrects it.

use super::config::{Arm, Config, Ground};
use super::gait::Camera;
use super::record::{BINS, CloseUp, Neurons, RATE_BINS, STAGE, Stage, Taught, Walked};
use super::track::Track;
use super::watched::{Seen, Shared, Watched};
use crate::robot::{Base, DT_S};
use lobule_analysis::{histogram, mean_of};
use lobule_cerebellum::marr_albus_ito::{Circuit, CircuitParameters, MarrAlbusIto, Sensors};
use lobule_control::walking::{
    ArousalParameters, Curiosity, FixedCorrections, Parts, RandomCorrections, Steerable, Walker,
    WalkerParameters, Weight,
};
use lobule_control::{ClosedLoop, Controller, Drive, Error as ControlError};
use lobule_mujoco::MujocoPlant;
use lobule_study::{Error, Item};

/// Ticks of the last seconds of a close-up, between its samples, and of a cycle of the gait.
const TILT_TICKS: u64 = 1000;
const EVERY_TICKS: u64 = 4;
const CYCLE_TICKS: u64 = 100;
/// Last ticks whose corrections are kept.
const LAST_TICKS: u64 = 36;
/// Share of the cap within which a weight is at a limit.
const LIMIT: f64 = 0.01;

/// Parameters of the published circuit of these sizes.
fn circuit_parameters(config: &Config) -> CircuitParameters {
    let sizes = config.circuit;
    CircuitParameters {
        granule_cells: sizes.granule_cells,
        golgi_cells: sizes.golgi_cells,
        ..CircuitParameters::paper()
    }
}

/// Largest weight of a synapse.
pub fn cap(config: &Config) -> f64 {
    circuit_parameters(config).plasticity.w_max
}

/// Parameters of the walker of an arm.
pub fn walker_parameters(config: &Config, arm: Arm) -> WalkerParameters {
    let default = WalkerParameters::default();
    let curiosity = if config.walker.is_curious { Curiosity::Drawn } else { default.arousal.curiosity };
    let weight = match arm {
        Arm::LowWeight | Arm::ResidualPpo => Weight::Fixed(config.walker.low_weight),
        Arm::HighWeight => Weight::Fixed(config.walker.high_weight),
        _ => default.weight,
    };
    let reflexes = !matches!(arm, Arm::NoReflexes | Arm::Neither);
    let segment = !matches!(arm, Arm::NoSegments | Arm::Neither);
    WalkerParameters {
        arousal: ArousalParameters { curiosity, ..default.arousal },
        weight,
        parts: Parts { reflexes, terrain: reflexes, segment, ..default.parts },
        ..default
    }
}

/// A loop at its start, with the noise of the body's gyroscope.
pub fn looped(
    config: &Config,
    ground: Ground,
    walker: Walker,
    seed: u64,
) -> Result<ClosedLoop<MujocoPlant, Walker>, ControlError> {
    let robot = config.body.robot_on(config.go2_ground(ground), Base::Generator, 1.0, seed, &[])?;
    let looped = ClosedLoop::new(robot, walker, 0, DT_S, [0, 0])?;
    let noisy = looped.signed(|signature| {
        // After position and velocity: the angular velocity of the trunk.
        for channel in &mut signature.senses[10..13] {
            channel.noise_sd = config.body.gyro_noise_rad_s;
        }
    })?;
    Ok(noisy.with_noise_of(seed, "quadruped/gyro").unguarded())
}

/// Sums of a stage.
#[derive(Default)]
struct Sums {
    weight: f64,
    correction: f64,
    sparseness: f64,
    /// By joint, with signs.
    signed: Vec<f64>,
}

impl Sums {
    fn add(&mut self, walker: &Walker, seen: Option<&Shared<Seen>>) {
        let corrections = walker.corrections();
        self.weight += walker.weight();
        self.correction += mean_of(corrections.iter().map(|c| c.abs()));
        self.sparseness += seen.map_or(0.0, |seen| seen.lock().sparseness);
        self.signed.resize(corrections.len(), 0.0);
        self.signed.iter_mut().zip(corrections).for_each(|(sum, c)| *sum += c);
    }

    fn stage(&self, walker: &Walker, has_neurons: bool) -> Stage {
        let n = STAGE as f64;
        // Synapses that do not exist have no place among the weights.
        let synapses = || mean_of(walker.weights().iter().copied());
        Stage {
            weight: self.weight / n,
            correction: self.correction / n,
            sparseness: has_neurons.then_some(self.sparseness / n),
            synapses: has_neurons.then(synapses),
        }
    }

    fn bias(&self) -> f64 {
        mean_of(self.signed.iter().map(|sum| sum.abs() / STAGE as f64))
    }
}

/// A walk of an arm that has a generator.
pub fn walk(config: &Config, ground: Ground, arm: Arm, seed: u64, item: &Item) -> Result<Walked, Error> {
    let parameters = walker_parameters(config, arm);
    let joints = parameters.body.joints();
    let mut seen = None;
    let mut sizes = None;
    let cerebellum: Box<dyn Controller> = match arm {
        Arm::Circuit | Arm::Frozen => {
            let mut circuit = MarrAlbusIto::new(&circuit_parameters(config), parameters.body, seed)?;
            circuit.set_learning(arm == Arm::Circuit);
            sizes = Some(circuit.circuit().populations());
            let watched = Watched::new(circuit);
            seen = Some(watched.seen());
            Box::new(watched)
        }
        Arm::Random => Box::new(RandomCorrections::new(config.random, joints, DT_S, seed)?),
        _ => Box::new(FixedCorrections::none(joints)?),
    };
    let mut looped = looped(config, ground, Walker::new(&parameters, cerebellum, seed)?, seed)?;
    let body = parameters.body;
    let is_first = config.seeds.first() == Some(&seed);
    let mut camera = if is_first { Some(Camera::new(looped.plant())?) } else { None };
    let mut close_up = CloseUp::default();

    let mut track = Track::new();
    track.begin(&body.view(looped.senses())?);
    let (mut stages, mut sums, mut last) = (Vec::new(), Sums::default(), Sums::default());
    let mut rates = vec![0; RATE_BINS];
    let mut corrections = Vec::new();
    for step in 0..config.steps {
        looped.tick(&Drive::default())?;
        let view = body.view(looped.senses())?;
        let lies = track.see(&view);
        sums.add(looped.controller(), seen.as_ref());
        let left = config.steps - 1 - step;
        if let Some(seen) = &seen {
            if left < STAGE {
                for rate in &seen.lock().rates {
                    rates[((rate * RATE_BINS as f64) as usize).min(RATE_BINS - 1)] += 1;
                }
            }
            if left < LAST_TICKS {
                corrections.push(looped.controller().corrections().to_vec());
            }
        }
        if let Some(camera) = camera.as_mut().filter(|_| left.is_multiple_of(EVERY_TICKS)) {
            if left < TILT_TICKS {
                let [roll, pitch, _] = view.roll_pitch_yaw();
                close_up.tilt_deg.push([roll.to_degrees(), pitch.to_degrees()]);
            }
            if left < CYCLE_TICKS {
                close_up.poses.push(camera.pose(looped.plant(), view.roll_pitch_yaw()[2]));
            }
        }
        if lies {
            looped.plant_mut().stand_up();
            looped.controller_mut().relocated();
            track.relocated();
        }
        if (step + 1).is_multiple_of(STAGE) {
            stages.push(sums.stage(looped.controller(), seen.is_some()));
            last = std::mem::take(&mut sums);
            item.done(STAGE)?;
        }
    }
    let neurons = seen.zip(sizes).map(|(seen, sizes)| {
        let weights = looped.controller().weights();
        let cap = cap(config);
        let at = |is: &dyn Fn(f64) -> bool| mean_of(weights.iter().map(|w| f64::from(u8::from(is(*w)))));
        let (_, counts) = histogram(weights.iter().copied(), 0.0, cap, BINS);
        let threshold = circuit_parameters(config).purkinje.threshold;
        let apical = seen.lock().apical.clone();
        let ends = apical.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], a| {
            [low.min(a / threshold), high.max(a / threshold)]
        });
        Neurons {
            mossy_fibers: sizes.mossy_fibers,
            all: sizes.total(),
            weights: counts,
            at_limits: [at(&|w| w < LIMIT * cap), at(&|w| w > (1.0 - LIMIT) * cap)],
            apical: ends,
            rates,
            bias: last.bias(),
            corrections,
        }
    });
    let close_up = camera.map(|_| close_up);
    Ok(Walked { ground, arm, seed, way: track.way(), stages, neurons, close_up, reward: None })
}

/// Climbing-fiber signals of the published wiring for a body that stands still and tilts: to its right, and with its head down.
pub fn taught(config: &Config) -> Result<Taught, Error> {
    /// A tilt at which no signal saturates, rad.
    const TILT: f64 = 0.1;
    let body = WalkerParameters::default().body;
    let circuit = Circuit::new(&circuit_parameters(config), body.joints(), body.legs, 0)?;
    let still = vec![0.0; body.joints()];
    let signals = |euler: [f64; 3]| -> Result<Vec<f64>, ControlError> {
        let signal = |euler: [f64; 3]| -> Result<Vec<f64>, ControlError> {
            let sensors = Sensors {
                position: [0.0, 0.0, 0.27],
                velocity: [0.0; 3],
                euler,
                height: 0.27,
                upright: 1.0,
                r33: 1.0,
                forward_velocity: 0.0,
                angular_velocity: [0.0; 3],
                joint_angles: &still,
                joint_velocities: &still,
                command: &still,
                steering: 0.0,
                target_heading: 0.0,
                target_distance: 0.0,
                obstacle_range: None,
                norepinephrine: 0.25,
                way: 0.0,
            };
            let mut signal = vec![0.0; circuit.populations().purkinje_cells];
            circuit.cf_signal(&sensors, &mut signal)?;
            Ok(signal.chunks_exact(2).map(|pair| pair[0] - pair[1]).collect())
        };
        // What a body teaches that does not tilt is not the tilt's.
        let level = signal([0.0; 3])?;
        Ok(signal(euler)?.iter().zip(level).map(|(tilted, level)| tilted - level).collect())
    };
    Ok(Taught { roll: signals([TILT, 0.0, 0.0])?, pitch: signals([0.0, TILT, 0.0])? })
}
