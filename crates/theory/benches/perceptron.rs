//! What one presentation of a pattern costs: 1000 fibers, a fifth of them active.
//!
//! Throughput is printed in presentations per second. One thread; run with
//! `cargo bench -p lobule-theory --bench perceptron`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lobule_theory::perceptron::{
    DeltaPerceptron, Patterns, PerceptronParameters, SgdegePerceptron, Start, Steps,
};

fn presentations(c: &mut Criterion) {
    let parameters = PerceptronParameters::default();
    let mut group = c.benchmark_group("presentation");
    for count in [50, 400] {
        group.throughput(Throughput::Elements(u64::from(count)));
        let patterns = || Patterns::draw(&parameters, count, 1).expect("patterns");
        let mut sgdege = SgdegePerceptron::new(parameters, Steps::default(), patterns(), Start::Uniform, 1)
            .expect("a cell");
        group.bench_function(format!("sgdege_{count}_patterns"), |b| b.iter(|| sgdege.epoch()));
        let mut delta =
            DeltaPerceptron::new(parameters, parameters.alpha(0.2), patterns(), Start::Uniform, 1)
                .expect("a cell");
        group.bench_function(format!("delta_{count}_patterns"), |b| b.iter(|| delta.epoch()));
    }
    group.finish();
}

criterion_group!(benches, presentations);
criterion_main!(benches);
