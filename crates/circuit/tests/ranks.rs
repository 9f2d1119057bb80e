//! A network that is divided over ranks gives the bits of a single process: spikes, traces, weights,
//! states, errors. Ranks are threads here, so that this holds without MPI; `validation/mpi/identity.sh`
//! does the same with processes.

mod common;

use common::{Script, irregular};
use lobule_circuit::models::{CondLif, Eglif, Poisson, PoissonGenerator, RateProfile};
use lobule_circuit::plasticity::{CosExp, InhibitoryStdp, Rule, Supervised};
use lobule_circuit::{
    Circuit, Connect, CurrentStimulus, GapJunctions, Model, Population, Projection, RunError, Share,
    ShortTerm, Simulation, State, Weight,
};
use lobule_exchange::{Distribution, Exchange, ExchangeError, Local, SharedExchange, Threads};
use lobule_signal::{Clock, SpikeTrain, Trace};
use std::sync::{Arc, Mutex};

/// Every kind of population, projection and rule, with blocks enough for seven ranks.
fn circuit() -> Circuit {
    let mut c = Circuit::new();
    c.add_population(Population::new("mossy", 700, Model::Poisson(Poisson { rate_hz: 60.0 })));
    c.add_population(Population::new("error", 40, Model::SpikeSource));
    c.add_population(Population::new("glomerulus", 700, Model::Relay));
    c.add_population(Population::new("granule", 1700, Model::Eglif(Eglif { i_e: 8.0, ..Eglif::default() })));
    c.add_population(Population::new(
        "purkinje",
        600,
        Model::CondLif(CondLif { i_e: 400.0, ..CondLif::default() }),
    ));
    c.add_population(Population::new("olive", 40, Model::CondLif(CondLif::default())));
    c.add_population(Population::new(
        "nucleus",
        90,
        Model::CondLif(CondLif { i_e: 700.0, ..CondLif::default() }),
    ));
    // Two blocks that are coupled, a generator whose spikes arrive within the interval, a current.
    let golgi = CondLif { i_e: 390.0, ..CondLif::default() };
    c.add_population(Population::new("golgi", 600, Model::CondLif(golgi)));
    let rate = RateProfile::Steps(vec![(0.0, 200.0), (60.0, 500.0)]);
    c.add_population(Population::new("pulses", 600, Model::PoissonGenerator(PoissonGenerator { rate })));
    let junctions: Vec<(u32, u32)> = (0..600).map(|i| (i, (i * 7 + 301) % 600)).collect();
    c.add_gap_junctions(GapJunctions {
        label: "gap".into(),
        population: "golgi".into(),
        pairs: Arc::new(junctions),
        conductance: Weight::Uniform(3.0),
    });
    c.add_current(CurrentStimulus {
        label: "step".into(),
        population: "golgi".into(),
        neurons: vec![3, 555],
        steps: vec![(20.0, 150.0), (90.0, 0.0)],
    });
    let project = |label: &str, pre: &str, post: &str, connect| Projection::new(label, pre, post, connect);
    c.add_projection(project("mf_glom", "mossy", "glomerulus", Connect::OneToOne));
    c.add_projection(project("glom_grc", "glomerulus", "granule", Connect::FixedIndegree(4)).weight(1.5));
    c.add_projection(
        project("pf_pc", "granule", "purkinje", Connect::PairwiseBernoulli(0.05))
            .weight(0.8)
            .delay_ms(2.0)
            .plastic(Rule::Supervised(Supervised::pf_pc(0.002, -0.05, 2.0)))
            .taught_by("cf_pc"),
    );
    c.add_projection(project("error_olive", "error", "olive", Connect::OneToOne).weight(90.0));
    let climbing: Vec<(u32, u32)> = (0..600).map(|j| (j % 40, j)).collect();
    c.add_projection(
        project("cf_pc", "olive", "purkinje", Connect::List(climbing.into())).weight(20.0).delay_ms(4.0),
    );
    c.add_projection(
        project("mf_dcn", "mossy", "nucleus", Connect::FixedIndegree(30))
            .weight(0.5)
            .plastic(Rule::CosExp(CosExp {
                a_plus: 0.01,
                a_minus: -0.03,
                window_ms: 10.0,
                w_min: 0.0,
                w_max: 2.0,
            }))
            .taught_by("pc_dcn"),
    );
    let inhibitory = InhibitoryStdp {
        tau_plus_ms: 125.0,
        lambda: 5.0451,
        mu_plus: 0.552,
        mu_minus_ms: 195.6,
        w_min: 0.0,
        w_max: 2.0,
    };
    c.add_projection(
        project("pc_dcn", "purkinje", "nucleus", Connect::FixedIndegree(20))
            .weight(0.4)
            .receptor(2)
            .plastic(Rule::InhibitoryStdp(inhibitory)),
    );
    c.add_projection(project("pulses_golgi", "pulses", "golgi", Connect::OneToOne).weight(4.0).delay_ms(0.3));
    c.add_projection(
        project("golgi_grc", "golgi", "granule", Connect::FixedIndegree(3)).weight(0.3).receptor(2),
    );
    let depressing = ShortTerm { x_start: 0.9, ..ShortTerm::new(0.5, 80.0, 20.0) };
    c.add_projection(
        project("dcn_grc", "nucleus", "granule", Connect::FixedIndegree(2))
            .weight(0.7)
            .short_term(depressing),
    );
    c.add_projection(
        project("pc_pc", "purkinje", "purkinje", Connect::PairwiseBernoulli(0.01))
            .weight(0.2)
            .receptor(2)
            .short_term(depressing),
    );
    c
}

