use proptest::prelude::*;

use super::*;

/// A TIFF of one strip or more with these tags (short numbers) and the strips' bytes.
struct Build {
    big_endian: bool,
    tags: Vec<(u16, Vec<u32>)>,
    strips: Vec<Vec<u8>>,
}

impl Build {
    fn new(width: u32, height: u32, photometric: u32, bits: &[u32], strip: &[u8]) -> Self {
        let tags = vec![
            (256, vec![width]),
            (257, vec![height]),
            (258, bits.to_vec()),
            (262, vec![photometric]),
            (277, vec![bits.len() as u32]),
            (278, vec![height]),
        ];
        Self { big_endian: false, tags, strips: vec![strip.to_vec()] }
    }

    fn with(mut self, tag: u16, values: &[u32]) -> Self {
        self.tags.retain(|(other, _)| *other != tag);
        self.tags.push((tag, values.to_vec()));
        self
    }

    fn strips(mut self, strips: &[&[u8]]) -> Self {
        self.strips = strips.iter().map(|strip| strip.to_vec()).collect();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let two = |x: u16| if self.big_endian { x.to_be_bytes() } else { x.to_le_bytes() };
        let four = |x: u32| if self.big_endian { x.to_be_bytes() } else { x.to_le_bytes() };
        let mut data = Vec::new();
        let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
        for strip in &self.strips {
            offsets.push(8 + data.len() as u32);
            lengths.push(strip.len() as u32);
            data.extend(strip);
        }
        let tiled = self.tags.iter().any(|(tag, _)| *tag == 322);
        let mut tags = self.tags.clone();
        tags.extend(if tiled { [(324, offsets), (325, lengths)] } else { [(273, offsets), (279, lengths)] });
        tags.sort();
        let mut entries = two(tags.len() as u16).to_vec();
        for (tag, values) in tags {
            let bytes: Vec<u8> = values.iter().flat_map(|&value| four(value)).collect();
            let value = if values.len() == 1 {
                bytes
            } else {
                let at = 8 + data.len() as u32;
                data.extend(bytes);
                four(at).to_vec()
            };
            entries.extend([&two(tag)[..], &two(4), &four(values.len() as u32), &value].concat());
        }
        let magic: &[u8] = if self.big_endian { b"MM\0*" } else { b"II*\0" };
        [magic, &four(8 + data.len() as u32), &data, &entries, &[0; 4]].concat()
    }

    fn rgb(&self) -> Vec<u8> {
        decode(&self.bytes(), &Limits::default()).unwrap().rgb
    }
}

fn grey(levels: &[u8]) -> Vec<u8> {
    levels.iter().flat_map(|&level| [level; 3]).collect()
}

