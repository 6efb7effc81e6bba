//! Charts as SVG: what a report needs to be read without anything else.

use std::fmt::Write as _;

/// A line of a chart: points as (x, y) in data units, rising in x.
pub type Line = Vec<(f64, f64)>;

/// How numbers lie on an axis.
#[derive(Clone, Copy)]
pub enum Scale {
    Linear {
        from: f64,
        to: f64,
    },
    /// Powers of ten; smaller numbers lie on the edge.
    Log {
        from: f64,
        to: f64,
    },
}

impl Scale {
    /// Where a number lies, 0 to 1.
    fn place(self, number: f64) -> f64 {
        let place = match self {
            Self::Linear { from, to } => (number - from) / (to - from),
            Self::Log { from, to } => (number.max(from).log10() - from.log10()) / (to.log10() - from.log10()),
        };
        place.clamp(0.0, 1.0)
    }

    fn ticks(self) -> Vec<(f64, String)> {
        match self {
            Self::Linear { from, to } => {
                let step = round_step((to - from) / 5.0);
                // From 0.9 to 1 in double precision is a little less than five steps.
                let steps = (from / step - 1e-6).ceil() as i64..=(to / step + 1e-6).floor() as i64;
                steps.map(|at| at as f64 * step).map(|number| (number, format!("{number:.2}"))).collect()
            }
            Self::Log { from, to } => {
                let powers = from.log10().round() as i32..=to.log10().round() as i32;
                powers.map(|power| (10f64.powi(power), percent(10f64.powi(power)))).collect()
            }
        }
    }
}

/// The next larger of 1, 2 and 5 times a power of ten.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0].map(|digit| digit * power).into_iter().find(|step| *step >= least * 0.999).unwrap_or(10.0 * power)
}

fn percent(rate: f64) -> String {
    let text = format!("{:.4}", rate * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 26.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 44.0;
/// Colours that colour-blind people can tell apart too (Okabe and Ito).
const COLOURS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5c00", "#555555"];

/// The colour of the line with a number.
pub fn colour(at: usize) -> &'static str {
    COLOURS[at % COLOURS.len()]
}

fn x(scale: Scale, number: f64) -> f64 {
    LEFT + scale.place(number) * (WIDTH - LEFT - RIGHT)
}

fn y(scale: Scale, number: f64) -> f64 {
    HEIGHT - BOTTOM - scale.place(number) * (HEIGHT - TOP - BOTTOM)
}

fn frame(title: &str, (across, x_name): (Scale, &str), (up, y_name): (Scale, &str)) -> String {
    let mut svg = format!(
        r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}"><rect x="{LEFT}" y="{TOP}" width="{}" height="{}" class="plot"/>"#,
        WIDTH - LEFT - RIGHT,
        HEIGHT - TOP - BOTTOM
    );
    // Writing to a string cannot fail.
    for (number, name) in across.ticks() {
        let at = x(across, number);
        let _ = write!(
            svg,
            r#"<path d="M{at:.1} {TOP}V{}" class="grid"/><text x="{at:.1}" y="{}" text-anchor="middle">{name}</text>"#,
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 16.0
        );
    }
    for (number, name) in up.ticks() {
        let at = y(up, number);
        let _ = write!(
            svg,
            r#"<path d="M{LEFT} {at:.1}H{}" class="grid"/><text x="{}" y="{:.1}" text-anchor="end">{name}</text>"#,
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0
        );
    }
    let _ = write!(
        svg,
        r#"<text x="{}" y="{}" text-anchor="middle">{x_name}</text><text transform="translate(13 {}) rotate(-90)" text-anchor="middle">{y_name}</text>"#,
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 8.0,
        (TOP + HEIGHT - BOTTOM) / 2.0
    );
    svg
}

/// Lines over two axes.
pub fn lines(title: &str, across: (Scale, &str), up: (Scale, &str), lines: &[Line]) -> String {
    let mut svg = frame(title, across, up);
    for (at, line) in lines.iter().enumerate() {
        let points: Vec<String> =
            line.iter().map(|&(a, b)| format!("{:.1} {:.1}", x(across.0, a), y(up.0, b))).collect();
        if !points.is_empty() {
            let _ = write!(
                svg,
                r#"<path d="M{}" fill="none" stroke="{}" stroke-width="2"/>"#,
                points.join("L"),
                colour(at)
            );
        }
    }
    svg + "</svg>"
}

