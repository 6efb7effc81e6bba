//! The report: one HTML file with everything in it, for reading without a network. It holds faces of the photos that were
//! measured: treat it as those.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facecore::evaluate::{PairScore, Rate, Verification};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{RgbImage, imageops};

use super::Measured;
use super::chart::{self, Line, Scale};
use super::measure::{Identified, PhotoPair, Scored};
use super::records::{FusionRecord, Photos};
use crate::arguments::Evaluate;
use crate::labelled::{LabelledPhoto, SeenFace, padded};
use crate::photos;

/// Pairs shown of each kind.
const WORST: usize = 10;

/// Where curves begin: below this rate few sets of pairs can tell anything.
const FEWEST: f64 = 1e-4;

/// Everything that was measured, as a page.
pub fn html(
    measured: &[Measured],
    fusions: &[FusionRecord],
    photos: &Photos,
    labelled: &[LabelledPhoto],
    seen: &[Option<SeenFace>],
    arguments: &Evaluate,
) -> String {
    let level = format!("{}%", arguments.fp * 100.0);
    let tp = |one: &Measured| one.verification.as_ref().map_or(0.0, |(_, result)| result.tp_at_fp.mean);
    let best = (0..measured.len()).rev().max_by(|&a, &b| tp(&measured[a]).total_cmp(&tp(&measured[b]))).unwrap_or(0);
    let mut body = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        "<h1>How often is it right?</h1><p class=soft>facecore {} on {} photos, {} of them without a found face. TP: the share of \
         faces of one person that is accepted. FP: the share of faces of two people that is accepted. In brackets the interval of \
         95 % confidence.</p>",
        env!("CARGO_PKG_VERSION"),
        photos.photos,
        photos.without_face
    );
    if let Some(one) = measured.get(best) {
        body += &figures(one, &level);
    }
    body += &verification(measured, best, &level);
    body += &fusions
        .iter()
        .map(|fusion| format!("<section><h2>Ensemble</h2><p>{}</p></section>", escape(&fusion.sentence())))
        .collect::<String>();
    body += &identification(measured, &level);
    if let Some(Measured { verification: Some((scored, result)), .. }) = measured.get(best) {
        body += &charts(measured, &measured[best].name(), scored, result);
        body += &worst(scored, result, labelled, seen);
    }
    if let Some(one) = measured.iter().find(|one| !one.slices.is_empty()) {
        body += &slices(one);
    }
    page("facecore evaluate", &body)
}

/// The body of a report as a page of its own; the title is no text of a user's.
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{}</style></head><body><main>{body}</main></body></html>\n",
        include_str!("report.css")
    )
}

fn figures(one: &Measured, level: &str) -> String {
    let mut html = String::from("<div class=figures>");
    let mut figure = |value: String, what: String| {
        let _ = write!(html, "<div class=figure><b>{value}</b>{}</div>", escape(&what));
    };
    if let Some((_, result)) = &one.verification {
        figure(format!("{:.2} %", 100.0 * result.tp_at_fp.mean), format!("TP at FP = {level}, pairs: {}", one.name()));
        figure(format!("{:.2} %", 100.0 * result.accuracy.mean), "right decisions about pairs".into());
    }
    for Identified { candidates, photos, result, .. } in one.identified.iter().rev().take(2) {
        let what = format!("named rightly among {candidates} people with {photos} photos each, at FP = {level}");
        figure(format!("{:.2} %", 100.0 * result.tp.value), what);
    }
    html + "</div>"
}

fn verification(measured: &[Measured], best: usize, level: &str) -> String {
    let mut html = format!(
        "<section><h2>Two photos: one person?</h2><table><tr><th>Configuration<th>Accuracy<th>TP at FP = {level}<th>TP \
         [interval]<th>FP measured<th>At score"
    );
    for (at, one) in measured.iter().enumerate() {
        let Some((_, result)) = &one.verification else { continue };
        let Verification { accuracy, tp_at_fp, tp_rate, fp_rate, .. } = result;
        let _ = write!(
            html,
            "<tr{}><td>{}<td>{:.4} ± {:.4}<td>{:.4} ± {:.4}<td>{tp_rate}<td>{fp_rate}<td>{:.3}",
            if at == best { " class=best" } else { "" },
            escape(&one.name()),
            accuracy.mean,
            accuracy.std,
            tp_at_fp.mean,
            tp_at_fp.std,
            result.threshold_cosine()
        );
    }
    html + "</table></section>"
}

