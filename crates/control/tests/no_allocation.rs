//! A tick of a loop with a learning controller asks the allocator for nothing, whatever the trace.

use lobule_control::feedback::{Pid, PidGains};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::plant::{Linear, Noisy, Saturated};
use lobule_control::{Cfpc, ClosedLoop, Controller, Drive, FeedbackErrorLearning, LinearSystem};
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
fn a_tick_allocates_nothing() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(3)))), 1, "the counter counts");
    const DT: f64 = 0.01;
    let law = Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, DT).unwrap();
    let plant = || Linear::second_order(1.0, 2.0, 4.0).unwrap();
    let open = law.system().unwrap().then(&LinearSystem::delay(15)).then(&plant().system(DT).unwrap());
    let system = open.closed().unwrap();
    let traces = [
        TraceModel::None,
        TraceModel::Delay(15),
        TraceModel::Response(system.impulse(400)),
        TraceModel::System(system),
    ];
    for trace in traces {
        for update in [Update::Trial, Update::Tick] {
            let learning = Learning { trace: trace.clone(), update, step: Step::SUGGESTED };
            let filter =
                || AdaptiveFilter::new(Basis::gaussians(40, 0.1, 0.06, DT).unwrap(), &learning).unwrap();
            let controllers: [Box<dyn Controller>; 2] = [
                Box::new(Cfpc::new(law.clone(), filter(), DT)),
                Box::new(FeedbackErrorLearning::new(law.clone(), filter(), DT)),
            ];
            for controller in controllers {
                let body = Saturated::new(plant(), -5.0, 5.0).unwrap();
                let body = Noisy::new(body, vec![0.01, 0.0], 1, "sensor").unwrap();
                let mut closed = ClosedLoop::new(body, controller, 1, DT, [10, 5]).unwrap();
                let mut trial = || {
                    closed.reset();
                    for _ in 0..100 {
                        closed.tick(&Drive { reference: &[1.0], ..Drive::default() }).unwrap();
                    }
                    closed.finish(0.0).unwrap();
                };
                // The first tick of all discretizes the plant.
                trial();
                assert_eq!(allocations(trial), 0, "{trace:?} {update:?}");
            }
        }
    }
}
