//! A compiled model.

use super::{Library, Raw, array, array_mut, field, layout};
use crate::Error;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;

/// Kinds of named objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    Body,
    Joint,
    Geom,
    Actuator,
    Sensor,
    Keyframe,
}

/// Description of a model: a file, or text with the files that it includes.
pub(crate) enum Scene<'a> {
    File(&'a Path),
    Text { text: &'a str, includes: &'a [(&'a str, &'a str)] },
}

/// A model, owned.
pub(crate) struct Model {
    pub(super) library: &'static Library,
    pub(super) raw: Raw,
}

// SAFETY: a model is plain memory without thread-bound parts.
unsafe impl Send for Model {}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: the model is owned, and all data made for it is dropped before it (the plant's order of fields).
        unsafe { (self.library.delete_model)(self.raw) }
    }
}

/// Reads an array of the model: name, type, offset, length.
macro_rules! arrays {
    ($($(#[$doc:meta])* $name:ident: [$type:ty; $count:ident $(* $each:literal)?] at $offset:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(&self) -> &[$type] {
            // SAFETY: an array of that type and length in a model of the checked version.
            unsafe { array(self.raw, layout::$offset, self.$count() $(* $each)?) }
        }
    )*};
}

macro_rules! arrays_mut {
    ($($(#[$doc:meta])* $name:ident: [$type:ty; $count:ident $(* $each:literal)?] at $offset:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(&mut self) -> &mut [$type] {
            // SAFETY: an array of that type and length in a model of the checked version, borrowed with the model.
            unsafe { array_mut(self.raw, layout::$offset, self.$count() $(* $each)?) }
        }
    )*};
}

macro_rules! sizes {
    ($($name:ident at $offset:ident;)*) => {$(
        pub(crate) fn $name(&self) -> usize {
            // SAFETY: a 64-bit count in a model of the checked version.
            unsafe { field::<i64>(self.raw, layout::$offset) as usize }
        }
    )*};
}

impl Object {
    /// The word for it in messages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Joint => "joint",
            Self::Geom => "geom",
            Self::Actuator => "actuator",
            Self::Sensor => "sensor",
            Self::Keyframe => "keyframe",
        }
    }
}

/// Kinds of sensors by their quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Angle,
    Length,
    AngularSpeed,
    Speed,
    Place,
    Direction,
    Quaternion,
    Velocity,
    AngularVelocity,
    Acceleration,
    AngularAcceleration,
    Force,
    ContactForce,
    Torque,
    FieldStrength,
    AngularMomentum,
    Energy,
    Time,
    Other,
}

impl Model {
    /// A model that MuJoCo reads from MJCF or URDF. Numerical trouble is not undone by a reset in silence; the plant reports it.
    ///
    /// # Errors
    /// [`Error::Description`] naming the model, with MuJoCo's message.
    pub(crate) fn load(name: &str, scene: &Scene) -> Result<Self, Error> {
        let library = Library::get()?;
        let mut message = [0 as c_char; 1024];
        let raw = match scene {
            Scene::File(path) => {
                let path = CString::new(path.to_string_lossy().as_bytes())
                    .map_err(|_| refuse(name, "its path holds a zero byte"))?;
                // SAFETY: a string with its end, no virtual files, a buffer of the given length.
                unsafe {
                    (library.load_xml)(
                        path.as_ptr(),
                        std::ptr::null(),
                        message.as_mut_ptr(),
                        message.len() as c_int,
                    )
                }
            }
            Scene::Text { text, includes } => {
                let files =
                    Files::new(library, name, includes.iter().copied().chain([("scene.xml", *text)]))?;
                // SAFETY: as above; the virtual files live until the model is read.
                unsafe {
                    let root = c"scene.xml";
                    (library.load_xml)(
                        root.as_ptr(),
                        (&raw const files.vfs).cast(),
                        message.as_mut_ptr(),
                        message.len() as c_int,
                    )
                }
            }
        };
        if raw.is_null() {
            // SAFETY: MuJoCo ends what it writes into the buffer.
            let said = unsafe { CStr::from_ptr(message.as_ptr()) }.to_string_lossy().replace('\n', " ");
            return Err(refuse(name, &format!("MuJoCo cannot read it: {}", said.trim())));
        }
        let model = Self { library, raw };
        // SAFETY: a 32-bit integer in a model of the checked version, owned here.
        unsafe {
            let flags = model.raw.cast::<u8>().add(layout::MODEL_DISABLEFLAGS).cast::<c_int>();
            *flags |= layout::NO_AUTORESET;
        }
        Ok(model)
    }

