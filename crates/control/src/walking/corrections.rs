//! Corrections in a cerebellum's place: constants, and random ones of a given size.

use crate::{Controller, Error, Inputs, Senses};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Constant commands: amplitudes that somebody chose, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedCorrections {
    values: Vec<f64>,
}

crate::snapshot!(FixedCorrections {});

impl FixedCorrections {
    /// Constant commands. `[commands]`
    ///
    /// # Errors
    /// [`Error::Parameter`] for no command, or one that is not a number.
    pub fn new(values: &[f64]) -> Result<Self, Error> {
        let ranges = Ranges::of("fixed corrections");
        ranges.require(!values.is_empty(), "commands", 0.0, "at least one")?;
        ranges.all("correction", values, |_| true, "finite")?;
        Ok(Self { values: values.to_vec() })
    }

    /// No corrections.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no command.
    pub fn none(commands: usize) -> Result<Self, Error> {
        Self::new(&vec![0.0; commands])
    }
}

impl Controller for FixedCorrections {
    fn name(&self) -> &str {
        "fixed_corrections"
    }

    fn commands(&self) -> usize {
        self.values.len()
    }

    fn reset(&mut self) {}

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        command.copy_from_slice(&self.values);
        Ok(())
    }
}

/// Size and time of random corrections.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomParameters {
    /// Standard deviation.
    pub sd: f64,
    /// Time in which their correlation falls to 1/e, s; 0 for a draw of its own in each tick.
    pub correlation_s: f64,
}

/// Random commands that know nothing of the body: the exact steps of an Ornstein-Uhlenbeck process for each command.
///
/// ```text
/// x <- rho x + sd sqrt(1 - rho²) N(0, 1),  rho = exp(-dt / tau)       sd in every tick, from the first
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RandomCorrections {
    parameters: RandomParameters,
    stream: Stream,
    rho: f64,
    /// `[commands]`
    values: Vec<f64>,
    ticks: u64,
}

crate::snapshot!(RandomCorrections { values, ticks });

impl RandomCorrections {
    /// Random commands in ticks of `dt_s`, whose draws depend on `seed`. A reset begins them anew.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no command, a tick that is not positive, or a negative size or time.
    pub fn new(parameters: RandomParameters, commands: usize, dt_s: f64, seed: u64) -> Result<Self, Error> {
        let ranges = Ranges::of("random corrections");
        ranges.require(commands > 0, "commands", 0.0, "at least one")?;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        let RandomParameters { sd, correlation_s } = parameters;
        ranges.each([("sd", sd), ("correlation_s", correlation_s)], |value| value >= 0.0, "at least 0")?;
        let rho = if correlation_s > 0.0 { libm::exp(-dt_s / correlation_s) } else { 0.0 };
        let stream = Stream::new(seed, "walking/corrections");
        Ok(Self { parameters, stream, rho, values: vec![0.0; commands], ticks: 0 })
    }
}

impl Controller for RandomCorrections {
    fn name(&self) -> &str {
        "random_corrections"
    }

    fn commands(&self) -> usize {
        self.values.len()
    }

    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    fn reset(&mut self) {
        self.values.fill(0.0);
        self.ticks = 0;
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        // The first draw is that of the process at rest.
        let rho = if self.ticks == 0 { 0.0 } else { self.rho };
        let size = self.parameters.sd * (1.0 - rho * rho).sqrt();
        for (i, x) in self.values.iter_mut().enumerate() {
            *x = rho * *x + size * self.stream.normal(self.ticks, i as u32);
        }
        self.ticks += 1;
        command.copy_from_slice(&self.values);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Senses = Senses { tick: 0, sensed: &[], reference: &[], reference_then: &[], cues: &[] };

    #[test]
    fn random_corrections_have_their_size_and_their_correlation() {
        let parameters = RandomParameters { sd: 0.05, correlation_s: 0.1 };
        let mut random = RandomCorrections::new(parameters, 2, 0.005, 3).unwrap();
        let n = 40_000;
        let mut values = vec![[0.0; 2]; n];
        for value in &mut values {
            random.advance(&NOTHING, value).unwrap();
        }
        let product = |lag: usize, i: usize, j: usize| {
            values.iter().zip(&values[lag..]).map(|(a, b)| a[i] * b[j]).sum::<f64>() / (n - lag) as f64
        };
        // An autoregression of time constant 20 ticks: about n / 40 independent samples, so a standard error of 4.5 % in the
        // variance; four of them.
        let variance = 0.05 * 0.05;
        assert!((product(0, 0, 0) / variance - 1.0).abs() < 0.18);
        assert!((product(20, 0, 0) / variance - libm::exp(-1.0)).abs() < 0.18);
        assert!((product(0, 0, 1) / variance).abs() < 0.18, "commands are independent");
        random.reset();
        let mut again = [0.0; 2];
        random.advance(&NOTHING, &mut again).unwrap();
        assert_eq!(again, values[0]);
    }

    #[test]
    fn corrections_that_cannot_be_are_refused_by_name() {
        let error = FixedCorrections::new(&[0.0, f64::NAN]).unwrap_err().to_string();
        assert!(error.contains("correction = NaN"), "{error}");
        assert!(FixedCorrections::none(0).is_err());
        let parameters = RandomParameters { sd: -1.0, correlation_s: 0.1 };
        let error = RandomCorrections::new(parameters, 2, 0.005, 3).unwrap_err().to_string();
        assert!(error.contains("sd = -1"), "{error}");
    }
}
