//! What refusing the worst faces gains.

use std::fmt::Write as _;

use facecore::evaluate::Rate;
use serde::Serialize;

use super::row::{Row, accepted};
use super::threshold;
use crate::failure::Result;
use crate::output::json_line;

/// Shares of the faces that are refused.
const REFUSED: [f64; 7] = [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5];

/// A score by which faces are refused, the lowest first.
pub type Score<'a> = &'a dyn Fn(&Row) -> f64;

#[derive(Serialize)]
struct GateRecord<'a> {
    kind: &'static str,
    by: &'a str,
    refused: f64,
    from: f64,
    tp: Rate,
    fp_target: f64,
    negatives: usize,
}

/// True positives among the faces that are left, at a threshold of their own; for each way to refuse.
pub fn text(rows: &[&Row], scores: &[(&str, Score<'_>)], fp: f64, json: bool) -> Result<String> {
    let mut text = String::new();
    if !json {
        let _ = writeln!(text, "\nthe worst faces refused, by   refused  from    TP at FP={}%", fp * 100.0);
    }
    for (by, score) in scores {
        let mut sorted: Vec<(f64, &Row)> = rows.iter().map(|row| (score(row), *row)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        for refused in REFUSED {
            let kept = &sorted[(refused * sorted.len() as f64) as usize..];
            let Some(&(from, _)) = kept.first() else { continue };
            let kept: Vec<&Row> = kept.iter().map(|(_, row)| *row).collect();
            let tp = accepted(&kept, true, threshold(&kept, fp)?);
            if json {
                let negatives = kept.iter().filter(|row| !row.same).count();
                text += &json_line(&GateRecord { kind: "gate", by, refused, from, tp, fp_target: fp, negatives });
            } else {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{by:28}  {:6.0}%  {from:6.3}  {tp}", refused * 100.0);
            }
        }
    }
    Ok(text)
}
