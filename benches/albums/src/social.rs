//! Ages from friends on simulated graphs, where nearly a third state none and every seventh lies; sex from names that training has not seen.

use std::error::Error;
use std::fs;
use std::path::Path;

use facecore::social::{Sex, estimate_age, judge_age, sex_from_name};

use facecore_benches::random::Random;

struct Person {
    age: f32,
    stated: Option<f32>,
    lies: bool,
    friends: Vec<usize>,
}

/// Friends are mostly of the same age, some are parents or children, some anybody.
fn graph(count: usize, random: &mut Random) -> Vec<Person> {
    let mut people: Vec<Person> = (0..count)
        .map(|_| {
            let age = (13.0 + 57.0 * random.unit().powf(1.4)).min(80.0);
            let lies = random.chance(0.15);
            // A lie is a round year, a very old one, or some years off in either direction.
            let told = match random.below(4) {
                _ if !lies => age,
                0 => [18.0, 99.0, 100.0, 69.0][random.below(4)],
                1 => random.between(14.0, 105.0),
                2 => age + random.between(8.0, 20.0),
                _ => (age - random.between(8.0, 25.0)).max(6.0),
            };
            Person { age, stated: (!random.chance(0.3)).then_some(told), lies, friends: Vec::new() }
        })
        .collect();
    let mut by_age: Vec<usize> = (0..count).collect();
    by_age.sort_by(|&a, &b| people[a].age.total_cmp(&people[b].age));
    for person in 0..count {
        for _ in 0..3 + random.poisson(6.0) {
            let age = people[person].age;
            let wanted = match random.below(10) {
                0..6 => age + random.normal() * (1.0 + age / 25.0),
                6 => age + if random.chance(0.5) { 27.0 } else { -27.0 } + 4.0 * random.normal(),
                _ => random.between(13.0, 70.0),
            };
            let at = by_age.partition_point(|&other| people[other].age < wanted).min(count - 1);
            let friend = by_age[(at + random.below(9)).saturating_sub(4).min(count - 1)];
            if friend != person {
                people[person].friends.push(friend);
                people[friend].friends.push(person);
            }
        }
    }
    people
}

pub fn ages(count: usize) {
    let people = graph(count, &mut Random::new(21));
    let (mut errors, mut within) = ([0.0f64; 3], [0usize; 3]);
    let (mut judged, mut caught, mut called, mut liars) = (0usize, 0usize, 0usize, 0usize);
    let mut rivals = [[0usize; 2]; 2];
    for person in &people {
        let mut friends: Vec<f32> = person.friends.iter().filter_map(|&friend| people[friend].stated).collect();
        friends.sort_unstable_by(f32::total_cmp);
        let Some(estimate) = estimate_age(&friends) else { continue };
        judged += 1;
        let mean = friends.iter().sum::<f32>() / friends.len() as f32;
        let median = friends[friends.len() / 2];
        for (at, guess) in [estimate.age, mean, median].into_iter().enumerate() {
            errors[at] += f64::from((guess - person.age).abs());
            within[at] += usize::from((guess - person.age).abs() <= 2.0);
        }
        if person.stated.is_some() {
            let is_false = judge_age(person.stated, &friends).is_false;
            liars += usize::from(person.lies);
            called += usize::from(is_false);
            caught += usize::from(is_false && person.lies);
            for (rival, guess) in rivals.iter_mut().zip([mean, median]) {
                // A fixed limit would have to be chosen so that as few honest people are called liars as by us; ten years is usual.
                let false_by = (person.stated.unwrap_or(guess) - guess).abs() > 10.0;
                rival[0] += usize::from(false_by);
                rival[1] += usize::from(false_by && person.lies);
            }
        }
    }
    println!("{count} people, {judged} with three friends who state an age\n");
    println!(
        "| Age from friends | Mean error, years | Within 2 years | False ages: precision | Recall |\n|---|--:|--:|--:|--:|"
    );
    let share = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
    let found = [(called, caught), (rivals[0][0], rivals[0][1]), (rivals[1][0], rivals[1][1])];
    for (at, name) in
        ["largest cluster", "mean (false: 10 years away)", "median (false: 10 years away)"].iter().enumerate()
    {
        let (said, right) = found[at];
        let error = errors[at] / judged as f64;
        let (near, precision, recall) = (share(within[at], judged), share(right, said), share(right, liars));
        println!("| {name} | {error:.2} | {near:.1} % | {precision:.1} % | {recall:.1} % |");
    }
}

/// `first,last,share of women` a line.
pub fn names(folder: &Path) -> Result<(), Box<dyn Error>> {
    println!("\n| Held-out names | Names | Right | Wrong | Untold | Right of those told |\n|---|--:|--:|--:|--:|--:|");
    for list in ["russian", "international"] {
        let [mut right, mut wrong, mut untold] = [0usize; 3];
        for line in fs::read_to_string(folder.join(format!("{list}.csv")))?.lines().skip(1) {
            let cells: Vec<_> = line.split(',').collect();
            let women: f32 = cells[2].parse()?;
            match sex_from_name(cells[0], cells[1]).sex {
                // Names that both sexes bear have no right answer.
                _ if (0.1..=0.9).contains(&women) => {}
                None => untold += 1,
                Some(sex) if (sex == Sex::Female) == (women > 0.5) => right += 1,
                Some(_) => wrong += 1,
            }
        }
        let told = 100.0 * right as f64 / (right + wrong).max(1) as f64;
        println!("| {list} | {} | {right} | {wrong} | {untold} | {told:.1} % |", right + wrong + untold);
    }
    Ok(())
}
