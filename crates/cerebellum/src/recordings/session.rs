//! Metadata of a recording, and its consistency.

use crate::Error;
use lobule_scaffold::{CellSites, identity::ContentHash};
use lobule_signal::{SpikeTrain, Trace};

/// Metadata of a run beside its spikes and traces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Session<'a> {
    /// Description of the simulation in a sentence.
    pub description: &'a str,
    /// Start of the session in ISO 8601 with an offset: `2026-11-22T09:00:00+00:00`.
    pub start: &'a str,
    /// Time step, ms.
    pub dt_ms: f64,
    /// Start of the recording, ms: 0 unless the run resumed a snapshot.
    pub from_ms: f64,
    /// End of the run, ms.
    pub duration_ms: f64,
    /// Cells with their positions and labels; empty if unknown.
    pub cells: &'a [CellSites],
    /// Neuron of each element of each trace; empty for `0..n`. `[traces][n]` or `[0]`
    pub trace_neurons: &'a [Vec<u32>],
}

impl Session<'_> {
    pub(super) fn neurons(&self, k: usize, trace: &Trace) -> Vec<u32> {
        self.trace_neurons.get(k).cloned().unwrap_or_else(|| (0..trace.n as u32).collect())
    }

    pub(super) fn check(&self, spikes: &[SpikeTrain], traces: &[Trace]) -> Result<(), Error> {
        let refuse = |key: &str, what: String| Err(Error::config(key, what));
        for (key, value) in [("dt_ms", self.dt_ms), ("duration_ms", self.duration_ms)] {
            if !(value.is_finite() && value > 0.0) {
                return refuse(key, format!("{value}; a recording needs a positive number of ms"));
            }
        }
        if !(self.from_ms >= 0.0 && self.from_ms < self.duration_ms) {
            return refuse("from_ms", format!("{}; a recording begins before its end", self.from_ms));
        }
        check_start(self.start)?;
        let lists = self.trace_neurons.len();
        if lists > 0 && lists != traces.len() {
            let what = format!("{lists} lists for {} traces; give one each, or none", traces.len());
            return refuse("trace_neurons", what);
        }
        for train in spikes {
            let key = format!("spikes of `{}`", train.label);
            let what = if !is_name(&train.label) {
                NO_NAME.into()
            } else if train.ids.len() != train.len() {
                format!("{} neurons for {} times; a spike needs both", train.ids.len(), train.len())
            } else if let Some(id) = train.ids.iter().find(|&&id| id as usize >= train.n) {
                format!("neuron {id} of {}, numbered from 0", train.n)
            } else {
                continue;
            };
            return refuse(&key, what);
        }
        for (k, trace) in traces.iter().enumerate() {
            let (samples, n, named) = (trace.steps.len(), trace.n, self.neurons(k, trace).len());
            let what = if !is_name(&trace.label) {
                NO_NAME.into()
            } else if trace.values.len() != samples * n {
                format!("{} values for {samples} samples of {n} elements", trace.values.len())
            } else if named != n {
                format!("{named} neurons named for {n} elements; name each, or none")
            } else if sampling(trace).is_none() {
                "its samples do not follow each other at equal times; record it at one interval".into()
            } else {
                continue;
            };
            return refuse(&format!("trace `{}`", trace.label), what);
        }
        let labels = || spikes.iter().map(|s| &s.label);
        match labels().enumerate().find_map(|(i, l)| labels().take(i).find(|k| *k == l)) {
            Some(label) => {
                refuse(&format!("spikes of `{label}`"), "are given twice; give each population once".into())
            }
            None => Ok(()),
        }
    }

    /// A hash of all contents of a file of this session.
    pub(super) fn hash(&self, spikes: &[SpikeTrain], traces: &[Trace]) -> ContentHash {
        let mut hash = ContentHash::default();
        hash.bytes(self.description.as_bytes());
        hash.bytes(self.start.as_bytes());
        hash.bytes(&self.dt_ms.to_le_bytes());
        hash.bytes(&self.from_ms.to_le_bytes());
        hash.bytes(&self.duration_ms.to_le_bytes());
        for train in spikes {
            hash.bytes(train.label.as_bytes());
            hash.bytes(&train.n.to_le_bytes());
            train.steps.iter().for_each(|s| hash.bytes(&s.to_le_bytes()));
            train.ids.iter().for_each(|i| hash.bytes(&i.to_le_bytes()));
        }
        for (k, trace) in traces.iter().enumerate() {
            hash.bytes(trace.label.as_bytes());
            self.neurons(k, trace).iter().for_each(|i| hash.bytes(&i.to_le_bytes()));
            trace.steps.iter().for_each(|s| hash.bytes(&s.to_le_bytes()));
            trace.values.iter().for_each(|v| hash.bytes(&v.to_le_bytes()));
        }
        hash
    }
}

