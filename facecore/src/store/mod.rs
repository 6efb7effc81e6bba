//! Profiles at rest: an embedded store in a folder, which several processes read while one writes (LMDB through `heed`).
//!
//! The store knows ids and bytes, never faces: what a value means is the business of the room that encodes it
//! ([`Profile::to_bytes`](crate::profile::Profile::to_bytes), [`Embedding::encode`](crate::Embedding::encode)). It has one space and
//! refuses values of another.
//!
//! May use `error`, `space`, and of `profile` the ids of faces and what users said of them. The only `unsafe` code is in `generation`:
//! opening a file that LMDB maps into memory.
//!
//! | in the folder | what |
//! |---|---|
//! | `facecore-store` | says that this is a store; empty |
//! | `generation-N/data.mdb`, `lock.mdb` | LMDB's files; compaction writes generation N + 1, then removes N |
//! | `generation-N.part` | a generation that is being written |
//!
//! All keys are big-endian, so that LMDB's order is the order of numbers; each value ends in the CRC-32 of key and value.
//!
//! | table | key | value |
//! |---|---|---|
//! | `state` | `state` | layout 1, moved (0 or 1), the space, and as u64 iterations: current, previous, next, last, and those in the three slots |
//! | `state` | `progress` | how far a rebuild is, in its own words |
//! | `state` | `version` | u64: how often profiles were written, in commits |
//! | `profiles-0`, `-1`, `-2` (slots) | user u64 | a profile's bytes |
//! | `faces` | user u64, photo u64, face u16 | a stored face's bytes |
//! | `opinions` | user u64, photo u64, face u16 | 1 confirm, 2 reject, 3 remove |
//! | `opted-out` | user u64 | nothing |
//! | `findable` | user u64 | nothing: strangers may find the user by a face |
//! | `clones` | user u64, user u64 (each pair in both orders) | 1 open, 2 confirmed, 3 rejected, 4 known; cosine f32 |
//! | `live` | user u64 | nothing: written or erased since the rebuild of the next iteration began |

mod batch;
mod clones;
mod compaction;
mod folder;
mod generation;
mod iterations;
mod options;
mod profile_store;
mod progress;
mod record;
mod state;
#[cfg(test)]
mod tests;
mod version;

pub use batch::Batch;
pub use clones::{CloneEvent, CloneState};
pub use compaction::StoreReport;
pub use options::{Durability, StoreOptions};
pub use profile_store::{ProfileStore, StoreSize};
pub use state::Iterations;
