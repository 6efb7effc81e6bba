//! One scan: from its bits to its blocks.

use super::huffman::{BadCode, Bits, Table};
use super::idct::ZIGZAG;

/// A block's coefficients, row by row.
pub(super) type Block = [i16; 64];

/// What one component's blocks of a scan are read with.
pub(super) struct Coder<'t> {
    dc: Option<&'t Table>,
    ac: Option<&'t Table>,
    band: Band,
    /// The last place in zigzag order that is drawn.
    drawn: usize,
    /// The DC value of the block before.
    before: i32,
    /// How many blocks to come get nothing new.
    skip: u32,
}

impl<'t> Coder<'t> {
    /// For blocks of which nothing behind place `drawn` is drawn.
    pub(super) fn new(dc: Option<&'t Table>, ac: Option<&'t Table>, band: Band, drawn: usize) -> Self {
        Self { dc, ac, band, drawn, before: 0, skip: 0 }
    }

    /// As at the beginning, behind a restart marker.
    pub(super) fn restart(&mut self) {
        (self.before, self.skip) = (0, 0);
    }

    #[inline]
    fn next_dc(&mut self, bits: &mut Bits<'_>) -> Result<i32, BadCode> {
        let (symbol, value) = bits.symbol_and_value(self.dc.ok_or(BadCode)?)?;
        if symbol > 15 {
            return Err(BadCode);
        }
        self.before = self.before.wrapping_add(value);
        Ok(self.before)
    }

    /// A whole block into zeros, as far as it is drawn; answers the last place in zigzag order that is not zero.
    #[inline(always)]
    pub(super) fn whole(&mut self, bits: &mut Bits<'_>, block: &mut Block) -> Result<usize, BadCode> {
        let mut own = *bits;
        block[0] = self.next_dc(&mut own)? as i16;
        let table = self.ac.ok_or(BadCode)?;
        let (mut k, mut last) = (1, 0);
        while k <= self.drawn {
            let (symbol, value) = own.symbol_and_value(table)?;
            k += usize::from(symbol >> 4);
            if symbol & 15 == 0 {
                if symbol < 0xF0 {
                    *bits = own;
                    return Ok(last);
                }
            } else {
                block[usize::from(*ZIGZAG.get(k).ok_or(BadCode)?) % 64] = value as i16;
                last = k;
            }
            k += 1;
        }
        if self.drawn < 63 {
            own.pass_over(table, k)?;
        }
        *bits = own;
        Ok(last)
    }

    /// Adds what the scan knows of one block of a progressive picture.
    pub(super) fn finer(&mut self, bits: &mut Bits<'_>, block: &mut Block) -> Result<(), BadCode> {
        let Band { first, high, low, .. } = self.band;
        match (first, high) {
            (0, 0) => block[0] = (self.next_dc(bits)? << low) as i16,
            (0, _) => block[0] |= i16::from(bits.bit()) << low,
            (_, 0) => self.band.first_ac(self.ac.ok_or(BadCode)?, bits, &mut self.skip, block)?,
            _ => self.band.finer_ac(self.ac.ok_or(BadCode)?, bits, &mut self.skip, block)?,
        }
        Ok(())
    }
}

/// What a scan of a progressive picture refines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    /// The first and the last frequency, in zigzag order.
    pub(super) first: usize,
    pub(super) last: usize,
    /// The bit that was the lowest one before; 0 if this is the first scan of the band.
    pub(super) high: u8,
    /// The lowest bit that is known now.
    pub(super) low: u8,
}

impl Band {
    pub(super) fn makes_sense(self, components: usize) -> bool {
        let of_dc = self.first == 0 && self.last == 0;
        let of_ac = self.first > 0 && self.first <= self.last && self.last < 64 && components == 1;
        (of_dc || of_ac) && self.low <= 13 && (self.high == 0 || self.high == self.low + 1)
    }

    fn first_ac(self, table: &Table, bits: &mut Bits<'_>, skip: &mut u32, block: &mut Block) -> Result<(), BadCode> {
        if *skip > 0 {
            *skip -= 1;
            return Ok(());
        }
        let mut k = self.first;
        while k <= self.last {
            let (symbol, value) = bits.symbol_and_value(table)?;
            let run = symbol >> 4;
            k += usize::from(run);
            if symbol & 15 == 0 {
                if run < 15 {
                    *skip = (1 << run) - 1 + bits.read(run.into());
                    break;
                }
            } else {
                block[usize::from(*ZIGZAG.get(k).ok_or(BadCode)?)] = (value << self.low) as i16;
            }
            k += 1;
        }
        Ok(())
    }

    fn finer_ac(self, table: &Table, bits: &mut Bits<'_>, skip: &mut u32, block: &mut Block) -> Result<(), BadCode> {
        let mut k = self.first;
        while *skip == 0 && k <= self.last {
            let (symbol, value) = bits.symbol_and_value(table)?;
            let run = u32::from(symbol >> 4);
            if symbol & 15 == 0 && run < 15 {
                *skip = (1 << run) + bits.read(run);
                break;
            }
            // What is new here has one bit; 0 is a run of 16 zeros.
            if symbol & 15 > 1 {
                return Err(BadCode);
            }
            let new = (value << self.low) as i16;
            k = self.finer(k, run, bits, block);
            if k <= self.last && new != 0 {
                block[usize::from(ZIGZAG[k])] = new;
            }
            k += 1;
        }
        if *skip > 0 {
            self.finer(k, 64, bits, block);
            *skip -= 1;
        }
        Ok(())
    }

    /// Gives one more bit to what is not zero from `k` on, and passes over `zeros` zeros; answers where the next zero is.
    fn finer(self, mut k: usize, mut zeros: u32, bits: &mut Bits<'_>, block: &mut Block) -> usize {
        let one = 1i16 << self.low;
        while k <= self.last {
            let coefficient = &mut block[usize::from(ZIGZAG[k])];
            if *coefficient == 0 {
                if zeros == 0 {
                    break;
                }
                zeros -= 1;
            } else if bits.bit() && *coefficient & one == 0 {
                *coefficient = coefficient.wrapping_add(if *coefficient > 0 { one } else { -one });
            }
            k += 1;
        }
        k
    }
}
