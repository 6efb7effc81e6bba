//! The results for other programs: as JSON, and the scores of pairs as CSV. Rates are parts of 1.

use std::fmt::Write as _;

use facecore::evaluate::{Fusion, MeanStd, Rate, Verification};
use serde::Serialize;

use super::Measured;
use super::measure::{Identified, Scored};
use super::slices::Slice;
use crate::arguments::Evaluate;
use crate::output::json_line;

/// How many photos were looked at.
pub struct Photos {
    pub photos: usize,
    pub without_face: usize,
}

/// A mean over the folds and its standard deviation.
#[derive(Serialize)]
struct Spread {
    mean: f64,
    std: f64,
}

impl From<MeanStd> for Spread {
    fn from(MeanStd { mean, std }: MeanStd) -> Self {
        Self { mean, std }
    }
}

/// What a configuration gave on pairs; `threshold` is the score (a cosine, less the cohort's part) at which `tp_at_fp` was taken.
#[derive(Serialize)]
pub struct VerificationRecord<'a> {
    kind: &'static str,
    model: String,
    margin: Option<f64>,
    margins: &'a [Option<f64>],
    mirror: bool,
    cohort: bool,
    pairs: usize,
    photos: usize,
    photos_without_face: usize,
    accuracy: Spread,
    accuracy_rate: Rate,
    tp_at_fp: Spread,
    tp_rate: Rate,
    fp_target: f64,
    fp: f64,
    fp_rate: Rate,
    threshold: f64,
    negatives: usize,
}

impl<'a> VerificationRecord<'a> {
    pub fn new(one: &'a Measured, scored: &Scored, result: &Verification, photos: &Photos, fp_target: f64) -> Self {
        Self {
            kind: "verification",
            model: one.configuration.models.join("+"),
            margin: one.configuration.margins[0],
            margins: &one.configuration.margins,
            mirror: one.configuration.mirror,
            cohort: one.cohort,
            pairs: result.pairs,
            photos: photos.photos,
            photos_without_face: photos.without_face,
            accuracy: result.accuracy.into(),
            accuracy_rate: result.accuracy_rate,
            tp_at_fp: result.tp_at_fp.into(),
            tp_rate: result.tp_rate,
            fp_target,
            fp: result.fp,
            fp_rate: result.fp_rate,
            threshold: result.threshold_cosine(),
            negatives: scored.pairs.iter().filter(|pair| !pair.same).count(),
        }
    }
}

/// What a configuration gave on lists of candidates.
#[derive(Serialize)]
pub struct IdentificationRecord {
    kind: &'static str,
    model: String,
    mirror: bool,
    cohort: bool,
    candidates: usize,
    photos: usize,
    fp_target: f64,
    tp: Rate,
    wrong: Rate,
    fp: Rate,
    rank1: Rate,
    threshold: f32,
}

impl IdentificationRecord {
    pub fn new(one: &Measured, identified: &Identified, fp_target: f64) -> Self {
        let result = &identified.result;
        Self {
            kind: "identification",
            model: one.configuration.models.join("+"),
            mirror: one.configuration.mirror,
            cohort: one.cohort,
            candidates: identified.candidates,
            photos: identified.photos,
            fp_target,
            tp: result.tp,
            wrong: result.wrong,
            fp: result.fp,
            rank1: result.rank1,
            threshold: result.threshold,
        }
    }
}

/// Accept rates of pairs inside a slice; null where there are none.
#[derive(Serialize)]
pub struct SliceRecord<'a> {
    kind: &'static str,
    model: String,
    mirror: bool,
    cohort: bool,
    column: &'a str,
    value: &'a str,
    tp: Option<Rate>,
    fp: Option<Rate>,
}

impl<'a> SliceRecord<'a> {
    pub fn new(one: &Measured, slice: &'a Slice) -> Self {
        let counted = |rate: Rate| (rate.trials > 0).then_some(rate);
        Self {
            kind: "slice",
            model: one.configuration.models.join("+"),
            mirror: one.configuration.mirror,
            cohort: one.cohort,
            column: &slice.column,
            value: &slice.value,
            tp: counted(slice.tp),
            fp: counted(slice.fp),
        }
    }
}

/// Whether an ensemble beats its better member on held-out folds.
#[derive(Serialize)]
pub struct FusionRecord {
    kind: &'static str,
    members: [String; 2],
    share: f64,
    tp_at_fp: Spread,
    best_member: Spread,
    helps: bool,
}

impl FusionRecord {
    pub fn new(members: &[String; 2], fusion: &Fusion) -> Self {
        Self {
            kind: "fusion",
            members: members.clone(),
            share: fusion.share,
            tp_at_fp: fusion.tp_at_fp.into(),
            best_member: fusion.best_member.into(),
            helps: fusion.helps,
        }
    }

    pub fn sentence(&self) -> String {
        let Self { members: [first, second], share, tp_at_fp, best_member, helps, .. } = self;
        format!(
            "ensemble of {first} ({share:.1}) and {second} ({:.1}): {:.4} ± {:.4} with shares from the other folds, the better \
             member alone {:.4} ± {:.4}: {}",
            1.0 - share,
            tp_at_fp.mean,
            tp_at_fp.std,
            best_member.mean,
            best_member.std,
            if *helps { "use it" } else { "not worth its cost" }
        )
    }
}

/// A line for each result.
pub fn lines(measured: &[Measured], fusions: &[FusionRecord], photos: &Photos, arguments: &Evaluate) -> String {
    let mut text = String::new();
    for one in measured {
        if let Some((scored, result)) = &one.verification {
            text += &json_line(&VerificationRecord::new(one, scored, result, photos, arguments.fp));
        }
        for identified in &one.identified {
            text += &json_line(&IdentificationRecord::new(one, identified, arguments.fp));
        }
        for slice in &one.slices {
            text += &json_line(&SliceRecord::new(one, slice));
        }
    }
    text + &fusions.iter().map(json_line).collect::<String>()
}

/// Each pair's score, for other tools: `testdata/verification/reference.py` makes its figures of it.
pub fn scores_csv(measured: &[Measured]) -> String {
    let mut text = "set,fold,same,distance\n".to_owned();
    for one in measured {
        for score in one.verification.iter().flat_map(|(scored, _)| &scored.scores) {
            let _ = writeln!(text, "\"{}\",{},{},{}", one.name(), score.fold, u8::from(score.same), score.distance);
        }
    }
    text
}
