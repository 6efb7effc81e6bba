//! The bits of a scan, and the Huffman codes in them.

/// A code that the table does not have: the data is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadCode;

/// Codes of up to so many bits are looked up at once.
const LOOK: u32 = 10;

/// A code, and the value behind it if its bits were looked up too.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// Bits of the code and, if it is known, of the value; 0 if the code is longer than what is looked up.
    length: u8,
    /// The upper half is for the caller, the lower half says how many bits the value has.
    symbol: u8,
    /// The value, or [`UNKNOWN`].
    value: i16,
}

/// No value: one of 15 bits is at most 32,767 far from 0.
const UNKNOWN: i16 = i16::MIN;

/// Whole codes with the values behind them, of which only their lengths are of use: what the next [`RUN`] bits hold of them.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// Bits; 0 if not even one code with its value is that short.
    length: u8,
    /// Places in zigzag order that they pass over, with 128 added if a block ends there.
    places: u8,
}

/// Bits that are looked up at once where values do not matter: two or three codes of a phone's photo, in 16 KB.
const RUN: u32 = 13;
/// In [`Run::places`].
const ENDS: u8 = 128;

/// A Huffman table as DHT gives it, laid out for decoding.
#[derive(Clone)]
pub(super) struct Table {
    /// By the next [`LOOK`] bits.
    look: Box<[Entry; 1 << LOOK]>,
    /// By the code's length: one more than the highest code, moved to the top of 16 bits.
    limit: [u32; 18],
    /// By the code's length: what to add to a code to find its symbol.
    offset: [i32; 17],
    symbols: Vec<u8>,
    /// By the next [`RUN`] bits; empty unless [`Table::with_runs`] was called.
    runs: Vec<Run>,
}

impl Table {
    /// `counts[i]` codes are `i + 1` bits long; `None` if these are more codes than there are.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut look = Box::new([Entry::default(); 1 << LOOK]);
        let (mut limit, mut offset) = ([0u32; 18], [0i32; 17]);
        let (mut code, mut at) = (0u32, 0usize);
        for length in 1..=16u32 {
            offset[length as usize] = at as i32 - code as i32;
            for &symbol in symbols.get(at..at + usize::from(counts[length as usize - 1]))? {
                if code >> length != 0 {
                    return None;
                }
                if length <= LOOK {
                    let first = code << (LOOK - length);
                    for bits in first..first + (1 << (LOOK - length)) {
                        look[bits as usize] = Entry::new(length, symbol, bits);
                    }
                }
                code += 1;
            }
            at += usize::from(counts[length as usize - 1]);
            limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        limit[17] = u32::MAX;
        Some(Self { look, limit, offset, symbols: symbols[..at].to_vec(), runs: Vec::new() })
    }

    /// The table of AC codes, ready for [`Bits::pass_over`].
    pub(super) fn with_runs(mut self) -> Self {
        if self.runs.is_empty() {
            self.runs = (0..1 << RUN).map(|bits| self.run(bits)).collect();
        }
        self
    }

    /// What the [`RUN`] bits of `bits` begin with.
    fn run(&self, bits: u32) -> Run {
        let mut run = Run::default();
        loop {
            let rest = bits << run.length & ((1 << RUN) - 1);
            let entry = self.look[(rest >> (RUN - LOOK)) as usize];
            let value = if entry.value == UNKNOWN { entry.symbol & 15 } else { 0 };
            let length = run.length + entry.length + value;
            let places = run.places + (entry.symbol >> 4) + 1;
            if entry.length == 0 || u32::from(length) > RUN || places >= 64 {
                return run;
            }
            run.length = length;
            if entry.symbol & 15 == 0 && entry.symbol < 0xF0 {
                run.places |= ENDS;
                return run;
            }
            run.places = places;
        }
    }

    /// The length and the symbol of a code of more than [`LOOK`] bits, which `next` 16 bits begin with.
    #[cold]
    #[inline(never)]
    fn long(&self, next: u32) -> Result<Entry, BadCode> {
        let length = (LOOK + 1..17).find(|&length| next < self.limit[length as usize]).ok_or(BadCode)?;
        let at = (next >> (16 - length)) as i32 + self.offset[length as usize];
        let &symbol = usize::try_from(at).ok().and_then(|at| self.symbols.get(at)).ok_or(BadCode)?;
        Ok(Entry { length: length as u8, symbol, value: UNKNOWN })
    }
}

