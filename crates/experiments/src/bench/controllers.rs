//! The controllers of the bench by name: entries of the registry ([`lobule_cerebellum::controllers`]) with parameters for a body
//! that each knows only roughly.
//!
//! Three families share their laws, so that what differs is the cerebellum:
//!
//! ```text
//! late    u = PID(late error)                                        feedback
//! filter  u = PID(late error + o), or PID(late error) + o            cfpc_*, fel: o learned from trial to trial; sgdege: from one
//!                                                                    number per trial
//! state   u = law(state of now as the model says, reference + trim)  all others: forward models, Smith predictor, anticipator
//! ```

use super::body::Body;
use super::config::{Config, TrialCondition};
use super::laws::Laws;
use lobule_cerebellum::controllers;
use lobule_control::feedback::{PidGains, Reflex};
use lobule_control::filter::{Basis, TraceModel};
use lobule_control::forward::Scales;
use lobule_control::registry::{Given, Known, Plants, Setting, Value, Values, basis_and_trace};
use lobule_control::{ClosedLoop, Controller};
use lobule_study::Error;

/// True if it learns an output from trial to trial.
pub fn is_filter(name: &str) -> bool {
    name.starts_with("cfpc_") || name == "fel"
}

/// True if it works beside the law on the late error.
pub fn rests_on_feedback(name: &str) -> bool {
    is_filter(name) || name == "sgdege"
}

/// A place in the matrix, for which controllers are made.
pub struct BenchSetup<'a> {
    pub config: &'a Config,
    /// Plants by name.
    pub plants: &'a Plants,
    /// The body that models and laws know.
    pub known: Body,
    /// The body there is.
    pub body: &'a Body,
    /// Sensory and motor, ticks.
    pub delays: [usize; 2],
    pub condition: TrialCondition,
    pub seed: u64,
    /// Laws of the known body.
    pub laws: &'a Laws,
    /// Large values of senses, changes and commands.
    pub scales: &'a Scales,
}

