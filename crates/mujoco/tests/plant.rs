//! Models in MJCF as plants. Needs the library: `scripts/fetch_mujoco.sh`.

use lobule_control::conforms;
use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::{ClosedLoop, Drive, Dropout, Error, Missing, Plant, Snapshot, Status};
use lobule_mujoco::go2::{Fit, Go2Parameters, Ground};
use lobule_mujoco::{
    Adjustment, BodyParameters, Change, Ending, Frame, MujocoPlant, ServoParameters, Source, Variation,
};

/// A bob of 2 kg on a rod of 0.5 m without mass, with a motor at its pivot; the hinge turns about y.
const PENDULUM: &str = r#"<mujoco>
  <compiler angle="radian" autolimits="true"/>
  <option timestep="0.001" integrator="implicitfast"/>
  <worldbody>
    <body name="rod">
      <joint name="pivot" axis="0 1 0" damping="0.5" range="-3 3"/>
      <inertial pos="0 0 -0.5" mass="2" diaginertia="1e-6 1e-6 1e-6"/>
    </body>
  </worldbody>
  <actuator><motor name="motor" joint="pivot" ctrlrange="-5 5"/></actuator>
  <sensor>
    <jointpos name="angle" joint="pivot" noise="0.01"/>
    <jointvel name="speed" joint="pivot" cutoff="50"/>
    <framepos name="bob" objtype="body" objname="rod"/>
  </sensor>
  <keyframe><key name="side" qpos="1"/></keyframe>
</mujoco>"#;
const MASS_KG: f64 = 2.0;
const LENGTH_M: f64 = 0.5;
const GRAVITY: f64 = 9.81;
const DT_S: f64 = 0.002;

fn made(text: &str, parameters: &BodyParameters) -> Result<MujocoPlant, Error> {
    MujocoPlant::new(Source::Text { text, includes: &[] }, parameters)
}

fn named() -> BodyParameters {
    BodyParameters { name: "pendulum".into(), ..BodyParameters::default() }
}

fn pendulum(parameters: &BodyParameters) -> MujocoPlant {
    made(PENDULUM, parameters).unwrap()
}

fn senses(plant: &MujocoPlant) -> Vec<f64> {
    let mut senses = vec![f64::NAN; plant.signature().senses.len()];
    plant.sense(&mut senses);
    senses
}

/// Senses after so many ticks of a held command.
fn after(plant: &mut MujocoPlant, command: f64, ticks: usize) -> Vec<f64> {
    (0..ticks).for_each(|_| plant.advance(&[command], DT_S).unwrap());
    senses(plant)
}

#[test]
fn models_keep_the_contract_of_plants() {
    conforms::plant(|| pendulum(&named()), DT_S);
    let all = BodyParameters {
        keyframe: "side".into(),
        servo: Some(ServoParameters { kp: vec![20.0], kd: vec![0.5], lag_s: 0.01 }),
        variation: Variation { mass: 0.05, friction: 0.05, damping: 0.05, strength: 0.05, delay_s: 0.01 },
        delay_s: 0.02,
        start_noise_rad: 0.05,
        changes: vec![push(10.0, 0.02, Some(0.05)), weak(0.5, 0.03)],
        ..named()
    };
    conforms::plant(|| pendulum(&all), DT_S);
    let go2 = Go2Parameters::default();
    conforms::plant(|| go2.robot(&go2.body()).unwrap(), 0.005);
    let hills =
        Go2Parameters { ground: Ground::Hills { difficulty: 0.3, seed: 42 }, ..Go2Parameters::identified() };
    let varied = BodyParameters { start_noise_rad: 0.05, variation: all.variation, ..hills.body() };
    conforms::plant(|| hills.robot(&varied).unwrap(), 0.005);
    let runge_kutta = PENDULUM.replace("implicitfast", "RK4");
    conforms::plant(|| made(&runge_kutta, &named()).unwrap(), DT_S);
}

