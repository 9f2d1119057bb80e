//! The multi-receptor E-GLIF against a second integration in `f64` with a thousand substeps, which shares
//! nothing with the engine but the equations.

mod common;

use common::{Script, irregular, network, play_and, simulation, slope, spikes};
use lobule_circuit::models::{DoubleDecay, EglifMultirec};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation};

fn receptor(p: [f64; 8], is_blocked: bool) -> DoubleDecay {
    let [e_rev, g_init, tau_r, a_r, a_1, tau_d1, a_2, tau_d2] = p;
    DoubleDecay { e_rev, g_init, tau_r, a_r, a_1, tau_d1, a_2, tau_d2, is_blocked }
}

fn granule() -> EglifMultirec {
    EglifMultirec { v_init: (-62.0, -62.0), ..EglifMultirec::default() }
}

/// The Golgi cell, which has all five receptors.
fn golgi() -> EglifMultirec {
    EglifMultirec {
        c_m: 145.0,
        tau_m: 44.0,
        e_l: -62.0,
        v_th: -55.0,
        v_reset: -75.0,
        v_init: (-60.0, -60.0),
        t_ref: 2.0,
        i_e: 24.4852,
        k_adap: 0.109735,
        k_1: 0.0683128,
        k_2: 0.0227273,
        a1: 345.471,
        a2: 94.1995,
        receptors: [
            receptor([0.0, 1.116, 0.068283, 1.8863, 7.6307, 1.7041, 2.5824, 7.0205], false),
            receptor([-3.7, 0.065075, 7.4929, 1.3691, 2.5117, 49.783, 0.36652, 784.47], true),
            receptor([-65.0, 1.8938, 0.18464, 4.6575, 8.8856, 2.6397, 5.7524, 30.943], false),
            receptor([0.0, 0.3081, 0.44588, 4.9919, 14.931, 0.86205, 1.2397, 2.019], false),
            receptor([0.0, 0.72612, 0.066981, 0.75668, 5.6903, 0.84822, 0.678, 1.9498], false),
        ],
        ..EglifMultirec::default()
    }
}

/// V, I_adap, I_dep, then r, d1, d2 of each receptor.
type Y = [f64; 18];

struct Reference {
    p: EglifMultirec,
    y: Y,
    held: u64,
    since_spike: u64,
}

impl Reference {
    fn new(p: EglifMultirec) -> Self {
        let mut y = [0.0; 18];
        y[0] = p.v_init.0;
        Self { p, y, held: 0, since_spike: u64::MAX / 2 }
    }

    fn derivative(&self, y: &Y, open: f64) -> Y {
        let p = &self.p;
        let mut d = [0.0; 18];
        let mut current = p.i_e + y[2] - y[1];
        for (k, r) in p.receptors.iter().enumerate() {
            let [rise, d1, d2] = [3 + 3 * k, 4 + 3 * k, 5 + 3 * k];
            d[rise] = -r.a_r * y[rise] / r.tau_r;
            d[d1] = r.a_1 * y[rise] - y[d1] / r.tau_d1;
            d[d2] = r.a_2 * y[rise] - y[d2] / r.tau_d2;
            current += if r.is_blocked { open } else { 1.0 } * (y[d1] + y[d2]) * (r.e_rev - y[0]);
        }
        let sign = if p.leak_is_published { 1.0 } else { -1.0 };
        d[0] = sign * (y[0] - p.e_l) / p.tau_m + current / p.c_m;
        d[1] = p.k_adap * (y[0] - p.e_l) - p.k_2 * y[1];
        d[2] = -p.k_1 * y[2];
        d
    }

