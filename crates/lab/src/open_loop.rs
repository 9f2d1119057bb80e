//! A network file run open-loop: background and stimuli on the mossy fibres,
//! rates and rasters of all populations.

use crate::Error;
use crate::cerebellum::{BrainState, Drive, ModuleOptions, add_module};
use crate::ranks::{Ranks, SharedAnatomy};
use crate::report::chart::{Axis, Cell, Mark, Panel, Plate, Tick};
use crate::report::plot;
use crate::run_folder::write_whole;
use lobule_analysis::{interval_cv, mean, rates_hz, sd};
use lobule_circuit::plasticity::{Rule, Supervised};
use lobule_circuit::{Circuit, Profile, Simulation, State};
use lobule_scaffold::Anatomy;
use lobule_signal::{Clock, SpikeTrain};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Step of open-loop runs, ms.
pub const DT_MS: f64 = 0.1;
/// The synapses that learn, and those whose spikes teach them.
const PLASTIC_SET: &str = "parallel_fiber_to_purkinje";
const TEACHING_SET: &str = "io_to_purkinje";
/// Cells of a population shown in the raster, at most.
const SHOWN: usize = 150;

/// A stimulus on mossy fibres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stimulus {
    /// Rate above the background, Hz.
    pub rate_hz: f64,
    /// Begin, ms.
    pub from_ms: f64,
    /// End, ms.
    pub to_ms: f64,
    /// Only fibres within this of the middle of the granular layer, µm; infinite for all.
    pub within_um: f64,
}

impl Stimulus {
    /// Reads `mossy:150Hz@400ms..460ms,within=90`.
    ///
    /// # Errors
    /// [`Error::Config`] that shows the form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Config {
            key: format!("--stimulus {text}"),
            what: format!(
                "{why}; write it like mossy:150Hz@400ms..460ms or mossy:150Hz@0.4s..0.46s,within=90"
            ),
        };
        let rest = text.strip_prefix("mossy:").ok_or_else(|| wrong("only `mossy:` can be stimulated"))?;
        let mut parts = rest.split(',');
        let main = parts.next().unwrap_or_default();
        let (rate, span) = main.split_once('@').ok_or_else(|| wrong("the time is missing"))?;
        let (from, to) = span.split_once("..").ok_or_else(|| wrong("the time is no span"))?;
        let rate_hz: f64 =
            rate.trim().trim_end_matches("Hz").parse().map_err(|_| wrong("the rate is no number"))?;
        let mut stimulus = Self {
            rate_hz,
            from_ms: duration_ms(from).ok_or_else(|| wrong("the begin is no time"))?,
            to_ms: duration_ms(to).ok_or_else(|| wrong("the end is no time"))?,
            within_um: f64::INFINITY,
        };
        for option in parts {
            match option.split_once('=') {
                Some(("within", r)) => {
                    stimulus.within_um = r.trim().parse().map_err(|_| wrong("`within` is no number"))?
                }
                _ => return Err(wrong("the only option is `within=`")),
            }
        }
        if !(stimulus.rate_hz >= 0.0 && stimulus.rate_hz <= 5000.0) {
            return Err(wrong("the rate lies in 0..5000 Hz"));
        }
        if stimulus.to_ms <= stimulus.from_ms {
            return Err(wrong("the end must follow the begin"));
        }
        Ok(stimulus)
    }
}

/// Reads `1s`, `500ms` or `500` (ms).
pub fn duration_ms(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, unit) = match text {
        t if t.ends_with("ms") => (&t[..t.len() - 2], 1.0),
        t if t.ends_with('s') => (&t[..t.len() - 1], 1000.0),
        t => (t, 1.0),
    };
    let value: f64 = number.trim().parse().ok()?;
    (value.is_finite() && value >= 0.0).then_some(value * unit)
}

