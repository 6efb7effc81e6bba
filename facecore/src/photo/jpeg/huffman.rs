//! The bits of a scan, and the Huffman codes in them.

/// A code that the table does not have: the data is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadCode;

/// Codes of up to so many bits are looked up at once.
const LOOK: u32 = 10;

/// A Huffman table as DHT gives it, laid out for decoding.
#[derive(Clone)]
pub(super) struct Table {
    /// By the next [`LOOK`] bits: the code's length × 256 + its symbol; 0 if the code is longer.
    look: Box<[u16; 1 << LOOK]>,
    /// By the next [`LOOK`] bits, for AC codes whose value fits in too: value × 256 + run × 16 + all bits; 0 if it does not fit.
    look_ac: Box<[i16; 1 << LOOK]>,
    /// By the code's length: one more than the highest code, moved to the top of 16 bits.
    limit: [u32; 18],
    /// By the code's length: what to add to a code to find its symbol.
    offset: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// `counts[i]` codes are `i + 1` bits long; `None` if these are more codes than there are.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut look = Box::new([0u16; 1 << LOOK]);
        let (mut limit, mut offset) = ([0u32; 18], [0i32; 17]);
        let (mut code, mut at) = (0u32, 0usize);
        for length in 1..=16u32 {
            offset[length as usize] = at as i32 - code as i32;
            for &symbol in symbols.get(at..at + usize::from(counts[length as usize - 1]))? {
                if code >> length != 0 {
                    return None;
                }
                if length <= LOOK {
                    let first = (code << (LOOK - length)) as usize;
                    look[first..first + (1 << (LOOK - length))].fill((length as u16) << 8 | u16::from(symbol));
                }
                code += 1;
            }
            at += usize::from(counts[length as usize - 1]);
            limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        limit[17] = u32::MAX;
        let look_ac = Box::new(std::array::from_fn(|bits| short_ac(look[bits], bits as u32)));
        Some(Self { look, look_ac, limit, offset, symbols: symbols[..at].to_vec() })
    }
}

/// The AC value that follows a short code within the looked-up bits.
fn short_ac(found: u16, bits: u32) -> i16 {
    let (length, run, size) = (u32::from(found >> 8), (found >> 4 & 15) as i32, u32::from(found & 15));
    if length == 0 || size == 0 || length + size > LOOK {
        return 0;
    }
    let value = extend(bits >> (LOOK - length - size) & ((1 << size) - 1), size);
    if !(-128..128).contains(&value) {
        return 0;
    }
    (value * 256 + run * 16 + (length + size) as i32) as i16
}

/// A value of `size` bits, as JPEG writes signed ones.
fn extend(bits: u32, size: u32) -> i32 {
    if size > 0 && bits >> (size - 1) == 0 { bits as i32 - (1 << size) + 1 } else { bits as i32 }
}

/// Reads the bits of a scan up to the next marker; behind it come zeros, which [`Bits::is_overrun`] tells.
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

    /// At least 48 bits to read; 56 where no marker is near.
    #[inline]
    fn refill(&mut self) {
        if self.count >= 48 {
            return;
        }
        if let Some(next) = self.data.get(self.at..self.at + 8) {
            let word = u64::from_be_bytes(next.try_into().unwrap_or_default());
            let inverse = !word;
            let has_ff = inverse.wrapping_sub(0x0101_0101_0101_0101) & !inverse & 0x8080_8080_8080_8080;
            if has_ff == 0 {
                self.bits |= word >> self.count;
                self.at += (63 - self.count as usize) >> 3;
                self.count |= 56;
                return;
            }
        }
        self.refill_slowly();
    }

    #[cold]
    #[inline(never)]
    fn refill_slowly(&mut self) {
        // What a fast refill left below the counted bits is the beginning of the byte that comes now.
        self.bits &= !(u64::MAX >> self.count);
        while self.count <= 56 {
            match self.next_byte() {
                Some(byte) => self.bits |= u64::from(byte) << (56 - self.count),
                None => self.made_up += 8,
            }
            self.count += 8;
        }
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

    #[inline]
    fn consume(&mut self, count: u32) {
        self.bits <<= count;
        // Behind the end of the data this would go below zero; it stays overrun.
        self.count = self.count.saturating_sub(count);
    }

    /// `count` bits, at most 16.
    #[inline]
    pub(super) fn read(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        self.refill();
        let value = (self.bits >> (64 - count)) as u32;
        self.consume(count);
        value
    }

    #[inline]
    pub(super) fn bit(&mut self) -> bool {
        self.read(1) == 1
    }

    #[inline]
    pub(super) fn symbol(&mut self, table: &Table) -> Result<u8, BadCode> {
        self.refill();
        let found = table.look[(self.bits >> (64 - LOOK)) as usize];
        if found != 0 {
            self.consume(u32::from(found >> 8));
            return Ok(found as u8);
        }
        self.long_symbol(table)
    }

    #[inline(never)]
    fn long_symbol(&mut self, table: &Table) -> Result<u8, BadCode> {
        let next = (self.bits >> 48) as u32;
        let length = (LOOK + 1..17).find(|&length| next < table.limit[length as usize]).ok_or(BadCode)?;
        let at = (next >> (16 - length)) as i32 + table.offset[length as usize];
        let symbol = usize::try_from(at).ok().and_then(|at| table.symbols.get(at)).ok_or(BadCode)?;
        self.consume(length);
        Ok(*symbol)
    }

    /// A signed value of `size` bits, at most 15.
    #[inline]
    pub(super) fn signed(&mut self, size: u32) -> i32 {
        let bits = self.read(size);
        extend(bits, size)
    }

    /// The next AC coefficient as how many zeros come first, and its value; a value of 0 is a bare run (`15`: 16 zeros) or an end of `2^run`
    /// blocks.
    #[inline]
    pub(super) fn run_and_value(&mut self, table: &Table) -> Result<(usize, i32), BadCode> {
        self.refill();
        let short = table.look_ac[(self.bits >> (64 - LOOK)) as usize];
        if short != 0 {
            self.consume((short & 15) as u32);
            return Ok(((short >> 4 & 15) as usize, i32::from(short >> 8)));
        }
        let symbol = self.symbol(table)?;
        Ok((usize::from(symbol >> 4), self.signed(u32::from(symbol & 15))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes 0, 10, 110 and one of 12 bits.
    fn table() -> Table {
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[2], counts[11]) = (1, 1, 1, 1);
        Table::new(&counts, &[5, 6, 0x12, 9]).unwrap()
    }

    #[test]
    fn reads_short_and_long_codes_and_tells_the_end() {
        // 0, 10, 110 + value 01, 1110_0000_0000, then the marker.
        let data = [0b0101_1001, 0b1110_0000, 0b0000_0000, 0xFF, 0xD9];
        let mut bits = Bits::new(&data, 0);
        assert_eq!((bits.symbol(&table()), bits.symbol(&table())), (Ok(5), Ok(6)));
        assert_eq!(bits.run_and_value(&table()), Ok((1, -2)));
        assert_eq!(bits.symbol(&table()), Ok(9));
        assert!(!bits.is_overrun());
        bits.read(4);
        assert!(!bits.is_overrun());
        bits.read(1);
        assert!(bits.is_overrun());
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
        assert_eq!(Bits::new(&[0xFE, 0, 0, 0], 0).symbol(&table()), Err(BadCode));
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Table::new(&counts, &[1, 2, 3]).is_none());
        assert!(Table::new(&[0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[1]).is_none());
    }
}
