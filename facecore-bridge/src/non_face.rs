//! Filters against non-faces.

use std::ops::Deref;

use facecore::{Embedding, NonFaceFilter, SpaceId};

use crate::{Failure, Result, Status};

/// A filter in the hands of another language. One that comes with the library is borrowed, not copied.
#[derive(Debug)]
pub enum Filter {
    /// It comes with the library.
    Bundled(&'static NonFaceFilter),
    /// The caller made it.
    Own(NonFaceFilter),
}

impl Filter {
    /// The filter that comes with a space.
    pub fn bundled(space: SpaceId) -> Result<Self> {
        let none =
            || Failure::new(Status::NonFace, format!("no filter against non-faces comes with the space {space}"));
        NonFaceFilter::bundled(space).map(Self::Bundled).ok_or_else(none)
    }
}

impl Deref for Filter {
    type Target = NonFaceFilter;

    fn deref(&self) -> &NonFaceFilter {
        match self {
            Self::Bundled(filter) => filter,
            Self::Own(filter) => filter,
        }
    }
}

/// How far an embedding lies among the non-faces of the filter that comes with its space.
pub fn non_face_excess(embedding: &Embedding) -> Result<f32> {
    Ok(Filter::bundled(embedding.space())?.judge(embedding)?.excess)
}
