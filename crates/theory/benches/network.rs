//! Time of one presentation of the network of Table 2, learning included, under each rule, and of a network
//! sixteen times as wide.

use criterion::{Criterion, criterion_group, criterion_main};
use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork};
use lobule_theory::rules::{
    ErrorKind, LearningRule, MarrAlbusIto, MarrAlbusItoParameters, NodePerturbation,
    NodePerturbationParameters, Reinforce, ReinforceParameters, Sgdege, SgdegeParameters, SignedErrorOracle,
    SignedErrorOracleParameters,
};

fn presentation(c: &mut Criterion) {
    let parameters = NetworkParameters::default();
    let network = PerturbationNetwork::new(&parameters, 1).expect("Table 2 is valid");
    let rules: [Box<dyn LearningRule>; 5] = [
        Box::new(Sgdege::new(&network, &SgdegeParameters::default(), 1).expect("valid")),
        Box::new(MarrAlbusIto::new(ErrorKind::Signed, &MarrAlbusItoParameters::default()).expect("valid")),
        Box::new(NodePerturbation::new(&network, &NodePerturbationParameters::default(), 1).expect("valid")),
        Box::new(Reinforce::new(&network, &ReinforceParameters::default(), 1).expect("valid")),
        Box::new(SignedErrorOracle::new(&network, &SignedErrorOracleParameters::default()).expect("valid")),
    ];
    for rule in rules {
        let name = format!("presentation/{}", rule.name());
        let mut learner = Learner::new(network.clone(), rule);
        c.bench_function(&name, |b| b.iter(|| learner.step().expect("finite")));
    }

    let wide = NetworkParameters { columns: 640, ..parameters.clone() };
    let wide = PerturbationNetwork::new(&wide, 1).expect("valid");
    let rule = Sgdege::new(&wide, &SgdegeParameters::default(), 1).expect("valid");
    let mut learner = Learner::new(wide, Box::new(rule));
    c.bench_function("presentation/sgdege_640_columns", |b| b.iter(|| learner.step().expect("finite")));

    c.bench_function("build/table_2", |b| {
        b.iter(|| PerturbationNetwork::new(&parameters, 1).expect("valid"))
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(std::time::Duration::from_secs(2));
    targets = presentation
}
criterion_main!(benches);
