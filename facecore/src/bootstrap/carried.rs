//! What numbers that were fitted for the embeddings as they are made mean in a space that was just learned.

use super::AccountFaces;
use crate::adapt::Adaptation;
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::profile::Settings;

/// How near strangers are: the mean and the standard deviation of the cosines of faces of different accounts. Accounts hardly know each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    mean: f32,
    deviation: f32,
}

impl Scale {
    /// So many faces are compared, each with each.
    const FACES: usize = 2_000;

    #[cfg(test)]
    pub(super) fn plain(mean: f32, deviation: f32) -> Self {
        Self { mean, deviation }
    }

    pub(super) fn of(accounts: &[AccountFaces]) -> Result<Self> {
        let all: usize = accounts.iter().map(|account| account.faces.len()).sum();
        let step = all.div_ceil(Self::FACES).max(1);
        let faces = (0..).zip(accounts).flat_map(|(at, account)| account.faces.iter().map(move |face| (at, face)));
        let faces: Vec<(usize, &Embedding)> = faces.step_by(step).collect();
        let (mut pairs, mut sum, mut squares) = (0.0f64, 0.0f64, 0.0f64);
        for (place, (account, face)) in faces.iter().enumerate() {
            for (_, stranger) in faces[..place].iter().filter(|(other, _)| other != account) {
                let cosine = f64::from(face.cosine(stranger)?);
                (pairs, sum, squares) = (pairs + 1.0, sum + cosine, squares + cosine * cosine);
            }
        }
        let mean = sum / pairs;
        let deviation = (squares / pairs - mean * mean).sqrt();
        if deviation > 0.0 {
            return Ok(Self { mean: mean as f32, deviation: deviation as f32 });
        }
        let reason =
            format!("{} accounts with {all} faces are too few to know how near strangers come", accounts.len());
        Err(Error::Adaptation { reason })
    }

    /// The settings for a space with this scale, which were fitted for one with that scale: a cosine is as far above strangers, in standard
    /// deviations, as it was.
    pub(super) fn carry(self, settings: &Settings, fitted: Self) -> Settings {
        let factor = self.deviation / fitted.deviation;
        let cosine = |cosine: f32| (self.mean + (cosine - fitted.mean) * factor).min(1.0);
        let eps = |eps: f32| (1.0 - cosine(1.0 - eps)).clamp(1e-3, 1.0);
        let mut carried = settings.clone();
        carried.merge = cosine(settings.merge);
        carried.ambiguous = cosine(settings.ambiguous).min(carried.merge);
        carried.eps.at_ten = 1.0 - cosine(1.0 - settings.eps.at_ten);
        carried.eps.per_tenfold = settings.eps.per_tenfold * factor;
        carried.eps.range = settings.eps.range.map(eps);
        carried
    }
}

/// All faces in the space that an adaptation makes.
pub(super) fn carry(accounts: &[AccountFaces], adaptation: &Adaptation) -> Result<Vec<AccountFaces>> {
    let of = |account: &AccountFaces| -> Result<AccountFaces> {
        let faces = account.faces.iter().map(|face| adaptation.apply(face)).collect::<Result<_>>()?;
        Ok(AccountFaces { faces, photos: account.photos.clone() })
    };
    accounts.iter().map(of).collect()
}
