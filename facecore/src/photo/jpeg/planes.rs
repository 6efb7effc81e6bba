//! The components' pixels, and their way to RGB.

use super::frame::{Colours, Frame};
use super::idct::{self, Steps};
use super::scan::Block;

/// One component's blocks and pixels.
pub(super) struct Plane {
    /// Blocks across and down that a scan of this component alone has.
    pub(super) blocks: [usize; 2],
    /// Blocks in a row of the memory: whole units of a scan of all components.
    pub(super) row_blocks: usize,
    /// Pixels of a block's side.
    side: usize,
    /// Pixels across and down that are part of the picture.
    size: [usize; 2],
    /// Rows of `row_blocks × side` pixels.
    pixels: Vec<u8>,
    /// All blocks of a progressive picture; else none.
    pub(super) coefficients: Vec<Block>,
    /// The multipliers, from the component's first scan on.
    pub(super) steps: Option<Steps>,
}

impl Plane {
    /// The planes of a picture whose blocks become `side`×`side` pixels; mid-grey until something is decoded.
    pub(super) fn all(frame: &Frame<'_>, side: usize) -> Vec<Self> {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let (across, down) = frame.most();
        let units = [width.div_ceil(8 * across), height.div_ceil(8 * down)];
        let plane = |component: &super::frame::Component| {
            let samples = [(width * component.across).div_ceil(across), (height * component.down).div_ceil(down)];
            let row_blocks = units[0] * component.across;
            let blocks = row_blocks * units[1] * component.down;
            Self {
                blocks: samples.map(|samples| samples.div_ceil(8)),
                row_blocks,
                side,
                size: samples.map(|samples| (samples * side).div_ceil(8)),
                pixels: vec![128; blocks * side * side],
                coefficients: if frame.progressive { vec![[0; 64]; blocks] } else { Vec::new() },
                steps: None,
            }
        };
        frame.components.iter().map(plane).collect()
    }

    /// Writes the pixels of the block in this column and row of blocks.
    #[inline]
    pub(super) fn draw(&mut self, [x, y]: [usize; 2], block: &Block, last: usize) {
        let Some(steps) = &self.steps else { return };
        let stride = self.row_blocks * self.side;
        let at = y * self.side * stride + x * self.side;
        idct::block(block, last, steps, self.side, &mut self.pixels[at..], stride);
    }

    /// Draws what a progressive picture's scans have left.
    pub(super) fn draw_all(&mut self) {
        let coefficients = std::mem::take(&mut self.coefficients);
        for (i, block) in coefficients.iter().enumerate() {
            let last = if block[1..].iter().all(|&c| c == 0) { 0 } else { 63 };
            self.draw([i % self.row_blocks, i / self.row_blocks], block, last);
        }
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y.min(self.size[1] - 1) * self.row_blocks * self.side..][..self.size[0]]
    }

    /// Row `y` of the picture from a plane whose samples are `across` and `down` pixels large, `of` being the largest.
    ///
    /// Twice as large ones are smoothed as libjpeg does, with weights of three quarters and a quarter; others are repeated.
    fn upsampled<'a>(&'a self, y: usize, component: [usize; 2], of: [usize; 2], buffers: &'a mut [Vec<u16>; 2]) -> Row<'a> {
        let [across, down] = component;
        let (wide, high) = (of[0] == 2 * across, of[1] == 2 * down);
        if component == of {
            return Row::Plain(self.row(y));
        }
        if !(wide || of[0] == across) || !(high || of[1] == down) {
            let row = self.row(y * down / of[1]);
            return Row::Repeated { row, across, of: of[0] };
        }
        let [sums, smooth] = buffers;
        sums.clear();
        if high {
            let near = if y % 2 == 1 { y / 2 + 1 } else { (y / 2).saturating_sub(1) };
            sums.extend(self.row(y / 2).iter().zip(self.row(near)).map(|(&at, &near)| 3 * u16::from(at) + u16::from(near)));
        } else {
            sums.extend(self.row(y).iter().map(|&at| u16::from(at)));
        }
        if !wide {
            let bias = 1 + (y % 2) as u16;
            sums.iter_mut().for_each(|sum| *sum = (*sum + bias) >> 2);
            return Row::Smooth(sums);
        }
        // The weights add up to 4 across and, if it is smoothed down as well, to 16.
        let (shift, left_bias, right_bias) = if high { (4, 8, 7) } else { (2, 1, 2) };
        smooth.clear();
        smooth.reserve(2 * sums.len());
        let last = sums.len() - 1;
        for (x, &at) in sums.iter().enumerate() {
            let (left, right) = (sums[x.saturating_sub(1)], sums[(x + 1).min(last)]);
            smooth.extend([(3 * at + left + left_bias) >> shift, (3 * at + right + right_bias) >> shift]);
        }
        Row::Smooth(smooth)
    }
}

