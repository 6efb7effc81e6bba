//! JPEG as cameras, phones and a quarter of a century of programs write it: baseline and progressive, any order of scans and any sampling.
//!
//! Why not a crate: see `docs/dependencies.md`. A decoder for a service must tell a whole picture from a damaged one, keep what is whole, and
//! read 200 megapixels at an eighth, a quarter or half of their size without ever holding them; those in pure Rust do none of these.
//!
//! - `frame`: the segments, and what they say before the first pixel.
//! - `huffman`, `scan`: bits to coefficients.
//! - `idct`, `planes`: coefficients to pixels, at full or reduced size; upsampling and colour.
//!
//! This room may use [`crate::error`] and the colours of `raw`.

mod frame;
mod huffman;
mod idct;
mod planes;
mod scan;

pub(super) use frame::Frame;

use frame::{END, HUFFMAN, QUANTISERS, RESTARTS, SCAN, Segment, bad, next_segment};
use huffman::{BadCode, Bits, Table};
use idct::{Drawing, ZIGZAG, last_drawn};
use planes::{Plane, to_rgb};
use scan::{Band, Coder};

use crate::error::{Error, Result};

/// A file of more scans than this was made to keep readers busy; programs write 10 or so.
pub(super) const MAX_SCANS: u32 = 100;
/// So many bytes may be left over behind a scan's last block: some cameras leave a few.
const LEFT_OVER: usize = 16;

/// A decoded picture.
pub(super) struct Decoded {
    /// RGB, row by row.
    pub(super) rgb: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
    /// What is wrong with the data, if anything; what could not be read is mid-grey.
    pub(super) damage: Option<String>,
}

/// Decodes with each block of 8×8 pixels as `side`×`side`: 8, 4, 2 or 1.
///
/// # Errors
/// [`Error::UnreadKind`] for a kind that is not read, [`Error::Decode`] if there is nothing to decode.
pub(super) fn decode(bytes: &[u8], frame: &Frame<'_>, side: usize) -> Result<Decoded> {
    if let Some(kind) = &frame.unread {
        return Err(Error::UnreadKind { kind: kind.clone() });
    }
    let mut decoder = Decoder {
        bytes,
        frame,
        side,
        planes: Plane::all(frame, side),
        quantisers: [None; 4],
        dc: [const { None }; 4],
        ac: [const { None }; 4],
        restart: 0,
        unknown_bits: vec![[u8::MAX; 64]; frame.components.len()],
        damage: None,
    };
    decoder.scans()?;
    let Decoder { mut planes, damage, .. } = decoder;
    if frame.progressive {
        planes.iter_mut().for_each(Plane::draw_all);
    }
    let [width, height] = [frame.width, frame.height].map(|length| (length as usize * side).div_ceil(8));
    let rgb = to_rgb(planes, frame, width, height);
    Ok(Decoded { rgb, width: width as u32, height: height as u32, damage })
}

struct Decoder<'a> {
    bytes: &'a [u8],
    frame: &'a Frame<'a>,
    side: usize,
    planes: Vec<Plane>,
    quantisers: [Option<[u16; 64]>; 4],
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
    /// Units between two restart markers; 0 without them.
    restart: usize,
    /// By component and frequency: how many of the lowest bits no scan has told yet, 255 before the first one.
    unknown_bits: Vec<[u8; 64]>,
    damage: Option<String>,
}

/// What a scan's header says.
struct Scan {
    /// The components' places in the frame, and their tables' numbers.
    components: Vec<(usize, usize, usize)>,
    band: Band,
}

