//! The experiments of this program: those that are always there, and those on legs where the program was built with them.

use lobule::study::{Error, Experiment};

/// Beginning of the names of experiments on legs.
const ON_LEGS: &str = "quadruped/";

/// The bench, whose bodies can be in MuJoCo.
#[cfg(feature = "mujoco")]
static BENCH: lobule::experiments::bench::AnticipationBench =
    lobule::experiments::bench::AnticipationBench { plants: lobule::mujoco::plants };

/// All experiments, in the order in which they are listed.
#[cfg(feature = "mujoco")]
pub fn all() -> impl Iterator<Item = &'static dyn Experiment> + Clone {
    let with_bodies = |experiment: &'static dyn Experiment| {
        let bench: &dyn Experiment = &BENCH;
        if experiment.card().name == bench.card().name { bench } else { experiment }
    };
    lobule::experiments::ALL.iter().copied().map(with_bodies).chain(lobule::quadruped::ALL.iter().copied())
}

/// All experiments, in the order in which they are listed.
#[cfg(not(feature = "mujoco"))]
pub fn all() -> impl Iterator<Item = &'static dyn Experiment> + Clone {
    lobule::experiments::ALL.iter().copied()
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
