//! Labels of faces checked by the faces themselves: who does not belong to a class, belongs to another one, or stands there under two names.

mod centres;
mod parts;
#[cfg(test)]
mod tests;

use centres::{Centres, Joining, Sample};
use parts::parts;

use crate::embed::Embedding;
use crate::error::{Error, Result};

/// How labels are checked. Cosines mean different things with each network and on each set of photos, so limits are not cosines but
/// standard deviations above the mean of [`Strangers`], which are measured on the labelled faces themselves.
///
/// Each class is parted by average linkage; its largest part is what the class stands for, so wrong faces do not move its centre while they
/// are fewer or unlike each other. Then, by centres:
/// - two classes are one person if they are nearer than `surely`, or nearer than `joined` and each by `ahead` nearer to the other one than to any
///   third (brothers, and children of one age, are near to several), and if their faces are nearly as alike across the two as `within` one, unless
///   they stand together on a photo: all goes into the one with more faces;
/// - a face, or a smaller part of a class, that is nearer than `moved` to another class, and by `lead` nearer than to its own, is moved there;
/// - a smaller part that is less near than `apart` to its class becomes a class of its own if it has `fewest` faces or more;
/// - one with fewer is left out if it is less near than `out`, and the largest part has `fewest` faces or more, so that it is known who that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelRules {
    /// Parts of a class that are as alike as this on the average, face by face, are one part.
    pub alike: f32,
    /// Fewer than `fewest` faces that are less near than this to their class are left out.
    pub out: f32,
    /// `fewest` faces or more that are less near than this to their class are a class of their own.
    pub apart: f32,
    /// From here on a face is of another class, if it also leads.
    pub moved: f32,
    /// By how much, in standard deviations, it must be nearer to the other class.
    pub lead: f32,
    /// From here on two classes are one person, if each is the other's nearest by `ahead`.
    pub joined: f32,
    /// By how much, in standard deviations, a class must be nearer to the one that it is joined with than to any third.
    pub ahead: f32,
    /// From here on two classes are one person, whoever else is near.
    pub surely: f32,
    /// How alike the faces of two classes must be across the two, on the average, as a part of how alike those of the less alike class are, from
    /// 0: of one person, they are as alike. Two classes of one face each are never joined, unless this is 0.
    pub within: f32,
    /// The fewest faces of a part of its own, from 2.
    pub fewest: usize,
}

impl Default for LabelRules {
    /// What `albums clean` found best (`docs/training.md`).
    fn default() -> Self {
        Self {
            alike: 2.2,
            out: 0.0,
            apart: 2.7,
            moved: 4.8,
            lead: 4.0,
            joined: 4.5,
            ahead: 0.5,
            surely: 8.0,
            within: 0.85,
            fewest: 3,
        }
    }
}

/// Faces that have one label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelledClass {
    /// The faces.
    pub faces: Vec<Embedding>,
    /// The photo of each face, by any number; empty where nothing is known of that.
    pub photos: Vec<u64>,
}

/// How near faces are to the classes of others: cosines with the classes' centres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strangers {
    /// The mean cosine.
    pub mean: f32,
    /// Its standard deviation.
    pub deviation: f32,
    /// So many pairs of a face and a class were measured.
    pub pairs: u64,
}

impl Strangers {
    /// The cosine that is so many standard deviations above the mean.
    pub fn cosine(&self, deviations: f32) -> f32 {
        self.mean + deviations * self.deviation
    }
}

/// What becomes of a face's label. Classes are counted from 0, in the order in which they are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelAction {
    /// It is right as far as one can tell.
    Keep,
    /// Its whole class is the same person as this one.
    Join(usize),
    /// It is of this class.
    Move(usize),
    /// It is of somebody who has no class yet: of the class's first part, its second, …, from 0.
    Part(usize),
    /// Nobody can tell who it is.
    Out,
}

/// What was found about a face's label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelVerdict {
    /// What becomes of it.
    pub action: LabelAction,
    /// How near it (or the part of the class that it is in) is to its class without it, as a cosine.
    pub own: f32,
    /// The nearest other class and how near it is; none where the face is so near to its own that no other was looked for.
    pub other: Option<(usize, f32)>,
}

/// The counts of a check.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LabelReport {
    /// What the limits were made of.
    pub strangers: Strangers,
    /// Classes that were given.
    pub classes: usize,
    /// Faces that were given.
    pub faces: u64,
    /// Classes that went into another.
    pub joined: usize,
    /// Faces that changed with such a class.
    pub joined_faces: u64,
    /// Faces moved to another class.
    pub moved: u64,
    /// New classes.
    pub parted: usize,
    /// Their faces.
    pub parted_faces: u64,
    /// Faces left out.
    pub out: u64,
}

impl LabelRules {
    /// The most faces of a class: a number for each two of them is in memory.
    pub const MAX_FACES: usize = 8_192;

