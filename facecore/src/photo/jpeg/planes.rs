//! The pixels of the components, and how they become RGB.

use super::frame::{Colours, Frame};
use super::idct::Drawing;
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
    /// From the component's first scan on.
    pub(super) drawing: Option<Drawing>,
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
                drawing: None,
            }
        };
        frame.components.iter().map(plane).collect()
    }

    /// Writes the pixels of the block in this column and row of blocks.
    #[inline]
    pub(super) fn draw(&mut self, [x, y]: [usize; 2], block: &Block, last: usize) {
        let Some(drawing) = &self.drawing else { return };
        let stride = self.row_blocks * self.side;
        let at = y * self.side * stride + x * self.side;
        drawing.draw(block, last, &mut self.pixels[at..], stride);
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
        // libjpeg does not smooth where there are too few samples for it.
        let smoothed = (own[0] == most[0] || wide && self.size[0] > 2) && (own[1] == most[1] || high);
        if !smoothed {
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

/// Twice as many pixels as sums, of which there are 3 or more; they are `1 << SHIFT` times as large as pixels once three of one and one of the next are added.
fn widen<const SHIFT: u16, const LEFT: u16, const RIGHT: u16>(sums: &[u16], out: &mut [u8]) {
    let pair = |left: u16, at: u16, right: u16| {
        let (left, right) = ((3 * at + left + LEFT) >> SHIFT, (3 * at + right + RIGHT) >> SHIFT);
        (left | right << 8).to_le_bytes()
    };
    let last = sums.len() - 1;
    let out = out.as_chunks_mut::<2>().0;
    out[0] = pair(sums[0], sums[0], sums[1]);
    out[last] = pair(sums[last - 1], sums[last], sums[last]);
    let inner = sums[..last - 1].iter().zip(&sums[1..last]).zip(&sums[2..]);
    out[1..last].iter_mut().zip(inner).for_each(|(out, ((&left, &at), &right))| *out = pair(left, at, right));
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
        colour(frame.colours, &rows, out);
    }
    rgb
}

/// A row of each channel to a row of RGB.
fn colour(colours: Colours, rows: &[Vec<u8>], out: &mut [u8]) {
    let pixels = out.as_chunks_mut::<3>().0.iter_mut();
    match (colours, rows) {
        (Colours::YCbCr, [y, u, v]) => ycc_row(y, u, v, out),
        (_, [grey]) => pixels.zip(grey).for_each(|(out, grey)| *out = [*grey; 3]),
        (_, [r, g, b]) => pixels.zip(r).zip(g).zip(b).for_each(|(((out, r), g), b)| *out = [*r, *g, *b]),
        (colours, [c, m, y, k]) => {
            // How much light the inks let through: as it is stored, or the other way round.
            let inverted = if colours == (Colours::Cmyk { inverted: false }) { 255 } else { 0 };
            pixels.zip(c).zip(m).zip(y).zip(k).for_each(|((((out, &c), &m), &y), &k)| {
                let light = if colours == Colours::Ycck { ycc_to_rgb(c, m, y).map(|ink| 255 - ink) } else { [c, m, y] };
                *out = light.map(|light| through(light ^ inverted, k ^ inverted));
            });
        }
        _ => {}
    }
}

/// As many pixels at once as make the compiler use whole vectors.
const TOGETHER: usize = 16;

fn ycc_row(y: &[u8], u: &[u8], v: &[u8], out: &mut [u8]) {
    let (out, rest) = out.as_chunks_mut::<{ 3 * TOGETHER }>();
    let ycc = y.as_chunks::<TOGETHER>().0.iter().zip(u.as_chunks::<TOGETHER>().0).zip(v.as_chunks::<TOGETHER>().0);
    for (((y, u), v), out) in ycc.zip(&mut *out) {
        // First the colours are computed, which the compiler turns into vectors, then they are put in order, which it does not.
        let (mut r, mut g, mut b) = ([0; TOGETHER], [0; TOGETHER], [0; TOGETHER]);
        for i in 0..TOGETHER {
            [r[i], g[i], b[i]] = ycc_to_rgb(y[i], u[i], v[i]);
        }
        for i in 0..TOGETHER {
            (out[3 * i], out[3 * i + 1], out[3 * i + 2]) = (r[i], g[i], b[i]);
        }
    }
    let done = out.len() * TOGETHER;
    let ycc = y[done..].iter().zip(&u[done..]).zip(&v[done..]);
    ycc.zip(rest.as_chunks_mut::<3>().0).for_each(|(((&y, &u), &v), out)| *out = ycc_to_rgb(y, u, v));
}

/// What is left of 255 behind two inks that let `light` and `black` of it through.
fn through(light: u8, black: u8) -> u8 {
    ((u32::from(light) * u32::from(black) + 127) / 255) as u8
}

/// JFIF's YCbCr (BT.601, full range), rounded as libjpeg does. Whole multiples are taken out of the factors, so that they fit 16 bits.
#[inline(always)]
fn ycc_to_rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    let (y, u, v) = (i16::from(y), i16::from(u) - 128, i16::from(v) - 128);
    let times = |x: i16, by: i16| i32::from(x) * i32::from(by);
    let rounded = |value: i32| ((value + (1 << 15)) >> 16) as i16;
    let r = y + v + rounded(times(v, 26_345));
    let g = y - v + rounded(times(u, -22_554) + times(v, 18_734));
    let b = y + 2 * u + rounded(times(u, -14_942));
    let level = |channel: i16| channel.clamp(0, 255) as u8;
    [level(r), level(g), level(b)]
}
