//! The devices of a simulation: what drives cells and what records them.
//!
//! bsb-nest 8.0.2 has five of its own (`poisson_generator`, `sinusoidal_poisson_generator`, `dc_generator`,
//! `spike_recorder`, `multimeter`) and `external`, which takes any `nest_model` with `constants`. Both ways are read
//! here; a model that is not listed is a problem. Units: ms, Hz, pA; weights nS (a factor for currents).

use super::fields::Fields;
use super::ranges;
use super::targetting::Targetting;

/// From when to when, ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Begin, ms.
    pub start_ms: f64,
    /// End, ms; none for the end of the run.
    pub stop_ms: Option<f64>,
}

/// Kind of a device.
#[derive(Debug, Clone, PartialEq)]
pub enum DeviceKind {
    /// Independent Poisson spikes for each target.
    Poisson {
        /// Rate, Hz.
        rate_hz: f64,
        /// When.
        span: Span,
    },
    /// The same with a rate of `rate + amplitude · sin(2π frequency t + phase)`, 0 where negative.
    SinusoidalPoisson {
        /// Mean rate, Hz.
        rate_hz: f64,
        /// Amplitude, Hz.
        amplitude_hz: f64,
        /// Frequency, Hz.
        frequency_hz: f64,
        /// Phase at time 0, degrees.
        phase_deg: f64,
        /// When.
        span: Span,
    },
    /// The same given spikes for all targets.
    SpikeTimes {
        /// Times, ms, ascending.
        times_ms: Vec<f64>,
    },
    /// A current that is constant between steps.
    Current {
        /// (time ms, amplitude pA): the amplitude from that time on.
        steps: Vec<(f64, f64)>,
    },
    /// Records spikes.
    SpikeRecorder {
        /// When.
        span: Span,
    },
    /// Records state variables.
    Multimeter {
        /// NEST's names, e.g. `V_m`.
        variables: Vec<String>,
        /// Time between samples, ms; none for the resolution.
        interval_ms: Option<f64>,
        /// When.
        span: Span,
    },
}

impl DeviceKind {
    fn is_recorder(&self) -> bool {
        matches!(self, Self::SpikeRecorder { .. } | Self::Multimeter { .. })
    }
}

/// A device and its targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// Whom it reaches.
    pub targetting: Targetting,
    /// Weight of its connections, nS for spikes, a factor for currents.
    pub weight: f64,
    /// Delay of its connections, ms.
    pub delay_ms: f64,
    /// Receptor, from 1; 0 when none is given.
    pub receptor: usize,
}

impl Device {
    /// NEST's name of it.
    pub fn model(&self) -> &'static str {
        match self.kind {
            DeviceKind::Poisson { .. } => "poisson_generator",
            DeviceKind::SinusoidalPoisson { .. } => "sinusoidal_poisson_generator",
            DeviceKind::SpikeTimes { .. } => "spike_generator",
            DeviceKind::Current { .. } => "current generator",
            DeviceKind::SpikeRecorder { .. } => "spike_recorder",
            DeviceKind::Multimeter { .. } => "multimeter",
        }
    }

    /// True if it records instead of stimulating.
    pub fn is_recorder(&self) -> bool {
        self.kind.is_recorder()
    }

    /// Reads a device; problems go where `fields` gathers them.
    pub(super) fn read(name: &str, fields: Fields) -> Option<Self> {
        let Some(device) = fields.text("device").or_else(|| {
            // BSB's default is `external`.
            fields.value("nest_model").is_some().then_some("external")
        }) else {
            return fields.refuse("device", format!("is missing; known are: {}", known()));
        };
        let targetting = Targetting::read(&fields);
        let weight = fields.within("weight", &ranges::WEIGHT);
        let delay = fields.needed_within("delay", &ranges::DELAY);
        let receptor = fields.receptor("receptor_type").unwrap_or(0);
        let kind = if device == "external" {
            let Some(model) = fields.text("nest_model") else {
                return fields.refuse("nest_model", format!("is missing; known are: {}", known()));
            };
            let empty = serde_json::json!({});
            let constants = match fields.value("constants") {
                Some(_) => fields.object("constants"),
                None => Fields::of(&empty, fields.at("constants"), fields.problems),
            };
            let kind = constants.and_then(|constants| {
                let kind = kind_of(model, "nest_model", &fields, &constants)?;
                constants.finish();
                Some(kind)
            });
            fields.finish();
            kind
        } else {
            // The parameters stand beside `device`.
            let kind = kind_of(device, "device", &fields, &fields);
            if kind.as_ref().is_some_and(|kind| !kind.is_recorder()) && fields.value("weight").is_none() {
                fields.problem("weight", "is missing; BSB needs it: add it to the configuration");
            }
            if kind.is_some() {
                fields.finish();
            }
            kind
        };
        let (kind, targetting, delay_ms) = (kind?, targetting?, delay?);
        Some(Self { name: name.into(), kind, targetting, weight: weight.unwrap_or(1.0), delay_ms, receptor })
    }
}

/// Reads the parameters of a kind of device.
type ReadKind = fn(&Fields) -> Option<DeviceKind>;

/// The devices that are known, by NEST's names.
const KINDS: [(&str, ReadKind); 8] = [
    ("poisson_generator", poisson),
    ("sinusoidal_poisson_generator", sinusoidal_poisson),
    ("spike_generator", spike_times),
    ("dc_generator", constant_current),
    ("step_current_generator", current_steps),
    ("spike_recorder", |fields| Some(DeviceKind::SpikeRecorder { span: span(fields)? })),
    ("multimeter", |fields| multimeter(fields, None)),
    ("voltmeter", |fields| multimeter(fields, Some("V_m"))),
];

