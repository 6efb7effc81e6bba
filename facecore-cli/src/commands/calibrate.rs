//! `facecore calibrate`: thresholds for a user's own photos, in a file that `tag` and the library take.

use std::fmt::Write as _;
use std::process::ExitCode;

use facecore::evaluate::{CalibrationOptions, Identification, Population, calibrate, check};
use facecore::{Calibration, Candidate, OperatingPoint};
use serde::Serialize;

use super::evaluate::measure::{Configuration, group};
use crate::arguments::Calibrate;
use crate::failure::Result;
use crate::labelled::{self, Looking, gather};
use crate::output::{Report, json_line};
use crate::saving;

/// A point on people that the fit has not seen.
#[derive(Serialize)]
struct CheckRecord {
    kind: &'static str,
    half: usize,
    candidates: usize,
    fp_target: f64,
    fp: facecore::evaluate::Rate,
    /// The interval of `fp` with what the fit left open.
    interval: [f64; 2],
    tp: facecore::evaluate::Rate,
    holds: bool,
}

#[derive(Serialize)]
struct PointRecord<'a> {
    kind: &'static str,
    #[serde(flatten)]
    point: &'a OperatingPoint,
    margin: f32,
}

pub fn run(arguments: &Calibrate, json: bool) -> Result<ExitCode> {
    arguments.out.iter().try_for_each(|out| saving::check("--out", out))?;
    let data = &arguments.labelled;
    let mut photos = match (&data.images, &data.manifest) {
        (Some(images), None) => labelled::folder(images)?,
        (None, Some(manifest)) => labelled::manifest(manifest)?,
        _ => return Err("give --images DIR or --manifest FILE".to_owned().into()),
    };
    data.without.iter().try_for_each(|list| labelled::leave_out(&mut photos, list))?;
    let engine = arguments.model.open()?;
    let model = engine.model().unwrap_or_default().to_owned();
    let looking = Looking {
        engines: &[engine],
        options: arguments.finding.options(),
        limits: arguments.finding.strict_limits(),
        mirrored: arguments.mirror,
        pad: data.pad,
        centre: false,
        cache: data.cache.clone(),
        threads: arguments.threads.count(),
    };
    let mut report = Report::new(json, photos.len());
    let seen = gather(&photos, &looking, &mut report)?;
    let usable: Vec<bool> = seen.iter().map(|seen| seen.as_ref().is_some_and(|seen| seen.found)).collect();
    let faces = Configuration::single(&model, None, arguments.mirror, 0, &seen)?.faces;
    let people = group(&photos, &faces, &usable).people;

    let options = CalibrationOptions {
        fps: arguments.fp.clone(),
        candidates: arguments.candidates.clone(),
        photos: arguments.photos,
        lists: arguments.lists,
        ..CalibrationOptions::default()
    };
    if arguments.check {
        report.print(&check_halves(&people, &options, json)?)?;
    }
    let calibration = calibrate(&people, &options)?;
    report.print(&if json { records(&calibration) } else { table(&calibration) })?;
    if let Some(out) = &arguments.out {
        saving::save("--out", out, calibration.write()?.as_bytes())?;
    }
    Ok(report.finish())
}

/// Fits on every other person and measures on the rest, then the other way round.
fn check_halves(people: &[Candidate], options: &CalibrationOptions, json: bool) -> Result<String> {
    let half = |which: usize| -> Vec<Candidate> { people.iter().skip(which).step_by(2).cloned().collect() };
    let mut text = String::new();
    if !json {
        text += "fitted on one half of the people, measured on the other\n";
        text += "half  candidates  FP asked  FP measured  with what both leave open  TP                        holds\n";
    }
    for which in [0, 1] {
        let calibration = calibrate(&half(which), options)?;
        let others = half(1 - which);
        let population = Population::new(&others)?;
        for point in &calibration.points {
            let Identification { fp, tp, .. } = check(&calibration, point, &population, options)?;
            let OperatingPoint { candidates, fp: asked, strangers, .. } = *point;
            let interval = fp.with_fit(strangers as f64);
            let [low, high] = interval;
            let holds = (low..=high).contains(&asked);
            text += &if json {
                let (kind, half, fp_target) = ("check", which + 1, asked);
                json_line(&CheckRecord { kind, half, candidates, fp_target, fp, interval, tp, holds })
            } else {
                let (half, rate, holds) = (which + 1, fp.value, if holds { "yes" } else { "no" });
                format!(
                    "{half:4}  {candidates:10}  {asked:8}  {rate:11.5}  [{low:.5}, {high:.5}]          {tp}  {holds}\n"
                )
            };
        }
        if !json {
            text += &calibration
                .unsupported
                .iter()
                .map(|reason| format!("      not fitted: {reason}\n"))
                .collect::<String>();
        }
    }
    if !json {
        text +=
            "holds: the asked rate is in the interval, which counts what the fit and the measurement leave open\n\n";
    }
    Ok(text)
}

fn records(calibration: &Calibration) -> String {
    let margin = calibration.margin;
    calibration.points.iter().map(|point| json_line(&PointRecord { kind: "point", point, margin })).collect()
}

fn table(calibration: &Calibration) -> String {
    let Calibration { space, people, photos, margin, probability, points, unsupported, cohort } = calibration;
    let mut text = format!(
        "space {space}, {people} people, profiles of up to {photos} photos, cohort of {}\n\
         runner-up margin {margin:.2}; even chances at score {:.3}\n\n\
         candidates  FP       FP, 95 % interval     score   TP      strangers' faces worth\n",
        cohort.members().len(),
        -probability.offset / probability.slope
    );
    for OperatingPoint { candidates, fp, interval: [low, high], threshold, tp, strangers } in points {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{candidates:10}  {fp:<7}  [{low:.5}, {high:.5}]  {threshold:.4}  {tp:.4}  {strangers}");
    }
    for reason in unsupported {
        let _ = writeln!(text, "not fitted: {reason}");
    }
    text
}