#[test]
fn senses_and_commands_are_sensors_and_actuators_by_name() {
    let plant = pendulum(&named());
    let signature = plant.signature();
    let names: Vec<&str> = signature.sense_names().collect();
    assert_eq!(names, ["angle", "speed", "bob x", "bob y", "bob z"]);
    let units: Vec<&str> = signature.senses.iter().map(|c| c.unit.as_str()).collect();
    assert_eq!(units, ["rad", "rad/s", "m", "m", "m"]);
    assert_eq!(signature.senses[0].range, [-3.0, 3.0], "limits of the joint");
    assert_eq!(signature.senses[1].range, [-50.0, 50.0], "cutoff of the sensor");
    assert_eq!(signature.senses[0].noise_sd, 0.01);
    assert_eq!(signature.commands[0].name, "motor");
    assert_eq!((signature.commands[0].unit.as_str(), signature.commands[0].range), ("N m", [-5.0, 5.0]));

    let chosen = BodyParameters { senses: vec!["bob z".into(), "angle".into()], ..named() };
    let plant = pendulum(&chosen);
    assert_eq!(plant.signature().sense_names().collect::<Vec<_>>(), ["bob z", "angle"]);
    assert_eq!(senses(&plant), [-LENGTH_M, 0.0]);

    let servo = BodyParameters { servo: Some(servo(20.0)), ..named() };
    let target = pendulum(&servo).signature().commands[0].clone();
    assert_eq!((target.unit.as_str(), target.range), ("rad", [-3.0, 3.0]), "a joint target");

    let position = PENDULUM.replace("<motor name", "<position kp=\"10\" name");
    assert_eq!(made(&position, &named()).unwrap().signature().commands[0].unit, "rad");
}

fn servo(kp: f64) -> ServoParameters {
    ServoParameters { kp: vec![kp], kd: vec![0.5], lag_s: 0.0 }
}

fn push(force_n: f64, from_s: f64, to_s: Option<f64>) -> Change {
    Change::Force {
        body: "rod".into(),
        force_n: [force_n, 0.0, 0.0],
        frame: Frame::World,
        at_m: [0.0, 0.0, -LENGTH_M],
        from_s,
        to_s,
    }
}

fn weak(factor: f64, from_s: f64) -> Change {
    Change::Strength { actuators: vec!["motor".into()], factor, from_s, to_s: None }
}

#[test]
fn a_held_torque_is_balanced_by_gravity() {
    // u = m g l sin(angle); positive about y swings a hanging bob toward -x.
    let angle = after(&mut pendulum(&named()), 3.0, 20_000)[0];
    let law = libm::asin(3.0 / (MASS_KG * GRAVITY * LENGTH_M));
    assert!((angle - law).abs() < 1e-6, "{angle} {law}");
    // A command beyond the range has the effect of the bound.
    let bounded = after(&mut pendulum(&named()), 100.0, 20_000)[0];
    assert!((bounded - libm::asin(5.0 / (MASS_KG * GRAVITY * LENGTH_M))).abs() < 1e-6, "{bounded}");
}

#[test]
fn a_force_on_a_body_is_balanced_by_gravity_too() {
    // F cos(angle) = m g sin(angle) for a level force at the bob.
    let parameters = BodyParameters { changes: vec![push(-4.0, 0.0, None)], ..named() };
    let angle = after(&mut pendulum(&parameters), 0.0, 20_000)[0];
    assert!((angle - libm::atan(4.0 / (MASS_KG * GRAVITY))).abs() < 1e-6, "{angle}");
    // At the middle of the rod it has half the lever.
    let Change::Force { body, force_n, frame, .. } = push(-4.0, 0.0, None) else { unreachable!() };
    let half = Change::Force { body, force_n, frame, at_m: [0.0, 0.0, -0.25], from_s: 0.0, to_s: None };
    let parameters = BodyParameters { changes: vec![half], ..named() };
    let angle = after(&mut pendulum(&parameters), 0.0, 20_000)[0];
    assert!((angle - libm::atan(2.0 / (MASS_KG * GRAVITY))).abs() < 1e-6, "{angle}");
}

