//! How a photo lies: the orientation in EXIF or XMP, wherever each format keeps it. What a decoder says of it is not used.
//!
//! EXIF comes first; XMP counts where EXIF says nothing. Broken metadata says nothing: a photo with it is still a photo.

use std::io::Read;

use super::Orientation;

/// What EXIF blocks begin with in JPEG; some programs write it in other formats too, even twice.
const EXIF: &[u8] = b"Exif\0\0";
const XMP_IN_JPEG: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ORIENTATION: u16 = 274;
/// Longest text of a PNG that is unpacked, in bytes; EXIF blocks are at most 64 KiB, and in hexadecimal twice that.
const LONGEST_TEXT: u64 = 1 << 20;

/// From a JPEG's APP1 segments.
pub(super) fn in_jpeg(app1: &[&[u8]]) -> Orientation {
    let exif = app1.iter().filter(|body| body.starts_with(EXIF)).find_map(|body| in_exif(body));
    let xmp = || app1.iter().filter_map(|body| body.strip_prefix(XMP_IN_JPEG)).find_map(in_xmp);
    exif.or_else(xmp).unwrap_or_default()
}

/// From a PNG's eXIf chunk, before or behind the pixels, or from the texts in which ImageMagick and others keep EXIF and XMP.
pub(super) fn in_png(bytes: &[u8]) -> Orientation {
    let (mut exif, mut profile, mut xmp) = (None, None, None);
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((&length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(length) as usize;
        let (Some(kind), Some(body)) = (after.get(..4), after.get(4..4usize.saturating_add(length))) else { break };
        match kind {
            b"eXIf" => exif = exif.or_else(|| in_exif(body)),
            b"tEXt" | b"zTXt" | b"iTXt" => match text(kind, body) {
                Some((b"XML:com.adobe.xmp", text)) => xmp = xmp.or_else(|| in_xmp(&text)),
                Some((_, text)) => profile = profile.or_else(|| in_exif(&from_hex(&text)?)),
                None => {}
            },
            _ => {}
        }
        // The check sum follows.
        rest = after.get(length.saturating_add(8)..).unwrap_or_default();
    }
    exif.or(profile).or(xmp).unwrap_or_default()
}

/// The keyword and the text of a PNG's text chunk, of those that hold metadata.
fn text<'a>(kind: &[u8], body: &'a [u8]) -> Option<(&'a [u8], Vec<u8>)> {
    let end = body.iter().position(|&byte| byte == 0)?;
    let (keyword, rest) = (&body[..end], &body[end + 1..]);
    if !matches!(keyword, b"Raw profile type exif" | b"Raw profile type APP1" | b"XML:com.adobe.xmp") {
        return None;
    }
    let unpacked = |packed: &[u8]| {
        let mut text = Vec::new();
        flate2::read::ZlibDecoder::new(packed).take(LONGEST_TEXT).read_to_end(&mut text).ok()?;
        Some(text)
    };
    let text = match kind {
        b"tEXt" => rest.to_vec(),
        b"zTXt" => unpacked(rest.get(1..)?)?,
        _ => {
            // Whether it is packed, how, then the language and the keyword in it.
            let (&[packed, _], rest) = rest.split_first_chunk::<2>()?;
            let mut parts = rest.splitn(3, |&byte| byte == 0);
            let text = parts.nth(2)?;
            if packed == 1 { unpacked(text)? } else { text.to_vec() }
        }
    };
    Some((keyword, text))
}

/// A profile as ImageMagick writes it: its name and its length in lines of their own, then hexadecimal digits.
fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?.trim_start();
    let digits = text.splitn(3, '\n').nth(2)?.bytes().filter_map(|digit| char::from(digit).to_digit(16));
    let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
    Some(digits.as_chunks::<2>().0.iter().map(|&[high, low]| high << 4 | low).collect())
}

