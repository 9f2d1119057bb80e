//! Laws from which NEST 2 draws weights and delays, one number for each synapse.

use super::fields::{Fields, number, shown};
use super::ranges::Range;

/// A law of random numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Normal, within bounds that may be infinite.
    Normal {
        /// Mean.
        mu: f64,
        /// Standard deviation.
        sigma: f64,
        /// Bounds.
        within: Within,
    },
    /// Lognormal: the exponential of a normal number.
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Exponential of rate lambda, within bounds.
    Exponential {
        /// One over the mean.
        lambda: f64,
        /// Bounds.
        within: Within,
    },
    /// Equally likely between two bounds.
    Uniform {
        /// Lowest number.
        low: f64,
        /// Highest number.
        high: f64,
    },
}

/// Bounds of a law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Within {
    /// Lowest number.
    pub low: f64,
    /// Highest number.
    pub high: f64,
    /// True if a number outside is set to the bound, false if it is drawn again.
    pub is_clamped: bool,
}

/// Draws of one number at most; a law that needs more is refused when it is read.
const MOST_DRAWS: u64 = 10_000;
/// Standard deviations between the mean of a clipped law and its bounds, at most. Chosen: beyond, fewer than one number in 1000 is
/// within the bounds.
const MOST_SD: f64 = 3.0;

/// Names of the laws, as NEST 2 has them.
const NAMES: [&str; 8] = [
    "normal",
    "normal_clipped",
    "normal_clipped_to_boundary",
    "lognormal",
    "exponential",
    "exponential_clipped",
    "exponential_clipped_to_boundary",
    "uniform",
];

impl Law {
    /// A number; `uniform` and `normal` give the draws of an attempt.
    pub fn draw(&self, uniform: impl Fn(u64) -> f64, normal: impl Fn(u64) -> f64) -> f64 {
        let bounded = |within: &Within, one: &dyn Fn(u64) -> f64| {
            let is_in = |x: &f64| (within.low..=within.high).contains(x);
            let drawn = if within.is_clamped {
                one(0)
            } else {
                (0..MOST_DRAWS).map(one).find(is_in).unwrap_or_else(|| one(0))
            };
            drawn.clamp(within.low, within.high)
        };
        match self {
            Self::Normal { mu, sigma, within } => bounded(within, &|attempt| mu + sigma * normal(attempt)),
            Self::Lognormal { mu, sigma } => libm::exp(mu + sigma * normal(0)),
            Self::Exponential { lambda, within } => {
                bounded(within, &|attempt| -libm::log(uniform(attempt)) / lambda)
            }
            Self::Uniform { low, high } => low + (high - low) * uniform(0),
        }
    }

    /// The law for a receptor that says by itself whether it inhibits: NEST 2 takes the absolute value of the mean.
    pub fn with_positive_mean(self) -> Self {
        match self {
            Self::Normal { mu, sigma, within } => Self::Normal { mu: mu.abs(), sigma, within },
            other => other,
        }
    }

    /// A number in the middle of the law.
    pub fn middle(&self) -> f64 {
        match self {
            Self::Normal { mu, within, .. } => mu.clamp(within.low, within.high),
            Self::Lognormal { mu, .. } => libm::exp(*mu),
            Self::Exponential { lambda, within } => (1.0 / lambda).clamp(within.low, within.high),
            Self::Uniform { low, high } => (low + high) / 2.0,
        }
    }

    /// The law of an object with `distribution`.
    fn read(fields: &Fields, range: &Range) -> Option<Self> {
        let name = fields.needed("distribution", Fields::text)?;
        let bound = |key: &str, none: f64| match fields.value(key) {
            None => Some(none),
            Some(_) => fields.within(key, range),
        };
        let positive = |key: &str| {
            let value = fields.needed(key, |fields, key| fields.amount(key))?;
            if value > 0.0 {
                Some(value)
            } else {
                fields.refuse(key, format!("is {value}; a number above 0 is needed"))
            }
        };
        let within = |is_clamped: bool| {
            let (low, high) = (bound("low", f64::NEG_INFINITY)?, bound("high", f64::INFINITY)?);
            if low > high {
                return fields.refuse("low", format!("is {low}, above `high`, {high}; exchange them"));
            }
            Some(Within { low, high, is_clamped })
        };
        let free = Within { low: f64::NEG_INFINITY, high: f64::INFINITY, is_clamped: true };
        let law = match name {
            "normal" | "normal_clipped" | "normal_clipped_to_boundary" => {
                let (mu, sigma) = (
                    fields.needed_within("mu", range),
                    fields.needed("sigma", |fields, key| fields.amount(key)),
                );
                let within = if name == "normal" { Some(free) } else { within(name.ends_with("boundary")) };
                Self::Normal { mu: mu?, sigma: sigma?, within: within? }
            }
            "lognormal" => {
                let exponent = |key: &str| {
                    fields.needed(key, |fields, key| fields.within(key, &super::ranges::EXPONENT))
                };
                let (mu, sigma) = (exponent("mu"), exponent("sigma"));
                Self::Lognormal { mu: mu?, sigma: sigma? }
            }
            "exponential" | "exponential_clipped" | "exponential_clipped_to_boundary" => {
                let lambda = positive("lambda");
                let within =
                    if name == "exponential" { Some(free) } else { within(name.ends_with("boundary")) };
                Self::Exponential { lambda: lambda?, within: within? }
            }
            "uniform" => {
                let (low, high) = (fields.needed_within("low", range)?, fields.needed_within("high", range)?);
                if low > high {
                    return fields.refuse("low", format!("is {low}, above `high`, {high}; exchange them"));
                }
                Self::Uniform { low, high }
            }
            other => {
                let known = NAMES.join(", ");
                return fields.refuse("distribution", format!("is `{other}`; known are: {known}"));
            }
        };
        // A receptor may take the mean without its sign.
        if let (Some(far), Some(_)) = (law.hardly_drawn(), law.with_positive_mean().hardly_drawn()) {
            return fields.refuse("distribution", far);
        }
        Some(law)
    }

    /// Why a clipped law would be drawn again and again, if it would.
    pub fn hardly_drawn(&self) -> Option<String> {
        let far = match self {
            Self::Normal { mu, sigma, within } if !within.is_clamped => {
                within.low > mu + MOST_SD * sigma || within.high < mu - MOST_SD * sigma
            }
            Self::Exponential { lambda, within } if !within.is_clamped => {
                within.low > 7.0 / lambda || within.high < 1e-3 / lambda
            }
            _ => false,
        };
        far.then(|| {
            "is clipped to bounds that hardly any of its numbers meets; use `..._clipped_to_boundary`, or other bounds".into()
        })
    }
}

/// A number of a range, or the middle of a law and that law.
pub(super) fn number_or_law(fields: &Fields, name: &str, range: &Range) -> Option<(f64, Option<Law>)> {
    let value = fields.value(name);
    match value {
        Some(value) if value.is_object() => {
            let inner = fields.object(name)?;
            let law = Law::read(&inner, range)?;
            inner.finish();
            Some((law.middle(), Some(law)))
        }
        Some(value) if number(value).is_none() => fields
            .refuse(name, format!("is {}; {range} or {{\"distribution\": ...}} is needed", shown(value))),
        _ => Some((fields.needed_within(name, range)?, None)),
    }
}
