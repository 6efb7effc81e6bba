//! Age and sex from pixels on a folder of labelled faces (UTKFace).

use std::error::Error;
use std::fs;
use std::path::Path;

use facecore::attributes::Attributes;
use facecore::{DetectOptions, Engine, Limits, Photo};

/// `labels.csv` has `file,age,sex` with 0 for a man, 1 for a woman, as UTKFace.
pub fn measure(folder: &Path, models: &Path) -> Result<(), Box<dyn Error>> {
    let (engine, attributes) = (Engine::detector_only()?, Attributes::open(models)?);
    let options = DetectOptions { min_face: 40, ..DetectOptions::default() };
    let bands = [(0, 12), (13, 19), (20, 39), (40, 59), (60, 120)];
    // Faces, sum of errors, sum of signed errors, right sex.
    let mut sums = [[0.0f64; 4]; 5];
    let mut none = 0;
    for line in fs::read_to_string(folder.join("labels.csv"))?.lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        let (age, woman): (u32, bool) = (cells[1].parse()?, matches!(cells[2], "1" | "female"));
        let photo = Photo::decode(&fs::read(folder.join(cells[0]))?, &Limits::default())?;
        let faces = engine.detect(&photo, &options)?.faces;
        let Some(face) = faces.iter().max_by(|a, b| a.bounding_box.area().total_cmp(&b.bounding_box.area())) else {
            none += 1;
            continue;
        };
        let read = attributes.read(&photo, face)?;
        let band = bands.iter().position(|(low, high)| (*low..=*high).contains(&age)).unwrap_or(4);
        let error = f64::from(read.age) - f64::from(age);
        let right = f64::from(u8::from((read.female > 0.5) == woman));
        sums[band].iter_mut().zip([1.0, error.abs(), error, right]).for_each(|(sum, value)| *sum += value);
    }
    println!("| Age | Faces | Mean error, years | Bias | Sex right |\n|---|--:|--:|--:|--:|");
    let row = |name: &str, [count, error, bias, right]: [f64; 4]| {
        println!("| {name} | {count} | {:.1} | {:+.1} | {:.1} % |", error / count, bias / count, 100.0 * right / count);
    };
    for ((low, high), sum) in bands.iter().zip(sums) {
        row(&format!("{low}–{high}"), sum);
    }
    row("all", std::array::from_fn(|at| sums.iter().map(|sum| sum[at]).sum()));
    println!("\nWithout a face found: {none}");
    Ok(())
}
