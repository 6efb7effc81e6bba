//! A stranger's face among all who agreed to be found.

use std::collections::HashSet;

use crate::embed::Embedding;
use crate::error::Result;
use crate::index::{FaceIndex, Hit, Search};
use crate::store::ProfileStore;

/// Who a face is, among everybody in an index of profiles ([`index_profiles`](super::index_profiles)) who has agreed to be found
/// ([`Batch::set_findable`](crate::store::Batch::set_findable)): at most `search.neighbours` users, the most alike first, each once. Nobody
/// else is ever in the answer, whatever the index holds.
///
/// A rate of false positives is not kept here: among millions somebody is always alike. Ask for a high [`Search::least`] and let people
/// decide. A service that matches among friends only, as the article's does, needs none of this.
///
/// # Errors
/// Those of [`FaceIndex::search`] and [`ProfileStore::findable_among`].
pub fn who_is(index: &FaceIndex, store: &ProfileStore, face: &Embedding, search: &Search<'_>) -> Result<Vec<Hit>> {
    let mut wanted = search.neighbours.saturating_mul(4).max(16);
    loop {
        let hits = index.search(face, &Search { neighbours: wanted, ..*search })?;
        let ids: Vec<u64> = hits.iter().map(|hit| hit.id).collect();
        let findable: HashSet<u64> = store.findable_among(&ids)?.into_iter().collect();
        let mut seen = HashSet::new();
        let mut found: Vec<Hit> =
            hits.iter().copied().filter(|hit| findable.contains(&hit.id) && seen.insert(hit.id)).collect();
        // Fewer than were wanted: there are no more.
        if found.len() >= search.neighbours || hits.len() < wanted {
            found.truncate(search.neighbours);
            return Ok(found);
        }
        wanted = wanted.saturating_mul(8);
    }
}
