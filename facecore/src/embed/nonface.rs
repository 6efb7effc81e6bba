//! Detections that are no faces: carpets, roses, foliage. Their embeddings lie together, away from faces.

mod build;

use std::sync::LazyLock;

use super::embedding::Embedding;
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// Tells non-faces by their embeddings: an embedding is no face if it is nearer to a centroid of non-faces than faces ever come.
///
/// ```
/// # use facecore::{Embedding, NonFaceFilter, SpaceId};
/// let space = SpaceId(*b"example!");
/// let vector = |x, y, z| Embedding::new(space, vec![x, y, z]).unwrap();
/// let filter = NonFaceFilter::new(vec![(vector(1.0, 0.0, 0.0), 0.7)])?;
/// assert!(filter.judge(&vector(0.8, 0.6, 0.0))?.non_face);
/// assert!(!filter.judge(&vector(0.6, 0.8, 0.0))?.non_face);
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NonFaceFilter {
    centroids: Vec<(Embedding, f32)>,
}

/// What a [`NonFaceFilter`] says of an embedding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NonFaceVerdict {
    /// Whether it is no face.
    pub non_face: bool,
    /// By how much the cosine to a centroid exceeds that centroid's threshold, at the centroid where this is largest; above 0 for
    /// a non-face.
    pub excess: f32,
    /// The centroid with that excess.
    pub centroid: usize,
}

/// The filter as a net of two layers: `hidden_i = max(0, weights_i · x − biases_i)`, non-face if the sum of the hidden units is
/// above 0. The same answers by construction: a sum of numbers that are not negative is above 0 if one of them is.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoLayerNet {
    /// A row for each hidden unit: the centroid.
    pub weights: Vec<Vec<f32>>,
    /// A number for each hidden unit: the threshold.
    pub biases: Vec<f32>,
}

impl TwoLayerNet {
    /// The output for an embedding's values; above 0 for a non-face.
    pub fn output(&self, values: &[f32]) -> f32 {
        let hidden = |(weights, bias): (&Vec<f32>, &f32)| {
            let product = super::embedding::dot(weights, values);
            (product.clamp(-1.0, 1.0) - bias).max(0.0)
        };
        self.weights.iter().zip(&self.biases).map(hidden).sum()
    }
}

const MAGIC: [u8; 4] = *b"FCN1";

impl NonFaceFilter {
    /// The most centroids a filter can have.
    pub const MAX_CENTROIDS: usize = 1_024;

    /// A filter of centroids, each with the cosine above which a vector is no face.
    ///
    /// # Errors
    /// [`Error::NonFace`] without centroids, with too many, or for a threshold outside −1…1; the errors of comparing them.
    pub fn new(centroids: Vec<(Embedding, f32)>) -> Result<Self> {
        let wrong = |reason: &str| Err(Error::NonFace { reason: reason.into() });
        let Some((first, _)) = centroids.first() else { return wrong("a filter needs a centroid") };
        if centroids.len() > Self::MAX_CENTROIDS {
            return wrong("a filter has at most 1,024 centroids");
        }
        if !centroids.iter().all(|(_, threshold)| (-1.0..=1.0).contains(threshold)) {
            return wrong("a threshold is not from -1 to 1");
        }
        centroids.iter().try_for_each(|(centroid, _)| first.check_comparable(centroid))?;
        Ok(Self { centroids })
    }

