//! The one error type of the crate: what was wrong, with which input, and what to do.

use std::fmt::Display;

use crate::space::{ParseSpaceIdError, SpaceId};

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong. [`Error::code`] is the stable name that the command line, C and Java show.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no photo that can be decoded.
    #[error("cannot decode the photo: {reason}")]
    Decode {
        /// What the decoder said.
        reason: String,
    },
    /// The photo is of a kind that is known but not read; `docs/limits.md` has them all.
    #[error("{kind}; this build does not read it: convert it to JPEG or PNG")]
    UnreadKind {
        /// The kind in plain words, such as "a CCITT fax TIFF".
        kind: String,
    },
    /// A part of the photo cannot be read.
    #[error("the photo is damaged: {reason}; with `Damage::Keep` in `Limits`, what is whole of it is kept")]
    Damaged {
        /// What is wrong with it.
        reason: String,
    },
    /// The bytes are in a format that is not read.
    #[error("unknown photo format; JPEG, PNG, WebP, BMP, GIF and TIFF are read")]
    UnknownFormat,
    /// The input is larger than the caller allows.
    #[error("{what} is {actual}, the limit is {limit}; raise it in `Limits` if such photos are expected")]
    Limit {
        /// The quantity, such as "photo width in pixels".
        what: &'static str,
        /// What the input has.
        actual: u64,
        /// What is allowed.
        limit: u64,
    },
    /// A raw pixel view does not describe its buffer.
    #[error("bad raw pixels: {reason}")]
    RawPixels {
        /// Which number does not fit.
        reason: String,
    },
    /// A model's file is missing, altered or cannot be loaded.
    #[error("model {id}: {reason}")]
    Model {
        /// The model's id in the manifest.
        id: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// An option has a value outside its range.
    #[error("option {name}: {reason}")]
    Option {
        /// The option's name.
        name: &'static str,
        /// The allowed range.
        reason: String,
    },
    /// The engine was opened without a network for embeddings.
    #[error("this engine only detects; open it with `Engine::open` and a folder of models to embed faces")]
    NoEmbedder,
    /// A face's box has no pixel inside the photo, or is no box.
    #[error("the face's box {box_} has no pixels inside the photo")]
    EmptyCrop {
        /// The box as `x1,y1,x2,y2`.
        box_: String,
    },
    /// A network that is fed by landmarks was asked for what a box encloses.
    #[error(
        "{model} aligns a face by its five landmarks, and a box has none; use `Engine::embed` with a detected face"
    )]
    NeedsLandmarks {
        /// The model's id in the manifest.
        model: String,
    },
    /// Embeddings of two networks were compared.
    #[error("embeddings of two spaces cannot be compared: {left} and {right}; embed both faces with one model")]
    SpaceMismatch {
        /// The first space.
        left: SpaceId,
        /// The second space.
        right: SpaceId,
    },
    /// Numbers that are no embedding: wrong length, NaN, infinite or all zero.
    #[error("not an embedding: {reason}")]
    Embedding {
        /// What is wrong with them.
        reason: String,
    },
    /// Bytes that are no profile.
    #[error("not a profile: {reason}")]
    Profile {
        /// What is wrong with them.
        reason: String,
    },
    /// An evaluation cannot be made from the data given.
    #[error("cannot evaluate: {reason}")]
    Evaluation {
        /// What is missing.
        reason: String,
    },
    /// A calibration is damaged, or was not made for what is asked.
    #[error("calibration: {reason}")]
    Calibration {
        /// What is wrong or missing.
        reason: String,
    },
    /// A filter against non-faces is damaged, or cannot be built from what was given.
    #[error("non-face filter: {reason}")]
    NonFace {
        /// What is wrong or missing.
        reason: String,
    },
    /// An adaptation of embeddings is damaged, cannot be learned from what was given, or lost.
    #[error("adaptation: {reason}")]
    Adaptation {
        /// What is wrong or missing.
        reason: String,
    },
    /// A store of profiles cannot be opened, read or written.
    #[error("store: {reason}")]
    Store {
        /// What failed and what to do.
        reason: String,
    },
    /// A store of profiles has as many bytes as it may.
    #[error("the store is full; open it with a larger `StoreOptions::max_bytes`")]
    StoreFull,
    /// A store's file is not as it was written.
    #[error("the store is damaged: {reason}")]
    StoreDamaged {
        /// Where, and what to do.
        reason: String,
    },
    /// An index of faces cannot be opened, searched or written.
    #[error("index: {reason}")]
    Index {
        /// What failed and what to do.
        reason: String,
    },
    /// A defect of facecore itself; the engine stays usable.
    #[error("internal error: {reason}; please report it")]
    Internal {
        /// What was seen.
        reason: String,
    },
}

impl From<ParseSpaceIdError> for Error {
    /// [`Error::Embedding`].
    fn from(error: ParseSpaceIdError) -> Self {
        Self::Embedding { reason: error.to_string() }
    }
}

impl Error {
    pub(crate) fn model(id: &str, reason: impl Display) -> Self {
        Self::Model { id: id.into(), reason: format!("{reason:#}") }
    }

    /// A stable lower-case name of the kind of error, such as `decode` or `space-mismatch`.
    ///
    /// ```
    /// assert_eq!(facecore::Error::NoEmbedder.code(), "no-embedder");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Self::Decode { .. } => "decode",
            Self::UnknownFormat => "unknown-format",
            Self::UnreadKind { .. } => "unread-kind",
            Self::Damaged { .. } => "damaged",
            Self::Limit { .. } => "limit",
            Self::RawPixels { .. } => "raw-pixels",
            Self::Model { .. } => "model",
            Self::Option { .. } => "option",
            Self::NoEmbedder => "no-embedder",
            Self::EmptyCrop { .. } => "empty-crop",
            Self::NeedsLandmarks { .. } => "needs-landmarks",
            Self::SpaceMismatch { .. } => "space-mismatch",
            Self::Embedding { .. } => "embedding",
            Self::Profile { .. } => "profile",
            Self::Evaluation { .. } => "evaluation",
            Self::Calibration { .. } => "calibration",
            Self::NonFace { .. } => "non-face",
            Self::Adaptation { .. } => "adaptation",
            Self::Store { .. } => "store",
            Self::StoreFull => "store-full",
            Self::StoreDamaged { .. } => "store-damaged",
            Self::Index { .. } => "index",
            Self::Internal { .. } => "internal",
        }
    }
}
