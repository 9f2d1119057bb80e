//! Classic experiments on cerebellar learning, each with its published results.

pub mod force_field;
pub mod mosaic;
