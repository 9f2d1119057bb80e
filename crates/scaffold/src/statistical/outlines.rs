//! Outlines of the regions where cells touch in the canonical mouse circuit.
//!
//! Each is a list of (u, lowest, highest) as in [`super::geometry::Outline`], µm.
//! For fibers and ascending axons u is x from the target's soma; for overlaps of
//! arbors it is the postsynaptic minus the presynaptic x.
//!
//! Fitted to: who contacts whom among all cell pairs of the network of
//! BSB 8.0.2 / cerebellar-models 0.13.0 on 300 × 200 µm (seed 1234), by maximum
//! likelihood with knots every 10 to 50 µm; then knots were dropped that lie within
//! 4 µm of the line between their neighbors. In a region the share of connected
//! pairs is the affinity of the rule; 1 to 5 % of the connected pairs lie outside.
//! The numbers are measured frequencies of contact, not points of any morphology.
//! Where a region is ragged it is part measured shape and part chance.

/// A list of knots.
pub(super) type Knots = &'static [[f64; 3]];

/// Golgi axon and Golgi basal dendrites, side view: dx, dz.
pub(super) const GOLGI_TO_GOLGI_XZ: Knots = &[
    [-250.0, -126.0, -42.0],
    [-200.0, -126.0, -36.0],
    [-150.0, -102.0, 30.0],
    [-100.0, -102.0, 30.0],
    [-50.0, -114.0, 120.0],
    [100.0, -126.0, 78.0],
    [150.0, -102.0, 78.0],
    [200.0, -102.0, 84.0],
    [250.0, -102.0, 66.0],
    [300.0, -102.0, 72.0],
];

/// The same from above: dx, dy.
pub(super) const GOLGI_TO_GOLGI_XY: Knots = &[
    [-250.0, -36.0, 84.0],
    [-200.0, -36.0, 84.0],
    [-150.0, -54.0, 96.0],
    [-50.0, -96.0, 96.0],
    [50.0, -96.0, 90.0],
    [200.0, -96.0, 96.0],
    [300.0, -84.0, 96.0],
];

/// Basal dendrites of two Golgi cells, side view: dx, dz.
pub(super) const GOLGI_GAP_XZ: Knots = &[
    [-200.0, 12.0, 102.0],
    [-150.0, -78.0, 102.0],
    [-100.0, -108.0, 114.0],
    [0.0, -126.0, 120.0],
    [100.0, -120.0, 120.0],
    [150.0, -96.0, 78.0],
    [200.0, 60.0, 78.0],
];

/// The same from above: dx, dy.
pub(super) const GOLGI_GAP_XY: Knots = &[
    [-200.0, -96.0, 12.0],
    [-150.0, -90.0, 60.0],
    [-100.0, -96.0, 96.0],
    [-50.0, -102.0, 96.0],
    [0.0, -90.0, 78.0],
    [50.0, -90.0, 102.0],
    [150.0, -54.0, 90.0],
    [200.0, -54.0, 90.0],
];

/// Golgi basal dendrites as ascending axons meet them, side view: x, z.
pub(super) const GOLGI_BASAL_XZ: Knots = &[
    [-110.0, 210.0, 210.0],
    [-100.0, -27.0, 78.0],
    [-90.0, -114.0, 84.0],
    [-80.0, -114.0, 81.0],
    [-70.0, -114.0, 105.0],
    [-60.0, -114.0, 99.0],
    [-30.0, -114.0, 99.0],
    [0.0, -114.0, 81.0],
    [10.0, -114.0, 90.0],
    [20.0, -114.0, 78.0],
    [30.0, -114.0, 75.0],
    [70.0, -114.0, 78.0],
    [80.0, -87.0, 24.0],
    [90.0, 12.0, 15.0],
    [100.0, 231.0, 231.0],
];

