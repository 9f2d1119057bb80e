//! Probes of the command line: `--record golgi_cell.v_m[0..9]`.

use super::Prepared;
use crate::{Error, stored::Probe};
use lobule_scaffold::canonical_cell_name;
use lobule_signal::{Clock, Trace};

/// Reads `population.variable`, `population.variable[3]`, `...[0..9]` (both included) or `...[0,3,5]`.
///
/// # Errors
/// [`Error::Config`] that shows the form.
pub fn parse_probe(text: &str) -> Result<Probe, Error> {
    let forms = "write it like golgi_cell.v_m[0..9], golgi_cell.v_m[0,3] or golgi_cell.v_m for all";
    let wrong = |why: &str| Error::config(format!("--record {text}"), format!("{why}; {forms}"));
    let (name, neurons) = with_numbers(text);
    let neurons = neurons.transpose().map_err(wrong)?;
    let (population, variable) = name.rsplit_once('.').ok_or_else(|| wrong("the variable is missing"))?;
    if population.is_empty() || variable.is_empty() {
        return Err(wrong("the population or the variable is missing"));
    }
    let population = canonical_cell_name(population);
    Ok(Probe { population: population.into(), variable: variable.into(), neurons, every_ms: None })
}

/// Longest range of numbers.
const MOST: u32 = 10_000_000;

/// `0..9` (both included), `0,3,5` or `7`; ascending, each once.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    for part in text.split(',') {
        match part.split_once("..") {
            None => numbers.push(part.trim().parse().ok()?),
            Some((from, to)) => {
                let (from, to): (u32, u32) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
                if from > to || to - from > MOST {
                    return None;
                }
                numbers.extend(from..=to);
            }
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

/// A name, and the neurons in brackets behind it, if any: all of them, or the defect.
pub(super) fn with_numbers(text: &str) -> (&str, Option<Result<Vec<u32>, &'static str>>) {
    let Some((name, list)) = text.split_once('[') else { return (text, None) };
    let numbers = |list: &str| numbers(list).ok_or("the neurons are not a list of numbers");
    (name, Some(list.strip_suffix(']').ok_or("`]` is missing").and_then(numbers)))
}

/// The probes of a run with explicit neurons.
pub(super) fn resolved(prepared: &Prepared) -> Result<Vec<Probe>, Error> {
    let populations = prepared.circuit.populations();
    let resolve = |probe: &Probe| {
        let key = || format!("--record {}.{}", probe.population, probe.variable);
        let wrong = |what: String| Error::config(key(), what);
        let population = populations.iter().find(|p| p.label == probe.population).ok_or_else(|| {
            let known: Vec<&str> = populations.iter().map(|p| p.label.as_str()).collect();
            wrong(format!("there is no population `{}`; there are: {}", probe.population, known.join(", ")))
        })?;
        let neurons = probe.neurons.clone().unwrap_or_else(|| (0..population.n as u32).collect());
        if let Some(i) = neurons.iter().find(|i| **i as usize >= population.n) {
            return Err(wrong(format!("neuron {i} does not exist; there are {}, from 0", population.n)));
        }
        Ok(Probe { neurons: Some(neurons), ..probe.clone() })
    };
    prepared.probes.iter().map(resolve).collect()
}

/// Steps between the samples of a probe; none for the exchange interval.
pub(super) fn every_steps(probe: &Probe, clock: &Clock, end: u64) -> Result<Option<u64>, Error> {
    let steps = |ms| match clock.steps(ms) {
        // A file with a single sample would not show the time between samples.
        Ok(steps) if steps > 0 && 2 * steps <= end => Ok(steps),
        _ => {
            let key = format!("time between samples of {}.{}", probe.population, probe.variable);
            let allowed = format!("a multiple of the step of {} ms is needed", clock.dt_ms());
            let what = format!("{ms} ms is not allowed; {allowed}, of which at least two fall into the run");
            Err(Error::config(key, what))
        }
    };
    probe.every_ms.map(steps).transpose()
}

/// The samples of a trace at every `every`-th step, up to step `end`.
pub(super) fn thinned(mut trace: Trace, every: u64, end: u64) -> Trace {
    let n = trace.n;
    let mut kept = 0;
    // In place: a trace may take most of the memory.
    for k in 0..trace.steps.len() {
        let step = trace.steps[k];
        if step.is_multiple_of(every) && step <= end {
            trace.steps[kept] = step;
            trace.values.copy_within(k * n..(k + 1) * n, kept * n);
            kept += 1;
        }
    }
    trace.steps.truncate(kept);
    trace.values.truncate(kept * n);
    trace
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_are_read_and_bad_ones_explained() {
        let probe = parse_probe("golgi_cell.v_m[0..2,7]").unwrap();
        assert_eq!(
            (probe.population.as_str(), probe.variable.as_str(), probe.neurons),
            ("golgi_cell", "v_m", Some(vec![0, 1, 2, 7]))
        );
        assert_eq!(parse_probe("a.b").unwrap().neurons, None);
        for bad in
            ["golgi_cell", "golgi_cell.v_m[", "golgi_cell.v_m[x]", "golgi_cell.v_m[3..1]", ".v_m", "g."]
        {
            assert!(parse_probe(bad).unwrap_err().to_string().contains("golgi_cell.v_m[0..9]"), "{bad}");
        }
        assert!(parse_probe("g.v[0..4294967295]").is_err());
    }

    #[test]
    fn thinning_keeps_whole_multiples_up_to_the_end() {
        let trace = Trace {
            n: 2,
            steps: vec![10, 20, 30, 40],
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
            ..Trace::default()
        };
        let thin = thinned(trace, 20, 35);
        assert_eq!((thin.steps, thin.values), (vec![20], vec![3.0, 4.0]));
    }
}
