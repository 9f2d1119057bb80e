//! Bodies by name: the contract of plants, and the laws of the shipped models. Needs the library: `scripts/fetch_mujoco.sh`.

use lobule_control::plant::{CartPole, CartPoleParameters, ReachingArm, TwoLink};
use lobule_control::registry::{Given, Value, Values};
use lobule_control::{Plant, Status, conforms};
use lobule_mujoco::{Adjustment, BodyParameters, CART_POLE, MujocoPlant, REACHER, Source, plants};

/// A model of somebody else.
const SLIDER: &str = r#"<mujoco><worldbody><body name="block"><joint name="slide" type="slide" axis="1 0 0"/><geom size="0.1" mass="2"/></body>
    </worldbody><actuator><motor name="push" joint="slide"/></actuator><sensor><jointpos name="place" joint="slide"/></sensor>
    <keyframe><key name="right" qpos="0.5"/></keyframe></mujoco>"#;

fn values(given: &[(&str, Value)]) -> Values {
    given.iter().map(|(key, value)| ((*key).to_string(), value.clone())).collect()
}

fn word(text: &str) -> Value {
    Value::Word(text.into())
}

fn made(name: &str, given: &[(&str, Value)]) -> Box<dyn Plant> {
    plants().make(name, &values(given)).unwrap()
}

fn refused(name: &str, given: &[(&str, Value)]) -> String {
    plants().make(name, &values(given)).err().unwrap().to_string()
}

fn senses(plant: &dyn Plant) -> Vec<f64> {
    let mut senses = vec![f64::NAN; plant.signature().senses.len()];
    plant.sense(&mut senses);
    senses
}

#[test]
fn every_body_keeps_the_contract_of_plants() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slider.xml");
    std::fs::write(&file, SLIDER).unwrap();
    let model =
        |name: &str| if name == "mujoco" { vec![("file", word(file.to_str().unwrap()))] } else { vec![] };
    let varied = [
        ("start_noise_rad", Value::Number(0.02)),
        ("strength_sd", Value::Number(0.05)),
        ("delay_s", Value::Number(0.02)),
        ("robot", Value::Number(3.0)),
    ];
    let bodies = ["mujoco", "reacher", "mujoco_cart_pole", "go2", "go2_walk"];
    let all: Vec<&str> = plants().all().map(|entry| entry.name).collect();
    assert_eq!(all[all.len() - 5..], bodies);
    for name in bodies {
        let dt_s = if name.starts_with("go2") { 0.005 } else { 0.002 };
        conforms::plant(|| made(name, &model(name)), dt_s);
        conforms::plant(|| made(name, &[model(name), varied.to_vec()].concat()), dt_s);
    }
    conforms::plant(
        || {
            made(
                "go2",
                &[
                    ("hills", Value::Flag(true)),
                    ("fit", word("identified")),
                    ("kp", Value::Numbers(vec![20.0])),
                ],
            )
        },
        0.005,
    );
}

#[test]
fn defaults_lie_in_their_ranges_and_every_parameter_is_explained() {
    for entry in plants().all() {
        let parameters = || entry.parameters.iter().flat_map(|table| table.iter());
        let defaults: Values = parameters().map(|p| (p.key.to_string(), p.default())).collect();
        let given = Given::resolve(entry.name, entry.parameters, &defaults).unwrap();
        assert_eq!(given, Given::resolve(entry.name, entry.parameters, &Values::new()).unwrap());
        assert_eq!(defaults.len(), parameters().count(), "{}: a key stands twice", entry.name);
        assert!(!entry.about.is_empty() && parameters().all(|p| !p.about.is_empty() && !p.unit.is_empty()));
    }
}

/// A shipped model without dissipation.
fn frictionless(text: &str, name: &str) -> MujocoPlant {
    let joints =
        Adjustment::Joints { joints: Vec::new(), damping: Some(0.0), friction_loss: None, armature: None };
    let parameters =
        BodyParameters { name: name.into(), adjustments: vec![joints], ..BodyParameters::default() };
    MujocoPlant::new(Source::Text { text, includes: &[] }, &parameters).unwrap()
}

