//! What a photo's EXIF says of where it comes from.

use std::io::Cursor;

use exif::{Exif, In, Rational, Reader, Tag, Value};

use super::photos::{PhotoMeta, Source};

/// Makers whose cameras are phones.
const PHONES: [&str; 15] = [
    "apple",
    "google",
    "honor",
    "htc",
    "huawei",
    "infinix",
    "lg electronics",
    "meizu",
    "motorola",
    "nokia",
    "oneplus",
    "oppo",
    "realme",
    "vivo",
    "xiaomi",
];

/// Adds to `meta` what the photo's file says: phone or camera, front camera, place. Nothing where the file says nothing or is broken.
///
/// ```
/// # use facecore::profile::{PhotoMeta, read_exif};
/// let mut meta = PhotoMeta { id: 7, ..PhotoMeta::default() };
/// read_exif(b"no photo", &mut meta);
/// assert_eq!(meta, PhotoMeta { id: 7, ..PhotoMeta::default() });
/// ```
pub fn read_exif(bytes: &[u8], meta: &mut PhotoMeta) {
    let Ok(exif) = Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return;
    };
    let [make, model, lens] = [Tag::Make, Tag::Model, Tag::LensModel].map(|tag| text(&exif, tag));
    // Samsung makes both; its phones are "SM-…" or "Galaxy …".
    let is_phone = PHONES.iter().any(|phone| make.starts_with(phone))
        || (make.starts_with("samsung") && (model.contains("sm-") || model.contains("galaxy")));
    match (is_phone, make.is_empty()) {
        (true, _) => meta.source = Source::Phone,
        (false, false) if meta.source == Source::Unknown => meta.source = Source::Camera,
        _ => {}
    }
    meta.front_camera |= lens.contains("front");
    if let (Some(latitude), Some(longitude)) = (
        degrees(&exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, "s", 90.0),
        degrees(&exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, "w", 180.0),
    ) {
        meta.place = Some([latitude, longitude]);
    }
}

fn text(exif: &Exif, tag: Tag) -> String {
    match exif.get_field(tag, In::PRIMARY).map(|field| &field.value) {
        Some(Value::Ascii(lines)) => {
            lines.iter().flatten().map(|&byte| char::from(byte).to_ascii_lowercase()).collect()
        }
        _ => String::new(),
    }
}

fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: &str, most: f64) -> Option<f64> {
    let Some(Value::Rational(parts)) = exif.get_field(tag, In::PRIMARY).map(|field| &field.value) else {
        return None;
    };
    let [degrees, minutes, seconds] = parts.first_chunk()?.map(|part: Rational| part.to_f64());
    let value = degrees + minutes / 60.0 + seconds / 3600.0;
    let sign = if text(exif, reference).starts_with(negative) { -1.0 } else { 1.0 };
    (value.is_finite() && value <= most).then_some(sign * value)
}

#[cfg(test)]
mod tests {
    use exif::Field;
    use exif::experimental::Writer;

    use super::*;

    /// The EXIF part of a file, which is a file of its own kind (TIFF).
    fn photo(texts: &[(Tag, &str)], places: &[(Tag, [u32; 3])]) -> Vec<u8> {
        let text = |&(tag, text): &(Tag, &str)| (tag, Value::Ascii(vec![text.into()]));
        let place = |&(tag, parts): &(Tag, [u32; 3])| {
            (tag, Value::Rational(parts.map(|num| Rational { num, denom: 1 }).to_vec()))
        };
        let values = texts.iter().map(text).chain(places.iter().map(place));
        let fields: Vec<_> = values.map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value }).collect();
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut bytes = Cursor::new(Vec::new());
        writer.write(&mut bytes, true).unwrap();
        bytes.into_inner()
    }

    fn read(bytes: &[u8]) -> PhotoMeta {
        let mut meta = PhotoMeta::default();
        read_exif(bytes, &mut meta);
        meta
    }

    #[test]
    fn phones_cameras_and_places_are_told() {
        let place = [(Tag::GPSLatitude, [55, 45, 0]), (Tag::GPSLongitude, [37, 30, 36])];
        let lens = "iPhone 6 front camera 2.65mm f/2.2";
        let texts =
            [(Tag::Make, "Apple"), (Tag::LensModel, lens), (Tag::GPSLatitudeRef, "N"), (Tag::GPSLongitudeRef, "W")];
        let phone = read(&photo(&texts, &place));
        assert_eq!((phone.source, phone.front_camera), (Source::Phone, true));
        let place = phone.place.unwrap();
        assert!((place[0] - 55.75).abs() < 1e-9 && (place[1] + 37.51).abs() < 1e-9);
        let made = |make, model| read(&photo(&[(Tag::Make, make), (Tag::Model, model)], &[]));
        assert_eq!((made("Canon", "Canon EOS 5D").source, made("Canon", "").place), (Source::Camera, None));
        assert_eq!(made("SAMSUNG", "SM-G991B").source, Source::Phone);
        assert_eq!(made("SAMSUNG", "NX300").source, Source::Camera);
    }

    #[test]
    fn the_fixtures_and_broken_files_say_nothing_wrong() {
        let fixture = include_bytes!("../../../testdata/orientations/6.jpg");
        assert_eq!(read(fixture), PhotoMeta::default());
        let off_earth = [(Tag::GPSLatitude, [99, 0, 0]), (Tag::GPSLongitude, [1, 0, 0])];
        let good = photo(&[(Tag::Make, "Apple")], &off_earth);
        assert_eq!(read(&good), PhotoMeta { source: Source::Phone, ..PhotoMeta::default() });
        for length in 0..good.len() {
            read(&good[..length]);
        }
    }
}