    sizes! {
        positions at MODEL_NQ;
        velocities at MODEL_NV;
        controls at MODEL_NU;
        actuators at MODEL_NACTUATOR;
        bodies at MODEL_NBODY;
        joints at MODEL_NJNT;
        geoms at MODEL_NGEOM;
        sensors at MODEL_NSENSOR;
        sensor_values at MODEL_NSENSORDATA;
        keyframes at MODEL_NKEY;
    }

    /// Physics step, s.
    pub(crate) fn timestep_s(&self) -> f64 {
        // SAFETY: a double in a model of the checked version.
        unsafe { field(self.raw, layout::MODEL_TIMESTEP) }
    }

    /// Sets the physics step, s.
    pub(crate) fn set_timestep_s(&mut self, timestep_s: f64) {
        // SAFETY: a double in a model of the checked version, borrowed alone.
        unsafe { self.raw.cast::<u8>().add(layout::MODEL_TIMESTEP).cast::<f64>().write(timestep_s) }
    }

    /// True if a step needs several evaluations of the dynamics.
    pub(crate) fn is_runge_kutta(&self) -> bool {
        // SAFETY: a 32-bit integer in a model of the checked version.
        unsafe { field::<c_int>(self.raw, layout::MODEL_INTEGRATOR) == layout::RUNGE_KUTTA }
    }

    arrays! {
        joint_type: [i32; joints] at MODEL_JNT_TYPE;
        joint_position: [i32; joints] at MODEL_JNT_QPOSADR;
        joint_velocity: [i32; joints] at MODEL_JNT_DOFADR;
        joint_is_limited: [u8; joints] at MODEL_JNT_LIMITED;
        joint_range: [[f64; 2]; joints] at MODEL_JNT_RANGE;
        transmission: [i32; actuators] at MODEL_ACTUATOR_TRNTYPE;
        transmission_target: [[i32; 2]; actuators] at MODEL_ACTUATOR_TRNID;
        dynamics: [i32; actuators] at MODEL_ACTUATOR_DYNTYPE;
        gain_type: [i32; actuators] at MODEL_ACTUATOR_GAINTYPE;
        bias_type: [i32; actuators] at MODEL_ACTUATOR_BIASTYPE;
        control_address: [i32; actuators] at MODEL_ACTUATOR_CTRLADR;
        control_count: [i32; actuators] at MODEL_ACTUATOR_CTRLNUM;
        control_is_limited: [u8; controls] at MODEL_ACTUATOR_CTRLLIMITED;
        control_range: [[f64; 2]; controls] at MODEL_ACTUATOR_CTRLRANGE;
        sensor_type: [i32; sensors] at MODEL_SENSOR_TYPE;
        sensor_data_type: [i32; sensors] at MODEL_SENSOR_DATATYPE;
        sensor_object: [i32; sensors] at MODEL_SENSOR_OBJID;
        sensor_address: [i32; sensors] at MODEL_SENSOR_ADR;
        sensor_dimension: [i32; sensors] at MODEL_SENSOR_DIM;
        sensor_cutoff: [f64; sensors] at MODEL_SENSOR_CUTOFF;
        sensor_noise: [f64; sensors] at MODEL_SENSOR_NOISE;
    }

    arrays_mut! {
        body_mass_mut: [f64; bodies] at MODEL_BODY_MASS;
        body_inertia_mut: [[f64; 3]; bodies] at MODEL_BODY_INERTIA;
        body_center_mut: [[f64; 3]; bodies] at MODEL_BODY_IPOS;
        friction_loss_mut: [f64; velocities] at MODEL_DOF_FRICTIONLOSS;
        armature_mut: [f64; velocities] at MODEL_DOF_ARMATURE;
        damping_mut: [f64; velocities] at MODEL_DOF_DAMPING;
        geom_friction_mut: [[f64; 3]; geoms] at MODEL_GEOM_FRICTION;
    }

