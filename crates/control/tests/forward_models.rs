//! Forward models: a conformance suite, and the law of each.

use lobule_control::forward::{
    Addressing, Cmac, CmacModel, CmacParameters, ConstantVelocity, Equations, ForwardModel, Granule,
    GranuleParameters, Kalman, Linear, LinearRule, Persistence, Scales,
};
use lobule_control::plant::{Actuator, CartPoleParameters};
use lobule_signal::Stream;

const RLS: LinearRule = LinearRule::Rls { forgetting: 0.999, ridge: 1e-3 };

/// A pole on a cart with pushes at random, kept up: state, command, state after.
fn walk(ticks: usize, seed: u64) -> Vec<([f64; 4], f64, [f64; 4])> {
    let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
    let draw = Stream::new(seed, "walk");
    let mut state = [0.0; 4];
    (0..ticks)
        .map(|t| {
            let [x, v, angle, omega] = state;
            let kick = 0.6 * draw.normal(t as u64, 0);
            let command = (2.5 * angle + 0.4 * omega + 0.1 * x + 0.2 * v + kick).clamp(-1.0, 1.0);
            let next = cart.step(state, command, 0.02);
            let transition = (state, command, next);
            state = next;
            transition
        })
        .collect()
}

/// All models of the cart-pole that learn.
fn learners(seed: u64) -> Vec<Box<dyn ForwardModel>> {
    let scales = Scales::cart_pole;
    let cmac = |addressing| {
        let parameters = CmacParameters { addressing, ..CmacParameters::default() };
        CmacModel::new(parameters, 6, scales(), seed).unwrap()
    };
    vec![
        Box::new(Linear::new(LinearRule::Nlms { rate: 0.5 }, scales()).unwrap()),
        Box::new(Linear::new(RLS, scales()).unwrap()),
        Box::new(Granule::new(GranuleParameters::default(), scales(), seed).unwrap()),
        Box::new(cmac(Addressing::Hash)),
        Box::new(cmac(Addressing::IndexTable)),
    ]
}

fn rivals() -> Vec<Box<dyn ForwardModel>> {
    let scales = Scales::cart_pole();
    let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
    vec![
        Box::new(Persistence::new(scales.change.clone(), 1).unwrap()),
        Box::new(ConstantVelocity::new(scales.change, 1, vec![(0, 1), (2, 3)], 0.02).unwrap()),
        Box::new(Equations::cart_pole(cart, 0.02)),
    ]
}

/// Promises of every model: its shape, predictions that learn nothing, the same answers again, errors that are those
/// of its predictions.
fn conforms(model: &mut dyn ForwardModel) {
    assert!(!model.name().is_empty());
    assert_eq!((model.states(), model.commands()), (4, 1));
    let (mut first, mut second) = ([0.0; 4], [0.0; 4]);
    for (state, command, next) in walk(300, 1) {
        model.predict(&state, &[command], &mut first).unwrap();
        model.predict(&[0.3; 4], &[-1.0], &mut second).unwrap();
        model.predict(&state, &[command], &mut second).unwrap();
        assert_eq!(first, second, "{}: predicting learns nothing", model.name());
        assert!(first.iter().all(|x| x.is_finite()), "{}", model.name());
        let error = model.learn(&state, &[command], &next).unwrap();
        let d = Scales::cart_pole().change;
        let by_hand = (0..4).map(|i| ((next[i] - first[i]) / d[i]).powi(2)).sum::<f64>() / 4.0;
        assert!((error - by_hand).abs() < 1e-9 * (1.0 + by_hand), "{}: {error} {by_hand}", model.name());
        assert!((0.0..=1.0).contains(&model.confidence()), "{}", model.name());
    }
}

#[test]
fn models_conform() {
    learners(7).iter_mut().chain(&mut rivals()).for_each(|m| conforms(&mut **m));
}

#[test]
fn what_has_learned_nothing_predicts_no_change() {
    for model in &mut learners(3) {
        let mut next = [0.0; 4];
        model.predict(&[0.1, -0.2, 0.05, 1.0], &[0.5], &mut next).unwrap();
        assert_eq!(next, [0.1, -0.2, 0.05, 1.0], "{}", model.name());
        assert_eq!(model.confidence(), 0.0);
    }
}

#[test]
fn learners_become_better_than_their_rivals() {
    let error = |model: &mut dyn ForwardModel| {
        let all: Vec<f64> = walk(6000, 2).iter().map(|(s, u, n)| model.learn(s, &[*u], n).unwrap()).collect();
        all[5000..].iter().sum::<f64>() / 1000.0
    };
    let [persistence, velocity, perfect] = std::array::from_fn(|k| error(&mut *rivals()[k]));
    assert!(persistence > velocity && velocity > 0.0 && perfect == 0.0);
    for (k, model) in learners(5).iter_mut().enumerate() {
        let learned = error(&mut **model);
        // Commands at random are what expansions into local features learn slowest: they are held to persistence.
        let rival = if k < 2 { velocity } else { persistence };
        assert!(learned < rival, "{}: {learned} against {rival}", model.name());
        assert!(model.confidence() > 0.1, "{}: {}", model.name(), model.confidence());
    }
}

