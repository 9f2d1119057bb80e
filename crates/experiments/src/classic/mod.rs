//! Classic experiments on cerebellar learning, each beside its published results.

mod bode;
pub mod eyeblink;
pub mod force_field;
pub mod mosaic;
pub mod pursuit;
mod response;
pub mod vor;