/// The same from above: x, y.
pub(super) const GOLGI_BASAL_XY: Knots = &[
    [-110.0, -39.0, -36.0],
    [-100.0, -69.0, 9.0],
    [-70.0, -69.0, 27.0],
    [-50.0, -66.0, 48.0],
    [-40.0, -54.0, 42.0],
    [-10.0, -48.0, 57.0],
    [30.0, -45.0, 54.0],
    [40.0, -60.0, 48.0],
    [50.0, -60.0, 42.0],
    [80.0, -39.0, 39.0],
    [90.0, -9.0, 36.0],
    [100.0, 39.0, 39.0],
];

/// Golgi apical dendrites, side view: x, z.
pub(super) const GOLGI_APICAL_XZ: Knots = &[
    [-120.0, 62.0, 126.0],
    [-110.0, 64.0, 170.0],
    [-100.0, 52.0, 192.0],
    [-90.0, 42.0, 196.0],
    [-80.0, 42.0, 226.0],
    [-70.0, 24.0, 234.0],
    [-60.0, 26.0, 232.0],
    [-50.0, 24.0, 248.0],
    [-40.0, 12.0, 246.0],
    [-30.0, 18.0, 246.0],
    [-10.0, 12.0, 246.0],
    [0.0, 14.0, 222.0],
    [10.0, 12.0, 222.0],
    [20.0, 12.0, 120.0],
    [30.0, 12.0, 116.0],
    [40.0, 12.0, 142.0],
    [80.0, 16.0, 144.0],
    [90.0, 12.0, 102.0],
    [100.0, 18.0, 98.0],
    [110.0, 10.0, 102.0],
    [120.0, 96.0, 96.0],
];

/// Thin branches of the Purkinje tree that take ascending axons, side view: x, z.
pub(super) const PURKINJE_AA_XZ: Knots = &[
    [-70.0, 138.0, 138.0],
    [-60.0, 51.0, 138.0],
    [-40.0, 57.0, 138.0],
    [-30.0, 51.0, 138.0],
    [-20.0, 87.0, 138.0],
    [-10.0, 102.0, 138.0],
    [0.0, 99.0, 138.0],
    [10.0, 111.0, 138.0],
    [20.0, -123.0, 138.0],
    [60.0, -123.0, 138.0],
    [70.0, 57.0, 138.0],
    [80.0, 93.0, 138.0],
    [90.0, 84.0, 138.0],
    [110.0, 87.0, 138.0],
    [120.0, 138.0, 138.0],
];

/// The same from above: x, y. The tree itself is 8 µm deep; the reference adds the 42 µm of a granule cell's voxel.
pub(super) const PURKINJE_AA_XY: Knots = &[[-64.0, -31.0, 11.0], [114.0, -31.0, 11.0]];

/// Branches of the Purkinje tree that take parallel fibers, side view: x, z.
pub(super) const PURKINJE_PF_XZ: Knots = &[
    [-80.0, 94.0, 94.0],
    [-70.0, 28.0, 138.0],
    [-20.0, 14.0, 136.0],
    [-10.0, 2.0, 136.0],
    [90.0, 2.0, 136.0],
    [100.0, 22.0, 136.0],
    [110.0, 86.0, 136.0],
    [120.0, 134.0, 134.0],
];

/// Basket cell dendrites, side view: x, z.
pub(super) const BASKET_XZ: Knots = &[
    [-80.0, 128.0, 128.0],
    [-70.0, -2.0, 40.0],
    [-50.0, -10.0, 44.0],
    [-40.0, -16.0, 130.0],
    [-30.0, -16.0, 130.0],
    [-20.0, -38.0, 130.0],
    [0.0, -46.0, 130.0],
    [50.0, -48.0, 120.0],
    [60.0, -30.0, 118.0],
    [70.0, 122.0, 122.0],
];

