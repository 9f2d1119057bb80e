//! Rates of a network file at rest: `cargo run --release -p lobule --example rates -- net.hdf5 1000 [threads]`
use lobule::cerebellum::*;
use lobule::circuit::{Circuit, Simulation};
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let ms: f64 = a[2].parse().unwrap();
    let threads = a.get(3).map_or(1, |x| x.parse().unwrap());
    let t = Instant::now();
    let anatomy = if a[1].contains('x') && !a[1].contains("hdf5") {
        let (x, y) = a[1].split_once('x').unwrap();
        lobule::scaffold::reconstruct(&lobule::scaffold::ScaffoldSpec::mouse(x.parse().unwrap(), y.parse().unwrap()), 1).unwrap()
    } else { lobule::scaffold::bsb::read(std::path::Path::new(&a[1])).unwrap() };
    eprintln!("anatomy {:?} notes {:?}", t.elapsed(), anatomy.notes);
    let t = Instant::now();
    let mut c = Circuit::new();
    let left = add_module(&mut c, "", &anatomy, &ModuleOptions::new(BrainState::Awake, Drive::Poisson(4.0))).unwrap();
    eprintln!("{left:?}");
    let net = c.compile(lobule::signal::Clock::new(0.1).unwrap(), 1).unwrap();
    eprintln!("compile {:?} {} neurons {} synapses", t.elapsed(), net.neurons(), net.synapses());
    let mut sim = Simulation::new(net.clone(), threads).unwrap();
    for p in net.populations() { sim.record_spikes(&p.label).unwrap(); }
    sim.run_ms(100.0).unwrap();
    let t = Instant::now();
    sim.run_ms(ms).unwrap();
    let el = t.elapsed().as_secs_f64();
    eprintln!("run {:.3} s per simulated s; {:016x}", el / (ms / 1000.0), sim.state().fingerprint());
    for p in net.populations() {
        let s = sim.recorded_spikes(&p.label).unwrap().window(1000, u64::MAX);
        println!("{:20} {:6} {:8.2} Hz", p.label, p.n, s.len() as f64 / p.n as f64 / (ms / 1000.0));
    }
}