#[test]
fn reads_every_depth() {
    for (bits, strip) in [(1, &[0b0110_0000u8][..]), (2, &[0b0011_1100]), (4, &[0x0F, 0xF0]), (8, &[0, 255, 255, 0])] {
        assert_eq!(Build::new(4, 1, 1, &[bits], strip).rgb(), grey(&[0, 255, 255, 0]), "{bits} bits");
    }
    assert_eq!(Build::new(2, 1, 0, &[4], &[0x0A]).rgb(), grey(&[255, 85]));
    let wide = Build::new(2, 1, 1, &[16], &[0xFF, 0xFF, 0, 100]);
    assert_eq!(wide.rgb(), grey(&[255, 100]));
    assert_eq!(Build { big_endian: true, ..wide }.rgb(), grey(&[255, 0]));
    let whole: Vec<u8> = [0u32, u32::MAX, 1 << 31].iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(Build::new(3, 1, 1, &[32], &whole).rgb(), grey(&[0, 255, 128]));
    let float: Vec<u8> = [-1.0f32, 0.5, f32::NAN, 9.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(Build::new(4, 1, 1, &[32], &float).with(339, &[3]).rgb(), grey(&[0, 128, 0, 255]));
}

#[test]
fn reads_palettes_inks_and_brightness_with_colours() {
    let map: Vec<u32> = [[10u32, 20, 0, 0], [30, 40, 0, 0], [50, 60, 0, 0]].concat().iter().map(|x| x * 257).collect();
    assert_eq!(Build::new(2, 1, 3, &[2], &[0b0001_0000]).with(320, &map).rgb(), [10, 30, 50, 20, 40, 60]);
    assert_eq!(Build::new(1, 1, 5, &[8; 4], &[0, 51, 255, 0]).rgb(), [255, 204, 0]);
    let ycc = Build::new(3, 2, 6, &[8; 3], &[76, 76, 76, 76, 85, 255, 255, 0, 255, 0, 128, 128]).with(530, &[2, 2]);
    assert_eq!(ycc.rgb(), [[254, 0, 0], [254, 0, 0], [255; 3], [254, 0, 0], [254, 0, 0], [255; 3]].concat());
}

#[test]
fn lays_both_kinds_of_alpha_over_white_once() {
    let half = |rgb: u8, kind| Build::new(1, 1, 2, &[8; 4], &[rgb, 0, rgb, 128]).with(338, &[kind]).rgb();
    assert_eq!(half(100, 2), [177, 127, 177]);
    // 100 of 128 is already as dark as it is transparent.
    assert_eq!(half(100, 1), [227, 127, 227]);
    assert_eq!(half(100, 0), [100, 0, 100]);
    assert_eq!(Build::new(1, 1, 1, &[8; 2], &[50, 0]).with(338, &[2]).rgb(), [255; 3]);
}

#[test]
fn turns_bits_round_and_undoes_predictors() {
    assert_eq!(Build::new(8, 1, 1, &[1], &[0b0000_0001]).with(266, &[2]).rgb()[..6], [255, 255, 255, 0, 0, 0]);
    let row = Build::new(3, 1, 2, &[8; 3], &[1, 2, 3, 1, 1, 1, 255, 0, 9]).with(317, &[2]);
    assert_eq!(row.rgb(), [1, 2, 3, 2, 3, 4, 1, 3, 13]);
    // 1.0 is 3F80_0000 and 0.5 is 3F00_0000: their highest bytes, then their next ones, each as the difference to the byte before.
    let floats = Build::new(2, 1, 1, &[32], &[0x3F, 0, 0x41, 0x80, 0, 0, 0, 0]).with(317, &[3]).with(339, &[3]);
    assert_eq!(floats.rgb(), grey(&[255, 128]));
}

#[test]
fn reads_planes_tiles_and_strips() {
    let planes = Build::new(2, 1, 2, &[8; 3], &[]).with(284, &[2]).strips(&[&[1, 4], &[2, 5], &[3, 6]]);
    assert_eq!(planes.rgb(), [1, 2, 3, 4, 5, 6]);
    let strips = Build::new(1, 3, 1, &[8], &[]).with(278, &[2]).strips(&[&[1, 2], &[3]]);
    assert_eq!(strips.rgb(), grey(&[1, 2, 3]));
    // Tiles of 2×2 for a picture of 3×1, each channel a plane.
    let tile = |a: u8, b: u8| vec![a, b, 99, 99];
    let tiles = [tile(1, 4), tile(7, 0), tile(2, 5), tile(8, 0), tile(3, 6), tile(9, 0)];
    let tiles: Vec<&[u8]> = tiles.iter().map(|tile| &tile[..]).collect();
    let tiled = Build::new(3, 1, 2, &[8; 3], &[]).with(284, &[2]).with(322, &[2]).with(323, &[2]).strips(&tiles);
    assert_eq!(tiled.rgb(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn names_what_is_not_read() {
    let kind = |build: Build| match decode(&build.bytes(), &Limits::default()) {
        Err(Error::UnreadKind { kind }) => kind,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was read"),
    };
    assert_eq!(kind(Build::new(1, 1, 0, &[1], &[0]).with(259, &[4])), "a CCITT fax TIFF");
    assert_eq!(kind(Build::new(1, 1, 8, &[8; 3], &[0; 3])), "a Lab TIFF");
    assert_eq!(kind(Build::new(1, 1, 1, &[12], &[0; 2])), "a TIFF of 12 bits a channel");
    assert_eq!(kind(Build::new(1, 1, 1, &[16], &[0; 2]).with(339, &[2])), "a TIFF of signed numbers");
}

#[test]
fn a_strip_that_is_cut_is_an_error() {
    let cut = decode(&Build::new(2, 2, 1, &[8], &[1, 2, 3]).bytes(), &Limits::default());
    assert_eq!(cut.err().map(|error| error.code()), Some("decode"));
}

proptest! {
    #[test]
    fn any_tags_are_a_picture_or_an_error(
        width in 0u32..40, height in 0u32..40, photometric in 0u32..9, bits in prop::collection::vec(prop::sample::select(vec![1u32, 2, 4, 8, 16, 32, 64]), 1..5),
        tags in prop::collection::vec((prop::sample::select(vec![256u16, 258, 259, 266, 277, 278, 284, 317, 320, 322, 323, 338, 339, 347, 530]), prop::collection::vec(0u32..10, 1..4)), 0..4),
        strips in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..5), big_endian: bool,
    ) {
        let mut build = Build::new(width, height, photometric, &bits, &[]);
        for (tag, values) in &tags {
            build = build.with(*tag, values);
        }
        build = Build { big_endian, strips, ..build };
        if let Ok(decoded) = decode(&build.bytes(), &Limits::default()) {
            prop_assert_eq!(decoded.rgb.len(), 3 * decoded.width as usize * decoded.height as usize);
        }
    }
}