#[test]
fn equal_seeds_make_equal_granule_layers() {
    let scales = Scales::cart_pole;
    let make = |seed| Granule::new(GranuleParameters::default(), scales(), seed).unwrap();
    assert!(make(1) == make(1) && make(1) != make(2));
    // Fewer than the share of 10 % are above the threshold, which is the drive of the last of them.
    let mut layer = make(1);
    let mut next = [0.0; 4];
    layer.predict(&[0.1, 0.5, 0.02, -0.3], &[0.4], &mut next).unwrap();
    assert_eq!(layer.active_cells(), 39);
}

#[test]
fn rls_without_forgetting_is_batch_least_squares() {
    let (ridge, samples) = (1e-3, walk(400, 3));
    let rule = LinearRule::Rls { forgetting: 1.0, ridge };
    let mut model = Linear::new(rule, Scales::cart_pole()).unwrap();
    samples.iter().for_each(|(s, u, n)| {
        model.learn(s, &[*u], n).unwrap();
    });

    // (Φᵀ Φ + ridge) W = Φᵀ Y by elimination, in the model's features.
    let scales = Scales::cart_pole();
    let features = |s: &[f64; 4], u: f64| {
        let mut x = [u, u, u, u, u, 1.0];
        (0..4).for_each(|i| x[i] = s[i] / scales.state[i]);
        x
    };
    let mut system = [[0.0f64; 10]; 6];
    (0..6).for_each(|i| system[i][i] = ridge);
    for (s, u, n) in &samples {
        let x = features(s, *u);
        for i in 0..6 {
            (0..6).for_each(|j| system[i][j] += x[i] * x[j]);
            (0..4).for_each(|k| system[i][6 + k] += x[i] * (n[k] - s[k]) / scales.change[k]);
        }
    }
    for i in 0..6 {
        let pivot = (i..6).max_by(|a, b| system[*a][i].abs().total_cmp(&system[*b][i].abs())).unwrap();
        system.swap(i, pivot);
        for r in (0..6).filter(|r| *r != i) {
            let factor = system[r][i] / system[i][i];
            let row = system[i];
            system[r].iter_mut().zip(row).for_each(|(x, y)| *x -= factor * y);
        }
    }
    for (s, u, _) in walk(50, 4) {
        let mut next = [0.0; 4];
        model.predict(&s, &[u], &mut next).unwrap();
        let x = features(&s, u);
        for k in 0..4 {
            let change: f64 = (0..6).map(|i| x[i] * system[i][6 + k] / system[i][i]).sum();
            let batch = s[k] + scales.change[k] * change;
            assert!((next[k] - batch).abs() < 1e-9, "{} {batch}", next[k]);
        }
    }
}

#[test]
fn a_linear_model_finds_a_linear_plant() {
    let scales = Scales { state: vec![1.0, 2.0], change: vec![0.5, 1.0], command: vec![3.0] };
    let plant = |s: &[f64], u: f64| vec![0.9 * s[0] + 0.2 * s[1] + 0.1 * u, -0.3 * s[0] + 0.7 * s[1] + 0.05];
    for rule in [LinearRule::Rls { forgetting: 1.0, ridge: 1e-9 }, LinearRule::Nlms { rate: 0.8 }] {
        let mut model = Linear::new(rule, scales.clone()).unwrap();
        let draw = Stream::new(1, "plant");
        for t in 0..3000 {
            let s = [draw.normal(t, 0), draw.normal(t, 1)];
            let u = draw.normal(t, 2);
            model.learn(&s, &[u], &plant(&s, u)).unwrap();
        }
        let (a, b, c) = model.matrices();
        let found: Vec<f64> = a.into_iter().chain(b).chain(c).collect();
        for (is, was) in found.iter().zip([0.9, 0.2, -0.3, 0.7, 0.1, 0.0, 0.0, 0.05]) {
            assert!((is - was).abs() < 1e-6, "{rule:?}: {found:?}");
        }
    }
}

#[test]
fn nlms_corrects_its_rate_of_one_sample() {
    let scales = || Scales { state: vec![1.0], change: vec![1.0], command: vec![1.0] };
    for rate in [0.1, 0.5, 1.0, 1.9] {
        let mut model = Linear::new(LinearRule::Nlms { rate }, scales()).unwrap();
        model.learn(&[0.7], &[0.2], &[1.7]).unwrap();
        let mut next = [0.0];
        model.predict(&[0.7], &[0.2], &mut next).unwrap();
        assert!((next[0] - (0.7 + rate)).abs() < 1e-5, "{rate}: {next:?}");
    }
}

