//! Reaching in force fields and MOSAIC in small: what they find, that jobs change nothing, what they refuse.

mod studies;

use lobule_experiments::classic::force_field::ForceField;
use lobule_experiments::classic::mosaic::MosaicStudy;
use studies::{found, resolve, value};

const SMALL_FIELD: [&str; 7] = [
    "seeds=[3]",
    "protocol.baseline=20",
    "protocol.adaptation=60",
    "protocol.washout=30",
    "cerebellum.granule_cells=80",
    "generalization.trials=20",
    "switching.trials=60",
];

#[test]
fn a_field_is_learned_only_with_a_cerebellum_and_leaves_an_after_effect() {
    let folder = tempfile::tempdir().unwrap();
    let config = resolve(&ForceField, "quick", &SMALL_FIELD).unwrap();
    let (one, hash) = found(&ForceField, &config, &folder.path().join("one"), 1);
    assert!(value(&one, "fel/late_over_initial") < 0.8);
    assert!(value(&one, "fel/compensated") > 0.2);
    assert!(value(&one, "fel/after_effect") > 0.2);
    assert!(value(&one, "no_cerebellum/compensated").abs() < 0.05);
    assert!(value(&one, "no_cerebellum/late_over_initial") > 0.8);
    assert!(value(&one, "no_cerebellum/after_effect").abs() < 0.15);
    assert!(value(&one, "one_direction/compensated") > value(&one, "first_trial"));
    let (two, again) = found(&ForceField, &config, &folder.path().join("two"), 2);
    assert_eq!((one, hash), (two, again), "the number of jobs changes nothing");
}

const SMALL_MOSAIC: [&str; 4] =
    ["seeds=[0, 1]", "task.learning_s=150", "task.test_s=40", "task.between_s=20"];

#[test]
fn modules_find_their_objects_and_control_better_than_one() {
    let folder = tempfile::tempdir().unwrap();
    let config = resolve(&MosaicStudy, "quick", &SMALL_MOSAIC).unwrap();
    let (one, hash) = found(&MosaicStudy, &config, &folder.path().join("one"), 1);
    assert!(value(&one, "mosaic/accuracy") > 0.8);
    assert!(value(&one, "mosaic/accuracy") > value(&one, "mosaic_without_memory/accuracy"));
    assert!(value(&one, "error_over_feedback") < 0.8);
    assert!(value(&one, "error_over_one_module") < 1.0);
    assert!(value(&one, "mosaic/error") < 1.5 * value(&one, "perfect_inverse/error"));
    assert!(value(&one, "cue/latency_ratio") < 1.0);
    let (_, again) = found(&MosaicStudy, &config, &folder.path().join("two"), 2);
    assert_eq!(hash, again, "the number of jobs changes nothing");
}

#[test]
fn wrong_configurations_are_named() {
    let field = |set: &str| resolve(&ForceField, "default", &[set]).err().unwrap().to_string();
    assert!(field("seeds=[]").contains("seeds"));
    assert!(field("tick_ms=0").contains("tick_ms: 0; 1 to 20 is allowed"));
    assert!(
        field("feedback.delay_ms=61")
            .contains("feedback.delay_ms: 61; a whole number of ticks of 2 is needed")
    );
    assert!(field("reach.center_m=[0.0, 0.8]").contains("distance of the hand = 0.8"));
    assert!(field("reach.distance_m=0.4").contains("out of reach"));
    assert!(field("cerebellum.retention=1.5").contains("retention"));
    assert!(field("cerebellum.width=0").contains("width"));
    assert!(field("protocol.probe_every=2").contains("probe_every"));
    assert!(field("generalization.angles_deg=[45]").contains("trained direction"));
    assert!(field("switching.block=[5, 4]").contains("switching.block"));
    assert!(field("switching.sigma=[0.5, 0.0]").contains("sigma"));
    assert!(field("field.curl=-1").contains("field.curl: -1"));
    let mosaic = |set: &str| resolve(&MosaicStudy, "default", &[set]).err().unwrap().to_string();
    assert!(mosaic("task.between=[0.5, 0.5, 0.5]").contains("together 1"));
    assert!(mosaic("mosaic.modules=2").contains("mosaic.modules: 2; 3 to 7 is allowed"));
    assert!(mosaic("mosaic.switching=0").contains("mosaic.switching: 0.0; above 0 to below 1"));
    assert!(
        mosaic("task.objects=[[0, 1, 1], [1, 1, 1], [1, 2, 3]]")
            .contains("task.objects: [0, 1, 1]; a mass above 0 is needed")
    );
    assert!(mosaic("task.dwell_s=[3, 2]").contains("task.dwell_s: [3, 2]; two times in order"));
}