const RECORDED: [&str; 7] = ["mossy", "error", "granule", "purkinje", "nucleus", "golgi", "pulses"];

#[derive(Debug, PartialEq)]
struct Outcome {
    state: State,
    fingerprint: u64,
    spikes: Vec<SpikeTrain>,
    traces: Vec<Trace>,
}

/// Runs from `from` (or the start) to `ms` on one rank; gives the outcome on rank 0.
fn run(
    exchange: Option<SharedExchange>,
    distribution: Distribution,
    threads: usize,
    from: Option<&State>,
    ms: u64,
) -> Result<Option<Outcome>, RunError> {
    let (rank, ranks) = exchange.as_ref().map_or((0, 1), |exchange| {
        let exchange = exchange.lock().unwrap();
        (exchange.rank(), exchange.ranks())
    });
    let share = Share::of(rank, ranks, distribution).with_everywhere(["nucleus".to_string()]);
    let clock = Clock::new(0.1).unwrap();
    let mut simulation = match exchange {
        Some(exchange) => {
            Simulation::distributed(circuit().compile_share(clock, 5, &share).unwrap(), threads, exchange)?
        }
        None => Simulation::new(circuit().compile(clock, 5).unwrap(), threads)?,
    };
    if let Some(state) = from {
        simulation.scatter_state((rank == 0).then_some(state))?;
    }
    for label in RECORDED {
        simulation.record_spikes(label)?;
    }
    simulation.record_variable("purkinje", "v_m", &[0, 77, 513, 599])?;
    let script: Script = irregular(40, 600, 0, 2000, 9);
    let (error, mossy) = (simulation.population("error")?, simulation.population("mossy")?);
    while simulation.step() < 10 * ms {
        let now = simulation.step();
        let due: Vec<(u16, u32)> = (script.iter().filter(|s| (now..now + 10).contains(&s.0)))
            .map(|s| ((s.0 - now) as u16, s.1))
            .collect();
        simulation.inject(error, &due)?;
        simulation.set_rates(mossy, &vec![if now < 300 { 20.0 } else { 80.0 }; 700])?;
        if now == 500 {
            simulation.merge_recordings()?;
        }
        simulation.advance()?;
    }
    simulation.merge_recordings()?;
    assert!(ms < 50 || !simulation.recorded_spikes("nucleus")?.is_empty(), "every rank has these spikes");
    let fingerprint = simulation.fingerprint()?;
    let spikes = RECORDED.map(|label| simulation.recorded_spikes(label).unwrap().clone()).to_vec();
    let traces = simulation.traces().cloned().collect();
    Ok(simulation.gather_state()?.map(|state| Outcome { state, fingerprint, spikes, traces }))
}

/// Runs one function on every rank of a team of threads.
fn on_ranks<T: Send>(ranks: usize, f: impl Fn(usize, SharedExchange) -> T + Sync) -> Vec<T> {
    let f = &f;
    std::thread::scope(|scope| {
        let team = Threads::team(ranks).into_iter().enumerate();
        let handles: Vec<_> =
            team.map(|(r, member)| scope.spawn(move || f(r, Arc::new(Mutex::new(member))))).collect();
        handles.into_iter().map(|h| h.join().unwrap()).collect()
    })
}

fn of_team(
    ranks: usize,
    distribution: Distribution,
    threads: usize,
    from: Option<&State>,
    ms: u64,
) -> Outcome {
    let mut outcomes =
        on_ranks(ranks, |_, exchange| run(Some(exchange), distribution, threads, from, ms).unwrap());
    assert!(outcomes[1..].iter().all(Option::is_none), "the whole state is gathered on rank 0");
    outcomes.swap_remove(0).unwrap()
}

fn alone(from: Option<&State>, ms: u64) -> Outcome {
    run(None, Distribution::RoundRobin, 1, from, ms).unwrap().unwrap()
}

