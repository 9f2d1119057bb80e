//! The eye, its brainstem, the vestibulo-ocular reflex and targets that are seen late: laws and directions.

use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::forward::{Equations, Foresight, ForwardModel, Law, Seen, SmithPredictor};
use lobule_control::plant::{DrivenEye, Eye, EyeParameters};
use lobule_control::{
    Architecture, Brainstem, BrainstemParameters, ClosedLoop, Controller, Drive, Error, Plant, Senses,
    VestibuloOcular, snapshot,
};
use std::f64::consts::TAU;

const DT: f64 = 0.002;

fn senses<const N: usize>(plant: &dyn Plant) -> [f64; N] {
    let mut y = [0.0; N];
    plant.sense(&mut y);
    y
}

#[test]
fn the_step_response_is_the_exact_one_at_any_tick() {
    let EyeParameters { slow_s, fast_s, .. } = EyeParameters::default();
    for (dt_s, strength) in [(1e-3, 1.0), (7e-3, 0.6), (0.05, 1.0)] {
        let mut eye = Eye::new(EyeParameters { strength, ..EyeParameters::default() }).unwrap();
        for n in 1..=100 {
            eye.advance(&[10.0], dt_s).unwrap();
            let t = f64::from(n) * dt_s;
            let (slow, fast) = ((-t / slow_s).exp(), (-t / fast_s).exp());
            let position = 10.0 * strength * (1.0 - (slow_s * slow - fast_s * fast) / (slow_s - fast_s));
            let velocity = 10.0 * strength * (slow - fast) / (slow_s - fast_s);
            let [v, x] = senses(&eye);
            assert!((x - position).abs() < 1e-9 && (v - velocity).abs() < 1e-8, "{dt_s} {t}: {x} {v}");
        }
    }
}

#[test]
fn a_brainstem_that_knows_the_slow_time_constant_cancels_it() {
    let eye = Eye::new(EyeParameters::default()).unwrap();
    let healthy = BrainstemParameters { gain: 1.0, direct_s: 0.2, leak_s: 1e9 };
    // What is left is the fast one; the staircase of the integrator costs half a tick of 0.1 ms.
    let mut driven = DrivenEye::new(eye, Brainstem::new(healthy, 1e-4).unwrap());
    for n in 1..=2000 {
        driven.advance(&[20.0], 1e-4).unwrap();
        let [v, ..] = senses::<3>(&driven);
        let exact = 20.0 * (1.0 - (-f64::from(n) * 1e-4 / 0.016f64).exp());
        assert!((v - exact).abs() < 0.02, "{n}: {v} {exact}");
    }
}

#[test]
fn an_integrator_leaks_with_its_time_constant() {
    let mut brainstem =
        Brainstem::new(BrainstemParameters { gain: 0.7, direct_s: 0.1, leak_s: 2.0 }, DT).unwrap();
    (0..500).for_each(|_| {
        brainstem.advance(10.0);
    });
    // 10 deg/s for 1 s, then 1 s of rest.
    let held = brainstem.integral();
    assert!((held - 0.7 * 10.0 * 2.0 * (1.0 - (-0.5f64).exp())).abs() < 1e-9);
    (0..500).for_each(|_| {
        brainstem.advance(0.0);
    });
    assert!((brainstem.integral() / held - (-0.5f64).exp()).abs() < 1e-9);
}

#[test]
fn systems_and_equations_are_the_plant() {
    let eye = Eye::new(EyeParameters { slow_s: 0.17, fast_s: 0.012, strength: 0.8 }).unwrap();
    let parameters = BrainstemParameters { gain: 0.9, direct_s: 0.15, leak_s: 3.0 };
    let mut plant = DrivenEye::new(eye, Brainstem::new(parameters, DT).unwrap());
    let (mut system, mut model) = (plant.system(DT).unwrap(), Equations::driven_eye(&plant, DT).unwrap());
    let mut state = [0.0; 3];
    for n in 0..400 {
        let command = [15.0 * (0.05 * f64::from(n)).sin()];
        let [v, x, i] = senses(&plant);
        assert!((system.advance(command[0]) - v).abs() < 1e-9);
        assert!(state.iter().zip([v, x, i]).all(|(a, b)| (a - b).abs() < 1e-9), "{n}: {state:?} {v} {x} {i}");
        let mut next = [0.0; 3];
        model.predict(&state, &command, &mut next).unwrap();
        state = next;
        plant.advance(&command, DT).unwrap();
    }
}

