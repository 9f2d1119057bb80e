//! Every width of vectors that this processor has gives the bits of the narrowest.

use super::{BlockStep, CondLif, Eglif, EglifMultirec, Electric, LocalSpike, NeuronModel};
use super::{cond_lif, eglif, eglif_multirec};
use lobule_signal::{Clock, Ranges, Stream};
use multiversion::multiversion;

const LEN: usize = 90;
const STRIDE: usize = 96;
const STEPS: usize = 40;

/// State variables as bits and the spikes after some intervals in which every receptor is driven.
fn outcome<C: NeuronModel>(
    model: &C,
    receptors: usize,
    weight: f32,
    advance: impl Fn(&C, &mut BlockStep<'_>),
    is_electric: bool,
) -> (Vec<u32>, Vec<LocalSpike>) {
    let draws = Stream::new(5, "input");
    let stream = Stream::new(7, "cell");
    let padded = |v: super::Variable| (0..STRIDE).map(move |i| if i < LEN { v.initial } else { v.padding });
    let mut state: Vec<f32> = model.variables().into_iter().flat_map(padded).collect();
    let current: Vec<f32> = (0..STEPS * 2 * STRIDE).map(|i| (i % 37) as f32 - 6.0).collect();
    let conductance: Vec<f32> = (0..STRIDE).map(|i| 0.02 * (i % 5) as f32).collect();
    let mut spikes = Vec::new();
    for interval in 0..30 {
        let arrives = |i: usize| draws.uniform(interval, i as u32) < 0.02 && i % STRIDE < LEN;
        let input: Vec<f32> =
            (0..STEPS * receptors * STRIDE).map(|i| if arrives(i) { weight } else { 0.0 }).collect();
        let electric = Electric { current: &current, conductance: &conductance };
        let mut block = BlockStep {
            state: &mut state,
            input: &input,
            len: LEN,
            stride: STRIDE,
            receptors,
            steps: STEPS,
            first_step: interval * STEPS as u64,
            first_neuron: 0,
            electric: is_electric.then_some(electric),
            stream: &stream,
            spikes: &mut spikes,
        };
        advance(model, &mut block);
    }
    (state.iter().map(|v| v.to_bits()).collect(), spikes)
}

/// Compares `$kernel` compiled for each set of instructions that kernels are compiled for.
macro_rules! compare {
    ($kernel:ident, $model:expr, $receptors:expr, $weight:expr) => {{
        type Compiled = $kernel::Compiled;
        #[multiversion(targets("x86_64+sse4.1"))]
        fn sse(c: &Compiled, block: &mut BlockStep<'_>) {
            $kernel::advance_plain(c, block);
        }
        #[multiversion(targets("x86_64+avx2"))]
        fn avx2(c: &Compiled, block: &mut BlockStep<'_>) {
            $kernel::advance_plain(c, block);
        }
        // All that a processor with AVX2 has: a contracted product and sum would show.
        #[multiversion(targets("x86_64+avx2+fma"))]
        fn fma(c: &Compiled, block: &mut BlockStep<'_>) {
            $kernel::advance_plain(c, block);
        }
        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512bw+avx512vl"))]
        fn avx512(c: &Compiled, block: &mut BlockStep<'_>) {
            $kernel::advance_plain(c, block);
        }
        let model = $model;
        for is_electric in [false, true] {
            let narrow = outcome(&model, $receptors, $weight, $kernel::advance_plain, is_electric);
            assert!(narrow.1.len() > 100, "{} spikes", narrow.1.len());
            assert_eq!(narrow, outcome(&model, $receptors, $weight, sse, is_electric));
            assert_eq!(narrow, outcome(&model, $receptors, $weight, avx2, is_electric));
            assert_eq!(narrow, outcome(&model, $receptors, $weight, fma, is_electric));
            assert_eq!(narrow, outcome(&model, $receptors, $weight, avx512, is_electric));
        }
    }};
}

fn clock() -> Clock {
    Clock::new(0.1).unwrap()
}

#[test]
fn eglif_gives_the_same_bits_at_every_width() {
    for receptors in [1, 3, 4] {
        let p = Eglif { i_e: 5.0, ..Eglif::default() };
        let model = eglif::Compiled::new(&p, &Ranges::of("cell"), &clock(), receptors).unwrap();
        compare!(eglif, model, receptors, 0.8);
    }
}

#[test]
fn eglif_multirec_gives_the_same_bits_at_every_width() {
    let p = EglifMultirec { lambda_0: 1.0, tau_v: 0.3, ..EglifMultirec::default() };
    let model = eglif_multirec::Compiled::new(&p, &Ranges::of("cell"), &clock(), 3).unwrap();
    compare!(eglif_multirec, model, 3, 1.2);
}

#[test]
fn cond_lif_gives_the_same_bits_at_every_width() {
    // A synapse that is shorter than a step is integrated in parts.
    for (tau_syn_ex, weight) in [(CondLif::default().tau_syn_ex, 60.0), (0.02, 6000.0)] {
        let p = CondLif { c_m: 60.0, g_l: 4.0, tau_syn_ex, ..CondLif::default() };
        let model = cond_lif::Compiled::new(&p, &Ranges::of("cell"), &clock(), 2).unwrap();
        compare!(cond_lif, model, 2, weight);
    }
}
