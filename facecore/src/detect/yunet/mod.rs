//! YuNet (Wu, Peng, Yu: *YuNet: A Tiny Millisecond-level Face Detector*, 2023): one small network that sees the photo once, so that a
//! photo of many faces takes no longer than one of few.
//!
//! The network runs over the photo as it is, and again over a shrunken one: it misses faces much larger than those it was trained on.
//! `cells` makes faces of its answers.

mod cells;
pub(super) mod options;

use std::ops::ControlFlow;
use std::time::Instant;

pub use options::{YunetOptions, YunetStats};

use super::budget::{Cut, StopAt, within};
use super::detection::{DetectStats, Detection, Face};
use super::options::DetectOptions;
use crate::error::{Error, Result};
use crate::net::{Answer, Idle, Kernels, Network, PixelRows, Size};
use crate::photo::{Photo, Resampler, Rule, Window};
use cells::{CHANNELS, Decoder, Found, STRIDES, suppress};

/// The smallest faces that the network finds well, in pixels of what it sees.
const SMALLEST: f64 = 20.0;
/// The longer side of the shrunken photo: faces above about 300 pixels of what the network sees get lost.
const SECOND_LOOK: f64 = 1_024.0;
/// The network halves its picture so often.
const MULTIPLE: usize = STRIDES[2];
/// Cells that suppression compares, the best: OpenCV's number.
const MOST_CELLS: usize = 5_000;

/// The network.
pub(crate) struct Yunet {
    net: Network,
    idle: Idle<Resampler>,
}

impl Yunet {
    pub(super) fn load(onnx: &[u8], kernels: Kernels) -> Result<Self> {
        Ok(Self { net: Network::load("yunet", onnx, Size::About([480, 640]), kernels)?, idle: Idle::default() })
    }

    /// What runs the network.
    pub(super) fn kernels(&self) -> Kernels {
        self.net.kernels()
    }

    pub(super) fn detect(&self, photo: &Photo<'_>, options: &DetectOptions) -> Result<Detection> {
        let start = Instant::now();
        let stop_at = StopAt::share(start, options.budget.deadline, 1.0);
        let (mut stats, mut cut) = (YunetStats::default(), Cut::default());
        let mut cells = Vec::new();
        let scales = scales(photo, options);
        for (pass, &scale) in scales.iter().enumerate() {
            let look = Look::new(photo, scale, pass);
            let pixels = stats.pixels + look.pixels();
            if options.budget.max_pixels > 0 && pixels > options.budget.max_pixels {
                break;
            }
            if !self.look(&look, Decoder::new(options.yunet.threshold), stop_at, &mut cells)? {
                cut.deadline = true;
                break;
            }
            stats.pixels = pixels;
            stats.scales += 1;
        }
        cut.scales = scales.len() - stats.scales;
        stats.network_time = start.elapsed();
        stats.proposed = cells.len();
        cut.candidates = cells.len().saturating_sub(MOST_CELLS);
        let mut found = suppress(cells, MOST_CELLS, options.yunet.overlap);
        let most = if options.max_face == 0 { f32::INFINITY } else { options.max_face as f32 };
        let least = options.smallest_face(photo.width(), photo.height()) as f32;
        found.retain(|face| (least..=most).contains(&face.longer_side()));
        cut.faces = found.len() - within(found.len(), options.budget.max_faces);
        found.truncate(found.len() - cut.faces);
        let faces =
            found.iter().map(|face| Face::new(photo, face.bounding_box(), face.landmarks, face.score)).collect();
        stats.filter_time = start.elapsed() - stats.network_time;
        Ok(Detection { faces, complete: cut.is_nothing(), cut, stats: DetectStats::Yunet(stats) })
    }

    /// Adds the cells that see a face; false if the time was up before the last row.
    fn look(&self, look: &Look<'_>, decoder: Decoder, stop_at: StopAt, cells: &mut Vec<Found>) -> Result<bool> {
        let mut whole = true;
        let mut outcome = Ok(());
        self.idle.with(|resampler| {
            let (width, height) = (look.size[0], look.size[1]);
            let window =
                Window { x: 0, y: 0, width: look.photo.width() as usize, height: look.photo.height() as usize };
            let mut resized = look.shrinks().then(|| resampler.resize(look.photo, window, width, height, Rule::Area));
            let mut scaled = Vec::new();
            // The network wants blue first; below and to the right of the photo it sees black.
            let mut row = |y: usize, target: &mut [f32]| {
                target.fill(0.0);
                match &mut resized {
                    _ if y >= height => {}
                    Some(resized) => {
                        scaled.clear();
                        resized.row(y, &mut scaled);
                        bgr(&scaled, target);
                    }
                    None => bgr(look.photo.row(y as u32), target),
                }
            };
            let padded = [height, width].map(|side| side.next_multiple_of(MULTIPLE));
            self.net.run_rows(PixelRows { size: padded, row: &mut row }, &mut |answer| {
                outcome = look.cells(answer, decoder, cells);
                whole = !stop_at.reached();
                if whole && outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
        })?;
        outcome.map(|()| whole)
    }
}

/// How much the photo is shrunk each time, the most first: a budget that ends has seen the largest faces.
fn scales(photo: &Photo<'_>, options: &DetectOptions) -> Vec<f64> {
    let longer = f64::from(photo.width().max(photo.height()));
    let smallest = options.smallest_face(photo.width(), photo.height());
    if longer < smallest {
        return Vec::new();
    }
    let finest = (SMALLEST / smallest).min(1.0);
    let mut scales = vec![finest];
    if options.yunet.second_look && longer * finest > SECOND_LOOK {
        scales.insert(0, SECOND_LOOK / longer);
    }
    scales
}

/// A photo at one size.
struct Look<'a> {
    photo: &'a Photo<'a>,
    /// Width and height of what the network sees of it, without padding.
    size: [usize; 2],
    pass: u32,
}

impl<'a> Look<'a> {
    fn new(photo: &'a Photo<'a>, scale: f64, pass: usize) -> Self {
        let side = |side: u32| ((f64::from(side) * scale).round() as usize).max(1);
        Self { photo, size: [side(photo.width()), side(photo.height())], pass: pass as u32 }
    }

    fn pixels(&self) -> u64 {
        (self.size[0] * self.size[1]) as u64
    }

    fn shrinks(&self) -> bool {
        self.size != [self.photo.width() as usize, self.photo.height() as usize]
    }

    /// Adds the cells of a row of an answer that see a face.
    fn cells(&self, answer: Answer<'_>, decoder: Decoder, cells: &mut Vec<Found>) -> Result<()> {
        let factors =
            [self.photo.width() as f32 / self.size[0] as f32, self.photo.height() as f32 / self.size[1] as f32];
        for (column, cell) in answer.cells().enumerate() {
            let numbers: &[f32; CHANNELS] = cell.try_into().map_err(|_| Error::Internal {
                reason: format!("YuNet answers {} numbers a cell, not {CHANNELS}", cell.len()),
            })?;
            let place = [self.pass, answer.output as u32, answer.row as u32, column as u32];
            cells.extend(decoder.face(numbers, place).map(|face| face.scaled(factors)));
        }
        Ok(())
    }
}

fn bgr<V: Copy + Into<f32>>(rgb: &[V], target: &mut [f32]) {
    for (from, to) in rgb.as_chunks::<3>().0.iter().zip(target.as_chunks_mut::<3>().0) {
        *to = [from[2].into(), from[1].into(), from[0].into()];
    }
}
