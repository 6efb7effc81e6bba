//! Offsets: what is taken off the cosine of a pair, half of the crowding around each of its two faces.

/// What is taken off the cosine of a pair for each of its faces.
#[derive(Debug, Clone, PartialEq)]
pub struct Offsets {
    /// Of each face, in the order of the faces.
    pub(super) of_face: Vec<f32>,
    /// Of each face the groups (or people) towards which something else is taken off, by their label; empty if there are none.
    pub(super) towards: Vec<Vec<(usize, f32)>>,
}

impl Offsets {
    /// Offsets of 0 for this number of faces: the score is the plain cosine.
    pub fn none(faces: usize) -> Self {
        Self::of(vec![0.0; faces])
    }

    /// A number for each face, such as half of a crowding that is known from elsewhere.
    pub fn of(faces: Vec<f32>) -> Self {
        Self { of_face: faces, towards: Vec::new() }
    }

    /// The number of faces.
    pub(super) fn len(&self) -> usize {
        self.of_face.len()
    }
}
