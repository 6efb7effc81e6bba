use std::fs;
use std::path::PathBuf;

use image::codecs::{gif, jpeg, png, webp};
use image::{DynamicImage, ImageBuffer, ImageEncoder, Luma, Rgba};
use proptest::prelude::*;

use super::*;

/// Width and height of the picture in `testdata/formats`.
const SIDE: u32 = 128;
const FORMATS: [&str; 15] = [
    "cmyk.jpg",
    "grey-alpha.png",
    "grey.jpg",
    "grey.png",
    "grey16.png",
    "palette.gif",
    "palette.png",
    "progressive.jpg",
    "rgb.bmp",
    "rgb.jpg",
    "rgb.png",
    "rgb.tiff",
    "rgb.webp",
    "rgb16.png",
    "rgba.png",
];

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn photo(bytes: &[u8]) -> Photo<'static> {
    Photo::decode(bytes, &Limits::default()).unwrap()
}

fn error(bytes: &[u8], limits: &Limits) -> Error {
    Photo::decode(bytes, limits).unwrap_err()
}

/// The mean difference of two photos' channels, over the pixels that `keep` chooses.
fn difference(a: &Photo<'_>, b: &Photo<'_>, keep: impl Fn(u32, u32) -> bool) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let pixels = (0..a.height()).flat_map(|y| (0..a.width()).map(move |x| (x, y))).filter(|&(x, y)| keep(x, y));
    let channels = pixels.flat_map(|(x, y)| [0, 1, 2].map(|c| (y, 3 * x as usize + c)));
    let (mut sum, mut count) = (0.0, 0.0);
    for (y, i) in channels {
        sum += f64::from(a.row(y)[i].abs_diff(b.row(y)[i]));
        count += 1.0;
    }
    sum / count
}

/// A picture whose every pixel differs, as RGBA.
fn sample(width: u32, height: u32) -> DynamicImage {
    ImageBuffer::from_fn(width, height, |x, y| Rgba([(x * 20) as u8, (y * 30) as u8, (x * y) as u8, (x + y) as u8 * 9]))
        .into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// An EXIF block with nothing but an orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif
}

/// 2×1 pixels of RGB: 1 2 3, 4 5 6.
fn tiff(orientation: u8) -> Vec<u8> {
    let tags: [(u16, u16, u32); 9] = [
        (256, 3, 2),
        (257, 3, 1),
        (258, 3, 8),
        (262, 3, 2),
        (273, 4, 8),
        (274, 3, orientation.into()),
        (277, 3, 3),
        (278, 3, 1),
        (279, 4, 6),
    ];
    let mut tiff = b"II*\0\x0e\0\0\0\x01\x02\x03\x04\x05\x06".to_vec();
    tiff.extend((tags.len() as u16).to_le_bytes());
    for (tag, kind, value) in tags {
        tiff.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        // One number is stored in place; BitsPerSample is given once for all three.
        tiff.extend([1u32.to_le_bytes(), value.to_le_bytes()].concat());
    }
    tiff.extend([0; 4]);
    tiff
}

/// A PNG that says how large it is and begins its data.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&sample(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = png[12..29].iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

#[test]
fn a_bmp_whose_pixels_begin_in_its_palette_is_refused() {
    let four = |x: u32| x.to_le_bytes();
    // One pixel of 8 bits, the second of two colours.
    let bmp = |start: u32| {
        let file = [&b"BM"[..], &four(66), &four(0), &four(start)].concat();
        let header = [40, 1, 1, 8 << 16 | 1, 0, 4, 0, 0, 2, 0].map(four).concat();
        [file, header, [0, 0, 0, 0, 9, 8, 7, 0].to_vec(), vec![1, 0, 0, 0]].concat()
    };
    assert_eq!(Photo::decode(&bmp(62), &Limits::default()).unwrap().row(0), [7, 8, 9]);
    let error = Photo::decode(&bmp(54), &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("palette"), "{error}");
}

