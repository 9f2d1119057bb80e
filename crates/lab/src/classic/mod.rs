//! Classic experiments of cerebellar learning on bodies.

pub mod eyeblink;