#[test]
fn a_muscle_that_weakens_keeps_the_eye_where_it_is() {
    let mut eye = Eye::new(EyeParameters::default()).unwrap();
    (0..1000).for_each(|_| eye.advance(&[10.0], DT).unwrap());
    let [_, before] = senses(&eye);
    eye.change(EyeParameters { strength: 0.5, ..EyeParameters::default() }).unwrap();
    eye.advance(&[10.0], DT).unwrap();
    let [_, after] = senses(&eye);
    assert!((before - 10.0).abs() < 1e-3 && (after - before).abs() < 0.1);
    (0..2000).for_each(|_| eye.advance(&[10.0], DT).unwrap());
    let [_, settled] = senses(&eye);
    assert!((settled - 5.0).abs() < 1e-6);
}

#[test]
fn bands_add_up_to_the_cue_and_part_its_frequencies() {
    let mut bands = Basis::bands(&[0.02, 0.2, 2.0], DT).unwrap();
    let mut x = [0.0; 4];
    let mut power = |hz: f64| {
        bands.reset();
        let mut sums = [0.0; 4];
        for n in 0..20_000u64 {
            let cue = [(TAU * hz * n as f64 * DT).sin()];
            let told =
                Senses { tick: n, sensed: &[0.0], reference: &[0.0], reference_then: &[0.0], cues: &cue };
            bands.advance(&told, &mut x).unwrap();
            assert!((x.iter().sum::<f64>() - cue[0]).abs() < 1e-12);
            sums.iter_mut().zip(&x).for_each(|(s, x)| *s += x * x);
        }
        sums
    };
    let strongest = |sums: [f64; 4]| (0..4).max_by(|&a, &b| sums[a].total_cmp(&sums[b])).unwrap();
    assert_eq!([0.02, 0.2, 2.0, 40.0].map(|hz| strongest(power(hz))), [3, 2, 1, 0]);
}

#[test]
fn bad_parameters_are_named() {
    let said = |e: Error| e.to_string();
    let eye = Eye::new(EyeParameters { fast_s: 0.0, ..EyeParameters::default() }).unwrap_err();
    assert!(said(eye).contains("fast_s = 0"));
    let leak = BrainstemParameters { gain: 1.0, direct_s: 0.2, leak_s: -1.0 };
    assert!(said(Brainstem::new(leak, DT).unwrap_err()).contains("leak_s = -1"));
    assert!(said(Basis::bands(&[0.2, 0.1], DT).unwrap_err()).contains("tau_s = 0.1"));
    assert!(said(Basis::bands(&[], DT).unwrap_err()).contains("time constants = 0"));
    let law = Pid::new(PidGains { kp: 0.0, kd: 0.0, ki: 5.0, filter_s: 0.0 }, DT).unwrap();
    let foresight = Foresight { lead: 5, taps: 0, every: 1, scale: 1.0, rate: 0.1 };
    assert!(said(Seen::foreseeing(Reflex::new(law), foresight).unwrap_err()).contains("taps = 0"));
}

/// A reflex of a weak brainstem in a head that moves in sines of 20 deg/s each, slip 100 ms late.
struct Turning {
    closed: ClosedLoop<Eye, VestibuloOcular>,
    hz: Vec<f64>,
}

impl Turning {
    fn new(architecture: Architecture, eligibility_ticks: usize, hz: &[f64]) -> Self {
        let rate = if architecture == Architecture::Recurrent { 3e-6 } else { 1e-6 };
        let trace = TraceModel::Delay(eligibility_ticks);
        let learning = Learning { trace, update: Update::Tick, step: Step::Plain(rate) };
        let basis = Basis::bands(&[0.008, 0.024, 0.072, 0.216, 0.65, 2.0], DT).unwrap();
        let filter = AdaptiveFilter::new(basis, &learning).unwrap();
        let weak = BrainstemParameters { gain: 0.7, direct_s: 0.15, leak_s: 4.0 };
        let brainstem = Brainstem::new(weak, DT).unwrap();
        let reflex = VestibuloOcular::new(architecture, 16.0, brainstem, filter, DT).unwrap();
        let eye = Eye::new(EyeParameters::default()).unwrap();
        Self { closed: ClosedLoop::new(eye, reflex, 1, DT, [50, 2]).unwrap(), hz: hz.into() }
    }

    /// Rms of slip over some seconds, deg/s.
    fn slip(&mut self, seconds: u32) -> f64 {
        let ticks = seconds * 500;
        let mut sum = 0.0;
        for _ in 0..ticks {
            let t = self.closed.ticks() as f64 * DT;
            let head: f64 = self.hz.iter().map(|hz| 20.0 * (TAU * hz * t).sin()).sum();
            sum += (-head - self.closed.senses()[0]).powi(2);
            self.closed.tick(&Drive { reference: &[-head], cues: &[head], ..Drive::default() }).unwrap();
        }
        (sum / f64::from(ticks)).sqrt()
    }
}

