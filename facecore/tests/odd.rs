//! Photos that are right but rare, damaged ones, and huge ones: read as they are meant, or an error that says what is the matter.
//!
//! `testdata/odd.py` made the files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-mtcnn"))]

use std::path::{Path, PathBuf};

use facecore::{Damage, DetectOptions, Engine, Error, Limits, Orientation, Photo};

fn testdata(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(file)
}

fn odd(file: &str) -> Vec<u8> {
    std::fs::read(testdata("odd").join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn strict(bytes: &[u8]) -> Photo<'static> {
    Photo::decode(bytes, &Limits::default()).unwrap()
}

fn lenient(bytes: &[u8]) -> Photo<'static> {
    Photo::decode(bytes, &Limits { damage: Damage::Keep, ..Limits::default() }).unwrap()
}

fn error(bytes: &[u8]) -> Error {
    Photo::decode(bytes, &Limits::default()).unwrap_err()
}

/// The mean difference of two photos' channels, from row `from` up to `to`.
fn difference(a: &Photo<'_>, b: &Photo<'_>, from: u32, to: u32) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let rows = (from..to).flat_map(|y| a.row(y).iter().zip(b.row(y)));
    rows.map(|(&a, &b)| f64::from(a.abs_diff(b))).sum::<f64>() / f64::from(3 * (to - from) * a.width())
}

fn assert_same(file: &str, original: &str, most: f64) {
    let (photo, original) = (strict(&odd(file)), strict(&odd(original)));
    let found = difference(&photo, &original, 0, photo.height());
    assert!(found <= most, "{file} differs by {found}");
}

#[test]
fn every_way_to_say_how_a_photo_lies_is_obeyed() {
    for file in ["byte", "short", "long", "xmp"] {
        let file = format!("orientation-{file}.jpg");
        assert_eq!(strict(&odd(&file)).orientation(), Orientation::Rotate90, "{file}");
        // Its blocks are cut along other rows, so that it is not the same to the bit.
        assert_same(&file, "half.jpg", 3.0);
    }
    for file in ["behind.png", "profile.png", "xmp.png", "exif-twice.webp"] {
        assert_same(&format!("orientation-{file}"), "small.png", 0.0);
    }
    assert_eq!(strict(&odd("orientation.tif")).orientation(), Orientation::Rotate180);
}

#[test]
fn pixels_are_those_of_libjpeg_to_the_bit() {
    for sampling in ["420", "422", "440", "444"] {
        assert_same(&format!("pixels-{sampling}.jpg"), &format!("pixels-{sampling}.png"), 0.0);
    }
}

#[test]
fn any_order_of_scans_and_any_sampling_shows_the_same_picture() {
    for file in ["scan-per-component", "scan-luma-last", "progressive", "restarts", "height-behind"] {
        assert_same(&format!("{file}.jpg"), "half.jpg", 0.0);
    }
    for file in ["luma-coarser", "three-across", "four-down"] {
        assert_same(&format!("sampling-{file}.jpg"), "half.jpg", 6.0);
    }
}

#[test]
fn faces_are_found_in_odd_photos() {
    let engine = Engine::detector_only().unwrap();
    for file in ["half", "orientation-long", "scan-per-component", "scan-luma-last", "sampling-luma-coarser"] {
        let photo = strict(&odd(&format!("{file}.jpg")));
        let found = engine.detect(&photo, &DetectOptions::default()).unwrap();
        assert_eq!((photo.width(), found.faces.len()), (600, 3), "{file}");
    }
}

#[test]
fn tiffs_of_every_layout_show_the_same_picture() {
    for file in ["tiles-planes", "planes", "big", "tiles-predictor", "fill-order", "big-endian"] {
        assert_same(&format!("{file}.tif"), "small.png", 0.0);
    }
    assert_same("jpeg.tif", "small.png", 6.0);
    assert_same("palette.tif", "small.png", 16.0);
    // Ink is a plain conversion in whole numbers.
    assert_same("inks.tif", "small.png", 1.0);
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let kind = |file: &str| match error(&odd(file)) {
        Error::UnreadKind { kind } => kind,
        other => panic!("{file}: {other}"),
    };
    assert_eq!(kind("arithmetic.jpg"), "a JPEG with arithmetic coding");
    assert_eq!(kind("fax.tif"), "a CCITT fax TIFF");
    assert_eq!(kind("zstandard.tif"), "a TIFF with Zstandard compression");
    assert!(error(&odd("fax.tif")).to_string().contains("convert it to JPEG or PNG"));
}

