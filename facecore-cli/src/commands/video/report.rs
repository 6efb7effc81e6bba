//! The page of a clip: a row for each person, with a time line and the best faces. It opens without a network.

use std::fmt::Write;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facecore::video::ClipPerson;
use image::codecs::jpeg::JpegEncoder;

use super::told::{clock, spans, title};
use super::watch::{Watched, name};
use crate::commands::evaluate::{escape, page as whole};
use crate::sheet::Thumbnail;
use crate::shown;

/// Faces of each person.
const FACES: usize = 6;
const STYLE: &str = "<style>.who{display:flex;gap:1rem;align-items:flex-start;flex-wrap:wrap;margin:1.2rem 0}.who h3{flex:0 0 16rem;margin:0;font-size:1rem;\
    overflow-wrap:anywhere}.who>div{flex:1 1 24rem}.line{position:relative;height:1.1rem;background:#8883;border-radius:3px}.line i{position:absolute;top:0;\
    bottom:0;min-width:2px;border-radius:3px;background:#cd5f00}.line.named i{background:#1e8c3c}.who img{width:72px;height:72px;margin:.4rem .4rem 0 0;\
    border-radius:4px}</style>";

/// The page of all clips.
pub fn page(clips: &[String]) -> String {
    whole("facecore video", &format!("{STYLE}<h1>Who is in it</h1>{}", clips.concat()))
}

/// A clip's part of the page.
pub fn clip(path: &Path, watched: &Watched) -> String {
    let mut html = format!(
        "<section><h2>{}</h2><p class=soft>{}, {} frames, {} cuts, {} people",
        escape(&shown::path(path)),
        clock(watched.length),
        watched.frames,
        watched.stats.cuts,
        watched.people.len()
    );
    if let Some(broken) = &watched.broken {
        // Writing to a string cannot fail.
        let _ = write!(html, "<p><b>It could not be read to its end:</b> {}", escape(&broken.to_string()));
    }
    for (at, one) in watched.people.iter().enumerate() {
        html += &person(watched, at, one);
    }
    html + "</section>"
}

fn person(watched: &Watched, at: usize, person: &ClipPerson) -> String {
    let share = |at: Duration| 100.0 * at.as_secs_f64() / watched.length.as_secs_f64().max(1e-3);
    let mut line = String::new();
    for span in spans(watched, person) {
        let (left, width) = (share(span.start), share(span.end.saturating_sub(span.start)));
        let _ = write!(
            line,
            "<i style=\"left:{left:.2}%;width:{width:.2}%\" title=\"{}–{}\"></i>",
            clock(span.start),
            clock(span.end)
        );
    }
    let mut faces: Vec<_> = person
        .tracks
        .iter()
        .flat_map(|&track| watched.tracks[track].faces.iter().map(move |face| (track, face)))
        .collect();
    faces.sort_by(|a, b| b.1.weight.total_cmp(&a.1.weight));
    let pictures = faces.iter().filter_map(|(track, face)| {
        let picture = watched.pictures.get(&(*track, face.at))?;
        Some(format!("<img alt=\"a face at {0}\" title=\"{0}\" src=\"{1}\">", clock(face.at), data(picture)?))
    });
    let named = if name(person).is_some() { " named" } else { "" };
    format!(
        "<div class=who><h3>{}. {}</h3><div><div class=\"line{named}\">{line}</div>{}</div></div>",
        at + 1,
        escape(&title(person)),
        pictures.take(FACES).collect::<String>()
    )
}

fn data(picture: &Thumbnail) -> Option<String> {
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(picture).ok()?;
    Some(format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes.into_inner())))
}
