//! Outlines of the regions where cells touch in the canonical mouse circuit.
//!
//! Each is three lists, u, lowest and highest, of the knots of a [`super::geometry::Outline`], µm;
//! pairs are views from the side (x, z) and from above (x, y).
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

/// Knots by column: u, lowest, highest.
pub(super) type Knots<const N: usize> = [[f64; N]; 3];

/// Golgi axon and Golgi basal dendrites.
pub(super) const GOLGI_GOLGI: (Knots<10>, Knots<7>) = (
    [
        [-250.0, -200.0, -150.0, -100.0, -50.0, 100.0, 150.0, 200.0, 250.0, 300.0],
        [-126.0, -126.0, -102.0, -102.0, -114.0, -126.0, -102.0, -102.0, -102.0, -102.0],
        [-42.0, -36.0, 30.0, 30.0, 120.0, 78.0, 78.0, 84.0, 66.0, 72.0],
    ],
    [
        [-250.0, -200.0, -150.0, -50.0, 50.0, 200.0, 300.0],
        [-36.0, -36.0, -54.0, -96.0, -96.0, -96.0, -84.0],
        [84.0, 84.0, 96.0, 96.0, 90.0, 96.0, 96.0],
    ],
);

/// Basal dendrites of two Golgi cells.
pub(super) const GOLGI_GAP: (Knots<7>, Knots<8>) = (
    [
        [-200.0, -150.0, -100.0, 0.0, 100.0, 150.0, 200.0],
        [12.0, -78.0, -108.0, -126.0, -120.0, -96.0, 60.0],
        [102.0, 102.0, 114.0, 120.0, 120.0, 78.0, 78.0],
    ],
    [
        [-200.0, -150.0, -100.0, -50.0, 0.0, 50.0, 150.0, 200.0],
        [-96.0, -90.0, -96.0, -102.0, -90.0, -90.0, -54.0, -54.0],
        [12.0, 60.0, 96.0, 96.0, 78.0, 102.0, 90.0, 90.0],
    ],
);

/// Golgi basal dendrites as ascending axons meet them.
pub(super) const GOLGI_BASAL: (Knots<15>, Knots<12>) = (
    [
        [-110.0, -100.0, -90.0, -80.0, -70.0, -60.0, -30.0, 0.0, 10.0, 20.0, 30.0, 70.0, 80.0, 90.0, 100.0],
        [
            210.0, -27.0, -114.0, -114.0, -114.0, -114.0, -114.0, -114.0, -114.0, -114.0, -114.0, -114.0,
            -87.0, 12.0, 231.0,
        ],
        [210.0, 78.0, 84.0, 81.0, 105.0, 99.0, 99.0, 81.0, 90.0, 78.0, 75.0, 78.0, 24.0, 15.0, 231.0],
    ],
    [
        [-110.0, -100.0, -70.0, -50.0, -40.0, -10.0, 30.0, 40.0, 50.0, 80.0, 90.0, 100.0],
        [-39.0, -69.0, -69.0, -66.0, -54.0, -48.0, -45.0, -60.0, -60.0, -39.0, -9.0, 39.0],
        [-36.0, 9.0, 27.0, 48.0, 42.0, 57.0, 54.0, 48.0, 42.0, 39.0, 36.0, 39.0],
    ],
);

/// Golgi apical dendrites from the side.
pub(super) const GOLGI_APICAL: Knots<21> = [
    [
        -120.0, -110.0, -100.0, -90.0, -80.0, -70.0, -60.0, -50.0, -40.0, -30.0, -10.0, 0.0, 10.0, 20.0,
        30.0, 40.0, 80.0, 90.0, 100.0, 110.0, 120.0,
    ],
    [
        62.0, 64.0, 52.0, 42.0, 42.0, 24.0, 26.0, 24.0, 12.0, 18.0, 12.0, 14.0, 12.0, 12.0, 12.0, 12.0, 16.0,
        12.0, 18.0, 10.0, 96.0,
    ],
    [
        126.0, 170.0, 192.0, 196.0, 226.0, 234.0, 232.0, 248.0, 246.0, 246.0, 246.0, 222.0, 222.0, 120.0,
        116.0, 142.0, 144.0, 102.0, 98.0, 102.0, 96.0,
    ],
];

/// Thin branches of the Purkinje tree that take ascending axons. The tree itself is 8 µm deep; the
/// reference adds the 42 µm of a granule cell's voxel.
pub(super) const PURKINJE_AA: (Knots<15>, Knots<2>) = (
    [
        [-70.0, -60.0, -40.0, -30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 60.0, 70.0, 80.0, 90.0, 110.0, 120.0],
        [138.0, 51.0, 57.0, 51.0, 87.0, 102.0, 99.0, 111.0, -123.0, -123.0, 57.0, 93.0, 84.0, 87.0, 138.0],
        [
            138.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0,
            138.0,
        ],
    ],
    [[-64.0, 114.0], [-31.0, -31.0], [11.0, 11.0]],
);