impl Decoder<'_> {
    fn damaged(&mut self, reason: impl Into<String>) {
        self.damage.get_or_insert(reason.into());
    }

    /// All scans, and the tables between them.
    fn scans(&mut self) -> Result<()> {
        let (mut at, mut scans, mut ended) = (0, 0, false);
        while let Some(segment) = next_segment(self.bytes, at) {
            at = segment.end;
            let fits = match segment.marker {
                END => {
                    ended = true;
                    break;
                }
                SCAN => {
                    scans += 1;
                    if scans > MAX_SCANS {
                        return Err(bad(&format!("it has more than {MAX_SCANS} scans")));
                    }
                    self.scan(&segment).map(|end| at = end)
                }
                _ => self.table(&segment),
            };
            if fits.is_none() && scans <= 1 {
                return Err(bad("a table or the header of its first scan makes no sense"));
            }
            if fits.is_none() {
                self.damaged("a table or the header of a scan makes no sense");
                break;
            }
        }
        let known = |bits: &[u8; 64]| bits[0] != u8::MAX;
        if !self.unknown_bits.iter().all(known) {
            self.damaged("it ends before all of its colours came");
        }
        // Without the end marker it is whole if all bits of all coefficients came.
        if !ended && self.unknown_bits.as_flattened().iter().any(|&bits| bits > 0) {
            self.damaged("it ends before its last scan");
        }
        Ok(())
    }

    /// The last place in zigzag order that a block's pixels are made of. Of a progressive picture all are kept.
    fn drawn(&self) -> usize {
        if self.frame.progressive { 63 } else { last_drawn(self.side) }
    }

    fn table(&mut self, segment: &Segment<'_>) -> Option<()> {
        match segment.marker {
            QUANTISERS => self.quantisers(segment.body),
            HUFFMAN => self.codes(segment.body),
            RESTARTS => {
                self.restart = u16::from_be_bytes(*segment.body.first_chunk()?).into();
                Some(())
            }
            _ => Some(()),
        }
    }

    fn quantisers(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&which, rest)) = body.split_first() {
            let (bytes, place) = (1 + usize::from(which >> 4 != 0), self.quantisers.get_mut(usize::from(which & 15))?);
            let (steps, rest) = rest.split_at_checked(64 * bytes)?;
            let mut quantiser = [0; 64];
            for (step, &k) in steps.chunks_exact(bytes).zip(&ZIGZAG) {
                quantiser[usize::from(k)] = step.iter().fold(0, |value, &byte| value << 8 | u16::from(byte));
            }
            *place = Some(quantiser);
            body = rest;
        }
        Some(())
    }

    fn codes(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&which, rest)) = body.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let (symbols, rest) = rest.split_at_checked(counts.iter().map(|&count| usize::from(count)).sum())?;
            let tables = if which >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *tables.get_mut(usize::from(which & 15))? = Some(Table::new(counts, symbols)?);
            body = rest;
        }
        Some(())
    }

    fn scan_header(&self, body: &[u8]) -> Option<Scan> {
        let (&count, rest) = body.split_first()?;
        let (components, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let mut chosen: Vec<(usize, usize, usize)> = Vec::new();
        for &[id, tables] in components.as_chunks::<2>().0 {
            let place = self.frame.components.iter().position(|component| component.id == id)?;
            if chosen.iter().any(|&(other, ..)| other == place) {
                return None;
            }
            chosen.push((place, usize::from(tables >> 4 & 3), usize::from(tables & 3)));
        }
        let &[first, last, bits, ..] = rest else { return None };
        let band = Band { first: first.into(), last: last.into(), high: bits >> 4, low: bits & 15 };
        let makes_sense = !chosen.is_empty() && (!self.frame.progressive || band.makes_sense(chosen.len()));
        makes_sense.then_some(Scan { components: chosen, band })
    }

    /// Reads a scan; answers where it ends, or `None` if its header or its tables are missing.
    fn scan(&mut self, segment: &Segment<'_>) -> Option<usize> {
        let scan = self.scan_header(segment.body)?;
        for &(place, ..) in &scan.components {
            let quantiser = self.quantisers[self.frame.components[place].quantiser]?;
            self.planes[place].drawing.get_or_insert_with(|| Drawing::new(&quantiser, self.side));
            if self.frame.progressive {
                self.unknown_bits[place][scan.band.first..=scan.band.last].fill(scan.band.low);
            } else {
                self.unknown_bits[place] = [0; 64];
            }
        }
        let drawn = self.drawn();
        // The tables are lent to the scan while it writes to the planes.
        let (dc, mut ac) = (std::mem::take(&mut self.dc), std::mem::take(&mut self.ac));
        if drawn < 63 {
            // Only here: a file may have millions of tables, but few scans.
            scan.components.iter().for_each(|&(.., a)| ac[a] = ac[a].take().map(Table::with_runs));
        }
        let mut coders: Vec<_> = scan
            .components
            .iter()
            .map(|&(_, d, a)| Coder::new(dc[d].as_ref(), ac[a].as_ref(), scan.band, drawn))
            .collect();
        let end = self.intervals(&scan, &mut coders, segment.end);
        drop(coders);
        (self.dc, self.ac) = (dc, ac);
        Some(end)
    }

    /// Reads the units between restart markers, and finds its place again where one is missing.
    fn intervals(&mut self, scan: &Scan, coders: &mut [Coder<'_>], mut at: usize) -> usize {
        let (across, down) = self.frame.most();
        let [row, rows] = match scan.components[..] {
            [(only, ..)] => self.planes[only].blocks,
            _ => [(self.frame.width as usize).div_ceil(8 * across), (self.frame.height as usize).div_ceil(8 * down)],
        };
        let total = row * rows;
        let length = if self.restart == 0 { total } else { self.restart };
        let mut next = 0;
        loop {
            let mut bits = Bits::new(self.bytes, at);
            let (interval, end) = (next / length, total.min(next + length));
            coders.iter_mut().for_each(Coder::restart);
            if self.units(scan, coders, &mut bits, row, next..end).is_err() {
                self.damaged("the data of a scan is broken");
            }
            at = bits.position();
            next = end;
            if next >= total {
                if self.damage.is_none() && bits.unread() > LEFT_OVER {
                    self.damaged("a scan has more data than pixels");
                }
                return at;
            }
            let Some((marker_end, lost)) = self.restart_marker(at, interval) else {
                self.damaged("a scan ends too early");
                return at;
            };
            if lost > 0 {
                self.damaged("a part of a scan is missing");
            }
            next += lost * length;
            at = marker_end;
            if next >= total {
                return at;
            }
        }
    }

    /// The restart marker behind an interval: where it ends, and how many intervals are missing in front of it.
    fn restart_marker(&mut self, mut at: usize, interval: usize) -> Option<(usize, usize)> {
        loop {
            let segment = next_segment(self.bytes, at)?;
            let found = usize::from(segment.marker);
            if !(0xD0..=0xD7).contains(&found) {
                return None;
            }
            // They count from 0 to 7 and begin again.
            match (found + 8 - 0xD0 - interval % 8) % 8 {
                lost @ 0..=2 => return Some((segment.end, lost)),
                // An interval that was there already, as after a repeated part of the file.
                6..=7 => at = segment.end,
                _ => return Some((segment.end, 0)),
            }
        }
    }

    /// Reads units `range` of a scan that has `row` of them in a row.
    fn units(
        &mut self,
        scan: &Scan,
        coders: &mut [Coder<'_>],
        bits: &mut Bits<'_>,
        row: usize,
        range: std::ops::Range<usize>,
    ) -> Result<(), BadCode> {
        let parts = self.parts(scan);
        let [mut x, mut y] = [range.start % row, range.start / row];
        for _ in range {
            for part in &parts {
                let at = [x * part.step[0] + part.offset[0], y * part.step[1] + part.offset[1]];
                self.block(part, at, &mut coders[part.coder], bits)?;
            }
            x += 1;
            if x == row {
                (x, y) = (0, y + 1);
            }
        }
        Ok(())
    }

    // Inlined, so that the bits and the block stay where they are.
    #[inline(always)]
    fn block(
        &mut self,
        part: &Part,
        [x, y]: [usize; 2],
        coder: &mut Coder<'_>,
        bits: &mut Bits<'_>,
    ) -> Result<(), BadCode> {
        let plane = &mut self.planes[part.place];
        if self.frame.progressive {
            coder.finer(bits, &mut plane.coefficients[y * plane.row_blocks + x])?;
            return if bits.is_overrun() { Err(BadCode) } else { Ok(()) };
        }
        let mut block = [0; 64];
        let last = coder.whole(bits, &mut block)?;
        if bits.is_overrun() {
            return Err(BadCode);
        }
        plane.draw([x, y], &block, last);
        Ok(())
    }

    /// The blocks of a scan's unit, in the order of the file.
    fn parts(&self, scan: &Scan) -> Vec<Part> {
        if let [(place, ..)] = scan.components[..] {
            return vec![Part { place, coder: 0, step: [1, 1], offset: [0, 0] }];
        }
        let parts = scan.components.iter().enumerate().flat_map(|(coder, &(place, ..))| {
            let component = &self.frame.components[place];
            let step = [component.across, component.down];
            let offsets = (0..step[1]).flat_map(move |v| (0..step[0]).map(move |h| [h, v]));
            offsets.map(move |offset| Part { place, coder, step, offset })
        });
        parts.collect()
    }
}

/// One block of a scan's unit.
struct Part {
    /// The component's place in the frame, and its coder's in the scan.
    place: usize,
    coder: usize,
    /// Blocks from one unit to the next, and from the unit's corner, across and down.
    step: [usize; 2],
    offset: [usize; 2],
}
