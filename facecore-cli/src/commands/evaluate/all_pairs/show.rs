//! What was measured over all pairs as a table, as JSON, and as a page.

use std::fmt::Write as _;

use facecore::evaluate::{AcceptRates, AllPairs, Estimate, OperateAt};
use serde::Serialize;

use super::super::chart::{self, Scale};
use super::super::report::{escape, page};
use super::{Measured, Measurement};
use crate::output::json_line;

/// Rates are parts of 1; null where there are no such pairs.
#[derive(Serialize)]
struct Record<'a> {
    kind: &'static str,
    model: &'a str,
    mirror: bool,
    cohort: bool,
    crowding: &'static str,
    photos: usize,
    photos_without_face: usize,
    faces: usize,
    people: usize,
    groups: Option<usize>,
    positives: u64,
    negatives: u64,
    related_pairs: u64,
    cap: usize,
    share_of_ten: f64,
    points: Vec<PointRecord<'a>>,
}

#[derive(Serialize)]
struct PointRecord<'a> {
    fp_target: Option<f64>,
    threshold: Estimate,
    coarse: bool,
    fp: Estimate,
    tp: Option<Estimate>,
    tp_uncapped: Option<Estimate>,
    related: Option<Estimate>,
    slices: Vec<SliceRecord<'a>>,
}

#[derive(Serialize)]
struct SliceRecord<'a> {
    column: &'a str,
    value: &'a str,
    negatives: u64,
    fp: Option<Estimate>,
    positives: u64,
    tp: Option<Estimate>,
}

fn target(point: &AcceptRates) -> Option<f64> {
    match point.at {
        OperateAt::FalsePositives(rate) => Some(rate),
        OperateAt::Score(_) => None,
    }
}

/// A line for each configuration.
pub fn json(measurement: &Measurement<'_>) -> String {
    let Measurement { counts, cap, grouped, measured, .. } = measurement;
    let record = |one: &Measured| {
        let AllPairs { faces, people, units, positives, negatives, related, share_of_ten, .. } = one.result;
        json_line(&Record {
            kind: "all-pairs",
            model: &one.model,
            mirror: one.mirror,
            cohort: matches!(one.crowding, super::Crowding::Cohort),
            crowding: one.crowding.name(),
            photos: counts.photos,
            photos_without_face: counts.without_face,
            faces,
            people,
            groups: grouped.then_some(units),
            positives,
            negatives,
            related_pairs: related,
            cap: *cap,
            share_of_ten,
            points: one.result.points.iter().map(|point| point_record(measurement, point)).collect(),
        })
    };
    measured.iter().map(record).collect()
}

fn point_record<'a>(measurement: &'a Measurement<'_>, point: &AcceptRates) -> PointRecord<'a> {
    let slices = measurement.slices.iter().flat_map(|(column, names)| names.iter().map(move |name| (*column, name)));
    let slices = slices.zip(&point.slices).map(|((column, value), rates)| SliceRecord {
        column,
        value,
        negatives: rates.negatives,
        fp: rates.fp,
        positives: rates.positives,
        tp: rates.tp,
    });
    PointRecord {
        fp_target: target(point),
        threshold: point.threshold,
        coarse: point.is_coarse,
        fp: point.fp,
        tp: point.tp,
        tp_uncapped: point.tp_uncapped,
        related: point.related,
        slices: slices.collect(),
    }
}

/// A small rate with its interval, in the digits that it has.
fn small(rate: &Estimate) -> String {
    format!("{:.2e} [{:.1e}, {:.1e}]", rate.value, rate.low, rate.high)
}

/// The headings and cells of the main table, for text and page alike.
fn rows(measurement: &Measurement<'_>) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let mut headings = vec!["all pairs", "FP", "TP, capped", "TP, all pairs alike", "at score"];
    let is_fixed = |one: &Measured| one.result.points.iter().any(|point| target(point).is_none());
    let fixed = measurement.measured.iter().any(is_fixed);
    if measurement.grouped {
        headings.push("relatives accepted");
    }
    if fixed {
        headings.push("FP measured");
    }
    let cell = |rate: Option<Estimate>| rate.map_or("–".to_owned(), |rate| rate.to_string());
    let row = |one: &Measured, point: &AcceptRates| {
        let coarse = if point.is_coarse { " (few pairs)" } else { "" };
        let asked = target(point).map_or("–".to_owned(), |rate| format!("{rate:e}{coarse}"));
        let score = format!("{:.4}", point.threshold.value);
        let mut cells = vec![one.name.clone(), asked, cell(point.tp), cell(point.tp_uncapped), score];
        if measurement.grouped {
            cells.push(cell(point.related));
        }
        if fixed {
            cells.push(small(&point.fp));
        }
        cells
    };
    let of_one = |one: &Measured| one.result.points.iter().map(|point| row(one, point)).collect::<Vec<_>>();
    (headings, measurement.measured.iter().flat_map(of_one).collect())
}

