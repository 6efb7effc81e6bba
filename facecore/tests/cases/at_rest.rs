//! What is kept: stores, opinions, merged profiles. Every case except those of `merge` is a list of steps. A step has its `answer` as one line of
//! text; for a search these are the hits with their cosines.

use std::env;
use std::fmt::{Display, Write};
use std::fs;
use std::path::{Path, PathBuf};

use facecore::index::AlikePair;
use facecore::profile::{FaceId, Feedback, Opinion, Profile};
use facecore::search::report_clones;
use facecore::store::{Batch, CloneEvent, CloneState, Durability, ProfileStore, StoreOptions};
use facecore::{Encoding, Error, SpaceId};
use serde_json::{Value, json};

use super::{bits, hex, unhex};

/// A place for the files of a case, which is empty before and gone after it.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("facecore-cases-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Takes the steps of a case one by one, and writes their answers. All are taken, even where one is not as expected.
pub(super) fn each_step(case: &Value, answers: &mut String, mut take: impl FnMut(&Value) -> Result<String, Error>) {
    let mut wrong = Vec::new();
    for step in case["steps"].as_array().unwrap() {
        let line = take(step).unwrap_or_else(|error| format!("error {}", error.code()));
        let line = line.trim();
        writeln!(answers, "{} {line}", step["do"].as_str().unwrap()).unwrap();
        if !is_expected(&step["answer"], line) {
            wrong.push(format!("{step} gave {line:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn is_expected(answer: &Value, line: &str) -> bool {
    let Some(lists) = answer.as_array() else { return answer.as_str() == Some(line) };
    // One search has a list of hits, many have a list of those.
    let many = lists.first().is_some_and(|list| list[0].is_array());
    let expected = if many { lists.as_slice() } else { std::slice::from_ref(answer) };
    let found: Vec<&str> = line.split('|').collect();
    expected.len() == found.len() && expected.iter().zip(found).all(|(expected, found)| are_near(expected, found))
}

/// Whether hits are those that were expected: the same ids or names, and cosines within what 8 bits cost.
fn are_near(expected: &Value, found: &str) -> bool {
    let (expected, found) = (expected.as_array().unwrap(), found.split_whitespace().collect::<Vec<_>>());
    let is_near = |(expected, found): (&Value, &str)| {
        let (what, bits) = found.split_once(':').unwrap();
        let cosine = f32::from_bits(u32::from_str_radix(bits, 16).unwrap());
        let is_it = expected[0].as_str().map_or_else(|| expected[0].to_string(), String::from) == what;
        is_it && (f64::from(cosine) - expected[1].as_f64().unwrap()).abs() < 0.005
    };
    expected.len() == found.len() && expected.iter().zip(found).all(is_near)
}

pub(super) fn number(object: &Value, name: &str) -> u64 {
    object[name].as_u64().unwrap_or_else(|| panic!("no {name}: {object}"))
}

pub(super) fn numbers(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

/// Words with spaces between them.
pub(super) fn words<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().fold(String::new(), |line, item| format!("{line} {item}"))
}

/// The space of a step, else that of its case.
pub(super) fn space(step: &Value, case: &Value) -> SpaceId {
    step["space"].as_str().or(case["space"].as_str()).unwrap().parse().unwrap()
}

fn clone_state(object: &Value) -> CloneState {
    [CloneState::Open, CloneState::Confirmed, CloneState::Rejected, CloneState::Known]
        [number(object, "state") as usize - 1]
}

/// `low-high:state:cosine` of each.
fn clone_events(events: &[CloneEvent]) -> String {
    let event = |event: &CloneEvent| {
        let CloneEvent { low, high, state, cosine } = event;
        format!("{low}-{high}:{}:{:08x}", *state as u8 + 1, cosine.to_bits())
    };
    words(events.iter().map(event))
}

fn face_id(object: &Value) -> FaceId {
    FaceId { photo: number(object, "photo"), face: number(object, "face") as u16 }
}

fn opinion(object: &Value) -> Opinion {
    [Opinion::Confirm, Opinion::Reject, Opinion::Remove][number(object, "opinion") as usize - 1]
}

/// `photo/face:opinion` of each, and whether the owner has opted out.
fn opinions(feedback: &Feedback) -> String {
    let said = |(FaceId { photo, face }, opinion)| format!("{photo}/{face}:{}", opinion as u8 + 1);
    words(feedback.iter().map(said)) + if feedback.opted_out { " opted-out" } else { "" }
}

/// A value as hex digits; `.` if it is empty.
fn value(bytes: &[u8]) -> String {
    if bytes.is_empty() { ".".into() } else { hex(bytes) }
}

pub(super) fn open_store(folder: &Path, space: SpaceId) -> Result<ProfileStore, Error> {
    // A commit need not outlast the machine here.
    let options = StoreOptions { max_bytes: 1 << 30, durability: Durability::Process, ..StoreOptions::default() };
    ProfileStore::open(folder, space, &options)
}

pub(super) fn store(case: &Value, answers: &mut String) -> Result<(), Error> {
    let scratch = Scratch::new("store");
    let place = |name: &str| scratch.0.join(name);
    let mut store = Some(open_store(&place("store"), space(case, case))?);
    each_step(case, answers, |step| match step["do"].as_str().unwrap() {
        "reopen" | "open-backup" => {
            store = None;
            let folder = if step["do"] == "reopen" { "store" } else { "backup" };
            open_store(&place(folder), space(step, case)).map(|opened| {
                store = Some(opened);
                String::new()
            })
        }
        "backup" => store.as_ref().unwrap().backup(&place("backup")).map(|()| String::new()),
        _ => ask(store.as_ref().unwrap(), step, case),
    });
    Ok(())
}

pub(super) fn ask(store: &ProfileStore, step: &Value, case: &Value) -> Result<String, Error> {
    Ok(match step["do"].as_str().unwrap() {
        "write" => store.write(|batch| {
            let changes = step["changes"].as_array().unwrap();
            let made = changes.iter().map(|change| make(batch, change, space(change, case)));
            Ok(words(made.collect::<Result<Vec<_>, _>>()?.into_iter().map(u8::from)))
        })?,
        "get" => {
            let profiles = store.get_many(&numbers(&step["users"]))?;
            words(profiles.iter().map(|profile| profile.as_deref().map_or("-".into(), value)))
        }
        "page" => {
            let page = store.page(step["after"].as_u64(), number(step, "count") as usize)?;
            words(page.iter().map(|(user, profile)| format!("{user}:{}", value(profile))))
        }
        "faces" => {
            let faces = store.faces(number(step, "user"))?;
            words(faces.iter().map(|(FaceId { photo, face }, bytes)| format!("{photo}/{face}:{}", value(bytes))))
        }
        "feedback" => opinions(&store.feedback(number(step, "user"))?),
        "opted-out" => words(store.opted_out_among(&numbers(&step["users"]))?),
        "findable" => words(store.findable_among(&numbers(&step["users"]))?),
        "clones" => {
            let after = step["after"].as_array().map(|pair| (pair[0].as_u64().unwrap(), pair[1].as_u64().unwrap()));
            clone_events(&store.clones(after, number(step, "count") as usize)?)
        }
        "clones-of" => clone_events(&store.clones_of(number(step, "user"))?),
        "report" => {
            let pair = |pair: &Value| AlikePair {
                first: pair[0].as_u64().unwrap(),
                second: pair[1].as_u64().unwrap(),
                cosine: pair[2].as_f64().unwrap() as f32,
            };
            let pairs: Vec<_> = step["pairs"].as_array().unwrap().iter().map(pair).collect();
            clone_events(&report_clones(store, &pairs)?)
        }
        "iterations" => {
            let held = store.iterations()?;
            words([held.current, held.previous.unwrap_or(0), held.next.unwrap_or(0)])
        }
        "begin" => store.begin()?.to_string(),
        "switch" => store.switch(number(step, "iteration")).map(|()| String::new())?,
        "drop-next" => u8::from(store.drop_next()?).to_string(),
        "back" => store.back()?.to_string(),
        "size" => {
            let size = store.size()?;
            words([size.profiles, size.faces, size.opinions, size.opted_out])
        }
        "verify" => {
            let report = store.verify()?;
            format!("{} {}", report.records, report.damage.len())
        }
        "compact" => store.compact().map(|()| String::new())?,
        other => panic!("{other}"),
    })
}

/// One change of a batch, and whether it made a difference.
fn make(batch: &mut Batch<'_>, change: &Value, space: SpaceId) -> Result<bool, Error> {
    let user = number(change, "user");
    let bytes = unhex(change["bytes"].as_str().unwrap_or(""));
    match change["change"].as_str().unwrap() {
        "put" => batch.put(user, space, &bytes),
        "put-next" => batch.put_next(user, space, &bytes),
        "remove" => batch.remove(user),
        "face" => batch.put_face(user, face_id(change), space, &bytes),
        "face-next" => batch.put_face_next(user, face_id(change), space, &bytes),
        "remove-photo" => Ok(batch.remove_photo(user, number(change, "photo"))? > 0),
        "apply" => batch.apply(user, face_id(change), opinion(change)),
        "findable" => batch.set_findable(user, change["findable"] == true),
        "judge-clone" => batch.judge_clone(user, number(change, "other"), clone_state(change)).map(|()| true),
        "opt-out" => batch.opt_out(user).map(|()| true),
        "opt-in" => batch.opt_in(user),
        "erase" => batch.erase(user).map(|()| true),
        other => panic!("{other}"),
    }
}

pub(super) fn feedback(case: &Value, answers: &mut String) -> Result<(), Error> {
    let mut feedback = Feedback::default();
    each_step(case, answers, |step| {
        Ok(match step["do"].as_str().unwrap() {
            "apply" => u8::from(feedback.apply(face_id(step), opinion(step))).to_string(),
            "forget" => {
                feedback.forget(face_id(step));
                String::new()
            }
            "of" => feedback.of(face_id(step)).map_or("-".into(), |opinion| (opinion as u8 + 1).to_string()),
            "may-propose" => u8::from(feedback.may_propose(face_id(step))).to_string(),
            "opt-out" | "opt-in" => {
                feedback.opted_out = step["do"] == "opt-out";
                String::new()
            }
            "all" => opinions(&feedback),
            other => panic!("{other}"),
        })
    });
    Ok(())
}

/// Profiles merged into the first of them, or into a new one where the case has a space.
pub(super) fn merge(case: &Value, answer: &mut String) -> Result<(), Error> {
    let profiles = case["profiles"].as_array().unwrap().iter();
    let mut profiles = profiles.map(|bytes| Profile::from_bytes(&unhex(bytes.as_str().unwrap())));
    let mut merged = match case["values"].as_u64() {
        Some(values) => Profile::new(space(case, case), values as usize)?,
        None => profiles.next().unwrap()?,
    };
    for profile in profiles {
        merged.merge(&profile?)?;
    }
    let bytes = hex(&merged.to_bytes()?);
    writeln!(answer, "profile {bytes}").unwrap();
    let slots = merged.slots();
    assert_eq!(slots.len(), case["expect"]["slots"].as_array().unwrap().len(), "{case}");
    for (slot, expected) in slots.iter().zip(case["expect"]["slots"].as_array().unwrap()) {
        let (role, photos, faces) = (slot.role() as u8, slot.photos(), slot.faces());
        writeln!(answer, "slot {role} {photos} {faces}{}", bits([slot.coherence()])).unwrap();
        assert_eq!(json!([role, photos, faces]), json!(&expected.as_array().unwrap()[..3]), "{case}");
        assert!((f64::from(slot.coherence()) - expected[3].as_f64().unwrap()).abs() < 1e-5, "{case}");
    }
    assert_eq!(Some(merged.embeddings().len() as u64), case["expect"]["embeddings"].as_u64(), "{case}");
    for embedding in merged.embeddings() {
        writeln!(answer, "embedding {}", hex(&embedding.encode(Encoding::F32))).unwrap();
    }
    assert_eq!(Value::from(bytes), case["expect"]["bytes"], "{case}");
    Ok(())
}
