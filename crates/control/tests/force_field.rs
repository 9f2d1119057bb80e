//! Laws of the arms that reach in force fields, and of the learning of several joints.

mod counting;

use lobule_control::filter::{Basis, TraceModel, Tuning};
use lobule_control::plant::{ForceChannel, Forearm, PlanarArm, ReachingArm, TwoLink, curl};
use lobule_control::{
    Beside, ClosedLoop, Drive, Error, InverseDynamics, JointLearning, JointLearningParameters, Plant, Role,
    minimum_jerk,
};
use lobule_signal::Stream;

const DT: f64 = 0.002;
const START: [f64; 2] = [0.0, 0.45];
const LINKS: TwoLink = TwoLink::HUMAN;

fn arm(viscosity: [[f64; 2]; 2]) -> ReachingArm {
    ReachingArm::new(LINKS, viscosity, START).unwrap()
}

fn free() -> ReachingArm {
    arm([[0.0; 2]; 2])
}

#[test]
fn a_free_arm_keeps_its_energy_in_a_curl_field_too() {
    for field in [[[0.0; 2]; 2], curl(13.0), curl(-15.0)] {
        let mut arm = free();
        arm.set_field(field).unwrap();
        arm.set_state([0.4, 1.2], [3.0, -4.0]);
        let before = arm.kinetic_energy_j();
        for _ in 0..2000 {
            arm.advance(&[0.0, 0.0], 2.5e-4).unwrap();
        }
        assert!((arm.kinetic_energy_j() / before - 1.0).abs() < 1e-9, "{field:?}");
    }
}

#[test]
fn the_saddle_field_and_viscosity_do_the_work_that_power_says() {
    // Shadmehr & Mussa-Ivaldi 1994: B of their Figure 3 is not a curl; its power is vᵀBv.
    let field = [[-10.1, -11.2], [-11.2, 11.1]];
    let (mut arm, dt, mut work, mut turned) = (arm(ReachingArm::VISCOSITY), 1e-5, 0.0, 0.0f64);
    arm.set_field(field).unwrap();
    let power = |arm: &ReachingArm| {
        let (v, mut senses) = (arm.hand_velocity(), [0.0; 4]);
        arm.sense(&mut senses);
        let q = [senses[2], senses[3]];
        let quadratic = |m: [[f64; 2]; 2], x: [f64; 2]| {
            m[0][0] * x[0] * x[0] + (m[0][1] + m[1][0]) * x[0] * x[1] + m[1][1] * x[1] * x[1]
        };
        let torque = 0.4 * q[0] - 0.2 * q[1];
        torque + quadratic(field, v) - quadratic(ReachingArm::VISCOSITY, q)
    };
    arm.set_state([0.4, 1.2], [1.0, -2.0]);
    let before = arm.kinetic_energy_j();
    for _ in 0..20_000 {
        let then = power(&arm);
        arm.advance(&[0.4, -0.2], dt).unwrap();
        work += 0.5 * dt * (then + power(&arm));
        turned += dt * then.abs();
    }
    let gained = arm.kinetic_energy_j() - before;
    assert!((gained - work).abs() < 1e-5 * turned, "{gained} J gained, {work} J done");
}

