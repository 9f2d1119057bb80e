//! A model as the plant of a loop.

use crate::change::{Event, rotated};
use crate::ending::Limits;
use crate::library::{Data, Model, Object, Scene};
use crate::servo::Servo;
use crate::{BodyParameters, Change, Error, Variation, find, signature};
use lobule_control::{Plant, Signature, Snapshot, StateReader, StateWriter, Status, snapshot};
use lobule_signal::{Ranges, Stream};
use std::path::Path;

/// Description of a model.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A file in MJCF or URDF.
    File(&'a Path),
    /// MJCF as text, with the files that it includes, by name.
    Text {
        /// The model.
        text: &'a str,
        /// Name and text of included files.
        includes: &'a [(&'a str, &'a str)],
    },
}

/// Largest difference of a tick from a whole number of physics steps, as a share of a step.
const WHOLE: f64 = 1e-6;
/// Most physics steps of a tick. Chosen: a second of the smallest step.
const MOST_STEPS: f64 = 1e5;

/// A body in MuJoCo. Senses are sensors of the model: those of position and velocity are of the present, those of force and acceleration
/// of the last physics step, as an instrument has them. Commands are held for a tick, which is a whole number of physics steps.
///
/// # Example: a pendulum in MJCF that is pushed by its motor
/// ```no_run
/// use lobule_mujoco::{BodyParameters, MujocoPlant, Source};
/// use lobule_control::Plant;
///
/// let mjcf = r#"<mujoco><worldbody><body><joint name="pivot" axis="0 1 0"/><geom size="0.1" pos="0 0 -0.5"/></body></worldbody>
///     <actuator><motor name="motor" joint="pivot"/></actuator><sensor><jointpos name="angle" joint="pivot"/></sensor></mujoco>"#;
/// let mut body = MujocoPlant::new(Source::Text { text: mjcf, includes: &[] }, &BodyParameters::default())?;
/// body.advance(&[0.5], 0.002)?;
/// let mut angle = [0.0];
/// body.sense(&mut angle);
/// # Ok::<(), lobule_mujoco::Error>(())
/// ```
pub struct MujocoPlant {
    // Before the model, so that it is dropped first.
    data: Data,
    model: Model,
    signature: Signature,
    places: Vec<usize>,
    servo: Option<Servo>,
    strengths: Vec<f64>,
    /// Strengths of this step.
    weakened: Vec<f64>,
    events: Vec<Event>,
    endings: Vec<Limits>,
    keyframe: Option<usize>,
    start: Start,
    senses: Vec<f64>,
    moving: Moving,
}

/// The drawn start of a trial.
struct Start {
    noise_rad: f64,
    /// Places of the hinges' angles.
    hinges: Vec<usize>,
}

/// The running state besides the library's data.
#[derive(Debug, Clone)]
struct Moving {
    seed: u64,
    trial: u64,
    steps: u64,
    /// Commands on their way, oldest first. `[delay][commands]`
    line: Vec<f64>,
    /// The oldest command of the line.
    head: usize,
    is_over: bool,
}

snapshot!(Moving { seed, trial, steps, line, head, is_over });

impl std::fmt::Debug for MujocoPlant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MujocoPlant").field("signature", &self.signature).finish_non_exhaustive()
    }
}

