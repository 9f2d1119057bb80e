//! A tick of a body in MuJoCo allocates nothing. Needs the library: `scripts/fetch_mujoco.sh`.

#[path = "../../control/tests/counting/mod.rs"]
mod counting;

use counting::allocations;
use lobule_control::Plant;
use lobule_mujoco::go2::Go2Parameters;
use lobule_mujoco::{BodyParameters, Change, Frame};

#[test]
fn a_tick_allocates_nothing() {
    let go2 = Go2Parameters::identified();
    let load = Change::Force {
        body: "base".into(),
        force_n: [0.0, 0.0, -20.0],
        frame: Frame::World,
        at_m: [0.0, 0.1, 0.0],
        from_s: 0.1,
        to_s: Some(0.2),
    };
    let parameters = BodyParameters { delay_s: 0.01, changes: vec![load], ..go2.body() };
    let mut robot = go2.robot(&parameters).unwrap();
    let (targets, mut senses) = ([0.0, 0.9, -1.8].repeat(4), vec![0.0; 41]);
    robot.advance(&targets, 0.005).unwrap();
    let count = allocations(|| {
        for _ in 0..60 {
            robot.advance(&targets, 0.005).unwrap();
            robot.sense(&mut senses);
        }
    });
    assert_eq!(count, 0);
}