fn identification(measured: &[Measured], level: &str) -> String {
    if measured.iter().all(|one| one.identified.is_empty()) {
        return String::new();
    }
    let mut html = format!(
        "<section><h2>A face among people: who is it?</h2><p class=soft>Lists of people drawn at random, with some photos of each; the \
         rest of their photos, and photos of people who are not in the list, are asked for.</p><table><tr><th>Configuration<th>\
         Candidates<th>Photos each<th>Right name at FP = {level}<th>Wrong name<th>Nearest is right<th>At score"
    );
    for one in measured {
        for Identified { candidates, photos, result, .. } in &one.identified {
            let _ = write!(
                html,
                "<tr><td>{}<td>{candidates}<td>{photos}<td>{}<td>{}<td>{:.4}<td>{:.3}",
                escape(&one.name()),
                result.tp,
                result.wrong,
                result.rank1.value,
                result.threshold
            );
        }
    }
    html + "</table></section>"
}

fn charts(measured: &[Measured], best: &str, scored: &Scored, result: &Verification) -> String {
    let fp = (Scale::Log { from: FEWEST, to: 1.0 }, "false positives");
    let curves: Vec<(String, Line)> =
        measured.iter().filter_map(|one| Some((one.name(), curve(&one.verification.as_ref()?.0.scores)))).collect();
    let lines = |of: fn(f64) -> f64| -> Vec<Line> {
        curves.iter().map(|(_, points)| points.iter().map(|&(fp, tp)| (fp, of(tp))).collect()).collect()
    };
    let least =
        curves.iter().flat_map(|(_, points)| points.iter().filter(|point| point.0 >= FEWEST).map(|point| point.1));
    let least = (least.fold(1.0, f64::min) * 10.0).floor() / 10.0;
    let roc =
        chart::lines("ROC", fp, (Scale::Linear { from: least.min(0.9), to: 1.0 }, "true positives"), &lines(|tp| tp));
    let missed = Scale::Log { from: 1e-3, to: 1.0 };
    let det = chart::lines("DET", fp, (missed, "missed"), &lines(|tp| 1.0 - tp));
    let cosines = |same: bool| -> Vec<f64> {
        scored.scores.iter().filter(|score| score.same == same).map(|score| 1.0 - score.distance / 2.0).collect()
    };
    let (different, same) = (cosines(false), cosines(true));
    let groups: [(&str, &[f64]); 2] = [("one person", &same), ("two people", &different)];
    let bars = chart::histograms("scores", "score", &groups, result.threshold_cosine());
    let legend = |names: &mut dyn Iterator<Item = String>| {
        let items = names
            .enumerate()
            .map(|(at, name)| format!("<li><i style=\"background:{}\"></i>{}", chart::colour(at), escape(&name)));
        format!("<ul class=legend>{}</ul>", items.collect::<String>())
    };
    let curves_legend = legend(&mut curves.iter().map(|(name, _)| name.clone()));
    let groups_legend = legend(&mut groups.iter().map(|(name, _)| (*name).to_owned()));
    format!(
        "<section><h2>Curves</h2><div class=charts><div><h2>ROC</h2>{roc}</div><div><h2>DET</h2>{det}</div></div>{curves_legend}</section>\
         <section><h2>Scores of {}</h2><div class=charts><div>{bars}{groups_legend}</div></div><p class=soft>The dashed line is the mean \
         threshold of the folds.</p></section>",
        escape(best)
    )
}

/// (FP, TP) at falling thresholds, thinned to what a chart can show.
fn curve(scores: &[PairScore]) -> Line {
    let mut sorted: Vec<&PairScore> = scores.iter().collect();
    sorted.sort_unstable_by(|a, b| a.distance.total_cmp(&b.distance));
    let all_same = scores.iter().filter(|score| score.same).count().max(1) as f64;
    let all_different = scores.iter().filter(|score| !score.same).count().max(1) as f64;
    let (mut same, mut different) = (0.0, 0.0);
    let mut points = Line::new();
    let mut since = (0.0, 0.0);
    for score in sorted {
        if score.same {
            same += 1.0;
        } else {
            different += 1.0;
        }
        let point = (different / all_different, same / all_same);
        // One point before the chart's edge, and one where neither has moved by what a pixel shows.
        let near = point.0 <= FEWEST || (point.0 <= since.0 * 1.01 && point.1 - since.1 < 0.002);
        match points.last_mut() {
            Some(last) if near => *last = point,
            _ => {
                since = point;
                points.push(point);
            }
        }
    }
    points
}

fn slices(one: &Measured) -> String {
    let mut html = format!(
        "<section><h2>Slices</h2><p class=soft>{}; pairs with both photos in the slice.</p><table><tr><th>Column<th>Value<th>TP<th><th>\
         Pairs<th>FP<th>Pairs",
        escape(&one.name())
    );
    for slice in &one.slices {
        let rate = |rate: &Rate| if rate.trials == 0 { "–".to_owned() } else { rate.to_string() };
        let whisker = if slice.tp.trials == 0 {
            String::new()
        } else {
            chart::whisker(Scale::Linear { from: 0.5, to: 1.0 }, slice.tp.value, slice.tp.low, slice.tp.high)
        };
        let _ = write!(
            html,
            "<tr><td>{}<td>{}<td>{}<td>{whisker}<td>{}<td>{}<td>{}",
            escape(&slice.column),
            escape(&slice.value),
            rate(&slice.tp),
            slice.tp.trials,
            rate(&slice.fp),
            slice.fp.trials
        );
    }
    html + "</table></section>"
}

