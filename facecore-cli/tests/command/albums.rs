//! Twenty accounts whose albums are composed from the repository's photos.

use serde_json::json;

use super::*;

const PEOPLE: [&[&str]; 3] = [&["obama", "obama2", "obama3"], &["biden"], &["astronaut"]];
const NAMES: [&str; 3] = ["Barack Obama", "Joe Biden", "Eileen Collins"];

/// Photos of three people in many variants, and the list of accounts beside them: five photos an account, one of them of somebody else.
pub(super) fn composed(test: &str) -> PathBuf {
    let folder = scratch(test);
    for (person, photos) in PEOPLE.iter().enumerate() {
        for variant in 0..9 {
            let photo = photos[variant % photos.len()];
            let picture = image::open(format!("{ROOT}/testdata/photos/{photo}.jpg")).unwrap();
            let picture = picture.thumbnail(420 + 9 * variant as u32, 500).brighten(6 * variant as i32 - 24);
            picture.to_rgb8().save(folder.join(format!("{person}-{variant}.jpg"))).unwrap();
        }
    }
    let accounts: Vec<Value> = (0..20).map(account).collect();
    write_list(&folder, &accounts);
    folder
}

pub(super) fn account(at: usize) -> Value {
    let (id, owner) = (10 * at as u64 + 3, at % 3);
    let own = |place: usize| format!("{owner}-{}.jpg", (at + 2 * place) % 9);
    let other = format!("{}-{}.jpg", (owner + 1) % 3, at % 9);
    let photo = |place: usize| {
        let file = if place == 4 { other.clone() } else { own(place) };
        json!({"id": 100 * id + place as u64, "file": file, "source": "phone", "front_camera": place == 0, "manual_tags": place / 2})
    };
    // One has no photo, one only those of others.
    let photos: Vec<Value> = match at {
        7 => Vec::new(),
        8 => vec![photo(4)],
        _ => (0..5).map(photo).collect(),
    };
    json!({"id": id, "age": 40 + at, "name": NAMES[owner], "friends": [id + 10, id, 999_999, id.saturating_sub(10)], "photos": photos})
}

pub(super) fn write_list(folder: &Path, accounts: &[Value]) {
    let lines: Vec<String> = accounts.iter().map(|account| account.to_string() + "\n").collect();
    fs::write(folder.join("accounts.jsonl"), lines.concat()).unwrap();
}
