//! Command-line arguments.

use crate::recordings::Format;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The cerebellum as software: any cerebellum, any loop, any body.
#[derive(Debug, Parser)]
#[command(name = "lobule", version, max_term_width = 110)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the experiments: name, one line, source
    List {
        /// Print everything about each experiment as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the parameters of an experiment: value, unit, meaning, source; or controllers and plants by name
    Show {
        /// Experiment, e.g. prism; or controllers, controller, plants, plant
        experiment: String,
        /// Name of a controller or plant, e.g. lobule show controller cfpc
        name: Option<String>,
        /// Print parameters, presets and what the ranges of its findings rest on as JSON
        #[arg(long)]
        json: bool,
    },
    /// Run an experiment and write its folder with findings, recordings and report
    Run(Run),
    /// Rebuild figures and report.html of a run folder
    Report {
        /// Folder of a finished run
        folder: PathBuf,
    },
    /// Print the findings of several runs side by side
    Compare {
        /// Folders of finished runs
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
    /// Run every combination of controllers, bodies, delays, conditions and seeds on all cores; write tables and heat maps
    Bench(Bench),
    /// Reconstruct, inspect or simulate a network file
    #[command(subcommand)]
    Network(Network),
    /// Print completions for a shell, e.g. lobule completions bash > ~/.local/share/bash-completion/completions/lobule
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page (roff), e.g. lobule man run | man -l -
    Man {
        /// Command [default: lobule itself]
        command: Vec<String>,
        /// Write the pages of all commands into this folder, e.g. ~/.local/share/man/man1
        #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
        dir: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Run {
    /// Experiment, e.g. prism
    pub experiment: String,
    /// TOML file with keys to change
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub how: RunArguments,
    /// Under mpirun: how blocks of cells are distributed over the processes. Results are the same for both
    #[arg(long, value_enum, default_value_t)]
    pub distribution: Distribution,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Bench {
    /// The matrix: the keys that differ from those of `lobule show bench/anticipation`, which is run without a file
    #[arg(value_name = "FILE.toml")]
    pub matrix: Option<PathBuf>,
    #[command(flatten)]
    pub how: RunArguments,
}

/// Arguments of both `run` and `bench`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// default, quick, or another that `lobule show EXPERIMENT` lists
    #[arg(long, default_value = "default")]
    pub preset: String,
    /// Change one key, e.g. --set loop.forward=off
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seeds: 0..9 (both included) or 0,3,5
    #[arg(long)]
    pub seeds: Option<String>,
    /// Number of conditions and seeds that run at the same time [default: the cores, divided by --threads; under mpirun 1]
    #[arg(long)]
    pub jobs: Option<usize>,
    /// Threads of each job; under mpirun, of each process. Results are the same for any number
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Folder to create [default: runs/EXPERIMENT-PRESET, numbered]
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Continue the interrupted run in that folder
    #[arg(long)]
    pub resume: bool,
    /// Show no progress bar
    #[arg(long)]
    pub no_progress: bool,
    /// Exit with status 3 if a finding is out of range
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Subcommand)]
pub enum Network {
    /// Build a circuit and write it as a BSB 8 network file: from a configuration of BSB, or natively
    Build(Build),
    /// Print the populations, projections and stored simulations of a network file
    Info {
        /// Network file of BSB 3 to 8, dbbs-scaffold or Casali et al. 2019, or SONATA folder or circuit_config.json
        file: PathBuf,
        /// Print JSON instead of tables
        #[arg(long)]
        json: bool,
        /// Leave the two sets that dbbs-scaffold 2 numbers wrongly as they are on file instead of putting them right
        #[arg(long)]
        as_stored: bool,
        /// Configuration (JSON) whose simulations take the place of those in the file; of the same software as the file
        #[arg(long, value_name = "FILE.json")]
        configuration: Option<PathBuf>,
    },
    /// Write a network in another format: BSB 8 file or SONATA folder
    Convert {
        /// Network file of BSB 3 to 8, dbbs-scaffold or Casali et al. 2019, or SONATA folder or circuit_config.json
        from: PathBuf,
        /// File or folder to write: a name ending in .hdf5 for BSB, without an extension for a SONATA folder
        to: PathBuf,
        /// Format to write, regardless of the name: bsb or sonata
        #[arg(long = "to", value_name = "FORMAT", id = "format")]
        named: Option<String>,
        /// Leave the two sets that dbbs-scaffold 2 numbers wrongly as they are on file instead of putting them right
        #[arg(long)]
        as_stored: bool,
        /// Configuration (JSON) whose simulations are written into the BSB 8 file; of the same software as the network
        #[arg(long, value_name = "FILE.json")]
        configuration: Option<PathBuf>,
    },
    /// Simulate a network file in open loop; print firing rates and draw a raster
    Simulate(Box<Simulate>),
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Build {
    /// Configuration of BSB (JSON or YAML), or a network file that holds one
    #[arg(conflicts_with = "size")]
    pub configuration: Option<PathBuf>,
    /// Reconstruct the mouse olivocerebellar circuit natively on this base, um x um [default: 200x200]
    #[arg(long, value_name = "XxY")]
    pub size: Option<String>,
    /// Seed [default: that of the configuration, else 0]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Network file whose morphologies replace SWC files of the same name
    #[arg(long, value_name = "FILE.hdf5", requires = "configuration", conflicts_with_all = ["size", "simulations"])]
    pub morphologies: Option<PathBuf>,
    /// Behavior of cerebellar-models to copy instead of putting right: golgi-tips, ubc-order, one-zone, or all
    #[arg(
        long,
        value_name = "NAME,...",
        value_delimiter = ',',
        requires = "configuration",
        conflicts_with_all = ["size", "simulations"]
    )]
    pub copy_quirks: Vec<String>,
    /// Number of threads; the file is the same for any number [default: all cores]
    #[arg(long)]
    pub threads: Option<usize>,
    /// File to write
    #[arg(long, value_name = "FILE.hdf5")]
    pub out: PathBuf,
    /// Put simulations into the file (basal_awake, basal_in_vitro, mf_stimulus, mf_cf_stimulus), for
    /// `lobule network simulate FILE NAME` and `bsb simulate`; BSB then opens it with bsb-nest only
    #[arg(long, conflicts_with = "configuration")]
    pub simulations: bool,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Simulate {
    /// Network file of BSB 3 to 8, dbbs-scaffold or Casali et al. 2019, or SONATA folder or circuit_config.json
    pub file: PathBuf,
    /// Simulation stored in the file (`lobule network info` lists them) [default: lobule's own parameters
    /// and --stimulus]
    pub simulation: Option<String>,
    /// Configuration (JSON) whose simulations take the place of those in the file; of the same software as the file
    #[arg(long, value_name = "FILE.json", requires = "simulation")]
    pub configuration: Option<PathBuf>,
    /// Duration, e.g. 500ms [default: 1s, or that of the simulation]
    #[arg(long)]
    pub duration: Option<String>,
    /// Leave the two sets that dbbs-scaffold 2 numbers wrongly as they are on file instead of putting them right
    #[arg(long)]
    pub as_stored: bool,
    /// Drive in addition to the background; may be repeated: mossy:150Hz@400ms..460ms,within=90 (um from the middle of
    /// the granular layer) or golgi_cell[0..9]:50Hz@0s..1s,weight=2,receptor=1 or
    /// mossy:20Hz@0s..1s,amplitude=15Hz,frequency=2Hz or purkinje_cell:100pA@200ms..400ms or mossy:spikes=FILE (CSV, SONATA, NWB)
    #[arg(long, value_name = "TARGET:WHAT", conflicts_with = "simulation")]
    pub stimulus: Vec<String>,
    /// Background rate of each mossy fiber, Hz [default: 4]
    #[arg(long, conflicts_with = "simulation")]
    pub background: Option<f64>,
    /// awake or in_vitro [default: awake]
    #[arg(long, conflicts_with = "simulation")]
    pub state: Option<String>,
    /// Neuron models of the cerebellar cortex: eglif, or multirec (AMPA, NMDA, GABA, gap junctions; in vitro only)
    #[arg(long, value_enum, conflicts_with = "simulation")]
    pub cells: Option<Cells>,
    /// Give synapses short-term plasticity, with the weights of that variant
    #[arg(long, conflicts_with = "simulation")]
    pub short_term: bool,
    /// Let parallel fibers onto Purkinje cells learn under climbing fibers: 0.0001 nS with every spike, at most
    /// -0.005 nS with every teaching spike, within 0..5 nS
    #[arg(long, conflicts_with = "simulation")]
    pub plastic: bool,
    /// Device of the stored simulation to omit; may be repeated
    #[arg(long, value_name = "DEVICE", requires = "simulation")]
    pub without: Vec<String>,
    /// State variable to record; may be repeated, e.g. golgi_cell.v_m[0..9]
    #[arg(long, value_name = "POPULATION.VARIABLE[NEURONS]")]
    pub record: Vec<String>,
    /// Time between the samples of --record, e.g. 0.1ms [default: the exchange interval, 1 ms in most circuits]
    #[arg(long, value_name = "TIME", requires = "record")]
    pub record_every: Option<String>,
    /// Part of the run over which rates are computed; may be repeated, e.g. 1200ms..1260ms [default: the whole run]
    #[arg(long, value_name = "FROM..TO")]
    pub window: Vec<String>,
    /// Seed of the noise
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Threads of each process. Results are the same for any number
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Print the time spent in each stage
    #[arg(long)]
    pub profile: bool,
    /// Folder for raster.svg, the spikes and the traces
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Formats of spikes and traces in that folder, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_value = "csv", requires = "out")]
    pub format: Vec<Format>,
    /// Write the weights of plastic connection sets at the end of the run into that folder as well (weights.csv)
    #[arg(long, requires = "out")]
    pub weights: bool,
    /// Start of the session in an NWB file, e.g. 2026-11-22T09:00:00+00:00 [default: now]
    #[arg(long, value_name = "TIME", requires = "out")]
    pub session_start: Option<String>,
    /// File in which to save the state at the end of the run
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Interval at which --snapshot is saved during the run as well, e.g. 100ms
    #[arg(long, value_name = "TIME", requires = "snapshot")]
    pub snapshot_every: Option<String>,
    /// Continue from a snapshot of the same network, seed and options, on any number of processes
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Under mpirun: how blocks of cells are distributed over the processes. Results are the same for both
    #[arg(long, value_enum, default_value_t)]
    pub distribution: Distribution,
    /// Show no progress bar
    #[arg(long)]
    pub no_progress: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Distribution {
    #[default]
    RoundRobin,
    Contiguous,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Cells {
    Eglif,
    Multirec,
}