/// What to run.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenLoop {
    /// Duration, ms; a whole number of exchange intervals (1 ms in the canonical circuit).
    pub duration_ms: f64,
    /// Background rate of each mossy fibre, Hz.
    pub background_hz: f64,
    /// Stimuli.
    pub stimuli: Vec<Stimulus>,
    /// Parameter set.
    pub state: BrainState,
    /// Whether synapses have short-term plasticity.
    pub has_short_term: bool,
    /// Whether parallel fibres onto Purkinje cells learn, taught by climbing fibres.
    pub is_plastic: bool,
    /// Seed of the noise.
    pub seed: u64,
    /// Threads.
    pub threads: usize,
    /// Whether to measure how long each stage takes.
    pub has_profile: bool,
}

/// Rates of one population.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationRates {
    /// Cell type.
    pub cell_type: String,
    /// Number of cells.
    pub n: usize,
    /// Mean over cells, Hz.
    pub mean_hz: f64,
    /// Standard deviation over cells, Hz.
    pub sd_hz: f64,
    /// Part of cells that fired at all.
    pub active: f64,
    /// Mean coefficient of variation of interspike intervals; NaN when no cell fired thrice.
    pub cv: f64,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenLoopResult {
    /// Spikes of every population.
    pub spikes: Vec<SpikeTrain>,
    /// Their rates.
    pub rates: Vec<PopulationRates>,
    /// What the anatomy holds and the simulation leaves out.
    pub left_out: Vec<String>,
    /// Hash of the final state.
    pub fingerprint: u64,
    /// Wall time of building and compiling the circuit, s.
    pub compile_s: f64,
    /// Wall time of simulating, s.
    pub simulate_s: f64,
    /// Where the time of simulating went, if asked for.
    pub profile: Option<Profile>,
}

/// Runs an anatomy open-loop.
///
/// # Errors
/// Cells or sets without a model, times off the grid, a state that stopped being a number.
pub fn open_loop(anatomy: &Anatomy, what: &OpenLoop) -> Result<OpenLoopResult, Error> {
    open_loop_on(SharedAnatomy::whole(anatomy.clone()), what, &Snapshots::default(), &Ranks::alone())
}

/// States to begin from and to write down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshots {
    /// File of a state to go on from.
    pub from: Option<PathBuf>,
    /// File for the state at the end, and at every multiple of `every_ms` before; it is replaced whole.
    pub to: Option<PathBuf>,
    /// Time between snapshots, ms.
    pub every_ms: Option<f64>,
}

/// As [`open_loop`] over several ranks, from and to snapshots. Spikes and rates are those since the
/// snapshot; rank 0 has those of all, the others only the fingerprint.
///
/// # Errors
/// As [`open_loop`], the same on every rank; a snapshot that cannot be read or belongs to another network.
pub fn open_loop_on(
    mut shared: SharedAnatomy,
    what: &OpenLoop,
    snapshots: &Snapshots,
    ranks: &Ranks,
) -> Result<OpenLoopResult, Error> {
    let begin = Instant::now();
    let (mut simulation, left_out) = ranks.agree(prepare(&shared, what, ranks))?;
    // The rows are wiring now; they would take more memory than it.
    shared.anatomy.connections = Vec::new();
    if let Some(path) = &snapshots.from {
        let identity = simulation.network().identity();
        let state = if ranks.is_first() { read_state(path, identity).map(Some) } else { Ok(None) };
        let state = ranks.agree(state)?;
        simulation.scatter_state(state.as_ref())?;
    }
    let compile_s = begin.elapsed().as_secs_f64();
    let first_step = simulation.step();
    let run = run(&mut simulation, &shared.anatomy, what, snapshots, ranks);
    ranks.agree(run)?;
    let fingerprint = simulation.fingerprint()?;
    let simulate_s = begin.elapsed().as_secs_f64() - compile_s;
    simulation.merge_recordings()?;
    let steps = simulation.step() - first_step;
    let mut spikes = Vec::new();
    for label in simulation.network().populations().into_iter().map(|p| p.label) {
        spikes.push(simulation.recorded_spikes(&label)?.clone());
    }
    let rates = spikes
        .iter()
        .map(|train| {
            let hz = rates_hz(train, steps, DT_MS);
            PopulationRates {
                cell_type: train.label.clone(),
                n: train.n,
                mean_hz: mean(&hz),
                sd_hz: sd(&hz),
                active: hz.iter().filter(|r| **r > 0.0).count() as f64 / train.n as f64,
                cv: mean(&interval_cv(train)),
            }
        })
        .collect();
    let profile = simulation.profile();
    Ok(OpenLoopResult { spikes, rates, left_out, fingerprint, compile_s, simulate_s, profile })
}

