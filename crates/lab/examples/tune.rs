//! Exploration of gains; reads key=value overrides (TOML values).
use lobule::control::Plant;
use lobule::control::plant::Joint;
use lobule::prism::{closed_loop::*, config::*};
fn end(o: &TrialOutcome) -> [f64; 3] {
    let play = |f: &dyn Fn(usize) -> f64| {
        let mut j = Joint::new(1.0, 0.0);
        for t in 0..o.cortex.len() {
            j.advance(&[f(t), 0.0], 1e-3).unwrap();
        }
        j.position()
    };
    [play(&|t| o.cortex[t] + o.inverse[t]), play(&|t| o.cortex[t]), play(&|t| o.inverse[t])]
}
fn stats(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let m = x.iter().sum::<f64>() / n;
    (m, (x.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}
fn main() {
    let mut file = String::from("200x200");
    let mut table: toml::Value = toml::Value::Table(toml::from_str(DEFAULTS).unwrap());
    let mut seed = 0u64;
    let mut verbose = false;
    let mut learn = String::from("11");
    let mut sweep = false;
    let mut aplus: [f64; 2] = [-1.0; 2];
    for a in std::env::args().skip(1) {
        let (k, v) = a.split_once('=').unwrap_or((&a, ""));
        match k {
            "file" => file = v.into(),
            "seed" => seed = v.parse().unwrap(),
            "-v" => verbose = true,
            "learn" => learn = v.into(),
            "sweep" => sweep = true,
            _ => {
                let val: toml::Value = toml::from_str::<toml::Table>(&format!("x = {v}"))
                    .or_else(|_| toml::from_str::<toml::Table>(&format!("x = \"{v}\"")))
                    .unwrap()["x"]
                    .clone();
                let mut t = &mut table;
                let parts: Vec<&str> = k.split('.').collect();
                for p in &parts[..parts.len() - 1] {
                    t = t.get_mut(*p).unwrap();
                }
                let old = t.get(parts[parts.len() - 1]).unwrap_or_else(|| panic!("{k}")).clone();
                let val = match (&old, val) {
                    (toml::Value::Float(_), toml::Value::Integer(i)) => toml::Value::Float(i as f64),
                    (_, v) => v,
                };
                t.as_table_mut().unwrap().insert(parts[parts.len() - 1].into(), val);
            }
        }
    }
    let c: PrismConfig = table.try_into().unwrap();
    let anatomy = if file.contains("hdf5") {
        lobule::scaffold::bsb::read(std::path::Path::new(&file)).unwrap()
    } else {
        let (x, y) = file.split_once('x').unwrap();
        lobule::scaffold::reconstruct(
            &lobule::scaffold::ScaffoldSpec::mouse(x.parse().unwrap(), y.parse().unwrap()),
            seed,
        )
        .unwrap()
    };
    let t0 = std::time::Instant::now();
    // balance
    let mut l =
        ClosedLoop::new(&c, &anatomy, compile(&c, &anatomy, [0.0; 2], seed).unwrap(), seed, 1).unwrap();
    let mut io = [0.0; 2];
    for t in 0..11 {
        let o = l.trial(TrialInput { prism_deg: 0.0, error_deg: 0.0, learns: [false; 2] }).unwrap();
        if t > 0 {
            for m in 0..2 {
                io[m] += o.rates_hz.get(&format!("{}/io_cell", MODULES[m])).copied().unwrap_or(0.0) / 10.0;
            }
        }
    }
    println!("io rest {io:?}");
    let io = |m: usize| io[m];
    for m in 0..2 {
        let mc = if m == 0 { &c.forward } else { &c.inverse };
        aplus[m] = if mc.a_plus_ns >= 0.0 { mc.a_plus_ns } else { -mc.a_minus_ns * 0.0878 * io(m) };
    }
    let net = compile(&c, &anatomy, aplus, seed).unwrap();
    let mut l = ClosedLoop::new(&c, &anatomy, net, seed, 1).unwrap();
    let st = |p: f64, e: f64, le: [bool; 2]| TrialInput { prism_deg: p, error_deg: e, learns: le };
    let mut run = |l: &mut ClosedLoop, p: f64, n: usize| -> Vec<[f64; 3]> {
        l.trial(st(p, 0.0, [false; 2])).unwrap();
        (0..n).map(|_| end(&l.trial(st(p, 0.0, [false; 2])).unwrap())).collect()
    };
    let a = run(&mut l, 0.0, 6);
    let b = run(&mut l, 10.0, 6);
    let col = |v: &[[f64; 3]], i: usize| -> Vec<f64> { v.iter().map(|x| x[i]).collect() };
    let (x0, s0) = stats(&col(&a, 0));
    let (x10, s10) = stats(&col(&b, 0));
    let k = 10.0 / (x10 - x0);
    println!(
        "x0 {x0:.3} x10 {x10:.3} sd0 {:.2} deg (cortex {:.2}, inv {:.2}) sd10 {:.2} deg; inv mean {:.1} deg",
        s0 * k,
        stats(&col(&a, 1)).1 * k,
        stats(&col(&a, 2)).1 * k,
        s10 * k,
        stats(&col(&a, 2)).0 * k
    );
    let c0 = stats(&col(&a, 1)).0;
    let i0 = stats(&col(&a, 2)).0;
    if sweep {
        for p in [-5.0, 0.0, 5.0, 20.0, 30.0, 40.0] {
            let v = run(&mut l, p, 4);
            let (m, s) = stats(&col(&v, 0));
            println!("  P {p}: {:.1} ± {:.1}", (m - x0) * k, s * k);
        }
    }
    let show = |o: &TrialOutcome| {
        for m in MODULES {
            print!("   {m}:");
            for cell in [
                "mossy_fiber",
                "granule_cell",
                "golgi_cell",
                "purkinje_cell/plus",
                "purkinje_cell/minus",
                "dcn_p/plus",
                "dcn_p/minus",
                "io_cell/plus",
                "io_cell/minus",
            ] {
                if let Some(r) = o.rates_hz.get(&format!("{m}/{cell}")) {
                    print!(" {} {:.1}", cell.replace("_cell", "").replace("mossy_fiber", "mf"), r);
                }
            }
            println!();
        }
    };
    let start = l.state();
    let arms: Vec<(&str, [bool; 2], bool)> = vec![
        ("static", [false; 2], true),
        ("plastic", [true; 2], true),
        ("forward", [true, false], true),
        ("inverse", [false, true], true),
        ("wrong", [true; 2], false),
    ];
    for (i, (name, learns, right)) in arms.iter().enumerate() {
        if !learn.contains(char::from(b'0' + i as u8)) {
            continue;
        }
        l.restore(start.clone()).unwrap();
        l.set_polarity(*right);
        let mut e = 0.0;
        let mut es = vec![];
        print!("{name:8}");
        for t in 0..c.protocol.baseline + c.protocol.prism + c.protocol.removal {
            let p = if t < c.protocol.baseline || t >= c.protocol.baseline + c.protocol.prism {
                0.0
            } else {
                c.protocol.prism_deg
            };
            let o = l.trial(st(p, e, *learns)).unwrap();
            let x = end(&o);
            e = (x[0] - x0) * k;
            es.push(e);
            print!(" {e:.1}({:.0},{:.0})", (x[1] - c0) * k, (x[2] - i0) * k);
            if verbose && [0, c.protocol.baseline, c.protocol.baseline + c.protocol.prism - 1].contains(&t) {
                println!();
                show(&o);
                println!("   {:?}", l.mean_weights(&anatomy).unwrap());
            }
        }
        let b = c.protocol.baseline;
        let n = b + c.protocol.prism;
        let f4 = stats(&es[b..b + 4]).0;
        let l6 = stats(&es[n - 6..n]).0;
        let rem = stats(&es[n + 1..n + 6]).0;
        println!(
            "\n  == {name} first4 {f4:.1} last6 {l6:.1} ratio {:.2} after {rem:.1}  [{:.1}s]",
            l6 / f4,
            t0.elapsed().as_secs_f64()
        );
    }
}