/// From a WebP's EXIF or XMP chunk.
pub(super) fn in_webp(bytes: &[u8]) -> Orientation {
    let (mut exif, mut xmp) = (None, None);
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((&[a, b, c, d, length @ ..], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_le_bytes(length) as usize;
        let Some(body) = after.get(..length) else { break };
        match &[a, b, c, d] {
            b"EXIF" => exif = exif.or_else(|| in_exif(body)),
            b"XMP " => xmp = xmp.or_else(|| in_xmp(body)),
            _ => {}
        }
        rest = after.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    exif.or(xmp).unwrap_or_default()
}

/// From an EXIF block: a small TIFF, whose first directory has the tag as a number of 1, 2 or 4 bytes.
pub(super) fn in_exif(mut exif: &[u8]) -> Option<Orientation> {
    while let Some(rest) = exif.strip_prefix(EXIF) {
        exif = rest;
    }
    let big = match exif.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let number = |at: usize, bytes: usize| {
        let bytes = exif.get(at..at.checked_add(bytes)?)?;
        let add = |value: u32, &byte: &u8| value << 8 | u32::from(byte);
        Some(if big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
    };
    let directory = number(4, 4)? as usize;
    let entries = number(directory, 2)? as usize;
    let entry = (0..entries)
        .filter_map(|i| directory.checked_add(2 + 12 * i))
        .find(|&at| number(at, 2) == Some(ORIENTATION.into()))?;
    let bytes = match number(entry + 2, 2)? {
        1 => 1,
        3 => 2,
        4 => 4,
        _ => return None,
    };
    Orientation::from_exif(u8::try_from(number(entry + 8, bytes)?).ok()?)
}

/// From XMP: `tiff:Orientation="6"`, or as an element of that name.
pub(super) fn in_xmp(xmp: &[u8]) -> Option<Orientation> {
    const NAME: &[u8] = b"tiff:Orientation";
    let mut rest = xmp;
    while let Some(at) = rest.iter().position(|&byte| byte == b't') {
        rest = &rest[at..];
        let value = rest.strip_prefix(NAME).and_then(|rest| match rest {
            [b'=', b'"' | b'\'', digit, ..] | [b'>', digit, ..] => Orientation::from_exif(digit.wrapping_sub(b'0')),
            _ => None,
        });
        if value.is_some() {
            return value;
        }
        rest = &rest[1..];
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One tag of the given kind in an EXIF block of either byte order.
    fn exif(big: bool, kind: u16, value: u32) -> Vec<u8> {
        let two = |x: u16| if big { x.to_be_bytes() } else { x.to_le_bytes() };
        let four = |x: u32| if big { x.to_be_bytes() } else { x.to_le_bytes() };
        let value = match kind {
            1 => [value as u8, 0, 0, 0],
            3 => [two(value as u16), [0; 2]].concat().try_into().unwrap(),
            _ => four(value),
        };
        let magic: &[u8] = if big { b"MM\0*" } else { b"II*\0" };
        [magic, &four(8), &two(1), &two(274), &two(kind), &four(1), &value].concat()
    }

    #[test]
    fn reads_numbers_of_every_width_in_both_orders() {
        for (big, kind) in [(false, 1), (false, 3), (false, 4), (true, 1), (true, 3), (true, 4)] {
            for value in 1..=8 {
                assert_eq!(in_exif(&exif(big, kind, value)), Orientation::from_exif(value as u8), "{big} {kind}");
            }
            assert_eq!(in_exif(&exif(big, kind, 9)), None);
        }
        assert_eq!(in_exif(&exif(false, 4, 0x0001_0006)), None);
        assert_eq!(in_exif(&exif(false, 2, 6)), None);
    }

    #[test]
    fn passes_over_the_name_of_the_block() {
        let twice = [EXIF, EXIF, &exif(false, 3, 6)].concat();
        assert_eq!(in_exif(&twice), Some(Orientation::Rotate90));
        assert_eq!(in_jpeg(&[b"http:", &twice]), Orientation::Rotate90);
    }

    #[test]
    fn xmp_counts_where_exif_says_nothing() {
        let xmp = [XMP_IN_JPEG, br#"<x:xmpmeta tiff:Orientation="8">"#].concat();
        let (says, silent) = ([EXIF, &exif(false, 3, 3)].concat(), [EXIF, &exif(false, 3, 0)].concat());
        assert_eq!(in_jpeg(&[&xmp, &silent]), Orientation::Rotate270);
        assert_eq!(in_jpeg(&[&xmp, &says]), Orientation::Rotate180);
        assert_eq!(in_xmp(b"<t><tiff:Orientation>6</tiff:Orientation>"), Some(Orientation::Rotate90));
        assert_eq!(in_xmp(b"tiff:Orientation"), None);
    }

    fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32).to_be_bytes()[..], kind, body, &[0; 4]].concat()
    }

    #[test]
    fn reads_every_place_of_a_png() {
        let hex = |bytes: &[u8]| {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("\nexif\n{:8}\n{digits}\n", bytes.len()).into_bytes()
        };
        let profile = |value| [&b"Raw profile type exif\0"[..], &hex(&[EXIF, &exif(true, 3, value)].concat())].concat();
        let xmp = b"XML:com.adobe.xmp\0\0\0\0\0<tiff:Orientation>4</tiff:Orientation>";
        let png = |chunks: &[Vec<u8>]| in_png(&[&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat()).to_exif();
        assert_eq!(png(&[chunk(b"IDAT", b"pixels"), chunk(b"eXIf", &exif(false, 3, 6))]), 6);
        assert_eq!(png(&[chunk(b"tEXt", &profile(5)), chunk(b"iTXt", xmp)]), 5);
        assert_eq!(png(&[chunk(b"iTXt", xmp)]), 4);
        let digits = hex(&exif(false, 3, 7));
        let mut packed = flate2::read::ZlibEncoder::new(&digits[..], flate2::Compression::fast());
        let mut body = b"Raw profile type exif\0\0".to_vec();
        packed.read_to_end(&mut body).unwrap();
        assert_eq!(png(&[chunk(b"zTXt", &body)]), 7);
        assert_eq!(png(&[chunk(b"tEXt", b"Comment\0tiff:Orientation=\"6\"")]), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_say_nothing(
            magic in prop::sample::select(vec![&b"Exif\0\0II*\0"[..], b"MM\0*", b"\x89PNG\r\n\x1a\n\0\0\0\x09zTXt", b"RIFF\0\0\0\0WEBPEXIF"]),
            bytes in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let bytes = [magic, &bytes].concat();
            let _ = (in_exif(&bytes), in_xmp(&bytes), in_png(&bytes), in_webp(&bytes), in_jpeg(&[&bytes]));
        }
    }
}
