//! Which photos of an album to look at first.

/// Where a photo comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Source {
    /// Nothing is known, as of a picture saved from the web.
    #[default]
    Unknown,
    /// A camera.
    Camera,
    /// A phone: its owner's own photo, most likely.
    Phone,
}

/// What is known of a photo without looking at it. Fill in what the service knows; [`read_exif`](super::read_exif) adds what the file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PhotoMeta {
    /// The photo's id in the service.
    pub id: u64,
    /// People whom users marked on it by hand.
    pub manual_tags: u32,
    /// Where it comes from.
    pub source: Source,
    /// Taken with the front camera: a selfie.
    pub front_camera: bool,
    /// Taken far from home: see [`mark_trips`].
    pub on_trip: bool,
    /// It is or was the owner's avatar.
    pub was_avatar: bool,
    /// Where it was taken: latitude and longitude in degrees.
    pub place: Option<[f64; 2]>,
}

impl PhotoMeta {
    /// How promising the photo is, 0…1. Each signal can only raise it.
    ///
    /// ```
    /// # use facecore::profile::PhotoMeta;
    /// let plain = PhotoMeta::default();
    /// let selfie = PhotoMeta { front_camera: true, ..PhotoMeta::default() };
    /// assert!(selfie.promise() > plain.promise());
    /// ```
    pub fn promise(&self) -> f32 {
        // In tenths: a mark by hand says that the face matters; an avatar that it is the owner's, or an idol's.
        let tags = match self.manual_tags {
            0 => 0.0,
            1 => 2.5,
            _ => 3.0,
        };
        let source = match self.source {
            Source::Unknown => 0.0,
            Source::Camera => 0.5,
            Source::Phone => 1.0,
        };
        let flag = |is: bool, worth: f32| if is { worth } else { 0.0 };
        (tags + source + flag(self.front_camera, 2.5) + flag(self.on_trip, 1.0) + flag(self.was_avatar, 2.5)) / 10.0
    }
}

/// The most promising photos, best first, at most `max`; of two alike the one with the smaller id. An id that comes twice counts once,
/// with its better entry.
///
/// ```
/// # use facecore::profile::{PhotoMeta, select_photos};
/// let photos = [PhotoMeta { id: 1, ..Default::default() }, PhotoMeta { id: 2, was_avatar: true, ..Default::default() }];
/// assert_eq!(select_photos(&photos, 100), [2, 1]);
/// ```
pub fn select_photos(photos: &[PhotoMeta], max: usize) -> Vec<u64> {
    let mut ranked: Vec<_> = photos.iter().map(|photo| (photo.promise(), photo.id)).collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut seen = std::collections::HashSet::new();
    ranked.into_iter().map(|(_, id)| id).filter(|id| seen.insert(*id)).take(max).collect()
}

/// Marks the photos taken more than `kilometres` from the album's usual place (the median of its places). Photos without a place, and
/// albums with fewer than five places, are left as they are.
pub fn mark_trips(photos: &mut [PhotoMeta], kilometres: f64) {
    let median = |axis: usize| {
        let mut values: Vec<f64> = photos.iter().filter_map(|photo| Some(photo.place?[axis])).collect();
        values.sort_unstable_by(f64::total_cmp);
        (values.len() >= 5).then(|| values[values.len() / 2])
    };
    let (Some(latitude), Some(longitude)) = (median(0), median(1)) else {
        return;
    };
    for photo in photos {
        if photo.place.is_some_and(|place| distance(place, [latitude, longitude]) > kilometres) {
            photo.on_trip = true;
        }
    }
}

/// Great-circle distance in kilometres (haversine).
fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    let [latitude_a, longitude_a, latitude_b, longitude_b] = [a[0], a[1], b[0], b[1]].map(f64::to_radians);
    let half = |x: f64| (x / 2.0).sin().powi(2);
    let chord = half(latitude_b - latitude_a) + latitude_a.cos() * latitude_b.cos() * half(longitude_b - longitude_a);
    2.0 * 6371.0 * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_photo() -> impl Strategy<Value = PhotoMeta> {
        let source = prop::sample::select(vec![Source::Unknown, Source::Camera, Source::Phone]);
        (0u64..30, 0u32..4, source, any::<[bool; 3]>()).prop_map(|(id, manual_tags, source, flags)| {
            let [front_camera, on_trip, was_avatar] = flags;
            PhotoMeta { id, manual_tags, source, front_camera, on_trip, was_avatar, place: None }
        })
    }

    proptest! {
        /// The photo with the signal is never ranked lower than without it.
        #[test]
        fn a_signal_never_lowers_the_rank(mut photos in prop::collection::vec(any_photo(), 1..20), signal in 0..5) {
            for (id, photo) in photos.iter_mut().enumerate() {
                photo.id = id as u64;
            }
            let rank = |photos: &[PhotoMeta]| select_photos(photos, 100).iter().position(|&id| id == 0);
            let before = rank(&photos);
            match signal {
                0 => photos[0].manual_tags += 1,
                1 => photos[0].source = Source::Phone,
                2 => photos[0].front_camera = true,
                3 => photos[0].on_trip = true,
                _ => photos[0].was_avatar = true,
            }
            prop_assert!(rank(&photos) <= before);
            prop_assert!((0.0..=1.0).contains(&photos[0].promise()));
        }

        #[test]
        fn the_order_of_the_album_does_not_matter(photos in prop::collection::vec(any_photo(), 0..30), max in 0usize..20) {
            let chosen = select_photos(&photos, max);
            let mut reversed = photos.clone();
            reversed.reverse();
            prop_assert_eq!(&chosen, &select_photos(&reversed, max));
            prop_assert!(chosen.len() <= max);
        }
    }

    #[test]
    fn a_trip_is_far_from_the_usual_place() {
        let moscow = Some([55.75, 37.62]);
        let mut photos: Vec<_> = (0..6).map(|id| PhotoMeta { id, place: moscow, ..Default::default() }).collect();
        photos[0].place = Some([43.60, 39.73]); // Sochi
        photos[1].place = None;
        mark_trips(&mut photos, 100.0);
        let trips: Vec<_> = photos.iter().filter(|photo| photo.on_trip).map(|photo| photo.id).collect();
        assert_eq!(trips, [0]);
        assert!((distance([55.75, 37.62], [43.60, 39.73]) - 1361.0).abs() < 5.0);
        let mut few = vec![PhotoMeta { place: moscow, ..Default::default() }; 4];
        mark_trips(&mut few, 0.0);
        assert!(few.iter().all(|photo| !photo.on_trip));
    }
}