    /// Checks the labels of all faces. `pass` begins to give the classes from the first one, and is called three times; `each` is told of
    /// each class in this order. In memory are one class, and the centre of each; time grows with the square of the number of classes.
    ///
    /// # Errors
    /// [`Error::Option`] for rules outside their range, photos that are not as many as the faces, or fewer than two classes with faces;
    /// [`Error::Limit`] above [`MAX_FACES`](Self::MAX_FACES); the errors of comparing the faces; those of `pass` and `each`.
    ///
    /// ```
    /// # use facecore::{Embedding, Error, SpaceId};
    /// # use facecore::cluster::{LabelAction, LabelRules, LabelledClass};
    /// /// Eight people along an axis each; the third face of the first one is of the second.
    /// let face = |person: usize, tilt: f32| {
    ///     let mut values = vec![tilt; 16];
    ///     values[person] = 1.0;
    ///     Embedding::new(SpaceId(*b"example!"), values)
    /// };
    /// let class = |people: [usize; 4]| -> Result<LabelledClass, Error> {
    ///     let faces = people.iter().zip([0.0, 0.02, -0.02, 0.04]).map(|(&person, tilt)| face(person, tilt)).collect::<Result<_, _>>()?;
    ///     Ok(LabelledClass { faces, photos: Vec::new() })
    /// };
    /// let mut found = Vec::new();
    /// let pass = || Ok((0..8).map(|person| if person == 0 { class([0, 0, 1, 0]) } else { class([person; 4]) }));
    /// let report = LabelRules::default().check(pass, |class, verdicts| -> Result<(), Error> {
    ///     found.extend((0..).zip(verdicts).filter(|(_, of)| of.action != LabelAction::Keep).map(|(face, of)| (class, face, of.action)));
    ///     Ok(())
    /// })?;
    /// assert_eq!((found, report.moved), (vec![(0, 2, LabelAction::Move(1))], 1));
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn check<I, E>(
        &self,
        mut pass: impl FnMut() -> Result<I, E>,
        mut each: impl FnMut(usize, &[LabelVerdict]) -> Result<(), E>,
    ) -> Result<LabelReport, E>
    where
        I: Iterator<Item = Result<LabelledClass, E>>,
        E: From<Error>,
    {
        self.validate()?;
        let (strangers, first) = measure(pass()?)?;
        let alike = strangers.cosine(self.alike);
        let mut centres = Centres::default();
        for class in pass()? {
            let class = class?;
            let largest = parts(&class.faces, alike).into_iter().next().unwrap_or_default();
            let photos = largest.iter().filter_map(|&face| class.photos.get(face).copied());
            centres.add(sum(&class.faces, &largest, first.len()), largest.len(), photos.collect());
        }
        centres.join(&Joining {
            least: strangers.cosine(self.joined),
            surely: strangers.cosine(self.surely),
            ahead: self.ahead * strangers.deviation,
            within: self.within,
        });
        let mut report = LabelReport {
            strangers,
            classes: centres.len(),
            faces: 0,
            joined: centres.joined(),
            joined_faces: 0,
            moved: 0,
            parted: 0,
            parted_faces: 0,
            out: 0,
        };
        let judge = Judge { rules: self, centres: &centres, strangers, alike };
        for (class, given) in pass()?.take(centres.len()).enumerate() {
            let verdicts = judge.class(class, &given?.faces);
            report.count(&verdicts);
            each(class, &verdicts)?;
        }
        Ok(report)
    }

    fn validate(&self) -> Result<()> {
        let limits = [self.alike, self.out, self.apart, self.moved, self.joined, self.surely];
        let not_below_0 = [self.lead, self.ahead, self.within];
        let is_finite = limits.iter().chain(&not_below_0).all(|limit| limit.is_finite());
        if !is_finite || not_below_0.iter().any(|limit| *limit < 0.0) || self.fewest < 2 {
            let reason = "standard deviations are finite, `lead`, `ahead` and `within` are not below 0, and a part has 2 faces or more";
            return Err(Error::Option { name: "label rules", reason: reason.into() });
        }
        Ok(())
    }
}

impl LabelReport {
    fn count(&mut self, verdicts: &[LabelVerdict]) {
        self.faces += verdicts.len() as u64;
        let mut parted = 0;
        for verdict in verdicts {
            match verdict.action {
                LabelAction::Keep => {}
                LabelAction::Join(_) => self.joined_faces += 1,
                LabelAction::Move(_) => self.moved += 1,
                LabelAction::Out => self.out += 1,
                LabelAction::Part(part) => {
                    self.parted_faces += 1;
                    parted = parted.max(part + 1);
                }
            }
        }
        self.parted += parted;
    }
}