/// Two histograms over one another, each scaled to its own whole; a line marks `mark`.
pub fn histograms(title: &str, x_name: &str, groups: &[(&str, &[f64])], mark: f64) -> String {
    const BINS: usize = 60;
    let all = groups.iter().flat_map(|(_, numbers)| numbers.iter().copied());
    let (from, to) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(from, to), number| (from.min(number), to.max(number)));
    let across = Scale::Linear { from: (from * 10.0).floor() / 10.0, to: ((to * 10.0).ceil() / 10.0).max(from + 0.1) };
    let bins = |numbers: &[f64]| {
        let mut bins = [0usize; BINS];
        for &number in numbers {
            bins[((across.place(number) * BINS as f64) as usize).min(BINS - 1)] += 1;
        }
        bins.map(|count| count as f64 / numbers.len().max(1) as f64)
    };
    let binned: Vec<[f64; BINS]> = groups.iter().map(|(_, numbers)| bins(numbers)).collect();
    let most = binned.iter().flatten().copied().fold(0.0, f64::max).max(1e-9);
    let up = Scale::Linear { from: 0.0, to: most };
    let mut svg = frame(title, (across, x_name), (up, "share of the pairs"));
    let width = (WIDTH - LEFT - RIGHT) / BINS as f64;
    for (group, bins) in binned.iter().enumerate() {
        for (at, &share) in bins.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let top = y(up, share);
            let _ = write!(
                svg,
                r#"<rect x="{:.1}" y="{top:.1}" width="{width:.1}" height="{:.1}" fill="{}" fill-opacity="0.55"/>"#,
                LEFT + at as f64 * width,
                HEIGHT - BOTTOM - top,
                colour(group)
            );
        }
    }
    let at = x(across, mark);
    let _ = write!(svg, r#"<path d="M{at:.1} {TOP}V{}" class="mark"/></svg>"#, HEIGHT - BOTTOM);
    svg
}

/// A rate with its interval as a bar on a line from 0 to 1 of the scale.
pub fn whisker(scale: Scale, value: f64, low: f64, high: f64) -> String {
    let place = |number: f64| 4.0 + scale.place(number) * 152.0;
    format!(
        r#"<svg viewBox="0 0 160 16" class="whisker"><path d="M4 8H156" class="grid"/><path d="M{:.1} 8H{:.1}" stroke="{}" stroke-width="3"/><circle cx="{:.1}" cy="8" r="4" fill="{}"/></svg>"#,
        place(low),
        place(high),
        colour(0),
        place(value),
        colour(0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_where_their_scale_says() {
        let log = Scale::Log { from: 1e-4, to: 1.0 };
        assert!((log.place(1e-2) - 0.5).abs() < 1e-12);
        assert_eq!((log.place(0.0), log.place(5.0)), (0.0, 1.0));
        assert_eq!(log.ticks().last().map(|(_, name)| name.as_str()), Some("100%"));
        assert_eq!(log.ticks()[0].1, "0.01%");
        assert_eq!(Scale::Linear { from: 1.0, to: 3.0 }.place(2.0), 0.5);
        let names = |from, to| Scale::Linear { from, to }.ticks().into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names(0.9, 1.0), ["0.90", "0.92", "0.94", "0.96", "0.98", "1.00"]);
        assert_eq!(names(-1.0, 0.63), ["-1.00", "-0.50", "0.00", "0.50"]);
    }

    #[test]
    fn a_chart_is_one_svg_without_numbers_that_are_none() {
        let across = (Scale::Log { from: 1e-4, to: 1.0 }, "FP");
        let up = (Scale::Linear { from: 0.0, to: 1.0 }, "TP");
        let line = vec![(0.0, 0.2), (1e-2, 0.9), (1.0, 1.0)];
        let svg = lines("ROC", across, up, &[line, vec![]]);
        let bars = histograms("scores", "cosine", &[("same", &[0.5, 0.7]), ("different", &[])], 0.4);
        for svg in [svg, bars] {
            assert!(
                svg.starts_with("<svg ") && svg.ends_with("</svg>") && !svg.contains("NaN") && !svg.contains("inf")
            );
        }
    }
}
