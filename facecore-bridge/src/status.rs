//! The table of everything that can go wrong, for C and for Java.

/// What a call of facecore answered. Negative numbers are never used; a number keeps its meaning for ever.
///
/// The hundreds are groups: 1xx the caller's arguments, 2xx the photo, 3xx the models, 4xx faces and embeddings,
/// 5xx evaluation, 6xx profiles, 7xx what is stored, 9xx a defect of facecore.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It worked.
    Ok = 0,
    /// A pointer that must not be NULL is NULL.
    NullArgument = 100,
    /// `struct_size` is not the size that this library knows, or a reserved byte is not 0.
    StructSize = 101,
    /// A number that its enumeration does not have, such as pixel format 0.
    UnknownValue = 102,
    /// An option outside its range.
    Option = 103,
    /// Text that is not UTF-8.
    Text = 104,
    /// A buffer shorter than what must be written to it, or longer than an address space.
    BufferSize = 105,
    /// The bytes are no photo that can be decoded.
    Decode = 200,
    /// The bytes are in a format that is not read.
    UnknownFormat = 201,
    /// The input is larger than the limits allow.
    Limit = 202,
    /// A raw pixel view does not describe its buffer.
    RawPixels = 203,
    /// The photo is of a kind that is known but not read, such as a CCITT fax TIFF.
    UnreadKind = 204,
    /// A part of the photo cannot be read.
    Damaged = 205,
    /// A model's file is missing, altered or cannot be loaded.
    Model = 300,
    /// The engine was opened without a network for embeddings.
    NoEmbedder = 301,
    /// A face's box has no pixel inside the photo, or is no box.
    EmptyCrop = 400,
    /// A box without landmarks was given to a network that crops by landmarks.
    NeedsLandmarks = 403,
    /// Embeddings of two networks were compared.
    SpaceMismatch = 401,
    /// Numbers or bytes that are no embedding.
    Embedding = 402,
    /// An evaluation cannot be made from the data given.
    Evaluation = 500,
    /// A calibration is damaged, or was not made for what is asked.
    Calibration = 501,
    /// A filter against non-faces is damaged, or cannot be built from what was given.
    NonFace = 502,
    /// An adaptation of embeddings is damaged, or cannot be learned from what was given.
    Adaptation = 503,
    /// Bytes that are no profile.
    Profile = 600,
    /// A store of profiles cannot be opened, read or written.
    Store = 700,
    /// A store of profiles has reached the most bytes that it may take.
    StoreFull = 701,
    /// A store's file is not as it was written.
    StoreDamaged = 702,
    /// An index cannot be opened, searched or written.
    Index = 710,
    /// A defect of facecore; everything stays usable.
    Internal = 900,
    /// A defect of facecore that was caught as a panic; everything stays usable.
    Panic = 901,
}

/// Which class of exception a status becomes in Java.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exception {
    /// `FaceCoreException`: the base class.
    General,
    /// `PhotoException`: the photo is at fault, not the service.
    Photo,
    /// `ModelException`: the installation is at fault.
    Model,
    /// `InternalException`: facecore is at fault.
    Internal,
}

impl Exception {
    /// The simple name of the class, in package `io.facecore`.
    pub fn class(self) -> &'static str {
        match self {
            Self::General => "FaceCoreException",
            Self::Photo => "PhotoException",
            Self::Model => "ModelException",
            Self::Internal => "InternalException",
        }
    }
}