#[cfg(not(feature = "heif"))]
#[test]
fn photos_of_apple_phones_are_named() {
    for (file, kind) in [("photo.heic", "a HEIC photo"), ("photo.avif", "an AVIF photo")] {
        let error = error(&odd(file));
        assert_eq!(error.code(), "unread-kind");
        assert!(error.to_string().starts_with(&format!("{kind}; this build does not read it: convert it")), "{error}");
    }
    assert!(!Photo::formats().contains(&"heic"));
}

#[cfg(feature = "heif")]
mod heif {
    use super::*;

    #[test]
    fn photos_of_apple_phones_show_the_same_picture() {
        for file in ["photo.heic", "photo.avif", "turned.heic", "deep.heic"] {
            assert_same(file, "small.png", 6.0);
        }
        assert_eq!(Photo::formats()[6..], ["heic", "avif"]);
    }

    #[test]
    fn transparent_pixels_show_white() {
        let (seen, small) = (strict(&odd("half-seen.avif")), strict(&odd("small.png")));
        let (row, whole) = (seen.row(50), small.row(50));
        let [hidden, shown] = [10..60, 90..140].map(|x| 3 * x.start..3 * x.end);
        assert!(row[hidden].iter().all(|&channel| channel > 250));
        let apart =
            row[shown.clone()].iter().zip(&whole[shown]).map(|(a, b)| i32::from(a.abs_diff(*b))).sum::<i32>() / 150;
        assert!(apart < 8, "{apart}");
    }

    #[test]
    fn what_is_too_large_or_broken_is_an_error() {
        let bytes = odd("photo.heic");
        let limits = Limits { max_pixels: 1000, ..Limits::default() };
        assert_eq!(Photo::decode(&bytes, &limits).unwrap_err().code(), "limit");
        for file in ["photo.heic", "photo.avif", "turned.heic", "deep.heic", "half-seen.avif"] {
            let bytes = odd(file);
            for cut in (12..bytes.len()).step_by(bytes.len() / 40) {
                assert!(
                    matches!(error(&bytes[..cut]), Error::Decode { .. } | Error::UnreadKind { .. }),
                    "{file} cut at {cut}"
                );
            }
            for at in (0..bytes.len()).step_by(bytes.len() / 60) {
                let mut changed = bytes.clone();
                changed[at] ^= 0x55;
                // Whatever comes of it, the process goes on.
                let _ = Photo::decode(&changed, &Limits::default());
            }
        }
    }
}

/// Each is laid out for decoding only where a scan uses it: else this would take minutes.
#[test]
fn a_million_tables_change_nothing() {
    let bytes = odd("half.jpg");
    let scan = bytes.windows(2).position(|marker| marker == [0xFF, 0xDA]).unwrap();
    // AC codes of table 3, which no scan uses: one code of one bit.
    let table = [&[0x13, 1][..], &[0; 15], &[1]].concat();
    let segment = [&[0xFF, 0xC4][..], &(2 + 18 * 3600_u16).to_be_bytes(), &table.repeat(3600)].concat();
    let hostile = [&bytes[..scan], &segment.repeat(280), &bytes[scan..]].concat();
    let limits = Limits { reduce_jpeg_above: 100_000, ..Limits::default() };
    let [whole, reduced] = [&bytes, &hostile].map(|bytes| Photo::decode(bytes, &limits).unwrap());
    assert_eq!(whole.width(), 300);
    assert_eq!(difference(&whole, &reduced, 0, whole.height()), 0.0);
}

#[test]
fn a_jpeg_that_lacks_only_its_end_marker_is_whole() {
    for file in ["half.jpg", "progressive.jpg", "restarts.jpg"] {
        let bytes = odd(file);
        let photo = strict(&bytes[..bytes.len() - 2]);
        assert!(!photo.is_damaged());
        assert_eq!(difference(&photo, &strict(&bytes), 0, 400), 0.0);
    }
}

