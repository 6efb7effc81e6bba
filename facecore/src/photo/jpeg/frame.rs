//! The segments of a JPEG, and what they say about the picture.

use crate::error::{Error, Result};

pub(super) const END: u8 = 0xD9;
pub(super) const SCAN: u8 = 0xDA;
pub(super) const QUANTISERS: u8 = 0xDB;
pub(super) const HUFFMAN: u8 = 0xC4;
pub(super) const LINES: u8 = 0xDC;
pub(super) const RESTARTS: u8 = 0xDD;
const APP1: u8 = 0xE1;
const APP14: u8 = 0xEE;

/// A marker and the bytes that belong to it.
pub(super) struct Segment<'a> {
    pub(super) marker: u8,
    pub(super) body: &'a [u8],
    /// Where the segment ends in the file.
    pub(super) end: usize,
}

/// The next segment at or behind `at`; bytes between segments are passed over. `None` at the end, or if the segment is cut.
pub(super) fn next_segment(bytes: &[u8], mut at: usize) -> Option<Segment<'_>> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xFF)?;
        match *bytes.get(at + 1)? {
            0xFF => at += 1,
            0 => at += 2,
            marker @ (0x01 | 0xD0..=0xD9) => return Some(Segment { marker, body: &[], end: at + 2 }),
            marker => {
                let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
                let end = at + 2 + length.max(2);
                return Some(Segment { marker, body: bytes.get(at + 4..end)?, end });
            }
        }
    }
}

/// A colour channel of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Samples across and down, in proportion to those of the other components: 1 to 4.
    pub(super) across: usize,
    pub(super) down: usize,
    /// Which quantiser, 0 to 3.
    pub(super) quantiser: usize,
}

/// How the components make a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    Grey,
    YCbCr,
    Rgb,
    /// As Adobe's programs write it, with 255 for no ink, if `inverted`.
    Cmyk {
        inverted: bool,
    },
    /// CMYK whose first three are stored as YCbCr; Adobe's, so inverted.
    Ycck,
}

/// What is known of a JPEG before its first scan.
#[derive(Debug)]
pub(in crate::photo) struct Frame<'a> {
    pub(in crate::photo) width: u32,
    pub(in crate::photo) height: u32,
    /// Whether each scan makes the whole picture finer, so that all coefficients are kept until the end.
    pub(in crate::photo) progressive: bool,
    /// The bodies of the segments in which EXIF and XMP come.
    pub(in crate::photo) app1: Vec<&'a [u8]>,
    /// The kind, if it is one that is not read.
    pub(super) unread: Option<String>,
    pub(super) components: Vec<Component>,
    pub(super) colours: Colours,
}

/// The kinds that are not read, in words that a person can look up.
fn unread(marker: u8, precision: u8) -> Option<String> {
    let kind = match (marker, precision) {
        (0xC0..=0xC2, 8) => return None,
        (0xC0..=0xC2, bits) => return Some(format!("a JPEG of {bits} bits a sample")),
        (0xC3, _) => "a lossless JPEG",
        (0xC5..=0xC7, _) => "a hierarchical JPEG",
        (0xC9 | 0xCA, _) => "a JPEG with arithmetic coding",
        (0xCB, _) => "a lossless JPEG with arithmetic coding",
        _ => "a hierarchical JPEG with arithmetic coding",
    };
    Some(kind.into())
}

impl<'a> Frame<'a> {
    /// Reads up to the first scan.
    pub(in crate::photo) fn read(bytes: &'a [u8]) -> Result<Self> {
        let (mut frames, mut app1, mut adobe, mut jfif) = (Vec::new(), Vec::new(), None, false);
        let mut at = 0;
        let end_of_header = loop {
            let segment = next_segment(bytes, at).ok_or_else(|| bad("it ends before its first scan"))?;
            at = segment.end;
            match segment.marker {
                SCAN => break at,
                END => return Err(bad("it has no scan")),
                // C8 is reserved, CC sets up arithmetic coding.
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => frames.push(segment),
                0xE0 => jfif |= segment.body.starts_with(b"JFIF\0"),
                APP1 => app1.push(segment.body),
                APP14 if segment.body.starts_with(b"Adobe") => adobe = segment.body.get(11).copied().or(adobe),
                _ => {}
            }
        };
        let [frame] = &frames[..] else {
            return Err(bad(if frames.is_empty() { "it has no frame header" } else { "it has two frame headers" }));
        };
        let (precision, mut height, width, components) = sizes(frame.body)?;
        let unread = unread(frame.marker, precision);
        if height == 0 {
            height = lines(bytes, end_of_header).ok_or_else(|| bad("it does not say how high it is"))?;
        }
        let colours = colours(&components, adobe, jfif)?;
        Ok(Self { width, height, progressive: frame.marker == 0xC2, app1, unread, components, colours })
    }