#[test]
fn any_number_of_ranks_and_threads_gives_the_same_bits() {
    let one = alone(None, 120);
    for train in &one.spikes {
        assert!(train.len() > 20, "{}: {} spikes are no test", train.label, train.len());
    }
    let at_start = alone(None, 1).state;
    assert!(at_start.fingerprint() != one.state.fingerprint());

    let local = run(Some(Arc::new(Mutex::new(Local))), Distribution::RoundRobin, 1, None, 120);
    assert!(local.unwrap().unwrap() == one, "a team of one");

    for (ranks, threads) in [(1, 2), (2, 1), (2, 2), (3, 1), (4, 1), (4, 2), (7, 1)] {
        for distribution in [Distribution::RoundRobin, Distribution::Contiguous] {
            let several = of_team(ranks, distribution, threads, None, 120);
            assert!(several == one, "{ranks} ranks, {threads} threads, {distribution:?}");
        }
    }
}

#[test]
fn a_state_goes_on_with_another_number_of_ranks() {
    let whole = alone(None, 120);
    let half = of_team(4, Distribution::RoundRobin, 1, None, 60).state;
    assert!(half == alone(None, 60).state);
    for (ranks, distribution) in
        [(1, Distribution::RoundRobin), (2, Distribution::Contiguous), (3, Distribution::RoundRobin)]
    {
        let rest = of_team(ranks, distribution, 1, Some(&half), 120);
        assert!(rest.state == whole.state && rest.fingerprint == whole.fingerprint, "{ranks} ranks");
        assert_eq!(rest.spikes[2], whole.spikes[2].window(600, 1200));
    }
}

/// With a sum that forgets, in which the order shows.
#[test]
fn synapses_are_gone_through_in_the_order_of_one_process() {
    let fold = |simulation: &mut Simulation| {
        let mossy = simulation.population("mossy").unwrap();
        simulation.set_rates(mossy, &[80.0; 700]).unwrap();
        simulation.run_ms(60.0).unwrap();
        let mut numbers = [0.0; 2];
        let add = |numbers: &mut [f64], pre: u32, post: u32, weight: f32| {
            numbers[0] = 0.9999 * numbers[0] + f64::from(weight);
            numbers[1] = f64::from(pre) + 1e4 * f64::from(post);
        };
        simulation.fold_synapses("pf_pc", &mut numbers, add).unwrap();
        assert!(simulation.fold_synapses("no", &mut numbers, |_, _, _, _| {}).is_err());
        numbers.map(f64::to_bits)
    };
    let clock = Clock::new(0.1).unwrap();
    let mut one = Simulation::new(circuit().compile(clock, 5).unwrap(), 1).unwrap();
    let alone = fold(&mut one);
    let synapses = one.synapses("pf_pc").unwrap();
    let weights: Vec<f64> = synapses.iter().map(|s| f64::from(s.2)).collect();
    let last = synapses.last().unwrap();
    assert_eq!(alone[0], weights.iter().fold(0.0, |sum, w| 0.9999 * sum + w).to_bits());
    assert_eq!(alone[1], (f64::from(last.0) + 1e4 * f64::from(last.1)).to_bits());
    assert!(weights.iter().any(|w| *w != 0.8f32.into()), "weights have changed");
    for (ranks, distribution) in [(2, Distribution::Contiguous), (3, Distribution::RoundRobin)] {
        let several = on_ranks(ranks, |rank, exchange| {
            let network = circuit().compile_share(clock, 5, &Share::of(rank, ranks, distribution)).unwrap();
            fold(&mut Simulation::distributed(network, 1, exchange).unwrap())
        });
        assert!(several.iter().all(|s| *s == alone), "{ranks} ranks, {distribution:?}");
    }
}

#[test]
fn a_rank_holds_its_own_part_only() {
    let synapses: Vec<usize> = on_ranks(4, |rank, _| {
        let share = Share::of(rank, 4, Distribution::RoundRobin);
        circuit().compile_share(Clock::new(0.1).unwrap(), 5, &share).unwrap().synapses()
    });
    let whole = circuit().compile(Clock::new(0.1).unwrap(), 5).unwrap().synapses();
    assert_eq!(synapses.iter().sum::<usize>(), whole);
    assert!(synapses.iter().all(|&s| s < whole), "{synapses:?} of {whole}");
}