/// The same for the slices.
fn slice_rows(measurement: &Measurement<'_>) -> Option<(Vec<&'static str>, Vec<Vec<String>>)> {
    let (_, names) = measurement.slices.as_ref()?;
    let mut rows = Vec::new();
    for one in &measurement.measured {
        for point in &one.result.points {
            let asked = target(point).map_or(format!("score {:.4}", point.threshold.value), |rate| format!("{rate:e}"));
            for (name, rates) in names.iter().zip(&point.slices) {
                rows.push(vec![
                    one.name.clone(),
                    asked.clone(),
                    name.clone(),
                    rates.fp.as_ref().map_or("–".to_owned(), small),
                    rates.negatives.to_string(),
                    rates.tp.map_or("–".to_owned(), |rate| rate.to_string()),
                    rates.positives.to_string(),
                ]);
            }
        }
    }
    let headings = ["slices", "FP of all", "value", "FP in the slice", "of pairs", "TP in the slice", "of pairs"];
    Some((headings.to_vec(), rows))
}

/// What the figures are about.
fn sentences(measurement: &Measurement<'_>) -> Vec<String> {
    let Some(Measured { result, .. }) = measurement.measured.first() else { return Vec::new() };
    let photos = measurement.counts;
    let groups = if measurement.grouped { format!(" in {} groups", result.units) } else { String::new() };
    let related = if measurement.grouped { format!(", {} of relatives", result.related) } else { String::new() };
    let mut sentences = vec![
        format!("{} photos, {} without a found face", photos.photos, photos.without_face),
        format!(
            "{} faces of {} people{groups}: {} pairs of one person, {} of two{related}",
            result.faces, result.people, result.positives, result.negatives
        ),
    ];
    if result.positives > 0 {
        sentences.push(format!(
            "ten people supply {:.0} % of the pairs of one person; capped, nobody counts as more than {} pairs",
            100.0 * result.share_of_ten,
            measurement.cap
        ));
    }
    sentences
}

/// Columns of one width.
fn aligned((headings, rows): &(Vec<&'static str>, Vec<Vec<String>>)) -> String {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([headings[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let body = rows.iter().map(|row| line(&mut row.iter().map(String::as_str)));
    line(&mut headings.iter().copied()) + &body.collect::<String>()
}

pub fn table(measurement: &Measurement<'_>) -> String {
    let mut text = sentences(measurement).join("\n") + "\n\n" + &aligned(&rows(measurement));
    if let Some(slices) = slice_rows(measurement) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{}", aligned(&slices));
    }
    text
}

/// A page of its own.
pub fn html(measurement: &Measurement<'_>) -> String {
    let mut body = format!(
        "<h1>How often is it right?</h1><p class=soft>facecore {}: every photo compared with every other. TP: the share of the pairs \
         of one person that is accepted. FP: the share of the pairs of two people that is accepted. In brackets the interval of \
         95 % confidence, by a bootstrap over people.</p><p class=soft>{}.</p>",
        env!("CARGO_PKG_VERSION"),
        escape(&sentences(measurement).join("; "))
    );
    body += &html_table("All pairs", &rows(measurement));
    body += &curves(&measurement.measured);
    if let (Some((column, _)), Some(rows)) = (&measurement.slices, slice_rows(measurement)) {
        body += &html_table(&format!("Slices by {column}: both photos in the slice"), &rows);
    }
    page("facecore evaluate", &body)
}

fn html_table(title: &str, (headings, rows): &(Vec<&'static str>, Vec<Vec<String>>)) -> String {
    let headings: String = headings.iter().map(|heading| format!("<th>{}", escape(heading))).collect();
    let cells = |row: &Vec<String>| row.iter().map(|cell| format!("<td>{}", escape(cell))).collect::<String>();
    let rows: String = rows.iter().map(|row| format!("<tr>{}", cells(row))).collect();
    format!("<section><h2>{}</h2><table><tr>{headings}{rows}</table></section>", escape(title))
}

fn curves(measured: &[Measured]) -> String {
    let lowest = measured.iter().flat_map(|one| &one.result.curve).map(|point| point.0).filter(|fp| *fp > 0.0);
    let from = 10f64.powf(lowest.fold(1e-2, f64::min).log10().ceil());
    let lines: Vec<chart::Line> = measured.iter().map(|one| one.result.curve.clone()).collect();
    if lines.iter().all(Vec::is_empty) {
        return String::new();
    }
    let across = (Scale::Log { from, to: 1.0 }, "false positives");
    let up = (Scale::Linear { from: 0.0, to: 1.0 }, "true positives, capped");
    let names = measured
        .iter()
        .enumerate()
        .map(|(at, one)| format!("<li><i style=\"background:{}\"></i>{}", chart::colour(at), escape(&one.name)));
    format!(
        "<section><h2>Curves</h2><div class=charts><div>{}</div></div><ul class=legend>{}</ul></section>",
        chart::lines("ROC", across, up, &lines),
        names.collect::<String>()
    )
}
