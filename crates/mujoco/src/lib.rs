//! Bodies in MuJoCo (Todorov, Erez and Tassa 2012, doi 10.1109/IROS.2012.6386109) as plants of the loop: any model in MJCF, with
//! its sensors as senses and its actuators as commands, and the quadruped Go2.
//!
//! ```text
//! MJCF + BodyParameters ──▶ Model (masses, friction, ... of one robot) + Data ──▶ MujocoPlant: Plant + Snapshot
//!                            command (torques, or joint targets by a servo) ─delay─▶ controls ──physics steps──▶ sensors
//! ```
//! The library is opened while the program runs; `scripts/fetch_mujoco.sh` fetches it at the version that is read here.

#![deny(unsafe_code)]

mod adjustment;
mod change;
mod ending;
pub mod go2;
#[allow(unsafe_code)]
mod library;
mod parameters;
mod plant;
pub mod policy;
mod registry;
mod servo;
mod signature;
mod variation;
mod walking;

pub use adjustment::Adjustment;
pub use change::{Change, Frame};
pub use ending::Ending;
pub use lobule_control::Error;
pub use parameters::BodyParameters;
pub use plant::{MujocoPlant, Source};
pub use registry::{CART_POLE, REACHER, plants};
pub use servo::ServoParameters;
pub use variation::Variation;
pub use walking::WalkingRobot;

/// Path of a file that `scripts/fetch_mujoco.sh` fetches, by its place in `third_party/mujoco`.
///
/// # Errors
/// [`Error::Description`] with the places where it is not, and the remedy.
pub fn fetched(file: &str) -> Result<std::path::PathBuf, Error> {
    library::fetched(file)
}

/// Checks that the library is there and is the version that is read here.
///
/// # Errors
/// [`Error::Description`] with the places that were looked at, and the remedy.
pub fn available() -> Result<(), Error> {
    library::Library::get().map(|_| ())
}

/// The error of a model that does not fit what is asked of it.
fn refuse(part: &str, what: impl Into<String>) -> Error {
    Error::Description { part: part.to_string().into(), what: what.into() }
}

/// Number of a named object, or the error with the names there are.
fn find(model: &library::Model, part: &str, object: library::Object, name: &str) -> Result<usize, Error> {
    model.find(object, name).ok_or_else(|| {
        let known = model.names(object);
        let known = if known.is_empty() { "none with a name".into() } else { known.join(", ") };
        refuse(part, format!("it has no {} `{name}`; it has {known}", object.word()))
    })
}
