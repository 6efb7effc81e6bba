//! `facecore robustness`: one photo of each pair is made worse step by step; where does recognition break, and does refusing bad
//! faces help?

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

use facecore::evaluate::{Rate, Tally, resolve};
use facecore::{Degradation, FaceQuality, Photo};
use serde::Serialize;

use crate::arguments::Robustness;
use crate::failure::Result;
use crate::labelled::{self, Looking, SeenFace, gather};
use crate::ordered;
use crate::output::{Report, json_line};
use crate::photos::{self, PhotoError};

const STEPS: [Degradation; 15] = [
    Degradation::Downscale(1.0),
    Degradation::Downscale(2.0),
    Degradation::Downscale(3.0),
    Degradation::Downscale(4.0),
    Degradation::Downscale(6.0),
    Degradation::Downscale(8.0),
    Degradation::Jpeg(40),
    Degradation::Jpeg(15),
    Degradation::Jpeg(5),
    Degradation::Blur(1.0),
    Degradation::Blur(2.0),
    Degradation::Blur(3.0),
    Degradation::Blur(5.0),
    Degradation::Gamma(2.0),
    Degradation::Gamma(4.0),
];

/// A pair whose second face was made worse.
struct Worse {
    step: usize,
    same: bool,
    cosine: f32,
    /// To the same face in the unchanged photo.
    own: f32,
    quality: FaceQuality,
}

#[derive(Serialize)]
struct StepRecord {
    kind: &'static str,
    degradation: String,
    own_cosine: f32,
    tp: Rate,
    fp: Rate,
    quality: f32,
    sharpness: f32,
}

#[derive(Serialize)]
struct GateRecord {
    kind: &'static str,
    refused: f64,
    quality: f32,
    tp: Rate,
    fp_target: f64,
    negatives: usize,
}

pub fn run(arguments: &Robustness, json: bool) -> Result<ExitCode> {
    let pairs = labelled::pairs(&arguments.pairs, &arguments.images)?;
    let mut taken = Vec::new();
    for same in [true, false] {
        let of_kind: Vec<usize> = (0..pairs.places.len()).filter(|&at| pairs.list.pairs[at].same == same).collect();
        let step = of_kind.len().div_ceil(arguments.most.max(1)).max(1);
        taken.extend(of_kind.into_iter().step_by(step));
    }
    let photos: Vec<_> =
        taken.iter().flat_map(|&at| pairs.places[at]).map(|photo| pairs.photos[photo].clone()).collect();
    let looking = Looking {
        engines: &[arguments.model.open()?],
        options: arguments.finding.options(),
        mirrored: false,
        cache: arguments.cache.clone(),
        threads: arguments.threads.count(),
    };
    let mut report = Report::new(json, photos.len());
    let seen = gather(&photos, &looking, &mut report)?;

    let both: Vec<(usize, &SeenFace, &SeenFace)> = taken
        .iter()
        .zip(seen.chunks_exact(2))
        .filter_map(|(&pair, faces)| match faces {
            [Some(left), Some(right)] if left.found && right.found => Some((pair, left, right)),
            _ => None,
        })
        .collect();
    report.expect(both.len());
    let engine = &looking.engines[0];
    let look = |_: usize, &(pair, left, right): &(usize, &SeenFace, &SeenFace)| -> Result<Vec<Worse>, PhotoError> {
        let photo = photos::load(&pairs.photos[pairs.places[pair][1]].path)?;
        let same = pairs.list.pairs[pair].same;
        (0..STEPS.len()).map(|step| Ok(worse(engine, &photo, step, same, left, right)?)).collect()
    };
    let mut all: Vec<Worse> = Vec::new();
    ordered::for_each(&both, arguments.threads.count(), look, |at, outcome| {
        let path = &pairs.photos[pairs.places[both[at].0][1]].path;
        report.done(path, outcome.map(|worse| all.extend(worse)))
    })?;
    if let Some(path) = &arguments.faces {
        fs::write(path, faces_csv(&all)).map_err(|error| format!("--faces {}: {error}", path.display()))?;
    }
    report.print(&text(&all, arguments.fp, json)?)?;
    Ok(report.finish())
}