fn cmac(tilings: usize, rate: f64, addressing: Addressing, inputs: usize) -> Cmac {
    let parameters = CmacParameters { tilings, slots: 1 << 14, rate, addressing };
    Cmac::new(parameters, &vec![(0.0, 1.0); inputs], 1, 5).unwrap()
}

#[test]
fn a_cmac_generalizes_over_a_cell_width() {
    // One sample of 1 at 0.5 in a single input: at a distance of m/C of a cell, C - m of the tilings share the cell.
    for addressing in [Addressing::Hash, Addressing::IndexTable] {
        let c = 8;
        let mut cmac = cmac(c, 1.0, addressing, 1);
        cmac.train(&[0.5], &[1.0]).unwrap();
        let mut value = |x: f64| {
            let mut y = [0.0];
            cmac.value(&[x], &mut y).unwrap();
            y[0]
        };
        // The middle of a step of the staircase, so that no rounding is near an edge.
        for m in 0..=c {
            let shared = 1.0 - m as f64 / c as f64;
            let at = 0.5 + m as f64 / c as f64;
            assert!((value(at + 1e-9) - shared).abs() < 1e-12, "{addressing:?} {m}: {}", value(at));
        }
        assert_eq!(value(2.0), 0.0);
        assert_eq!(value(-1.0), 0.0);
    }
}

#[test]
fn a_cmac_is_stable_below_a_rate_of_two() {
    let last = |rate: f64| {
        let mut cmac = cmac(16, rate, Addressing::IndexTable, 2);
        let mut y = [0.0];
        for _ in 0..200 {
            cmac.train(&[0.3, 0.8], &[1.0]).unwrap();
        }
        cmac.value(&[0.3, 0.8], &mut y).unwrap();
        (y[0] - 1.0).abs()
    };
    for rate in [0.1, 1.0, 1.8] {
        assert!(last(rate) < 1e-8, "{rate}: {}", last(rate));
    }
    // Each sample turns the error into 1 - β of itself: at 2 it would stay, so 2 is refused.
    assert!(
        Cmac::new(CmacParameters { rate: 2.0, ..CmacParameters::default() }, &[(0.0, 1.0)], 1, 0).is_err()
    );
    let error_after_one = {
        let mut cmac = cmac(16, 1.8, Addressing::Hash, 2);
        cmac.train(&[0.3, 0.8], &[1.0]).unwrap();
        let mut y = [0.0];
        cmac.value(&[0.3, 0.8], &mut y).unwrap();
        1.0 - y[0]
    };
    assert!((error_after_one + 0.8).abs() < 1e-12, "{error_after_one}");
}

#[test]
fn an_index_table_gives_cells_slots_of_their_own() {
    // Far fewer cells than slots: every one has its own, so that no sample disturbs one without a shared cell.
    let mut own = cmac(4, 1.0, Addressing::IndexTable, 2);
    let at = |k: usize| [10.0 * (k % 30) as f64, 10.0 * (k / 30) as f64];
    for k in 0..900 {
        own.train(&at(k), &[k as f64]).unwrap();
    }
    assert_eq!(own.shared_cells(), 0);
    let mut y = [0.0];
    for k in 0..900 {
        own.value(&at(k), &mut y).unwrap();
        assert!((y[0] - k as f64).abs() < 1e-9, "{k}: {y:?}");
    }
    // Too many for the table: they share, and say so.
    let parameters = CmacParameters { tilings: 4, slots: 64, rate: 1.0, addressing: Addressing::IndexTable };
    let mut small = Cmac::new(parameters, &[(0.0, 1.0), (0.0, 1.0)], 1, 0).unwrap();
    (0..900).for_each(|k| small.train(&at(k), &[1.0]).unwrap());
    assert!(small.shared_cells() > 0);
}

#[test]
fn a_kalman_filter_reaches_its_riccati_solution() {
    // One state, a random walk with Q = R = 1: the covariance after correction is 1/φ, φ the golden ratio.
    let mut filter = Kalman::new((vec![1.0], vec![0.0], vec![0.0]), vec![1.0], vec![1.0]).unwrap();
    let draw = Stream::new(1, "walk");
    let (mut x, mut raw, mut filtered) = (0.0, 0.0, 0.0);
    for t in 0..4000 {
        let y = x + draw.normal(t, 0);
        let mut observed = [y];
        filter.estimate(&[0.0], t == 0, &mut observed).unwrap();
        raw += (y - x) * (y - x) / 4000.0;
        filtered += (observed[0] - x) * (observed[0] - x) / 4000.0;
        x += draw.normal(t, 1);
    }
    let golden = (1.0 + 5f64.sqrt()) / 2.0;
    assert!((filter.covariance()[0] - 1.0 / golden).abs() < 1e-12);
    // Its errors have that variance, within four standard errors of a variance of 4000 correlated samples.
    assert!((filtered * golden - 1.0).abs() < 0.15 && (raw - 1.0).abs() < 0.1, "{filtered} {raw}");
}

