//! Faces out of nothing, with the statistics of real ones: for as many users as one likes, without keeping any.
//!
//! On LFW with facenet-ms1m-128 two faces of a person have a cosine of 0.79 in the median, two people's of 0.03 ± 0.15. So people are random
//! directions in a space whose axes fade (about 45 of 128 count), and a face is its person plus noise in the same space. One person in five has
//! a second look (glasses, years), in which all faces are moved alike.

use facecore::{Embedding, SpaceId};

use crate::random::Random;

pub const SIZE: usize = 128;

#[derive(Debug)]
pub struct Synthetic {
    space: SpaceId,
    axes: [f32; SIZE],
    seed: u64,
}

impl Synthetic {
    pub fn new(space: SpaceId, seed: u64) -> Self {
        let axes = std::array::from_fn(|at| (-(at as f32) / 45.0).exp());
        let norm = axes.iter().map(|axis: &f32| axis * axis).sum::<f32>().sqrt();
        Self { space, axes: axes.map(|axis| axis / norm), seed }
    }

    /// A direction of about length 1: four bytes a number are normal enough.
    fn direction(&self, random: &mut Random, length: f32, onto: &mut [f32; SIZE]) {
        // The sum of four bytes has a deviation of 147.8.
        let scale = length / 147.8;
        for (pair, axes) in onto.as_chunks_mut::<2>().0.iter_mut().zip(self.axes.as_chunks::<2>().0) {
            let bytes = random.draw().to_le_bytes();
            let sum = |four: &[u8]| four.iter().map(|&byte| f32::from(byte)).sum::<f32>() - 510.0;
            pair[0] += scale * axes[0] * sum(&bytes[..4]);
            pair[1] += scale * axes[1] * sum(&bytes[4..]);
        }
    }

    /// A face of a person; `photo` tells it from the person's other faces.
    pub fn face(&self, person: u64, photo: u64) -> facecore::Result<Embedding> {
        let mut values = [0.0; SIZE];
        self.direction(&mut Random::of(self.seed, person), 1.0, &mut values);
        let mut random = Random::of(self.seed ^ person.rotate_left(32), photo);
        if person.is_multiple_of(5) && random.chance(0.4) {
            self.direction(&mut Random::of(self.seed ^ 0x100c, person), 0.45, &mut values);
        }
        let noise = 0.5 * (0.25 * random.normal()).exp();
        self.direction(&mut random, noise, &mut values);
        Embedding::new(self.space, values.to_vec())
    }
}