/// Stellate cell dendrites, side view: x, z.
pub(super) const STELLATE_XZ: Knots = &[
    [-80.0, 66.0, 66.0],
    [-70.0, -38.0, -8.0],
    [-60.0, -40.0, 34.0],
    [-40.0, -44.0, 34.0],
    [-30.0, -68.0, 34.0],
    [-20.0, -68.0, 76.0],
    [10.0, -68.0, 76.0],
    [20.0, -60.0, 80.0],
    [30.0, -40.0, 22.0],
    [40.0, -50.0, 0.0],
    [50.0, -50.0, 0.0],
    [60.0, -42.0, -42.0],
];

/// Stellate axon and Purkinje tree, side view: dx, dz. A box: 298 pairs in the reference do not tell more.
pub(super) const STELLATE_TO_PURKINJE_XZ: Knots = &[[-125.0, -158.0, -57.0], [115.0, -158.0, -57.0]];

/// The same from above: dx, dy.
pub(super) const STELLATE_TO_PURKINJE_XY: Knots = &[[-125.0, -45.0, 8.0], [115.0, -45.0, 8.0]];

/// Basket axon and Purkinje soma, side view: dx, dz.
pub(super) const BASKET_TO_PURKINJE_XZ: Knots = &[
    [-195.0, -15.0, -7.0],
    [-150.0, -18.0, -6.0],
    [-135.0, -28.0, -13.0],
    [-120.0, -43.0, -7.0],
    [-60.0, -45.0, -7.0],
    [-30.0, -57.0, -6.0],
    [15.0, -59.0, -6.0],
    [30.0, -49.0, -7.0],
    [45.0, -14.0, -13.0],
];

/// The same from above: dx, dy.
pub(super) const BASKET_TO_PURKINJE_XY: Knots = &[
    [-195.0, -24.0, 10.0],
    [-165.0, -24.0, 10.0],
    [-150.0, -14.0, 7.0],
    [-135.0, -26.0, 6.0],
    [-105.0, -26.0, 8.0],
    [-90.0, -38.0, 8.0],
    [-45.0, -38.0, 10.0],
    [-30.0, -24.0, 10.0],
    [30.0, -24.0, 11.0],
    [45.0, 10.0, 10.0],
];

/// Stellate axon and stellate dendrites, side view: dx, dz.
pub(super) const STELLATE_TO_STELLATE_XZ: Knots = &[
    [-80.0, 81.0, 81.0],
    [-60.0, 6.0, 60.0],
    [-40.0, -6.0, 81.0],
    [-20.0, -87.0, 75.0],
    [0.0, -87.0, 99.0],
    [40.0, -93.0, 93.0],
    [60.0, -33.0, 93.0],
    [80.0, -27.0, 75.0],
    [100.0, -24.0, 72.0],
    [120.0, 90.0, 93.0],
];

/// The same from above: dx, dy.
pub(super) const STELLATE_TO_STELLATE_XY: Knots = &[
    [-80.0, 24.0, 24.0],
    [-60.0, -27.0, 27.0],
    [-40.0, -45.0, 36.0],
    [0.0, -45.0, 33.0],
    [40.0, -45.0, 45.0],
    [60.0, -45.0, 39.0],
    [80.0, -48.0, 42.0],
    [100.0, -39.0, 36.0],
    [120.0, -15.0, -9.0],
];

/// Basket axon and basket dendrites, side view: dx, dz.
pub(super) const BASKET_TO_BASKET_XZ: Knots = &[
    [-270.0, 42.0, 42.0],
    [-240.0, -30.0, 42.0],
    [-210.0, -48.0, 51.0],
    [-120.0, -45.0, 51.0],
    [-90.0, -48.0, 42.0],
    [-60.0, -42.0, 45.0],
    [-30.0, -45.0, 39.0],
    [0.0, -48.0, 48.0],
    [30.0, -48.0, 33.0],
    [60.0, -48.0, 9.0],
    [90.0, 33.0, 33.0],
];

/// The same from above: dx, dy.
pub(super) const BASKET_TO_BASKET_XY: Knots =
    &[[-270.0, -18.0, -18.0], [-240.0, -36.0, 39.0], [60.0, -39.0, 39.0], [90.0, 24.0, 39.0]];
