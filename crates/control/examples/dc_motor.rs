//! A DC motor whose angle is 60 ms late, with and without friction: a PID that was tuned on the movement itself, and the adaptive
//! filter of the how-to beside that PID, beside half its gains, and beside a first guess.
//! `cargo run --release -p lobule-control --example dc_motor`

use lobule_control::Error;
use lobule_control::feedback::PidGains;
use lobule_control::filter::Update;

#[path = "../tests/motor/mod.rs"]
mod motor;

/// Gains of a first guess.
const GUESS: PidGains = PidGains { kp: 3.0, kd: 0.3, ki: 1.0, filter_s: 0.02 };

fn main() -> Result<(), Error> {
    println!("root mean square error, rad");
    println!("friction  tick (ms)  law    probe (rad)  explained   alone   trial 10   40     100");
    for friction in [0.0, 8.0] {
        for ms in [20.0, 10.0, 5.0, 2.0] {
            let dt_s = 1e-3 * ms;
            let (best, _) = motor::tuned(friction, dt_s, 3000)?;
            for (name, gains) in [("tuned", best), ("half", motor::times(best, 0.5)), ("guess", GUESS)] {
                for factor in [0.1, 1.0, 10.0] {
                    row(friction, ms, name, gains, factor)?;
                }
            }
        }
    }
    Ok(())
}

fn row(friction: f64, ms: f64, name: &str, gains: PidGains, factor: f64) -> Result<(), Error> {
    let dt_s = 1e-3 * ms;
    let amplitude = factor * motor::amplitude(gains, dt_s);
    print!("{friction:8}  {ms:9}  {name:5}  {amplitude:11.3}  ");
    let response = match motor::response(friction, gains, dt_s, amplitude) {
        Ok(response) => response,
        Err(refused) => {
            println!("{refused}");
            return Ok(());
        }
    };
    let mut learner = motor::learner(friction, gains, dt_s, &response, Update::Trial)?;
    let errors = (0..100).map(|_| motor::movement(&mut learner)).collect::<Result<Vec<f64>, Error>>()?;
    let [alone, ten, forty, last] = [0, 9, 39, 99].map(|trial| errors[trial]);
    println!("{:9.3}  {alone:6.3}   {ten:7.3}  {forty:6.3}  {last:6.3}", response.explained);
    learner.news().iter().for_each(|news| println!("          {news}"));
    Ok(())
}
