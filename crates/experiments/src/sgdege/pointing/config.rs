//! Parameters of the pointing experiment.

use lobule_study::{Check, Error};
use lobule_theory::network::{NetworkParameters, PerturbationNetwork as Network};
use lobule_theory::rules::{
    ErrorKind, LearningRule, MarrAlbusIto, MarrAlbusItoParameters, Reinforce, ReinforceParameters, Sgdege,
    SgdegeParameters,
};
use serde::{Deserialize, Serialize};

/// Rules of learning by name; `static` does not learn.
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
    /// Effect of the nuclear cells on the arm, and of the pointing error on the olive.
    pub decoder: DecoderConfig,
    /// Sizes and rates.
    pub network: NetworkParameters,
    /// The perturbation rule.
    pub sgdege: SgdegeParameters,
    /// Climbing fibers that signal every pointing error, without its direction.
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
    /// Checks the values.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let check = Check::of("");
        check.distinct("seeds", &self.seeds)?.some("rules", &self.rules)?;
        self.rules.iter().try_for_each(|rule| check.one_of("rules", rule, &RULES).map(drop))?;
        check.distinct("rules", &self.rules)?;
        let p = &self.protocol;
        let movements = p.baseline.saturating_add(p.prism).saturating_add(p.removal);
        let can_point = p.prism_deg.is_finite() && p.prism_deg.abs() <= 60.0 && p.prism_deg != 0.0;
        let bins = self.network.bins as u64;
        let fits = (50..=5000).contains(&p.trial_ms) && bins > 0 && p.trial_ms.is_multiple_of(bins);
        let durations = format!("50 to 5000 ms and a multiple of network.bins = {bins} is needed");
        Check::of("protocol")
            .within("prism", p.prism, 100..=1_000_000)?
            .within("removal", p.removal, 100..=1_000_000)?
            .that(
                "prism",
                p.prism,
                movements <= 1_000_000,
                "with baseline and removal at most 1000000 movements",
            )?
            .that("prism_deg", p.prism_deg, can_point, "-60 to 60 deg is allowed, without 0")?
            .within("reach_deg", p.reach_deg, 0.0..=90.0)?
            .that("trial_ms", p.trial_ms, fits, &durations)?;
        let decoder = Check::of("decoder");
        for (key, value) in
            [("full_deg", self.decoder.full_deg), ("error_hz_per_deg", self.decoder.error_hz_per_deg)]
        {
            decoder.that(key, value, value > 0.0 && value <= 1e4, "above 0 and at most 10000 is allowed")?;
        }
        let (columns, patterns) = (self.network.columns, self.network.patterns);
        let are_even = columns.is_multiple_of(2);
        Check::of("network")
            .that("columns", columns, are_even, "an even number is needed: half turn in each direction")?
            .that("patterns", patterns, patterns == 1, "1 is needed: one target is one pattern")?;
        // Constructing the rules checks their parameters; a small network suffices.
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