/// Accelerations by Lagrange's equations: derivatives of the kinetic energy of two rods as differences, from the positions of their
/// centers of mass alone.
fn by_lagrange(angle: [f64; 2], velocity: [f64; 2], torque: [f64; 2]) -> [f64; 2] {
    let energy = |q: [f64; 2], v: [f64; 2]| {
        let (w1, w2) = (v[0], v[0] + v[1]);
        let spot = |r1: f64, r2: f64| {
            [
                -r1 * q[0].sin() * w1 - r2 * (q[0] + q[1]).sin() * w2,
                r1 * q[0].cos() * w1 + r2 * (q[0] + q[1]).cos() * w2,
            ]
        };
        let square = |u: [f64; 2]| u[0] * u[0] + u[1] * u[1];
        let upper =
            LINKS.mass_kg[0] * square(spot(LINKS.center_m[0], 0.0)) + LINKS.inertia_kg_m2[0] * w1 * w1;
        let fore = LINKS.mass_kg[1] * square(spot(LINKS.length_m[0], LINKS.center_m[1]))
            + LINKS.inertia_kg_m2[1] * w2 * w2;
        0.5 * (upper + fore)
    };
    const H: f64 = 1e-4;
    let step = |x: [f64; 2], i: usize, h: f64| {
        let mut y = x;
        y[i] += h;
        y
    };
    let momentum = |q: [f64; 2], i: usize| {
        (energy(q, step(velocity, i, H)) - energy(q, step(velocity, i, -H))) / (2.0 * H)
    };
    // d/dt ∂E/∂v_i = Σ_j ∂p_i/∂q_j v_j + Σ_j M_ij a_j = ∂E/∂q_i + τ_i
    let mut right = [0.0; 2];
    let mut mass = [[0.0; 2]; 2];
    for i in 0..2 {
        right[i] = torque[i]
            + (energy(step(angle, i, H), velocity) - energy(step(angle, i, -H), velocity)) / (2.0 * H);
        for j in 0..2 {
            right[i] -=
                velocity[j] * (momentum(step(angle, j, H), i) - momentum(step(angle, j, -H), i)) / (2.0 * H);
            let unit = |k: usize| step([0.0; 2], k, 1.0);
            let both = [unit(i)[0] + unit(j)[0], unit(i)[1] + unit(j)[1]];
            mass[i][j] = energy(angle, both) - energy(angle, unit(i)) - energy(angle, unit(j));
        }
    }
    let det = mass[0][0] * mass[1][1] - mass[0][1] * mass[1][0];
    [
        (mass[1][1] * right[0] - mass[0][1] * right[1]) / det,
        (mass[0][0] * right[1] - mass[1][0] * right[0]) / det,
    ]
}

#[test]
fn the_links_obey_lagrange() {
    let draw = Stream::new(1, "lagrange");
    for case in 0..64 {
        let u = |i: u32, low: f64, high: f64| low + (high - low) * draw.uniform(case, i);
        let q = [u(0, -3.0, 3.0), u(1, 0.2, 2.6)];
        let v = [u(2, -4.0, 4.0), u(3, -4.0, 4.0)];
        let t = [u(4, -3.0, 3.0), u(5, -3.0, 3.0)];
        let (ours, theirs) = (LINKS.acceleration(q, v, t), by_lagrange(q, v, t));
        for i in 0..2 {
            assert!((ours[i] - theirs[i]).abs() < 1e-4 * (1.0 + theirs[i].abs()), "{ours:?} {theirs:?}");
        }
        // And back.
        let torque = LINKS.torque(q, v, ours);
        assert!((torque[0] - t[0]).abs() + (torque[1] - t[1]).abs() < 1e-9);
        let there = LINKS.angles(LINKS.hand_m(q)).unwrap();
        let turned = (there[0] - q[0]).abs() % std::f64::consts::TAU;
        assert!(turned.min(std::f64::consts::TAU - turned) < 1e-7 && (there[1] - q[1]).abs() < 1e-7);
    }
}

#[test]
fn a_hand_force_acts_through_the_jacobian() {
    let (q, h) = ([0.6, 1.3], 1e-6);
    let jacobian = LINKS.jacobian(q);
    for j in 0..2 {
        let mut q2 = q;
        q2[j] += h;
        let (a, b) = (LINKS.hand_m(q), LINKS.hand_m(q2));
        for i in 0..2 {
            assert!((jacobian[i][j] - (b[i] - a[i]) / h).abs() < 1e-6);
        }
    }
}

#[test]
fn the_links_move_like_the_planar_arm() {
    // Its nominal arm turns decoder units into torques, and it is damped by 0.05 N m s/rad: without command both swing alike.
    let mut planar = PlanarArm::new(1.0, 1.0, 1.0);
    let mut ours = arm([[0.05, 0.0], [0.0, 0.05]]);
    planar.set_state([0.4, 1.2], [3.0, -4.0]);
    ours.set_state([0.4, 1.2], [3.0, -4.0]);
    for _ in 0..300 {
        planar.advance(&[0.0, 0.0], 1e-3).unwrap();
        ours.advance(&[0.0, 0.0], 1e-3).unwrap();
    }
    let (a, b) = (planar.hand_m(), ours.hand_m());
    assert!((a[0] - b[0]).abs() + (a[1] - b[1]).abs() < 1e-12, "{a:?} {b:?}");
}

#[test]
fn the_reaching_arm_is_integrated_at_fourth_order() {
    let end = |dt: f64| {
        let mut arm = arm(ReachingArm::VISCOSITY);
        arm.set_field(curl(13.0)).unwrap();
        arm.set_state([0.4, 1.2], [3.0, -4.0]);
        for _ in 0..(0.2 / dt).round() as usize {
            arm.advance(&[2.0, -1.0], dt).unwrap();
        }
        arm.hand_m()
    };
    let exact = end(1e-5);
    let error = |dt: f64| {
        let hand = end(dt);
        (hand[0] - exact[0]).hypot(hand[1] - exact[1])
    };
    let slope = (error(4e-3) / error(2e-3)).log2();
    assert!((3.6..4.6).contains(&slope), "order {slope}");
}

