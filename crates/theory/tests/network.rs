//! Laws of the network of Bouvier et al. 2018: its rates, the size of one step, and that drives moved by
//! counts of fibers are those of weights kept one by one.

use lobule_theory::Error;
use lobule_theory::bicycle::{Bicycle, BicycleParameters, Solution};
use lobule_theory::learner::Learner;
use lobule_theory::network::{Fiber, NetworkParameters, Perturbation, PerturbationNetwork, Presentation};
use lobule_theory::rules::{
    ErrorKind, LearningRule, MarrAlbusIto, MarrAlbusItoParameters, NodePerturbation,
    NodePerturbationParameters, Outcome, Reinforce, ReinforceParameters, Sgdege, SgdegeParameters,
    SignedErrorOracle, SignedErrorOracleParameters,
};
use proptest::prelude::*;

fn table2() -> PerturbationNetwork {
    PerturbationNetwork::new(&NetworkParameters::default(), 1).unwrap()
}

fn small(seed: u64) -> PerturbationNetwork {
    let sizes = NetworkParameters {
        rows: 3,
        columns: 5,
        bins: 4,
        fibers_per_row: 60,
        patterns: 3,
        ..NetworkParameters::default()
    };
    PerturbationNetwork::new(&sizes, seed).unwrap()
}

