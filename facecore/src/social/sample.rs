//! Accounts for a training set that know each other as little as possible, so that each person is in one account only.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Chooses `count` accounts, or all if there are fewer, with few friendships among them: it repeatedly takes the account with the fewest friends
/// among those already chosen; the seed decides between equals. `friends` has the friends of each account, by their places; friendships count
/// from either side. The result is ascending.
///
/// ```
/// // A square of friends: the two opposite corners do not know each other.
/// let friends = [vec![1, 3], vec![0, 2], vec![1, 3], vec![2, 0]];
/// let chosen = facecore::social::sample_accounts(&friends, 2, 7);
/// assert!(chosen == [0, 2] || chosen == [1, 3]);
/// ```
pub fn sample_accounts(friends: &[Vec<usize>], count: usize, seed: u64) -> Vec<usize> {
    let mut both = vec![Vec::new(); friends.len()];
    for (account, known) in friends.iter().enumerate() {
        for &friend in known.iter().filter(|&&friend| friend < friends.len() && friend != account) {
            both[account].push(friend);
            both[friend].push(account);
        }
    }
    for known in &mut both {
        known.sort_unstable();
        known.dedup();
    }
    let mut conflicts = vec![0usize; friends.len()];
    let mut taken = vec![false; friends.len()];
    let mut heap: BinaryHeap<_> =
        (0..friends.len()).map(|account| Reverse((0, mixed(seed, account), account))).collect();
    let mut chosen = Vec::with_capacity(count.min(friends.len()));
    while chosen.len() < count
        && let Some(Reverse((known, order, account))) = heap.pop()
    {
        if taken[account] {
            continue;
        }
        if known < conflicts[account] {
            // It has met more of the chosen since.
            heap.push(Reverse((conflicts[account], order, account)));
            continue;
        }
        taken[account] = true;
        chosen.push(account);
        both[account].iter().for_each(|&friend| conflicts[friend] += 1);
    }
    chosen.sort_unstable();
    chosen
}

/// SplitMix64's finaliser: the place of an account in the shuffled order.
fn mixed(seed: u64, account: usize) -> u64 {
    let mut z = seed.wrapping_add((account as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(friends: &[Vec<usize>], chosen: &[usize]) -> usize {
        let inside = |friend: &&usize| chosen.binary_search(friend).is_ok();
        chosen.iter().map(|&account| friends[account].iter().filter(inside).count()).sum()
    }

    #[test]
    fn far_fewer_friendships_than_in_a_random_sample() {
        // Groups of twenty who all know each other, and some who know people elsewhere.
        let accounts = 2_000;
        let friends: Vec<Vec<usize>> = (0..accounts)
            .map(|account| {
                let group = account / 20 * 20;
                let far = (0..2).map(|i| mixed(i, account) as usize % accounts);
                (group..group + 20).chain(far).filter(|&friend| friend != account).collect()
            })
            .collect();
        let chosen = sample_accounts(&friends, 100, 1);
        let mut random: Vec<usize> = (0..accounts).collect();
        random.sort_by_key(|&account| mixed(9, account));
        random.truncate(100);
        random.sort_unstable();
        let (ours, theirs) = (edges(&friends, &chosen), edges(&friends, &random));
        assert!(chosen.len() == 100 && ours * 5 < theirs, "{ours} {theirs}");
        assert_eq!(chosen, sample_accounts(&friends, 100, 1));
        assert_ne!(chosen, sample_accounts(&friends, 100, 2));
    }

    #[test]
    fn odd_graphs_are_taken() {
        assert!(sample_accounts(&[], 5, 0).is_empty());
        assert_eq!(sample_accounts(&[vec![0, 9, 1], vec![]], 5, 0), [0, 1]);
        assert!(sample_accounts(&[vec![], vec![]], 0, 0).is_empty());
    }
}