/// Largest difference of the first senses of two bodies under the same commands, and the largest sense.
fn apart(
    one: &mut dyn Plant,
    other: &mut dyn Plant,
    ticks: u32,
    commands: impl Fn(f64) -> [Vec<f64>; 2],
) -> [f64; 2] {
    let (mut most, mut largest) = (0.0_f64, 0.0_f64);
    for tick in 0..ticks {
        let [first, second] = commands(f64::from(tick) * 1e-3);
        one.advance(&first, 1e-3).unwrap();
        other.advance(&second, 1e-3).unwrap();
        for (a, b) in senses(one).iter().zip(senses(other)) {
            most = most.max((a - b).abs());
            largest = largest.max(a.abs());
        }
    }
    [most, largest]
}

#[test]
fn the_cart_pole_follows_the_equations_of_the_cart_pole() {
    let mut model = frictionless(CART_POLE, "cart-pole");
    let mut equations = CartPole::new(CartPoleParameters::dm_control()).unwrap();
    // A push to either side; the pole falls meanwhile. Both integrate by the same method of fourth order.
    let [apart, largest] = apart(&mut model, &mut equations, 800, |time_s| {
        let force = 8.0 * libm::sin(9.0 * time_s);
        [vec![force], vec![force / 10.0]]
    });
    assert!(largest > 1.0, "it moves: {largest}");
    assert!(apart < 1e-9, "{apart}");
}

#[test]
fn the_reacher_follows_the_equations_of_two_links() {
    let mut model = made("reacher", &[]);
    let viscosity = [[2.3, 0.0], [0.0, 2.4]];
    let mut equations = ReachingArm::new(TwoLink::HUMAN, viscosity, [0.0, 0.45]).unwrap();
    assert!(
        senses(&*model).iter().zip(senses(&equations)).all(|(a, b)| (a - b).abs() < 1e-12),
        "the same start"
    );
    let [difference, largest] = apart(&mut *model, &mut equations, 1000, |time_s| {
        let torque = vec![6.0 * libm::sin(7.0 * time_s), 4.0 * libm::cos(11.0 * time_s)];
        [torque.clone(), torque]
    });
    assert!(largest > 1.5, "it moves: {largest}");
    assert!(difference < 1e-9, "{difference}");
    let hand = equations.hand_m();
    let sensed = senses(&*model);
    assert!((sensed[4] - hand[0]).abs() < 1e-9 && (sensed[5] - hand[1]).abs() < 1e-9, "{sensed:?} {hand:?}");
    assert_eq!(sensed[6], 0.0, "it stays on the table");
}

#[test]
fn without_friction_the_reacher_keeps_its_energy() {
    let mut model = frictionless(REACHER, "reacher");
    let energy = |s: &[f64]| TwoLink::HUMAN.kinetic_energy_j([s[0], s[1]], [s[2], s[3]]);
    // From the middle of both ranges, so that no limit is met.
    let begin = |model: &mut MujocoPlant| (0..100).for_each(|_| model.advance(&[1.0, 2.0], 1e-3).unwrap());
    begin(&mut model);
    let before = energy(&senses(&model));
    (0..100).for_each(|_| model.advance(&[0.0, 0.0], 1e-3).unwrap());
    let after = energy(&senses(&model));
    assert!(before > 1e-3, "{before}");
    assert!((after / before - 1.0).abs() < 1e-9, "{before} {after}");
}

#[test]
fn trials_of_the_cart_pole_end_at_its_limits() {
    let ends = |given: &[(&str, Value)]| {
        let mut body = made("mujoco_cart_pole", given);
        let ticks = (0..5000).take_while(|_| {
            body.advance(&[3.0], 1e-3).unwrap();
            body.status() == Status::Running
        });
        let ticks = ticks.count();
        (ticks, senses(&*body))
    };
    let (ticks, fallen) = ends(&[]);
    assert!(ticks < 5000 && fallen[2] < -0.6 && fallen[2] > -0.61, "{ticks} {fallen:?}");
    let (ticks, run_off) = ends(&[("lean_rad", Value::Number(3.0)), ("track_m", Value::Number(0.3))]);
    assert!(ticks < 5000 && run_off[0] > 0.3 && run_off[0] < 0.31, "{ticks} {run_off:?}");
}

#[test]
fn commands_have_names_units_and_ranges() {
    let commands = |name: &str| made(name, &[]).signature().commands.clone();
    let reacher = commands("reacher");
    assert_eq!(
        (reacher[0].name.as_str(), reacher[0].unit.as_str(), reacher[0].range),
        ("shoulder torque", "N m", [-20.0, 20.0])
    );
    let cart = &commands("mujoco_cart_pole")[0];
    assert_eq!((cart.name.as_str(), cart.unit.as_str(), cart.range), ("force", "N", [-10.0, 10.0]));
    let go2 = commands("go2");
    assert_eq!((go2.len(), go2[0].unit.as_str()), (12, "rad"), "joint targets");
}

