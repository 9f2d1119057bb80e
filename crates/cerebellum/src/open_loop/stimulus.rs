//! Stimuli of the command line.
//!
//! ```text
//! TARGET:150Hz@400ms..460ms            Poisson spikes, each target its own
//! TARGET:20Hz@0s..1s,amplitude=15Hz,frequency=2Hz,phase=90
//!                                      the rate is 20 + 15 sin(2π 2 t + 90°) Hz, 0 where negative
//! TARGET:100pA@200ms..400ms            a current
//! TARGET:spikes=FILE                   the spikes of a file: a table, a SONATA file or a recording in NWB (`given_spikes.rs`)
//! ```
//! TARGET is a population, `mossy` for `mossy_fiber`, with `[0..9]` or `[0,3]` for some of its neurons.
//! Options: `within=90` (µm from the middle of the granular layer); `round` moves spikes of a file to the grid of time; onto cells with receptors `weight=1` (nS)
//! and `receptor=1`. Spikes come on top of the background.

use super::{duration_ms, probes::with_numbers};
use crate::Error;
use lobule_scaffold::{Anatomy, CellSites, canonical_cell_name};
use std::path::PathBuf;

/// Kind of a stimulus.
#[derive(Debug, Clone, PartialEq)]
pub enum StimulusKind {
    /// Poisson spikes of a constant rate above the background.
    Rate {
        /// Rate, Hz.
        rate_hz: f64,
    },
    /// Poisson spikes of a sinusoidal rate.
    Sinusoid {
        /// Mean rate, Hz.
        mean_hz: f64,
        /// Amplitude, Hz.
        amplitude_hz: f64,
        /// Frequency, Hz.
        frequency_hz: f64,
        /// Phase at time 0, degrees.
        phase_deg: f64,
    },
    /// A current.
    Current {
        /// Amplitude, pA.
        pa: f64,
    },
    /// The spikes of a file.
    Spikes {
        /// The file.
        path: PathBuf,
        /// True if times off the grid are moved to the nearest step.
        rounds: bool,
    },
}

/// A stimulus of some neurons of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct Stimulus {
    /// Text of the command line, for messages.
    pub text: String,
    /// Population.
    pub population: String,
    /// Its neurons; none for all.
    pub neurons: Option<Vec<u32>>,
    /// Kind.
    pub kind: StimulusKind,
    /// Start, ms; 0 for spikes of a file.
    pub from_ms: f64,
    /// End, ms; infinite for spikes of a file.
    pub to_ms: f64,
    /// Largest distance of stimulated neurons from the middle of the granular layer, µm; infinite for all.
    pub within_um: f64,
    /// Weight onto a receptor, nS, if given.
    pub weight: Option<f64>,
    /// Receptor, from 1, if given.
    pub receptor: Option<usize>,
}

const FORMS: &str = "write it like mossy:150Hz@400ms..460ms,within=90 or golgi_cell:50Hz@0s..1s,weight=2,receptor=1 or \
    mossy:20Hz@0s..1s,amplitude=15Hz,frequency=2Hz or purkinje_cell[0..9]:100pA@200ms..400ms or mossy:spikes=FILE.csv";

