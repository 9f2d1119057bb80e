//! The perturbation rule inside a loop: pointing through prisms, taught by the
//! size of the pointing error alone.
//!
//! ```text
//! seen target ─▶ motor cortex ─▶ (+) ─▶ planar arm ─▶ pointing error (deg), unsigned
//!                                 ▲                        │ one number per movement
//!          mossy fibers ─▶ SgdegeController ◀──────────────┘
//! ```
//!
//! The cortex points to the apparent position of the target; the cerebellum adds to its command.
//! No climbing fiber signals the direction of the error.

mod config;
mod figures;
mod findings;
mod run;
mod words;

pub use config::PointingConfig;
pub use run::{PointingRecord, RuleRun};

use lobule_study::prelude::*;

/// The experiment `sgdege/pointing`.
#[derive(Debug, Clone, Copy)]
pub struct Pointing;

impl Study for Pointing {
    type Config = PointingConfig;
    type Record = PointingRecord;

    const CARD: &'static Card = &Card {
        name: "sgdege/pointing",
        title: "Pointing through prisms, taught by the size of the error alone",
        line: "Can the perturbation rule adapt to prisms from one number per movement, and how do its rivals compare?",
        source: "rule of Bouvier et al. 2018, doi:10.7554/eLife.31599; task of the experiment prism",
        sources: &[
            "Rule and network: Bouvier et al. 2018, doi:10.7554/eLife.31599",
            "REINFORCE: Williams 1992, doi:10.1007/BF00992696",
            "Arm: Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994",
            "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985",
        ],
        defaults: include_str!("pointing.toml"),
        presets: &[
            Preset::new("default", "five seeds, four rules, 5500 movements each", ""),
            Preset::new(
                "quick",
                "one seed, 2000 movements: the direction of learning in seconds",
                include_str!("pointing.quick.toml"),
            ),
        ],
        unit: "movements",
        grounds: findings::GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &PointingConfig) -> Result<(), Error> {
        config.validate()
    }

    fn run(&self, config: &PointingConfig, run: &Run) -> Result<PointingRecord, Error> {
        run::run(config, run)
    }

    fn findings(&self, config: &PointingConfig, record: &PointingRecord) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn figures(&self, config: &PointingConfig, record: &PointingRecord) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &PointingConfig, record: &PointingRecord) -> Story {
        words::story(config, record)
    }

    fn fingerprints(&self, record: &PointingRecord) -> Vec<(String, String)> {
        record.runs.iter().map(|r| (format!("{}-{}", r.rule, r.seed), r.fingerprint.clone())).collect()
    }
}
