//! What is searched: indexes, who a stranger is, accounts of one person, stars. Steps and answers are those of `at_rest`.

use std::collections::HashSet;
use std::path::PathBuf;

use facecore::index::{FaceIndex, Hit, Scan, Search};
use facecore::profile::{Profile, Role};
use facecore::search::{
    CloneSearch, Indexed, People, StarFace, clone_level, index_profiles, is_current, report_clones, who_is,
};
use facecore::store::ProfileStore;
use facecore::{Candidate, Embedding, Error, Matcher, SpaceId};
use serde_json::Value;

use super::at_rest::{Scratch, ask, each_step, number, numbers, open_store, space, words};
use super::{floats, hex, unhex};

pub(super) fn index(case: &Value, answers: &mut String) -> Result<(), Error> {
    let scratch = Scratch::new("index");
    let path = scratch.0.join("faces.fci");
    let mut index = Some(FaceIndex::open(&path, space(case, case), number(case, "values") as usize)?);
    each_step(case, answers, |step| match step["do"].as_str().unwrap() {
        "reopen" | "read" => {
            index = None;
            let values = step["values"].as_u64().unwrap_or(number(case, "values")) as usize;
            let opened = if step["do"] == "reopen" {
                FaceIndex::open(&path, space(step, case), values)
            } else {
                FaceIndex::open_to_read(&path)
            };
            opened.map(|opened| {
                index = Some(opened);
                String::new()
            })
        }
        _ => look(index.as_mut().unwrap(), step, space(step, case)),
    });
    Ok(())
}

/// A list of faces.
fn faces(list: &Value, space: SpaceId) -> Result<Vec<Embedding>, Error> {
    list.as_array().unwrap().iter().map(|values| Embedding::new(space, floats(values))).collect()
}

/// How a step searches.
fn with_search<R>(step: &Value, f: impl FnOnce(&Search<'_>) -> R) -> R {
    let only = step["only"].is_array().then(|| numbers(&step["only"]).into_iter().collect::<HashSet<_>>());
    let except = if step["except"].is_array() { numbers(&step["except"]) } else { Vec::new() };
    let shortlist = Scan::Signs(step["shortlist"].as_u64().unwrap_or(300) as usize);
    f(&Search {
        neighbours: step["neighbours"].as_u64().unwrap_or(1) as usize,
        least: step["least"].as_f64().unwrap_or(-1.0) as f32,
        scan: if step["exact"] == true { Scan::Exact } else { shortlist },
        only: only.as_ref(),
        except: &except,
    })
}

fn look(index: &mut FaceIndex, step: &Value, space: SpaceId) -> Result<String, Error> {
    Ok(match step["do"].as_str().unwrap() {
        "add" => {
            let added: Vec<_> = numbers(&step["ids"]).into_iter().zip(faces(&step["faces"], space)?).collect();
            index.add(&added).map(|()| String::new())?
        }
        "remove" => index.remove(&[number(step, "id")])?.to_string(),
        "search" => {
            let face = Embedding::new(space, floats(&step["face"]))?;
            hits(&with_search(step, |search| index.search(&face, search))?)
        }
        "search-many" => {
            let faces = faces(&step["faces"], space)?;
            let answers = with_search(step, |search| index.search_many(&faces, search))?;
            answers.iter().map(|found| hits(found)).collect::<Vec<_>>().join(" |")
        }
        "size" => index.len().to_string(),
        "verify" => {
            let report = index.verify();
            format!("{} {}", report.faces, report.damaged.len())
        }
        "compact" => index.compact().map(|()| String::new())?,
        other => panic!("{other}"),
    })
}

/// `id:cosine` of each, the cosine as the bits of an f32: it is the same on every processor.
fn hits(found: &[Hit]) -> String {
    words(found.iter().map(|hit| format!("{}:{:08x}", hit.id, hit.cosine.to_bits())))
}

/// A store and an index of its profiles.
struct Accounts<'a> {
    case: &'a Value,
    store: ProfileStore,
    index: FaceIndex,
    progress: PathBuf,
}

pub(super) fn accounts(case: &Value, answers: &mut String) -> Result<(), Error> {
    let scratch = Scratch::new("accounts");
    let place = |name: &str| scratch.0.join(name);
    let store = open_store(&place("store"), space(case, case))?;
    let index = FaceIndex::open(&place("faces.fci"), space(case, case), number(case, "values") as usize)?;
    let mut held = Accounts { case, store, index, progress: place("progress") };
    each_step(case, answers, |step| held.take(step));
    Ok(())
}

