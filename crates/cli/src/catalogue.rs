//! The experiments of this program: those that are always there, and those on legs where the program was built with them.

use lobule::study::{Error, Experiment};

/// Beginning of the names of experiments on legs.
const ON_LEGS: &str = "quadruped/";

/// All experiments, in the order in which they are listed.
pub fn all() -> impl Iterator<Item = &'static dyn Experiment> + Clone {
    #[cfg(feature = "mujoco")]
    let on_legs = lobule::quadruped::ALL;
    #[cfg(not(feature = "mujoco"))]
    let on_legs: &[&dyn Experiment] = &[];
    lobule::experiments::ALL.iter().chain(on_legs).copied()
}

/// The experiment of that name.
///
/// # Errors
/// [`Error::Config`] with the names there are; for one on legs in a program without them, with the commands that build it.
pub fn find(name: &str) -> Result<&'static dyn Experiment, Error> {
    if name.starts_with(ON_LEGS) && !cfg!(feature = "mujoco") {
        let what = format!(
            "this program was built without MuJoCo, which `{name}` needs: run `scripts/fetch_mujoco.sh && cargo run --release --features \
             mujoco -- run {name}` in the folder of the source code"
        );
        return Err(Error::Config { key: "experiment".into(), what });
    }
    lobule::study::find(all(), name)
}