    fn step(&mut self, dt: f64, substeps: usize, input: [f64; 5]) -> bool {
        let hold = (0.5 / dt).round() as u64;
        let v_b = if self.since_spike < hold { 20.0 } else { self.y[0] };
        let open = 1.0 / (1.0 + ((-20.0 - v_b) / 13.0).exp());
        let h = dt / substeps as f64;
        for _ in 0..substeps {
            let add = |y: &Y, k: &Y, t: f64| -> Y { std::array::from_fn(|i| y[i] + t * k[i]) };
            let k1 = self.derivative(&self.y, open);
            let k2 = self.derivative(&add(&self.y, &k1, 0.5 * h), open);
            let k3 = self.derivative(&add(&self.y, &k2, 0.5 * h), open);
            let k4 = self.derivative(&add(&self.y, &k3, h), open);
            for i in 0..18 {
                self.y[i] += h / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]);
            }
        }
        self.since_spike = self.since_spike.saturating_add(1);
        let fired = if self.held > 0 {
            self.held -= 1;
            self.y[0] = self.p.v_reset;
            false
        } else if self.y[0] >= self.p.v_th {
            self.held = (self.p.t_ref / dt).round() as u64;
            self.y[0] = self.p.v_reset;
            self.y[2] = self.p.a1;
            self.y[1] += self.p.a2;
            self.since_spike = 0;
            true
        } else {
            false
        };
        for (k, w) in input.into_iter().enumerate() {
            self.y[3 + 3 * k] += w * self.p.receptors[k].g_init;
        }
        fired
    }
}

/// A cell with one source, one weight and a delay of 1 ms for each receptor.
fn driven(p: EglifMultirec, weights: &[f32]) -> Circuit {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("source", 5, Model::SpikeSource));
    circuit.add_population(Population::new("cell", 1, Model::EglifMultirec(p.into())));
    for (r, &weight) in weights.iter().enumerate() {
        let pair = vec![(r as u32, 0)];
        circuit.add_projection(
            Projection::new(format!("receptor_{r}"), "source", "cell", Connect::List(pair.into()))
                .weight(weight)
                .receptor(r + 1),
        );
    }
    circuit
}

#[test]
fn potentials_and_spikes_follow_the_equations() {
    let cases = [
        ("granule_cell", granule(), vec![1.2f32, 1.2, 0.1]),
        ("golgi_cell", golgi(), vec![0.5, 0.5, 0.2, 0.5, 0.5]),
    ];
    for (name, p, weights) in cases {
        let script: Script = irregular(weights.len() as u32, 130, 0, 7900, 3);
        let mut simulation = simulation(&driven(p, &weights), 0);
        simulation.record_spikes("cell").unwrap();
        let mut reference = Reference::new(p);
        let (mut expected, mut worst, mut at) = (Script::new(), 0.0f64, 0u64);
        play_and(&mut simulation, &[("source", &script)], 8000, |simulation| {
            while at < simulation.step() {
                let mut input = [0.0; 5];
                // A delay of 1 ms.
                for &(_, k) in script.iter().filter(|s| s.0 + 10 == at) {
                    input[k as usize] += f64::from(weights[k as usize]);
                }
                if reference.step(0.1, 50, input) {
                    expected.push((at, 0));
                }
                at += 1;
            }
            let v = f64::from(simulation.variable("cell", "v_m").unwrap()[0]);
            let agree = spikes(simulation, "cell") == expected;
            worst = if agree { worst.max((v - reference.y[0]).abs()) } else { worst };
        });
        assert!(expected.len() > 5, "{name}: {} spikes are no test", expected.len());
        let got = spikes(&simulation, "cell");
        // A slow crossing may be found a step earlier or later in `f32`.
        let is_near = got.iter().zip(&expected).all(|(a, b)| a.0.abs_diff(b.0) <= 1);
        assert!(got.len() == expected.len() && is_near, "{name}: {got:?} instead of {expected:?}");
        assert!(worst < 2e-3, "{name}: {worst} mV");
    }
}