#[test]
fn every_format_and_kind_of_pixel_shows_the_same_picture() {
    let rgb = photo(&fixture("formats/rgb.png"));
    let grey = photo(&fixture("formats/grey.png"));
    for name in FORMATS {
        let decoded = photo(&fixture(&format!("formats/{name}")));
        let original = if name.starts_with("grey") { &grey } else { &rgb };
        let exact = matches!(name, "rgb.bmp" | "rgb.png" | "rgb.tiff" | "rgb.webp" | "grey.png");
        let transparent = matches!(name, "rgba.png" | "grey-alpha.png");
        let inside = |x: u32, y: u32| !transparent || ((44..84).contains(&x) && (44..84).contains(&y));
        let found = difference(&decoded, original, inside);
        assert!(found <= if exact { 0.0 } else { 8.0 }, "{name} differs by {found}");
        if transparent {
            assert_eq!(decoded.row(0)[..3], [255; 3], "{name} is white where it is transparent");
        }
        assert_eq!(decoded.stored_width(), SIDE);
    }
}

#[test]
fn rounds_wide_channels() {
    let wide: DynamicImage =
        ImageBuffer::from_fn(3, 1, |x, _| Luma([[0u16, 257 * 100 + 128, 65_535][x as usize]])).into();
    assert_eq!(photo(&encoded(&wide, ImageFormat::Png)).row(0), [0, 0, 0, 100, 100, 100, 255, 255, 255]);
    let float: DynamicImage =
        ImageBuffer::from_fn(2, 1, |x, _| image::Rgb([[-1.0f32, 0.5, f32::NAN], [0.0, 1.0, 9.0]][x as usize])).into();
    assert_eq!(photo(&encoded(&float, ImageFormat::Tiff)).row(0), [0, 128, 0, 0, 255, 255]);
    let deep: DynamicImage = ImageBuffer::from_pixel(1, 1, Rgba([0u16, 65_535, 257, 0])).into();
    assert_eq!(photo(&encoded(&deep, ImageFormat::Tiff)).row(0), [255; 3]);
}

#[test]
fn takes_the_first_picture_of_an_animation() {
    let mut bytes = Vec::new();
    let mut encoder = gif::GifEncoder::new(&mut bytes);
    for grey in [200, 10] {
        encoder.encode(&[grey; 12], 2, 2, image::ExtendedColorType::Rgb8).unwrap();
    }
    drop(encoder);
    assert_eq!(photo(&bytes).row(1), [200; 6]);
}

#[test]
fn turns_by_the_orientation_of_every_format() {
    let image = sample(7, 5);
    let rgb = image.to_rgb8();
    for value in 1..=8 {
        let orientation = Orientation::from_exif(value).unwrap();
        let (mut in_png, mut in_webp, mut in_jpeg) = (Vec::new(), Vec::new(), Vec::new());
        fn write(mut encoder: impl ImageEncoder, value: u8, rgb: &[u8]) {
            encoder.set_exif_metadata(exif(value)).unwrap();
            encoder.write_image(rgb, 7, 5, image::ExtendedColorType::Rgb8).unwrap();
        }
        write(png::PngEncoder::new(&mut in_png), value, &rgb);
        write(webp::WebPEncoder::new_lossless(&mut in_webp), value, &rgb);
        write(jpeg::JpegEncoder::new(&mut in_jpeg), value, &rgb);
        for bytes in [in_png, in_webp] {
            let decoded = photo(&bytes);
            assert_eq!(decoded.orientation(), orientation);
            let (x, y) = (2, 4);
            let [stored_x, stored_y] = decoded.to_stored([x as f32, y as f32]).map(|at| at as u32);
            assert_eq!(decoded.row(y)[3 * x..][..3], rgb.get_pixel(stored_x, stored_y).0);
        }
        assert_eq!(photo(&in_jpeg).orientation(), orientation);
        assert_eq!(photo(&tiff(value)).orientation(), orientation);
        assert_eq!(photo(&tiff(value)).row(0)[0], if [2, 3, 7, 8].contains(&value) { 4 } else { 1 });
    }
    assert_eq!(photo(&tiff(9)).orientation(), Orientation::Upright);
}

#[test]
fn photos_stored_in_eight_ways_look_the_same() {
    let upright = photo(&fixture("orientations/1.jpg"));
    for value in 2..=8 {
        let turned = photo(&fixture(&format!("orientations/{value}.jpg")));
        let found = difference(&upright, &turned, |_, _| true);
        assert!(found < 3.0, "orientation {value} differs by {found}");
    }
}

