//! All profiles of a store in an index: who a stranger is, and accounts that show one person.

use std::ffi::c_char;
use std::path::Path;

use facecore::index::AlikePair;
use facecore::search::{Indexed, clone_level, index_profiles, is_current, report_clones, who_is};
use facecore::store::CloneEvent;
use facecore_bridge::{Clones, Failure, Status, clone_state_number, search_clones};

use crate::boundary::{self, Out, call, init, read, read_sized, slice, text, write};
use crate::embed::facecore_embedding;
use crate::index::{facecore_hits, facecore_index, facecore_search, question};
use crate::store::facecore_store;

/// Which faces of the profiles an index gets.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_indexed {
    /// All of them, for `facecore_who_is`.
    Everybody = 1,
    /// Of each account that has a single owner, the owner's one: for `facecore_search_clones`.
    SingleOwners = 2,
}

/// What became of a pair of accounts.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_clone_state {
    /// Reported; nobody has looked yet.
    Open = 1,
    /// One of the two is a clone.
    Confirmed = 2,
    /// They are two people.
    Rejected = 3,
    /// Known before any report, and never reported: a second account that was declared, a joint account, relatives who look alike.
    Known = 4,
}

/// Two accounts that are alike.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_alike_pair {
    /// The one that was added to the index first.
    pub first: u64,
    /// The other.
    pub second: u64,
    /// How alike they are.
    pub cosine: f32,
    /// Zero.
    pub reserved: [u8; 4],
}

/// A pair of accounts as the store keeps it, under the ids of the two.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_clone_event {
    /// The account with the lower id.
    pub low: u64,
    /// The account with the higher id.
    pub high: u64,
    /// How alike the two were when it was reported; 0 for a pair that was known before.
    pub cosine: f32,
    /// One of `facecore_clone_state`.
    pub state: u32,
    /// Zero.
    pub reserved: [u8; 8],
}

/// How accounts of one person are searched for. Set by `facecore_clone_search_init`; `progress` and `least` have no default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_clone_search {
    /// `sizeof(facecore_clone_search)`.
    pub struct_size: usize,
    /// The file (UTF-8) that says how far the search is.
    pub progress: *const c_char,
    /// The most parts to search in one call, of 4,096 accounts each. Default: all.
    pub parts: u64,
    /// The cosine from which on two accounts are a pair, above 0 and at most 1: `facecore_clone_level`.
    pub least: f32,
    /// Zero.
    pub reserved: [u8; 36],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_clone_search {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// Pairs that were found. Immutable: share it between threads.
pub struct facecore_pairs(Vec<facecore_alike_pair>);

/// Pairs as the store keeps them. Immutable: share it between threads.
pub struct facecore_clone_events(Vec<facecore_clone_event>);

impl facecore_clone_events {
    fn new(events: &[CloneEvent]) -> Self {
        let event = |&CloneEvent { low, high, cosine, state }: &CloneEvent| {
            let state = clone_state_number(state);
            facecore_clone_event { low, high, cosine, state, reserved: [0; 8] }
        };
        Self(events.iter().map(event).collect())
    }
}

/// Adds the faces of all profiles of the store to an index, under the users' ids; `which` is one of `facecore_indexed`. Give an empty index, or users
/// are in it twice. `*users` is how many users have a face; it may be NULL.
///
/// Fails with `FACECORE_STATUS_UNKNOWN_VALUE`, `_PROFILE` for a value that is no profile, and as `facecore_store_page` and `facecore_index_add`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_add_profiles(
    index: *mut facecore_index,
    store: *const facecore_store,
    which: u32,
    users: *mut u64,
) -> Status {
    call(|| {
        let which = match which {
            1 => Indexed::Everybody,
            2 => Indexed::SingleOwners,
            _ => {
                let reason =
                    format!("faces to index {which} are unknown; 1 (everybody) and 2 (single owners) are known");
                return Err(Failure::new(Status::UnknownValue, reason));
            }
        };
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (index, store, users) = unsafe { (write(index, "index")?, read(store, "store")?, users.as_mut()) };
        let added = index_profiles(&store.0, &mut index.0, which)?;
        if let Some(users) = users {
            *users = added;
        }
        Ok(())
    })
}

/// Whether an index that was made by `facecore_index_add_profiles` still has the profiles of the store: `*current` is 1, or 0 once a profile was put
/// or removed, or the iteration was switched. Users who left do not count as a change.
///
/// Fails with `FACECORE_STATUS_STORE`, `_STORE_DAMAGED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_is_current(
    index: *const facecore_index,
    store: *const facecore_store,
    current: *mut u32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let current = unsafe { write(current, "current") }?;
        *current = 0;
        // SAFETY: as above.
        let (index, store) = unsafe { (read(index, "index")?, read(store, "store")?) };
        *current = is_current(&store.0, &index.0)?.into();
        Ok(())
    })
}

/// Who a face is, among everybody in an index of profiles who has agreed to be found (`facecore_batch_set_findable`): at most `search->neighbours`
/// users, the most alike first, each once, as answer 0 of `*hits`. Among millions somebody is always alike: ask for a high `search->least`.
///
/// Fails as `facecore_index_search`, and with `FACECORE_STATUS_STORE`, `_STORE_DAMAGED`; `*hits` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_who_is(
    index: *const facecore_index,
    store: *const facecore_store,
    face: *const facecore_embedding,
    search: *const facecore_search,
    hits: *mut *mut facecore_hits,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, index, store, face, question) = unsafe {
            let (out, index, store) = (Out::new(hits, "hits")?, read(index, "index")?, read(store, "store")?);
            (out, index, store, read(face, "face")?, question(search)?)
        };
        out.put(facecore_hits::new(vec![who_is(&index.0, &store.0, &face.0, &question.search())?]));
        Ok(())
    })
}