/// Branches of the Purkinje tree that take parallel fibers, from the side.
pub(super) const PURKINJE_PF: Knots<8> = [
    [-80.0, -70.0, -20.0, -10.0, 90.0, 100.0, 110.0, 120.0],
    [94.0, 28.0, 14.0, 2.0, 2.0, 22.0, 86.0, 134.0],
    [94.0, 138.0, 136.0, 136.0, 136.0, 136.0, 136.0, 134.0],
];

/// Basket cell dendrites from the side.
pub(super) const BASKET_PF: Knots<10> = [
    [-80.0, -70.0, -50.0, -40.0, -30.0, -20.0, 0.0, 50.0, 60.0, 70.0],
    [128.0, -2.0, -10.0, -16.0, -16.0, -38.0, -46.0, -48.0, -30.0, 122.0],
    [128.0, 40.0, 44.0, 130.0, 130.0, 130.0, 130.0, 120.0, 118.0, 122.0],
];

/// Stellate cell dendrites from the side.
pub(super) const STELLATE_PF: Knots<12> = [
    [-80.0, -70.0, -60.0, -40.0, -30.0, -20.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
    [66.0, -38.0, -40.0, -44.0, -68.0, -68.0, -68.0, -60.0, -40.0, -50.0, -50.0, -42.0],
    [66.0, -8.0, 34.0, 34.0, 34.0, 76.0, 76.0, 80.0, 22.0, 0.0, 0.0, -42.0],
];

/// Stellate axon and Purkinje tree. From the side a box: 298 pairs in the reference do not tell more.
pub(super) const STELLATE_PURKINJE: (Knots<2>, Knots<2>) =
    ([[-125.0, 115.0], [-158.0, -158.0], [-57.0, -57.0]], [[-125.0, 115.0], [-45.0, -45.0], [8.0, 8.0]]);

/// Basket axon and Purkinje soma.
pub(super) const BASKET_PURKINJE: (Knots<9>, Knots<10>) = (
    [
        [-195.0, -150.0, -135.0, -120.0, -60.0, -30.0, 15.0, 30.0, 45.0],
        [-15.0, -18.0, -28.0, -43.0, -45.0, -57.0, -59.0, -49.0, -14.0],
        [-7.0, -6.0, -13.0, -7.0, -7.0, -6.0, -6.0, -7.0, -13.0],
    ],
    [
        [-195.0, -165.0, -150.0, -135.0, -105.0, -90.0, -45.0, -30.0, 30.0, 45.0],
        [-24.0, -24.0, -14.0, -26.0, -26.0, -38.0, -38.0, -24.0, -24.0, 10.0],
        [10.0, 10.0, 7.0, 6.0, 8.0, 8.0, 10.0, 10.0, 11.0, 10.0],
    ],
);

/// Stellate axon and stellate dendrites.
pub(super) const STELLATE_STELLATE: (Knots<10>, Knots<9>) = (
    [
        [-80.0, -60.0, -40.0, -20.0, 0.0, 40.0, 60.0, 80.0, 100.0, 120.0],
        [81.0, 6.0, -6.0, -87.0, -87.0, -93.0, -33.0, -27.0, -24.0, 90.0],
        [81.0, 60.0, 81.0, 75.0, 99.0, 93.0, 93.0, 75.0, 72.0, 93.0],
    ],
    [
        [-80.0, -60.0, -40.0, 0.0, 40.0, 60.0, 80.0, 100.0, 120.0],
        [24.0, -27.0, -45.0, -45.0, -45.0, -45.0, -48.0, -39.0, -15.0],
        [24.0, 27.0, 36.0, 33.0, 45.0, 39.0, 42.0, 36.0, -9.0],
    ],
);

/// Basket axon and basket dendrites.
pub(super) const BASKET_BASKET: (Knots<11>, Knots<4>) = (
    [
        [-270.0, -240.0, -210.0, -120.0, -90.0, -60.0, -30.0, 0.0, 30.0, 60.0, 90.0],
        [42.0, -30.0, -48.0, -45.0, -48.0, -42.0, -45.0, -48.0, -48.0, -48.0, 33.0],
        [42.0, 42.0, 51.0, 51.0, 42.0, 45.0, 39.0, 48.0, 33.0, 9.0, 33.0],
    ],
    [[-270.0, -240.0, 60.0, 90.0], [-18.0, -36.0, -39.0, 24.0], [-18.0, 39.0, 39.0, 39.0]],
);
