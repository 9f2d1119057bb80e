//! One attempt: a naive controller, episode by episode.

use super::config::{Actuation, Config, ControllerKind, InnerLoopConfig, ModelsConfig, TICK_MS};
use super::record::{Attempt, Case, DmController, DmRun, PassMode, PassesRun, PoleController, PoleRun};
use lobule_control::forward::{
    Addressing, CmacModel, CmacParameters, ConstantVelocity, Equations, ForwardModel, Granule,
    GranuleParameters, InnerLoop, InnerLoopParameters, Law, Linear, LinearRule, Persistence, Scales,
};
use lobule_control::plant::{CartPole, CartPoleParameters};
use lobule_control::{ClosedLoop, Controller, Drive};
use lobule_study::Error;

/// Half width of the starts of an episode in all four variables. Source: Gymnasium CartPole-v1.
const START: [f64; 4] = [0.05; 4];
/// The same in dm_control. Source: `suite/cartpole.py`, balance; its velocities are normal with sd 0.01, here uniform
/// with the same sd.
const DM_START: [f64; 4] = [0.1, 0.017, 0.034, 0.017];
/// Tick of Gymnasium's task, s.
const TICK_S: f64 = 0.02;
/// Tick of dm_control's task, s.
const DM_TICK_S: f64 = 0.01;
/// Weight of RLS's prior. Chosen: see [`LinearRule::Rls`].
const RIDGE: f64 = 1e-3;

type Cart = ClosedLoop<CartPole, InnerLoop>;

pub struct Setting {
    plant: CartPoleParameters,
    tick_s: f64,
    inner: InnerLoopParameters,
    gain: f64,
    /// Coefficient of the angular velocity, s/rad.
    angular_velocity: f64,
}

impl Setting {
    /// Gymnasium's cart-pole and the configured inner loop.
    pub fn gymnasium(config: &Config, task: Actuation, delay_ms: usize) -> Self {
        let InnerLoopConfig { passes, horizon, alpha, soft: is_soft, secant, efference } = config.inner_loop;
        let (actuator, delays) = (task.actuator(), [delay_ms / TICK_MS, 0]);
        let inner =
            InnerLoopParameters { passes, horizon, alpha, secant, actuator, delays, ..Default::default() };
        Self {
            plant: CartPoleParameters::gymnasium(actuator),
            tick_s: TICK_S,
            inner: InnerLoopParameters { is_soft, efference, ..inner },
            gain: 1.0,
            angular_velocity: config.law.angular_velocity,
        }
    }

    /// A loop of the plant and a naive controller.
    fn cart(&self, plant: CartPole, config: &Config, kind: ControllerKind, seed: u64) -> Result<Cart, Error> {
        let controller = controller(config, self, kind, seed)?;
        // Poles fall while the model is young; the study counts how often.
        Ok(ClosedLoop::new(plant, controller, 0, self.tick_s, self.inner.delays)?.unguarded())
    }
}

pub fn controller(
    config: &Config,
    setting: &Setting,
    kind: ControllerKind,
    seed: u64,
) -> Result<InnerLoop, Error> {
    let scales = Scales::cart_pole();
    let models = &config.models;
    let mut inner = setting.inner;
    let (gain, angular_velocity) = match kind {
        ControllerKind::Doubled => (2.0 * setting.gain, setting.angular_velocity),
        ControllerKind::Pd(g, w) => (config.pd.gains[g], config.pd.angular_velocities[w]),
        _ => (setting.gain, setting.angular_velocity),
    };
    let model: Box<dyn ForwardModel> = match kind {
        ControllerKind::Base | ControllerKind::Doubled | ControllerKind::Pd(..) => {
            inner.passes = 0;
            Box::new(Persistence::new(scales.change, 1)?)
        }
        ControllerKind::Persistence => Box::new(Persistence::new(scales.change, 1)?),
        ControllerKind::ConstantVelocity => {
            Box::new(ConstantVelocity::new(scales.change, 1, vec![(0, 1), (2, 3)], setting.tick_s)?)
        }
        ControllerKind::Nlms => Box::new(Linear::new(LinearRule::Nlms { rate: models.rate }, scales)?),
        ControllerKind::Rls => {
            let rule = LinearRule::Rls { forgetting: models.forgetting, ridge: RIDGE };
            Box::new(Linear::new(rule, scales)?)
        }
        ControllerKind::Granule => {
            let ModelsConfig { granule_cells: cells, fan_in, active, rate, .. } = config.models;
            let parameters = GranuleParameters { cells, fan_in, active, rate };
            Box::new(Granule::new(parameters, scales, seed)?)
        }
        ControllerKind::Cmac => {
            let ModelsConfig { tilings, cells, slots, cmac_rate: rate, .. } = config.models;
            let parameters = CmacParameters { tilings, slots, rate, addressing: Addressing::Hash };
            Box::new(CmacModel::new(parameters, cells, scales, seed)?)
        }
        ControllerKind::Equations => Box::new(Equations::cart_pole(setting.plant, setting.tick_s)),
    };
    let (angle, position) = (config.law.angle, config.law.position);
    let law: Law = Box::new(move |s: &[f64], _: &[f64], u: &mut [f64]| {
        u[0] = gain * (angle * libm::sin(s[2]) + position * s[0] + angular_velocity * s[3]);
    });
    Ok(InnerLoop::new(inner, law, model)?)
}

/// Runs episode `k`, from 0, of at most `steps` ticks and returns its length; `before` is called before each tick.
fn episode(cart: &mut Cart, k: usize, steps: usize, mut before: impl FnMut(&mut Cart)) -> Result<u32, Error> {
    if k > 0 {
        cart.reset();
    }
    for step in 1..=steps {
        before(cart);
        cart.tick(&Drive::default())?;
        if cart.status().has_ended() {
            return Ok(step as u32);
        }
    }
    Ok(steps as u32)
}

