//! A world of real faces. Each person's faces are dealt to three piles that never mix: the own album, other people's albums, and new photos
//! for recognition.

use std::collections::{HashMap, HashSet};

use facecore::Embedding;
use facecore::profile::{AlbumFace, AlbumPhoto, PhotoMeta};

use crate::faces::{Cache, Kind as FaceKind};
use crate::world::{Account, Kind, Nature, Person, STRANGER, sign};
use facecore_benches::random::Random;

/// Accounts with their albums, and faces that are in no album.
pub struct Real {
    pub accounts: Vec<Account>,
    /// The faces of each photo of each account, by their places in the cache, in the order of the photo's faces.
    pub places: Vec<Vec<Vec<usize>>>,
    /// New faces of each account's owner.
    pub probes: Vec<Vec<Embedding>>,
    /// The file of each probe.
    pub probe_photos: Vec<Vec<String>>,
    /// Faces of people who have no account and are in no album.
    pub strangers: Vec<Embedding>,
    pub stranger_photos: Vec<String>,
}

/// A person's faces by pile: places in the cache.
struct Piles {
    own: Vec<usize>,
    away: Vec<usize>,
    new: Vec<usize>,
}

pub struct Deal<'a> {
    cache: &'a Cache,
    seed: u64,
    /// The most faces of an owner in the album.
    pub most_own: usize,
    /// Only every other person.
    half: Option<u32>,
    /// Keep every fifth face of an owner, at least one, out of all albums.
    probes: bool,
}

impl<'a> Deal<'a> {
    pub fn new(cache: &'a Cache, seed: u64) -> Self {
        Self { cache, seed, most_own: usize::MAX, half: None, probes: false }
    }

    /// Keeps new faces of each owner, for recognition.
    pub fn with_probes(self) -> Self {
        Self { probes: true, ..self }
    }

    /// Only people of one half, 0 or 1: no person is in both.
    pub fn half(self, half: u32) -> Self {
        Self { half: Some(half), ..self }
    }

    /// Users are the people with at least four photos.
    pub fn world(&self) -> Real {
        let cache = self.cache;
        let mut random = Random::new(self.seed);
        let mut piles: HashMap<Person, Piles> = HashMap::new();
        let ours = |person: &Person| self.half.is_none_or(|half| person % 2 == half);
        let mut people: Vec<Person> = cache.people.keys().copied().filter(ours).collect();
        people.sort_unstable();
        let (mut users, mut others, mut loners) = (Vec::new(), Vec::new(), Vec::new());
        for &person in &people {
            let mut faces = cache.people[&person].clone();
            random.shuffle(&mut faces);
            match faces.len() {
                1 => loners.push(faces[0]),
                2 | 3 => {
                    others.push(person);
                    piles.insert(person, Piles { own: vec![], away: faces, new: vec![] });
                }
                count => {
                    users.push(person);
                    let new = if self.probes { faces.split_off(count - (count / 5).max(1)) } else { vec![] };
                    let away = if count >= 6 { faces.split_off(faces.len() - count / 4) } else { vec![] };
                    faces.truncate(self.most_own.min(60));
                    piles.insert(person, Piles { own: faces, away, new });
                }
            }
        }
        random.shuffle(&mut loners);
        // A third of the strangers are never in an album: they are the ones whom nobody may be recognised in.
        let unseen = loners.split_off(loners.len() * 2 / 3);
        random.shuffle(&mut users);
        // Couples: two people of similar numbers share one account.
        users.sort_by_key(|person| piles[person].own.len());
        let mut accounts: Vec<(Person, Option<Person>, Kind)> = Vec::new();
        let mut at = 0;
        while at < users.len() {
            let owner = users[at];
            let kind = match random.below(100) {
                0..4 if at + 1 < users.len() => Kind::Joint,
                4..16 => Kind::AllGroups,
                16..28 => Kind::Celebrity,
                28..38 => Kind::Relative,
                _ => Kind::Ordinary,
            };
            let partner = (kind == Kind::Joint).then(|| users[at + 1]);
            at += 1 + usize::from(partner.is_some());
            accounts.push((owner, partner, kind));
        }
        random.shuffle(&mut accounts);
        let mut friends = vec![HashSet::new(); accounts.len()];
        for account in 0..accounts.len() {
            for _ in 0..random.below(6) + 4 {
                let friend = random.below(accounts.len());
                if friend != account {
                    friends[account].insert(friend);
                    friends[friend].insert(account);
                }
            }
        }
        let famous: Vec<Person> = {
            let mut ranked = people.clone();
            ranked.sort_by_key(|person| std::cmp::Reverse(cache.people[person].len()));
            ranked.truncate(12);
            ranked
        };
        let table = Table { cache, piles: &piles, others: &others, loners: &loners, famous: &famous, seed: self.seed };
        let (built, places) = accounts
            .iter()
            .enumerate()
            .map(|(place, &(owner, partner, kind))| {
                let mut of: Vec<_> = friends[place].iter().copied().collect();
                of.sort_unstable();
                let owners_of_friends: Vec<_> = of.iter().map(|&friend| accounts[friend].0).collect();
                let mut random = Random::of(self.seed, place as u64);
                let Dealt { album, truth, places } = table.album(owner, partner, kind, &owners_of_friends, &mut random);
                let known = Nature::of(owner, self.seed).known(&mut random);
                (Account { owner, partner, kind, friends: of, album, truth, known }, places)
            })
            .collect::<(Vec<Account>, _)>();
        let new = |account: &Account| piles[&account.owner].new.clone();
        let embedding = |face: &usize| cache.embeddings[*face].clone();
        let photo = |face: &usize| cache.photo(*face);
        Real {
            probes: built.iter().map(|account| new(account).iter().map(embedding).collect()).collect(),
            probe_photos: built.iter().map(|account| new(account).iter().map(photo).collect()).collect(),
            strangers: unseen.iter().map(embedding).collect(),
            stranger_photos: unseen.iter().map(photo).collect(),
            accounts: built,
            places,
        }
    }
}