/// The names of the devices, for messages.
fn known() -> String {
    KINDS.map(|(name, _)| name).join(", ")
}

/// The kind that `model` names, with its parameters from `fields`.
pub(super) fn kind_of(model: &str, model_key: &str, device: &Fields, fields: &Fields) -> Option<DeviceKind> {
    match KINDS.iter().find(|(name, _)| *name == model) {
        Some((_, read)) => read(fields),
        None => device.refuse(model_key, format!("is `{model}`; known are: {}", known())),
    }
}

fn poisson(fields: &Fields) -> Option<DeviceKind> {
    let rate_hz = fields.needed_within("rate", &ranges::RATE);
    Some(DeviceKind::Poisson { span: span(fields)?, rate_hz: rate_hz? })
}

fn sinusoidal_poisson(fields: &Fields) -> Option<DeviceKind> {
    let rate = fields.needed_within("rate", &ranges::RATE);
    let amplitude = fields.needed_within("amplitude", &ranges::RATE_AMPLITUDE);
    let frequency = fields.needed_within("frequency", &ranges::FREQUENCY);
    let phase_deg = fields.within("phase", &ranges::PHASE).unwrap_or(0.0);
    if fields.flag("individual_spike_trains") == Some(false) {
        let what = "is false; here every target has its own spikes: remove it";
        return fields.refuse("individual_spike_trains", what);
    }
    let (rate_hz, amplitude_hz, frequency_hz, span) = (rate?, amplitude?, frequency?, span(fields)?);
    Some(DeviceKind::SinusoidalPoisson { rate_hz, amplitude_hz, frequency_hz, phase_deg, span })
}

fn spike_times(fields: &Fields) -> Option<DeviceKind> {
    let times_ms = fields.all_within("spike_times", &ranges::TIME);
    if fields.value("spike_times").is_none() {
        fields.problem("spike_times", "is missing; give the times of the spikes, ms");
    }
    let times_ms = times_ms?;
    if let Some(w) = times_ms.windows(2).find(|w| w[1] < w[0]) {
        return fields.refuse("spike_times", format!("has {} after {}; times ascend", w[1], w[0]));
    }
    if let Some(first) = times_ms.first().filter(|t| **t <= 0.0) {
        return fields.refuse("spike_times", format!("begins at {first} ms; a spike comes after 0 ms"));
    }
    let weights = fields.numbers("spike_weights").unwrap_or_default();
    let n = weights.iter().filter(|w| **w != 1.0).count();
    if n > 0 {
        let what = "one weight for all spikes is known: use `weight`, or one device for each";
        return fields.refuse("spike_weights", format!("has {n} weights other than 1; {what}"));
    }
    Some(DeviceKind::SpikeTimes { times_ms })
}

fn constant_current(fields: &Fields) -> Option<DeviceKind> {
    let amplitude = fields.needed_within("amplitude", &ranges::CURRENT);
    let span = span(fields)?;
    let mut steps = vec![(span.start_ms, amplitude?)];
    steps.extend(span.stop_ms.map(|stop| (stop, 0.0)));
    Some(DeviceKind::Current { steps })
}

fn current_steps(fields: &Fields) -> Option<DeviceKind> {
    let times = fields.all_within("amplitude_times", &ranges::TIME);
    let values = fields.all_within("amplitude_values", &ranges::CURRENT);
    let wrong = |what: String| fields.refuse("amplitude_times", what);
    let (Some(times), Some(values)) = (times, values) else {
        return wrong("and `amplitude_values` must both be lists of numbers".into());
    };
    if times.len() != values.len() {
        return wrong(format!("has {} times for {} values; give as many", times.len(), values.len()));
    }
    if times.windows(2).any(|w| w[1] <= w[0]) || times.first().is_some_and(|t| *t < 0.0) {
        return wrong("do not ascend from 0; NEST needs ascending times".into());
    }
    let span = span(fields)?;
    if span.start_ms > 0.0 || span.stop_ms.is_some() {
        return fields.refuse("start", "and `stop` beside steps are not known; write them as steps");
    }
    Some(DeviceKind::Current { steps: times.into_iter().zip(values).collect() })
}

/// A recorder of variables, of `default` where none are named.
fn multimeter(fields: &Fields, default: Option<&str>) -> Option<DeviceKind> {
    let named = fields.texts("properties").or_else(|| fields.texts("record_from"));
    let variables = match (named, default) {
        (Some(variables), _) if !variables.is_empty() => variables,
        (None, Some(default)) => vec![default.to_string()],
        _ => return fields.refuse("properties", "names no variable; give a list, e.g. [\"V_m\"]"),
    };
    if let Some(units) = fields.texts("units")
        && units.len() != variables.len()
    {
        let what = format!("has {} units for {} properties; give as many", units.len(), variables.len());
        fields.problem("units", what);
    }
    let interval_ms = fields.within("interval", &ranges::INTERVAL);
    Some(DeviceKind::Multimeter { variables, interval_ms, span: span(fields)? })
}

/// `start` and `stop`.
fn span(fields: &Fields) -> Option<Span> {
    let start_ms = fields.within("start", &ranges::TIME).unwrap_or(0.0);
    let stop_ms = fields.within("stop", &ranges::TIME);
    if let Some(stop) = stop_ms.filter(|stop| *stop <= start_ms) {
        // NOTE: bsb-nest drops such a stop for two devices without a word and refuses it for a third.
        let what = format!("is {stop} ms and `start` is {start_ms} ms; the end must follow the begin");
        return fields.refuse("stop", what);
    }
    Some(Span { start_ms, stop_ms })
}
