//! Age from the ages of friends, by their largest cluster; and whether a stated age is false.

/// The age that an account's friends point to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgeEstimate {
    /// Years: the mean of the cluster.
    pub age: f32,
    /// Standard deviation of the cluster, in years.
    pub spread: f32,
    /// Friends in the cluster.
    pub support: usize,
    /// 0…1: how many friends there are, and how much larger the cluster is than chance and the next one.
    pub confidence: f32,
}

/// Whether a stated age can be believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgeVerdict {
    /// The age to use: the stated one; if that is false or missing, the friends'; `None` if neither is known.
    pub age: Option<f32>,
    /// The stated age is false.
    pub is_false: bool,
    /// How sure the verdict is, 0…1; 0 where friends say nothing.
    pub confidence: f32,
}

/// Ages that people have; others are no ages.
const POSSIBLE: std::ops::RangeInclusive<f32> = 3.0..=105.0;

/// How far around an age friends count as the same age, in years: classmates at 15 differ by less than colleagues at 50.
fn reach(age: f32) -> f32 {
    1.5 + 0.1 * age
}

/// The centre of the largest cluster of the ages: mean shift with a window that grows with the age, from each age. `None` for fewer
/// than three ages.
///
/// ```
/// let friends = [23.0, 24.0, 24.0, 25.0, 23.0, 51.0, 49.0, 110.0, 24.5];
/// let estimate = facecore::social::estimate_age(&friends).unwrap();
/// assert!((estimate.age - 23.9).abs() < 0.2 && estimate.support == 6);
/// ```
pub fn estimate_age(friends: &[f32]) -> Option<AgeEstimate> {
    let mut ages: Vec<f32> = friends.iter().copied().filter(|age| POSSIBLE.contains(age)).collect();
    if ages.len() < 3 {
        return None;
    }
    ages.sort_unstable_by(f32::total_cmp);
    let best =
        ages.iter().map(|&start| climb(&ages, start)).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.total_cmp(&a.0)))?;
    let inside: Vec<f32> = ages.iter().copied().filter(|age| (age - best.0).abs() <= reach(best.0)).collect();
    let support = inside.len();
    let mean = inside.iter().sum::<f32>() / support as f32;
    let spread = (inside.iter().map(|age| (age - mean).powi(2)).sum::<f32>() / support as f32).sqrt();
    // The rival: the densest place outside of the cluster.
    let outside: Vec<f32> = ages.iter().copied().filter(|age| (age - best.0).abs() > 2.0 * reach(best.0)).collect();
    let rival = outside.iter().map(|&age| density(&outside, age)).fold(0.0, f32::max);
    let lead = 1.0 - rival / best.1;
    let confidence = enough(support) * lead.max(0.0).sqrt();
    Some(AgeEstimate { age: mean, spread, support, confidence: confidence.clamp(0.0, 1.0) })
}

/// 0…1: how far this number of friends can be trusted.
fn enough(support: usize) -> f32 {
    1.0 - (-(support as f32) / 4.0).exp()
}

/// Epanechnikov's kernel, summed; per year, so that a wide window is no advantage.
fn density(ages: &[f32], at: f32) -> f32 {
    let reach = reach(at);
    ages.iter().map(|age| (1.0 - ((age - at) / reach).powi(2)).max(0.0)).sum::<f32>() / reach.sqrt()
}

/// The top of the density above a start, and its height.
fn climb(ages: &[f32], start: f32) -> (f32, f32) {
    let mut at = start;
    for _ in 0..30 {
        let near = ages.iter().filter(|age| (**age - at).abs() <= reach(at));
        let (sum, count) = near.fold((0.0, 0), |(sum, count), age| (sum + age, count + 1));
        let next = sum / count.max(1) as f32;
        if count == 0 || (next - at).abs() < 0.01 {
            break;
        }
        at = next;
    }
    (at, density(ages, at))
}