/// The first pass: how near strangers come, and a face, which all others can be compared with.
fn measure<E: From<Error>>(
    classes: impl Iterator<Item = Result<LabelledClass, E>>,
) -> Result<(Strangers, Embedding), E> {
    let (mut centres, mut sample) = (Centres::default(), Sample::default());
    let mut first: Option<Embedding> = None;
    for (at, class) in classes.enumerate() {
        let LabelledClass { faces, photos } = class?;
        check(&faces, &photos, first.as_ref())?;
        let len = faces.first().map_or(0, Embedding::len);
        let all: Vec<usize> = (0..faces.len()).collect();
        centres.add(sum(&faces, &all, len), faces.len(), Vec::new());
        if let Some(middle) = faces.get(faces.len() / 2) {
            sample.see(at, middle);
            first.get_or_insert_with(|| middle.clone());
        }
    }
    let nobody = || Error::Option { name: "labels", reason: "there are fewer than two people with faces".into() };
    let strangers = sample.strangers(&centres).ok_or_else(nobody)?;
    Ok((strangers, first.ok_or_else(nobody)?))
}

fn check(faces: &[Embedding], photos: &[u64], first: Option<&Embedding>) -> Result<()> {
    let (actual, limit) = (faces.len() as u64, LabelRules::MAX_FACES as u64);
    if actual > limit {
        return Err(Error::Limit { what: "number of faces of a class", actual, limit });
    }
    if !photos.is_empty() && photos.len() != faces.len() {
        let reason = format!("{} photos of {} faces", photos.len(), faces.len());
        return Err(Error::Option { name: "labels", reason });
    }
    match first.or(faces.first()) {
        Some(first) => faces.iter().try_for_each(|face| first.check_comparable(face)),
        None => Ok(()),
    }
}

fn sum(faces: &[Embedding], places: &[usize], len: usize) -> Vec<f32> {
    let mut sum = vec![0.0; len];
    for &place in places {
        sum.iter_mut().zip(faces[place].as_slice()).for_each(|(sum, value)| *sum += value);
    }
    sum
}

/// The last pass.
struct Judge<'a> {
    rules: &'a LabelRules,
    centres: &'a Centres,
    strangers: Strangers,
    alike: f32,
}

impl Judge<'_> {
    fn class(&self, class: usize, faces: &[Embedding]) -> Vec<LabelVerdict> {
        let root = self.centres.root(class);
        let stay = if root == class { LabelAction::Keep } else { LabelAction::Join(root) };
        let mut verdicts = vec![LabelVerdict { action: stay, own: 1.0, other: None }; faces.len()];
        let mut parts = parts(faces, self.alike).into_iter();
        let Some(largest) = parts.next() else { return verdicts };
        for &face in &largest {
            verdicts[face] = self.of_largest(root, stay, &faces[face]);
        }
        let mut own_class = 0;
        for part in parts {
            let is_known = part.len() < largest.len() && largest.len() >= self.rules.fewest;
            let verdict = self.of_part(root, (stay, own_class), &sum(faces, &part, faces[0].len()), (&part, is_known));
            own_class += usize::from(matches!(verdict.action, LabelAction::Part(_)));
            part.iter().for_each(|&face| verdicts[face] = verdict);
        }
        verdicts
    }

    /// A face of the part that the class stands for: it stays unless another class leads.
    fn of_largest(&self, root: usize, stay: LabelAction, face: &Embedding) -> LabelVerdict {
        // With nothing left of its class to compare it with, there is nothing that another one could lead over.
        let Some(own) = self.centres.without(root, face.as_slice()) else {
            return LabelVerdict { action: stay, own: 1.0, other: None };
        };
        if own >= self.strangers.cosine(self.rules.surely) {
            return LabelVerdict { action: stay, own, other: None };
        }
        let other = self.centres.nearest(face.as_slice(), 1, root);
        let action = self.leads(own, other).map_or(stay, LabelAction::Move);
        LabelVerdict { action, own, other }
    }

    /// A smaller part of a class.
    fn of_part(
        &self,
        root: usize,
        (stay, own_class): (LabelAction, usize),
        sum: &[f32],
        (part, is_known): (&[usize], bool),
    ) -> LabelVerdict {
        let own = self.centres.cosine(sum, part.len(), root);
        let other = self.centres.nearest(sum, part.len(), root);
        let is_many = part.len() >= self.rules.fewest;
        let action = match self.leads(own, other) {
            Some(class) => LabelAction::Move(class),
            None if is_many && own < self.strangers.cosine(self.rules.apart) => LabelAction::Part(own_class),
            None if !is_many && is_known && own < self.strangers.cosine(self.rules.out) => LabelAction::Out,
            None => stay,
        };
        LabelVerdict { action, own, other }
    }

    /// The other class, if it is near enough and leads.
    fn leads(&self, own: f32, other: Option<(usize, f32)>) -> Option<usize> {
        let (class, cosine) = other?;
        let lead = self.rules.lead * self.strangers.deviation;
        (cosine >= self.strangers.cosine(self.rules.moved) && cosine - own >= lead).then_some(class)
    }
}