#[test]
fn changes_last_from_their_beginning_to_their_end() {
    let parameters = BodyParameters { changes: vec![push(-4.0, 0.1, Some(0.2))], ..named() };
    let mut plant = pendulum(&parameters);
    assert_eq!(after(&mut plant, 0.0, 50)[0], 0.0, "nothing before 0.1 s");
    let speed = after(&mut plant, 0.0, 1)[1];
    // Acceleration F l / (m l²) of a body at rest, for the two physics steps of a tick.
    let law = 4.0 / (MASS_KG * LENGTH_M) * DT_S;
    assert!((speed / law - 1.0).abs() < 2e-3, "{speed} {law}");
    let mut free = pendulum(&named());
    let before = plant.snapshot();
    after(&mut plant, 0.0, 49);
    // From 0.2 s on it moves as one without changes from the same state.
    let state = plant.snapshot();
    free.restore(&state).unwrap();
    assert_eq!(after(&mut plant, 0.0, 200), after(&mut free, 0.0, 200));
    // Changes belong to the time of the trial, which is part of the state.
    plant.restore(&before).unwrap();
    assert!(after(&mut plant, 0.0, 1)[1] > speed);
}

#[test]
fn strengths_scale_what_motors_do() {
    let weakened = BodyParameters { changes: vec![weak(0.5, 0.0), weak(0.5, 0.0)], ..named() };
    let angle = after(&mut pendulum(&weakened), 4.0, 20_000)[0];
    assert!((angle - libm::asin(1.0 / (MASS_KG * GRAVITY * LENGTH_M))).abs() < 1e-6, "{angle}");
    // The bound is that of the control: strength comes after it.
    let angle = after(&mut pendulum(&weakened), 100.0, 20_000)[0];
    assert!((angle - libm::asin(1.25 / (MASS_KG * GRAVITY * LENGTH_M))).abs() < 1e-6, "{angle}");
}

#[test]
fn a_servo_leaves_the_error_that_its_stiffness_allows() {
    let parameters = BodyParameters { servo: Some(servo(10.0)), ..named() };
    let angle = after(&mut pendulum(&parameters), 0.3, 20_000)[0];
    // kp (target - angle) = m g l sin(angle).
    let left = 10.0 * (0.3 - angle) - MASS_KG * GRAVITY * LENGTH_M * libm::sin(angle);
    assert!(left.abs() < 1e-6, "{angle} {left}");
    // A lag changes when, not where.
    let slow = ServoParameters { lag_s: 0.05, ..servo(10.0) };
    let mut lagging = pendulum(&BodyParameters { servo: Some(slow), ..named() });
    let mut direct = pendulum(&parameters);
    assert!(after(&mut lagging, 0.3, 10)[0] < 0.5 * after(&mut direct, 0.3, 10)[0]);
    assert!((after(&mut lagging, 0.3, 20_000)[0] - angle).abs() < 1e-6);
}

#[test]
fn a_delayed_command_is_the_same_movement_later() {
    let late = BodyParameters { delay_s: 0.02, ..named() };
    let (mut late, mut direct) = (pendulum(&late), pendulum(&named()));
    assert_eq!(after(&mut late, 3.0, 10)[0], 0.0, "20 ms are 10 ticks");
    assert_eq!(after(&mut late, 3.0, 100), after(&mut direct, 3.0, 100));
}

#[test]
fn robots_differ_by_seed_and_by_nothing_else() {
    let variation = Variation { mass: 0.1, friction: 0.1, damping: 0.1, strength: 0.1, delay_s: 0.0 };
    let of = |seed: u64| BodyParameters { variation, seed, ..named() };
    let run = |parameters: &BodyParameters| after(&mut pendulum(parameters), 3.0, 100);
    assert_eq!(run(&of(1)), run(&of(1)));
    assert_ne!(run(&of(1)), run(&of(2)));
    assert_eq!(run(&BodyParameters { seed: 5, ..named() }), run(&named()), "a seed draws nothing by itself");
    let strength = pendulum(&of(1)).strengths()[0];
    assert!(strength != 1.0 && (strength - 1.0).abs() <= 0.3, "{strength}");
    // Delays are drawn within their range, in whole physics steps.
    let slow =
        BodyParameters { variation: Variation { delay_s: 0.05, ..Variation::default() }, seed: 3, ..named() };
    let mut plant = pendulum(&slow);
    let waited = (0..100).take_while(|_| after(&mut plant, 3.0, 1)[0] == 0.0).count();
    assert!(waited <= 25, "{waited} ticks of {DT_S} s");
}

