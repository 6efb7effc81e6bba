//! A world of accounts: who owns which album, who is in it, and what is known of everybody.

use facecore::profile::{AlbumFace, AlbumPhoto, Owner, Pin};

use facecore_benches::random::Random;

/// A person of the world; `u32::MAX` is nobody in particular (strangers, passers-by, no face).
pub type Person = u32;
pub const STRANGER: Person = u32::MAX;

/// What makes an account hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Ordinary,
    /// Every photo shows a group.
    AllGroups,
    /// The avatar, and some more photos, show somebody famous.
    Celebrity,
    /// A companion who looks like the owner is in many photos.
    Relative,
    /// A couple shares the account.
    Joint,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Ordinary, Self::AllGroups, Self::Celebrity, Self::Relative, Self::Joint];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::AllGroups => "all group photos",
            Self::Celebrity => "celebrity avatar",
            Self::Relative => "look-alike relative",
            Self::Joint => "joint account",
        }
    }
}

/// An account with its album.
pub struct Account {
    pub owner: Person,
    /// Of a joint account.
    pub partner: Option<Person>,
    pub kind: Kind,
    /// Accounts, by their place.
    pub friends: Vec<usize>,
    pub album: Vec<AlbumPhoto>,
    /// Who is on each photo, in the order of its faces.
    pub truth: Vec<Vec<Person>>,
    /// What the service knows of the owner (without friends' faces).
    pub known: Owner,
}

impl Account {
    /// An owner with fewer good photos cannot be told from a guest who came as often.
    pub const ENOUGH: usize = 5;

    /// Whether anybody could find the owner: at least [`ENOUGH`](Self::ENOUGH) good photos.
    pub fn allows(&self, seed_width: f32) -> bool {
        self.good_photos(seed_width) >= Self::ENOUGH
    }

    /// Photos with a face of the owner that may form a cluster.
    pub fn good_photos(&self, seed_width: f32) -> usize {
        let good = |photo: &AlbumPhoto, truth: &[Person]| {
            photo.faces.iter().zip(truth).any(|(face, who)| *who == self.owner && face.width >= seed_width)
        };
        self.album.iter().zip(&self.truth).filter(|(photo, truth)| good(photo, truth)).count()
    }
}

/// Age and sex of a person; what their faces show of it.
pub struct Nature {
    pub age: f32,
    pub female: bool,
}

impl Nature {
    pub fn of(person: Person, seed: u64) -> Self {
        let mut random = Random::of(seed, 0x1000_0000 + u64::from(person));
        Self { age: random.between(12.0, 70.0), female: random.chance(0.5) }
    }

    /// As a network reads it: 8 years of error, one sex in ten wrong.
    pub fn show(&self, face: &mut AlbumFace, random: &mut Random) {
        let right = random.chance(0.9);
        let sure = random.between(0.6, 0.99);
        face.female = Some(if self.female == right { sure } else { 1.0 - sure });
        face.age = Some((self.age + 8.0 * random.normal()).clamp(1.0, 95.0));
    }

    /// As the service knows it: age honest for four of five, sex for nearly all.
    pub fn known(&self, random: &mut Random) -> Owner {
        let age = random.chance(0.8).then_some(self.age + 2.0 * random.normal());
        let female = random.chance(0.95).then_some(f32::from(self.female));
        Owner { age, female, friends: Vec::new() }
    }
}

/// Signals that a service has of photos and faces.
pub fn sign(photo: &mut AlbumPhoto, truth: &[Person], owners: [Option<Person>; 2], random: &mut Random) {
    use facecore::profile::Source;
    let is_owner = |who: &Person| owners.contains(&Some(*who)) && *who != STRANGER;
    let alone = truth.len() == 1 && is_owner(&truth[0]);
    photo.meta.source = [Source::Phone, Source::Phone, Source::Camera, Source::Unknown][random.below(4)];
    photo.meta.front_camera = random.chance(if alone {
        0.4
    } else if truth.iter().any(is_owner) {
        0.08
    } else {
        0.02
    });
    photo.meta.on_trip = random.chance(0.1);
    for (face, who) in photo.faces.iter_mut().zip(truth) {
        // Some users mark faces by hand, and one mark in fifty is wrong.
        if *who != STRANGER && random.chance(0.06) {
            let right = random.chance(0.98);
            face.pin = Some(if is_owner(who) == right { Pin::Owner } else { Pin::Other });
            photo.meta.manual_tags += 1;
        }
    }
}
