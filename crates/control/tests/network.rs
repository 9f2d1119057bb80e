//! A body that a file describes: its laws, the order of its integration, its loop, what is refused.

use lobule_control::plant::{Integration, Network, NetworkParameters};
use lobule_control::registry::{Value, Values, controllers, setting_of};
use lobule_control::{ClosedLoop, Drive, Error, Plant, conforms};

fn example() -> NetworkParameters {
    toml::from_str(include_str!("../../../examples/chain_of_carts.toml")).unwrap()
}

/// Two masses of 2 and 3 on a spring of 30 between them, nothing to the ground.
fn free() -> NetworkParameters {
    toml::from_str(
        r#"
        name = "two masses"
        masses = [{ name = "a", mass = 2.0, start = -0.3 }, { name = "b", mass = 3.0, start = 0.2 }]
        links = [{ between = ["a", "b"], stiffness = 30.0 }]
        senses = [{ of = "a", quantity = "position", channel = { name = "a" } }]
        commands = [{ on = "a", channel = { name = "force" } }]
        "#,
    )
    .unwrap()
}

fn positions(network: &Network) -> [f64; 2] {
    [network.state()[0], network.state()[1]]
}

#[test]
fn a_described_body_conforms_however_it_is_integrated() {
    for integration in [Integration::Exact, Integration::RungeKutta] {
        conforms::plant(|| Network::new(NetworkParameters { integration, ..example() }).unwrap(), 0.01);
        conforms::plant(|| Network::new(NetworkParameters { integration, ..free() }).unwrap(), 0.01);
    }
}

#[test]
fn two_free_masses_swing_with_their_reduced_mass_about_a_center_that_rests() {
    let mut network = Network::new(free()).unwrap();
    let omega = (30.0f64 * (1.0 / 2.0 + 1.0 / 3.0)).sqrt();
    let center = (2.0 * -0.3 + 3.0 * 0.2) / 5.0;
    for n in 1..=500 {
        network.advance(&[0.0], 0.01).unwrap();
        let [a, b] = positions(&network);
        let stretch = 0.5 * (omega * 0.01 * f64::from(n)).cos();
        assert!((b - a - stretch).abs() < 1e-11 && ((2.0 * a + 3.0 * b) / 5.0 - center).abs() < 1e-12, "{n}");
        assert!((network.energy() - 0.5 * 30.0 * 0.25).abs() < 1e-11);
    }
}

#[test]
fn runge_kutta_is_of_fourth_order() {
    let after = |integration, dt: f64| {
        let mut network = Network::new(NetworkParameters { integration, ..free() }).unwrap();
        (0..(1.0 / dt).round() as usize).for_each(|_| network.advance(&[0.7], dt).unwrap());
        positions(&network)
    };
    let exact = after(Integration::Exact, 0.1);
    let error = |dt| {
        let [a, b] = after(Integration::RungeKutta, dt);
        (a - exact[0]).hypot(b - exact[1])
    };
    let order = (error(0.02) / error(0.01)).log2();
    assert!((3.8..4.2).contains(&order), "{order}");
}

#[test]
fn a_described_body_runs_in_a_loop_with_its_own_noise_delay_and_range() {
    let make = || {
        let body = || Ok(Box::new(Network::new(example())?) as Box<dyn Plant>);
        let gains = Values::from([("kp".into(), Value::Number(30.0)), ("kd".into(), Value::Number(2.0))]);
        let feedback = controllers().make("feedback", &gains, &setting_of(&body, 1, 0.01, [2, 1])?)?;
        ClosedLoop::new(Network::new(example())?, feedback, 1, 0.01, [2, 1])
    };
    let mut closed = make().unwrap();
    for _ in 0..50 {
        closed.tick(&Drive { reference: &[1.0], ..Drive::default() }).unwrap();
    }
    // 30 N were asked for at the start, and the motor gives 20.
    assert!(closed.clamped()[0] > 0 && closed.acting()[0].abs() <= 20.0);
    assert_ne!(closed.senses()[0], closed.measured()[0]);
    assert_eq!(closed.senses()[1], closed.measured()[1]);
    conforms::closed_loop(|| make().unwrap(), 1, 0);
}

