//! A plant by some of its channels: the contract of plants, and the numbers of the whole plant in other units.

use lobule_control::plant::{
    Actuator, CartPole, CartPoleParameters, Counted, Excerpt, Network, NetworkParameters, ReachingArm,
    TwoLink,
};
use lobule_control::{Plant, conforms};

const VISCOSITY: [[f64; 2]; 2] = [[2.3, 0.9], [0.9, 2.4]];

fn arm() -> ReachingArm {
    ReachingArm::new(TwoLink::HUMAN, VISCOSITY, [0.0, 0.45]).unwrap()
}

fn counted(channel: &str, unit: f64, zero: f64) -> Counted {
    Counted { channel: channel.into(), unit, zero }
}

fn elbow() -> Excerpt {
    let senses = [counted("elbow velocity", 0.5, 0.0), counted("elbow", -0.5, 1.6)];
    Excerpt::new(Box::new(arm()), &senses, &[counted("elbow torque", -2.0, 0.0)]).unwrap()
}

#[test]
fn an_excerpt_keeps_the_contract_of_plants() {
    conforms::plant(elbow, 1e-3);
}

#[test]
fn it_is_the_whole_plant_in_other_units_and_what_is_left_out_rests() {
    let (mut excerpt, mut whole) = (elbow(), arm());
    let (mut some, mut all) = ([0.0; 2], [0.0; 4]);
    for tick in 0..300 {
        let command = libm::sin(0.05 * f64::from(tick));
        excerpt.advance(&[command], 1e-3).unwrap();
        whole.advance(&[0.0, -2.0 * command], 1e-3).unwrap();
        excerpt.sense(&mut some);
        whole.sense(&mut all);
        assert_eq!(some, [all[3] / 0.5, (all[1] - 1.6) / -0.5]);
    }
    assert!(all[3].abs() > 0.1, "it moves");
}

#[test]
fn ranges_are_counted_too_and_a_negative_unit_turns_them_round() {
    let pole = CartPole::new(CartPoleParameters::gymnasium(Actuator::Continuous)).unwrap();
    let of = pole.signature().commands[0].clone();
    let excerpt =
        Excerpt::new(Box::new(pole), &[counted("angle", 0.1, 0.0)], &[counted(&of.name, -0.5, 0.1)]).unwrap();
    let signature = excerpt.signature();
    let [low, high] = of.range;
    assert_eq!(signature.commands[0].range, [(high - 0.1) / -0.5, (low - 0.1) / -0.5]);
    assert!(signature.commands[0].range[0] < signature.commands[0].range[1]);
    assert_eq!(signature.senses[0].unit, "0.1 rad");
}

#[test]
fn a_pole_that_falls_ends_the_trial_of_its_excerpt() {
    let pole = CartPole::new(CartPoleParameters::gymnasium(Actuator::Continuous)).unwrap();
    let force = pole.signature().commands[0].name.clone();
    let mut excerpt =
        Excerpt::new(Box::new(pole), &[counted("angle", 1.0, 0.0)], &[counted(&force, 1.0, 0.0)]).unwrap();
    let ticks = (0..1000).take_while(|_| {
        excerpt.advance(&[1.0], 0.02).unwrap();
        !excerpt.status().has_ended()
    });
    assert!(ticks.count() < 100);
    excerpt.reset(None);
    assert!(!excerpt.status().has_ended());
}

#[test]
fn what_is_no_channel_is_refused_with_what_there_is() {
    let refused = |senses: &[Counted], commands: &[Counted]| {
        Excerpt::new(Box::new(arm()), senses, commands).unwrap_err().to_string()
    };
    let torque = [counted("elbow torque", 1.0, 0.0)];
    let error = refused(&[counted("wrist", 1.0, 0.0)], &torque);
    assert!(error.contains("no sense `wrist`; there are shoulder"), "{error}");
    let error = refused(&[counted("elbow", 1.0, 0.0)], &[counted("elbow", 1.0, 0.0)]);
    assert!(error.contains("no command `elbow`; there are shoulder torque, elbow torque"), "{error}");
    let error = refused(&[counted("elbow", 0.0, 0.0)], &torque);
    assert!(error.contains("unit of sense `elbow`") && error.contains("not 0"), "{error}");
    let error = refused(&[counted("elbow", 1.0, f64::NAN)], &torque);
    assert!(error.contains("zero of sense `elbow`"), "{error}");
    let error = refused(&[], &torque);
    assert!(error.contains("it has no sense"), "{error}");
    let twice = [counted("elbow", 1.0, 0.0), counted("elbow", 2.0, 0.0)];
    let error = refused(&twice, &torque);
    assert!(error.contains("two channels are called sense `elbow`"), "{error}");
}

#[test]
fn a_command_that_is_left_out_keeps_within_its_range() {
    let table = r#"
        name = "two carts"
        masses = [{ name = "a", mass = 1.0 }, { name = "b", mass = 1.0 }]
        links = [{ between = ["a", "b"], stiffness = 1.0 }]
        senses = [{ of = "a", quantity = "position", channel = { name = "place", unit = "m" } }]
        commands = [
            { on = "a", channel = { name = "push", unit = "N", range = [-1.0, 1.0] } },
            { on = "b", channel = { name = "pull", unit = "N", range = [0.5, 2.0] } },
        ]
    "#;
    let parameters: NetworkParameters = toml::from_str(table).unwrap();
    let carts = || Network::new(parameters.clone()).unwrap();
    let mut excerpt =
        Excerpt::new(Box::new(carts()), &[counted("place", 1.0, 0.0)], &[counted("push", 1.0, 0.0)]).unwrap();
    let mut whole = carts();
    let (mut some, mut all) = ([0.0], [0.0]);
    for _ in 0..100 {
        excerpt.advance(&[0.2], 1e-2).unwrap();
        whole.advance(&[0.2, 0.5], 1e-2).unwrap();
    }
    excerpt.sense(&mut some);
    whole.sense(&mut all);
    assert_eq!(some, all);
}