#[test]
fn slip_calibrates_both_architectures() {
    for architecture in [Architecture::FeedForward, Architecture::Recurrent] {
        let mut turning = Turning::new(architecture, 50, &[0.3, 0.7, 1.6]);
        let first = turning.slip(10);
        turning.slip(800);
        let last = turning.slip(10);
        assert!(last < 0.7 * first, "{architecture:?}: {first} {last}");
        // In the dark the gain stays.
        turning.closed.controller_mut().set_learning(false);
        let weights = turning.closed.controller().weights().to_vec();
        assert!((turning.slip(10) - last).abs() < 0.2 * last);
        assert_eq!(weights, turning.closed.controller().weights());
    }
}

#[test]
fn without_eligibility_late_slip_unlearns_beyond_a_quarter_of_a_period() {
    let change = |hz: f64, eligibility: usize| {
        let mut turning = Turning::new(Architecture::FeedForward, eligibility, &[hz]);
        turning.closed.controller_mut().set_learning(false);
        turning.slip(10);
        let before = turning.slip(4);
        turning.closed.controller_mut().set_learning(true);
        turning.slip(40);
        turning.slip(4) / before
    };
    assert!(change(1.0, 0) < 0.9 && change(1.0, 50) < 0.9);
    assert!(change(4.0, 0) > 1.1 && change(4.0, 50) < 0.9);
}

#[test]
fn a_target_is_seen_late_or_foreseen() {
    const D: usize = 10;
    /// Repeats what it is told to follow.
    struct Told;
    snapshot!(Told {});
    impl Controller for Told {
        fn name(&self) -> &str {
            "told"
        }
        fn commands(&self) -> usize {
            1
        }
        fn reset(&mut self) {}
        fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
            command[0] = senses.reference[0];
            Ok(())
        }
    }
    let target = |n: i64| 5.0 * (0.06 * n as f64).sin();
    let foresight = Foresight { lead: D, taps: 4, every: 5, scale: 5.0, rate: 0.3 };
    let mut late = Seen::new(Told, 1);
    let mut early = Seen::foreseeing(Told, foresight).unwrap();
    let mut command = [0.0];
    for n in 0..6000i64 {
        let visible = n < 5900;
        let (now, then) = ([target(n)], [target(n - D as i64)]);
        let cue = [if visible { 1.0 } else { 0.0 }];
        let told =
            Senses { tick: n as u64, sensed: &[0.25], reference: &now, reference_then: &then, cues: &cue };
        late.advance(&told, &mut command).unwrap();
        assert_eq!(command[0], if visible { then[0] } else { 0.25 });
        early.advance(&told, &mut command).unwrap();
        if n > 5000 {
            // Hidden, it goes on as expected.
            assert!((command[0] - now[0]).abs() < 0.5, "{n}: {} {}", command[0], now[0]);
        }
    }
}

#[test]
fn a_model_of_the_eye_takes_the_ringing_and_not_the_delay() {
    const TICK: f64 = 0.005;
    let eye = || {
        let healthy = BrainstemParameters { gain: 1.0, direct_s: 0.2, leak_s: 20.0 };
        let brainstem = Brainstem::new(healthy, TICK).unwrap();
        DrivenEye::new(Eye::new(EyeParameters::default()).unwrap(), brainstem)
    };
    let law = Pid::new(PidGains { kp: 0.0, kd: 0.0, ki: 10.0, filter_s: 0.0 }, TICK).unwrap();
    let follow: Law = Box::new(|s, r, u| u[0] = 2.0 * r[0] - s[0]);
    let model = Box::new(Equations::driven_eye(&eye(), TICK).unwrap());
    let smith = SmithPredictor::new(follow, model, &[0.0; 3], &[10.0; 3], 20).unwrap();
    let controllers: [Box<dyn Controller>; 2] =
        [Box::new(Seen::new(Reflex::new(law), 1)), Box::new(Seen::new(smith, 1))];
    let [feedback, smith] = controllers.map(|controller| {
        let mut closed = ClosedLoop::new(eye(), controller, 1, TICK, [18, 2]).unwrap();
        closed.tick(&Drive { reference: &[0.0], ..Drive::default() }).unwrap();
        let (mut top, mut begins) = (0.0f64, None);
        for n in 0..400 {
            closed.tick(&Drive { reference: &[20.0], ..Drive::default() }).unwrap();
            let eye = closed.senses()[0];
            top = top.max(eye);
            begins = begins.or((eye > 1e-9).then_some(n));
        }
        (top, begins.unwrap())
    });
    assert!(feedback.0 > 28.0 && smith.0 < 20.5, "{feedback:?} {smith:?}");
    assert!(feedback.1 >= 20 && smith.1 >= 20);
}