/// The cosine above which about `per_million` pairs of two people are expected for each million accounts of an index, as far as the accounts
/// themselves tell; 10,000 of them are drawn by `seed`.
///
/// Fails with `FACECORE_STATUS_OPTION` for fewer than 100 accounts, or if `per_million` is not above 0; `_INDEX`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_clone_level(
    index: *const facecore_index,
    per_million: f64,
    seed: u64,
    least: *mut f32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let least = unsafe { write(least, "least") }?;
        *least = 0.0;
        // SAFETY: as above.
        *least = clone_level(&unsafe { read(index, "index") }?.0, per_million, seed)?;
        Ok(())
    })
}

/// Fills a search with the defaults; `struct_size` is `sizeof(facecore_clone_search)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_clone_search_init(search: *mut facecore_clone_search, struct_size: usize) -> Status {
    let (progress, parts, least) = (std::ptr::null(), u64::MAX, 0.0);
    let defaults = facecore_clone_search { struct_size, progress, parts, least, reserved: [0; 36] };
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { init(search, struct_size, "search", defaults) }
}

/// Begins a search for all pairs of accounts that are alike enough, or goes on with the one in the file `search->progress`: a program that was killed goes
/// on where it was, and ends with the same pairs. The index must not change meanwhile.
///
/// `*done` of `*all` parts are done. When all are, `*pairs` are the pairs, the most alike first, and the file is removed; else it is NULL. Call again
/// until it is not.
///
/// Fails with `FACECORE_STATUS_OPTION` for a cosine that is not above 0 and at most 1, `_INDEX` if a face of a pair is damaged, `_STORE` if the file cannot
/// be read, written or removed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_search_clones(
    index: *const facecore_index,
    search: *const facecore_clone_search,
    done: *mut u64,
    all: *mut u64,
    pairs: *mut *mut facecore_pairs,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, done, all) = unsafe { (Out::new(pairs, "pairs")?, write(done, "done")?, write(all, "all")?) };
        (*done, *all) = (0, 0);
        // SAFETY: as above.
        let (index, search) = unsafe { (&read(index, "index")?.0, read_sized(search, "search")?) };
        // SAFETY: as above.
        let progress = unsafe { text(search.progress, "progress") }?;
        match search_clones(index, search.least, Path::new(progress), search.parts)? {
            Clones::Left(so_far, of) => (*done, *all) = (so_far, of),
            Clones::Found(found) => {
                (*done, *all) = (index.pair_parts(), index.pair_parts());
                let pair = |&AlikePair { first, second, cosine }: &AlikePair| facecore_alike_pair {
                    first,
                    second,
                    cosine,
                    reserved: [0; 4],
                };
                out.put(facecore_pairs(found.iter().map(pair).collect()));
            }
        }
        Ok(())
    })
}

/// The pairs as an array of `*count`, valid as long as `pairs`. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_pairs_get(
    pairs: *const facecore_pairs,
    array: *mut *const facecore_alike_pair,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (pairs, array, count) =
            unsafe { (&read(pairs, "pairs")?.0, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (pairs.as_ptr(), pairs.len());
        Ok(())
    })
}

/// Frees pairs; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_pairs_free(pairs: *mut facecore_pairs) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(pairs) }
}

/// Writes `count` pairs down as events of the store; `*events` are those that are news, in their order. A pair that was reported before, or is known,
/// stays as it is; users who have opted out are in no report.
///
/// Fails with `FACECORE_STATUS_OPTION` for a pair of one account, `_STORE_FULL`, `_STORE`; `*events` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_report_clones(
    store: *const facecore_store,
    pairs: *const facecore_alike_pair,
    count: usize,
    events: *mut *mut facecore_clone_events,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, store, pairs) =
            unsafe { (Out::new(events, "events")?, read(store, "store")?, slice(pairs, count, "pairs")?) };
        let pair =
            |pair: &facecore_alike_pair| AlikePair { first: pair.first, second: pair.second, cosine: pair.cosine };
        let pairs: Vec<AlikePair> = pairs.iter().map(pair).collect();
        out.put(facecore_clone_events::new(&report_clones(&store.0, &pairs)?));
        Ok(())
    })
}

/// The next `count` pairs of accounts after the pair of `after_low` and `after_high`, ascending by both; after 0 and 0 the first ones. All pairs are
/// read page by page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_clones(
    store: *const facecore_store,
    after_low: u64,
    after_high: u64,
    count: usize,
    events: *mut *mut facecore_clone_events,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, store) = unsafe { (Out::new(events, "events")?, read(store, "store")?) };
        // No account is paired with itself, so that nothing stands before or at (0, 0).
        out.put(facecore_clone_events::new(&store.0.clones(Some((after_low, after_high)), count)?));
        Ok(())
    })
}

/// The pairs of accounts that a user is in, by the other's id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_clones_of(
    store: *const facecore_store,
    user: u64,
    events: *mut *mut facecore_clone_events,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, store) = unsafe { (Out::new(events, "events")?, read(store, "store")?) };
        out.put(facecore_clone_events::new(&store.0.clones_of(user)?));
        Ok(())
    })
}

/// The events as an array of `*count`, valid as long as `events`. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_clone_events_get(
    events: *const facecore_clone_events,
    array: *mut *const facecore_clone_event,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (events, array, count) =
            unsafe { (&read(events, "events")?.0, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (events.as_ptr(), events.len());
        Ok(())
    })
}

/// Frees events; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_clone_events_free(events: *mut facecore_clone_events) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(events) }
}
