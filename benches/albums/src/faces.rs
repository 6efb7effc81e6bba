//! Real faces with their embeddings, made once and kept in a cache: `faces.csv` and one file of little-endian f32 a network.
//!
//! Each labelled photo gives its face twice: as it is, and as it would be in a group photo, small (24–48 px wide). Other faces in the
//! photo are kept as passers-by, and crops of photos without faces as the detector's mistakes.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use facecore::{BoundingBox, DetectOptions, Embedding, Engine, Face, Limits, Photo, SpaceId};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What a row of the cache is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The person of the folder.
    Labelled,
    /// The same face, small.
    Small,
    /// Somebody else in the photo.
    Passer,
    /// No face.
    NonFace,
}

impl Kind {
    const ALL: [(&'static str, Self); 4] =
        [("labelled", Self::Labelled), ("small", Self::Small), ("passer", Self::Passer), ("nonface", Self::NonFace)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// The cache in memory. Faces are named by their place in it.
pub struct Cache {
    rows: Vec<Row>,
    pub embeddings: Vec<Embedding>,
    /// The labelled faces of each person.
    pub people: HashMap<u32, Vec<usize>>,
    pub names: Vec<String>,
    /// The mean of each person's faces.
    pub centroids: HashMap<u32, Embedding>,
    pub passers: Vec<usize>,
    pub non_faces: Vec<usize>,
    small: HashMap<usize, usize>,
}

impl Cache {
    /// Opens what [`build`] wrote; `without` names photos to leave out (people under two names), one to a line, as `NAME_0001`.
    pub fn open(folder: &Path, model: &str, space: SpaceId, without: &HashSet<String>) -> Result<Self> {
        let rows = read(&folder.join("faces.csv"))?;
        let bytes = fs::read(folder.join(format!("{model}.f32")))?;
        if rows.is_empty() || bytes.len() % (4 * rows.len()) != 0 {
            return Err("the cache's embeddings do not fit its faces".into());
        }
        let values: Vec<f32> = bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect();
        let embeddings: Vec<_> = values
            .chunks_exact(values.len() / rows.len())
            .map(|values| Embedding::new(space, values.to_vec()))
            .collect::<facecore::Result<_>>()?;
        let mut cache = Self {
            rows: Vec::new(),
            embeddings,
            people: HashMap::new(),
            names: Vec::new(),
            centroids: HashMap::new(),
            passers: Vec::new(),
            non_faces: Vec::new(),
            small: HashMap::new(),
        };
        let (mut ids, mut labelled) = (HashMap::new(), HashMap::new());
        for (at, row) in rows.iter().enumerate() {
            let stem = row.photo.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            match row.kind {
                _ if without.contains(&stem) => {}
                Kind::Labelled => {
                    let person = *ids.entry(row.person.clone()).or_insert_with(|| {
                        cache.names.push(row.person.clone());
                        cache.names.len() as u32 - 1
                    });
                    cache.people.entry(person).or_default().push(at);
                    labelled.insert(row.photo.clone(), at);
                }
                Kind::Small => {
                    cache.small.extend(labelled.get(&row.photo).map(|&whole| (whole, at)));
                }
                Kind::Passer => cache.passers.push(at),
                Kind::NonFace => cache.non_faces.push(at),
            }
        }
        for (person, faces) in &cache.people {
            let mut sum = vec![0.0; cache.embeddings[0].len()];
            for &face in faces {
                sum.iter_mut().zip(cache.embeddings[face].as_slice()).for_each(|(sum, value)| *sum += value);
            }
            cache.centroids.insert(*person, Embedding::new(space, sum)?);
        }
        cache.rows = rows;
        Ok(cache)
    }

    pub fn kind(&self, face: usize) -> Kind {
        self.rows[face].kind
    }

    /// In pixels, as the face was embedded.
    pub fn width(&self, face: usize) -> f32 {
        self.rows[face].area.width() / self.rows[face].shrink
    }

    /// Where it is in the photo as it is stored.
    pub fn area(&self, face: usize) -> BoundingBox {
        self.rows[face].area
    }

    /// How much the photo was shrunk before the face was embedded.
    pub fn shrink(&self, face: usize) -> f32 {
        self.rows[face].shrink
    }

    pub fn score(&self, face: usize) -> f32 {
        self.rows[face].score
    }

    pub fn photo(&self, face: usize) -> String {
        self.rows[face].photo.display().to_string()
    }

    pub fn small_of(&self, face: usize) -> Option<usize> {
        self.small.get(&face).copied()
    }
}

struct Row {
    kind: Kind,
    person: String,
    photo: PathBuf,
    area: BoundingBox,
    landmarks: [[f32; 2]; 5],
    score: f32,
    /// How many stored pixels one pixel of the embedded photo is long.
    shrink: f32,
}

/// Writes `faces.csv` if it is not there, then the embeddings of the engine's model.
pub fn build(engine: &Engine, images: &Path, scenes: &Path, cache: &Path) -> Result<()> {
    fs::create_dir_all(cache)?;
    let list = cache.join("faces.csv");
    if !list.is_file() {
        let mut rows = detect(engine, images)?;
        rows.extend(crops(scenes)?);
        write(&list, &rows)?;
        eprintln!("{} faces", rows.len());
    }
    let rows = read(&list)?;
    let model = engine.model().ok_or("no embedder")?;
    let target = cache.join(format!("{model}.f32"));
    let partial = cache.join(format!("{model}.part"));
    let mut out = BufWriter::new(File::create(&partial)?);
    for (at, row) in rows.iter().enumerate() {
        let embedding = embed(engine, row)?;
        for value in embedding.as_slice() {
            out.write_all(&value.to_le_bytes())?;
        }
        if at % 500 == 0 {
            eprintln!("{model}: {at} of {}", rows.len());
        }
    }
    out.flush()?;
    fs::rename(partial, target)?;
    Ok(())
}

fn decode(path: &Path, limits: &Limits) -> Result<Photo<'static>> {
    Ok(Photo::decode(&fs::read(path)?, limits).map_err(|e| format!("{}: {e}", path.display()))?)
}

fn embed(engine: &Engine, row: &Row) -> Result<Embedding> {
    let whole = decode(&row.photo, &Limits::default())?;
    if row.shrink <= 1.0 {
        return embed_face(engine, &whole, row, [1.0; 2]);
    }
    let pixels = f64::from(whole.width()) * f64::from(whole.height()) / f64::from(row.shrink).powi(2);
    let small = decode(&row.photo, &Limits { shrink_above: pixels as u64, ..Limits::default() })?;
    let (x, y) = (small.width() as f32 / whole.width() as f32, small.height() as f32 / whole.height() as f32);
    embed_face(engine, &small, row, [x, y])
}

/// Embeds the face in a photo scaled by a factor from the one in which it was found. A crop without a face is embedded as if a face filled it.
fn embed_face(engine: &Engine, photo: &Photo<'_>, row: &Row, [across, down]: [f32; 2]) -> Result<Embedding> {
    let BoundingBox { x1, y1, x2, y2 } = row.area;
    let area = BoundingBox::new(x1 * across, y1 * down, x2 * across, y2 * down);
    let filling = engine.preprocessing().and_then(|preprocessing| preprocessing.landmarks_filling(&area));
    let landmarks = match row.kind {
        Kind::NonFace => filling.unwrap_or_default(),
        _ => row.landmarks.map(|[x, y]| [x * across, y * down]),
    };
    Ok(engine.embed_face(photo, &Face::new(photo, area, landmarks, row.score))?)
}

/// Takes people with many photos first, so that a cache that was cut short is useful.
fn detect(engine: &Engine, images: &Path) -> Result<Vec<Row>> {
    let mut people = Vec::new();
    for entry in fs::read_dir(images)? {
        let entry = entry?;
        let mut photos: Vec<_> = fs::read_dir(entry.path())?.map(|photo| Ok(photo?.path())).collect::<Result<_>>()?;
        photos.sort();
        people.push((entry.file_name().to_string_lossy().into_owned(), photos));
    }
    people.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(&b.0)));
    let options = DetectOptions { min_face: 40, ..DetectOptions::default() };
    let mut rows: Vec<Row> = Vec::new();
    for (person, path) in people.iter().flat_map(|(person, photos)| photos.iter().map(move |photo| (person, photo))) {
        let photo = decode(path, &Limits::default())?;
        let mut found = engine.detect(&photo, &options)?.faces;
        let centre = [photo.width() as f32 / 2.0, photo.height() as f32 / 2.0];
        let off =
            |area: &BoundingBox| ((area.x1 + area.x2) / 2.0 - centre[0]).hypot((area.y1 + area.y2) / 2.0 - centre[1]);
        found.sort_by(|a, b| off(&a.bounding_box).total_cmp(&off(&b.bounding_box)));
        for (rank, face) in found.iter().enumerate() {
            let row = |kind, shrink| Row {
                kind,
                person: if kind == Kind::Passer { String::new() } else { person.clone() },
                photo: path.clone(),
                area: face.bounding_box,
                landmarks: face.landmarks,
                score: face.score,
                shrink,
            };
            if rank > 0 {
                rows.push(row(Kind::Passer, 1.0));
                continue;
            }
            // Spread evenly over 24…48 px, the same in each run.
            let width = 24.0 + (rows.len() * 7919 % 97) as f32 / 4.0;
            rows.push(row(Kind::Labelled, 1.0));
            rows.push(row(Kind::Small, (face.bounding_box.width() / width).max(1.0)));
        }
        if rows.len() % 500 < 3 {
            eprintln!("detected {}", rows.len());
        }
    }
    // Stable: the labelled faces first, then the small ones, …
    rows.sort_by_key(|row| row.kind as u8);
    Ok(rows)
}

/// Three squares of each scene without a face.
fn crops(scenes: &Path) -> Result<Vec<Row>> {
    let list = fs::read_to_string(scenes.join("faces.csv"))?;
    let faceless: HashSet<&str> = list
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let (file, score) = (cells.next()?, cells.next()?);
            (score.parse::<f32>().unwrap_or(0.0) < 0.5).then_some(file)
        })
        .collect();
    let mut files: Vec<_> = faceless.into_iter().collect();
    files.sort_unstable();
    let mut rows = Vec::new();
    for file in files {
        let photo = scenes.join(file);
        let size = decode(&photo, &Limits::default())?;
        for place in 0..3u32 {
            let side = 40.0 + (rows.len() * 6101 % 89) as f32;
            let x = (size.width() as f32 - side) * (rows.len() * 3571 % 101) as f32 / 100.0;
            let y = (size.height() as f32 - side) * place as f32 / 2.0;
            let area = BoundingBox::new(x, y, x + side, y + side * 1.2);
            let (kind, person) = (Kind::NonFace, String::new());
            rows.push(Row {
                kind,
                person,
                photo: photo.clone(),
                area,
                landmarks: [[0.0; 2]; 5],
                score: 0.75,
                shrink: 1.0,
            });
        }
    }
    Ok(rows)
}