impl Stimulus {
    /// Parses one of the forms of this module.
    ///
    /// # Errors
    /// [`Error::Config`] that shows the forms.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::config(format!("--stimulus {text}"), format!("{why}; {FORMS}"));
        let (target, rest) = text.split_once(':').ok_or_else(|| wrong("the target is missing"))?;
        let (name, neurons) = with_numbers(target);
        let neurons = neurons.transpose().map_err(|_| wrong("the neurons are not a list of numbers"))?;
        let population = if name == "mossy" { "mossy_fiber" } else { canonical_cell_name(name) };
        if population.is_empty() {
            return Err(wrong("the target is missing"));
        }
        let mut parts = rest.split(',');
        let main = parts.next().unwrap_or_default().trim();
        let mut stimulus = Self {
            text: text.into(),
            population: population.into(),
            neurons,
            kind: StimulusKind::Rate { rate_hz: 0.0 },
            from_ms: 0.0,
            to_ms: f64::INFINITY,
            within_um: f64::INFINITY,
            weight: None,
            receptor: None,
        };
        let with_unit = |text: &str, unit: &str| {
            let value: f64 = text.trim().trim_end_matches(unit).trim().parse().ok()?;
            value.is_finite().then_some(value)
        };
        if let Some(file) = main.strip_prefix("spikes=") {
            stimulus.kind = StimulusKind::Spikes { path: file.into(), rounds: false };
        } else {
            let (what, span) = main.split_once('@').ok_or_else(|| wrong("the time is missing"))?;
            let (from, to) = span.split_once("..").ok_or_else(|| wrong("the time is not a span"))?;
            stimulus.from_ms = duration_ms(from).ok_or_else(|| wrong("the start is not a time"))?;
            stimulus.to_ms = duration_ms(to).ok_or_else(|| wrong("the end is not a time"))?;
            let number = |unit: &str, why: &str| with_unit(what, unit).ok_or_else(|| wrong(why));
            stimulus.kind = if what.trim().ends_with("pA") {
                StimulusKind::Current { pa: number("pA", "the current is not a number")? }
            } else {
                StimulusKind::Rate { rate_hz: number("Hz", "the rate is not a number")? }
            };
        }
        let (mut amplitude, mut frequency, mut phase) = (None, None, None);
        for option in parts {
            if option.trim() == "round" {
                let StimulusKind::Spikes { rounds, .. } = &mut stimulus.kind else {
                    return Err(wrong("`round` is for the spikes of a file"));
                };
                *rounds = true;
                continue;
            }
            let (key, value) =
                option.split_once('=').ok_or_else(|| wrong(&format!("`{option}` is not an option")))?;
            let number =
                |unit: &str| with_unit(value, unit).ok_or_else(|| wrong(&format!("`{key}` is not a number")));
            match key.trim() {
                "within" => stimulus.within_um = number("um")?,
                "weight" => stimulus.weight = Some(number("nS")?),
                "receptor" => {
                    let refused = |_| wrong("`receptor` is not a whole number from 1 on");
                    stimulus.receptor = Some(value.trim().parse().map_err(refused)?);
                }
                "amplitude" => amplitude = Some(number("Hz")?),
                "frequency" => frequency = Some(number("Hz")?),
                "phase" => phase = Some(number("deg")?),
                other => {
                    let known = "within, weight, receptor, amplitude, frequency, phase and round are known";
                    return Err(wrong(&format!("there is no option `{other}`; {known}")));
                }
            }
        }
        if amplitude.is_some() || frequency.is_some() || phase.is_some() {
            let (StimulusKind::Rate { rate_hz }, Some(amplitude_hz), Some(frequency_hz)) =
                (&stimulus.kind, amplitude, frequency)
            else {
                return Err(wrong("a sinusoid needs a rate in Hz, `amplitude` and `frequency`"));
            };
            if frequency_hz < 0.0 {
                return Err(wrong("the frequency is 0 Hz or more"));
            }
            let (mean_hz, phase_deg) = (*rate_hz, phase.unwrap_or(0.0));
            stimulus.kind = StimulusKind::Sinusoid { mean_hz, amplitude_hz, frequency_hz, phase_deg };
        }
        let (rate_hz, amplitude_hz) = match stimulus.kind {
            StimulusKind::Rate { rate_hz } => (rate_hz, 0.0),
            StimulusKind::Sinusoid { mean_hz, amplitude_hz, .. } => (mean_hz, amplitude_hz),
            _ => (0.0, 0.0),
        };
        let is_current = matches!(stimulus.kind, StimulusKind::Current { .. });
        let has_input = stimulus.weight.is_some() || stimulus.receptor.is_some();
        let is_negative = stimulus.weight.is_some_and(|w| w < 0.0);
        for (is_wrong, why) in [
            (!(0.0..=5000.0).contains(&rate_hz), "the rate lies in 0..5000 Hz"),
            (!(-5000.0..=5000.0).contains(&amplitude_hz), "the amplitude lies in -5000..5000 Hz"),
            (is_current && has_input, "a current has neither weight nor receptor"),
            (stimulus.to_ms <= stimulus.from_ms, "the end must follow the start"),
            (is_negative, "a weight is 0 nS or more; the receptor says whether it inhibits"),
        ] {
            if is_wrong {
                return Err(wrong(why));
            }
        }
        Ok(stimulus)
    }

    pub(super) fn wrong(&self, what: impl Into<String>) -> Error {
        Error::config(format!("--stimulus {}", self.text), what)
    }

    /// The stimulated neurons, ascending.
    pub(super) fn targets(&self, anatomy: &Anatomy, cells: &CellSites) -> Result<Vec<u32>, Error> {
        let middle = anatomy.granular_middle();
        let is_near = |i: &u32| {
            let p = cells.positions[*i as usize];
            (0..3).map(|k| (p[k] - middle[k]).powi(2)).sum::<f64>().sqrt() <= self.within_um
        };
        let all = self.neurons.clone().unwrap_or_else(|| (0..cells.len() as u32).collect());
        if let Some(i) = all.iter().find(|i| **i as usize >= cells.len()) {
            return Err(self.wrong(format!("neuron {i} does not exist; there are {}, from 0", cells.len())));
        }
        let near: Vec<u32> = all.into_iter().filter(is_near).collect();
        if near.is_empty() {
            return Err(self.wrong(format!("it reaches none of the {} cells; enlarge `within`", cells.len())));
        }
        Ok(near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stimuli_are_read() {
        let s = Stimulus::parse("mossy:150Hz@400ms..0.46s,within=90").unwrap();
        assert_eq!(
            (s.population.as_str(), s.from_ms, s.to_ms, s.within_um),
            ("mossy_fiber", 400.0, 460.0, 90.0)
        );
        assert_eq!(s.kind, StimulusKind::Rate { rate_hz: 150.0 });
        let s = Stimulus::parse("golgi_cell[0..2,5]:-20pA@0..10").unwrap();
        assert_eq!((s.kind, s.neurons), (StimulusKind::Current { pa: -20.0 }, Some(vec![0, 1, 2, 5])));
        let s = Stimulus::parse("mossy:20Hz@0s..1s,amplitude=15Hz,frequency=2Hz,phase=90").unwrap();
        let sine =
            StimulusKind::Sinusoid { mean_hz: 20.0, amplitude_hz: 15.0, frequency_hz: 2.0, phase_deg: 90.0 };
        assert_eq!(s.kind, sine);
        let s = Stimulus::parse("dcn_p:50Hz@0..1s,weight=2.5,receptor=2").unwrap();
        assert_eq!((s.weight, s.receptor), (Some(2.5), Some(2)));
        let s = Stimulus::parse("mossy:spikes=a.csv").unwrap();
        assert_eq!(s.kind, StimulusKind::Spikes { path: "a.csv".into(), rounds: false });
        let s = Stimulus::parse("mossy_fibers:spikes=a.h5,round").unwrap();
        assert_eq!(s.kind, StimulusKind::Spikes { path: "a.h5".into(), rounds: true });
        assert_eq!(s.population, "mossy_fiber");
    }

    #[test]
    fn bad_stimuli_are_explained_with_the_forms() {
        for bad in [
            "",
            "mossy",
            ":5Hz@0..1",
            "mossy:x@0..1",
            "mossy:5",
            "mossy:5@1",
            "mossy:5@9..1",
            "mossy:-5@0..1",
            "mossy:9999@0..1",
            "mossy:NaN@0..1",
            "mossy:5@0..1,foo=2",
            "mossy:5@0..1,within",
            "mossy:5@0..1,amplitude=2",
            "mossy:5@0..1,round",
            "mossy:5pA@0..1,weight=1",
            "mossy:5pA@0..1,amplitude=1,frequency=1",
            "mossy[x]:5@0..1",
            "mossy[3:5@0..1",
            "golgi_cell:5@0..1,weight=-1",
        ] {
            let message = Stimulus::parse(bad).unwrap_err().to_string();
            assert!(message.contains("mossy:150Hz@400ms") && message.contains(bad), "{bad}: {message}");
        }
    }
}
