//! Pictures of what was found: boxes, landmarks, names and scores on the photo.

use std::collections::HashSet;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use facecore::{BoundingBox, Landmarks, Outcome, Photo};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, Rgb, RgbImage};

use crate::failure::Result;
use crate::output::{Found, FoundFace};
use crate::photos::{PhotoError, Source, has_extension};
use crate::{saving, shown};

const NAMED: Rgb<u8> = Rgb([30, 140, 60]);
const UNNAMED: Rgb<u8> = Rgb([205, 95, 0]);
const INK: Rgb<u8> = Rgb([255, 255, 255]);

/// What pictures are written as.
const WRITTEN: [&str; 3] = ["jpg", "jpeg", "png"];
/// Kinds of pictures that somebody may ask for, and that are not written.
const NOT_WRITTEN: [&str; 10] = ["webp", "bmp", "gif", "tif", "tiff", "heic", "avif", "svg", "pdf", "jfif"];

/// Whether `out` can be one picture.
pub fn check(out: &Path) -> Result<()> {
    if has_extension(out, &WRITTEN) {
        return Ok(());
    }
    Err(format!("--draw {}: pictures are written as .jpg or .png", shown::path(out)).into())
}

/// Where each photo's picture goes: `out` itself if it is named like a picture, else a file in the folder `out`.
pub fn targets(out: &Path, sources: &[Source]) -> Result<Vec<PathBuf>> {
    let about = |reason: &str| Err(format!("--draw {}: {reason}", shown::path(out)).into());
    let targets = if out.is_dir() {
        in_folder(out, sources)
    } else if has_extension(out, &NOT_WRITTEN) {
        return check(out).map(|()| Vec::new());
    } else if has_extension(out, &WRITTEN) {
        if sources.len() != 1 {
            return about(&format!("one file for {} photos; name a folder", sources.len()));
        }
        vec![out.to_owned()]
    } else if out.exists() {
        return about("a file is there already; name a folder, or a .jpg or .png file for one photo");
    } else {
        in_folder(out, sources)
    };
    let originals: HashSet<_> = sources.iter().filter_map(|source| source.path.canonicalize().ok()).collect();
    let overwrites = |target: &&PathBuf| target.canonicalize().is_ok_and(|target| originals.contains(&target));
    match targets.iter().find(overwrites) {
        Some(target) => Err(format!("--draw would overwrite the photo {}", shown::path(target)).into()),
        None => Ok(targets),
    }
}

/// Names as the photos', with a number where two would be the same.
fn in_folder(folder: &Path, sources: &[Source]) -> Vec<PathBuf> {
    let mut taken = HashSet::new();
    let mut free = |source: &Source| {
        let stem = source.below.file_stem().unwrap_or_default().to_string_lossy();
        let named = |name: String| folder.join(source.below.with_file_name(name));
        let mut target = named(format!("{stem}.jpg"));
        for number in 2.. {
            if taken.insert(target.clone()) {
                break;
            }
            target = named(format!("{stem}-{number}.jpg"));
        }
        target
    };
    sources.iter().map(&mut free).collect()
}

/// Writes the photo with what was found.
pub fn write(photo: &Photo<'_>, found: &Found, target: &Path) -> Result<(), PhotoError> {
    let failed = |reason: &dyn std::fmt::Display| PhotoError::Draw(format!("{}: {reason}", shown::path(target)));
    let picture = picture(photo, found).ok_or_else(|| failed(&"the photo has no pixels"))?;
    save(&picture, target).map_err(|reason| failed(&reason))
}

/// Writes a picture as its name says, JPEG or PNG, and the folders on the way.
pub fn save(picture: &RgbImage, target: &Path) -> Result<(), String> {
    let mut bytes = Cursor::new(Vec::new());
    let encoded = if has_extension(target, &["png"]) {
        picture.write_to(&mut bytes, ImageFormat::Png)
    } else {
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90))
    };
    encoded.map_err(|error| error.to_string())?;
    let folder = target.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).and_then(|()| saving::write(target, bytes.get_ref())).map_err(|error| error.to_string())
}

fn picture(photo: &Photo<'_>, found: &Found) -> Option<RgbImage> {
    let pixels = (0..photo.height()).flat_map(|y| photo.row(y)).copied().collect();
    let mut canvas = Canvas(RgbImage::from_raw(photo.width(), photo.height(), pixels)?);
    canvas.marks(&found.faces.iter().map(mark).collect::<Vec<_>>());
    Some(canvas.0)
}

/// A face as it is drawn.
pub struct Mark {
    pub area: BoundingBox,
    pub landmarks: Landmarks,
    pub named: bool,
    pub text: String,
}

impl Mark {
    /// The thickness of lines, to the size of the face.
    fn stroke(&self) -> f32 {
        (self.area.width() / 50.0).clamp(1.0, 12.0).round()
    }

    fn colour(&self) -> Rgb<u8> {
        if self.named { NAMED } else { UNNAMED }
    }
}

