//! The losses as functions of the cosines, with their slopes.

use ndarray::{ArrayViewMut1, NdFloat};

use super::parameters::Loss;

impl Loss {
    /// The loss of one face, of its cosines to all centroids; `own` is the place of its person's. The slopes take the cosines' place.
    pub(super) fn slopes<F: NdFloat>(&self, cosines: ArrayViewMut1<'_, F>, own: usize) -> F {
        let number = |value: f32| F::from(value).unwrap_or_else(F::nan);
        match *self {
            Self::Margins { positive, negative } => margins(cosines, own, number(positive), number(negative)),
            Self::CosFace { scale, margin } => cos_face(cosines, own, number(scale), number(margin)),
        }
    }
}

fn margins<F: NdFloat>(mut cosines: ArrayViewMut1<'_, F>, own: usize, positive: F, negative: F) -> F {
    let two = F::one() + F::one();
    let lacking = (positive - cosines[own]).max(F::zero());
    // The own is left out of the sum over all others.
    cosines[own] = negative;
    let mut loss = lacking * lacking;
    for cosine in &mut cosines {
        let beyond = (*cosine - negative).max(F::zero());
        loss += beyond * beyond;
        *cosine = two * beyond;
    }
    cosines[own] = -two * lacking;
    loss
}

fn cos_face<F: NdFloat>(mut cosines: ArrayViewMut1<'_, F>, own: usize, scale: F, margin: F) -> F {
    cosines[own] -= margin;
    let most = cosines.fold(F::neg_infinity(), |most, &cosine| most.max(cosine));
    let of_own = scale * (cosines[own] - most);
    // Less the largest, so that no power overflows.
    cosines.mapv_inplace(|cosine| (scale * (cosine - most)).exp());
    let sum = cosines.sum();
    cosines.mapv_inplace(|power| scale * power / sum);
    cosines[own] -= scale;
    sum.ln() - of_own
}
