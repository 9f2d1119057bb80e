//! The pole on the cart, the mass on the rail and the pendulum: equations by hand, order of the integrator, starts,
//! the change of the pole, what is refused.

use lobule_control::plant::{
    Actuator, CartPole, CartPoleParameters, Inertia, Integrator, Pendulum, PendulumParameters,
};
use lobule_control::{Plant, conforms};

fn gym() -> CartPoleParameters {
    CartPoleParameters::gymnasium(Actuator::TwoActions)
}

#[test]
fn the_plants_conform_whatever_their_actuator() {
    let standing = PendulumParameters { mass_kg: 1.0, length_m: 0.5, damping: 0.1, gravity: -9.81 };
    conforms::plant(|| CartPole::new(gym()).unwrap().starting_at([0.1, -0.2, 0.05, 0.3]), 1e-3);
    conforms::plant(|| CartPole::new(CartPoleParameters::dm_control()).unwrap(), 1e-3);
    conforms::plant(|| Inertia::new(1.0, 0.5).unwrap(), 1e-3);
    conforms::plant(|| Pendulum::new(standing, [0.1, 0.0]).unwrap(), 1e-3);
}

#[test]
fn a_seed_begins_the_starts_of_a_pole_anew() {
    let mut cart = CartPole::new(gym()).unwrap().starting_within([0.05; 4], 1);
    let mut start = |seed| {
        let mut state = [0.0; 4];
        cart.reset(seed);
        cart.sense(&mut state);
        state
    };
    let drawn = [start(Some(7)), start(None), start(None)];
    assert!(drawn[0] != drawn[1] && drawn[1] != drawn[2]);
    assert_eq!([start(Some(7)), start(None), start(None)], drawn);
    assert_ne!(start(Some(8)), drawn[0]);
}

#[test]
fn the_first_steps_are_those_of_gymnasium() {
    // By hand from cartpole.py, x = x' = θ' = 0, θ = 0.05, force +10 N, then -10 N:
    // temp = 10/1.1 = 9.090909; sin = 0.049979, cos = 0.998750
    // θ'' = (9.8·0.049979 - 0.998750·9.090909)/(0.5·(4/3 - 0.1·0.997502/1.1)) = -13.8257
    // x'' = 9.090909 + 0.05·13.8257·0.998750/1.1 = 9.718572
    let mut cart = CartPole::new(gym()).unwrap().starting_at([0.0, 0.0, 0.05, 0.0]);
    let mut state = [0.0; 4];
    cart.advance(&[0.3], 0.02).unwrap();
    cart.sense(&mut state);
    let (temp, sin, cos) = (10.0 / 1.1, 0.05f64.sin(), 0.05f64.cos());
    let angular = (9.8 * sin - cos * temp) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1));
    let linear = temp - 0.05 * angular * cos / 1.1;
    assert!((angular + 13.8257).abs() < 1e-3 && (linear - 9.7186).abs() < 1e-3, "{angular} {linear}");
    for (is, by_hand) in state.iter().zip([0.0, 0.02 * linear, 0.05, 0.02 * angular]) {
        assert!((is - by_hand).abs() < 1e-15, "{state:?}");
    }
    // The second step moves the positions by the velocities of the first.
    cart.advance(&[-7.0], 0.02).unwrap();
    let before = state;
    cart.sense(&mut state);
    let (v, omega) = (before[1], before[3]);
    let temp = (-10.0 + 0.05 * omega * omega * sin) / 1.1;
    let angular = (9.8 * sin - cos * temp) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1));
    let linear = temp - 0.05 * angular * cos / 1.1;
    let by_hand = [0.02 * v, v + 0.02 * linear, 0.05 + 0.02 * omega, omega + 0.02 * angular];
    for (is, by_hand) in state.iter().zip(by_hand) {
        assert!((is - by_hand).abs() < 1e-14, "{state:?} {by_hand:?}");
    }
}

#[test]
fn an_episode_ends_at_gymnasiums_limits() {
    let at = |state: [f64; 4]| CartPole::new(gym()).unwrap().starting_at(state).status().has_ended();
    assert!(!at([2.4, 0.0, 0.2094, 0.0]) && !at([-2.4, 0.0, -0.2094, 0.0]));
    assert!(at([2.4001, 0.0, 0.0, 0.0]) && at([0.0, 0.0, -0.2095, 0.0]));
}

#[test]
fn actuators_do_what_they_say() {
    let table = [(0.3, [0.3, 0.3, 1.0]), (-4.0, [-4.0, -1.0, -1.0]), (0.0, [0.0, 0.0, 0.0])];
    for (command, acts) in table {
        let actuators = [Actuator::Unlimited, Actuator::Continuous, Actuator::TwoActions];
        assert_eq!(actuators.map(|a| a.act(command)), acts);
    }
    assert!(Actuator::TwoActions.act(f64::NAN).is_nan());
}

/// State after a swing of 0.8 s in steps of `dt`.
fn swing(integrator: Integrator, dt: f64) -> [f64; 4] {
    let mut parameters = CartPoleParameters { integrator, ..CartPoleParameters::dm_control() };
    parameters.actuator = Actuator::Continuous;
    let mut state = [0.0, 0.1, 0.4, -1.0];
    for _ in 0..(0.8 / dt).round() as usize {
        state = parameters.step(state, 0.05, dt);
    }
    state
}

#[test]
fn integrators_have_their_order() {
    let exact = swing(Integrator::RungeKutta, 1e-4);
    let error = |integrator, dt| -> f64 {
        swing(integrator, dt).iter().zip(exact).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    };
    for (integrator, order, dt) in [(Integrator::Euler, 1.0, 1e-3), (Integrator::RungeKutta, 4.0, 2e-2)] {
        let slope = (error(integrator, dt) / error(integrator, dt / 2.0)).log2();
        assert!((slope - order).abs() < 0.3, "{integrator:?}: order {slope}");
    }
}