    /// Number of an object, by name.
    pub(crate) fn find(&self, object: Object, name: &str) -> Option<usize> {
        let name = CString::new(name).ok()?;
        // SAFETY: a live model and a string with its end.
        let id = unsafe { (self.library.name_to_id)(self.raw, kind(object), name.as_ptr()) };
        usize::try_from(id).ok()
    }

    /// Name of an object; none for one without.
    pub(crate) fn name(&self, object: Object, id: usize) -> Option<String> {
        // SAFETY: a live model; the name lies in it.
        unsafe {
            let name = (self.library.id_to_name)(self.raw, kind(object), id as c_int);
            (!name.is_null())
                .then(|| CStr::from_ptr(name).to_string_lossy().into_owned())
                .filter(|name| !name.is_empty())
        }
    }

    /// Number of objects of a kind.
    pub(crate) fn count(&self, object: Object) -> usize {
        match object {
            Object::Body => self.bodies(),
            Object::Joint => self.joints(),
            Object::Geom => self.geoms(),
            Object::Actuator => self.actuators(),
            Object::Sensor => self.sensors(),
            Object::Keyframe => self.keyframes(),
        }
    }

    /// Names of all objects of a kind that have one.
    pub(crate) fn names(&self, object: Object) -> Vec<String> {
        (0..self.count(object)).filter_map(|id| self.name(object, id)).collect()
    }

    /// True for a hinge, false for a slide and all others.
    pub(crate) fn rotates(&self, joint: usize) -> bool {
        self.joint_type()[joint] == layout::JOINT_HINGE
    }

    /// Place of the velocity of a hinge or slide; none for other joints.
    pub(crate) fn axis(&self, joint: usize) -> Option<usize> {
        let is_one = matches!(self.joint_type()[joint], layout::JOINT_HINGE | layout::JOINT_SLIDE);
        is_one.then(|| self.joint_velocity()[joint] as usize)
    }

    /// Limits of a joint, if it has some.
    pub(crate) fn joint_limits(&self, joint: usize) -> Option<[f64; 2]> {
        (self.joint_is_limited()[joint] != 0).then(|| self.joint_range()[joint])
    }

    /// The hinge or slide that an actuator drives.
    pub(crate) fn driven_joint(&self, actuator: usize) -> Option<usize> {
        let by_joint =
            [layout::DRIVES_JOINT, layout::DRIVES_JOINT_IN_PARENT].contains(&self.transmission()[actuator]);
        let joint = usize::try_from(self.transmission_target()[actuator][0]).ok().filter(|_| by_joint)?;
        self.axis(joint).map(|_| joint)
    }

    /// True if the control of an actuator is a force or torque up to a constant.
    pub(crate) fn is_motor(&self, actuator: usize) -> bool {
        self.dynamics()[actuator] == layout::NO_DYNAMICS
            && self.gain_type()[actuator] == layout::FIXED_GAIN
            && self.bias_type()[actuator] == layout::NO_BIAS
    }

    /// True if the control of an actuator is a position that it holds.
    pub(crate) fn is_position_servo(&self, actuator: usize) -> bool {
        self.gain_type()[actuator] == layout::FIXED_GAIN && self.bias_type()[actuator] == layout::AFFINE_BIAS
    }

    /// Bounds of the control of an actuator, infinite without.
    pub(crate) fn bounds(&self, actuator: usize) -> [f64; 2] {
        let control = self.control_address()[actuator] as usize;
        let is_limited = self.control_is_limited()[control] != 0;
        if is_limited { self.control_range()[control] } else { [f64::NEG_INFINITY, f64::INFINITY] }
    }

    /// True if a sensor gives no negative values.
    pub(crate) fn sensor_is_positive(&self, sensor: usize) -> bool {
        self.sensor_data_type()[sensor] == layout::DATA_POSITIVE
    }

    /// The joint that a sensor of a joint reads.
    pub(crate) fn sensed_joint(&self, sensor: usize) -> Option<usize> {
        let is_of_joint =
            [layout::SENSOR_JOINTPOS, layout::SENSOR_JOINTVEL].contains(&self.sensor_type()[sensor]);
        usize::try_from(self.sensor_object()[sensor]).ok().filter(|_| is_of_joint)
    }

