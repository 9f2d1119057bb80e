//! A control step of a walker, and of a cerebellum on top of one, asks the allocator for nothing.

use lobule_control::walking::{
    Cue, Curiosity, Effector, FixedCorrections, OneWeight, Output, RandomCorrections, RandomParameters,
    Steerable, SteeredParameters, SteeredWalker, Teaching, WalkError, Walker, WalkerParameters,
};
use lobule_control::{Controller, Senses};

mod counting;
use counting::allocations;

/// Senses of a body that rolls over, so that every reflex has its turn.
fn roll_over(controller: &mut dyn Controller, cues: &[f64]) {
    let (mut sensed, mut command) = ([0.0; 41], [0.0; 12]);
    for tick in 0..2000_u32 {
        let half = 0.005 * f64::from(tick);
        (sensed[2], sensed[3], sensed[4]) = (0.27, libm::cos(half), libm::sin(half));
        (sensed[0], sensed[12]) = (0.001 * f64::from(tick), libm::sin(half));
        sensed[37..].fill(30.0);
        let senses =
            Senses { tick: u64::from(tick), sensed: &sensed, reference: &[], reference_then: &[], cues };
        controller.advance(&senses, &mut command).unwrap();
    }
}

#[test]
fn a_step_of_a_walker_allocates_nothing() {
    let mut parameters = WalkerParameters::default();
    parameters.arousal.curiosity = Curiosity::Drawn;
    let size = RandomParameters { sd: 0.05, correlation_s: 0.2 };
    let random = Box::new(RandomCorrections::new(size, 12, 0.005, 3).unwrap());
    let mut walker = Walker::new(&parameters, random, 1).unwrap();
    walker.steer(Effector::LateralStep, 0.1).unwrap();
    assert_eq!(allocations(|| roll_over(&mut walker, &[])), 0);
}

#[test]
fn a_step_of_a_cerebellum_on_top_of_a_walker_allocates_nothing() {
    let teachings = [
        Teaching::Live,
        Teaching::Delayed { delay_s: 2.0 },
        Teaching::Shuffled { window_s: 2.0, time: true, sign: true },
        Teaching::Frozen,
    ];
    for teaching in teachings {
        let trim = Output { effector: Effector::Trim, error: WalkError::RollMean, ..Output::LATERAL_STEP };
        let parameters = SteeredParameters {
            outputs: vec![Output::LATERAL_STEP, trim],
            cues: vec![Cue::Phases, Cue::SinceLine { line: 0 }, Cue::YawRate { tau_s: 0.1 }, Cue::Roll],
            lines: 1,
            teaching,
            ..Default::default()
        };
        let none = Box::new(FixedCorrections::none(12).unwrap());
        let base = Walker::new(&WalkerParameters::default(), none, 1).unwrap();
        let weights = Box::new(OneWeight::new(&[0.1, 0.1], 0.02).unwrap());
        let mut steered = SteeredWalker::new(&parameters, base, weights, 1).unwrap();
        assert_eq!(allocations(|| roll_over(&mut steered, &[1.0])), 0, "{teaching:?}");
    }
}
