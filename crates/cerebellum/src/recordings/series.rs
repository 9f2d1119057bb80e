//! Time series of an NWB file: in `/acquisition`, or anywhere in `/processing`, also inside containers such as `Position`.

use super::events::Signal;
use super::groups::{finite, names, node, require};
use lobule_scaffold::Error as FileError;
use lobule_scaffold::hdf5::Store;

/// Groups in which series are looked for.
const PLACES: [&str; 2] = ["acquisition", "processing"];
/// Depth of a series in a place: module, container, interface, series.
const DEPTH: usize = 4;
/// Groups and datasets that are looked at. Chosen: beyond any session; links of a group to itself multiply.
const MOST_OBJECTS: usize = 10_000;

/// The elements of a series. Its name may have groups in front: `wrist`, `Position/wrist` and `processing/behavior/Position/wrist`.
pub(super) fn read(store: &Store, name: &str, unit_s: f64) -> Result<Vec<Signal>, FileError> {
    let (mut seen, mut all) = (0, Vec::new());
    for place in PLACES {
        find(store, place, DEPTH, &mut seen, &mut all)?;
    }
    let wanted = name.trim_matches('/');
    let is_wanted = |path: &&String| *path == wanted || path.ends_with(&format!("/{wanted}"));
    let found: Vec<&String> = all.iter().filter(is_wanted).collect();
    let group = match found[..] {
        [group] => group,
        [] => {
            let there = if all.is_empty() { "nothing".into() } else { all.join(", ") };
            let what = format!("is missing; set `file.series` to series of the file, which has {there}");
            return Err(store.error(wanted, what));
        }
        _ => {
            let several: Vec<&str> = found.iter().map(|path| path.as_str()).collect();
            let what = format!("names several series; write one of {}", several.join(", "));
            return Err(store.error(wanted, what));
        }
    };
    let path = require(store, group, "data", "a TimeSeries is needed")?;
    let shape = store.shape(&path)?;
    let (samples, elements) = match shape[..] {
        [n] => (n, 1),
        [n, m] => (n, m),
        _ => return Err(store.error(path, format!("has shape {shape:?}; one or two dimensions are needed"))),
    };
    let values = store.floats(&path, (shape.len() == 2).then_some(elements))?;
    finite(store, &path, &values)?;
    let times_s = times(store, group, samples, unit_s)?;
    let signal = |k: usize| Signal {
        name: if elements == 1 { name.to_string() } else { format!("{name}[{k}]") },
        times_s: times_s.clone(),
        values: values.iter().skip(k).step_by(elements).copied().collect(),
    };
    Ok((0..elements).map(signal).collect())
}

/// The paths of the groups below `group` that hold data and times.
fn find(
    store: &Store,
    group: &str,
    depth: usize,
    seen: &mut usize,
    found: &mut Vec<String>,
) -> Result<(), FileError> {
    for name in names(store, group)? {
        let path = format!("{group}/{name}");
        let Some(node) = node(store, &path)? else { continue };
        let members = store.members(&node)?;
        *seen += 1;
        if *seen > MOST_OBJECTS {
            let what = format!("holds more than {MOST_OBJECTS} objects; name a file with fewer");
            return Err(store.error(group, what));
        }
        let has = |name: &str| members.contains_key(name);
        if has("data") && (has("timestamps") || has("starting_time")) {
            found.push(path);
        } else if depth > 1 && !members.is_empty() {
            find(store, &path, depth - 1, seen, found)?;
        }
    }
    Ok(())
}

fn times(store: &Store, group: &str, samples: usize, unit_s: f64) -> Result<Vec<f64>, FileError> {
    if names(store, group)?.iter().any(|name| name == "timestamps") {
        let path = format!("{group}/timestamps");
        let times: Vec<f64> = store.floats(&path, None)?.iter().map(|t| t * unit_s).collect();
        finite(store, &path, &times)?;
        if times.len() != samples || times.windows(2).any(|w| w[0] >= w[1]) {
            let what = format!("{} times for {samples} samples; they must rise", times.len());
            return Err(store.error(path, what));
        }
        return Ok(times);
    }
    let path = require(store, group, "starting_time", "a TimeSeries has it or `timestamps`")?;
    let start = node(store, &path)?;
    let start = start.ok_or_else(|| store.error(path.as_str(), "is missing; write the file again"))?;
    // In 1/s, whatever the unit of times.
    let rate = store.attributes(&start)?.floats("rate")?.first().copied().unwrap_or(0.0);
    // A scalar, whichever way it is stored.
    let start: f64 = match store.shape(&path)?.len() {
        0 => store.scalar(&path)?,
        _ => store.floats(&path, None)?.first().copied().unwrap_or(f64::NAN),
    } * unit_s;
    if !(rate > 0.0 && rate.is_finite() && start.is_finite()) {
        let what = format!("is {start} s at {rate} Hz; finite numbers are needed, the rate above 0");
        return Err(store.error(path, what));
    }
    Ok((0..samples).map(|k| start + k as f64 / rate).collect())
}
