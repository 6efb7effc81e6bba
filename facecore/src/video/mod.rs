//! People in video: the frames that the caller decoded → tracks of faces → who is in the clip, and when.
//!
//! - [`Tracker`]: takes one frame after the other, finds faces on some of them and follows them on the others, and keeps of each track the
//!   embeddings of its best faces. It decodes nothing and keeps no frame.
//! - [`people`]: the tracks of one person, over shots, with one decision for each person.
//!
//! Inside: `picture` (a small grey copy of the frame), `flow` (where a face moved), `association` (which track each found face belongs
//! to), `views` (which views of a face are kept), `track`, `spending` (the budget).
//!
//! May use: `cluster`, `detect`, `embed`, `engine`, `error`, `geometry`, `matching`, `models`, `photo`, `space`.

mod association;
mod flow;
mod options;
mod people;
mod picture;
mod spending;
mod track;
mod tracker;
mod views;

pub use options::{TrackerOptions, TrackerStats};
pub use people::{ClipPerson, people};
pub use track::{KeptFace, Span, Track, TrackedFace};
pub use tracker::Tracker;