/// The pairs of one person that look least alike, and those of two that look most.
fn worst(scored: &Scored, result: &Verification, labelled: &[LabelledPhoto], seen: &[Option<SeenFace>]) -> String {
    let mut order: Vec<usize> = (0..scored.scores.len()).collect();
    order.sort_by(|&a, &b| scored.scores[a].distance.total_cmp(&scored.scores[b].distance));
    let cards = |title: &str, places: Vec<usize>| {
        let cards = places.iter().map(|&at| card(&scored.pairs[at], &scored.scores[at], result, labelled, seen));
        format!("<section><h2>{title}</h2><div class=pairs>{}</div></section>", cards.collect::<String>())
    };
    // Drawn pairs may be drawn again, the other way round.
    let mut shown = HashSet::new();
    order.retain(|&at| {
        let [left, right] = scored.pairs[at].photos;
        shown.insert([left.min(right), left.max(right)])
    });
    let of = |same: bool| order.iter().copied().filter(move |&at| scored.scores[at].same == same);
    cards("Two people who look most alike", of(false).take(WORST).collect())
        + &cards("One person who looks least alike", {
            let all: Vec<usize> = of(true).collect();
            all.into_iter().rev().take(WORST).collect()
        })
}

fn card(
    pair: &PhotoPair,
    score: &PairScore,
    result: &Verification,
    labelled: &[LabelledPhoto],
    seen: &[Option<SeenFace>],
) -> String {
    let faces: String = pair.photos.iter().map(|&at| picture(&labelled[at], seen[at].as_ref())).collect();
    let name = |at: usize| {
        let stem = labelled[at].path.file_stem().unwrap_or_default().to_string_lossy();
        format!("<span>{}</span>", escape(&stem))
    };
    let accepted = score.is_below(result.folds[score.fold].threshold);
    let right = if accepted == score.same { "right" } else { "wrong" };
    format!(
        "<div class=pair>{faces}{}{}<span class=soft>score {:.3}, {} ({right})</span></div>",
        name(pair.photos[0]),
        name(pair.photos[1]),
        1.0 - score.distance / 2.0,
        if accepted { "accepted" } else { "refused" }
    )
}

/// The face with some of its surroundings, as an image in the page; nothing if the photo is gone by now.
fn picture(labelled: &LabelledPhoto, seen: Option<&SeenFace>) -> String {
    let encoded = seen.and_then(|seen| thumbnail(labelled, seen)).map(|jpeg| STANDARD.encode(jpeg));
    let source = encoded.map(|encoded| format!("data:image/jpeg;base64,{encoded}")).unwrap_or_default();
    format!("<img alt=\"\" src=\"{source}\">")
}

fn thumbnail(labelled: &LabelledPhoto, seen: &SeenFace) -> Option<Vec<u8>> {
    const SIDE: u32 = 112;
    let photo = padded(photos::load(&labelled.path, &facecore::Limits::default()).ok()?, seen.pad).ok()?;
    let (width, height) = (photo.width(), photo.height());
    let pixels = (0..height).flat_map(|y| photo.row(y)).copied().collect();
    let image = RgbImage::from_raw(width, height, pixels)?;
    let area = seen.face.area();
    let (x, y) = ((area.x1 + area.x2) / 2.0, (area.y1 + area.y2) / 2.0);
    let side = (1.4 * area.width().max(area.height())).clamp(1.0, width.min(height) as f32);
    let corner = |centre: f32, limit: u32| (centre - side / 2.0).clamp(0.0, limit as f32 - side) as u32;
    let face = imageops::crop_imm(&image, corner(x, width), corner(y, height), side as u32, side as u32).to_image();
    let small = imageops::resize(&face, SIDE, SIDE, FilterType::Triangle);
    let mut bytes = Cursor::new(Vec::new());
    small.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 82)).ok()?;
    Some(bytes.into_inner())
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_rises_from_the_best_pair_to_all() {
        let score = |distance, same| PairScore { distance, same, fold: 0 };
        let scores = [score(0.1, true), score(0.2, true), score(0.3, false), score(0.9, true), score(2.0, false)];
        let points = curve(&scores);
        assert_eq!(points.last(), Some(&(1.0, 1.0)));
        assert!(points.contains(&(0.0, 2.0 / 3.0)) && points.is_sorted());
        // Thinned, but without a gap.
        let many: Vec<PairScore> = (0..20_000).map(|at| score(f64::from(at), at % 2 == 0)).collect();
        let points = curve(&many);
        assert!(points.len() < 1_000 && points.windows(2).all(|two| two[1].1 - two[0].1 < 0.01), "{}", points.len());
    }

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(escape("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
