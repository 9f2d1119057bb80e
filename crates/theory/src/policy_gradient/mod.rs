//! Two learning baselines without a body: proximal policy optimization, and a published program of that name.
//!
//! * [`Environment`]: a task, step by step; [`Step`]: its reward, and whether the episode ended;
//! * [`Ppo`]: proximal policy optimization as its papers describe it; [`PublishedPpo`]: a baseline as it was
//!   published, with its faults;
//! * [`Policy`]: what is kept of training; it acts without noise, and nothing in it changes;
//! * [`Network`], [`Adam`], [`generalized_advantages`], [`Scaling`]: the parts.
//!
//! Sums run in a fixed order and random draws are functions of (seed, label, step, index), so that training gives the same
//! bits on every processor.
//!
//! Source: Schulman et al. 2017, arXiv:1707.06347; Schulman et al. 2016, arXiv:1506.02438; Kingma and Ba 2015, arXiv:1412.6980.

mod adam;
mod advantage;
mod environment;
mod experience;
mod gaussian;
mod matrix;
mod network;
mod objective;
mod parameters;
mod policy;
mod ppo;
mod published;
mod scaling;
mod training;

pub use adam::{Adam, AdamParameters, limit_norm};
pub use advantage::{Successor, generalized_advantages};
pub use environment::{Environment, Sizes, Step};
pub use gaussian::{add_log_probability_gradient, entropy, log_probability};
pub use network::{Network, Pass};
pub use parameters::{PpoParameters, PublishedPpoParameters};
pub use policy::Policy;
pub use ppo::Ppo;
pub use published::PublishedPpo;
pub use scaling::{Moments, Scaling};
pub use training::{Training, Update};