#[test]
fn checks_the_limits_on_the_header() {
    let limits = Limits::default();
    let limit = |what, actual, limit| Error::Limit { what, actual, limit };
    assert_eq!(error(&png_header(60_000, 60_000), &limits), limit("photo width in pixels", 60_000, 30_000));
    assert_eq!(error(&png_header(3, 60_000), &limits), limit("photo height in pixels", 60_000, 30_000));
    assert_eq!(error(&png_header(20_000, 20_000), &limits), limit("photo pixel count", 400_000_000, 100_000_000));
    let bytes = fixture("formats/rgb.jpg");
    let small = Limits { max_bytes: 5_000, ..limits };
    assert_eq!(error(&bytes, &small), limit("photo size in bytes", bytes.len() as u64, 5_000));
    for name in FORMATS {
        let small = Limits { max_pixels: u64::from(SIDE * SIDE) - 1, ..limits };
        assert_eq!(
            error(&fixture(&format!("formats/{name}")), &small),
            limit("photo pixel count", 16_384, 16_383),
            "{name}"
        );
    }
}

#[test]
fn shrinks_once_when_told_to() {
    let limits = Limits { shrink_above: 4096, ..Limits::default() };
    let small = Photo::decode(&fixture("formats/rgb.png"), &limits).unwrap();
    assert_eq!((small.width(), small.height(), small.stored_width(), small.scale()), (64, 64, SIDE, 2.0));
    assert_eq!(small.to_stored([0.0, 63.0]), [0.5, 126.5]);
}

#[test]
fn hostile_files_are_errors() {
    let limits = Limits::default();
    assert_eq!(error(&fixture("hostile/text.jpg"), &limits), Error::UnknownFormat);
    let told = if cfg!(feature = "heif") { "decode" } else { "unread-kind" };
    assert_eq!(error(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", &limits).code(), told);
    for name in ["empty.jpg", "cut.jpg", "header-only.jpg", "huge.png"] {
        let error = error(&fixture(&format!("hostile/{name}")), &limits);
        assert!(matches!(error, Error::Decode { .. } | Error::Damaged { .. } | Error::Limit { .. }), "{name}: {error}");
    }
}

#[test]
fn a_cut_file_is_an_error() {
    for name in FORMATS {
        let bytes = fixture(&format!("formats/{name}"));
        for keep in [1, 3, 20, 60, bytes.len() / 4, bytes.len() / 2, bytes.len() * 9 / 10] {
            let found = Photo::decode(&bytes[..keep], &Limits::default());
            assert!(found.is_err(), "{name} cut to {keep} of {} bytes: {found:?}", bytes.len());
        }
    }
}

#[test]
fn a_panic_is_an_error() {
    assert_eq!(no_panic::<()>(|| panic!("of {}", 1)), Err(failed("the decoder panicked: of 1")));
    assert_eq!(no_panic(|| Ok(7)), Ok(7));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(
        magic in prop::sample::select(vec![&b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"RIFF\0\0\0\0WEBP"]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = Photo::decode(&[magic, &bytes].concat(), &Limits::default());
    }

    #[test]
    fn flipped_bytes_never_panic(
        name in prop::sample::select(FORMATS.to_vec()),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
    ) {
        let mut bytes = fixture(&format!("formats/{name}"));
        for (at, value, in_header) in flips {
            let end = if in_header { bytes.len().min(200) } else { bytes.len() };
            bytes[at.index(end)] = value;
        }
        let limits = Limits { max_pixels: 4_000_000, ..Limits::default() };
        if let Ok(photo) = Photo::decode(&bytes, &limits) {
            prop_assert_eq!(photo.row(photo.height() - 1).len(), 3 * photo.width() as usize);
        }
    }

    #[test]
    fn lossless_formats_keep_every_pixel(width in 1u32..12, height in 1u32..9) {
        let rgb = sample(width, height).to_rgb8();
        for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::WebP] {
            let decoded = photo(&encoded(&rgb.clone().into(), format));
            for (y, row) in rgb.rows().enumerate() {
                prop_assert_eq!(decoded.row(y as u32), row.flat_map(|pixel| pixel.0).collect::<Vec<u8>>());
            }
        }
    }
}