    /// As a strip of a TIFF, which says itself whether three channels are YCbCr or RGB.
    pub(in crate::photo) fn with_colours(mut self, ycc: bool) -> Self {
        if self.components.len() == 3 {
            self.colours = if ycc { Colours::YCbCr } else { Colours::Rgb };
        }
        self
    }

    /// The most samples across and down that a component has.
    pub(super) fn most(&self) -> (usize, usize) {
        let most = |side: fn(&Component) -> usize| self.components.iter().map(side).max().unwrap_or(1);
        (most(|c| c.across), most(|c| c.down))
    }
}

pub(super) fn bad(reason: &str) -> Error {
    Error::Decode { reason: format!("the JPEG is damaged: {reason}") }
}

/// The precision, the height, the width and the components of a frame header.
fn sizes(body: &[u8]) -> Result<(u8, u32, u32, Vec<Component>)> {
    let cut = || bad("its frame header is cut");
    let &[precision, h1, h0, w1, w0, count, ref rest @ ..] = body else { return Err(cut()) };
    let components: Vec<Component> = rest
        .as_chunks::<3>()
        .0
        .iter()
        .take(count.into())
        .map(|&[id, sampling, quantiser]| Component {
            id,
            across: usize::from(sampling >> 4),
            down: usize::from(sampling & 15),
            quantiser: quantiser.into(),
        })
        .collect();
    if components.len() < count.into() {
        return Err(cut());
    }
    let fits = |c: &Component| (1..=4).contains(&c.across) && (1..=4).contains(&c.down) && c.quantiser < 4;
    if !components.iter().all(fits) {
        return Err(bad("its frame header makes no sense"));
    }
    let (height, width) = (u16::from_be_bytes([h1, h0]).into(), u16::from_be_bytes([w1, w0]).into());
    if width == 0 {
        return Err(bad("it is 0 pixels wide"));
    }
    Ok((precision, height, width, components))
}

/// The height that a DNL segment gives behind the first scan.
fn lines(bytes: &[u8], mut at: usize) -> Option<u32> {
    loop {
        let segment = next_segment(bytes, at)?;
        match (segment.marker, segment.body) {
            (LINES, &[high, low]) => return Some(u16::from_be_bytes([high, low]).into()).filter(|&height| height > 0),
            (0xD0..=0xD7, _) => at = segment.end,
            _ => return None,
        }
    }
}

/// By Adobe's marker, or by what programs take without one.
fn colours(components: &[Component], adobe: Option<u8>, jfif: bool) -> Result<Colours> {
    Ok(match (components.len(), adobe) {
        (1, _) => Colours::Grey,
        (3, _) if jfif => Colours::YCbCr,
        (3, Some(0)) => Colours::Rgb,
        (3, None) if components.iter().map(|c| c.id).eq(*b"RGB") => Colours::Rgb,
        (3, _) => Colours::YCbCr,
        (4, Some(2)) => Colours::Ycck,
        (4, adobe) => Colours::Cmyk { inverted: adobe.is_some() },
        (count, _) => return Err(Error::UnreadKind { kind: format!("a JPEG of {count} colour channels") }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(marker: u8, precision: u8) -> Error {
        let frame = [0xFF, marker, 0, 11, precision, 0, 1, 0, 1, 1, 1, 0x11, 0, 0xFF, SCAN, 0, 2];
        let bytes = [&[0xFF, 0xD8][..], &frame].concat();
        let frame = Frame::read(&bytes).unwrap();
        super::super::decode(&bytes, &frame, 8).err().unwrap()
    }

    #[test]
    fn names_the_kinds_that_are_not_read() {
        assert_eq!(kind(0xC9, 8), Error::UnreadKind { kind: "a JPEG with arithmetic coding".into() });
        assert_eq!(kind(0xC3, 8), Error::UnreadKind { kind: "a lossless JPEG".into() });
        assert_eq!(kind(0xC1, 12), Error::UnreadKind { kind: "a JPEG of 12 bits a sample".into() });
    }

    #[test]
    fn walks_over_fill_bytes_and_what_lies_between_segments() {
        let bytes = [0xFF, 0xD8, 7, 0xFF, 0, 0xFF, 0xFF, 0xFE, 0, 3, 9, 0xFF, END];
        let comment = next_segment(&bytes, 2).unwrap();
        assert_eq!((comment.marker, comment.body, comment.end), (0xFE, &[9][..], 11));
        assert_eq!(next_segment(&bytes, 11).unwrap().marker, END);
        assert!(next_segment(&bytes, 13).is_none() && next_segment(&bytes[..9], 2).is_none());
    }
}