#[test]
fn adjustments_change_masses_joints_and_surfaces() {
    let bodies =
        Adjustment::Bodies { bodies: vec!["rod".into()], mass: 2.0, inertia: 1.0, shift_m: [0.0, 0.0, 0.25] };
    let parameters = BodyParameters { adjustments: vec![bodies], ..named() };
    let angle = after(&mut pendulum(&parameters), 3.0, 20_000)[0];
    assert!((angle - libm::asin(3.0 / (4.0 * GRAVITY * 0.25))).abs() < 1e-6, "{angle}");
    // Twice the damping of an overdamped swing: half the speed at first, e.g. at a constant torque against damping alone.
    let joints = |damping: f64| Adjustment::Joints {
        joints: vec!["pivot".into()],
        damping: Some(damping),
        friction_loss: Some(0.0),
        armature: None,
    };
    let speed = |damping: f64| {
        let parameters = BodyParameters { adjustments: vec![joints(damping)], ..named() };
        after(&mut pendulum(&parameters), 5.0, 5)[1]
    };
    assert!(speed(200.0) < 0.6 * speed(100.0), "{} {}", speed(200.0), speed(100.0));
    let go2 = Go2Parameters::default();
    let stock = go2.robot(&go2.body()).unwrap();
    let fitted = Go2Parameters { fit: Fit::Identified, ..go2 };
    let mut plants = [stock, fitted.robot(&fitted.body()).unwrap()];
    let heights = plants.each_mut().map(|plant| {
        (0..100).for_each(|_| plant.advance(&[0.0, 0.9, -1.8].repeat(4), 0.005).unwrap());
        senses(plant)[2]
    });
    assert_ne!(heights[0], heights[1]);
}

#[test]
fn a_trial_ends_where_its_senses_say() {
    let ending = Ending { sense: "angle".into(), below: None, above: Some(0.2) };
    let mut plant = pendulum(&BodyParameters { endings: vec![ending], ..named() });
    let ticks = (0..1000).take_while(|_| {
        plant.advance(&[5.0], DT_S).unwrap();
        plant.status() == Status::Running
    });
    let ticks = ticks.count();
    assert!(senses(&plant)[0] > 0.2 && (10..1000).contains(&ticks), "{ticks}");
    plant.reset(None);
    assert_eq!(plant.status(), Status::Running);
}

#[test]
fn starts_are_those_of_the_keyframe_with_their_noise() {
    let side = BodyParameters { keyframe: "side".into(), ..named() };
    assert_eq!(senses(&pendulum(&side))[0], 1.0);
    let noisy = BodyParameters { start_noise_rad: 0.05, ..side };
    let mut plant = pendulum(&noisy);
    let mut starts = vec![senses(&plant)[0]];
    for _ in 0..3 {
        plant.reset(None);
        starts.push(senses(&plant)[0]);
    }
    assert!(starts.windows(2).all(|pair| pair[0] != pair[1]), "{starts:?}");
    assert!(starts.iter().all(|start| (start - 1.0).abs() < 0.3), "{starts:?}");
    plant.reset(Some(0));
    assert_eq!(senses(&plant)[0], starts[0]);
}

#[test]
fn a_robot_that_is_set_on_its_feet_keeps_the_time() {
    let mut plant = pendulum(&BodyParameters { changes: vec![push(-4.0, 0.1, None)], ..named() });
    after(&mut plant, 3.0, 30);
    plant.stand_up();
    assert_eq!(senses(&plant)[0], 0.0);
    assert!((plant.time_s() - 0.06).abs() < 1e-12);
    assert_eq!(after(&mut plant, 0.0, 20)[0], 0.0);
    assert_ne!(after(&mut plant, 0.0, 1)[1], 0.0, "the push comes at its time");
    plant.reset(None);
    assert_eq!(plant.time_s(), 0.0);
}