#[test]
fn a_network_knows_its_static_stiffness_and_its_equations_where_it_senses_all() {
    assert!((example().static_stiffness().unwrap() - 4.0).abs() < 1e-9);
    assert_eq!(free().static_stiffness().unwrap(), 0.0);
    let hidden = example().sensed_equations(0.01).unwrap_err().to_string();
    assert!(hidden.contains("3 senses do not tell the 6 states"), "{hidden}");
    let mut seen = free();
    seen.links[0].rest = 0.1;
    let sense = seen.senses[0].clone();
    seen.senses.clear();
    for (of, quantity) in [
        ("b", lobule_control::plant::Quantity::Velocity),
        ("a", lobule_control::plant::Quantity::Position),
        ("b", lobule_control::plant::Quantity::Position),
        ("a", lobule_control::plant::Quantity::Velocity),
    ] {
        let mut sense = lobule_control::plant::Sense { of: of.into(), quantity, ..sense.clone() };
        sense.channel.name = format!("{quantity:?} of {of}");
        seen.senses.push(sense);
    }
    let (a, b, c) = seen.sensed_equations(0.02).unwrap();
    let mut network = Network::new(seen).unwrap();
    for n in 0..100 {
        let command = (0.1 * f64::from(n)).sin();
        let (mut now, mut next) = ([0.0; 4], [0.0; 4]);
        network.sense(&mut now);
        network.advance(&[command], 0.02).unwrap();
        network.sense(&mut next);
        for i in 0..4 {
            let told = (0..4).map(|j| a[4 * i + j] * now[j]).sum::<f64>() + b[i] * command + c[i];
            assert!((told - next[i]).abs() < 1e-9, "{n} {i}");
        }
    }
}

#[test]
fn a_description_that_does_not_hold_together_is_refused_by_name() {
    let refused = |change: &dyn Fn(&mut NetworkParameters)| {
        let mut parameters = example();
        change(&mut parameters);
        Network::new(parameters).unwrap_err().to_string()
    };
    type Change<'a> = &'a dyn Fn(&mut NetworkParameters);
    let wrong: [(&str, Change); 11] = [
        ("mass of `middle` = 0", &|p| p.masses[1].mass = 0.0),
        ("two masses are called `first`", &|p| p.masses[2].name = "first".into()),
        ("other than ground", &|p| p.masses[0].name = "ground".into()),
        ("called `tail`; there are first, middle, last", &|p| p.links[2].between[1] = "tail".into()),
        ("joins `first` to itself", &|p| p.links[1].between[1] = "first".into()),
        ("called `tip`", &|p| p.senses[0].of = "tip".into()),
        ("gain of command `push` = 0", &|p| p.commands[0].gain = 0.0),
        ("range of command `push`", &|p| p.commands[0].channel.range = [1.0, 1.0]),
        ("`last position`", &|p| p.senses[1].channel.name = "last position".into()),
        ("number of masses = 0", &|p| p.masses.clear()),
        ("stiffness between `first` and `middle` = inf", &|p| p.links[1].stiffness = f64::INFINITY),
    ];
    for (text, change) in wrong {
        let error = refused(change);
        assert!(error.contains(text), "{error}");
    }
    // A key that nobody knows is refused, not skipped.
    let text = include_str!("../../../examples/chain_of_carts.toml").replace("noise_sd", "noise");
    assert!(toml::from_str::<NetworkParameters>(&text).unwrap_err().to_string().contains("noise"));
    let error = ClosedLoop::new(
        Network::new(example()).unwrap(),
        controllers()
            .make(
                "feedback",
                &Values::new(),
                &setting_of(&|| Ok(Box::new(Network::new(example())?)), 1, 0.015, [0, 0]).unwrap(),
            )
            .unwrap(),
        1,
        0.015,
        [0, 0],
    );
    let error = error.err().unwrap().to_string();
    assert!(error.contains("delay_s of `last velocity` = 0.02") && error.contains("0.015"), "{error}");
    assert!(matches!(
        Network::new(NetworkParameters { name: String::new(), ..example() }),
        Err(Error::Description { .. })
    ));
}
