//! What can be typed.

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
    List,
    /// Show the parameters of an experiment: value, unit, meaning, source
    Show {
        /// Experiment, e.g. prism
        experiment: String,
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
    /// Reconstruct, inspect or simulate a network file
    #[command(subcommand)]
    Network(Network),
}

#[derive(Debug, Args)]
pub struct Run {
    /// Experiment, e.g. prism
    pub experiment: String,
    /// default, quick or full
    #[arg(long, default_value = "default")]
    pub preset: String,
    /// TOML file with keys to change
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Change one key, e.g. --set loop.forward=off
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seeds: 0..9 (both included) or 0,3,5
    #[arg(long)]
    pub seeds: Option<String>,
    /// Conditions and seeds at a time [default: the cores, divided by --threads]
    #[arg(long)]
    pub jobs: Option<usize>,
    /// Threads of each; the number changes no bit
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Folder to make [default: runs/EXPERIMENT-PRESET, numbered]
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Go on with the interrupted run of that folder
    #[arg(long)]
    pub resume: bool,
    /// Draw no progress bar
    #[arg(long)]
    pub no_progress: bool,
    /// Exit with 3 when a finding is out of range
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Subcommand)]
pub enum Network {
    /// Reconstruct the mouse olivocerebellar circuit and write it as a BSB 8 network file
    Build {
        /// Base, um x um
        #[arg(long, value_name = "XxY", default_value = "200x200")]
        size: String,
        /// Seed of the reconstruction
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// File to write
        #[arg(long, value_name = "FILE.hdf5")]
        out: PathBuf,
    },
    /// Print the populations and projections of a network file
    Info {
        /// BSB 8 network file
        file: PathBuf,
        /// Print JSON instead of tables
        #[arg(long)]
        json: bool,
    },
    /// Run a network file open-loop: rates per population, raster
    Simulate {
        /// BSB 8 network file
        file: PathBuf,
        /// Duration, e.g. 1s or 500ms
        #[arg(long, default_value = "1s")]
        duration: String,
        /// Drive above the background, e.g. mossy:150Hz@400ms..460ms, repeated for more;
        /// with ",within=90" only fibres within 90 um of the middle of the granular layer
        #[arg(long, value_name = "WHAT:RATE@FROM..TO")]
        stimulus: Vec<String>,
        /// Background rate of each mossy fibre, Hz
        #[arg(long, default_value_t = 4.0)]
        background: f64,
        /// awake or in_vitro
        #[arg(long, default_value = "awake")]
        state: String,
        /// Give synapses short-term plasticity, with the weights of that variant
        #[arg(long)]
        short_term: bool,
        /// Let parallel fibres onto Purkinje cells learn under climbing fibres: 0.0001 nS with every
        /// spike, at most -0.005 nS with every teaching spike, within 0..5 nS
        #[arg(long)]
        plastic: bool,
        /// Seed of the noise
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Threads of each process; the number changes no bit
        #[arg(long, default_value_t = 1)]
        threads: usize,
        /// Print how long each stage took
        #[arg(long)]
        profile: bool,
        /// Folder for raster.png and spikes.csv
        #[arg(long)]
        out: Option<PathBuf>,
        /// File for the state at the end of the run
        #[arg(long, value_name = "FILE")]
        snapshot: Option<PathBuf>,
        /// Write --snapshot also every so often, e.g. 100ms
        #[arg(long, value_name = "TIME", requires = "snapshot")]
        snapshot_every: Option<String>,
        /// Go on from a snapshot of the same network, seed and options, on any number of ranks
        #[arg(long, value_name = "FILE")]
        resume: Option<PathBuf>,
        /// Under mpirun: round-robin or contiguous blocks of cells; it changes no bit
        #[arg(long, value_enum, default_value_t)]
        distribution: Distribution,
    },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Distribution {
    #[default]
    RoundRobin,
    Contiguous,
}