#[test]
fn a_cut_jpeg_is_refused_or_kept_with_a_flag() {
    let whole = odd("half.jpg");
    // With an end marker behind the cut, and without.
    for end in [&b"\xFF\xD9"[..], b""] {
        let cut = [&whole[..whole.len() / 2], end].concat();
        assert_eq!(error(&cut).code(), "damaged");
        let photo = lenient(&cut);
        assert!(photo.is_damaged());
        assert_eq!(difference(&photo, &strict(&whole), 0, 128), 0.0);
        assert_eq!(photo.row(399)[..3], [128; 3]);
    }
    assert!(!lenient(&whole).is_damaged());
}

#[test]
fn reading_goes_on_at_the_next_restart_marker() {
    let whole = odd("restarts.jpg");
    let (third, original) = (whole.len() / 3, strict(&whole));
    let lost = [&whole[..third], &whole[third + 1500..]].concat();
    assert_eq!(error(&lost).code(), "damaged");
    let photo = lenient(&lost);
    assert!(photo.is_damaged());
    assert_eq!(difference(&photo, &original, 0, 96), 0.0);
    assert_eq!(difference(&photo, &original, 240, 400), 0.0);
    assert!(difference(&photo, &original, 96, 240) > 1.0);
}

#[test]
fn large_jpegs_are_decoded_at_a_reduced_size_and_keep_their_coordinates() {
    let bytes = odd("half.jpg");
    let whole = strict(&bytes);
    for (most, side) in [(100_000, 4), (20_000, 2), (5_000, 1)] {
        let limits = Limits { reduce_jpeg_above: most, max_pixels: most, ..Limits::default() };
        let photo = Photo::decode(&bytes, &limits).unwrap();
        assert_eq!((photo.width(), photo.height()), (600 * side / 8, 400 * side / 8));
        assert_eq!((photo.stored_width(), photo.stored_height()), (600, 400));
        assert_eq!(photo.to_stored([0.0, 0.0]), [(4.0 / side as f32) - 0.5; 2]);
        // Each pixel is about the mean of those that it stands for.
        let block = 8 / side;
        let mut worst = 0.0f64;
        for y in 0..photo.height() {
            for x in 0..3 * photo.width() {
                let (x, c) = (x / 3, x % 3);
                let area = (0..block * block)
                    .map(|i| whole.row(y * block + i / block)[(3 * (x * block + i % block) + c) as usize]);
                let mean = area.map(f64::from).sum::<f64>() / f64::from(block * block);
                worst += (mean - f64::from(photo.row(y)[(3 * x + c) as usize])).abs();
            }
        }
        let mean = worst / f64::from(3 * photo.width() * photo.height());
        assert!(mean < 3.0, "at {side}/8 it differs by {mean}");
    }
}

#[test]
fn a_progressive_jpeg_counts_in_full() {
    let limits = Limits { reduce_jpeg_above: 100_000, max_pixels: 100_000, ..Limits::default() };
    assert_eq!(Photo::decode(&odd("progressive.jpg"), &limits).unwrap_err().code(), "limit");
}

/// A grey JPEG of any size in a few bytes: every block says "as before".
fn blank(width: u16, height: u16) -> Vec<u8> {
    let blocks = usize::from(width).div_ceil(8) * usize::from(height).div_ceil(8);
    let quantiser = [&b"\xFF\xDB\0\x43\0"[..], &[1; 64]].concat();
    let frame = [b"\xFF\xC0\0\x0B\x08", &height.to_be_bytes()[..], &width.to_be_bytes(), b"\x01\x01\x11\0"].concat();
    // One code of one bit in each table: no difference, and the end of the block.
    let codes = |which: u8| [&[0xFF, 0xC4, 0, 0x14, which, 1], &[0; 15][..], &[0]].concat();
    let scan = b"\xFF\xDA\0\x08\x01\x01\0\0\x3F\0";
    [b"\xFF\xD8", &quantiser[..], &frame, &codes(0), &codes(0x10), scan, &vec![0; blocks.div_ceil(4)], b"\xFF\xD9"]
        .concat()
}

#[test]
fn photos_of_108_and_200_megapixels_are_read_by_default() {
    for (width, height, side) in [(12_000, 9_000, 2), (16_320, 12_240, 2)] {
        let photo = strict(&blank(width, height));
        assert_eq!((photo.width(), photo.height()), (u32::from(width) * side / 8, u32::from(height) * side / 8));
        assert_eq!((photo.stored_width(), photo.row(7)[..3].to_vec()), (width.into(), vec![128; 3]));
    }
}
