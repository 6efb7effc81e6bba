//! The map and the centroids while they are learned, and a step of the descent.
//!
//! Faces are e (rows, of length 1), the map W, centroids c (rows, of length 1); y = W e, x = y / |y|, cosines x · c. Threads share the
//! work in blocks of rows. Neither the size of a block nor any sum depends on how many threads there are, so the answer does not either.

use std::sync::{Mutex, PoisonError};
use std::thread;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, NdFloat, Zip};

use super::parameters::Loss;

/// Faces of a block.
const FACES: usize = 32;
/// Centroids of a block.
const CENTROIDS: usize = 128;

/// What is learned, with the memory of the descent.
pub(super) struct Learner {
    pub map: Array2<f32>,
    pub centroids: Array2<f32>,
    of_map: Moments,
    of_centroids: Moments,
    steps: i32,
}

/// How a step is made.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub loss: Loss,
    pub rate: f32,
    pub pull: f32,
    pub threads: usize,
}

/// The running means of slopes and of their squares, of Adam (Kingma and Ba: *Adam: a method for stochastic optimization*, 2015).
struct Moments {
    mean: Array2<f32>,
    square: Array2<f32>,
}

impl Moments {
    fn of(values: &Array2<f32>) -> Self {
        Self { mean: Array2::zeros(values.dim()), square: Array2::zeros(values.dim()) }
    }
}

impl Learner {
    /// Begins with the identity and the given centroids, rows of length 1.
    pub(super) fn new(centroids: Array2<f32>) -> Self {
        let map = Array2::eye(centroids.ncols());
        let (of_map, of_centroids) = (Moments::of(&map), Moments::of(&centroids));
        Self { map, centroids, of_map, of_centroids, steps: 0 }
    }

    /// One step down the mean loss of some faces, whose people are the places of their centroids. Returns that mean.
    pub(super) fn step(&mut self, faces: ArrayView2<'_, f32>, people: &[usize], step: Step) -> f32 {
        let Step { loss, rate, pull, threads } = step;
        let rows = slopes_of_rows(loss, self.map.view(), self.centroids.view(), (faces, people), threads);
        self.steps += 1;
        let adam = Adam::at(self.steps, rate);
        let blocks = self
            .centroids
            .axis_chunks_iter_mut(Axis(0), CENTROIDS)
            .zip(self.of_centroids.mean.axis_chunks_iter_mut(Axis(0), CENTROIDS))
            .zip(self.of_centroids.square.axis_chunks_iter_mut(Axis(0), CENTROIDS))
            .zip(rows.cosines.axis_chunks_iter(Axis(1), CENTROIDS));
        share_out(threads, blocks, |(((mut centroids, mean), square), slopes)| {
            let slopes = slopes_of_centroids(slopes, rows.units.view(), centroids.view());
            adam.descend(centroids.view_mut(), slopes.view(), mean, square);
            for mut row in centroids.rows_mut() {
                let norm = row.dot(&row).sqrt();
                row.mapv_inplace(|value| value / norm);
            }
        });
        let mut slopes = rows.products.t().dot(&faces);
        slopes.scaled_add(pull, &self.map);
        slopes.diag_mut().mapv_inplace(|slope| slope - pull);
        let Moments { mean, square } = &mut self.of_map;
        adam.descend(self.map.view_mut(), slopes.view(), mean.view_mut(), square.view_mut());
        rows.loss
    }
}

/// What a step knows of its faces.
pub(super) struct Rows<F> {
    /// The mean loss.
    pub loss: F,
    /// x of each face.
    pub units: Array2<F>,
    /// The slope of the mean loss in each cosine: faces × centroids.
    pub cosines: Array2<F>,
    /// The slope of the mean loss in y.
    pub products: Array2<F>,
}