#[test]
fn a_walking_go2_turns_and_leans_as_it_is_steered() {
    let walk = |command: [f64; 2]| {
        let mut robot = made("go2_walk", &[]);
        assert!(robot.fits(0.01).is_ok() && robot.fits(0.007).is_err());
        let mut heading = Vec::new();
        for _ in 0..800 {
            robot.advance(&command, 0.01).unwrap();
            heading.push(senses(&*robot)[0]);
        }
        assert_eq!(robot.status(), Status::Running);
        let rates: f64 = heading.windows(2).map(|pair| (pair[1] - pair[0]) / 0.01).sum::<f64>() / 799.0;
        (rates.to_degrees(), senses(&*robot)[4].to_degrees())
    };
    let (straight, left, right) = (walk([0.0, 0.0]), walk([-0.1, 0.0]), walk([0.1, 0.0]));
    assert!(left.0 > straight.0 + 5.0 && right.0 < straight.0 - 5.0, "{left:?} {straight:?} {right:?}");
    let tilted = walk([0.0, 0.1]);
    assert!(tilted.1 > straight.1 + 3.0, "the left legs are longer: {tilted:?} {straight:?}");
}

#[test]
fn the_rate_of_the_heading_is_its_slope() {
    let mut robot = made("go2_walk", &[]);
    let (mut counted, before) = (0.0, senses(&*robot)[0]);
    for _ in 0..500 {
        robot.advance(&[0.05, 0.0], 0.02).unwrap();
        counted += senses(&*robot)[1] * 0.02;
    }
    let turned = senses(&*robot)[0] - before;
    assert!((counted - turned).abs() < 0.02 * turned.abs().max(0.5), "{counted} {turned}");
}

#[test]
fn a_fallen_robot_ends_its_trial_and_the_next_one_begins_on_its_feet() {
    let mut robot = made("go2_walk", &[("weight", Value::Number(1.0)), ("strength", Value::Number(0.1))]);
    let ticks = (0..500).take_while(|_| {
        robot.advance(&[0.0, 0.0], 0.01).unwrap();
        !robot.status().has_ended()
    });
    assert!(ticks.count() < 500, "it cannot carry itself");
    robot.reset(None);
    assert_eq!(robot.status(), Status::Running);
}

#[test]
fn a_load_and_weak_motors_change_how_a_body_moves_and_factors_of_one_do_not() {
    let after = |given: &[(&str, Value)]| {
        let mut arm = made("reacher", given);
        (0..200).for_each(|_| arm.advance(&[2.0, 0.0], 1e-3).unwrap());
        senses(&*arm)[2]
    };
    let stock = after(&[]);
    assert_eq!(stock, after(&[("mass", Value::Number(1.0)), ("strength", Value::Number(1.0))]));
    assert!(after(&[("mass", Value::Number(2.0))]) < 0.9 * stock);
    assert!(after(&[("strength", Value::Number(0.5))]) < 0.6 * stock);
}

#[test]
fn a_file_is_any_model_and_one_that_does_not_fit_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slider.xml");
    std::fs::write(&file, SLIDER).unwrap();
    let file = word(file.to_str().unwrap());
    let block = made("mujoco", &[("file", file.clone()), ("keyframe", word("right"))]);
    assert_eq!(senses(&*block), [0.5]);

    let error = refused("mujoco", &[]);
    assert!(error.contains("`file` is empty"), "{error}");
    let error = refused("mujoco", &[("file", word("no/such/arm.xml"))]);
    assert!(error.contains("no/such/arm.xml"), "{error}");
    let error = refused("mujoco", &[("file", file.clone()), ("keyframe", word("left"))]);
    assert!(error.contains("no keyframe `left`; it has right"), "{error}");
    let error = refused("mujoco", &[("file", Value::Number(3.0))]);
    assert!(error.contains("file = 3 is not allowed; a text"), "{error}");
    let error = refused("mujoco", &[("file", file), ("timestep_s", Value::Number(1e-6))]);
    assert!(error.contains("timestep_s"), "{error}");
    let error = refused("go2", &[("kp", Value::Numbers(vec![1.0, 2.0]))]);
    assert!(error.contains("kp") && error.contains('3'), "{error}");
    let error = refused("go3", &[]);
    assert!(error.contains("no plant `go3`; there are first_order") && error.contains("go2"), "{error}");
}