#[test]
fn a_value_that_is_no_number_ends_all_ranks_with_the_same_error() {
    // Charge without bound on one neuron of the second block.
    let mut c = Circuit::new();
    c.add_population(Population::new("drive", 1, Model::Poisson(Poisson { rate_hz: 3000.0 })));
    c.add_population(Population::new("cell", 1500, Model::CondLif(CondLif::default())));
    c.add_projection(
        Projection::new("d", "drive", "cell", Connect::List(vec![(0, 700)].into())).weight(f32::MAX),
    );
    let run = |rank: usize, ranks: usize, exchange: SharedExchange| {
        let share = Share::of(rank, ranks, Distribution::RoundRobin);
        let network = c.compile_share(Clock::new(0.1).unwrap(), 1, &share).unwrap();
        Simulation::distributed(network, 1, exchange).unwrap().run_ms(50.0).unwrap_err()
    };
    let RunError::OnRank { rank: 0, error: alone } = run(0, 1, Arc::new(Mutex::new(Local))) else { panic!() };
    assert!(matches!(&*alone, RunError::NonFinite { neuron: 700, .. }), "{alone}");
    let errors = on_ranks(3, |rank, exchange| run(rank, 3, exchange));
    // Blocks: drive on rank 0; cells 0.. on 1, 512.. on 2, 1024.. on 0.
    // Compared in words: the value may be NaN.
    assert!(errors.iter().all(|e| e.to_string() == format!("rank 2: {alone}")), "{errors:?}");
}

#[test]
fn a_rank_that_ends_ends_the_others() {
    let ends = on_ranks(3, |rank, exchange| {
        let share = Share::of(rank, 3, Distribution::RoundRobin);
        let network = circuit().compile_share(Clock::new(0.1).unwrap(), 5, &share).unwrap();
        let mut simulation = Simulation::distributed(network, 1, exchange).unwrap();
        simulation.run_ms(if rank == 1 { 10.0 } else { 1000.0 }).map(|()| simulation.ms())
    });
    assert_eq!(ends[1], Ok(10.0));
    for end in [&ends[0], &ends[2]] {
        assert!(matches!(end, Err(RunError::Exchange(ExchangeError::Lost { .. }))), "{end:?}");
        assert!(end.as_ref().unwrap_err().to_string().contains("resume it from its last snapshot"));
    }
}

#[test]
fn ranks_with_different_networks_or_shares_are_refused() {
    let compile =
        |seed, share: Share| circuit().compile_share(Clock::new(0.1).unwrap(), seed, &share).unwrap();
    let seeds = on_ranks(2, |rank, exchange| {
        Simulation::distributed(
            compile(rank as u64, Share::of(rank, 2, Distribution::RoundRobin)),
            1,
            exchange,
        )
        .err()
    });
    assert!(seeds.iter().all(|e| e.as_ref().unwrap().to_string().contains("another network")), "{seeds:?}");
    let shares = on_ranks(2, |_, exchange| {
        Simulation::distributed(compile(1, Share::of(0, 2, Distribution::RoundRobin)), 1, exchange).err()
    });
    assert!(
        shares.iter().all(|e| e.as_ref().unwrap().to_string().contains("share of rank 0 of 2")),
        "{shares:?}"
    );
}

#[test]
fn a_foreign_state_is_refused_on_all_ranks() {
    let mut other = Circuit::new();
    other.add_population(Population::new("cell", 5, Model::CondLif(CondLif::default())));
    let state = Simulation::new(common::network(&other, 0.1, 1), 1).unwrap().state().clone();
    for given in [Some(&state), None] {
        let errors = on_ranks(2, |rank, exchange| {
            let share = Share::of(rank, 2, Distribution::Contiguous);
            let network = circuit().compile_share(Clock::new(0.1).unwrap(), 5, &share).unwrap();
            let mut simulation = Simulation::distributed(network, 1, exchange).unwrap();
            simulation.scatter_state(given.filter(|_| rank == 0)).unwrap_err().to_string()
        });
        assert!(errors.iter().all(|e| e.starts_with("rank 0: ")), "{errors:?}");
    }
}

/// What every implementation must keep: words arrive whole, in order, from whom they were sent.
fn conforms(exchange: &mut dyn Exchange) {
    let (rank, ranks) = (exchange.rank(), exchange.ranks());
    let mut incoming = vec![vec![99; 3]; ranks];
    for round in 0..50usize {
        let words = |from: usize, to: usize| {
            (0..(from * 7 + to * 3 + round * round) % 41)
                .map(|k| (from << 40 | to << 20 | k) as u64)
                .collect()
        };
        let outgoing: Vec<Vec<u64>> = (0..ranks).map(|to| words(rank, to)).collect();
        exchange.all_to_all(&outgoing, &mut incoming).unwrap();
        let expected: Vec<Vec<u64>> = (0..ranks).map(|from| words(from, rank)).collect();
        assert_eq!(incoming, expected);
    }
}

#[test]
fn every_exchange_conforms() {
    conforms(&mut Local);
    for ranks in [1, 2, 5] {
        on_ranks(ranks, |_, exchange| conforms(&mut *exchange.lock().unwrap()));
    }
}

/// Under `mpirun` this tests the ranks that it started; alone, a single one.
#[cfg(feature = "mpi")]
#[test]
fn mpi_conforms() {
    conforms(&mut lobule_exchange::Mpi::start().unwrap());
}