/// The simulation of this rank's share, at its start.
fn prepare(
    shared: &SharedAnatomy,
    what: &OpenLoop,
    ranks: &Ranks,
) -> Result<(Simulation, Vec<String>), Error> {
    let anatomy = &shared.anatomy;
    let mut circuit = Circuit::new();
    let mut options = ModuleOptions::new(what.state, Drive::Poisson(what.background_hz));
    options.is_part = shared.is_part;
    options.has_short_term = what.has_short_term;
    if what.is_plastic {
        for set in [PLASTIC_SET, TEACHING_SET] {
            if anatomy.connections(set).is_none() {
                return Err(Error::Config {
                    key: "--plastic".into(),
                    what: format!("the network has no connection set `{set}`; leave it out"),
                });
            }
        }
        let rule = Rule::Supervised(Supervised::pf_pc(1e-4, -5e-3, 5.0));
        options.rules.insert(PLASTIC_SET.into(), (rule, Some(TEACHING_SET.into())));
    }
    let left_out = add_module(&mut circuit, "", anatomy, &options)?;
    let network = circuit.compile_share(Clock::new(DT_MS)?, what.seed, &ranks.share())?;
    drop(circuit);
    shared.covers(&network)?;
    let mut simulation = ranks.simulation(network.clone(), what.threads)?;
    for population in network.populations() {
        simulation.record_spikes(&population.label)?;
    }
    if what.has_profile {
        simulation.start_profile();
    }
    Ok((simulation, left_out))
}

fn run(
    simulation: &mut Simulation,
    anatomy: &Anatomy,
    what: &OpenLoop,
    snapshots: &Snapshots,
    ranks: &Ranks,
) -> Result<(), Error> {
    let interval_ms = simulation.network().interval_steps() as f64 * DT_MS;
    let (now_ms, end_ms) = (simulation.ms(), what.duration_ms);
    let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
    if now_ms >= end_ms {
        return wrong("--duration", format!("the snapshot is of {now_ms} ms; the run must end later"));
    }
    // The rates of fibres change at the borders of the stimuli only.
    let mut borders = vec![now_ms, end_ms];
    borders.extend(what.stimuli.iter().flat_map(|s| [s.from_ms, s.to_ms]));
    if let (Some(every), Some(_)) = (snapshots.every_ms, &snapshots.to) {
        borders.extend((1..).map(|k| f64::from(k) * every).take_while(|t| *t < end_ms));
    }
    borders.retain(|t| (now_ms..=end_ms).contains(t));
    borders.sort_by(f64::total_cmp);
    borders.dedup();
    if what.stimuli.iter().any(|s| s.from_ms >= end_ms) {
        return wrong(
            "--stimulus",
            format!("it begins after the end of the run at {end_ms} ms; lengthen --duration"),
        );
    }
    let fibres = anatomy.cells("mossy_fiber");
    let middle = [anatomy.size[0] / 2.0, anatomy.size[1] / 2.0, 65.0];
    for span in borders.windows(2) {
        if let Some(fibres) = fibres {
            let rates: Vec<f64> = fibres
                .positions
                .iter()
                .map(|p| {
                    let distance = (0..3).map(|k| (p[k] - middle[k]).powi(2)).sum::<f64>().sqrt();
                    let active =
                        |s: &&Stimulus| s.from_ms <= span[0] && span[0] < s.to_ms && distance <= s.within_um;
                    what.background_hz + what.stimuli.iter().filter(active).map(|s| s.rate_hz).sum::<f64>()
                })
                .collect();
            let population = simulation.population("mossy_fiber")?;
            simulation.set_rates(population, &rates)?;
        }
        simulation.run_ms(((span[1] - span[0]) / interval_ms * 1e6).round() / 1e6 * interval_ms)?;
        let is_due = span[1] == end_ms || snapshots.every_ms.is_some_and(|e| (span[1] / e).fract() == 0.0);
        if let Some(path) = snapshots.to.as_ref().filter(|_| is_due) {
            let state = simulation.gather_state()?;
            let identity = simulation.network().identity();
            ranks.agree(state.map_or(Ok(()), |state| write_state(path, identity, &state)))?;
        }
    }
    Ok(())
}