/// A component's row at the width of the picture.
enum Row<'a> {
    Plain(&'a [u8]),
    Smooth(&'a [u16]),
    Repeated { row: &'a [u8], across: usize, of: usize },
}

impl Row<'_> {
    fn copy_to(&self, out: &mut [u8]) {
        match *self {
            Row::Plain(row) => out.copy_from_slice(&row[..out.len()]),
            Row::Smooth(row) => out.iter_mut().zip(row).for_each(|(out, &from)| *out = from as u8),
            Row::Repeated { row, across, of } => {
                out.iter_mut().enumerate().for_each(|(x, out)| *out = row[(x * across / of).min(row.len() - 1)]);
            }
        }
    }
}

/// The picture in RGB, `width`×`height`; gives the planes' memory back.
pub(super) fn to_rgb(planes: Vec<Plane>, frame: &Frame<'_>, width: usize, height: usize) -> Vec<u8> {
    let most = <[usize; 2]>::from(frame.most());
    let mut rgb = vec![0; 3 * width * height];
    let mut rows = vec![vec![0u8; width]; planes.len()];
    let mut buffers = [Vec::new(), Vec::new()];
    for (y, out) in rgb.chunks_exact_mut(3 * width).enumerate() {
        for ((plane, component), row) in planes.iter().zip(&frame.components).zip(&mut rows) {
            plane.upsampled(y, [component.across, component.down], most, &mut buffers).copy_to(row);
        }
        colour(frame.colours, &mut rows, out);
    }
    rgb
}

fn colour(colours: Colours, rows: &mut [Vec<u8>], out: &mut [u8]) {
    if matches!(colours, Colours::YCbCr | Colours::Ycck) {
        let [y, u, v, ..] = rows else { return };
        y.iter_mut().zip(u).zip(v).for_each(|((y, u), v)| [*y, *u, *v] = ycc_to_rgb(*y, *u, *v));
    }
    let out = out.as_chunks_mut::<3>().0.iter_mut();
    let (flip_colours, flip_black) = match colours {
        Colours::Cmyk { inverted: false } => (255, 255),
        // The YCbCr is that of Adobe's inverted CMY, inverted once more.
        Colours::Ycck => (255, 0),
        _ => (0, 0),
    };
    match rows {
        [grey] => out.zip(grey).for_each(|(out, grey)| *out = [*grey; 3]),
        [r, g, b] => out.zip(r).zip(g).zip(b).for_each(|(((out, r), g), b)| *out = [*r, *g, *b]),
        [c, m, y, k] => out.zip(c).zip(m).zip(y).zip(k).for_each(|((((out, c), m), y), k)| {
            *out = [*c, *m, *y].map(|light| through(light ^ flip_colours, *k ^ flip_black));
        }),
        _ => {}
    }
}

/// What is left of 255 behind two inks that let `light` and `black` of it through.
fn through(light: u8, black: u8) -> u8 {
    ((u32::from(light) * u32::from(black) + 127) / 255) as u8
}

/// JFIF's YCbCr (BT.601, full range), in 16-bit steps that compile to vector code; within 1 of the exact value.
#[inline(always)]
fn ycc_to_rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    let (y, u, v) = (i16::from(y), 2 * (i16::from(u) - 128), 2 * (i16::from(v) - 128));
    // The factors' fractions, rounded at the last of the doubled bits.
    let part = |x: i16, factor: i16| ((i32::from(x) * i32::from(factor)) >> 16) as i16;
    let round = |doubled: i16| (doubled + 1) >> 1;
    let r = y + round(v + part(v, 26_345));
    let g = y + round(part(u, -22_554) + part(v, 18_734) - v);
    let b = y + round(2 * u + part(u, -14_942));
    [r, g, b].map(|channel| channel.clamp(0, 255) as u8)
}