#[test]
fn a_kalman_filter_senses_velocity_through_position() {
    // Position and velocity, the velocity sensed with much noise: its estimate must be far better than that.
    let dt = 0.1;
    let plant = (vec![1.0, dt, 0.0, 1.0], vec![0.0, dt], vec![0.0, 0.0]);
    let mut filter = Kalman::new(plant, vec![1e-6, 1e-6], vec![1e-4, 1.0]).unwrap();
    let draw = Stream::new(2, "noise");
    let (mut x, mut v, mut error) = (0.0, 0.5, 0.0);
    let mut u = 0.0;
    for t in 0..2000 {
        let mut observed = [x + 0.01 * draw.normal(t, 0), v + draw.normal(t, 1)];
        filter.estimate(&[u], t == 0, &mut observed).unwrap();
        if t > 200 {
            error += (observed[1] - v) * (observed[1] - v) / 1800.0;
        }
        u = 0.3 * (0.1 * t as f64).sin();
        (x, v) = (x + dt * v + 1e-3 * draw.normal(t, 2), v + dt * u + 1e-3 * draw.normal(t, 3));
    }
    assert!(error.sqrt() < 0.02, "{}", error.sqrt());
}

#[test]
fn what_is_no_model_is_refused_by_name() {
    let scales = Scales::cart_pole;
    let text = |e: Option<lobule_control::Error>| e.map(|e| e.to_string()).unwrap_or_default();
    let linear = |rule, scales| text(Linear::new(rule, scales).err());
    assert!(linear(LinearRule::Nlms { rate: 2.0 }, scales()).contains("rate = 2"));
    assert!(linear(LinearRule::Nlms { rate: f64::NAN }, scales()).contains("0 < rate < 2"));
    assert!(linear(LinearRule::Rls { forgetting: 0.5, ridge: 1.0 }, scales()).contains("0.9..=1"));
    assert!(linear(LinearRule::Rls { forgetting: 1.0, ridge: 0.0 }, scales()).contains("ridge = 0"));
    let bad = Scales { change: vec![1.0], ..scales() };
    assert!(linear(RLS, bad).contains("number of scales of change = 1"));
    let bad = Scales { state: vec![0.0; 4], ..scales() };
    assert!(linear(RLS, bad).contains("scale = 0"));
    assert!(linear(RLS, Scales { command: vec![], ..scales() }).contains("number of commands = 0"));

    let granule = |change: fn(&mut GranuleParameters)| {
        let mut p = GranuleParameters::default();
        change(&mut p);
        text(Granule::new(p, scales(), 0).err())
    };
    assert!(granule(|p| p.cells = 1).contains("cells = 1"));
    assert!(granule(|p| p.fan_in = 6).contains("there are 5 inputs"));
    assert!(granule(|p| p.active = 0.0).contains("active = 0"));
    assert!(granule(|p| p.rate = -0.5).contains("rate = -0.5"));

    let cmac = |change: fn(&mut CmacParameters)| {
        let mut p = CmacParameters::default();
        change(&mut p);
        text(CmacModel::new(p, 6, scales(), 0).err())
    };
    assert!(cmac(|p| p.tilings = 0).contains("tilings = 0"));
    assert!(cmac(|p| p.slots = 3).contains("slots = 3"));
    assert!(cmac(|p| p.rate = 2.5).contains("rate = 2.5"));
    assert!(text(CmacModel::new(CmacParameters::default(), 0, scales(), 0).err()).contains("cells = 0"));

    let kalman =
        |a: Vec<f64>, q: f64, r: f64| text(Kalman::new((a, vec![1.0], vec![0.0]), vec![q], vec![r]).err());
    assert!(kalman(vec![1.0, 2.0], 1.0, 1.0).contains("entries of A = 2"));
    assert!(kalman(vec![1.0], -1.0, 1.0).contains("variance of the plant = -1"));
    assert!(kalman(vec![1.0], 1.0, 0.0).contains("variance of the senses = 0"));
    assert!(
        text(ConstantVelocity::new(vec![1.0], 1, vec![(0, 1)], 0.1).err()).contains("state of a pair = 1")
    );
    assert!(text(Persistence::new(vec![], 1).err()).contains("number of states = 0"));
}
