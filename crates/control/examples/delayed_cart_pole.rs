//! A pole on a cart whose senses are 100 ms late: the same feedback law alone, and behind a forward model that is learned while it
//! runs. `cargo run --release -p lobule-control --example delayed_cart_pole`

use lobule_control::forward::{InnerLoop, InnerLoopParameters, Linear, LinearRule, Persistence, Scales};
use lobule_control::plant::{Actuator, CartPole, CartPoleParameters};
use lobule_control::{ClosedLoop, Controller, Drive, Error};

/// Ticks of 20 ms.
const DELAY: usize = 5;

fn law(s: &[f64], _reference: &[f64], u: &mut [f64]) {
    u[0] = s[2] + 0.01 * s[0] + 0.2 * s[3] + 0.02 * s[1];
}

fn main() -> Result<(), Error> {
    // The three lines: a model that learns, a loop of law and model, and the plant behind its delay.
    let model = Linear::new(LinearRule::Rls { forgetting: 0.999, ridge: 1e-3 }, Scales::cart_pole())?;
    let parameters =
        InnerLoopParameters { actuator: Actuator::TwoActions, delays: [DELAY, 0], ..Default::default() };
    let predictive = InnerLoop::new(parameters, Box::new(law), Box::new(model))?;

    // The law alone: a model that says that nothing changes, and no pass.
    let blind = InnerLoopParameters { passes: 0, ..parameters };
    let nothing = Persistence::new(vec![1.0; 4], 1)?;
    let alone = InnerLoop::new(blind, Box::new(law), Box::new(nothing))?;

    println!("ticks that the pole stands, of 500");
    balance("feedback alone", alone)?;
    balance("with a forward model", predictive)
}

fn balance(name: &str, controller: impl Controller) -> Result<(), Error> {
    let plant =
        CartPole::new(CartPoleParameters::gymnasium(Actuator::TwoActions))?.starting_within([0.05; 4], 1);
    let mut cart = ClosedLoop::new(plant, controller, 0, 0.02, [DELAY, 0])?;
    let mut stood = Vec::new();
    for _episode in 0..8 {
        cart.reset();
        while cart.ticks() < 500 && !cart.status().has_ended() {
            cart.tick(&Drive::default())?;
        }
        stood.push(cart.ticks().to_string());
    }
    println!("{name:22} {}", stood.join(" "));
    Ok(())
}