impl BenchSetup<'_> {
    /// A loop of `body` and feedback alone whose error takes a probe.
    pub fn reflex(&self, body: &Body) -> Result<ClosedLoop, Error> {
        let reflex: Box<dyn Controller> = Box::new(Reflex::new(self.laws.pid(1.0, self.config.dt_s)?));
        Ok(ClosedLoop::new(body.plant(self.plants)?, reflex, 1, self.config.dt_s, self.delays)?)
    }

    pub fn basis_and_trace(&self, name: &str) -> Result<(Basis, TraceModel), Error> {
        self.with_setting(|setting| {
            let entry = controllers().find(registered(name))?;
            let given = Given::resolve(entry.name, entry.parameters, &self.values(name, 1.0))?;
            basis_and_trace(&given, setting)
        })
    }

    /// The controller of that name, the gains of its law times `gain`.
    /// A controller may refuse this body or delay: [`lobule_control::Error::Parameter`] says why.
    pub fn controller(&self, name: &str, gain: f64) -> Result<Box<dyn Controller>, Error> {
        self.with_setting(|setting| controllers().make(registered(name), &self.values(name, gain), setting))
    }

    fn with_setting<T>(
        &self,
        make: impl FnOnce(&Setting) -> Result<T, lobule_control::Error>,
    ) -> Result<T, Error> {
        let dt_s = self.config.dt_s;
        let setting = Setting {
            dt_s,
            delays: self.delays,
            trial_ticks: self.config.ticks(),
            senses: self.known.senses(),
            references: self.known.references(),
            commands: 1,
            cues: 0,
            seed: self.seed,
            model: Known {
                plant: &|| self.known.plant(self.plants),
                equations: &|| self.known.equations(dt_s),
            },
            truth: Known {
                plant: &|| self.body.plant(self.plants),
                equations: &|| self.body.equations(dt_s),
            },
        };
        Ok(make(&setting)?)
    }

    /// Parameters of a controller: what of the matrix concerns it, and the laws of this body.
    fn values(&self, name: &str, gain: f64) -> Values {
        let (c, m) = (self.config, &self.config.models);
        let mut values = Values::new();
        let mut numbers = |all: &[(&str, f64)]| {
            values.extend(all.iter().map(|(key, value)| ((*key).into(), Value::Number(*value))));
        };
        if name == "feedback" || rests_on_feedback(name) {
            let PidGains { kp, kd, ki, filter_s } = self.laws.late;
            numbers(&[("kp", gain * kp), ("kd", gain * kd), ("ki", gain * ki), ("filter_s", filter_s)]);
        } else {
            // Chosen: a quarter of what a loop that answers 0.2 s after the delay bears, by the rule of the trim.
            let wait = 0.2 + (self.delays[0] + self.delays[1]) as f64 * c.dt_s;
            let [kp, kd] = self.laws.now;
            numbers(&[("kp", gain * kp), ("kd", gain * kd), ("trim", 0.25 / wait)]);
            // The inverted model finds what holds the body by itself.
            if name != "inverted_rls" {
                let [stiffness, weight, damping] = self.known.feedforward();
                numbers(&[("stiffness", stiffness), ("weight", weight), ("damping", damping)]);
            }
        }
        let (rates, rule, forgetting) = (&c.rates, &c.sgdege.rule, ("forgetting", c.rates.rls_forgetting));
        match name {
            "nlms" => numbers(&[("rate", rates.nlms)]),
            "rls" => numbers(&[forgetting]),
            "inverted_rls" => numbers(&[forgetting, ("passes", 1.0), ("horizon", m.horizon as f64)]),
            "granule" => numbers(&[("cells", m.granule_cells as f64), ("rate", rates.granule)]),
            "cmac" => numbers(&[("tilings", m.cmac_tilings as f64), ("rate", rates.cmac)]),
            "kalman" => numbers(&[("process", m.kalman_process), ("sensory", m.kalman_senses)]),
            "anticipator" => numbers(&[("sense_taps", m.sense_taps as f64), ("rate", rates.anticipator)]),
            "sgdege" => {
                numbers(&[("error_hz", c.sgdege.error_hz), ("full", self.known.scale())]);
                numbers(&[("rho", rule.rho), ("amplitude", rule.amplitude)]);
                numbers(&[("alpha_w", rule.alpha_w), ("alpha_v", rule.alpha_v)]);
            }
            _ if is_filter(name) => {
                numbers(&[("signals", m.signals as f64), ("spacing_s", m.spacing_s), ("width_s", m.width_s)]);
                numbers(&[("scale_s", m.scale_s), ("trace_s", m.trace_s), ("rate", rates.filter)]);
                // Random steps small enough for every body to stay near rest, for fifteen trials' time.
                numbers(&[("probe", 0.05), ("probe_s", 15.0 * c.ticks() as f64 * c.dt_s)]);
                values.insert("taus_s".into(), Value::Numbers(m.taus_s.clone()));
                // Signals of time where movements repeat, of the reference where they do not.
                let basis = if self.condition == TrialCondition::Wander { "reference" } else { "gaussians" };
                values.insert("basis".into(), Value::Word(basis.into()));
                let trace = name.strip_prefix("cfpc_").unwrap_or("model");
                values.insert("trace".into(), Value::Word(trace.into()));
            }
            _ => {}
        }
        if name != "feedback" && !rests_on_feedback(name) {
            let Scales { state, change, command } = self.scales.clone();
            let scales = [("sense_scales", state), ("change_scales", change), ("command_scales", command)];
            values.extend(scales.map(|(key, scales)| (key.into(), Value::Numbers(scales))));
        }
        values
    }
}

/// The registry's name of a controller of the matrix.
fn registered(name: &str) -> &str {
    match name {
        "inverted_rls" => "rls",
        name if name.starts_with("cfpc_") => "cfpc",
        name => name,
    }
}