    /// Kind of a sensor.
    pub(crate) fn sensor_kind(&self, sensor: usize) -> Kind {
        let turns = || self.sensed_joint(sensor).is_some_and(|joint| self.rotates(joint));
        match self.sensor_type()[sensor] {
            layout::SENSOR_JOINTPOS => {
                if turns() {
                    Kind::Angle
                } else {
                    Kind::Length
                }
            }
            layout::SENSOR_JOINTVEL => {
                if turns() {
                    Kind::AngularSpeed
                } else {
                    Kind::Speed
                }
            }
            layout::SENSOR_TENDONPOS | layout::SENSOR_RANGEFINDER | layout::SENSOR_GEOMDIST => Kind::Length,
            layout::SENSOR_TENDONVEL => Kind::Speed,
            layout::SENSOR_FRAMEPOS | layout::SENSOR_SUBTREECOM => Kind::Place,
            layout::SENSOR_FRAMEXAXIS | layout::SENSOR_FRAMEYAXIS | layout::SENSOR_FRAMEZAXIS => {
                Kind::Direction
            }
            layout::SENSOR_FRAMEQUAT | layout::SENSOR_BALLQUAT => Kind::Quaternion,
            layout::SENSOR_VELOCIMETER | layout::SENSOR_FRAMELINVEL | layout::SENSOR_SUBTREELINVEL => {
                Kind::Velocity
            }
            layout::SENSOR_GYRO | layout::SENSOR_FRAMEANGVEL | layout::SENSOR_BALLANGVEL => {
                Kind::AngularVelocity
            }
            layout::SENSOR_ACCELEROMETER | layout::SENSOR_FRAMELINACC => Kind::Acceleration,
            layout::SENSOR_FRAMEANGACC => Kind::AngularAcceleration,
            layout::SENSOR_TOUCH | layout::SENSOR_FORCE | layout::SENSOR_TENDONACTFRC => Kind::Force,
            layout::SENSOR_CONTACT if self.sensor_dimension()[sensor] == 3 => Kind::ContactForce,
            layout::SENSOR_TORQUE => Kind::Torque,
            layout::SENSOR_MAGNETOMETER => Kind::FieldStrength,
            layout::SENSOR_SUBTREEANGMOM => Kind::AngularMomentum,
            layout::SENSOR_E_POTENTIAL | layout::SENSOR_E_KINETIC => Kind::Energy,
            layout::SENSOR_CLOCK => Kind::Time,
            _ => Kind::Other,
        }
    }
}

fn kind(object: Object) -> c_int {
    match object {
        Object::Body => layout::OBJECT_BODY,
        Object::Joint => layout::OBJECT_JOINT,
        Object::Geom => layout::OBJECT_GEOM,
        Object::Actuator => layout::OBJECT_ACTUATOR,
        Object::Sensor => layout::OBJECT_SENSOR,
        Object::Keyframe => layout::OBJECT_KEY,
    }
}

fn refuse(name: &str, what: &str) -> Error {
    Error::Description { part: name.to_string().into(), what: what.into() }
}

/// Files in memory.
struct Files {
    library: &'static Library,
    /// The structure is one pointer.
    vfs: Raw,
}

impl Files {
    fn new<'a>(
        library: &'static Library,
        model: &str,
        files: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Error> {
        let mut all = Self { library, vfs: std::ptr::null_mut() };
        // SAFETY: the structure is empty.
        unsafe { (library.default_vfs)(&raw mut all.vfs) };
        for (name, text) in files {
            let path = CString::new(name)
                .map_err(|_| refuse(model, "the name of an included file holds a zero byte"))?;
            // SAFETY: the buffer is copied.
            let added = unsafe {
                (library.add_buffer_vfs)(
                    &raw mut all.vfs,
                    path.as_ptr(),
                    text.as_ptr().cast::<c_void>(),
                    text.len() as c_int,
                )
            };
            if added != 0 {
                return Err(refuse(model, &format!("file `{name}` is included twice")));
            }
        }
        Ok(all)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // SAFETY: made by `mj_defaultVFS`, deleted once.
        unsafe { (self.library.delete_vfs)(&raw mut self.vfs) }
    }
}