/// Faces through map and centroids, and the slopes back to the products.
pub(super) fn slopes_of_rows<F: NdFloat>(
    loss: Loss,
    map: ArrayView2<'_, F>,
    centroids: ArrayView2<'_, F>,
    (faces, people): (ArrayView2<'_, F>, &[usize]),
    threads: usize,
) -> Rows<F> {
    let count = F::from(people.len()).unwrap_or_else(F::one);
    let mut losses = vec![F::zero(); people.len()];
    let mut units = Array2::zeros(faces.dim());
    let mut cosines = Array2::zeros((faces.nrows(), centroids.nrows()));
    let mut products = Array2::zeros(faces.dim());
    let blocks = faces
        .axis_chunks_iter(Axis(0), FACES)
        .zip(people.chunks(FACES))
        .zip(losses.chunks_mut(FACES))
        .zip(units.axis_chunks_iter_mut(Axis(0), FACES))
        .zip(cosines.axis_chunks_iter_mut(Axis(0), FACES))
        .zip(products.axis_chunks_iter_mut(Axis(0), FACES));
    share_out(threads, blocks, |(((((faces, people), losses), mut units), mut cosines), mut products)| {
        general_mat_mul(F::one(), &faces, &map.t(), F::zero(), &mut units);
        let norms: Vec<F> = units.rows().into_iter().map(|row| row.dot(&row).sqrt()).collect();
        for (mut row, &norm) in units.rows_mut().into_iter().zip(&norms) {
            row.mapv_inplace(|value| value / norm);
        }
        general_mat_mul(F::one(), &units, &centroids.t(), F::zero(), &mut cosines);
        for ((mut row, &own), of_face) in cosines.rows_mut().into_iter().zip(people).zip(losses) {
            *of_face = loss.slopes(row.view_mut(), own);
            row.mapv_inplace(|slope| slope / count);
        }
        general_mat_mul(F::one(), &cosines, &centroids, F::zero(), &mut products);
        for ((mut row, unit), &norm) in products.rows_mut().into_iter().zip(units.rows()).zip(&norms) {
            let along = row.dot(&unit);
            row.zip_mut_with(&unit, |slope, &value| *slope = (*slope - along * value) / norm);
        }
    });
    let loss = losses.into_iter().fold(F::zero(), |sum, loss| sum + loss) / count;
    Rows { loss, units, cosines, products }
}

/// The slopes in some centroids along the sphere, from those in their cosines.
pub(super) fn slopes_of_centroids<F: NdFloat>(
    cosines: ArrayView2<'_, F>,
    units: ArrayView2<'_, F>,
    centroids: ArrayView2<'_, F>,
) -> Array2<F> {
    let mut slopes = cosines.t().dot(&units);
    for (mut row, centroid) in slopes.rows_mut().into_iter().zip(centroids.rows()) {
        let along = row.dot(&centroid);
        row.scaled_add(-along, &centroid);
    }
    slopes
}

/// A step of Adam.
#[derive(Clone, Copy)]
struct Adam {
    rate: f32,
    of_mean: f32,
    of_square: f32,
}

impl Adam {
    const MEAN: f32 = 0.9;
    const SQUARE: f32 = 0.999;
    const LEAST: f32 = 1e-8;

    /// The step number `steps`, from 1.
    fn at(steps: i32, rate: f32) -> Self {
        Self { rate, of_mean: 1.0 - Self::MEAN.powi(steps), of_square: 1.0 - Self::SQUARE.powi(steps) }
    }

    fn descend(
        self,
        values: ArrayViewMut2<'_, f32>,
        slopes: ArrayView2<'_, f32>,
        mean: ArrayViewMut2<'_, f32>,
        square: ArrayViewMut2<'_, f32>,
    ) {
        Zip::from(values).and(slopes).and(mean).and(square).for_each(|value, &slope, mean, square| {
            *mean += (1.0 - Self::MEAN) * (slope - *mean);
            *square += (1.0 - Self::SQUARE) * (slope * slope - *square);
            *value -= self.rate * (*mean / self.of_mean) / ((*square / self.of_square).sqrt() + Self::LEAST);
        });
    }
}

/// Does each piece of work once, on up to `threads` threads.
fn share_out<T: Send>(threads: usize, pieces: impl Iterator<Item = T> + Send, work: impl Fn(T) + Sync) {
    let pieces = Mutex::new(pieces);
    let next = || pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || {
        while let Some(piece) = next() {
            work(piece);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
}
