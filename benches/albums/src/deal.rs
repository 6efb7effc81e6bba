//! Albums of real faces as files, for programs that rebuild accounts from photos.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use facecore::profile::{Builder, PhotoMeta, Profile, Role, Settings, Source};
use facecore::store::{ProfileStore, StoreOptions};
use facecore::{BoundingBox, Embedding};
use image::imageops::{FilterType, crop_imm, replace, resize};
use image::{Rgb, RgbImage};
use serde_json::json;

use crate::faces::{Cache, Kind};
use crate::measure::{Score, run};
use crate::real::{Deal, Real};
use crate::world::Account;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Photos' ids are unique over all accounts.
const PHOTOS: usize = 10_000;

/// Writes `accounts.jsonl`, `truth.csv` and a folder of photos for each account.
pub fn write(cache: &Cache, images: &Path, accounts: usize, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let Real { accounts: all, places, .. } = Deal::new(cache, 1).world();
    let mut list = BufWriter::new(File::create(folder.join("accounts.jsonl"))?);
    let mut truth = BufWriter::new(File::create(folder.join("truth.csv"))?);
    writeln!(truth, "account,owner,partner,good_photos")?;
    let count = all.len().min(accounts);
    for (at, (account, places)) in all.iter().zip(&places).take(count).enumerate() {
        let id = at + 1;
        fs::create_dir_all(folder.join(id.to_string()))?;
        let mut photos = Vec::new();
        for (photo, faces) in account.album.iter().zip(places) {
            let file = format!("{id}/{}.jpg", photo.meta.id);
            side_by_side(cache, images, faces)?.save(folder.join(&file))?;
            photos.push(listed(&photo.meta, id * PHOTOS, &file));
        }
        let friends: Vec<usize> = account.friends.iter().map(|friend| friend + 1).filter(|id| *id <= count).collect();
        let line = json!({"id": id, "age": account.known.age, "friends": friends, "photos": photos});
        writeln!(list, "{line}")?;
        let name = |person: u32| &cache.names[person as usize];
        let partner = account.partner.map(name).map_or("", String::as_str);
        writeln!(truth, "{id},{},{partner},{}", name(account.owner), account.good_photos(40.0))?;
    }
    list.flush()?;
    Ok(truth.flush()?)
}

fn listed(meta: &PhotoMeta, first: usize, file: &str) -> serde_json::Value {
    let PhotoMeta { id, manual_tags, source, front_camera, on_trip, was_avatar, .. } = meta;
    let mut photo = json!({
        "id": first as u64 + id, "file": file, "front_camera": front_camera, "on_trip": on_trip, "was_avatar": was_avatar,
        "manual_tags": manual_tags,
    });
    match source {
        Source::Camera => photo["source"] = "camera".into(),
        Source::Phone => photo["source"] = "phone".into(),
        Source::Unknown => {}
    }
    photo
}

/// The photos of these faces in a row on grey; without one, grey alone.
fn side_by_side(cache: &Cache, images: &Path, faces: &[usize]) -> Result<RgbImage> {
    let pictures: Vec<RgbImage> = faces.iter().map(|&face| picture(cache, images, face)).collect::<Result<_>>()?;
    let width = pictures.iter().map(RgbImage::width).sum::<u32>().max(100);
    let height = pictures.iter().map(RgbImage::height).max().unwrap_or(100);
    let mut row = RgbImage::from_pixel(width, height, Rgb([128; 3]));
    let mut left = 0;
    for picture in &pictures {
        replace(&mut row, picture, left, 0);
        left += i64::from(picture.width());
    }
    Ok(row)
}

/// The photo as it was when the face was embedded: shrunk if it was shrunk then. Of a passer-by only the surroundings, since the photo shows somebody
/// else. Grey for what is no face.
fn picture(cache: &Cache, images: &Path, face: usize) -> Result<RgbImage> {
    let whole = match cache.kind(face) {
        Kind::NonFace => return Ok(RgbImage::from_pixel(60, 60, Rgb([128; 3]))),
        Kind::Labelled | Kind::Small => image::open(images.join(cache.photo(face)))?.to_rgb8(),
        Kind::Passer => {
            let BoundingBox { x1, y1, x2, y2 } = cache.area(face);
            let margin = 0.6 * (x2 - x1);
            let photo = image::open(images.join(cache.photo(face)))?.to_rgb8();
            let [left, top] = [x1 - margin, y1 - margin].map(|value| value.max(0.0) as u32);
            let (width, height) = ((x2 + margin) as u32 - left, (y2 + margin) as u32 - top);
            crop_imm(&photo, left, top, width, height).to_image()
        }
    };
    let side = |pixels: u32| ((pixels as f32 / cache.shrink(face)).round() as u32).max(1);
    let (width, height) = (side(whole.width()), side(whole.height()));
    if (width, height) == whole.dimensions() {
        return Ok(whole);
    }
    Ok(resize(&whole, width, height, FilterType::Triangle))
}

/// Compares whom the profiles of the store show with whom the builder finds in the same albums, whose faces it takes from the cache and not from photos.
pub fn judge(cache: &Cache, settings: Settings, folder: &Path, store: &Path) -> Result<()> {
    let stored = stored(cache, &settings, folder, store)?;
    let mut simulated = Deal::new(cache, 1).world().accounts;
    simulated.truncate(stored.accounts);
    for account in &mut simulated {
        account.friends.retain(|friend| *friend < stored.accounts);
    }
    let run = run(&simulated, &Builder::new(settings)?, 2, true);
    println!("| Built of | Accounts | Allowed | Owner found | Wrong leader |\n|---|--:|--:|--:|--:|");
    println!("| photos | {} |", stored.cells());
    println!("| the cache | {} |", run.scores.last().ok_or("no pass")?.cells());
    Ok(())
}

/// Compares each profile with everybody of the cache: whoever is nearest is whom it shows.
fn stored(cache: &Cache, settings: &Settings, folder: &Path, store: &Path) -> Result<Score> {
    let store = ProfileStore::open(store, settings.space, &StoreOptions::default())?;
    let mut score = Score::default();
    for line in fs::read_to_string(folder.join("truth.csv"))?.lines().skip(1) {
        let [account, owner, partner, good] = line.split(',').collect::<Vec<_>>()[..] else {
            return Err(format!("truth.csv: {line}").into());
        };
        let allowed = good.parse::<usize>()? >= Account::ENOUGH;
        score.accounts += 1;
        score.allowed += usize::from(allowed);
        let Some(bytes) = store.get(account.parse()?)? else { continue };
        let Some(shown) = Profile::from_bytes(&bytes)?.centroid(Role::Owner) else { continue };
        let right = [owner, partner].contains(&nearest(cache, &shown)?);
        score.found += usize::from(right);
        score.wrong += usize::from(!right);
        score.found_allowed += usize::from(right && allowed);
    }
    Ok(score)
}

fn nearest<'a>(cache: &'a Cache, shown: &Embedding) -> Result<&'a str> {
    let mut best = (f32::MIN, "");
    for (person, centroid) in &cache.centroids {
        let cosine = centroid.cosine(shown)?;
        if cosine > best.0 {
            best = (cosine, &cache.names[*person as usize]);
        }
    }
    Ok(best.1)
}
