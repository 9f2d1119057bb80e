//! The controllers of the bench by name, each made for a body that it knows only roughly.
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
use lobule_cerebellum::SgdegeController;
use lobule_control::feedback::{Reflex, Trimmed};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::forward::{
    Anticipating, AnticipatorParameters, CmacModel, CmacParameters, ConstantVelocity, Context, Equations,
    ForwardModel, Granule, GranuleParameters, InnerLoop, InnerLoopParameters, Kalman, Linear, LinearRule,
    Scales, SmithPredictor,
};
use lobule_control::identify::{identify, impulse_response};
use lobule_control::plant::Actuator;
use lobule_control::{Beside, Cfpc, ClosedLoop, Controller, FeedbackErrorLearning};
use lobule_study::Error;
use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork as Network};
use lobule_theory::rules::Sgdege;

/// Whether it learns an output from trial to trial.
pub fn is_filter(name: &str) -> bool {
    name.starts_with("cfpc_") || name == "fel"
}

/// Whether it works beside the law on the late error.
pub fn rests_on_feedback(name: &str) -> bool {
    is_filter(name) || name == "sgdege"
}

/// A place in the matrix, for which controllers are made.
pub struct BenchSetup<'a> {
    /// The matrix.
    pub config: &'a Config,
    /// The body that models and laws know.
    pub known: &'a Body,
    /// The body there is.
    pub body: &'a Body,
    /// Sensory and motor, ticks.
    pub delays: [usize; 2],
    /// Condition.
    pub condition: TrialCondition,
    /// Seed.
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
        Ok(ClosedLoop::new(body.plant()?, reflex, 1, self.config.dt_s, self.delays)?)
    }

    /// The response that the synapses of a controller carry. `[ticks]`
    pub fn trace(&self, name: &str) -> Result<TraceModel, Error> {
        let c = self.config;
        let taps = ((c.models.trace_s / c.dt_s).round() as usize).max(1);
        Ok(match name {
            "cfpc_none" => TraceModel::None,
            "cfpc_delay" => {
                // What somebody would choose who sees when the known loop answers most.
                let h = impulse_response(&mut self.reflex(self.known)?, taps)?;
                let peak = (0..h.len()).fold(0, |top, n| if h[n].abs() > h[top].abs() { n } else { top });
                TraceModel::Delay(peak)
            }
            // Random steps small enough for every body to stay near rest, for fifteen trials' time.
            "cfpc_identified" => {
                let ticks = 15 * c.ticks();
                TraceModel::Response(identify(
                    &mut self.reflex(self.body)?,
                    0.05,
                    ticks,
                    taps,
                    1e-6,
                    self.seed,
                )?)
            }
            _ => TraceModel::Response(impulse_response(&mut self.reflex(self.known)?, taps)?),
        })
    }

    /// The signals of an adaptive filter: of time where movements repeat, of the reference where they do not.
    pub fn basis(&self) -> Result<Basis, Error> {
        let (m, dt) = (&self.config.models, self.config.dt_s);
        Ok(match self.condition {
            TrialCondition::Wander => Basis::filtered_reference(&m.taus_s, m.scale_s, dt)?,
            _ => Basis::gaussians(m.signals, m.spacing_s, m.width_s, dt)?,
        })
    }

    /// The controller of that name, the gains of its law times `gain`.
    ///
    /// # Errors
    /// A controller that refuses this body or delay: [`lobule_control::Error::Parameter`] says why.
    pub fn controller(&self, name: &str, gain: f64) -> Result<Box<dyn Controller>, Error> {
        let (c, dt) = (self.config, self.config.dt_s);
        if name == "feedback" {
            return Ok(Box::new(Reflex::new(self.laws.pid(gain, dt)?)));
        }
        if is_filter(name) {
            let learning = Learning {
                trace: self.trace(name)?,
                update: Update::Trial,
                step: Step::Normalised(c.rates.filter),
            };
            let filter = AdaptiveFilter::new(self.basis()?, &learning)?;
            let law = self.laws.pid(gain, dt)?;
            return Ok(match name {
                "fel" => Box::new(FeedbackErrorLearning::new(law, filter, dt)),
                _ => Box::new(Cfpc::new(law, filter, dt)),
            });
        }
        if name == "sgdege" {
            let p = &c.sgdege;
            let network = Network::new(&NetworkParameters { patterns: 1, ..Default::default() }, self.seed)?;
            let rule = Sgdege::new(&network, &p.rule, self.seed)?;
            // A difference of twice the mean rate of plus and minus cells commands as much as the body resists at 1.
            let full = [self.known.scale() / (2.0 * network.parameters().rate_pn)];
            let learner = Learner::new(network, Box::new(rule));
            let cerebellum = SgdegeController::new(learner, &full, p.error_hz, c.ticks() as u64)?;
            return Ok(Box::new(Beside::new(Reflex::new(self.laws.pid(gain, dt)?), cerebellum)?));
        }
        let inner: Box<dyn Controller> = match name {
            "smith" => {
                let (law, model) = (self.laws.of_state(gain, self.known), equations(self.known, dt));
                let rest = vec![0.0; self.known.senses()];
                let delay = self.delays[0] + self.delays[1];
                Box::new(SmithPredictor::new(law, model, &rest, &self.scales.state, delay)?)
            }
            "anticipator" => {
                let lead = (self.delays[0] + self.delays[1]).max(1);
                let context = Context {
                    senses: self.scales.state.clone(),
                    commands: self.scales.command.clone(),
                    sense_taps: c.models.sense_taps,
                    command_taps: lead + 1,
                };
                let parameters = AnticipatorParameters {
                    lines: self.known.senses(),
                    features: 1,
                    lead,
                    max_lead: lead,
                    rate: c.rates.anticipator,
                    gate: None,
                    skill_samples: 1000,
                    adaptive_lead: None,
                };
                Box::new(Anticipating::new(self.laws.of_state(gain, self.known), context, parameters)?)
            }
            _ => {
                let inverts = name == "inverted_rls";
                let parameters = InnerLoopParameters {
                    passes: usize::from(inverts),
                    horizon: c.models.horizon,
                    secant: inverts,
                    actuator: Actuator::Unlimited,
                    delays: self.delays,
                    ..InnerLoopParameters::default()
                };
                // The inverted model finds what holds the body by itself.
                let light = Body { damping: 0.0, stiffness: 0.0, weight: 0.0, ..*self.known };
                let law = self.laws.of_state(gain, if inverts { &light } else { self.known });
                Box::new(InnerLoop::new(parameters, law, self.model(name)?)?)
            }
        };
        // Chosen: a quarter of what a loop that answers 0.2 s after the delay bears, by the rule of the trim.
        let wait = 0.2 + (self.delays[0] + self.delays[1]) as f64 * dt;
        Ok(Box::new(Trimmed::new(inner, self.known.senses(), 0.25 / wait, dt)?))
    }

    /// The forward model of a controller.
    fn model(&self, name: &str) -> Result<Box<dyn ForwardModel>, Error> {
        let (c, dt) = (self.config, self.config.dt_s);
        let scales = || self.scales.clone();
        let rls = LinearRule::Rls { forgetting: c.rates.rls_forgetting, ridge: 1e-3 };
        Ok(match name {
            "constant_velocity" => {
                if self.known.senses() < 2 {
                    let what = "the body senses no velocity".into();
                    return Err(
                        lobule_control::Error::Controller { controller: "constant velocity", what }.into()
                    );
                }
                Box::new(ConstantVelocity::new(self.scales.change.clone(), 1, vec![(0, 1)], dt)?)
            }
            "kalman" => {
                let variances = |v: f64| self.scales.change.iter().map(|d| v * d * d).collect();
                let (q, r) = (variances(c.models.kalman_process), variances(c.models.kalman_senses));
                Box::new(Kalman::new(self.known.matrices(dt), q, r)?)
            }
            "nlms" => Box::new(Linear::new(LinearRule::Nlms { rate: c.rates.nlms }, scales())?),
            "granule" => {
                let (cells, rate) = (c.models.granule_cells, c.rates.granule);
                let fan_in = (self.known.senses() + 1).min(3);
                let parameters = GranuleParameters { cells, rate, fan_in, ..GranuleParameters::default() };
                Box::new(Granule::new(parameters, scales(), self.seed)?)
            }
            "cmac" => {
                let (tilings, rate) = (c.models.cmac_tilings, c.rates.cmac);
                let parameters = CmacParameters { tilings, rate, ..CmacParameters::default() };
                Box::new(CmacModel::new(parameters, 6, scales(), self.seed)?)
            }
            "equations" => equations(self.body, dt),
            _ => Box::new(Linear::new(rls, scales())?),
        })
    }
}

fn equations(body: &Body, dt_s: f64) -> Box<dyn ForwardModel> {
    let body = *body;
    Box::new(Equations::new(body.senses(), 1, move |s, u, next| body.step(s, u[0], dt_s, next)))
}