impl MujocoPlant {
    /// A body at the start of its first trial.
    ///
    /// # Errors
    /// [`Error::Description`] for a library that is not there or is another version, a model that cannot be read, sensors or actuators that
    /// cannot be channels, and names that the model does not have; [`Error::Parameter`] for numbers out of range.
    pub fn new(source: Source, parameters: &BodyParameters) -> Result<Self, Error> {
        parameters.check()?;
        let name = &parameters.name;
        let scene = match source {
            Source::File(path) => Scene::File(path),
            Source::Text { text, includes } => Scene::Text { text, includes },
        };
        let mut model = Model::load(name, &scene)?;
        if parameters.timestep_s > 0.0 {
            model.set_timestep_s(parameters.timestep_s);
        }
        let keyframe = match parameters.keyframe.as_str() {
            "" => None,
            key => Some(find(&model, name, Object::Keyframe, key)?),
        };
        for adjustment in &parameters.adjustments {
            adjustment.apply(&mut model, name)?;
        }
        parameters.variation.apply(&mut model, parameters.seed);
        let mut data = Data::new(&model)?;
        if !parameters.adjustments.is_empty() || parameters.variation != Variation::default() {
            model.settle(&mut data);
        }
        let signed = signature::of(&model, name, &parameters.senses, parameters.servo.is_some())?;
        let servo = parameters.servo.as_ref().map(|servo| Servo::new(servo, &model, name)).transpose()?;
        let actuators = model.count(Object::Actuator);
        let delay_s = parameters.delay_s + parameters.variation.delay(parameters.seed);
        let delay = (delay_s / model.timestep_s()).round() as usize;
        let is_hinge = |joint: &usize| model.rotates(*joint);
        let hinges = (0..model.count(Object::Joint)).filter(is_hinge);
        let start = Start {
            noise_rad: parameters.start_noise_rad,
            hinges: hinges.map(|joint| model.joint_position()[joint] as usize).collect(),
        };
        let endings = parameters.endings.iter().map(|ending| ending.compile(&signed.signature));
        let mut plant = Self {
            endings: endings.collect::<Result<_, _>>()?,
            events: Vec::new(),
            keyframe,
            senses: vec![0.0; signed.places.len()],
            signature: signed.signature,
            places: signed.places,
            servo,
            strengths: parameters.variation.strengths(parameters.seed, actuators),
            weakened: vec![1.0; actuators],
            moving: Moving {
                seed: parameters.seed,
                trial: 0,
                steps: 0,
                line: vec![0.0; delay * actuators],
                head: 0,
                is_over: false,
            },
            start,
            data,
            model,
        };
        plant.set_changes(&parameters.changes)?;
        plant.begin();
        plant.no_trouble()?;
        Ok(plant)
    }

