//! The start of this process: by a user, or by `mpirun` as one of several.

use crate::arguments::{Command, Network};
use lobule::{Error, Ranks};

/// Environment variables with the rank of a process: Open MPI, then the two interfaces of other launchers.
const RANK: [&str; 3] = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"];

fn rank() -> Option<usize> {
    RANK.iter().find_map(|name| std::env::var(name).ok()?.parse().ok())
}

/// True if this process speaks for all that were started with it.
pub fn is_first() -> bool {
    rank().is_none_or(|rank| rank == 0)
}

/// This process among those that were started with it; `Err(None)` where another one says why not.
pub fn ranks(command: &Command) -> Result<Ranks, Option<Error>> {
    if rank().is_none() {
        return Ok(Ranks::alone());
    }
    match command {
        Command::Network(Network::Simulate(simulate)) => start(simulate.distribution),
        Command::Run(run) => start(run.distribution),
        _ => Err(refusal("this command runs in one process; start it without mpirun".into())),
    }
}

/// The error of the first process, which says it for all.
fn refusal(what: String) -> Option<Error> {
    is_first().then(|| Error::Config { key: "mpirun".into(), what })
}

#[cfg(feature = "mpi")]
fn start(distribution: crate::arguments::Distribution) -> Result<Ranks, Option<Error>> {
    use crate::arguments::Distribution as Argument;
    use lobule::exchange::Distribution;
    let distribution = match distribution {
        Argument::RoundRobin => Distribution::RoundRobin,
        Argument::Contiguous => Distribution::Contiguous,
    };
    Ranks::mpi(distribution).map_err(|e| Some(e.into()))
}

#[cfg(not(feature = "mpi"))]
fn start(_: crate::arguments::Distribution) -> Result<Ranks, Option<Error>> {
    let several = std::env::var("OMPI_COMM_WORLD_SIZE").unwrap_or_else(|_| "several".into());
    let built = "this lobule was built without MPI and would run as many copies";
    let remedy =
        "build it with `cargo build --release -p lobule-cli --features mpi`, or start it without mpirun";
    Err(refusal(format!("{several} processes were started, but {built}; {remedy}")))
}