fn shown(network: &PerturbationNetwork, pattern: usize, places: &[(usize, usize, f64)]) -> Presentation {
    let mut perturbation = Perturbation::none(network.parameters());
    for &(column, bin, amplitude) in places {
        perturbation.add(column, bin, amplitude).unwrap();
    }
    let mut seen = Presentation::empty(network.parameters());
    network.present(pattern, &perturbation, &mut seen).unwrap();
    seen
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn mean_rates_are_50_30_and_15_hz() {
    let network = table2();
    for pattern in 0..2 {
        let seen = shown(&network, pattern, &[]);
        let purkinje = mean(&network.purkinje_rates(pattern).unwrap());
        assert!((purkinje - 50.0).abs() < 0.5, "{purkinje}");
        let projection = mean(&seen.projection);
        assert!((projection - 30.0).abs() < 1.0, "{projection}");
        assert!((seen.inhibition - 15.0).abs() < 1.0, "{}", seen.inhibition);
    }
}

#[test]
fn weights_of_the_nuclei_are_those_of_table_2() {
    let p = NetworkParameters::default();
    assert!((p.mossy_to_pn() - 2.4).abs() < 1e-12);
    assert!((p.pc_to_pn() + 0.06).abs() < 1e-12);
    assert!((p.largest_mossy_to_pc() - 2.0).abs() < 1e-12);
    assert!((p.largest_mossy_to_no() - 2.4).abs() < 1e-12);
    assert!((p.inputs_per_bin() - 50.0).abs() < 1e-12);
}

#[test]
fn half_of_the_fibers_are_active_in_a_pattern_and_half_reach_a_cell() {
    let network = table2();
    let fibers = network.fibers();
    for pattern in 0..2 {
        assert_eq!(fibers.iter().filter(|&f| fibers.active_bin(pattern, f).is_some()).count(), 10_000);
    }
    let reached = fibers.iter().filter(|&f| fibers.reaches(f, 7)).count() as f64;
    assert!((reached / 20_000.0 - 0.5).abs() < 0.02, "{reached}");
}

#[test]
fn a_perturbing_spike_lowers_both_nuclear_outputs_and_moves_the_error_by_a_four_hundredth() {
    let network = table2();
    let (rest, hit) = (shown(&network, 0, &[]), shown(&network, 0, &[(3, 4, 2.0)]));
    let k = 3 * 10 + 4;
    assert!(rest.projection[k] > 1.2 && rest.nucleo_olivary[k] > 0.6, "choose another place");
    assert!((hit.projection[k] - rest.projection[k] + 1.2).abs() < 1e-9);
    assert!((hit.nucleo_olivary[k] - rest.nucleo_olivary[k] + 0.6).abs() < 1e-9);
    assert!((hit.inhibition - rest.inhibition + 0.0015).abs() < 1e-12);
    let change = hit.error() - rest.error();
    assert!(change.abs() <= 0.003 + 1e-12, "{change}");
    let sign = (rest.target[k] - rest.projection[k]).signum();
    assert!((rest.target[k] - rest.projection[k]).abs() > 1.2, "choose another place");
    assert!((change - sign * 0.003).abs() < 1e-12);
    let others = |s: &Presentation| (0..400).filter(|&j| j != k).map(|j| s.projection[j]).collect::<Vec<_>>();
    assert_eq!(others(&rest), others(&hit));
}

#[test]
fn one_step_of_w_moves_a_nuclear_cell_by_0_6_hz_and_the_sign_chain_holds() {
    let mut network = table2();
    let (before_pc, before) = (network.purkinje_rates(0).unwrap(), shown(&network, 0, &[]));
    // c = +1: the perturbed cells' weights fall, so do their rates; the nuclear cell's rises.
    network.shift_purkinje_at(0, 3, 4, -0.02).unwrap();
    let (after_pc, after) = (network.purkinje_rates(0).unwrap(), shown(&network, 0, &[]));
    let k = 3 * 10 + 4;
    for s in 0..10 {
        let cell = s * 400 + k;
        assert!((after_pc[cell] - before_pc[cell] + 1.0).abs() < 0.5, "50 inputs of 0.02 Hz each");
    }
    let step = after.projection[k] - before.projection[k];
    assert!((step - 0.6).abs() < 0.1, "{step}");
}

#[test]
fn one_step_of_v_moves_the_inhibition_by_0_005_hz_and_half_of_it_in_another_pattern() {
    let mut network = table2();
    let before = [shown(&network, 0, &[]).inhibition, shown(&network, 1, &[]).inhibition];
    network.shift_nucleo_olivary(0, 0.0002).unwrap();
    let moved =
        [shown(&network, 0, &[]).inhibition - before[0], shown(&network, 1, &[]).inhibition - before[1]];
    assert!((moved[0] - 0.005).abs() < 2e-4, "{moved:?}");
    assert!((moved[1] - 0.0025).abs() < 2e-4, "{moved:?}");
}

#[test]
fn error_and_inhibition_are_means_over_columns_and_bins() {
    let network = table2();
    let seen = shown(&network, 1, &[]);
    let errors: Vec<_> = seen.projection.iter().zip(network.target(1)).map(|(r, t)| (r - t).abs()).collect();
    assert_eq!(errors.len(), 400);
    assert!((seen.error() - mean(&errors)).abs() < 1e-12);
    assert!((seen.inhibition - mean(&seen.nucleo_olivary)).abs() < 1e-12);
}

#[test]
fn drives_do_not_drift_and_v_is_never_negative() {
    let network = table2();
    let rule = sgdege(&network);
    let mut learner = Learner::new(network, Box::new(rule));
    for _ in 0..40_000 {
        learner.step().unwrap();
    }
    let network = learner.network();
    let drift = network.drives().largest_difference(&network.drives_from_weights());
    assert!(drift < 1e-6, "{drift} Hz");
    let weights: Vec<_> = network.fibers().iter().map(|f| network.nucleo_olivary_weight(f)).collect();
    assert!(weights.iter().all(|&v| v >= 0.0));
    assert!(weights.iter().any(|&v| v < 1e-9), "the run is too short to reach the bound");
}

/// Weights one by one, moved as the paper writes it.
struct OneByOne {
    w: Vec<Vec<f64>>,
    v: Vec<f64>,
}

impl OneByOne {
    fn new(network: &PerturbationNetwork) -> Self {
        let fibers = network.fibers().iter();
        let columns = network.parameters().columns;
        Self {
            w: fibers.map(|f| (0..columns).map(|l| network.purkinje_weight(f, l)).collect()).collect(),
            v: network.fibers().iter().map(|f| network.nucleo_olivary_weight(f)).collect(),
        }
    }

    fn shift(&mut self, network: &PerturbationNetwork, change: &Change) {
        let fibers = network.fibers();
        for (k, fiber) in fibers.iter().enumerate() {
            let active = |pattern: usize| fibers.active_bin(pattern, fiber);
            for l in (0..network.parameters().columns).filter(|&l| fibers.reaches(fiber, l)) {
                match *change {
                    Change::At(mu, column, bin, by) if column == l && active(mu) == Some(bin) => {
                        self.w[k][l] += by
                    }
                    Change::Active(mu, by) if active(mu).is_some() => self.w[k][l] += by,
                    Change::All(by) => self.w[k][l] += by,
                    _ => {}
                }
            }
            if let Change::NucleoOlivary(mu, by) = *change
                && active(mu).is_some()
            {
                self.v[k] = (self.v[k] + by).max(0.0);
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Change {
    At(usize, usize, usize, f64),
    Active(usize, f64),
    All(f64),
    NucleoOlivary(usize, f64),
}

fn change() -> impl Strategy<Value = Change> {
    let by = -0.4..0.4;
    prop_oneof![
        (0..3usize, 0..5usize, 0..4usize, by.clone()).prop_map(|(mu, l, t, by)| Change::At(mu, l, t, by)),
        (0..3usize, by.clone()).prop_map(|(mu, by)| Change::Active(mu, by)),
        by.clone().prop_map(Change::All),
        // Large steps, so that many weights meet their bound again and again.
        (0..3usize, -8.0..8.0f64).prop_map(|(mu, by)| Change::NucleoOlivary(mu, by)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn weights_are_those_of_the_rule_applied_one_by_one(
        changes in prop::collection::vec(change(), 1..40),
        seed in 0..1000u64,
    ) {
        let mut network = small(seed);
        let mut weights = OneByOne::new(&network);
        for change in &changes {
            weights.shift(&network, change);
            match *change {
                Change::At(mu, l, t, by) => network.shift_purkinje_at(mu, l, t, by).unwrap(),
                Change::Active(mu, by) => network.shift_purkinje_active(mu, by).unwrap(),
                Change::All(by) => network.shift_purkinje_all(by),
                Change::NucleoOlivary(mu, by) => network.shift_nucleo_olivary(mu, by).unwrap(),
            }
        }
        for (k, fiber) in network.fibers().iter().enumerate() {
            for l in 0..5 {
                prop_assert!((network.purkinje_weight(fiber, l) - weights.w[k][l]).abs() < 1e-9);
            }
            prop_assert!((network.nucleo_olivary_weight(fiber) - weights.v[k]).abs() < 1e-9);
            prop_assert!(network.nucleo_olivary_weight(fiber) >= 0.0);
        }
        let drift = network.drives().largest_difference(&network.drives_from_weights());
        prop_assert!(drift < 1e-9, "{} Hz", drift);
    }

    #[test]
    fn shifts_of_columns_are_sums_of_shifts_of_bins(by in prop::collection::vec(-0.5..0.5f64, 20), seed in 0..1000u64) {
        let (mut at_once, mut each, mut column) = (small(seed), small(seed), small(seed));
        at_once.shift_purkinje_each(1, &by).unwrap();
        for (k, &by) in by.iter().enumerate() {
            each.shift_purkinje_at(1, k / 4, k % 4, by).unwrap();
        }
        prop_assert!(at_once.drives().largest_difference(&each.drives()) < 1e-9);
        column.shift_purkinje_column(1, 2, by[0]).unwrap();
        prop_assert_eq!(shown(&column, 1, &[]).projection[..8].to_vec(), shown(&small(seed), 1, &[]).projection[..8].to_vec());
    }
}

fn sgdege(network: &PerturbationNetwork) -> Sgdege {
    Sgdege::new(network, &SgdegeParameters::default(), 5).unwrap()
}

fn oracle(network: &PerturbationNetwork) -> SignedErrorOracle {
    SignedErrorOracle::new(network, &SignedErrorOracleParameters::default()).unwrap()
}

fn rules(network: &PerturbationNetwork) -> Vec<Box<dyn LearningRule>> {
    vec![
        Box::new(sgdege(network)),
        Box::new(MarrAlbusIto::new(ErrorKind::Signed, &MarrAlbusItoParameters::default()).unwrap()),
        Box::new(MarrAlbusIto::new(ErrorKind::Unsigned, &MarrAlbusItoParameters::default()).unwrap()),
        Box::new(NodePerturbation::new(network, &NodePerturbationParameters::default(), 5).unwrap()),
        Box::new(Reinforce::new(network, &ReinforceParameters::default(), 5).unwrap()),
        Box::new(oracle(network)),
    ]
}

#[test]
fn a_copy_of_the_state_continues_bit_for_bit_under_every_rule() {
    for k in 0..rules(&small(9)).len() {
        let new = || Learner::new(small(9), rules(&small(9)).swap_remove(k));
        let mut through = new();
        for _ in 0..300 {
            through.step().unwrap();
        }
        let state = through.state();
        let mut resumed = new();
        resumed.restore(&state).unwrap();
        for _ in 0..300 {
            let (a, b) = (through.step().unwrap(), resumed.step().unwrap());
            assert_eq!(
                (a.trial, a.error.to_bits(), a.inhibition.to_bits()),
                (b.trial, b.error.to_bits(), b.inhibition.to_bits())
            );
        }
        assert_eq!(through.state(), resumed.state(), "{}", through.rule_name());
    }
}

#[test]
fn a_state_of_another_rule_or_size_is_refused_and_changes_nothing() {
    let learner = |network: PerturbationNetwork, k: usize| {
        let rule = rules(&network).swap_remove(k);
        Learner::new(network, rule)
    };
    let mut own = learner(small(9), 0);
    let before = own.state();
    let foreign = learner(small(9), 1).state();
    assert!(matches!(own.restore(&foreign), Err(Error::OtherRule { .. })));
    let larger = learner(table2(), 0).state();
    let message = own.restore(&larger).unwrap_err().to_string();
    assert!(message.contains("state.shift") && message.contains("values"), "{message}");
    assert_eq!(own.state(), before);
}

/// A rule of a user's own: perturbs one column in all bins and undoes nothing.
struct Stubborn {
    seen: u64,
}

impl LearningRule for Stubborn {
    fn name(&self) -> &str {
        "stubborn"
    }

    fn perturb(&mut self, trial: u64, _pattern: usize, into: &mut Perturbation) -> Result<(), Error> {
        (0..4).try_for_each(|bin| into.add(trial as usize % 5, bin, 1.0))
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut PerturbationNetwork) -> Result<(), Error> {
        assert_eq!(outcome.perturbation.places().count(), 4);
        self.seen += 1;
        network.shift_purkinje_column(outcome.pattern, outcome.trial as usize % 5, 0.01)
    }

    fn memory(&self) -> Vec<f64> {
        vec![self.seen as f64]
    }
}

#[test]
fn a_rule_of_the_users_own_runs_on_the_same_network() {
    let mut learner = Learner::new(small(2), Box::new(Stubborn { seen: 0 }));
    let before: f64 = learner.network().purkinje_rates(0).unwrap().iter().sum();
    for _ in 0..30 {
        learner.step().unwrap();
    }
    assert_eq!(learner.state().memory, [30.0]);
    assert!(learner.network().purkinje_rates(0).unwrap().iter().sum::<f64>() > before);
}

#[test]
fn an_oracle_learns_every_cell_and_signed_marr_albus_ito_the_mean_alone() {
    let one = NetworkParameters { patterns: 1, ..NetworkParameters::default() };
    let network = PerturbationNetwork::new(&one, 3).unwrap();
    let oracle = oracle(&network);
    let mut told = Learner::new(network.clone(), Box::new(oracle));
    let mean_rule = rules(&network).swap_remove(1);
    let mut mean_only = Learner::new(network, mean_rule);
    for _ in 0..1000 {
        told.step().unwrap();
        mean_only.step().unwrap();
    }
    assert!(told.error_at_rest(0).unwrap() < 0.5, "{}", told.error_at_rest(0).unwrap());
    let rest = mean_only.at_rest(0).unwrap();
    assert!(rest.signed_error().abs() < 0.7 && rest.error() > 15.0);
}

#[test]
fn perturbation_rules_descend() {
    // Larger steps than the defaults, which are for 13 times as many inputs and three times as many rows.
    let network = small(4);
    let node = NodePerturbationParameters { alpha: 0.002, ..NodePerturbationParameters::default() };
    let reinforce = ReinforceParameters { alpha: 0.002, ..ReinforceParameters::default() };
    let rules: [Box<dyn LearningRule>; 2] = [
        Box::new(NodePerturbation::new(&network, &node, 5).unwrap()),
        Box::new(Reinforce::new(&network, &reinforce, 5).unwrap()),
    ];
    for rule in rules {
        let network = small(4);
        let mut learner = Learner::new(network, rule);
        let total = |l: &Learner| (0..3).map(|mu| l.error_at_rest(mu).unwrap()).sum::<f64>();
        let before = total(&learner);
        for _ in 0..10_000 {
            learner.step().unwrap();
        }
        assert!(total(&learner) < 0.8 * before, "{}: {before} -> {}", learner.rule_name(), total(&learner));
    }
}

#[test]
fn a_vestibular_error_teaches_the_arm_only_where_outputs_converge_or_errors_are_broadcast() {
    let region = NetworkParameters { columns: 8, patterns: 1, ..NetworkParameters::default() };
    let parameters = BicycleParameters { arm: region, ..BicycleParameters::default() };
    let balance = |solution| {
        let often = SgdegeParameters { rho: 0.1, ..SgdegeParameters::default() };
        let rule = |network: &PerturbationNetwork| {
            Ok(Box::new(Sgdege::new(network, &often, 1)?) as Box<dyn LearningRule>)
        };
        let mut rider = Bicycle::new(&parameters, solution, 1, rule).unwrap();
        let start = rider.step().unwrap().balance_error;
        let mut last = Vec::new();
        for trial in 0..20_000 {
            let ride = rider.step().unwrap();
            if trial >= 19_000 {
                last.push(ride.balance_error);
            }
        }
        mean(&last) / start
    };
    assert!(balance(Solution::Separate) > 0.7);
    assert!(balance(Solution::OutputConvergence) < 0.5);
    assert!(balance(Solution::ErrorBroadcast) < 0.5);
}

#[test]
fn parameters_out_of_range_are_named() {
    let say = |p: NetworkParameters| PerturbationNetwork::new(&p, 1).unwrap_err().to_string();
    let p = NetworkParameters::default;
    assert!(say(NetworkParameters { rows: 0, ..p() }).contains("network: rows = 0"));
    assert!(say(NetworkParameters { patterns: 65, ..p() }).contains("network: patterns = 65"));
    assert!(say(NetworkParameters { patterns: 64, columns: 640, ..p() }).contains("lower patterns"));
    assert!(say(NetworkParameters { rows: 3, fibers_per_row: 5, ..p() }).contains("even"));
    assert!(say(NetworkParameters { q: f64::NAN, ..p() }).contains("network: q"));
    assert!(say(NetworkParameters { columns: usize::MAX, ..p() }).contains("network: columns"));
    let network = small(1);
    let often = SgdegeParameters { rho: 1.5, ..SgdegeParameters::default() };
    assert!(Sgdege::new(&network, &often, 1).unwrap_err().to_string().contains("sgdege: rho = 1.5"));
    let frozen = ReinforceParameters { gamma: 0.0, ..ReinforceParameters::default() };
    assert!(Reinforce::new(&network, &frozen, 1).is_err());
    let silent = NodePerturbationParameters { sigma: 0.0, ..NodePerturbationParameters::default() };
    assert!(NodePerturbation::new(&network, &silent, 1).is_err());
    assert!(SignedErrorOracle::new(&network, &SignedErrorOracleParameters { rate: -1.0 }).is_err());
}

#[test]
fn what_belongs_to_another_network_is_refused() {
    let mut network = small(1);
    let mut foreign = Presentation::empty(&NetworkParameters::default());
    let own = Perturbation::none(network.parameters());
    assert!(matches!(network.present(0, &own, &mut foreign), Err(Error::Shape { .. })));
    assert!(matches!(network.shift_purkinje_at(0, 5, 0, 1.0), Err(Error::Outside { what: "column", .. })));
    assert!(matches!(network.shift_nucleo_olivary(3, 1.0), Err(Error::Outside { what: "pattern", .. })));
    assert!(matches!(Perturbation::none(network.parameters()).add(0, 4, 1.0), Err(Error::Outside { .. })));
    assert!(network.set_target(0, &[f64::NAN; 20]).is_err() && network.set_target(0, &[1.0]).is_err());
}

#[test]
fn a_step_without_end_stops_the_run_by_name() {
    let mut learner = Learner::new(small(1), Box::new(oracle(&small(1))));
    learner.network_mut().shift_purkinje_all(f64::NAN);
    assert!(matches!(learner.step(), Err(Error::NonFinite { quantity: "the error", trial: 0 })));
}

#[test]
fn a_fiber_that_is_never_active_keeps_its_weights() {
    let mut network = small(6);
    let silent: Vec<Fiber> = {
        let fibers = network.fibers();
        fibers.iter().filter(|&f| (0..3).all(|mu| fibers.active_bin(mu, f).is_none())).collect()
    };
    assert!(!silent.is_empty());
    let before: Vec<_> =
        silent.iter().map(|&f| (network.purkinje_weight(f, 0), network.nucleo_olivary_weight(f))).collect();
    for mu in 0..3 {
        network.shift_purkinje_active(mu, 0.3).unwrap();
        network.shift_nucleo_olivary(mu, -3.0).unwrap();
    }
    let after: Vec<_> =
        silent.iter().map(|&f| (network.purkinje_weight(f, 0), network.nucleo_olivary_weight(f))).collect();
    assert_eq!(before, after);
}
