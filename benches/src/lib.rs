//! Measures facecore against the reference's answers and against its peers.

pub mod golden;
pub mod hostile;
pub mod peak;
pub mod random;
pub mod synthetic;