/// Is the stated age the one of the friends?
///
/// It is false if no living user has it (it is outside 3 to 105), or if at least four friends are of another age and friends of the
/// stated age are less than 0.35 times as frequent as those.
///
/// ```
/// # use facecore::social::judge_age;
/// let friends = [23.0, 24.0, 24.0, 25.0, 23.0, 24.0, 51.0, 22.0, 49.0];
/// assert!(!judge_age(Some(25.0), &friends).is_false);
/// let liar = judge_age(Some(99.0), &friends);
/// assert!(liar.is_false && (liar.age.unwrap() - 23.6).abs() < 0.5);
/// ```
pub fn judge_age(stated: Option<f32>, friends: &[f32]) -> AgeVerdict {
    let estimate = estimate_age(friends);
    let (of_friends, confidence) = estimate.map_or((None, 0.0), |estimate| (Some(estimate.age), estimate.confidence));
    let Some(stated) = stated else {
        return AgeVerdict { age: of_friends, is_false: false, confidence };
    };
    if !POSSIBLE.contains(&stated) {
        return AgeVerdict { age: of_friends, is_false: true, confidence: 1.0 };
    }
    let Some(estimate) = estimate else {
        return AgeVerdict { age: Some(stated), is_false: false, confidence: 0.0 };
    };
    let ages: Vec<f32> = friends.iter().copied().filter(|age| POSSIBLE.contains(age)).collect();
    let away = (stated - estimate.age).abs() > 1.2 * reach(estimate.age);
    let company = density(&ages, stated) / density(&ages, estimate.age).max(f32::MIN_POSITIVE);
    // A stated age outside of every cluster is false, whichever of the clusters is the owner's.
    let is_false = away && company < 0.35 && estimate.support >= 4;
    let age = if is_false { estimate.age } else { stated };
    let confidence = enough(estimate.support) * if is_false { 1.0 - company } else { company.min(1.0) };
    AgeVerdict { age: Some(age), is_false, confidence }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_largest_cluster_wins_over_the_mean_and_the_median() {
        // A teacher of forty: 11 pupils and 9 colleagues.
        let friends: Vec<f32> =
            (0..9).map(|i| 38.0 + i as f32 / 2.0).chain((0..5).map(|i| 10.0 + 9.0 * i as f32)).collect();
        let estimate = estimate_age(&friends).unwrap();
        assert!((estimate.age - 40.0).abs() < 1.5, "{estimate:?}");
        assert!(estimate.confidence > 0.5);
    }

    #[test]
    fn few_or_no_ages_say_nothing() {
        assert_eq!(estimate_age(&[20.0, 21.0]), None);
        assert_eq!(estimate_age(&[f32::NAN, 0.0, 300.0, -4.0, f32::INFINITY]), None);
        let alone = judge_age(Some(30.0), &[]);
        assert_eq!((alone.age, alone.is_false, alone.confidence), (Some(30.0), false, 0.0));
        assert_eq!(judge_age(None, &[]).age, None);
        assert!(judge_age(Some(-1.0), &[]).is_false && judge_age(Some(f32::NAN), &[]).is_false);
    }

    #[test]
    fn an_age_with_friends_of_its_own_is_believed() {
        let friends = [20.0, 21.0, 20.5, 22.0, 21.0, 45.0, 46.0, 44.0, 47.0];
        assert!(!judge_age(Some(45.5), &friends).is_false);
        assert!(judge_age(Some(70.0), &friends).is_false);
    }

    proptest! {
        #[test]
        fn any_numbers_give_sane_answers(ages in prop::collection::vec(-50.0f32..200.0, 0..60), stated in prop::option::of(any::<f32>())) {
            if let Some(estimate) = estimate_age(&ages) {
                prop_assert!(POSSIBLE.contains(&estimate.age) && estimate.support > 0 && estimate.spread >= 0.0);
                prop_assert!((0.0..=1.0).contains(&estimate.confidence));
            }
            let verdict = judge_age(stated, &ages);
            prop_assert!((0.0..=1.0).contains(&verdict.confidence));
            prop_assert!(verdict.age.is_none_or(|age| POSSIBLE.contains(&age)));
        }
    }
}
