//! Depthwise convolution, 3 × 3: each channel by a kernel of its own, so that there are no sums over channels, and a block of 16 channels is
//! done by itself.
//!
//! A pixel of the input counts in three outputs of a row (with stride 2 in one or two): it is loaded once and added to each of their sums.

use super::{Activation, LANES, Target};

/// A row of a picture, of one block, without padding, and its neighbours: none where the picture ends, which counts as zeros.
#[derive(Debug, Clone, Copy)]
pub(in crate::net) struct Rows<'a, V> {
    pub above: Option<&'a [V]>,
    pub middle: &'a [V],
    pub below: Option<&'a [V]>,
}

impl<'a, V> Rows<'a, V> {
    /// Row `y` of `height` rows and its neighbours; `row` finds a row by its number.
    pub(in crate::net) fn around(y: usize, height: usize, row: impl Fn(usize) -> &'a [V]) -> Self {
        Self { above: y.checked_sub(1).map(&row), middle: row(y), below: (y + 1 < height).then(|| row(y + 1)) }
    }
}

/// One row of a depthwise convolution over one block. What lies left and right of the input counts as zeros too.
#[derive(Debug)]
pub(in crate::net) struct DepthwiseRow<'a, V> {
    pub rows: Rows<'a, V>,
    /// 1 or 2: which pixels of the middle row the kernel is laid upon, every one or every other, from the first on.
    pub stride: usize,
    /// `[row][column][16]`, in full floats, since they are few.
    pub weights: &'a [[f32; LANES]; 9],
    pub bias: &'a [f32; LANES],
    pub slope: &'a [f32; LANES],
    pub activation: Activation,
}

impl<V> DepthwiseRow<'_, V> {
    /// Pixels of the output.
    pub(super) fn width(&self) -> usize {
        self.columns().div_ceil(self.stride)
    }

    pub(super) fn columns(&self) -> usize {
        self.rows.middle.len() / LANES
    }

    /// The slices are as large as the kernel will read and write.
    ///
    /// # Panics
    /// If they are not: a defect of the caller.
    pub(super) fn checked<T>(&self, target: &Target<'_, T>) {
        let Rows { above, middle, below } = self.rows;
        let len = middle.len();
        assert!(len > 0 && len.is_multiple_of(LANES), "no whole pixels");
        assert!([above, below].into_iter().flatten().all(|row| row.len() == len), "rows of different lengths");
        assert!((1..=2).contains(&self.stride), "a stride we have no loop for");
        assert!(!matches!(target, Target::Sums(_)), "outputs are no plain sums");
        assert!(target.fits(target.start(), self.width(), 1), "the target is too small");
    }
}

/// The kernel with one processor's registers of `$width` floats: names of its load and store of values, of floats, and of what it does with
/// negative values.
macro_rules! depthwise {
    ($name:ident $features:literal $value:ty, $register:ident $width:literal, $set:ident $load:ident $store:ident
     $load_float:ident $store_float:ident $multiply_add:ident $leak:ident) => {
        #[target_feature(enable = $features)]
        fn $name(row: &DepthwiseRow<'_, $value>, target: &mut Target<'_, $value>) {
            type Sums = $register;

            /// `put` is given each pixel of the output: its distance from the first one, in values, and its value.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn lanes(row: &DepthwiseRow<'_, $value>, lane: usize, put: impl Fn(usize, Sums)) {
                let Rows { above, middle, below } = row.rows;
                // A row that is not there counts as zeros: the middle one is read in its place, with weights of 0.
                let there = [above.is_some(), true, below.is_some()];
                let rows = [above.unwrap_or(middle), middle, below.unwrap_or(middle)];
                let rows = rows.map(|row| row.as_ptr().wrapping_add(lane));
                let weight = |at: usize| match there[at / 3] {
                    // SAFETY: `lane` and those behind it are less than 16.
                    true => unsafe { $load_float(row.weights[at].as_ptr().add(lane)) },
                    false => $set(0.0),
                };
                // SAFETY: as above.
                let bias = unsafe { $load_float(row.bias.as_ptr().add(lane)) };
                let slope = match row.activation {
                    Activation::None => $set(1.0),
                    Activation::Relu => $set(0.0),
                    // SAFETY: as above.
                    Activation::PRelu => unsafe { $load_float(row.slope.as_ptr().add(lane)) },
                };
                let (a0, b0, c0) = (weight(0), weight(1), weight(2));
                let (a1, b1, c1) = (weight(3), weight(4), weight(5));
                let (a2, b2, c2) = (weight(6), weight(7), weight(8));
                // SAFETY: the caller asks for columns of the rows, which are all as long as the middle one.
                let column = |at: usize| rows.map(|row| unsafe { $load(row.add(at * LANES)) });
                let left = |sum: Sums, [x, y, z]: [Sums; 3]| {
                    $multiply_add(z, a2, $multiply_add(y, a1, $multiply_add(x, a0, sum)))
                };
                let middle = |sum: Sums, [x, y, z]: [Sums; 3]| {
                    $multiply_add(z, b2, $multiply_add(y, b1, $multiply_add(x, b0, sum)))
                };
                let right = |sum: Sums, [x, y, z]: [Sums; 3]| {
                    $multiply_add(z, c2, $multiply_add(y, c1, $multiply_add(x, c0, sum)))
                };
                let columns = row.columns();
                if row.stride == 1 {
                    let first = column(0);
                    let (mut before, mut sum) = (middle(bias, first), left(bias, first));
                    for at in 1..columns {
                        let pixels = column(at);
                        put((at - 1) * LANES, $leak(right(before, pixels), slope));
                        (before, sum) = (middle(sum, pixels), left(bias, pixels));
                    }
                    put((columns - 1) * LANES, $leak(before, slope));
                } else {
                    let mut sum = bias;
                    for at in 0..columns / 2 {
                        let shared = column(2 * at + 1);
                        put(at * LANES, $leak(right(middle(sum, column(2 * at)), shared), slope));
                        sum = left(bias, shared);
                    }
                    if columns % 2 == 1 {
                        put(columns / 2 * LANES, $leak(middle(sum, column(columns - 1)), slope));
                    }
                }
            }

            row.checked(target);
            for lane in (0..LANES).step_by($width) {
                // SAFETY: `checked` has compared the rows with one another, and the last pixel with the target.
                unsafe {
                    match target {
                        Target::Values(place) => {
                            let to = place.values.as_mut_ptr().add(place.start + lane);
                            lanes(row, lane, |at, y| $store(to.add(at), y));
                        }
                        Target::Floats(place) | Target::Sums(place) => {
                            let to = place.values.as_mut_ptr().add(place.start + lane);
                            lanes(row, lane, |at, y| $store_float(to.add(at), y));
                        }
                    }
                }
            }
        }
    };
}

pub(super) use depthwise;
