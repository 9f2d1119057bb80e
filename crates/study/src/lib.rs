//! Experiments: what they have in common, from the command line to the report.
//!
//! ```text
//! defaults ← preset ← file ← settings ──▶ Config ──Study::run──▶ Record ──▶ findings, figures, story
//!                                                                  │              │
//! run folder: config.toml                            recordings/*.json      findings.json, report.html
//! ```
//!
//! An author writes a [`Study`] and adds it to a catalogue; folders, presets, progress, resuming,
//! `list`, `show`, `run`, `report` and `compare` follow.
//!
//! # Example: the mean of draws from a stream
//! ```
//! use lobule_signal::Stream;
//! use lobule_study::Request;
//! use lobule_study::prelude::*;
//!
//! struct Mean;
//!
//! #[derive(Serialize, Deserialize)]
//! struct Config {
//!     seeds: Vec<u64>,
//!     draws: u32,
//! }
//!
//! const LAW: Source = Source::law("the law of large numbers");
//!
//! static CARD: Card = Card {
//!     name: "example/mean",
//!     title: "The mean of uniform draws",
//!     line: "the mean of draws from a stream",
//!     source: "this page",
//!     sources: &[],
//!     // The comment behind the number is its limit: what is outside of it is refused before `check`.
//!     defaults: "seeds = [0, 1]\n# Draws of each seed. Chosen: enough for two digits.\ndraws = 10000  # 1 to 1000000\n",
//!     presets: &[Preset::new("default", "two seeds", "")],
//!     unit: "seeds",
//!     grounds: &[LAW],
//!     ..Card::BLANK
//! };
//!
//! impl Study for Mean {
//!     type Config = Config;
//!     type Record = Vec<f64>; // mean of each seed
//!
//!     const CARD: &'static Card = &CARD;
//!
//!     fn check(&self, _: &Config) -> Result<(), Error> {
//!         Ok(()) // no key depends on another
//!     }
//!     fn run(&self, config: &Config, run: &Run) -> Result<Vec<f64>, Error> {
//!         run.progress.expect(config.seeds.len() as u64);
//!         run.each_counted("means", &config.seeds, |&seed| {
//!             let stream = Stream::new(seed, "mean");
//!             let sum: f64 = (0..config.draws).map(|i| stream.uniform(0, i)).sum();
//!             Ok(sum / f64::from(config.draws))
//!         })
//!     }
//!     fn findings(&self, _: &Config, record: &Vec<f64>) -> Vec<Finding> {
//!         vec![Finding::new("mean", "Mean of draws between 0 and 1.", record.clone()).each(0.48..=0.52, &LAW)]
//!     }
//!     fn figures(&self, _: &Config, _: &Vec<f64>) -> Result<Vec<Figure>, Error> {
//!         Ok(Vec::new())
//!     }
//!     fn story(&self, _: &Config, record: &Vec<f64>) -> Story {
//!         Story { answer: format!("The first mean is {:.3}.", record[0]), ..Story::default() }
//!     }
//! }
//!
//! let request = Request { settings: &["draws=2000".into()], ..Request::default() };
//! assert_eq!(Mean.resolve(&request)?.draws, 2000);
//! let request = Request { settings: &["draws=0".into()], ..Request::default() };
//! let refused = Mean.resolve(&request).err().unwrap().to_string();
//! assert!(refused.starts_with("draws: 0; 1 to 1000000 is allowed"), "{refused}");
//! # Ok::<(), Error>(())
//! ```

#![forbid(unsafe_code)]
mod card;
mod check;
mod effects;
mod error;
mod execute;
mod experiment;
mod gaps;
mod inputs;
mod limits;
mod numbers;
mod page;
mod pieces;
pub mod prelude;
pub mod report;
mod run;
pub mod run_folder;
mod settings;
pub mod shape;
mod study;
mod verify;
mod whole_file;

pub use card::{Card, Preset};
pub use check::Check;
pub use error::Error;
pub use execute::run;
pub use experiment::{Experiment, find};
pub use limits::numbers_without_limits;
pub use lobule_exchange::Ranks;
pub use lobule_signal::fingerprint;
pub use lobule_signal::{Progress, Quiet};
pub use page::{Section, Story, page, texts};
pub use run::{Finished, Item, Run, RunOptions};
pub use study::{Request, Study};
pub use verify::RunFiles;