fn mark(face: &FoundFace) -> Mark {
    let outcome = face.verdict.as_ref().map(|verdict| &verdict.outcome);
    let is_found = face.users.as_ref().is_some_and(|users| !users.is_empty());
    Mark {
        area: face.face.bounding_box,
        landmarks: face.face.landmarks,
        named: is_found || matches!(outcome, Some(Outcome::Match { .. })),
        text: label(face),
    }
}

/// A picture to draw on.
pub struct Canvas(pub RgbImage);

impl Canvas {
    /// Boxes, points and names.
    pub fn marks(&mut self, marks: &[Mark]) {
        marks.iter().for_each(|mark| self.shape(mark));
        // Last, so that no box crosses a name.
        marks.iter().for_each(|mark| self.label(mark));
    }

    fn shape(&mut self, mark: &Mark) {
        let (area, stroke, colour) = (mark.area, mark.stroke(), mark.colour());
        self.fill([area.x1, area.y1, area.x2, area.y1 + stroke], colour);
        self.fill([area.x1, area.y2 - stroke, area.x2, area.y2], colour);
        self.fill([area.x1, area.y1, area.x1 + stroke, area.y2], colour);
        self.fill([area.x2 - stroke, area.y1, area.x2, area.y2], colour);
        for [x, y] in mark.landmarks {
            self.dot(x, y, stroke * 1.5, colour);
        }
    }

    /// The name and score above the box; inside where there is no room above.
    fn label(&mut self, mark: &Mark) {
        let (area, text) = (mark.area, &mark.text);
        let (width, height) = (self.0.width() as f32, self.0.height() as f32);
        let wanted = (area.width() / 6.0).clamp(13.0, 60.0);
        let natural = line(text, wanted).1;
        let size = wanted * (width / (natural + wanted / 2.0)).min(1.0);
        let (glyphs, length) = line(text, size);
        let band = size * 1.2;
        let left = area.x1.min(width - length - size / 2.0).max(0.0);
        let above = area.y1 - band;
        let top = if above >= 0.0 { above } else { area.y1.clamp(0.0, (height - band).max(0.0)) };
        self.fill([left, top, left + length + size / 2.0, top + band], mark.colour());
        self.ink(glyphs, left + size / 4.0, top + size * 0.1, INK);
    }

    /// A line of text with its upper left corner at (left, top); `size` in pixels.
    pub fn text(&mut self, text: &str, size: f32, [left, top]: [f32; 2], colour: Rgb<u8>) {
        self.ink(line(text, size).0, left, top, colour);
    }

    fn ink(&mut self, glyphs: Vec<Glyph>, left: f32, top: f32, colour: Rgb<u8>) {
        let Some(font) = font() else { return };
        for mut glyph in glyphs {
            glyph.position += point(left, top);
            let Some(outline) = font.outline_glyph(glyph) else {
                continue;
            };
            let origin = outline.px_bounds().min;
            outline.draw(|x, y, cover| {
                let (x, y) = (origin.x as i64 + i64::from(x), origin.y as i64 + i64::from(y));
                self.mix(x, y, colour, cover);
            });
        }
    }

    pub fn fill(&mut self, [left, top, right, bottom]: [f32; 4], colour: Rgb<u8>) {
        let within = |value: f32, limit: u32| value.round().clamp(0.0, limit as f32) as u32;
        let (width, height) = self.0.dimensions();
        for y in within(top, height)..within(bottom, height) {
            for x in within(left, width)..within(right, width) {
                self.0.put_pixel(x, y, colour);
            }
        }
    }

    fn dot(&mut self, x: f32, y: f32, radius: f32, colour: Rgb<u8>) {
        let reach = radius.ceil() as i64;
        let steps = move || -reach..=reach;
        for (dx, dy) in steps().flat_map(|dy| steps().map(move |dx| (dx, dy))) {
            let cover = (radius + 0.5 - (dx as f32).hypot(dy as f32)).clamp(0.0, 1.0);
            self.mix((x as i64).saturating_add(dx), (y as i64).saturating_add(dy), colour, cover);
        }
    }

    fn mix(&mut self, x: i64, y: i64, colour: Rgb<u8>, cover: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
            return;
        };
        if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
            for (old, new) in pixel.0.iter_mut().zip(colour.0) {
                *old = (f32::from(*old) + (f32::from(new) - f32::from(*old)) * cover).round() as u8;
            }
        }
    }
}

/// The name, or the users, with cosines; where nobody was searched for, the score of the detection.
fn label(face: &FoundFace) -> String {
    if let Some(users) = &face.users {
        let users: Vec<_> = users.iter().map(|hit| format!("user {}  {:.2}", hit.id, hit.cosine)).collect();
        return if users.is_empty() { "unknown".into() } else { users.join(", ") };
    }
    match face.verdict.as_ref().map(|verdict| &verdict.outcome) {
        Some(Outcome::Match { person, cosine }) => format!("{person}  {cosine:.2}"),
        Some(Outcome::NoMatch { .. }) => "unknown".into(),
        None => format!("{:.3}", face.face.score),
    }
}

