//! The components' pixels, and their way to RGB.

use super::frame::{Colours, Frame};
use super::idct::Steps;
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
        steps.draw(block, last, &mut self.pixels[at..], stride);
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

    /// Row `y` of the picture, from a plane that has `own` samples across and down for `most` of the finest one.
    ///
    /// Half as many are smoothed as libjpeg does, with weights of three quarters and a quarter; fewer are repeated. `out` may be one pixel
    /// longer than the row, and `sums` holds any row.
    fn upsample(&self, y: usize, own: [usize; 2], most: [usize; 2], sums: &mut Vec<u16>, out: &mut [u8]) {
        let (wide, high) = (most[0] == 2 * own[0], most[1] == 2 * own[1]);
        if own == most {
            let row = self.row(y);
            out[..row.len()].copy_from_slice(row);
            return;
        }
        if !(wide || own[0] == most[0]) || !(high || own[1] == most[1]) {
            let row = self.row(y * own[1] / most[1]);
            out.iter_mut().enumerate().for_each(|(x, out)| *out = row[(x * own[0] / most[0]).min(row.len() - 1)]);
            return;
        }
        sums.clear();
        if high {
            let near = if y % 2 == 1 { y / 2 + 1 } else { (y / 2).saturating_sub(1) };
            let rows = self.row(y / 2).iter().zip(self.row(near));
            sums.extend(rows.map(|(&at, &near)| 3 * u16::from(at) + u16::from(near)));
        } else {
            sums.extend(self.row(y).iter().map(|&at| u16::from(at)));
        }
        let bias = 1 + (y % 2) as u16;
        match (wide, high) {
            (true, true) => widen::<4, 8, 7>(sums, out),
            (true, false) => widen::<2, 1, 2>(sums, out),
            _ => out.iter_mut().zip(&*sums).for_each(|(out, &sum)| *out = ((sum + bias) >> 2) as u8),
        }
    }
}

/// Twice as many pixels as sums, which are `1 << SHIFT` times as large as pixels once three of one and one of the next are added.
fn widen<const SHIFT: u16, const LEFT: u16, const RIGHT: u16>(sums: &[u16], out: &mut [u8]) {
    let pair = |left: u16, at: u16, right: u16| {
        let (left, right) = ((3 * at + left + LEFT) >> SHIFT, (3 * at + right + RIGHT) >> SHIFT);
        (left | right << 8).to_le_bytes()
    };
    let last = sums.len() - 1;
    let out = out.as_chunks_mut::<2>().0;
    out[last] = pair(sums[last.saturating_sub(1)], sums[last], sums[last]);
    out[0] = pair(sums[0], sums[0], sums[last.min(1)]);
    if last > 1 {
        let inner = sums[..last - 1].iter().zip(&sums[1..last]).zip(&sums[2..]);
        out[1..last].iter_mut().zip(inner).for_each(|(out, ((&left, &at), &right))| *out = pair(left, at, right));
    }
}

/// The picture in RGB, `width`×`height`; gives the planes' memory back.
pub(super) fn to_rgb(planes: Vec<Plane>, frame: &Frame<'_>, width: usize, height: usize) -> Vec<u8> {
    let most = <[usize; 2]>::from(frame.most());
    let mut rgb = vec![0; 3 * width * height];
    // Some pixels more, where a last pair is cut in half.
    let mut rows = vec![vec![0u8; width + 2]; planes.len()];
    let mut sums = Vec::new();
    for (y, out) in rgb.chunks_exact_mut(3 * width).enumerate() {
        for ((plane, component), row) in planes.iter().zip(&frame.components).zip(&mut rows) {
            plane.upsample(y, [component.across, component.down], most, &mut sums, row);
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