#[test]
fn commands_and_ticks_that_cannot_be_are_refused() {
    let mut plant = pendulum(&named());
    for value in [f64::NAN, f64::INFINITY] {
        let error = plant.advance(&[value], DT_S).unwrap_err().to_string();
        assert!(error.contains("pendulum: motor is"), "{error}");
    }
    assert_eq!(plant.time_s(), 0.0, "a command that is refused moves nothing");
    for dt_s in [0.0015, 0.0, -0.001, f64::NAN, 1e3] {
        let error = plant.fits(dt_s).unwrap_err().to_string();
        assert!(error.contains("tick") && error.contains("physics steps of 0.001 s"), "{error}");
        assert!(plant.advance(&[0.0], dt_s).is_err());
    }
}

#[test]
fn physics_that_runs_away_is_an_error_and_not_a_reset() {
    let wild = PENDULUM.replace("implicitfast", "Euler").replace("damping=\"0.5\"", "stiffness=\"1e9\"");
    let mut plant = made(&wild, &named()).unwrap();
    let error = (0..2000).find_map(|_| plant.advance(&[5.0], DT_S).err()).unwrap();
    assert!(matches!(&error, Error::NonFinite { part, .. } if part == "pendulum"), "{error}");
}

#[test]
fn models_that_cannot_be_channels_are_refused_by_name() {
    let refused = |text: &str, parameters: &BodyParameters, words: &[&str]| {
        let error = made(text, parameters).unwrap_err().to_string();
        assert!(error.starts_with("pendulum") && words.iter().all(|word| error.contains(word)), "{error}");
    };
    let with = |old: &str, new: &str| {
        assert!(PENDULUM.contains(old));
        PENDULUM.replace(old, new)
    };
    refused("<mujoco><worldbody/>", &named(), &["MuJoCo cannot read it"]);
    refused("", &named(), &["MuJoCo cannot read it"]);
    refused(&with("name=\"motor\"", ""), &named(), &["actuator 0", "has no name"]);
    refused(&with("name=\"speed\"", ""), &named(), &["sensor 1", "has no name"]);
    refused(
        &with("<motor name=\"motor\" joint=\"pivot\" ctrlrange=\"-5 5\"/>", ""),
        &named(),
        &["no actuator"],
    );
    let bare = PENDULUM.split("<sensor>").next().unwrap().to_string() + "</mujoco>";
    refused(&bare, &named(), &["no sensor", "jointpos"]);
    refused(
        PENDULUM,
        &BodyParameters { keyframe: "up".into(), ..named() },
        &["keyframe `up`", "it has side"],
    );
    refused(PENDULUM, &BodyParameters { senses: vec!["bob".into()], ..named() }, &["`bob`", "bob x"]);
    let other = Change::Strength { actuators: vec!["FL_hip".into()], factor: 0.6, from_s: 0.0, to_s: None };
    refused(
        PENDULUM,
        &BodyParameters { changes: vec![other], ..named() },
        &["actuator `FL_hip`", "it has motor"],
    );
    let other = Ending { sense: "height".into(), below: Some(0.1), above: None };
    refused(PENDULUM, &BodyParameters { endings: vec![other], ..named() }, &["`height`", "angle"]);
    let two = ServoParameters { kp: vec![1.0, 2.0], kd: vec![0.0], lag_s: 0.0 };
    refused(
        PENDULUM,
        &BodyParameters { servo: Some(two), ..named() },
        &["servo.kp has 2 values", "1 actuators"],
    );
    let position = with("<motor name", "<position kp=\"10\" name");
    refused(&position, &BodyParameters { servo: Some(servo(1.0)), ..named() }, &["`motor`", "not a motor"]);
    refused(PENDULUM, &BodyParameters { delay_s: 50.0, ..named() }, &["delay_s = 50", "0 to 10 s"]);
    refused(PENDULUM, &BodyParameters { timestep_s: 5.0, ..named() }, &["timestep_s = 5"]);
    let variation = Variation { strength: 0.5, ..Variation::default() };
    refused(PENDULUM, &BodyParameters { variation, ..named() }, &["variation.strength = 0.5", "0 to 0.3"]);
    refused(
        PENDULUM,
        &BodyParameters { changes: vec![push(1.0, 0.2, Some(0.1))], ..named() },
        &["changes.to_s = 0.1"],
    );
    let missing =
        MujocoPlant::new(Source::File("no/such/model.xml".as_ref()), &named()).unwrap_err().to_string();
    assert!(missing.contains("no/such/model.xml"), "{missing}");
}