fn worse(
    engine: &facecore::Engine,
    photo: &Photo<'_>,
    step: usize,
    same: bool,
    left: &SeenFace,
    right: &SeenFace,
) -> facecore::Result<Worse> {
    let photo = STEPS[step].apply(photo)?;
    // The box stays: what is measured is recognition, not detection.
    let area = right.face.area();
    let mut quality = FaceQuality::measure(&photo, &area, &right.face.landmarks, right.face.score)?;
    if let Degradation::Downscale(factor) = STEPS[step] {
        quality.size /= factor;
    }
    let face = engine.embed_box(&photo, &area)?;
    let (cosine, own) = (left.views[0].0.cosine(&face)?, right.views[0].0.cosine(&face)?);
    Ok(Worse { step, same, cosine, own, quality })
}

/// The cosine that lets `fp` of the pairs of two people pass.
fn threshold(pairs: &[&Worse], fp: f64) -> Result<f32> {
    let mut strangers: Vec<f32> = pairs.iter().filter(|pair| !pair.same).map(|pair| pair.cosine).collect();
    resolve(strangers.len(), fp)?;
    strangers.sort_unstable_by(|a, b| b.total_cmp(a));
    let allowed = (fp * strangers.len() as f64) as usize;
    Ok(strangers.get(allowed).map_or(-1.0, |cosine| cosine.next_up()))
}

fn accepted(pairs: &[&Worse], same: bool, threshold: f32) -> Rate {
    let of_kind = pairs.iter().filter(|pair| pair.same == same);
    let tallies = of_kind.map(|pair| Tally { hits: usize::from(pair.cosine >= threshold), trials: 1 });
    Rate::of(&tallies.collect::<Vec<_>>())
}

fn text(all: &[Worse], fp: f64, json: bool) -> Result<String> {
    let of_step = |step: usize| -> Vec<&Worse> { all.iter().filter(|pair| pair.step == step).collect() };
    let fixed = threshold(&of_step(0), fp)?;
    let mut text = String::new();
    if !json {
        text += &format!("threshold {fixed:.3}: FP={}% on the unchanged photos\n\n", fp * 100.0);
        text +=
            "degradation  cosine to itself  TP                        FP                        quality  sharpness\n";
    }
    for (step, degradation) in STEPS.iter().enumerate() {
        let pairs = of_step(step);
        let mean = |of: fn(&Worse) -> f32| pairs.iter().map(|pair| of(pair)).sum::<f32>() / pairs.len().max(1) as f32;
        let record = StepRecord {
            kind: "degradation",
            degradation: degradation.to_string(),
            own_cosine: mean(|pair| pair.own),
            tp: accepted(&pairs, true, fixed),
            fp: accepted(&pairs, false, fixed),
            quality: mean(|pair| pair.quality.value()),
            sharpness: mean(|pair| pair.quality.sharpness),
        };
        if json {
            text += &json_line(&record);
        } else {
            let StepRecord { degradation, own_cosine, tp, fp, quality, sharpness, .. } = record;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{degradation:11}  {own_cosine:16.3}  {tp}  {fp}  {quality:7.3}  {sharpness:9.3}");
        }
    }
    let mut sorted: Vec<&Worse> = all.iter().collect();
    sorted.sort_by(|a, b| a.quality.value().total_cmp(&b.quality.value()));
    if !json {
        text += &format!(
            "\nall of them together, the worst faces refused\nrefused  quality from  TP at FP={}%\n",
            fp * 100.0
        );
    }
    for refused in [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5] {
        let kept = &sorted[(refused * sorted.len() as f64) as usize..];
        let Some(first) = kept.first() else { continue };
        let tp = accepted(kept, true, threshold(kept, fp)?);
        let record = GateRecord {
            kind: "gate",
            refused,
            quality: first.quality.value(),
            tp,
            fp_target: fp,
            negatives: kept.iter().filter(|pair| !pair.same).count(),
        };
        text += &if json {
            json_line(&record)
        } else {
            format!("{:6.0}%  {:12.3}  {tp}\n", refused * 100.0, record.quality)
        };
    }
    Ok(text)
}

fn faces_csv(all: &[Worse]) -> String {
    let mut text = "degradation,same,cosine,own,size,sharpness,brightness,yaw,roll,score,quality\n".to_owned();
    for Worse { step, same, cosine, own, quality } in all {
        let FaceQuality { size, sharpness, brightness, yaw, roll, score } = quality;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{cosine},{own},{size},{sharpness},{brightness},{yaw},{roll},{score},{}",
            STEPS[*step],
            u8::from(*same),
            quality.value()
        );
    }
    text
}
