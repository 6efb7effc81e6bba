//! Photo → the faces of an album: found, embedded, their age and sex read, non-faces marked. Builds of profiles start from these.
//!
//! May use: `attributes`, `detect`, `embed`, `engine`, `error`, `geometry`, `photo`, `profile`.

use std::fmt;

use crate::attributes::Attributes;
use crate::detect::{DetectOptions, Face};
use crate::embed::{FaceQuality, NonFaceFilter};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::photo::Photo;
use crate::profile::{AlbumFace, PhotoMeta, StoredFace};

/// Reads the photos of albums. Made once for many threads and albums.
///
/// ```no_run
/// # use facecore::profile::{Builder, Feedback, Owner, PhotoMeta, Session, Settings};
/// # use facecore::{AlbumReader, DetectOptions, Engine, Limits, Photo};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (photos, owner) = (Vec::<PhotoMeta>::new(), Owner::default());
/// let engine = Engine::open("models")?;
/// let reader = AlbumReader::new(&engine, DetectOptions::default())?;
/// let builder = Builder::new(Settings::for_space(engine.space().unwrap()).ok_or("no numbers")?)?;
/// let mut session = Session::new(&builder, photos, owner, Feedback::default())?;
/// while let Some(photo) = session.wants().first().copied() {
///     let meta = PhotoMeta { id: photo, ..PhotoMeta::default() };
///     let faces = reader.read_stored(&Photo::decode(&std::fs::read(format!("{photo}.jpg"))?, &Limits::default())?, &meta)?;
///     session.give_stored(photo, &faces)?;
/// }
/// let build = session.finish()?;
/// # Ok(())
/// # }
/// ```
pub struct AlbumReader<'a> {
    engine: &'a Engine,
    options: DetectOptions,
    attributes: Option<&'a Attributes>,
    non_faces: Option<&'a NonFaceFilter>,
}

/// A face of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundFace {
    /// Where it is.
    pub face: Face,
    /// What an album knows of it; `None` if no embedding can be made of it.
    pub usable: Option<AlbumFace>,
}

impl<'a> AlbumReader<'a> {
    /// A reader that asks the non-face filter of the engine's space, if one comes with it.
    ///
    /// # Errors
    /// [`Error::NoEmbedder`] if the engine only detects.
    pub fn new(engine: &'a Engine, options: DetectOptions) -> Result<Self> {
        let space = engine.space().ok_or(Error::NoEmbedder)?;
        Ok(Self { engine, options, attributes: None, non_faces: NonFaceFilter::bundled(space) })
    }

    /// Reads age and sex as well.
    pub fn with_attributes(self, attributes: &'a Attributes) -> Self {
        Self { attributes: Some(attributes), ..self }
    }

    /// Takes this filter in place of the one that comes with the space.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] for a filter of another space than the engine's.
    pub fn with_non_face_filter(self, filter: &'a NonFaceFilter) -> Result<Self> {
        match self.engine.space() {
            Some(space) if space != filter.space() => Err(Error::SpaceMismatch { left: space, right: filter.space() }),
            _ => Ok(Self { non_faces: Some(filter), ..self }),
        }
    }

    /// All faces of a photo, in the detector's order.
    ///
    /// # Errors
    /// Those of [`Engine::detect`].
    pub fn read(&self, photo: &Photo<'_>) -> Result<Vec<FoundFace>> {
        let faces = self.engine.detect(photo, &self.options)?.faces;
        let look = |face: Face| {
            let usable = self.look(photo, &face)?;
            Ok(FoundFace { face, usable })
        };
        faces.into_iter().map(look).collect()
    }

    /// A photo's faces as they are after they were stored and read again, in the detector's order; `None` for a face without an embedding. Storing
    /// rounds numbers. A build from these ([`Session::give_stored`](crate::profile::Session::give_stored)) therefore has the same result as a later
    /// one from the stored bytes.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn read_stored(&self, photo: &Photo<'_>, meta: &PhotoMeta) -> Result<Vec<Option<StoredFace>>> {
        let keep = |found: FoundFace| {
            let FoundFace { face: place, usable } = found;
            let BoundingBox { x1, y1, x2, y2 } = place.bounding_box;
            let quality = || FaceQuality::measure(photo, &place.bounding_box, &place.landmarks, place.score).ok();
            let kept = usable.map(|face| StoredFace {
                photo: meta.clone(),
                face,
                area: [x1, y1, x2, y2],
                quality: quality().map(|quality| quality.value()),
            });
            kept.map(|kept| StoredFace::from_bytes(&kept.to_bytes())).transpose()
        };
        self.read(photo)?.into_iter().map(keep).collect()
    }

    fn look(&self, photo: &Photo<'_>, face: &Face) -> Result<Option<AlbumFace>> {
        let Ok(embedding) = self.engine.embed_face(photo, face) else { return Ok(None) };
        let non_face = match self.non_faces {
            Some(filter) => filter.judge(&embedding)?.non_face,
            None => false,
        };
        let mut found = AlbumFace::new(embedding, face.bounding_box.width(), face.score);
        found.non_face = non_face;
        // Without landmarks that can be used these are unknown, no more.
        if let Some(read) = self.attributes.and_then(|attributes| attributes.read(photo, face).ok()) {
            (found.age, found.female) = (Some(read.age), Some(read.female));
        }
        Ok(Some(found))
    }
}

impl fmt::Debug for AlbumReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options, attributes, non_faces, .. } = self;
        let mut shown = f.debug_struct("AlbumReader");
        shown.field("options", options).field("attributes", &attributes.is_some());
        shown.field("non_faces", &non_faces.is_some()).finish_non_exhaustive()
    }
}