fn episodes(mut cart: Cart, count: usize, steps: usize) -> Result<Vec<u32>, Error> {
    (0..count).map(|k| episode(&mut cart, k, steps, |_| ())).collect()
}

/// Runs one attempt: until an episode of full length, and for the learning curve.
pub fn attempt(config: &Config, (task, delay_ms, kind): Case, seed: u64) -> Result<Attempt, Error> {
    let setting = Setting::gymnasium(config, task, delay_ms);
    let plant = CartPole::new(setting.plant)?.starting_within(START, seed);
    let mut cart = setting.cart(plant, config, kind, seed)?;
    let mut lengths: Vec<u32> = Vec::new();
    let mut is_solved = false;
    // Curves are drawn for the first task.
    let curve = if task == config.tasks[0] { config.curve_episodes } else { 1 };
    while lengths.len() < config.episodes && !(is_solved && lengths.len() >= curve) {
        let length = episode(&mut cart, lengths.len(), config.steps, |_| ())?;
        is_solved |= length as usize >= config.steps;
        lengths.push(length);
    }
    Ok(Attempt { task, delay_ms, controller: kind, seed, lengths })
}

/// Mode and number of passes, look-ahead (ticks).
type Passes = ((PassMode, usize), usize);

/// Runs the perfect model without delay.
pub fn passes_run(config: &Config, passes: Passes, seed: u64) -> Result<PassesRun, Error> {
    let ((mode, passes), horizon) = passes;
    let task = match mode {
        PassMode::Hard | PassMode::Soft => Actuation::TwoActions,
        PassMode::Added | PassMode::Secant => Actuation::Continuous,
    };
    let mut setting = Setting::gymnasium(config, task, 0);
    let (secant, is_soft) = (mode == PassMode::Secant, mode != PassMode::Hard);
    setting.inner = InnerLoopParameters { passes, horizon, alpha: 1.0, secant, is_soft, ..setting.inner };
    let plant = CartPole::new(setting.plant)?.starting_within(START, seed);
    let cart = setting.cart(plant, config, ControllerKind::Equations, seed)?;
    let lengths = episodes(cart, config.passes.episodes, config.steps)?;
    Ok(PassesRun { mode, passes, horizon, seed, lengths })
}

/// Delay (ms), half length after the change (m), controller.
type Change = ((usize, f64), PoleController);

pub fn pole_run(config: &Config, change: Change, seed: u64) -> Result<PoleRun, Error> {
    let ((delay_ms, half_length_m), who) = change;
    let pole = &config.pole;
    let mut setting = Setting::gymnasium(config, Actuation::TwoActions, delay_ms);
    let (passes, horizon, alpha, secant, is_soft) = (1, 5, 1.0, false, true);
    setting.inner = InnerLoopParameters { passes, horizon, alpha, secant, is_soft, ..setting.inner };
    let kind = match who {
        PoleController::Pd => ControllerKind::Base,
        PoleController::ConstantVelocity => ControllerKind::ConstantVelocity,
        PoleController::RlsFrozen | PoleController::Rls => ControllerKind::Rls,
        PoleController::NlmsFrozen | PoleController::Nlms => ControllerKind::Nlms,
        PoleController::Granule => ControllerKind::Granule,
        PoleController::Equations => ControllerKind::Equations,
    };
    if who == PoleController::Pd {
        setting.angular_velocity = pole.pd_angular_velocity;
    }
    // The perfect model has nothing to learn before the change: it starts with the changed pole and its equations.
    let mut change_at = pole.at_step;
    if who == PoleController::Equations {
        setting.plant.half_length_m = half_length_m;
        change_at = 0;
    }
    let plant =
        CartPole::new(setting.plant)?.starting_within(START, seed).changing_pole(change_at, half_length_m)?;
    let mut cart = setting.cart(plant, config, kind, seed)?;
    let (mut k, mut ticks, mut lengths) = (0, 0, Vec::new());
    while lengths.len() < pole.episodes_after {
        let is_after = ticks >= change_at;
        let length = episode(&mut cart, k, config.steps, |cart| {
            if ticks == change_at && who.is_frozen() {
                cart.controller_mut().set_learning(false);
            }
            ticks += 1;
        })?;
        if is_after {
            lengths.push(length);
        }
        k += 1;
    }
    Ok(PoleRun { controller: who, delay_ms, half_length_m, seed, lengths })
}

pub fn dm_run(config: &Config, who: DmController, seed: u64) -> Result<DmRun, Error> {
    let mut setting = Setting::gymnasium(config, Actuation::Continuous, 0);
    (setting.plant, setting.tick_s) = (CartPoleParameters::dm_control(), DM_TICK_S);
    if who == DmController::Raised {
        setting.gain = 1.1;
    }
    let kind = match who {
        DmController::Base | DmController::Raised => ControllerKind::Base,
        DmController::Doubled => ControllerKind::Doubled,
        DmController::Persistence => ControllerKind::Persistence,
        DmController::Nlms => ControllerKind::Nlms,
        DmController::Granule => ControllerKind::Granule,
        DmController::Equations => ControllerKind::Equations,
    };
    let plant = CartPole::new(setting.plant)?.starting_within(DM_START, seed);
    let cart = setting.cart(plant, config, kind, seed)?;
    let lengths = episodes(cart, config.dm_control.episodes, config.dm_control.steps)?;
    Ok(DmRun { controller: who, seed, lengths })
}