#[test]
fn states_of_other_models_are_refused() {
    let state = pendulum(&named()).snapshot();
    let mut other = pendulum(&BodyParameters { name: "other".into(), ..named() });
    let before = other.snapshot();
    let error = other.restore(&state).unwrap_err().to_string();
    assert!(error.contains("the state is of `pendulum`"), "{error}");
    assert!(other.snapshot() == before);
    let mut delayed = pendulum(&BodyParameters { delay_s: 0.01, ..named() });
    assert!(delayed.restore(&state).is_err());
}

#[test]
fn feet_feel_the_weight() {
    let go2 = Go2Parameters::default();
    let mut robot = go2.robot(&go2.body()).unwrap();
    (0..600).for_each(|_| robot.advance(&[0.0, 0.9, -1.8].repeat(4), 0.005).unwrap());
    let senses = senses(&robot);
    let forces = &senses[37..];
    let weight = 15.206 * GRAVITY;
    assert!((forces.iter().sum::<f64>() / weight - 1.0).abs() < 0.02, "{forces:?} against {weight}");
    assert!(forces.iter().all(|force| *force > 0.1 * weight), "{forces:?}");
    let body = lobule_control::walking::Body::default();
    assert_eq!(robot.signature().senses.len(), body.senses());
    let channels = body.channels();
    let units = robot.signature().senses.iter().zip(&channels);
    units.for_each(|(sense, channel)| assert_eq!(sense.unit, channel.unit, "{}", sense.name));
    // Feet, as pictures draw them, touch the ground.
    for leg in lobule_mujoco::go2::LEGS {
        let calf = robot.body(&format!("{leg}_calf")).unwrap();
        let [_, _, z] = robot.point_m(calf, lobule_mujoco::go2::FOOT_M);
        // The sphere of 22 mm is pressed into the soft ground.
        assert!((0.0..0.022).contains(&z), "{leg} {z}");
    }
}

#[test]
fn a_sensor_that_stops_ends_the_loop_by_name_or_is_held() {
    let law = || Reflex::new(Pid::new(PidGains { kp: 5.0, kd: 0.5, ki: 0.0, filter_s: 0.01 }, DT_S).unwrap());
    let looped = || {
        let silent = Dropout::between("angle", 20..25).unwrap();
        ClosedLoop::new(pendulum(&named()), law(), 1, DT_S, [0, 0]).unwrap().with_dropout(silent).unwrap()
    };
    let drive = Drive { reference: &[0.3], ..Drive::default() };
    let mut stops = looped();
    let error = (0..30).find_map(|_| stops.tick(&drive).err()).unwrap().to_string();
    assert!(error.contains("sensor `angle`") && error.contains("`pendulum`"), "{error}");
    let mut held = looped().on_missing(Missing::Hold { at_most: 5 });
    (0..200).for_each(|_| held.tick(&drive).unwrap());
}

#[test]
fn a_command_beyond_the_range_is_clamped_and_counted_by_the_loop() {
    let law = Reflex::new(Pid::new(PidGains { kp: 1e3, kd: 0.0, ki: 0.0, filter_s: 0.01 }, DT_S).unwrap());
    let mut looped = ClosedLoop::new(pendulum(&named()), law, 1, DT_S, [0, 0]).unwrap();
    looped.tick(&Drive { reference: &[1.0], ..Drive::default() }).unwrap();
    assert_eq!((looped.clamped(), looped.acting()), (&[1][..], &[5.0][..]));
}