#[test]
fn the_membrane_is_of_fourth_order_between_spikes() {
    // Without NMDA, whose block is constant inside a step by definition.
    let mut p = EglifMultirec { v_th: 1e3, ..granule() };
    p.receptors[0].tau_r = 6.9738;
    // At steps of 0.4 ms no time constant asks for parts of a step.
    let errors: Vec<(f64, f64)> = [0.4f64, 0.2]
        .into_iter()
        .map(|dt| {
            let mut circuit = driven(p, &[]);
            let ampa = Projection::new("ampa", "source", "cell", Connect::List(vec![(0, 0)].into()));
            circuit.add_projection(ampa.weight(1.5).delay_ms(1.6)).set_interval_at_most(dt);
            let mut simulation = Simulation::new(network(&circuit, dt, 0), 1).unwrap();
            let source = simulation.population("source").unwrap();
            simulation.inject(source, &[(0, 0)]).unwrap();
            simulation.run_ms(9.6).unwrap();
            let mut reference = Reference::new(p);
            for k in 0..(9.6 / dt).round() as u64 {
                let arrives = k == (1.6 / dt).round() as u64;
                reference.step(dt, 2000, [if arrives { 1.5 } else { 0.0 }, 0.0, 0.0, 0.0, 0.0]);
            }
            let v = f64::from(simulation.variable("cell", "v_m").unwrap()[0]);
            (dt.ln(), (v - reference.y[0]).abs().ln())
        })
        .collect();
    let order = slope(&errors);
    assert!((3.3..5.0).contains(&order), "order {order}: {errors:?}");
}

#[test]
fn magnesium_opens_with_the_potential() {
    // The same NMDA input moves a depolarized cell more than a hyperpolarized one.
    let response = |i_e: f64| {
        let quiet = EglifMultirec { i_e, k_adap: 0.0, leak_is_published: false, v_th: 1e3, ..granule() };
        let run = |weight: f32| {
            let mut circuit = driven(quiet, &[]);
            let list = Connect::List(vec![(0, 0)].into());
            let nmda = Projection::new("nmda", "source", "cell", list).weight(weight).receptor(2);
            circuit.add_projection(nmda);
            let mut simulation = simulation(&circuit, 0);
            simulation.run_ms(200.0).unwrap();
            let source = simulation.population("source").unwrap();
            simulation.inject(source, &[(0, 0)]).unwrap();
            simulation.run_ms(40.0).unwrap();
            simulation.variable("cell", "v_m").unwrap()[0]
        };
        run(1.0) - run(0.0)
    };
    let (low, high) = (response(-4.0), response(5.0));
    assert!(low > 0.0 && high > 1.5 * low, "{low} and {high} mV");
}

#[test]
fn initial_potentials_are_spread_evenly_and_named_by_seed_and_label() {
    let start = |label: &str, seed: u64, n: usize| {
        let mut circuit = Circuit::new();
        let p = EglifMultirec::default();
        circuit.add_population(Population::new(label, n, Model::EglifMultirec(p.into())));
        simulation(&circuit, seed).variable(label, "v_m").unwrap()
    };
    let v = start("cell", 3, 20_000);
    assert!(v.iter().all(|x| (-62.0..=-41.0).contains(x)));
    let mean = v.iter().map(|x| f64::from(*x)).sum::<f64>() / 20_000.0;
    // Five standard errors of the mean of a uniform span of 21 mV.
    assert!((mean + 51.5).abs() < 5.0 * 21.0 / (12.0f64 * 20_000.0).sqrt(), "{mean}");
    assert_eq!(start("cell", 3, 700)[..], v[..700]);
    assert_ne!(start("cell", 4, 700)[..], v[..700]);
    assert_ne!(start("cells", 3, 700)[..], v[..700]);
}

#[test]
fn bad_parameters_are_refused_by_name() {
    let refused = |p: EglifMultirec| {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("cell", 1, Model::EglifMultirec(p.into())));
        circuit.compile(lobule_signal::Clock::new(0.1).unwrap(), 0).unwrap_err().to_string()
    };
    let with = |change: fn(&mut EglifMultirec)| {
        let mut p = granule();
        change(&mut p);
        refused(p)
    };
    for (message, part) in [
        (with(|p| p.c_m = 0.0), "c_m = 0"),
        (with(|p| p.v_reset = -41.0), "v_reset = -41"),
        (with(|p| p.v_init = (-50.0, -60.0)), "v_init = -60"),
        (with(|p| p.receptors[1].tau_d2 = -1.0), "tau_d2 = -1"),
        (with(|p| p.receptors[4].g_init = f64::NAN), "g_init = NaN"),
        (with(|p| p.lambda_0 = -0.5), "lambda_0 = -0.5"),
    ] {
        assert!(message.contains("population `cell`") && message.contains(part), "{message}");
    }
}