/// An album, who is on its photos, and which faces of the cache these are.
struct Dealt {
    album: Vec<AlbumPhoto>,
    truth: Vec<Vec<Person>>,
    places: Vec<Vec<usize>>,
}

/// Everybody who can come into a photo.
struct Table<'a> {
    cache: &'a Cache,
    piles: &'a HashMap<Person, Piles>,
    others: &'a [Person],
    loners: &'a [usize],
    famous: &'a [Person],
    seed: u64,
}

impl Table<'_> {
    fn album(
        &self,
        owner: Person,
        partner: Option<Person>,
        kind: Kind,
        friends: &[Person],
        random: &mut Random,
    ) -> Dealt {
        let own = &self.piles[&owner].own;
        let photos = ((own.len() as f32 * random.between(1.3, 3.5)) as usize).clamp(10, 100).max(own.len());
        // The people of a photo: whose face, which face.
        let mut plan: Vec<Vec<(Person, usize)>> = vec![Vec::new(); photos];
        let mut order: Vec<usize> = (0..photos).collect();
        random.shuffle(&mut order);
        order.iter().zip(own).for_each(|(&photo, &face)| plan[photo].push((owner, face)));
        if let Some(partner) = partner {
            // Together in half of the photos.
            order.rotate_left(own.len() / 2);
            order.iter().zip(&self.piles[&partner].own).for_each(|(&photo, &face)| plan[photo].push((partner, face)));
        }
        let companions = self.companions(owner, kind, friends, random);
        // Companions and friends come as often as they have faces; the others fill up.
        let mut guests: Vec<(Person, usize)> = Vec::new();
        for (rank, person) in companions.iter().enumerate() {
            let most = (own.len() as f32 * random.between(0.3, 1.0) / (1.0 + rank as f32 / 2.0)).ceil() as usize;
            guests.extend(self.piles[person].away.iter().take(most.max(1)).map(|&face| (*person, face)));
        }
        let mut seats: Vec<usize> = Vec::new();
        for (photo, people) in plan.iter().enumerate() {
            let wanted = 1 + random.poisson(1.5);
            let wanted = if kind == Kind::AllGroups { wanted.max(3 + random.below(2)) } else { wanted };
            seats.extend(std::iter::repeat_n(photo, wanted.saturating_sub(people.len())));
        }
        random.shuffle(&mut seats);
        let mut used: HashSet<usize> = plan.iter().flatten().map(|(_, face)| *face).collect();
        for photo in seats {
            // A guest who is not in this photo yet, else somebody else.
            let free = guests.iter().position(|(who, _)| plan[photo].iter().all(|(seated, _)| seated != who));
            let (who, face) = match free {
                Some(at) if random.chance(0.6) => guests.swap_remove(at),
                _ => self.filler(random),
            };
            if used.insert(face) {
                plan[photo].push((who, face));
            }
        }
        let star = *random.pick(self.famous).unwrap_or(&owner);
        let mut truth = Vec::with_capacity(photos);
        let mut album = Vec::with_capacity(photos);
        let mut places: Vec<Vec<usize>> = Vec::with_capacity(photos);
        for (id, people) in plan.into_iter().enumerate() {
            let mut photo = AlbumPhoto { meta: PhotoMeta { id: id as u64, ..PhotoMeta::default() }, faces: Vec::new() };
            let group = people.len() >= 4 || (kind == Kind::AllGroups && people.len() >= 3 && random.chance(0.5));
            let mut shown: Vec<usize> = people.iter().map(|&(_, face)| self.place(face, group)).collect();
            for (&(who, _), &place) in people.iter().zip(&shown) {
                photo.faces.push(self.face(who, place, random));
            }
            let mut who: Vec<_> = people.iter().map(|(who, _)| *who).collect();
            if random.chance(0.1) {
                let face = self.cache.non_faces[random.below(self.cache.non_faces.len())];
                let mut mistake = self.face(STRANGER, face, random);
                // The filter catches nine of ten.
                mistake.non_face = random.chance(0.9);
                photo.faces.push(mistake);
                who.push(STRANGER);
                shown.push(face);
            }
            sign(&mut photo, &who, [Some(owner), partner], random);
            truth.push(who);
            album.push(photo);
            places.push(shown);
        }
        if kind == Kind::Celebrity && star != owner {
            // Pictures of a star among the photos, one of them the avatar.
            for &face in
                self.cache.people[&star].iter().rev().filter(|face| !used.contains(*face)).take(1 + random.below(3))
            {
                let id = album.len() as u64;
                let meta = PhotoMeta { id, was_avatar: id as usize == photos, ..PhotoMeta::default() };
                album.push(AlbumPhoto { meta, faces: vec![self.face(star, face, random)] });
                truth.push(vec![star]);
                places.push(vec![face]);
            }
        } else {
            // Avatars: mostly photos with the owner, and one in ten is anything.
            for _ in 0..1 + random.below(3) {
                let with_owner: Vec<_> = (0..photos).filter(|&at| truth[at].contains(&owner)).collect();
                let at =
                    if random.chance(0.9) { *random.pick(&with_owner).unwrap_or(&0) } else { random.below(photos) };
                album[at].meta.was_avatar = true;
            }
        }
        Dealt { album, truth, places }
    }

    /// Who is often beside the owner: friends with an account, and people without one.
    fn companions(&self, owner: Person, kind: Kind, friends: &[Person], random: &mut Random) -> Vec<Person> {
        let mut people: Vec<Person> =
            friends.iter().copied().filter(|friend| !self.piles[friend].away.is_empty()).collect();
        random.shuffle(&mut people);
        people.truncate(5);
        people.extend((0..3).filter_map(|_| random.pick(self.others).copied()));
        random.shuffle(&mut people);
        if kind == Kind::Relative {
            let centre = &self.cache.centroids[&owner];
            let able = self.piles.keys().filter(|person| **person != owner && self.piles[person].away.len() >= 2);
            let alike = |person: &&Person| {
                let cosine = self.cache.centroids[person].cosine(centre).unwrap_or(-1.0);
                // Above this it is one person under two names.
                ((if cosine < 0.8 { cosine } else { -1.0 }) * 1e6) as i64
            };
            if let Some(relative) = able.max_by_key(|person| (alike(person), **person)) {
                people.retain(|person| person != relative);
                people.insert(0, *relative);
            }
        }
        people.dedup();
        people
    }

    fn filler(&self, random: &mut Random) -> (Person, usize) {
        match random.below(10) {
            0..3 => match random.pick(self.others) {
                Some(person) => (*person, *random.pick(&self.piles[person].away).unwrap_or(&self.loners[0])),
                None => (STRANGER, self.loners[0]),
            },
            3..5 => (STRANGER, *random.pick(&self.cache.passers).unwrap_or(&self.loners[0])),
            _ => (STRANGER, self.loners[random.below(self.loners.len())]),
        }
    }

    /// The face as it is, or as it is in a group.
    fn place(&self, face: usize, small: bool) -> usize {
        if small { self.cache.small_of(face).unwrap_or(face) } else { face }
    }

    fn face(&self, who: Person, place: usize, random: &mut Random) -> AlbumFace {
        let mut shown =
            AlbumFace::new(self.cache.embeddings[place].clone(), self.cache.width(place), self.cache.score(place));
        // A passer-by is a person as well; who, nobody knows.
        let nature = if who == STRANGER {
            Nature::of(0x4000_0000 + place as u32, self.seed)
        } else {
            Nature::of(who, self.seed)
        };
        if self.cache.kind(place) != FaceKind::NonFace {
            nature.show(&mut shown, random);
        }
        shown
    }
}