    /// The filter that comes with an embedder of this project; `None` for another space.
    pub fn bundled(space: SpaceId) -> Option<&'static Self> {
        const FILES: [&[u8]; 3] = [
            include_bytes!("../../nonface/facenet-ms1m-128.fcn"),
            include_bytes!("../../nonface/facenet-casia-512.fcn"),
            include_bytes!("../../nonface/sface.fcn"),
        ];
        static FILTERS: LazyLock<Vec<NonFaceFilter>> =
            LazyLock::new(|| FILES.iter().filter_map(|bytes| NonFaceFilter::read(bytes).ok()).collect());
        FILTERS.iter().find(|filter| filter.space() == space)
    }

    /// The space of the embeddings that it judges.
    pub fn space(&self) -> SpaceId {
        self.centroids[0].0.space()
    }

    /// The centroids with their thresholds.
    pub fn centroids(&self) -> &[(Embedding, f32)] {
        &self.centroids
    }

    /// Judges an embedding.
    ///
    /// # Errors
    /// The errors of [`Embedding::cosine`].
    pub fn judge(&self, face: &Embedding) -> Result<NonFaceVerdict> {
        let mut verdict = NonFaceVerdict { non_face: false, excess: f32::NEG_INFINITY, centroid: 0 };
        for (at, (centroid, threshold)) in self.centroids.iter().enumerate() {
            let excess = face.cosine(centroid)? - threshold;
            if excess > verdict.excess {
                verdict = NonFaceVerdict { non_face: excess > 0.0, excess, centroid: at };
            }
        }
        Ok(verdict)
    }

    /// The same filter as a net of two layers.
    pub fn two_layer_net(&self) -> TwoLayerNet {
        TwoLayerNet {
            weights: self.centroids.iter().map(|(centroid, _)| centroid.as_slice().to_vec()).collect(),
            biases: self.centroids.iter().map(|(_, threshold)| *threshold).collect(),
        }
    }

    /// The filter as bytes: `FCN1`, the number of centroids (u16), the length of each record (u32), then for each its
    /// threshold (f32) and its [encoding](Embedding::encode) as f32. All little-endian.
    pub fn write(&self) -> Vec<u8> {
        let record = |(centroid, threshold): &(Embedding, f32)| {
            [&threshold.to_le_bytes()[..], &centroid.encode(super::Encoding::F32)].concat()
        };
        let records: Vec<Vec<u8>> = self.centroids.iter().map(record).collect();
        let mut bytes = MAGIC.to_vec();
        bytes.extend((records.len() as u16).to_le_bytes());
        bytes.extend((records[0].len() as u32).to_le_bytes());
        bytes.extend(records.concat());
        bytes
    }

    /// Reads what [`write`](Self::write) wrote; the bytes are not trusted.
    ///
    /// # Errors
    /// [`Error::NonFace`] for anything else, and the errors of [`Embedding::decode`].
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let wrong = || Error::NonFace { reason: "the bytes are no filter".into() };
        let (header, records) = bytes.split_first_chunk::<10>().ok_or_else(wrong)?;
        let [m0, m1, m2, m3, n0, n1, size @ ..] = *header;
        let count = usize::from(u16::from_le_bytes([n0, n1]));
        let size = u32::from_le_bytes(size) as usize;
        if [m0, m1, m2, m3] != MAGIC || size < 5 || count.checked_mul(size) != Some(records.len()) {
            return Err(wrong());
        }
        let record = |record: &[u8]| {
            let (threshold, centroid) = record.split_first_chunk().ok_or_else(wrong)?;
            Ok((Embedding::decode(centroid)?, f32::from_le_bytes(*threshold)))
        };
        Self::new(records.chunks_exact(size).map(record).collect::<Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPACE: SpaceId = SpaceId([3; 8]);

    fn vector(values: &[f32]) -> Embedding {
        Embedding::new(SPACE, values.to_vec()).unwrap()
    }

    fn filter() -> NonFaceFilter {
        NonFaceFilter::new(vec![(vector(&[1.0, 0.2, 0.0]), 0.7), (vector(&[0.0, -1.0, 0.5]), 0.6)]).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = filter().write();
        assert_eq!(NonFaceFilter::read(&bytes).unwrap(), filter());
        for bad in [&bytes[..bytes.len() - 1], &[&bytes[..], &[0]].concat(), &bytes[1..], &[], b"FCN1\0\0\x05\0\0\0"] {
            assert!(NonFaceFilter::read(bad).is_err());
        }
    }

    #[test]
    fn a_filter_is_of_one_space() {
        let foreign = Embedding::new(SpaceId([4; 8]), vec![1.0, 0.0, 0.0]).unwrap();
        assert_eq!(filter().judge(&foreign).unwrap_err().code(), "space-mismatch");
        assert_eq!(NonFaceFilter::new(vec![]).unwrap_err().code(), "non-face");
        assert_eq!(NonFaceFilter::new(vec![(vector(&[1.0]), f32::NAN)]).unwrap_err().code(), "non-face");
        assert!(NonFaceFilter::bundled(SPACE).is_none());
    }

    #[test]
    fn every_embedder_has_a_bundled_filter() {
        for space in ["e37f9c1f75f50abd", "eaef2de491fe8afb", "5e8e99d6f9fc842d"] {
            let space = space.parse().unwrap();
            let filter = NonFaceFilter::bundled(space).unwrap();
            assert_eq!(filter.space(), space);
            let net = filter.two_layer_net();
            for (centroid, _) in filter.centroids() {
                assert!(filter.judge(centroid).unwrap().non_face && net.output(centroid.as_slice()) > 0.0);
            }
        }
    }

    proptest! {
        #[test]
        fn the_net_of_two_layers_says_the_same(values in prop::array::uniform3(-1.0f32..1.0)) {
            prop_assume!(values.iter().any(|value| value.abs() > 1e-3));
            let face = vector(&values);
            let output = filter().two_layer_net().output(face.as_slice());
            prop_assert_eq!(filter().judge(&face).unwrap().non_face, output > 0.0);
        }

        #[test]
        fn any_bytes_are_a_filter_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = NonFaceFilter::read(&bytes);
            let _ = NonFaceFilter::read(&[b"FCN1", &bytes[..]].concat());
        }
    }
}