impl Status {
    /// The table: status, its name (the core's [`facecore::Error::code`] where it comes from there), its exception.
    pub const TABLE: &[(Self, &str, Exception)] = &[
        (Self::Ok, "ok", Exception::General),
        (Self::NullArgument, "null-argument", Exception::General),
        (Self::StructSize, "struct-size", Exception::General),
        (Self::UnknownValue, "unknown-value", Exception::General),
        (Self::Option, "option", Exception::General),
        (Self::Text, "text", Exception::General),
        (Self::BufferSize, "buffer-size", Exception::General),
        (Self::Decode, "decode", Exception::Photo),
        (Self::UnknownFormat, "unknown-format", Exception::Photo),
        (Self::Limit, "limit", Exception::Photo),
        (Self::RawPixels, "raw-pixels", Exception::Photo),
        (Self::UnreadKind, "unread-kind", Exception::Photo),
        (Self::Damaged, "damaged", Exception::Photo),
        (Self::Model, "model", Exception::Model),
        (Self::NoEmbedder, "no-embedder", Exception::Model),
        (Self::EmptyCrop, "empty-crop", Exception::General),
        (Self::NeedsLandmarks, "needs-landmarks", Exception::General),
        (Self::SpaceMismatch, "space-mismatch", Exception::General),
        (Self::Embedding, "embedding", Exception::General),
        (Self::Evaluation, "evaluation", Exception::General),
        (Self::Calibration, "calibration", Exception::General),
        (Self::NonFace, "non-face", Exception::General),
        (Self::Adaptation, "adaptation", Exception::General),
        (Self::Profile, "profile", Exception::General),
        (Self::Store, "store", Exception::General),
        (Self::StoreFull, "store-full", Exception::General),
        (Self::StoreDamaged, "store-damaged", Exception::General),
        (Self::Index, "index", Exception::General),
        (Self::Internal, "internal", Exception::Internal),
        (Self::Panic, "panic", Exception::Internal),
    ];

    /// The status of a core error's code. A test checks that the table has every code; a missing one would be [`Status::Internal`].
    pub fn of(code: &str) -> Self {
        Self::TABLE.iter().find(|row| row.1 == code).map_or(Self::Internal, |row| row.0)
    }

    /// The status with this number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::TABLE.iter().map(|row| row.0).find(|&status| status as i32 == number)
    }

    /// A stable lower-case name, such as `space-mismatch`.
    pub fn name(self) -> &'static str {
        Self::TABLE.iter().find(|row| row.0 == self).map_or("internal", |row| row.1)
    }

    /// The class of exception in Java.
    pub fn exception(self) -> Exception {
        Self::TABLE.iter().find(|row| row.0 == self).map_or(Exception::Internal, |row| row.2)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The codes of `Error::code`, read from its source: outside of the core the enum is `non_exhaustive`, so the compiler cannot list them.
    fn core_codes() -> Vec<&'static str> {
        let source = include_str!("../../facecore/src/error.rs");
        let body = source.split("pub fn code(&self)").nth(1).unwrap();
        let codes: Vec<_> = body.lines().filter_map(|line| line.split_once("=> \"")?.1.split_once('"')).collect();
        codes.into_iter().map(|found| found.0).collect()
    }

    #[test]
    fn every_error_of_the_core_has_a_status_of_its_own() {
        let codes = core_codes();
        assert!(codes.len() >= 12 && codes.contains(&"no-embedder"), "{codes:?}");
        for code in codes {
            assert_eq!(Status::of(code).name(), code, "give the core's error `{code}` a new number in status.rs");
        }
    }

    #[test]
    fn numbers_and_names_are_unique_and_found_again() {
        let numbers: HashSet<_> = Status::TABLE.iter().map(|row| row.0 as i32).collect();
        let names: HashSet<_> = Status::TABLE.iter().map(|row| row.1).collect();
        assert_eq!((numbers.len(), names.len()), (Status::TABLE.len(), Status::TABLE.len()));
        // Every variant of the enum has a row: counted in this file, since a forgotten row is what must be noticed.
        let body = include_str!("status.rs").split("pub enum Status {").nth(1).unwrap().split("\n}").next().unwrap();
        assert_eq!(body.lines().filter(|line| line.contains(" = ")).count(), Status::TABLE.len());
        for &(status, name, exception) in Status::TABLE {
            assert_eq!(Status::from_number(status as i32), Some(status));
            assert_eq!((status.name(), status.exception()), (name, exception));
        }
        assert_eq!(Status::from_number(-1), None);
    }
}
