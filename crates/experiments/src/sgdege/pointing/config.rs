//! Parameters of the pointing experiment.

use lobule_study::Error;
use lobule_theory::network::{Network, NetworkParameters};
use lobule_theory::rules::{
    ErrorKind, LearningRule, MarrAlbusIto, MarrAlbusItoParameters, Reinforce, ReinforceParameters, Sgdege,
    SgdegeParameters,
};
use serde::{Deserialize, Serialize};

/// The rules that may teach the network; `static` is none.
pub const RULES: [&str; 4] = ["sgdege", "marr_albus_ito", "reinforce", "static"];

/// The whole configuration; the document of defaults gives units and sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointingConfig {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Rules to run.
    pub rules: Vec<String>,
    /// Schedule.
    pub protocol: ProtocolConfig,
    /// What the nuclear cells do to the arm, and the miss to the olive.
    pub decoder: DecoderConfig,
    /// Sizes and rates.
    pub network: NetworkParameters,
    /// The perturbation rule.
    pub sgdege: SgdegeParameters,
    /// Climbing fibres that signal every miss.
    pub marr_albus_ito: MarrAlbusItoParameters,
    /// REINFORCE.
    pub reinforce: ReinforceParameters,
}

/// The schedule of movements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolConfig {
    /// Movements before the prisms.
    pub baseline: usize,
    /// Movements through the prisms.
    pub prism: usize,
    /// Movements after the prisms came off.
    pub removal: usize,
    /// Deviation, deg.
    pub prism_deg: f64,
    /// Duration of a movement, ms.
    pub trial_ms: u64,
    /// Turn of the shoulder to straight ahead, deg.
    pub reach_deg: f64,
}

/// The decoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoderConfig {
    /// Turn of the shoulder at full opposition of plus and minus columns, deg.
    pub full_deg: f64,
    /// Error at the olive per degree, Hz.
    pub error_hz_per_deg: f64,
}

impl PointingConfig {
    /// Checks what the types do not.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let refuse = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let distinct: std::collections::BTreeSet<_> = self.seeds.iter().collect();
        if distinct.len() != self.seeds.len() {
            return refuse("seeds", format!("{:?} repeats a seed; each counts once", self.seeds));
        }
        if self.rules.is_empty() {
            return refuse("rules", format!("none; there are: {}", RULES.join(", ")));
        }
        for (i, rule) in self.rules.iter().enumerate() {
            if !RULES.contains(&rule.as_str()) || self.rules[..i].contains(rule) {
                return refuse("rules", format!("`{rule}`; each once of: {}", RULES.join(", ")));
            }
        }
        let p = &self.protocol;
        if p.prism < 100 || p.removal < 100 || p.baseline + p.prism + p.removal > 1_000_000 {
            return refuse(
                "protocol.prism",
                format!(
                    "{} through prisms and {} after; at least 100 of each, at most 1000000 in all",
                    p.prism, p.removal
                ),
            );
        }
        if !(p.prism_deg.is_finite() && p.prism_deg.abs() <= 60.0 && p.prism_deg != 0.0) {
            return refuse(
                "protocol.prism_deg",
                format!("{} deg; up to 60 deg to either side, not 0", p.prism_deg),
            );
        }
        if !(0.0..=90.0).contains(&p.reach_deg) {
            return refuse("protocol.reach_deg", format!("{} deg; it lies in 0..90", p.reach_deg));
        }
        let bins = self.network.bins as u64;
        if !(50..=5000).contains(&p.trial_ms) || bins == 0 || !p.trial_ms.is_multiple_of(bins) {
            return refuse(
                "protocol.trial_ms",
                format!("{} ms; 50 to 5000 ms and a multiple of network.bins = {bins}", p.trial_ms),
            );
        }
        for (key, value) in [
            ("decoder.full_deg", self.decoder.full_deg),
            ("decoder.error_hz_per_deg", self.decoder.error_hz_per_deg),
        ] {
            if !(value.is_finite() && value > 0.0 && value <= 1e4) {
                return refuse(key, format!("{value}; more than 0, at most 10000"));
            }
        }
        if !self.network.columns.is_multiple_of(2) {
            return refuse(
                "network.columns",
                format!("{}; an even number: plus and minus", self.network.columns),
            );
        }
        if self.network.patterns != 1 {
            return refuse(
                "network.patterns",
                format!("{}; one target is one pattern", self.network.patterns),
            );
        }
        // Drawing the rules checks their parameters; a small network is enough for it.
        let smallest = NetworkParameters { rows: 1, fibers_per_row: 2, ..self.network.clone() };
        let network = Network::new(&smallest, 0)?;
        RULES.iter().try_for_each(|rule| self.rule(rule, &network, 0).map(drop))?;
        self.network.validate()?;
        Ok(())
    }

    /// The rule of that name, drawing under `seed`; `static` is SGDEGE that never learns.
    ///
    /// # Errors
    /// Parameters out of range.
    pub fn rule(&self, name: &str, network: &Network, seed: u64) -> Result<Box<dyn LearningRule>, Error> {
        Ok(match name {
            "marr_albus_ito" => Box::new(MarrAlbusIto::new(ErrorKind::Unsigned, &self.marr_albus_ito)?),
            "reinforce" => Box::new(Reinforce::new(network, &self.reinforce, seed)?),
            _ => Box::new(Sgdege::new(network, &self.sgdege, seed)?),
        })
    }
}
