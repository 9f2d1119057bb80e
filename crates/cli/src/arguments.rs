//! What can be typed.

use crate::recordings::Format;
use clap::{Args, Parser, Subcommand};
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
    /// Build a circuit and write it as a BSB 8 network file: from a configuration of BSB, or natively
    Build {
        /// Configuration of BSB (JSON or YAML), or a network file that holds one
        #[arg(conflicts_with = "size")]
        configuration: Option<PathBuf>,
        /// Reconstruct the mouse olivocerebellar circuit natively on this base, um x um [default: 200x200]
        #[arg(long, value_name = "XxY")]
        size: Option<String>,
        /// Seed [default: that of the configuration, else 0]
        #[arg(long)]
        seed: Option<u64>,
        /// Network file whose morphologies take the place of SWC files
        #[arg(long, value_name = "FILE.hdf5", requires = "configuration")]
        morphologies: Option<PathBuf>,
        /// Behaviour of cerebellar-models to copy instead of putting right: golgi-tips, ubc-order, one-zone, or all
        #[arg(long, value_name = "NAME,...", value_delimiter = ',', requires = "configuration")]
        copy_quirks: Vec<String>,
        /// Threads; any number gives the same file [default: all cores]
        #[arg(long)]
        threads: Option<usize>,
        /// File to write
        #[arg(long, value_name = "FILE.hdf5")]
        out: PathBuf,
    },
    /// Print the populations and projections of a network file
    Info {
        /// BSB 8 network file, or SONATA folder or circuit_config.json
        file: PathBuf,
        /// Print JSON instead of tables
        #[arg(long)]
        json: bool,
    },
    /// Write a network in another format: BSB 8 file or SONATA folder
    Convert {
        /// BSB 8 network file, or SONATA folder or circuit_config.json
        from: PathBuf,
        /// What to write: a name in .hdf5 for BSB, without extension for a SONATA folder
        to: PathBuf,
        /// Format to write, whatever the name: bsb or sonata
        #[arg(long = "to", value_name = "FORMAT", id = "format")]
        named: Option<String>,
    },
    /// Run a network file open-loop: rates per population, raster
    Simulate {
        /// BSB 8 network file, or SONATA folder or circuit_config.json
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
        /// Seed of the noise
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Threads; the number changes no bit
        #[arg(long, default_value_t = 1)]
        threads: usize,
        /// Print how long each stage took
        #[arg(long)]
        profile: bool,
        /// Folder for raster.png and the spikes
        #[arg(long)]
        out: Option<PathBuf>,
        /// Formats of the spikes in that folder, divided by commas
        #[arg(long, value_enum, value_delimiter = ',', default_value = "csv", requires = "out")]
        format: Vec<Format>,
        /// When the session of an NWB file began, e.g. 2026-11-22T09:00:00+00:00 [default: now]
        #[arg(long, value_name = "TIME", requires = "out")]
        session_start: Option<String>,
    },
}
