//! The circuit as a controller of a body with legs.
//!
//! Senses: those of a [`Body`], in its order. Cues, in the order of a [`Walker`](lobule_control::walking::Walker): normalized commands of the
//! tick before (n), steering, heading of a target and distance to it, norepinephrine, way along the world's x since the tick before in m; after
//! them, where the loop gives one, the distance of an obstacle in m. Commands: a correction for each joint, as a fraction of its range.

use super::circuit::Circuit;
use super::parameters::CircuitParameters;
use super::sensors::{PART, Sensors};
use lobule_control::walking::{Body, View, Wiring};
use lobule_control::{
    Controller, Delays, Error, Inputs, Senses, StateReader, StateWriter, same_tick, snapshot,
};

/// Control step, s. Source: MH-FLOCKE v0.4.1.
const STEP_S: f64 = 0.005;
/// Cues after the normalized commands.
const CUES: usize = 5;

/// The Marr-Albus-Ito circuit as a controller. It learns from the start.
///
/// # Example: the cerebellum of a walker
/// ```
/// use lobule_cerebellum::marr_albus_ito::{CircuitParameters, MarrAlbusIto};
/// use lobule_control::walking::{Walker, WalkerParameters};
/// use lobule_control::{Controller, Senses};
///
/// let parameters = WalkerParameters::default();
/// let cerebellum = MarrAlbusIto::new(&CircuitParameters::paper(), parameters.body, 1)?;
/// let mut walker = Walker::new(&parameters, Box::new(cerebellum), 1)?;
///
/// let mut sensed = vec![0.0; parameters.body.senses()];
/// (sensed[2], sensed[3]) = (0.27, 1.0);
/// let mut angles = vec![0.0; walker.commands()];
/// for tick in 0..50 {
///     let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
///     walker.advance(&senses, &mut angles)?;
/// }
/// # Ok::<(), lobule_control::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MarrAlbusIto {
    circuit: Circuit,
    body: Body,
    /// Fallen ticks in a row.
    fallen: u64,
}

snapshot!(MarrAlbusIto { circuit, fallen });

impl MarrAlbusIto {
    /// A circuit for the joints of a body. Wiring, first weights and noise depend on `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the number or the parameter.
    pub fn new(parameters: &CircuitParameters, body: Body, seed: u64) -> Result<Self, Error> {
        body.check()?;
        Ok(Self { circuit: Circuit::new(parameters, body.joints(), body.legs, seed)?, body, fallen: 0 })
    }

    /// The circuit.
    pub fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// Senses and cues as the circuit's input.
    fn sensors<'a>(&self, view: &View<'a>, cues: &'a [f64]) -> Sensors<'a> {
        let (command, cues) = cues.split_at(self.body.joints());
        let (position, velocity) = (view.position(), view.velocity());
        let forward_velocity = match self.circuit.configuration().olive.wiring {
            Wiring::Paper => velocity[0],
            Wiring::Anatomical => view.body_velocity()[0],
        };
        Sensors {
            position,
            velocity,
            euler: view.roll_pitch_yaw(),
            height: position[2],
            upright: view.upright(),
            r33: view.r33(),
            forward_velocity,
            angular_velocity: view.angular_velocity(),
            joint_angles: view.joint_angles(),
            joint_velocities: view.joint_velocities(),
            command,
            steering: cues[0],
            target_heading: cues[1],
            target_distance: cues[2],
            norepinephrine: cues[3],
            way: cues[4],
            obstacle_range: cues.get(CUES).copied(),
        }
    }
}

impl Controller for MarrAlbusIto {
    fn name(&self) -> &str {
        PART
    }

    fn commands(&self) -> usize {
        self.body.joints()
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(self.body.senses(), 0, self.body.joints() + CUES)
    }

    fn reset(&mut self) {
        self.circuit.restart();
        self.fallen = 0;
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let view = self.body.view(senses.sensed)?;
        let sensors = self.sensors(&view, senses.cues);
        self.circuit.update(&sensors)?;
        self.circuit.corrections(sensors.upright, command)?;
        let parameters = self.circuit.configuration();
        self.fallen = if parameters.is_fallen(&sensors) { self.fallen + 1 } else { 0 };
        if self.fallen > 0 && self.fallen == parameters.fallen_steps {
            self.circuit.reset();
            self.fallen = 0;
        }
        Ok(())
    }

    fn weights(&self) -> &[f64] {
        self.circuit.weights()
    }

    fn set_learning(&mut self, learns: bool) {
        self.circuit.set_learning(learns);
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(PART, STEP_S, dt_s)
    }

    fn parameters(&self, to: &mut StateWriter) {
        self.circuit.write_parameters(to);
    }

    fn write_learned(&self, to: &mut StateWriter) {
        self.circuit.write_learned(to);
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.circuit.read_learned(from)
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.circuit.slow(factor);
        true
    }
}
