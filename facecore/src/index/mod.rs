//! Search by cosine among millions of faces: one file, mapped into memory, with each face as 8-bit numbers and as signs.
//!
//! Two ways to search. [`Scan::Exact`] compares with every face. [`Scan::Signs`] looks at the signs of every face, a fraction of the work
//! on an eighth of the bytes, and compares with the few that are most alike by them. There is no graph and no tree: a face that was added is
//! found, one that was removed is not, and the memory is the file's.
//!
//! May use `embed`, `error`, `space`. `unsafe` code is in `mapping` (the file in memory) and `kernel` (vector instructions).
//!
//! # The file
//! Little-endian. A header of 4,096 bytes, then blocks of 4,096 faces; the last block has room for faces to come.
//!
//! | at | what |
//! |---|---|
//! | 0 | `FCIX`, version 1, a zero, number of values `n` as u16, space (8 bytes), CRC-32 of these 16 bytes |
//! | 512, 1024 | a commit each: sequence u64, faces u64, CRC-32 of these 16 bytes; the valid one with the higher sequence holds |
//! | 1536 | which version of its source the index was made of, if it was said: u64, CRC-32 of these 8 bytes |
//! | 4096 + i · block | block i |
//!
//! | in a block, 4,096 times each | what |
//! |---|---|
//! | u8 | 1 while the face is there, 0 after it was removed |
//! | u64 | the id |
//! | f32 | 1 / length of the 8-bit vector |
//! | u32 | CRC-32 of id, factor and values of this face |
//! | m/8 bytes | the signs, m is the power of two from n on, at least 64: for each 32 faces, m/4 times 16 bytes with four signs of each (`signs`) |
//! | n i8, padded with zeros to a multiple of 32 | the values, the largest as ±127 |
//!
//! Faces are written and synced first, then the commit that counts them: what a crash leaves behind is not counted.

mod face_index;
mod file;
mod kernel;
mod layout;
mod mapping;
mod pairs;
mod row;
mod scan;
mod search;
mod signs;
#[cfg(test)]
mod tests;
mod writing;

pub use face_index::{FaceIndex, IndexReport};
pub use pairs::AlikePair;
pub use search::{Hit, Scan, Search};
