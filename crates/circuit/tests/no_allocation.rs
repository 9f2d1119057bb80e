//! The step does not allocate: after the first second, `advance` on one thread
//! asks the allocator for nothing, with every model and every rule at work.
//!
//! Recordings grow and are not part of the promise. Histories keep room for what
//! their population has fired before; a burst beyond everything seen so far may
//! make them grow once.

mod common;

use lobule_circuit::models::{CondLif, Eglif, Poisson};
use lobule_circuit::plasticity::{AdditiveStdp, CosExp, InhibitoryStdp, Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, ShortTerm};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Allocations of this thread while counting; `None` otherwise.
    static COUNT: Cell<Option<u64>> = const { Cell::new(None) };
}

struct Counting;

fn count() {
    COUNT.with(|c| c.set(c.get().map(|n| n + 1)));
}

// SAFETY: every call goes to the system's allocator unchanged; counting touches a
// thread-local without destructor and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(f: impl FnOnce()) -> u64 {
    COUNT.set(Some(0));
    f();
    COUNT.replace(None).unwrap()
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(3)))), 1);
    assert_eq!(allocations(|| ()), 0);
}

#[test]
fn a_step_does_not_allocate() {
    let mut circuit = Circuit::new();
    let p = |label: &str, n, model| Population::new(label, n, model);
    circuit.add_population(p("mossy_fiber", 60, Model::Poisson(Poisson { rate_hz: 40.0 })));
    circuit.add_population(p("glomerulus", 200, Model::Relay));
    circuit.add_population(p("granule_cell", 1100, Model::Eglif(Eglif::default())));
    circuit.add_population(p("purkinje_cell", 30, Model::Eglif(common::cells::eglif("purkinje_cell"))));
    circuit.add_population(p("io_cell", 30, Model::SpikeSource));
    circuit.add_population(p("dcn_p", 20, Model::CondLif(CondLif { i_e: 400.0, ..CondLif::default() })));
    let inhibitory = InhibitoryStdp {
        tau_plus_ms: 20.0,
        lambda: 1.0,
        mu_plus: 1.0,
        mu_minus_ms: 40.0,
        w_min: 0.0,
        w_max: 2.0,
    };
    let additive = AdditiveStdp { tau_plus_ms: 30.0, lambda: 0.01, alpha: 1.0, w_min: 0.0, w_max: 1.0 };
    let cos_exp = CosExp { a_plus: 1e-3, a_minus: -1e-3, window_ms: 10.0, w_min: 0.0, w_max: 1.0 };
    let e =
        |label: &str, pre: &str, post: &str, k| Projection::new(label, pre, post, Connect::FixedIndegree(k));
    for projection in [
        e("mf_glom", "mossy_fiber", "glomerulus", 1),
        e("glom_grc", "glomerulus", "granule_cell", 4).weight(0.6).short_term(ShortTerm::new(0.9, 8.0, 5.0)),
        e("pf_pc", "granule_cell", "purkinje_cell", 200)
            .weight(0.1)
            .delay_ms(5.0)
            .plastic(Rule::Supervised(Supervised::pf_pc(1e-3, -1e-2, 0.6)))
            .taught_by("cf"),
        Projection::new("cf", "io_cell", "purkinje_cell", Connect::OneToOne).weight(1.0).receptor(3),
        e("mf_dcn", "mossy_fiber", "dcn_p", 10)
            .weight(0.5)
            .plastic(Rule::CosExp(cos_exp))
            .taught_by("pc_dcn"),
        e("pc_dcn", "purkinje_cell", "dcn_p", 5)
            .weight(0.4)
            .receptor(2)
            .plastic(Rule::InhibitoryStdp(inhibitory)),
        e("pc_pc", "purkinje_cell", "purkinje_cell", 2)
            .weight(0.1)
            .receptor(2)
            .plastic(Rule::AdditiveStdp(additive)),
    ] {
        circuit.add_projection(projection);
    }
    let mut simulation = common::simulation(&circuit, 1);
    let io = simulation.population("io_cell").unwrap();
    let mossy = simulation.population("mossy_fiber").unwrap();
    let advance = |simulation: &mut lobule_circuit::Simulation, ms: u32| {
        for k in 0..ms {
            if k % 40 == 0 {
                simulation.inject(io, &[((k % 10) as u16, k % 30)]).unwrap();
            }
            simulation.advance().unwrap();
        }
    };
    // Warmer than what follows: buffers have grown to more than they will need.
    simulation.set_rates(mossy, &[80.0; 60]).unwrap();
    advance(&mut simulation, 1000);
    simulation.set_rates(mossy, &[40.0; 60]).unwrap();
    let before = simulation.state().fingerprint();
    assert_eq!(allocations(|| advance(&mut simulation, 1000)), 0);
    assert_ne!(simulation.state().fingerprint(), before);
}

/// Nothing that a first climbing-fiber spike needs is allocated when it comes.
#[test]
fn the_first_teaching_spike_does_not_allocate() {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("granule_cell", 300, Model::Poisson(Poisson { rate_hz: 20.0 })));
    circuit.add_population(Population::new("purkinje_cell", 5, Model::Eglif(Eglif::default())));
    circuit.add_population(Population::new("io_cell", 5, Model::SpikeSource));
    circuit.add_projection(
        Projection::new("pf", "granule_cell", "purkinje_cell", Connect::AllToAll)
            .weight(0.01)
            .plastic(Rule::Supervised(Supervised::pf_pc(1e-3, -1e-2, 0.6)))
            .taught_by("cf"),
    );
    circuit.add_projection(Projection::new("cf", "io_cell", "purkinje_cell", Connect::OneToOne).receptor(3));
    let mut simulation = common::simulation(&circuit, 1);
    let io = simulation.population("io_cell").unwrap();
    simulation.run_ms(1000.0).unwrap();
    simulation.inject(io, &[(4, 2)]).unwrap();
    assert_eq!(allocations(|| simulation.advance().unwrap()), 0);
}
