//! The moving state of a model.

use super::{Library, Model, Raw, array, array_mut, field, layout};
use crate::Error;
use std::ffi::c_int;

/// Kinds of trouble that MuJoCo counts, in its order.
const WARNINGS: [&str; 7] = [
    "the inertia matrix is singular",
    "there are more contacts than fit",
    "there are more constraints than fit",
    "a position is not a number, or is huge",
    "a velocity is not a number, or is huge",
    "an acceleration is not a number, or is huge",
    "a control is not a number",
];

/// Data of one body in the world. It fits the model that it was made with, and no other.
pub(crate) struct Data {
    library: &'static Library,
    raw: Raw,
    positions: usize,
    velocities: usize,
    controls: usize,
    bodies: usize,
    sensor_values: usize,
    state: usize,
}

// SAFETY: data is plain memory; MuJoCo's engine starts no thread unless it is given a pool of them.
unsafe impl Send for Data {}

impl Drop for Data {
    fn drop(&mut self) {
        // SAFETY: owned, deleted once.
        unsafe { (self.library.delete_data)(self.raw) }
    }
}

impl Data {
    /// Data at the model's reference position.
    ///
    /// # Errors
    /// [`Error::Description`] when there is no memory for it.
    pub(crate) fn new(model: &Model) -> Result<Self, Error> {
        let library = model.library;
        // SAFETY: a live model.
        let raw = unsafe { (library.make_data)(model.raw) };
        if raw.is_null() {
            return Err(Error::Description {
                part: "MuJoCo".into(),
                what: "there is no memory for the state of the body".into(),
            });
        }
        // SAFETY: a live model.
        let state = unsafe { (library.state_size)(model.raw, layout::STATE_INTEGRATION) } as usize;
        Ok(Self {
            library,
            raw,
            positions: model.positions(),
            velocities: model.velocities(),
            controls: model.controls(),
            bodies: model.bodies(),
            sensor_values: model.sensor_values(),
            state,
        })
    }

    /// Goes back to a keyframe, or to the reference position.
    pub(crate) fn reset(&mut self, model: &Model, keyframe: Option<usize>) {
        // SAFETY: model and data belong together; the number of the keyframe was looked up in the model.
        unsafe {
            match keyframe {
                Some(key) => (self.library.reset_data_keyframe)(model.raw, self.raw, key as c_int),
                None => (self.library.reset_data)(model.raw, self.raw),
            }
        }
    }

    /// Computes all that follows from positions, velocities and controls, without moving.
    pub(crate) fn forward(&mut self, model: &Model) {
        // SAFETY: model and data belong together.
        unsafe { (self.library.forward)(model.raw, self.raw) }
    }

    /// A physics step whose senses are those of its end: forces of the step, then positions and velocities after it. The dynamics are
    /// evaluated once.
    pub(crate) fn step(&mut self, model: &Model) {
        // SAFETY: model and data belong together.
        unsafe {
            if model.is_runge_kutta() {
                (self.library.step)(model.raw, self.raw);
                (self.library.forward)(model.raw, self.raw);
            } else {
                (self.library.step2)(model.raw, self.raw);
                (self.library.step1)(model.raw, self.raw);
            }
        }
    }

    /// The first kind of trouble that has been counted since the last reset.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        WARNINGS.iter().enumerate().find_map(|(kind, what)| {
            // SAFETY: an array of pairs of integers, the second of which counts.
            let count = unsafe { field::<c_int>(self.raw, layout::DATA_WARNING + 8 * kind + 4) };
            (count > 0).then_some(*what)
        })
    }

    /// Values that a state has.
    pub(crate) fn state_size(&self) -> usize {
        self.state
    }

    /// Writes the state that the next step depends on.
    pub(crate) fn write_state(&self, model: &Model, out: &mut [f64]) {
        assert_eq!(out.len(), self.state, "room for a state");
        // SAFETY: model and data belong together, and the room is as large as MuJoCo said.
        unsafe { (self.library.get_state)(model.raw, self.raw, out.as_mut_ptr(), layout::STATE_INTEGRATION) }
    }

    /// Takes over a state and the forces that were sensed in it.
    pub(crate) fn read_state(&mut self, model: &Model, state: &[f64], sensed: &[f64]) {
        assert_eq!(state.len(), self.state, "length of a state");
        // SAFETY: model and data belong together, and the state is as long as MuJoCo said.
        unsafe {
            (self.library.set_state)(model.raw, self.raw, state.as_ptr(), layout::STATE_INTEGRATION);
            (self.library.step1)(model.raw, self.raw);
        }
        self.senses_mut().copy_from_slice(sensed);
    }

    /// Sensors, as they lie one after the other.
    pub(crate) fn senses(&self) -> &[f64] {
        // SAFETY: an array of that length in data of the checked version.
        unsafe { array(self.raw, layout::DATA_SENSORDATA, self.sensor_values) }
    }

    fn senses_mut(&mut self) -> &mut [f64] {
        // SAFETY: the same, borrowed alone.
        unsafe { array_mut(self.raw, layout::DATA_SENSORDATA, self.sensor_values) }
    }

    /// Positions, quaternions among them.
    pub(crate) fn positions(&self) -> &[f64] {
        // SAFETY: an array of that length in data of the checked version.
        unsafe { array(self.raw, layout::DATA_QPOS, self.positions) }
    }

    /// The same, to be changed before [`Data::forward`].
    pub(crate) fn positions_mut(&mut self) -> &mut [f64] {
        // SAFETY: the same, borrowed alone.
        unsafe { array_mut(self.raw, layout::DATA_QPOS, self.positions) }
    }

    /// Velocities.
    pub(crate) fn velocities(&self) -> &[f64] {
        // SAFETY: an array of that length in data of the checked version.
        unsafe { array(self.raw, layout::DATA_QVEL, self.velocities) }
    }

    /// Controls of the actuators.
    pub(crate) fn controls_mut(&mut self) -> &mut [f64] {
        // SAFETY: an array of that length in data of the checked version, borrowed alone.
        unsafe { array_mut(self.raw, layout::DATA_CTRL, self.controls) }
    }

    /// Force and torque on each body about its center of mass, in the world's axes.
    pub(crate) fn forces_mut(&mut self) -> &mut [[f64; 6]] {
        // SAFETY: an array of six numbers a body, borrowed alone.
        unsafe { array_mut(self.raw, layout::DATA_XFRC_APPLIED, self.bodies) }
    }

    /// Places of the bodies in the world, m.
    pub(crate) fn places_m(&self) -> &[[f64; 3]] {
        // SAFETY: an array of three numbers a body.
        unsafe { array(self.raw, layout::DATA_XPOS, self.bodies) }
    }

    /// Centers of mass of the bodies in the world, m.
    pub(crate) fn centers_m(&self) -> &[[f64; 3]] {
        // SAFETY: an array of three numbers a body.
        unsafe { array(self.raw, layout::DATA_XIPOS, self.bodies) }
    }

    /// Orientations of the bodies, as quaternions from body to world.
    pub(crate) fn orientations(&self) -> &[[f64; 4]] {
        // SAFETY: an array of four numbers a body.
        unsafe { array(self.raw, layout::DATA_XQUAT, self.bodies) }
    }
}

impl Model {
    /// Computes what follows from changed masses and the like.
    pub(crate) fn settle(&mut self, data: &mut Data) {
        // SAFETY: model and data belong together and are borrowed alone.
        unsafe { (self.library.set_const)(self.raw, data.raw) }
    }
}
