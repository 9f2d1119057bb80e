//! One suggested step of learning for every tick: a late wheel repeats a movement in ticks of 20 to 1 ms, and learns as well at
//! each, whether weights change at the end of a trial or in every tick.
//! `cargo run --release -p lobule-control --example one_step_for_every_tick`

use lobule_control::Error;
use lobule_control::filter::{Step, Update};

#[path = "../tests/wheel/mod.rs"]
mod wheel;

fn main() -> Result<(), Error> {
    println!("root mean square error of the wheel; suggested step");
    println!("tick (ms)  weights change at  trial 1  trial 40  ratio");
    for update in [Update::Trial, Update::Tick] {
        for ms in [20.0, 10.0, 5.0, 2.0, 1.0] {
            let errors = wheel::learning_curve(1e-3 * ms, update, Step::SUGGESTED, 40)?;
            let when = if update == Update::Trial { "the end" } else { "every tick" };
            let (first, last) = (errors[0], errors[39]);
            println!("{ms:9}  {when:17}  {first:7.3}  {last:8.4}  {:5.3}", last / first);
        }
    }
    Ok(())
}
