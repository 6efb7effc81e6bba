use super::*;
use crate::random::Random;
use crate::space::SpaceId;

const VALUES: usize = 24;
const SPACE: &str = "e37f9c1f75f50abd";

/// A face: the first values tell who it is, the others only how the photo was taken, and are larger than the network should let them be.
fn face(person: u64, number: u64) -> Embedding {
    let (mut own, mut noise) = (Random::new(person), Random::new(100_000 + 1_000 * person + number));
    let value = |at: usize| if at < 16 { own.uniform() + 0.25 * noise.uniform() } else { 1.1 * noise.uniform() };
    Embedding::new(SPACE.parse::<SpaceId>().unwrap(), (0..VALUES).map(value).collect()).unwrap()
}

/// Accounts with two people of ten faces each; the second one is also in the next account, twice.
fn accounts(count: u64) -> Vec<AccountFaces> {
    let account = |at: u64| {
        let mut faces: Vec<Embedding> = (0..20).map(|number| face(2 * at + number % 2, number)).collect();
        faces.extend((20..22).map(|number| face((2 * at + 2 * count - 1) % (2 * count), number)));
        AccountFaces { photos: (0..faces.len() as u64).collect(), faces }
    };
    (0..count).map(account).collect()
}

fn settings() -> Settings {
    let mut settings = Settings::for_space(SPACE.parse().unwrap()).unwrap();
    settings.eps = crate::profile::EpsRule::constant(0.32);
    (settings.merge, settings.ambiguous) = (0.9, 0.85);
    settings
}

#[test]
fn more_is_found_in_the_space_that_was_learned() {
    let accounts = accounts(60);
    let rounds = bootstrap(&accounts, &settings(), &BootstrapOptions::default()).unwrap();
    let found = |round: &Round| round.people.iter().map(Vec::len).sum::<usize>();
    let identity = Adaptation::identity(SPACE.parse().unwrap(), VALUES).unwrap();
    let [first, .., last] = &rounds[..] else { panic!("{} rounds", rounds.len()) };
    assert!(found(last) > found(first), "{} {}", found(first), found(last));
    assert!(first.changed == found(first) && last.changed < found(last) / 10, "{} {}", first.changed, last.changed);
    assert!(first.space != last.space && first.space == identity && first.learned != identity);
    // Whose face it is follows from its place. Some two people are alike by chance.
    let whose = |face: usize| (face / 22, face % 22 % 2);
    let is_mixed = |person: &&Vec<usize>| {
        let own: Vec<_> = person.iter().filter(|&&face| face % 22 < 20).map(|&face| whose(face)).collect();
        own.windows(2).any(|two| two[0] != two[1])
    };
    assert!(last.people.iter().filter(is_mixed).count() <= 6, "of {}", last.people.len());
    assert_eq!(bootstrap(&accounts, &settings(), &BootstrapOptions::default()).unwrap(), rounds);
}

#[test]
fn what_cannot_be_done_is_an_error() {
    let code = |accounts: &[AccountFaces], rounds: usize| {
        let options = BootstrapOptions { rounds, ..BootstrapOptions::default() };
        bootstrap(accounts, &settings(), &options).unwrap_err().code()
    };
    let few = accounts(3);
    assert_eq!(code(&few, 0), "option");
    assert_eq!(code(&[], 1), "option");
    let mut unequal = few.clone();
    unequal[1].photos.pop();
    assert_eq!(code(&unequal, 1), "option");
    assert_eq!(code(&few[..1], 1), "adaptation");
}

#[test]
fn a_space_of_another_scale_has_other_limits() {
    let scale = |mean: f32, deviation: f32| Scale::plain(mean, deviation);
    let fitted = settings();
    assert_eq!(scale(0.1, 0.2).carry(&fitted, scale(0.1, 0.2)).eps.range, fitted.eps.range);
    let carried = scale(0.0, 0.1).carry(&fitted, scale(0.1, 0.2));
    assert!((carried.merge - 0.4).abs() < 1e-6 && (carried.ambiguous - 0.375).abs() < 1e-6, "{carried:?}");
    assert!((carried.eps.at_ten - 0.71).abs() < 1e-6, "{:?}", carried.eps);
}