#[test]
fn a_channel_holds_the_hand_on_its_line_and_feels_what_it_presses() {
    let mut arm = arm(ReachingArm::VISCOSITY);
    let channel = ForceChannel { from_m: START, along: [0.0, 1.0], stiffness: 6000.0, damping: 250.0 };
    arm.set_channel(Some(channel)).unwrap();
    // A force of 3 N to the left and 2 N ahead, by the torque that stands for it.
    let mut senses = [0.0; 4];
    for _ in 0..500 {
        arm.sense(&mut senses);
        let j = LINKS.jacobian([senses[0], senses[1]]);
        let torque = [j[0][0] * -3.0 + j[1][0] * 0.5, j[0][1] * -3.0 + j[1][1] * 0.5];
        arm.advance(&torque, DT).unwrap();
    }
    let [x, y] = arm.hand_m();
    assert!(x.abs() < 1e-3 && y > START[1] + 0.01, "{x} {y}");
    assert!((arm.pressed_n() - 3.0).abs() < 0.3, "{} N", arm.pressed_n());
    arm.set_channel(None).unwrap();
    assert_eq!(arm.pressed_n(), 0.0);
}

#[test]
fn the_forearm_is_exact_whatever_the_tick() {
    for (viscosity, field) in [(0.5, 0.0), (0.5, 0.9), (0.5, 0.5), (0.5, 0.5 - 1e-9)] {
        let run = |ticks: usize| {
            let mut arm = Forearm::new(&LINKS, viscosity).unwrap();
            arm.set_field(field).unwrap();
            for _ in 0..ticks {
                arm.advance(&[0.3], 0.4 / ticks as f64).unwrap();
            }
            let mut senses = [0.0; 2];
            arm.sense(&mut senses);
            senses
        };
        let (one, many) = (run(1), run(1000));
        for i in 0..2 {
            assert!((one[i] - many[i]).abs() < 1e-10 * (1.0 + many[i].abs()), "{field}: {one:?} {many:?}");
        }
        // Torque is spent on momentum and on drag: I ω = τ t - (V - f) q.
        let inertia = 0.0188 + 1.52 * 0.19 * 0.19;
        assert!((inertia * one[1] - (0.3 * 0.4 - (viscosity - field) * one[0])).abs() < 1e-9);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let said = |e: Error| e.to_string();
    assert!(said(ReachingArm::new(LINKS, ReachingArm::VISCOSITY, [0.0, 0.7]).unwrap_err()).contains("0.67"));
    let mut arm = free();
    assert!(said(arm.set_field([[f64::NAN, 0.0], [0.0, 0.0]]).unwrap_err()).contains("field"));
    let leaning = ForceChannel { from_m: START, along: [1.0, 1.0], stiffness: 1.0, damping: 1.0 };
    assert!(said(arm.set_channel(Some(leaning)).unwrap_err()).contains("direction"));
    assert!(said(Forearm::new(&LINKS, -1.0).unwrap_err()).contains("viscosity"));
    let wrong = JointLearningParameters { stiffness: vec![1.0, 2.0], ..learning(Role::Command, 0) };
    assert!(said(JointLearning::new(wrong, basis(1), DT).unwrap_err()).contains("joints squared"));
    let wrong = JointLearningParameters { retention: 1.5, ..learning(Role::Command, 0) };
    assert!(said(JointLearning::new(wrong, basis(1), DT).unwrap_err()).contains("retention"));
    let tuning = Tuning { middle: vec![0.0], reach: vec![1.0, 2.0], speed: vec![1.0], width: 0.5 };
    assert!(said(Basis::tuned(10, &tuning, DT, 0).unwrap_err()).contains("one for each reference"));
}

fn basis(references: usize) -> Basis {
    let middle = if references == 2 { LINKS.angles(START).unwrap().to_vec() } else { vec![0.0] };
    let tuning = Tuning { middle, reach: vec![0.5; references], speed: vec![2.0; references], width: 0.7 };
    Basis::tuned(60, &tuning, DT, 3).unwrap()
}

fn learning(role: Role, delay: usize) -> JointLearningParameters {
    JointLearningParameters {
        stiffness: vec![15.0, 6.0, 6.0, 16.0],
        viscosity: vec![1.0, 0.4, 0.4, 1.0],
        role,
        trace: TraceModel::Delay(delay),
        rate: 0.5,
        retention: 1.0,
    }
}

#[test]
fn tuned_cells_answer_most_at_their_place_and_never_more_than_one() {
    let mut basis = basis(1);
    let mut x = vec![0.0; 60];
    let mut most: f64 = 0.0;
    for tick in 0..2000u64 {
        let r = [0.5 * (0.003 * tick as f64).sin()];
        let senses =
            lobule_control::Senses { tick, sensed: &[], reference: &r, reference_then: &r, cues: &[] };
        basis.advance(&senses, &mut x).unwrap();
        assert!(x.iter().all(|x| (0.0..=1.0).contains(x)));
        most = x.iter().fold(most, |m, x| m.max(*x));
    }
    assert!(most > 0.95, "{most}");
}

/// Peak distance of a hand from its line in a reach of 10 cm ahead, m, by trial; the field is on.
fn deviations(role: Role, delay: usize, rate: f64, trials: usize) -> Vec<f64> {
    let mut body = arm(ReachingArm::VISCOSITY);
    body.set_field(curl(13.0)).unwrap();
    let known = InverseDynamics::new(LINKS, ReachingArm::VISCOSITY, DT).unwrap();
    let learner =
        JointLearning::new(JointLearningParameters { rate, ..learning(role, delay) }, basis(2), DT).unwrap();
    let mut joined = ClosedLoop::new(body, Beside::new(known, learner).unwrap(), 2, DT, [30, 0]).unwrap();
    (0..trials)
        .map(|_| {
            joined.reset();
            let mut peak: f64 = 0.0;
            for tick in 0..400 {
                let s = minimum_jerk((tick as f64 * DT / 0.5).min(1.0))[0];
                let wanted = LINKS.angles([START[0], START[1] + 0.1 * s]).unwrap();
                joined.tick(&Drive { reference: &wanted, ..Drive::default() }).unwrap();
                let off = joined.plant().hand_m()[0] - START[0];
                peak = if off.abs() > peak.abs() { off } else { peak };
            }
            joined.finish(0.0).unwrap();
            peak
        })
        .collect()
}

#[test]
fn a_curl_field_is_learned_in_either_role() {
    let without = deviations(Role::Command, 75, 0.0, 2);
    assert!(without[0] > 0.01 && without[0] == without[1], "pushed to the right: {without:?}");
    for role in [Role::Command, Role::ExpectedError] {
        let learned = deviations(role, 125, 1.5, 150);
        assert_eq!(learned[0], without[0]);
        assert!(learned[149].abs() < 0.1 * learned[0], "{role:?}: {learned:?}");
    }
}

#[test]
fn an_undisturbed_arm_follows_its_inverse() {
    let known = InverseDynamics::new(LINKS, ReachingArm::VISCOSITY, DT).unwrap();
    let mut joined = ClosedLoop::new(arm(ReachingArm::VISCOSITY), known, 2, DT, [0, 0]).unwrap();
    let mut far: f64 = 0.0;
    for tick in 0..400 {
        let s = minimum_jerk((tick as f64 * DT / 0.5).min(1.0))[0];
        let hand = [START[0] + 0.1 * s, START[1]];
        joined.tick(&Drive { reference: &LINKS.angles(hand).unwrap(), ..Drive::default() }).unwrap();
        let there = joined.plant().hand_m();
        far = far.max((there[0] - hand[0]).hypot(there[1] - hand[1]));
    }
    // Backward differences lag by a tick, in which the hand moves by 0.75 mm at most.
    assert!(far < 1.5e-3, "{far} m");
}

#[test]
fn a_tick_of_joint_learning_allocates_nothing() {
    let known = InverseDynamics::new(LINKS, ReachingArm::VISCOSITY, DT).unwrap();
    let learner = JointLearning::new(learning(Role::Command, 50), basis(2), DT).unwrap();
    let both = Beside::new(known, learner).unwrap();
    let mut joined = ClosedLoop::new(arm(ReachingArm::VISCOSITY), both, 2, DT, [30, 0]).unwrap();
    let wanted = LINKS.angles(START).unwrap();
    let trial = counting::allocations(|| {
        joined.reset();
        for _ in 0..50 {
            joined.tick(&Drive { reference: &wanted, ..Drive::default() }).unwrap();
        }
        joined.finish(0.0).unwrap();
    });
    assert_eq!(trial, 0);
}