    /// Replaces what happens in the course of a trial.
    ///
    /// # Errors
    /// [`Error::Description`] for names that the model does not have, [`Error::Parameter`] for numbers out of range.
    pub fn set_changes(&mut self, changes: &[Change]) -> Result<(), Error> {
        let name = &self.signature.name;
        let compiled = changes.iter().map(|change| {
            change.check(name)?;
            change.compile(&self.model, name)
        });
        self.events = compiled.collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Puts the body back to the start of a trial, with new noise, while the time and the changes of the trial go on: as someone who sets
    /// a fallen robot on its feet.
    pub fn stand_up(&mut self) {
        self.moving.trial += 1;
        self.place();
    }

    /// Time since the start of the trial, s.
    pub fn time_s(&self) -> f64 {
        self.moving.steps as f64 * self.model.timestep_s()
    }

    /// Strengths of the actuators of this robot, before changes. `[commands]`
    pub fn strengths(&self) -> &[f64] {
        &self.strengths
    }

    /// Number of a body, for [`MujocoPlant::point_m`].
    ///
    /// # Errors
    /// [`Error::Description`] with the names there are.
    pub fn body(&self, name: &str) -> Result<usize, Error> {
        find(&self.model, &self.signature.name, Object::Body, name)
    }

    /// Place in the world of a point that is fixed to a body, m; the point is in the body's axes.
    pub fn point_m(&self, body: usize, at_m: [f64; 3]) -> [f64; 3] {
        let (place, arm) = (self.data.places_m()[body], rotated(self.data.orientations()[body], at_m));
        std::array::from_fn(|i| place[i] + arm[i])
    }

    fn begin(&mut self) {
        self.moving.steps = 0;
        self.place();
    }

    /// The body at its keyframe, with the noise of this start.
    fn place(&mut self) {
        self.data.reset(&self.model, self.keyframe);
        if self.start.noise_rad > 0.0 {
            let stream = Stream::new(self.moving.seed, "start of a trial");
            let positions = self.data.positions_mut();
            for (k, &place) in self.start.hinges.iter().enumerate() {
                positions[place] += self.start.noise_rad * stream.normal(self.moving.trial, k as u32);
            }
        }
        if let Some(servo) = &mut self.servo {
            servo.reset();
        }
        self.moving.line.fill(0.0);
        self.fill_line();
        self.data.forward(&self.model);
        self.read();
    }

    /// Fills the line of delayed commands with what the body holds at the start: its joints' angles for a servo, 0 else.
    fn fill_line(&mut self) {
        self.moving.head = 0;
        if self.servo.is_none() {
            return;
        }
        let actuators = self.strengths.len();
        for k in 0..actuators {
            if let Some(joint) = self.model.driven_joint(k) {
                let held = self.data.positions()[self.model.joint_position()[joint] as usize];
                self.moving.line.iter_mut().skip(k).step_by(actuators).for_each(|value| *value = held);
            }
        }
    }

    fn read(&mut self) {
        let sensed = self.data.senses();
        self.senses.iter_mut().zip(&self.places).for_each(|(value, &place)| *value = sensed[place]);
        self.moving.is_over = self.endings.iter().any(|ending| ending.are_passed(&self.senses));
    }

    /// Physics steps of a tick.
    fn steps_of(&self, dt_s: f64) -> Result<u64, Error> {
        let step_s = self.model.timestep_s();
        let steps = dt_s / step_s;
        let is_whole = (steps - steps.round()).abs() <= WHOLE && (1.0..=MOST_STEPS).contains(&steps.round());
        if is_whole {
            return Ok(steps.round() as u64);
        }
        let allowed =
            format!("a whole number of physics steps of {step_s} s, 1 to 100000 of them; set timestep_s");
        Err(Ranges::of(self.signature.name.clone()).refusal("tick", dt_s, allowed).into())
    }

    fn step(&mut self, command: &[f64]) {
        let time_s = self.time_s();
        self.weakened.copy_from_slice(&self.strengths);
        // Also without events: a restored state brings its forces along.
        self.data.forces_mut().fill([0.0; 6]);
        for event in &self.events {
            event.act(time_s, &mut self.data, &mut self.weakened);
        }
        let n = command.len();
        let Moving { line, head, .. } = &mut self.moving;
        let arrived = if line.is_empty() { command } else { &line[*head * n..][..n] };
        let controls = match &mut self.servo {
            Some(servo) => {
                servo.advance(arrived, self.data.positions(), self.data.velocities());
                &servo.controls
            }
            None => arrived,
        };
        let out = self.data.controls_mut();
        for (k, (control, strength)) in controls.iter().zip(&self.weakened).enumerate() {
            let [low, high] = self.model.bounds(k);
            out[k] = control.clamp(low, high) * strength;
        }
        if !line.is_empty() {
            line[*head * n..][..n].copy_from_slice(command);
            *head = (*head + 1) % (line.len() / n);
        }
        self.data.step(&self.model);
        self.moving.steps += 1;
    }

    fn no_trouble(&self) -> Result<(), Error> {
        let Some(what) = self.data.trouble() else { return Ok(()) };
        let (name, time_s) = (self.signature.name.clone().into(), self.time_s());
        Err(Error::NonFinite { part: name, variable: what.into(), value: f64::NAN, time_s })
    }
}

impl Plant for MujocoPlant {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, seed: Option<u64>) {
        match seed {
            Some(seed) => (self.moving.seed, self.moving.trial) = (seed, 0),
            None => self.moving.trial += 1,
        }
        self.begin();
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(
            command.len(),
            self.strengths.len(),
            "one command for each actuator of {}",
            self.signature.name
        );
        Error::finite(&self.signature.name, self.signature.command_names(), command, self.time_s())?;
        for _ in 0..self.steps_of(dt_s)? {
            self.step(command);
        }
        self.no_trouble()?;
        self.read();
        Error::finite(&self.signature.name, self.signature.sense_names(), &self.senses, self.time_s())
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.senses);
    }

    fn status(&self) -> Status {
        if self.moving.is_over { Status::Terminated } else { Status::Running }
    }

    fn fits(&self, dt_s: f64) -> Result<(), Error> {
        self.steps_of(dt_s).map(|_| ())
    }
}

/// The library's state, the senses of its last step and what changes beside it.
impl Snapshot for MujocoPlant {
    fn write_state(&self, to: &mut StateWriter) {
        to.section("MujocoPlant");
        to.bytes(self.signature.name.as_bytes());
        let mut state = vec![0.0; self.data.state_size()];
        self.data.write_state(&self.model, &mut state);
        to.put(&state);
        to.put(self.data.senses());
        to.put(&self.moving);
        if let Some(servo) = &self.servo {
            to.put(&servo.controls);
        }
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.section("MujocoPlant")?;
        let name = String::from_utf8_lossy(from.bytes()?).into_owned();
        if name != self.signature.name {
            return Err(Error::State {
                part: self.signature.name.clone(),
                what: format!("the state is of `{name}`"),
            });
        }
        let mut state = vec![0.0; self.data.state_size()];
        let mut sensed = vec![0.0; self.data.senses().len()];
        from.take("physics", &mut state)?;
        from.take("sensors", &mut sensed)?;
        from.take("moving", &mut self.moving)?;
        if let Some(servo) = &mut self.servo {
            from.take("servo", &mut servo.controls)?;
        }
        self.data.read_state(&self.model, &state, &sensed);
        let is_over = self.moving.is_over;
        self.read();
        self.moving.is_over = is_over;
        Ok(())
    }
}