/// What a snapshot file begins with; the number changes with the format.
const SNAPSHOT: &str = "lobule state 1";

/// Writes a state so that the file is the old one or the new one, whatever happens.
fn write_state(path: &Path, identity: u64, state: &State) -> Result<(), Error> {
    let bytes = postcard::to_stdvec(&(SNAPSHOT, identity, state))
        .map_err(|e| Error::File { path: path.display().to_string(), what: e.to_string() })?;
    write_whole(path, &bytes)
}

fn read_state(path: &Path, identity: u64) -> Result<State, Error> {
    let wrong = |what: String| Error::File { path: path.display().to_string(), what };
    let bytes = std::fs::read(path).map_err(|e| wrong(format!("{e}; give a file made by --snapshot")))?;
    let (format, of, state): (String, u64, State) = postcard::from_bytes(&bytes)
        .map_err(|e| wrong(format!("is no snapshot, or damaged ({e}); give a file made by --snapshot")))?;
    if format != SNAPSHOT {
        return Err(wrong("is no snapshot of this version; give a file made by --snapshot".into()));
    }
    if of != identity {
        return Err(wrong(
            "is a snapshot of another network; give the same file, --seed and options as the run it was made by".into(),
        ));
    }
    Ok(state)
}

/// A raster of all populations as PNG: one strip each, every k-th cell of the large ones.
///
/// # Errors
/// When it cannot be drawn.
pub fn raster_png(result: &OpenLoopResult, duration_ms: f64) -> Result<Vec<u8>, Error> {
    const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
    let mut cells = Vec::new();
    let mut ticks = Vec::new();
    let mut bottom = 0.0;
    let width = (duration_ms / 700.0).max(0.3);
    for (k, train) in result.spikes.iter().enumerate() {
        let every = train.n.div_ceil(SHOWN).max(1);
        let shown = train.n.div_ceil(every);
        let height = (shown as f64).max(24.0);
        let colour = COLOURS[k % COLOURS.len()];
        let row = height / shown as f64;
        for (&step, &id) in train.steps.iter().zip(&train.ids) {
            if (id as usize).is_multiple_of(every) {
                let (x, y) = (step as f64 * DT_MS, bottom + row * (id as usize / every) as f64);
                cells.push(Cell { x: (x, x + width), y: (y, y + row.min(2.0)), colour: colour.into() });
            }
        }
        ticks.push(Tick {
            at: bottom + 0.5 * height,
            text: train.label.clone(),
            under: format!("{shown} of {}", train.n),
            colour: colour.into(),
        });
        bottom += height + 8.0;
    }
    let mut plate = Plate::new("raster", 1, bottom.max(100.0));
    plate.left = (150.0, 16.0);
    let x = Axis::exact("time (ms)", 0.0, duration_ms);
    let mut panel = Panel::new("", x, Axis::exact("", -4.0, bottom).named(ticks));
    panel.marks.push(Mark::Cells(cells));
    plate.panels.push(panel);
    plot::png(&plate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stimuli_are_read_and_bad_ones_explained() {
        let s = Stimulus::parse("mossy:150Hz@400ms..0.46s,within=90").unwrap();
        assert_eq!(s, Stimulus { rate_hz: 150.0, from_ms: 400.0, to_ms: 460.0, within_um: 90.0 });
        for bad in [
            "granule:1@0..1",
            "mossy:x@0..1",
            "mossy:5",
            "mossy:5@9..1",
            "mossy:-5@0..1",
            "mossy:5@0..1,foo=2",
        ] {
            assert!(Stimulus::parse(bad).unwrap_err().to_string().contains("mossy:150Hz@400ms"), "{bad}");
        }
        assert_eq!(
            (duration_ms("1s"), duration_ms("250ms"), duration_ms("7")),
            (Some(1000.0), Some(250.0), Some(7.0))
        );
        assert_eq!(duration_ms("soon"), None);
    }
}
