//! The results as a table for people.

use std::fmt::Write as _;

use facecore::evaluate::{Rate, Verification, resolve};

use super::Measured;
use super::measure::{Identified, Scored};
use super::records::{FusionRecord, Photos};
use super::slices::Slice;
use crate::arguments::Evaluate;

/// All results, part by part. Writing to a string cannot fail, so what `writeln!` answers is dropped.
pub fn table(measured: &[Measured], fusions: &[FusionRecord], photos: &Photos, arguments: &Evaluate) -> String {
    let mut text = format!("photos  {}, {} without a found face\n", photos.photos, photos.without_face);
    let width = measured.iter().map(|one| one.name().chars().count()).max().unwrap_or(0);
    verification(&mut text, measured, width, arguments.fp);
    for fusion in fusions {
        let _ = writeln!(text, "\n{}", fusion.sentence());
    }
    if measured.iter().any(|one| !one.identified.is_empty()) {
        identification(&mut text, measured, width, arguments.fp);
    }
    if let Some(best) = measured.iter().find(|one| !one.slices.is_empty()) {
        let _ = writeln!(text, "\nslices of {} (pairs with both photos in the slice)", best.name());
        slices(&mut text, &best.slices);
    }
    text
}

fn verification(text: &mut String, measured: &[Measured], width: usize, fp: f64) {
    let verified: Vec<(&Measured, &(Scored, Verification))> =
        measured.iter().filter_map(|one| Some((one, one.verification.as_ref()?))).collect();
    let Some((_, (scored, result))) = verified.first() else { return };
    let level = fp * 100.0;
    let negatives = scored.pairs.iter().filter(|pair| !pair.same).count();
    let folds = result.folds.len();
    let _ = writeln!(text, "pairs   {} in {folds} folds, {negatives} of them of two people", result.pairs);
    if resolve(negatives, fp).is_ok_and(|resolution| resolution.is_coarse()) {
        let allowed = fp * negatives as f64;
        let _ = writeln!(text, "        FP={level}% is {allowed:.0} of these pairs: mind the intervals");
    }
    let _ = writeln!(
        text,
        "\n{:width$}  accuracy         TP at FP={level}%    TP, 95 % interval        FP measured              at score",
        "verification"
    );
    for (one, (_, result)) in verified {
        let Verification { accuracy, tp_at_fp, tp_rate, fp_rate, .. } = result;
        let _ = writeln!(
            text,
            "{:width$}  {:.4} ± {:.4}  {:.4} ± {:.4}  {tp_rate}  {fp_rate}  {:.4}",
            one.name(),
            accuracy.mean,
            accuracy.std,
            tp_at_fp.mean,
            tp_at_fp.std,
            result.threshold_cosine()
        );
    }
}

fn identification(text: &mut String, measured: &[Measured], width: usize, fp: f64) {
    let level = fp * 100.0;
    let _ = writeln!(
        text,
        "\n{:width$}  candidates  photos  TP at FP={level}%            wrong name               FP faces  nearest is right  at score",
        "identification"
    );
    for one in measured {
        for Identified { candidates, photos, result, .. } in &one.identified {
            let _ = writeln!(
                text,
                "{:width$}  {candidates:10}  {photos:6}  {}  {}  {:8}  {:<16.4}  {:.4}",
                one.name(),
                result.tp,
                result.wrong,
                result.fp.trials,
                result.rank1.value,
                result.threshold
            );
        }
    }
}

fn slices(text: &mut String, slices: &[Slice]) {
    let wide = slices.iter().map(|slice| slice.value.chars().count()).max().unwrap_or(0);
    let _ = writeln!(
        text,
        "{:12}  {:wide$}  TP                        of pairs  FP                        of pairs",
        "column", "value"
    );
    let rate = |rate: &Rate| if rate.trials == 0 { format!("{:24}", "–") } else { rate.to_string() };
    for Slice { column, value, tp, fp } in slices {
        let _ =
            writeln!(text, "{column:12}  {value:wide$}  {}  {:8}  {}  {:8}", rate(tp), tp.trials, rate(fp), fp.trials);
    }
}