fn write(path: &Path, rows: &[Row]) -> Result<()> {
    let mut out = String::from("kind,person,photo,x1,y1,x2,y2,score,shrink,landmarks\n");
    for row in rows {
        let BoundingBox { x1, y1, x2, y2 } = row.area;
        let points: Vec<_> = row.landmarks.iter().flatten().map(f32::to_string).collect();
        let (kind, photo, score, shrink) = (row.kind.name(), row.photo.display(), row.score, row.shrink);
        let person = &row.person;
        out += &format!("{kind},{person},{photo},{x1},{y1},{x2},{y2},{score},{shrink},{}\n", points.join(" "));
    }
    Ok(fs::write(path, out)?)
}

fn read(path: &Path) -> Result<Vec<Row>> {
    let text = fs::read_to_string(path)?;
    text.lines()
        .skip(1)
        .map(|line| row(line).ok_or_else(|| format!("bad row in {}: {line}", path.display()).into()))
        .collect()
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<_> = line.split(',').collect();
    let number = |at: usize| cells.get(at)?.parse::<f32>().ok();
    let kind = Kind::ALL.iter().find(|(name, _)| *name == cells[0])?.1;
    let mut landmarks = [[0.0; 2]; 5];
    for (value, cell) in landmarks.iter_mut().flatten().zip(cells.get(9)?.split(' ')) {
        *value = cell.parse().ok()?;
    }
    Some(Row {
        kind,
        person: cells[1].into(),
        photo: cells[2].into(),
        area: BoundingBox::new(number(3)?, number(4)?, number(5)?, number(6)?),
        landmarks,
        score: number(7)?,
        shrink: number(8)?,
    })
}