impl Entry {
    /// The code of `length` bits that begins `bits`, which are [`LOOK`] long.
    fn new(length: u32, symbol: u8, bits: u32) -> Self {
        let size = u32::from(symbol & 15);
        if length + size > LOOK {
            return Self { length: length as u8, symbol, value: UNKNOWN };
        }
        let value = signed(bits >> (LOOK - length - size) & ((1 << size) - 1), size);
        Self { length: (length + size) as u8, symbol, value: value as i16 }
    }
}

/// A value of `size` bits, as JPEG writes signed ones: without the lower half of what the bits could be, which is the negative values'.
#[inline]
fn signed(bits: u32, size: u32) -> i32 {
    let negative = i32::from(size > 0 && bits >> (size - 1) == 0);
    bits as i32 - negative * ((1 << size) - 1)
}

/// Reads the bits of a scan up to the next marker; behind it come zeros, which [`Bits::is_overrun`] tells.
///
/// A block is read with a copy of its own, which stays in registers.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the top down.
    bits: u64,
    /// How many of them are there.
    count: u32,
    /// How many of the last ones are made up.
    made_up: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at, bits: 0, count: 0, made_up: 0 }
    }

    /// Whether more was read than there is.
    pub(super) fn is_overrun(&self) -> bool {
        self.made_up > self.count
    }

    /// No byte up to here belongs to a marker, so that the next marker is looked for from here on.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// How many bytes other than padding come before the next marker and were not read.
    pub(super) fn unread(mut self) -> usize {
        let mut unread = 0;
        let buffered = self.count.saturating_sub(self.made_up) / 8;
        for _ in 0..buffered {
            unread += usize::from(!matches!(self.read(8), 0 | 0xFF));
        }
        unread
    }

    /// At least 56 bits to read, of which a code and its value take 31 at most. To ask first whether so many are left takes longer.
    #[inline(always)]
    fn refill(&mut self) {
        if let Some(next) = self.data.get(self.at..).and_then(|rest| rest.first_chunk()) {
            let word = u64::from_be_bytes(*next);
            let inverse = !word;
            let has_ff = inverse.wrapping_sub(0x0101_0101_0101_0101) & !inverse & 0x8080_8080_8080_8080;
            if has_ff == 0 {
                self.bits |= word >> self.count;
                self.at += (63 - self.count as usize) >> 3;
                self.count |= 56;
                return;
            }
        }
        *self = self.refilled_slowly();
    }

    /// Byte by byte, where a marker or a byte 0xFF of the data is near.
    #[cold]
    #[inline(never)]
    fn refilled_slowly(mut self) -> Self {
        // What a fast refill left below the counted bits is the beginning of the byte that comes now.
        self.bits &= !(u64::MAX >> self.count);
        while self.count < 56 {
            match self.next_byte() {
                Some(byte) => self.bits |= u64::from(byte) << (56 - self.count),
                None => self.made_up += 8,
            }
            self.count += 8;
        }
        self
    }

    fn next_byte(&mut self) -> Option<u8> {
        let &byte = self.data.get(self.at)?;
        if byte != 0xFF {
            self.at += 1;
            return Some(byte);
        }
        if self.data.get(self.at + 1) != Some(&0) {
            return None;
        }
        self.at += 2;
        Some(0xFF)
    }

    /// Takes `count` bits, which are there after a refill.
    #[inline(always)]
    fn take(&mut self, count: u32) {
        self.bits <<= count;
        self.count -= count;
    }

    /// `count` bits, at most 16.
    #[inline]
    pub(super) fn read(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        self.refill();
        let value = (self.bits >> (64 - count)) as u32;
        self.take(count);
        value
    }

    #[inline]
    pub(super) fn bit(&mut self) -> bool {
        self.read(1) == 1
    }

    /// The next code's symbol, and the value behind it, of as many bits as the symbol's lower half says.
    #[inline(always)]
    pub(super) fn symbol_and_value(&mut self, table: &Table) -> Result<(u8, i32), BadCode> {
        self.refill();
        let mut entry = table.look[(self.bits >> (64 - LOOK)) as usize];
        if entry.length == 0 {
            entry = table.long((self.bits >> 48) as u32)?;
        }
        self.take(entry.length.into());
        if entry.value != UNKNOWN {
            return Ok((entry.symbol, entry.value.into()));
        }
        let size = u32::from(entry.symbol & 15);
        // Shifted in two steps, since all 64 cannot be shifted out at once.
        let value = signed((self.bits >> 1 >> (63 - size)) as u32, size);
        self.take(size);
        Ok((entry.symbol, value))
    }

    /// Passes over what is left of a block from place `k` on, as if all of it were read. The table must be one [with runs](Table::with_runs).
    #[inline]
    pub(super) fn pass_over(&mut self, table: &Table, mut k: usize) -> Result<(), BadCode> {
        while k < 64 {
            self.refill();
            let run = table.runs[(self.bits >> (64 - RUN)) as usize];
            let after = k + usize::from(run.places & !ENDS);
            // A block is full behind its last place, and ends nowhere else without saying so.
            if run.length > 0 && after < 64 {
                self.take(run.length.into());
                if run.places & ENDS != 0 {
                    break;
                }
                k = after;
                continue;
            }
            let (symbol, _) = self.symbol_and_value(table)?;
            match symbol {
                0xF0 => k += 16,
                symbol if symbol & 15 == 0 => break,
                symbol if k + usize::from(symbol >> 4) < 64 => k += usize::from(symbol >> 4) + 1,
                _ => return Err(BadCode),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Codes 0, 10, 110 and one of 12 bits.
    fn table() -> Table {
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[2], counts[11]) = (1, 1, 1, 1);
        Table::new(&counts, &[0, 0x10, 0x12, 0x20]).unwrap()
    }

    #[test]
    fn reads_short_and_long_codes_and_tells_the_end() {
        // 0, 10, 110 + value 01, 1110_0000_0000, then the marker.
        let data = [0b0101_1001, 0b1110_0000, 0b0000_0000, 0xFF, 0xD9];
        let mut bits = Bits::new(&data, 0);
        let mut next = || bits.symbol_and_value(&table());
        assert_eq!((next(), next()), (Ok((0, 0)), Ok((0x10, 0))));
        assert_eq!((next(), next()), (Ok((0x12, -2)), Ok((0x20, 0))));
        assert!(!bits.is_overrun());
        bits.read(4);
        assert!(!bits.is_overrun());
        bits.read(1);
        assert!(bits.is_overrun());
    }

    proptest! {
        #[test]
        fn passing_over_a_block_ends_where_reading_it_does(data in prop::collection::vec(any::<u8>(), 0..40), k in 1usize..64) {
            // The standard's table for luma (K.5), so that all kinds of codes are met: long ones, runs of 16 zeros, ends.
            let table = luma().with_runs();
            let mut read = Bits::new(&data, 0);
            let mut passed = read;
            let mut places = k;
            let read_all = loop {
                if places >= 64 {
                    break Ok(());
                }
                match read.symbol_and_value(&table) {
                    Ok((0, _)) => break Ok(()),
                    Ok((symbol, _)) if places + usize::from(symbol >> 4) > 63 && symbol != 0xF0 => break Err(BadCode),
                    Ok((symbol, _)) => places += usize::from(symbol >> 4) + 1,
                    Err(bad) => break Err(bad),
                }
            };
            prop_assert_eq!(passed.pass_over(&table, k), read_all);
            if read_all.is_ok() && !read.is_overrun() {
                prop_assert_eq!((0..8).map(|_| passed.read(5)).collect::<Vec<_>>(), (0..8).map(|_| read.read(5)).collect::<Vec<_>>());
            }
        }
    }

    fn luma() -> Table {
        let counts = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125];
        let mut symbols = vec![
            0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
            0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72,
            0x82,
        ];
        // All others have 16 bits.
        let others = (0x00..=0xFAu8)
            .filter(|symbol| (1..=10).contains(&(symbol & 15)) && !symbols.contains(symbol))
            .collect::<Vec<_>>();
        symbols.extend(others);
        Table::new(&counts, &symbols).unwrap()
    }

    #[test]
    fn unstuffs_bytes() {
        let data = [0xFF, 0, 0x12, 0xFF, 0, 0xFF, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0xFF, 0xD0];
        let mut bits = Bits::new(&data, 0);
        let read: Vec<u32> = (0..17).map(|_| bits.read(8)).collect();
        assert_eq!(read, [0xFF, 0x12, 0xFF, 0xFF, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        assert!(!bits.is_overrun());
    }

    #[test]
    fn a_code_that_is_not_there_is_bad() {
        assert_eq!(Bits::new(&[0xFE, 0, 0, 0], 0).symbol_and_value(&table()), Err(BadCode));
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Table::new(&counts, &[1, 2, 3]).is_none());
        assert!(Table::new(&[0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[1]).is_none());
    }
}