#[test]
fn a_free_cart_pole_keeps_its_energy() {
    let p = CartPoleParameters::dm_control();
    // M + m, m l, and the moment of a rod about its end.
    let energy = |[_, v, angle, omega]: [f64; 4]| {
        let lever = p.pole_kg * p.half_length_m;
        0.5 * (p.cart_kg + p.pole_kg) * v * v
            + lever * v * omega * angle.cos()
            + 0.5 * (4.0 / 3.0) * lever * p.half_length_m * omega * omega
            + lever * p.gravity * angle.cos()
    };
    let mut state = [0.0, 0.3, 0.5, 0.2];
    let start = energy(state);
    for _ in 0..2000 {
        state = p.step(state, 0.0, 1e-3);
    }
    assert!((energy(state) - start).abs() < 1e-9 * start.abs(), "{} {start}", energy(state));
}

#[test]
fn starts_are_drawn_by_seed_and_trial() {
    let starts = |seed| {
        let mut cart = CartPole::new(gym()).unwrap().starting_within([0.05; 4], seed);
        let mut all = Vec::new();
        for _ in 0..200 {
            let mut state = [0.0; 4];
            cart.sense(&mut state);
            all.push(state);
            cart.reset(None);
        }
        all
    };
    let (a, b) = (starts(3), starts(4));
    assert_eq!(a, starts(3));
    assert!(a != b && a[0] != a[1]);
    let flat: Vec<f64> = a.into_iter().flatten().collect();
    assert!(flat.iter().all(|x| x.abs() <= 0.05));
    // Four standard errors of the mean of 800 uniform draws.
    let mean = flat.iter().sum::<f64>() / flat.len() as f64;
    assert!(mean.abs() < 4.0 * 0.05 / 3f64.sqrt() / 800f64.sqrt(), "{mean}");
}

#[test]
fn the_pole_changes_in_the_middle_of_a_run() {
    let start = [0.0, 0.0, 0.05, 0.0];
    let run = |change: Option<(u64, f64)>, ticks: usize| {
        let mut cart = CartPole::new(gym()).unwrap().starting_at(start);
        if let Some((at, half)) = change {
            cart = cart.changing_pole(at, half).unwrap();
        }
        let mut states = Vec::new();
        for k in 0..ticks {
            // A trial of four ticks; the change counts those of all trials.
            if k % 4 == 0 {
                cart.reset(None);
            }
            cart.advance(&[1.0], 0.02).unwrap();
            let mut state = [0.0; 4];
            cart.sense(&mut state);
            states.push(state);
        }
        (states, cart.parameters().half_length_m)
    };
    let ((same, _), (changed, half)) = (run(None, 8), run(Some((6, 0.25)), 8));
    assert_eq!(same[..6], changed[..6]);
    assert_ne!(same[6], changed[6]);
    assert_eq!(half, 0.25);
}

#[test]
fn the_mass_follows_its_exact_solution() {
    let mut mass = Inertia::new(2.0, 0.5).unwrap();
    for _ in 0..700 {
        mass.advance(&[3.0], 1e-2).unwrap();
    }
    let mut state = [0.0; 2];
    mass.sense(&mut state);
    let (last, tau) = (3.0 / 0.5, 2.0 / 0.5);
    let v = last * (1.0 - (-7.0f64 / tau).exp());
    let x = last * 7.0 - tau * v;
    assert!((state[1] - v).abs() < 1e-12 && (state[0] - x).abs() < 1e-10, "{state:?} {x} {v}");
}

#[test]
fn a_pendulum_swings_with_its_period() {
    // Small swings: T = 2π √(l/g); the start of 0.01 rad lengthens it by 1/16 of its square.
    let parameters = PendulumParameters { mass_kg: 0.7, length_m: 0.4, damping: 0.0, gravity: 9.81 };
    let mut pendulum = Pendulum::new(parameters, [0.01, 0.0]).unwrap();
    let period = std::f64::consts::TAU * (0.4f64 / 9.81).sqrt() * (1.0 + 1e-4 / 16.0);
    let n = 1000;
    for _ in 0..10 * n {
        pendulum.advance(&[0.0], period / f64::from(n)).unwrap();
    }
    let mut state = [0.0; 2];
    pendulum.sense(&mut state);
    assert!((state[0] - 0.01).abs() < 1e-9 && state[1].abs() < 1e-6, "{state:?}");
}

#[test]
fn what_is_no_body_is_refused_by_name() {
    let cart = |change: fn(&mut CartPoleParameters)| {
        let mut parameters = gym();
        change(&mut parameters);
        CartPole::new(parameters).unwrap_err().to_string()
    };
    assert!(cart(|p| p.pole_kg = 0.0).contains("pole_kg = 0"));
    assert!(cart(|p| p.half_length_m = f64::NAN).contains("half_length_m = NaN"));
    assert!(cart(|p| p.force_n = -1.0).contains("force_n = -1"));
    assert!(
        CartPole::new(gym())
            .unwrap()
            .changing_pole(3, 0.0)
            .unwrap_err()
            .to_string()
            .contains("half_length_m")
    );
    assert!(Inertia::new(1.0, 0.0).unwrap_err().to_string().contains("damping = 0"));
    let pendulum = PendulumParameters { mass_kg: 1.0, length_m: -1.0, damping: 0.0, gravity: 9.81 };
    assert!(Pendulum::new(pendulum, [0.0; 2]).unwrap_err().to_string().contains("length_m = -1"));
}
