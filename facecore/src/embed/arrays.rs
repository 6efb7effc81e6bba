//! Embeddings as arrays of the crate `ndarray`, for programs that compute with those (feature `ndarray`).

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::Embedding;
use crate::error::{Error, Result};
use crate::space::SpaceId;

impl Embedding {
    /// The values as an array, without a copy; the sum of their squares is 1.
    ///
    /// ```
    /// # use facecore::{Embedding, SpaceId};
    /// let face = Embedding::new(SpaceId(*b"example!"), vec![3.0, 4.0])?;
    /// assert_eq!(face.as_array().dot(&face.as_array()), 1.0);
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn as_array(&self) -> ArrayView1<'_, f32> {
        ArrayView1::from(self.as_slice())
    }

    /// [`Embedding::new`] of an array's values.
    ///
    /// # Errors
    /// As [`Embedding::new`].
    pub fn from_array(space: SpaceId, values: ArrayView1<'_, f32>) -> Result<Self> {
        Self::new(space, values.to_vec())
    }

    /// Embeddings of one space as the rows of a matrix, `[faces, values]`; without any it is empty.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] for embeddings that cannot be compared.
    ///
    /// ```
    /// # use facecore::{Embedding, SpaceId};
    /// let space = SpaceId(*b"example!");
    /// let faces = [Embedding::new(space, vec![3.0, 4.0])?, Embedding::new(space, vec![4.0, 3.0])?];
    /// let rows = Embedding::to_rows(&faces)?;
    /// let cosines = rows.dot(&rows.t()); // of each with each
    /// assert!((cosines[[0, 1]] - faces[0].cosine(&faces[1])?).abs() < 1e-6);
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn to_rows(faces: &[Self]) -> Result<Array2<f32>> {
        let Some(first) = faces.first() else { return Ok(Array2::zeros((0, 0))) };
        faces.iter().try_for_each(|face| first.check_comparable(face))?;
        let values = faces.iter().flat_map(Self::as_slice).copied().collect();
        Array2::from_shape_vec((faces.len(), first.len()), values)
            .map_err(|error| Error::Embedding { reason: error.to_string() })
    }

    /// An embedding from each row of a matrix `[faces, values]`, scaled to length 1.
    ///
    /// # Errors
    /// As [`Embedding::new`], for the first row that is none.
    pub fn from_rows(space: SpaceId, rows: ArrayView2<'_, f32>) -> Result<Vec<Self>> {
        rows.rows().into_iter().map(|row| Self::from_array(space, row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: SpaceId = SpaceId([1; 8]);

    fn face(values: &[f32]) -> Embedding {
        Embedding::new(SPACE, values.to_vec()).unwrap()
    }

    #[test]
    fn rows_are_the_embeddings_that_they_came_from() {
        let faces = [face(&[3.0, 4.0, 0.0]), face(&[0.0, 0.0, -2.0]), face(&[1.0, 0.0, 0.0])];
        let rows = Embedding::to_rows(&faces).unwrap();
        assert_eq!(rows.shape(), [3, 3]);
        assert_eq!(rows.row(0).to_vec(), faces[0].as_slice());
        let again = Embedding::from_rows(SPACE, rows.view()).unwrap();
        assert!(again.iter().zip(&faces).all(|(again, face)| again.cosine(face).unwrap() > 0.999_999));
        // Columns of a matrix lie apart in memory.
        let columns = Embedding::from_rows(SPACE, rows.t()).unwrap();
        assert_eq!(columns[0], face(&[0.6, 0.0, 1.0]));
        assert_eq!(Embedding::to_rows(&[]).unwrap().len(), 0);
    }

    #[test]
    fn what_is_no_embedding_is_an_error() {
        let other = Embedding::new(SpaceId([2; 8]), vec![1.0, 0.0]).unwrap();
        assert_eq!(Embedding::to_rows(&[face(&[1.0, 0.0]), other]).unwrap_err().code(), "space-mismatch");
        assert_eq!(Embedding::to_rows(&[face(&[1.0, 0.0]), face(&[1.0])]).unwrap_err().code(), "embedding");
        let zeros = Array2::zeros((1, 3));
        assert_eq!(Embedding::from_rows(SPACE, zeros.view()).unwrap_err().code(), "embedding");
        assert!(Embedding::from_array(SPACE, ndarray::aview1(&[f32::NAN])).is_err());
    }
}