/// The refusal of a label.
const NO_NAME: &str = "cannot name an object in a file; use a name without `/`";

/// Checks a [`Session::start`], before a simulation is run for it.
///
/// # Errors
/// [`Error::Config`] that shows the form.
pub fn check_start(start: &str) -> Result<(), Error> {
    let form = "write it like 2026-11-22T09:00:00+00:00, with the offset from UTC";
    if is_time(start) { Ok(()) } else { Err(Error::config("session start", format!("`{start}`; {form}"))) }
}

/// A unique name for each trace: its label, or `<label>_2` and so on.
pub fn trace_names(traces: &[Trace]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for trace in traces {
        let numbered = (2..).map(|k| format!("{}_{k}", trace.label));
        let candidates = std::iter::once(trace.label.clone()).chain(numbered);
        // Every label that is there is kept for the trace that bears it.
        let is_free = |name: &String| {
            !names.contains(name) && (*name == trace.label || traces.iter().all(|t| t.label != *name))
        };
        names.extend(candidates.into_iter().find(is_free));
    }
    names
}

/// First step and steps between samples; `None` if samples are not evenly spaced.
/// A trace of one sample has a spacing of one step, one of none begins at 0.
pub(super) fn sampling(trace: &Trace) -> Option<(u64, u64)> {
    let first = trace.steps.first().copied().unwrap_or(0);
    let spacing = match trace.steps[..] {
        [a, b, ..] => b.checked_sub(a).filter(|&d| d > 0)?,
        _ => 1,
    };
    let is_even = trace.steps.windows(2).all(|w| w[1].checked_sub(w[0]) == Some(spacing));
    is_even.then_some((first, spacing))
}

fn is_name(label: &str) -> bool {
    !label.is_empty() && label != "." && label != ".." && !label.contains(['/', '\0'])
}

/// True if a text is `YYYY-MM-DDThh:mm:ss`, with optional decimals, and an offset or `Z`.
fn is_time(text: &str) -> bool {
    let fits = |(c, f): (u8, u8)| if f == b'0' { c.is_ascii_digit() } else { c == f };
    let shape = |text: &str, form: &str| text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits);
    let Some((date, rest)) = text.is_ascii().then(|| text.split_at_checked(19)).flatten() else {
        return false;
    };
    let fraction = rest.strip_prefix('.').map_or(0, |r| 1 + r.bytes().take_while(u8::is_ascii_digit).count());
    let offset = &rest[fraction..];
    let in_range = |from: usize, low: u32, high: u32| {
        date[from..from + 2].parse().is_ok_and(|v: u32| (low..=high).contains(&v))
    };
    let fields = [(5, 1, 12), (8, 1, 31), (11, 0, 23), (14, 0, 59), (17, 0, 59)];
    shape(date, "0000-00-00T00:00:00")
        && fields.into_iter().all(|(from, low, high)| in_range(from, low, high))
        && fraction != 1
        && (offset == "Z" || shape(offset, "+00:00") || shape(offset, "-00:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_an_offset() {
        for good in ["2026-11-22T09:00:00+00:00", "2026-11-22T09:00:00.25-07:00", "1999-01-31T23:59:59Z"] {
            assert!(is_time(good), "{good}");
        }
        for bad in [
            "",
            "2026-11-22",
            "2026-11-22T09:00:00",
            "2026-13-22T09:00:00Z",
            "2026-11-22T09:00:00.Z",
            "2026-11-22 09:00:00Z",
            "2026-11-22T09:00:0µZ",
        ] {
            assert!(!is_time(bad), "{bad}");
        }
    }

    #[test]
    fn traces_of_one_label_have_names_of_their_own() {
        let traces = ["a.v", "a.v", "b.v", "a.v_2"].map(|l| Trace { label: l.into(), ..Trace::default() });
        assert_eq!(trace_names(&traces), ["a.v", "a.v_3", "b.v", "a.v_2"]);
    }

    #[test]
    fn sampling_is_even_or_nothing() {
        let of = |steps: &[u64]| sampling(&Trace { steps: steps.to_vec(), ..Trace::default() });
        assert_eq!(of(&[]), Some((0, 1)));
        assert_eq!(of(&[7]), Some((7, 1)));
        assert_eq!(of(&[10, 20, 30]), Some((10, 10)));
        assert_eq!(of(&[10, 20, 31]), None);
        assert_eq!(of(&[10, 10]), None);
    }
}