impl Accounts<'_> {
    fn take(&mut self, step: &Value) -> Result<String, Error> {
        match step["do"].as_str().unwrap() {
            "profile" => {
                let mut profile = self.nobody();
                for (role, name) in [(Role::Owner, "owner"), (Role::Partner, "partner")] {
                    for face in step[name].as_array().into_iter().flatten() {
                        profile.add(role, &[made(face, self.index.values(), self.store.space())?])?;
                    }
                }
                self.put(&[(number(step, "user"), profile)])
            }
            "many" => {
                let first = number(step, "first");
                let account = |user| {
                    let mut profile = self.nobody();
                    profile.add(Role::Owner, &[random(user, 0.0, self.index.values(), self.store.space())?])?;
                    Ok((user, profile))
                };
                let accounts =
                    (first..first + number(step, "count")).map(account).collect::<Result<Vec<_>, Error>>()?;
                self.put(&accounts)
            }
            "add-profiles" => {
                let which = if step["single-owners"] == true { Indexed::SingleOwners } else { Indexed::Everybody };
                Ok(index_profiles(&self.store, &mut self.index, which)?.to_string())
            }
            "current" => Ok(u8::from(is_current(&self.store, &self.index)?).to_string()),
            "who" => with_search(step, |search| {
                let face = made(&step["face"], self.index.values(), space(step, self.case))?;
                Ok(hits(&who_is(&self.index, &self.store, &face, search)?))
            }),
            "search" => with_search(step, |search| {
                let face = made(&step["face"], self.index.values(), space(step, self.case))?;
                Ok(hits(&self.index.search(&face, search)?))
            }),
            "level" => Ok(clone_level(&self.index, number(step, "per-million") as f64, 0)?.to_string()),
            "find-clones" => self.find_clones(step),
            "remove" | "compact" | "size" => look(&mut self.index, step, space(step, self.case)),
            _ => ask(&self.store, step, self.case),
        }
    }

    fn nobody(&self) -> Profile {
        Profile::new(self.store.space(), self.index.values()).unwrap()
    }

    fn put(&self, accounts: &[(u64, Profile)]) -> Result<String, Error> {
        self.store.write(|batch| {
            accounts
                .iter()
                .try_for_each(|(user, profile)| batch.put(*user, profile.space(), &profile.to_bytes()?).map(drop))
        })?;
        Ok(String::new())
    }

    /// Searches some parts; when none is left, the pairs are reported, and those that are news are the answer.
    fn find_clones(&self, step: &Value) -> Result<String, Error> {
        let mut search = CloneSearch::open(&self.index, step["least"].as_f64().unwrap() as f32, &self.progress)?;
        for _ in 0..number(step, "parts") {
            search.step()?;
        }
        if search.parts().0 < search.parts().1 {
            return Ok("left".into());
        }
        let news = report_clones(&self.store, &search.finish()?)?;
        Ok(words(news.iter().map(|event| format!("{}-{}:{:08x}", event.low, event.high, event.cosine.to_bits()))))
    }
}

/// A face of an account: random values by the number that it is like, and a step aside.
fn made(face: &Value, values: usize, space: SpaceId) -> Result<Embedding, Error> {
    random(number(face, "like"), face["off"].as_f64().unwrap_or(0.0) as f32, values, space)
}

fn random(like: u64, off: f32, values: usize, space: SpaceId) -> Result<Embedding, Error> {
    // SplitMix64.
    let mixed = |counter: u64| {
        let mut bits = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    };
    let value = |at: u64| (mixed(like << 32 | at) >> 40) as f32 / (1 << 23) as f32 - 1.0;
    let mut drawn: Vec<f32> = (0..values as u64).map(value).collect();
    drawn[0] += off;
    Embedding::new(space, drawn)
}

pub(super) fn stars(case: &Value, answers: &mut String) -> Result<(), Error> {
    let rule = |name: &str| case[name].as_f64().unwrap() as f32;
    let matcher = Matcher::cosine(rule("threshold"), rule("margin"))?;
    let mut people = People::new(space(case, case));
    each_step(case, answers, |step| {
        let person = || step["person"].as_str().unwrap();
        Ok(match step["do"].as_str().unwrap() {
            "add" => people.add(person(), &faces(&step["faces"], space(step, case))?).map(|()| String::new())?,
            "remove" => u8::from(people.remove(person())).to_string(),
            "all" => words(people.iter().map(|(name, faces)| format!("{name}:{}", faces.len()))),
            "bytes" => hex(&people.to_bytes()),
            "reread" => {
                people = People::from_bytes(&people.to_bytes())?;
                String::new()
            }
            "decode" => People::from_bytes(&unhex(step["bytes"].as_str().unwrap())).map(|_| String::new())?,
            "stars" => {
                let me = Candidate { person: "me".into(), embeddings: faces(&step["uploader"], space(case, case))? };
                let photo = faces(&step["faces"], space(case, case))?;
                let hits = StarFace::new(&matcher, &people)?.search(&matcher.gallery(&[me])?, &photo)?;
                words(hits.iter().map(|hit| {
                    let name = hit.star.replace(' ', "_");
                    format!("{name}@{}/{}:{:08x}", hit.face, hit.uploader_face, hit.cosine.to_bits())
                }))
            }
            other => panic!("{other}"),
        })
    });
    Ok(())
}
