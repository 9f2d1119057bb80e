//! Measurements of the reference: independent programs in numpy and C with 20 seeds (docs/experiments/forward.md). They
//! give shares of seeds and medians, no spreads.

use super::config::{Actuation, ControllerKind};
use super::record::{Case, DmController, PassMode, PoleController};
use ControllerKind::{Base, Cmac, ConstantVelocity, Doubled, Equations, Granule, Nlms, Pd, Persistence, Rls};
use lobule_study::prelude::*;

grounds! {
    DELAYS = measured "reference measurements, 20 seeds (docs/experiments/forward.md); 0/20 is read as at most 0.05, 20/20 as at least \
        0.95; inner_loop.soft = false was set for all models after CMAC had solved 0/20 with soft passes";
    FIVE_EPISODES = measured "acceptance test of the reference: RLS at least 0.95 of the seeds by episode 5, constant velocity 0 \
        (docs/experiments/forward.md), read as at most 0.05";
    CHANGED_POLE = measured "reference measurements, 20 seeds (docs/experiments/forward.md); a success of 0 is read as at most 0.05, of 1 \
        as at least 0.95";
    PASSES = measured "reference measurements, 20 seeds or 40 starts (docs/experiments/forward.md); a share of 0 is read as at most 0.05, \
        of 1 as at least 0.95";
    DM_CONTROL = measured "reference measurements, 20 seeds (docs/experiments/forward.md); 0/20 is read as at most 0.05, 20/20 as at least \
        0.95";
}
pub const NO_SPREAD: Source =
    Source::reported("reference measurements (docs/experiments/forward.md), which give no spread");

/// The simple rivals of a learned model.
pub const RIVALS: [ControllerKind; 5] = [Base, Doubled, Persistence, ConstantVelocity, Pd(0, 0)];

/// Range of a share that was 0 or 1 of 20 seeds, where the reference gives it.
pub fn range(share: Option<f64>) -> [Option<f64>; 2] {
    match share {
        Some(share) if share > 0.5 => [Some(0.95), None],
        Some(_) => [None, Some(0.05)],
        None => [None, None],
    }
}

/// Share of seeds that a controller solved, where the reference gives it.
pub fn solved((task, delay_ms, controller): Case) -> Option<f64> {
    let known = match (task, controller) {
        (_, Base) => 0.0,
        (Actuation::TwoActions, Doubled | Persistence) => 0.0,
        (Actuation::TwoActions, ConstantVelocity) => f64::from(u8::from(delay_ms <= 20)),
        (Actuation::TwoActions, Pd(..)) => f64::from(u8::from(delay_ms <= 100)),
        (Actuation::TwoActions, Cmac) if delay_ms > 140 => return None,
        (Actuation::TwoActions, _) => 1.0,
        (Actuation::Continuous, Doubled) => match delay_ms {
            0 => 1.0,
            20 => return None,
            _ => 0.0,
        },
        (Actuation::Continuous, ConstantVelocity) if delay_ms <= 140 => 1.0,
        (Actuation::Continuous, _) if delay_ms == 0 => 1.0,
        _ => return None,
    };
    (delay_ms <= 160 && delay_ms.is_multiple_of(20)).then_some(known)
}

/// Median number of the first full episode, where the reference gives one.
pub fn first((task, delay_ms, controller): Case) -> Option<f64> {
    if task == Actuation::Continuous {
        return (delay_ms == 0 && solved((task, 0, controller)) == Some(1.0)).then_some(1.0);
    }
    // At 0, 20, 40 ms and so on.
    let row: &[f64] = match controller {
        Pd(..) => &[1.0, 1.0, 1.0, 1.0, 1.0, 2.5],
        ConstantVelocity => &[1.0, 3.5],
        Nlms => &[1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 6.5],
        Rls => &[1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 4.0],
        Granule => &[1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.5, 9.0, 14.0],
        Cmac => &[3.0, 6.0, 7.0, 8.0, 10.0, 11.0, 16.0, 27.0],
        Equations => &[1.0; 9],
        _ => return None,
    };
    row.get(delay_ms / 20).copied().filter(|_| delay_ms.is_multiple_of(20))
}

/// Contribution of prediction as a share of seeds: RLS minus the best of the simple rivals.
pub fn contribution(task: Actuation, delay_ms: usize) -> Option<f64> {
    let best = RIVALS.iter().filter_map(|&c| solved((task, delay_ms, c))).reduce(f64::max)?;
    match task {
        Actuation::TwoActions => Some(solved((task, delay_ms, Rls))? - best),
        // The best rival solves all seeds, so nothing can be added.
        Actuation::Continuous => (best == 1.0).then_some(0.0),
    }
}

/// Mean length of the first five episodes after the change of the pole and the final success, where the reference
/// gives them.
pub fn pole(delay_ms: usize, half_length_m: f64, controller: PoleController) -> Option<(f64, f64)> {
    use PoleController as P;
    let row: [Option<(f64, f64)>; 4] = match controller {
        P::Pd => [Some((6.0, 0.0)), Some((424.0, 0.64)), Some((6.0, 0.0)), Some((7.0, 0.0))],
        P::ConstantVelocity => [Some((6.0, 0.0)), Some((48.0, 0.0)), Some((6.0, 0.0)), Some((7.0, 0.0))],
        P::RlsFrozen => [Some((51.0, 0.0)), Some((500.0, 1.0)), Some((19.0, 0.0)), Some((63.0, 0.0))],
        P::Rls => [Some((365.0, 1.0)), Some((500.0, 1.0)), Some((46.0, 1.0)), Some((431.0, 1.0))],
        P::Nlms | P::Equations => [Some((500.0, 1.0)); 4],
        P::Granule => [None, Some((484.0, 0.9)), Some((415.0, 0.67)), Some((455.0, 0.68))],
        P::NlmsFrozen => [None; 4],
    };
    let columns = [(60, 0.15), (60, 0.25), (100, 0.15), (100, 0.25)];
    row[columns.iter().position(|column| *column == (delay_ms, half_length_m))?]
}

/// Share of full episodes with the perfect model, where the reference gives 0 or 1.
pub fn passes(mode: PassMode, passes: usize, horizon: usize) -> Option<f64> {
    match mode {
        PassMode::Hard => ((passes == 1 && horizon >= 5) || (passes == 3 && horizon >= 10)).then_some(0.0),
        PassMode::Soft => (passes != 2).then_some(1.0),
        PassMode::Added if horizon <= 20 => Some(1.0),
        PassMode::Added => (passes == 2 && horizon == 25).then_some(0.0),
        PassMode::Secant => Some(1.0),
    }
}

/// Share of seeds with full episodes in dm_control's task; median time of the fall in the first episode, s, of those that fall.
pub fn dm_control(controller: DmController) -> (f64, Option<f64>) {
    match controller {
        DmController::Base => (0.0, Some(4.94)),
        DmController::Raised => (0.0, Some(6.41)),
        _ => (1.0, None),
    }
}
