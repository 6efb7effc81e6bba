//! From a strip or a tile to its plain bytes.

use std::borrow::Cow;
use std::io::Read;

use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

use super::super::jpeg;
use super::bad;
use crate::error::{Error, Result};

/// How strips and tiles are packed, of the ways that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Lzw,
    Deflate,
    PackBits,
    Jpeg,
}

impl Packing {
    pub(super) fn of(compression: u64) -> Result<Self> {
        Ok(match compression {
            1 => Self::Plain,
            5 => Self::Lzw,
            7 => Self::Jpeg,
            8 | 32946 => Self::Deflate,
            32773 => Self::PackBits,
            other => {
                let name = match other {
                    2..=4 => "a CCITT fax TIFF".into(),
                    6 => "a TIFF with old JPEG compression".into(),
                    34712 => "a TIFF with JPEG 2000 compression".into(),
                    34887 => "a TIFF with LERC compression".into(),
                    34925 => "a TIFF with LZMA compression".into(),
                    50000 => "a TIFF with Zstandard compression".into(),
                    50001 => "a TIFF with WebP compression".into(),
                    other => format!("a TIFF with compression {other}"),
                };
                return Err(Error::UnreadKind { kind: name });
            }
        })
    }

    /// Exactly `length` bytes, or an error; what a file has beyond them is left.
    pub(super) fn unpack(self, packed: &[u8], length: usize) -> Result<Cow<'_, [u8]>> {
        let cut = || bad("a strip or a tile is cut");
        // No packing makes 4096 bytes of one.
        if length > packed.len().saturating_mul(4096) {
            return Err(cut());
        }
        let unpacked = match self {
            Self::Plain => return Ok(Cow::Borrowed(packed.get(..length).ok_or_else(cut)?)),
            // Files from before 1988 have the bits of each code the other way round.
            Self::Lzw if matches!(packed, [0, second, ..] if second & 1 == 1) => {
                return Err(Error::UnreadKind { kind: "a TIFF with LZW compression of before 1988".into() });
            }
            Self::Lzw => Some(lzw(packed, length)),
            Self::Deflate => {
                let mut bytes = Vec::new();
                let read = flate2::read::ZlibDecoder::new(packed).take(length as u64).read_to_end(&mut bytes);
                read.ok().map(|_| bytes)
            }
            Self::PackBits => Some(pack_bits(packed, length)),
            // Read as a picture of its own.
            Self::Jpeg => None,
        };
        unpacked.filter(|bytes| bytes.len() == length).map(Cow::Owned).ok_or_else(cut)
    }
}

fn lzw(packed: &[u8], length: usize) -> Vec<u8> {
    let mut decoder = Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let mut bytes = vec![0; length];
    let (mut from, mut to) = (0, 0);
    while to < length {
        let step = decoder.decode_bytes(&packed[from..], &mut bytes[to..]);
        from += step.consumed_in;
        to += step.consumed_out;
        if !matches!(step.status, Ok(LzwStatus::Ok)) || step.consumed_in + step.consumed_out == 0 {
            break;
        }
    }
    bytes.truncate(to);
    bytes
}

fn pack_bits(mut packed: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some((&count, rest)) = packed.split_first()
        && bytes.len() < length
    {
        let left = length - bytes.len();
        packed = match count {
            0..128 => {
                let (literal, rest) = rest.split_at(rest.len().min(usize::from(count) + 1));
                bytes.extend_from_slice(&literal[..literal.len().min(left)]);
                rest
            }
            128 => rest,
            _ => {
                let Some((&value, rest)) = rest.split_first() else { break };
                bytes.resize(bytes.len() + (257 - usize::from(count)).min(left), value);
                rest
            }
        };
    }
    bytes
}

/// A strip or a tile that is a JPEG, whose tables may stand apart: RGB pixels and how many in a row.
pub(super) fn jpeg_chunk(packed: &[u8], tables: Option<&[u8]>, ycc: bool, most: u64) -> Result<(Vec<u8>, usize)> {
    let whole = match tables.and_then(|tables| Some((tables.strip_suffix(b"\xFF\xD9")?, packed.get(2..)?))) {
        Some((tables, rest)) => Cow::Owned([tables, rest].concat()),
        None => Cow::Borrowed(packed),
    };
    let frame = jpeg::Frame::read(&whole)?.with_colours(ycc);
    if u64::from(frame.width) * u64::from(frame.height) > most {
        return Err(bad("a strip or a tile is larger than the picture"));
    }
    let decoded = jpeg::decode(&whole, &frame, 8)?;
    match decoded.damage {
        Some(reason) => Err(Error::Damaged { reason }),
        None => Ok((decoded.rgb, decoded.width as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_runs_and_literals() {
        let packed = [2, 1, 2, 3, 0x80, 0xFE, 7, 0, 9];
        assert_eq!(Packing::PackBits.unpack(&packed, 7).unwrap()[..], [1, 2, 3, 7, 7, 7, 9]);
        assert_eq!(Packing::PackBits.unpack(&packed, 5).unwrap()[..], [1, 2, 3, 7, 7]);
        assert!(Packing::PackBits.unpack(&packed, 8).is_err());
    }

    #[test]
    fn names_what_is_not_read() {
        let kind = Packing::of(4).unwrap_err();
        assert_eq!(kind, Error::UnreadKind { kind: "a CCITT fax TIFF".into() });
    }
}