fn font() -> Option<FontRef<'static>> {
    FontRef::try_from_slice(include_bytes!("../font/DejaVuSans-subset.ttf")).ok()
}

/// The glyphs of a line that begins at (0, 0), its upper left corner, and its length; `size` and length in pixels.
fn line(text: &str, size: f32) -> (Vec<Glyph>, f32) {
    let Some(font) = font() else {
        return Default::default();
    };
    let scaled = font.as_scaled(PxScale::from(size));
    let (mut glyphs, mut length) = (Vec::new(), 0.0);
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        let id = scaled.glyph_id(letter);
        if let Some(last) = glyphs.last().map(|glyph: &Glyph| glyph.id) {
            length += scaled.kern(last, id);
        }
        glyphs.push(id.with_scale_and_position(size, point(length, scaled.ascent())));
        length += scaled.h_advance(id);
    }
    (glyphs, length)
}

#[cfg(test)]
mod tests {
    use facecore::index::Hit;
    use facecore::{BoundingBox, Face, Verdict};

    use super::*;

    fn source(path: &str, below: &str) -> Source {
        Source { path: path.into(), below: below.into() }
    }

    fn face(area: BoundingBox, name: &str) -> FoundFace {
        let landmarks = [[area.x1, area.y1]; 5];
        let face = Face { bounding_box: area, landmarks, score: 1.0, stored_box: area, stored_landmarks: landmarks };
        let outcome = Outcome::Match { person: name.into(), cosine: 0.7 };
        let verdict = Verdict { outcome, nearest: None, runner_up: None, margin: None, threshold: 0.5 };
        FoundFace { verdict: Some(verdict), ..FoundFace::new(face) }
    }

    #[test]
    fn pictures_in_a_folder_have_names_of_their_own() {
        let sources = [source("x/a.jpg", "a.jpg"), source("y/a.png", "a.png"), source("z/b/a.gif", "b/a.gif")];
        let expected = ["out/a.jpg", "out/a-2.jpg", "out/b/a.jpg"].map(PathBuf::from);
        assert_eq!(targets(Path::new("out"), &sources).unwrap(), expected);
    }

    #[test]
    fn one_file_is_for_one_photo_and_never_a_photo() {
        let sources = [source("a.jpg", "a.jpg"), source("b.jpg", "b.jpg")];
        assert!(targets(Path::new("out.png"), &sources).is_err());
        assert_eq!(targets(Path::new("out.png"), &sources[..1]).unwrap(), [PathBuf::from("out.png")]);
        for (out, why) in [("out.webp", ".jpg or .png"), ("out.HEIC", ".jpg or .png"), ("/dev/null", "name a folder")] {
            let error = targets(Path::new(out), &sources[..1]).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/photos/obama.jpg");
        let overwriting = [source(photo, "obama.jpg")];
        assert!(targets(Path::new(photo), &overwriting).is_err());
        assert!(targets(Path::new(photo).parent().unwrap(), &overwriting).is_err());
    }

    #[test]
    fn users_are_named_by_their_ids() {
        let area = BoundingBox { x1: 1.0, y1: 1.0, x2: 9.0, y2: 9.0 };
        let found = |users| FoundFace { verdict: None, users, ..face(area, "") };
        let hit = |id, cosine| Hit { id, cosine };
        let both = mark(&found(Some(vec![hit(7, 0.875), hit(u64::MAX, 0.5)])));
        assert_eq!((both.named, both.text.as_str()), (true, "user 7  0.88, user 18446744073709551615  0.50"));
        let nobody = mark(&found(Some(Vec::new())));
        assert_eq!((nobody.named, nobody.text.as_str()), (false, "unknown"));
        assert_eq!(mark(&found(None)).text, "1.000", "nobody was searched for");
    }

    #[test]
    fn boxes_and_names_may_leave_the_picture() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        let areas =
            [[-50.0, -50.0, 400.0, 400.0], [90.0, 90.0, 99.0, 99.0], [nan, -inf, nan, inf], [1e30, 0.0, -1e30, 9.0]];
        for ([x1, y1, x2, y2], (width, height)) in areas.into_iter().zip([(100, 100), (1, 1), (7, 90), (300, 2)]) {
            let mut canvas = Canvas(RgbImage::new(width, height));
            let face = face(BoundingBox::new(x1, y1, x2, y2), "Zoë Ångström Щедрин 王\n\u{202e} with a very long name");
            canvas.marks(&[mark(&face)]);
        }
    }

    #[test]
    fn a_name_is_written() {
        let mut canvas = Canvas(RgbImage::new(200, 100));
        canvas.label(&mark(&face(BoundingBox::new(20.0, 40.0, 90.0, 95.0), "Ann")));
        let inked = canvas.0.pixels().filter(|pixel| pixel[0] > 150).count();
        assert!(inked > 20, "{inked} pixels of ink");
        assert_eq!(*canvas.0.get_pixel(21, 39), NAMED);
    }
}
