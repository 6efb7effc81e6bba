//! What is not the same in two rounds.

use std::collections::HashMap;

/// Faces whose person changed from one list of people to another: a face stays with its person if these two have most of their faces in common,
/// either way. Faces that are in one list only have changed.
pub(super) fn changed(before: &[Vec<usize>], now: &[Vec<usize>]) -> usize {
    let was: HashMap<usize, usize> = places(before).collect();
    let mut common: HashMap<(usize, usize), usize> = HashMap::new();
    let mut new = 0;
    for (face, person) in places(now) {
        match was.get(&face) {
            Some(&of) => *common.entry((of, person)).or_default() += 1,
            None => new += 1,
        }
    }
    // Of as many the first, so that the answer does not depend on the order of a map.
    let most = |key: fn((usize, usize)) -> usize| {
        let mut best: HashMap<usize, (usize, (usize, usize))> = HashMap::new();
        for (&pair, &count) in &common {
            let entry = best.entry(key(pair)).or_insert((count, pair));
            if count > entry.0 || (count == entry.0 && pair < entry.1) {
                *entry = (count, pair);
            }
        }
        best
    };
    let (of_before, of_now) = (most(|pair| pair.0), most(|pair| pair.1));
    let stays = |pair: &(usize, usize)| of_before[&pair.0].1 == *pair && of_now[&pair.1].1 == *pair;
    let stay: usize = common.iter().filter(|(pair, _)| stays(pair)).map(|(_, count)| count).sum();
    was.len() + new - stay
}

fn places(people: &[Vec<usize>]) -> impl Iterator<Item = (usize, usize)> + '_ {
    people.iter().enumerate().flat_map(|(person, faces)| faces.iter().map(move |&face| (face, person)))
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn a_face_that_comes_goes_or_moves_has_changed() {
        let before = [vec![0, 1, 2], vec![3, 4, 5, 6]];
        assert_eq!(changed(&before, &before), 0);
        assert_eq!(changed(&[], &before), 7);
        assert_eq!(changed(&before, &[]), 7);
        assert_eq!(changed(&before, &[vec![6, 5, 4, 3], vec![2, 1, 0]]), 0, "the order says nothing");
        assert_eq!(changed(&before, &[vec![0, 1, 2, 3], vec![4, 5, 6]]), 1);
        assert_eq!(changed(&before, &[vec![0, 1], vec![3, 4, 5, 6, 7]]), 2);
        // Joined: the smaller one changed. Parted: the smaller part.
        assert_eq!(changed(&before, &[vec![0, 1, 2, 3, 4, 5, 6]]), 3);
        assert_eq!(changed(&before, &[vec![0, 1, 2], vec![3], vec![4, 5, 6]]), 1);
    }
}
