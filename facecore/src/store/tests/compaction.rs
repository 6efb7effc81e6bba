//! What compaction leaves behind, and what of it survives a crash.

use std::path::Path;

use super::*;

#[test]
fn nothing_of_an_erased_user_is_left_after_compaction() {
    let scratch = Scratch::new("erase");
    let store = scratch.open();
    // Ids and values that come in no other bytes by chance.
    let user = |at: u64| 0x5eed_0000_0000_0000 | at << 24 | at;
    let value = |at: u64, kind: u8| -> Vec<u8> {
        let mut state = user(at) ^ u64::from(kind) << 56;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        };
        (0..if kind == 9 { 5_000 } else { 544 }).map(|_| next()).collect()
    };
    for at in 0..300 {
        store
            .write(|batch| {
                batch.put(user(at), SPACE, &value(at, 0))?;
                batch.put_face(user(at), face(at, 0), SPACE, &value(at, 1))?;
                batch.put_face(user(at), face(at, 1), SPACE, &value(at, 9))?;
                batch.apply(user(at), face(at, 0), Opinion::Reject)
            })
            .unwrap();
    }
    let next = store.begin().unwrap();
    store.write(|batch| (0..300).try_for_each(|at| batch.put_next(user(at), SPACE, &value(at, 2)).map(drop))).unwrap();
    assert_eq!(store.compact().unwrap_err().code(), "store", "while an iteration is being written");
    store.switch(next).unwrap();
    let erased: Vec<u64> = (0..300).filter(|at| at % 3 == 1).collect();
    store
        .write(|batch| {
            batch.opt_out(user(erased[0]))?;
            erased.iter().try_for_each(|&at| batch.erase(user(at)))
        })
        .unwrap();
    store.compact().unwrap();
    let files = all_bytes(&scratch.0);
    let holds = |needle: &[u8]| files.windows(needle.len()).any(|window| window == needle);
    let is_there = |at: u64| {
        let id = user(at);
        let pieces = [0, 1, 2, 9].map(|kind| value(at, kind)[100..116].to_vec());
        holds(&id.to_be_bytes()) || holds(&id.to_le_bytes()) || pieces.iter().any(|piece| holds(piece))
    };
    for at in 0..20 {
        assert_eq!(is_there(at), !erased.contains(&at), "user {at}");
    }
    assert!(erased.iter().step_by(7).all(|&at| !is_there(at)));
    for at in 0..300 {
        let expected = (!erased.contains(&at)).then(|| value(at, 2));
        assert_eq!(store.get(user(at)).unwrap(), expected);
    }
    assert!(store.verify().unwrap().damage.is_empty());
    store.back().unwrap();
    assert_eq!(store.get(user(0)).unwrap(), Some(value(0, 0)));
}

fn all_bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { all_bytes(&path) } else { fs::read(&path).unwrap() });
    }
    bytes
}

#[test]
fn a_compaction_cut_short_is_completed_or_forgotten() {
    let scratch = Scratch::new("cut");
    let store = scratch.open();
    put(&store, 1, "one");
    drop(store);
    // Killed while it copied: the part counts for nothing.
    let copy_of = |from: &str, to: &str| {
        let _ = fs::remove_dir_all(scratch.0.join(to));
        fs::create_dir(scratch.0.join(to)).unwrap();
        fs::copy(scratch.0.join(from).join("data.mdb"), scratch.0.join(to).join("data.mdb")).unwrap();
    };
    fs::create_dir(scratch.0.join("generation-2.part")).unwrap();
    fs::write(scratch.0.join("generation-2.part/data.mdb"), "half").unwrap();
    let store = scratch.open();
    assert_eq!(get(&store, 1).as_deref(), Some("one"));
    store.compact().unwrap();
    assert_eq!(get(&store, 1).as_deref(), Some("one"));
    drop(store);
    // Killed between the mark and the new name.
    copy_of("generation-2", "generation-3.part");
    let store = scratch.open();
    store
        .write(|batch| {
            batch.state.moved = true;
            batch.save_state()
        })
        .unwrap();
    // The handle that is open meets the mark, completes the new generation and goes on there.
    put(&store, 2, "two");
    drop(store);
    let store = scratch.open();
    assert_eq!((get(&store, 1).as_deref(), get(&store, 2).as_deref()), (Some("one"), Some("two")));
    assert_eq!(names(&scratch.0), ["facecore-store", "generation-3"]);
    drop(store);
    // Killed while it removed the old generations.
    copy_of("generation-3", "generation-2");
    copy_of("generation-3", "generation-1.old");
    scratch.open();
    assert_eq!(names(&scratch.0), ["facecore-store", "generation-3"]);
}
