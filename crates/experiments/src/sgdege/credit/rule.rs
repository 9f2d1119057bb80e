//! The rules that are compared, and the scaling of their steps with the size of the network.

use super::Config;
use lobule_theory::Error;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork as Network};
use lobule_theory::rules::{
    ErrorKind, LearningRule, MarrAlbusIto, NodePerturbation, Reinforce, Sgdege, SignedErrorOracle,
};
use serde::{Deserialize, Serialize};

type Rule = Box<dyn LearningRule>;

/// A rule with its scaling; `sgdege` has the paper's alpha_v at every size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleName {
    Sgdege,
    SgdegeSlowInhibition,
    MarrAlbusIto,
    NodePerturbation,
    Reinforce,
    SignedErrorOracle,
}

written_as_recorded!(RuleName);

impl RuleName {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Sgdege => "SGDEGE",
            Self::SgdegeSlowInhibition => "SGDEGE, slow inhibition",
            Self::MarrAlbusIto => "Marr-Albus-Ito, signed",
            Self::NodePerturbation => "node perturbation",
            Self::Reinforce => "REINFORCE",
            Self::SignedErrorOracle => "oracle, error of each cell",
        }
    }

    /// Presentations of each pattern.
    pub(super) fn trials(self, config: &Config, columns: usize) -> u64 {
        let t = &config.trials;
        let (trials, growth) = match self {
            Self::Sgdege | Self::SgdegeSlowInhibition => (t.sgdege, t.sgdege_growth),
            Self::NodePerturbation | Self::Reinforce => (t.perturbation, t.perturbation_growth),
            Self::MarrAlbusIto => (t.marr_albus_ito, 0.0),
            Self::SignedErrorOracle => (t.signed_error_oracle, 0.0),
        };
        let size = (columns as f64 / config.reference_columns as f64).max(1.0);
        (trials as f64 * size.powf(growth)).round() as u64
    }

    pub(super) fn make(self, config: &Config, network: &Network, seed: u64) -> Result<Rule, Error> {
        let size = network.parameters().columns as f64 / config.reference_columns as f64;
        let above = size.max(1.0);
        Ok(match self {
            Self::Sgdege | Self::SgdegeSlowInhibition => {
                let mut scaled = config.sgdege.clone();
                scaled.alpha_w /= size;
                scaled.alpha_v /= if self == Self::Sgdege { 1.0 } else { above };
                Box::new(Sgdege::new(network, &scaled, seed)?)
            }
            Self::MarrAlbusIto => {
                let mut scaled = config.marr_albus_ito.clone();
                scaled.alpha_w /= size;
                scaled.beta_w /= size;
                Box::new(MarrAlbusIto::new(ErrorKind::Signed, &scaled)?)
            }
            Self::NodePerturbation => {
                let mut scaled = config.node_perturbation.clone();
                scaled.alpha /= size * above;
                Box::new(NodePerturbation::new(network, &scaled, seed)?)
            }
            Self::Reinforce => {
                let mut scaled = config.reinforce.clone();
                scaled.alpha /= size * above;
                Box::new(Reinforce::new(network, &scaled, seed)?)
            }
            Self::SignedErrorOracle => {
                Box::new(SignedErrorOracle::new(network, &config.signed_error_oracle)?)
            }
        })
    }
}

/// The network of that size: each nuclear cell keeps its number of fibers.
pub(super) fn network(config: &Config, columns: usize, patterns: usize) -> NetworkParameters {
    let fibers = config.network.fibers_per_row as f64 * columns as f64 / config.reference_columns as f64;
    NetworkParameters { columns, patterns, fibers_per_row: fibers.round() as usize, ..config.network.clone() }
}
