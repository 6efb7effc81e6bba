//! Hostile sequences of frames: sizes that change, time that goes back, windows without a face, noise over one.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use facecore::video::{Tracker, TrackerOptions};
use facecore::{DetectOptions, Engine, Limits, Orientation, Photo, PixelFormat, RawView};
use libfuzzer_sys::fuzz_target;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::detector_only().unwrap());
static FACE: LazyLock<(Vec<u8>, u32, u32)> = LazyLock::new(|| {
    let photo = Photo::decode(include_bytes!("../../testdata/photos/astronaut.jpg"), &Limits::default()).unwrap();
    ((0..photo.height()).flat_map(|y| photo.row(y)).copied().collect(), photo.width(), photo.height())
});

fuzz_target!(|frames: Vec<(u16, u16, u16, u16, i16, u8)>| {
    let detect = DetectOptions { min_face: 40, ..DetectOptions::default() };
    let options = TrackerOptions { detect, budget: None, max_tracks: 4, ..TrackerOptions::default() };
    let mut tracker = Tracker::new(options).unwrap();
    let (rgb, width, height) = &*FACE;
    let (mut at, mut last) = (0i64, None);
    for (x, y, w, h, step, noise) in frames.into_iter().take(16) {
        let (x, y) = (u32::from(x) % width, u32::from(y) % height);
        let (w, h) = (u32::from(w) % (width - x) + 1, u32::from(h) % (height - y) + 1);
        at = (at + i64::from(step)).max(0);
        let mut pixels = rgb.clone();
        pixels.iter_mut().step_by(7).for_each(|value| *value = value.wrapping_add(noise));
        let data = &pixels[3 * (y * width + x) as usize..];
        let stride = 3 * *width as usize;
        let view = RawView { data, width: w, height: h, stride, format: PixelFormat::Rgb, orientation: Orientation::Upright };
        let photo = Photo::from_raw(view, &Limits::default()).unwrap();
        let pushed = tracker.push(&ENGINE, &photo, Duration::from_millis(at as u64));
        assert_eq!(pushed.is_ok(), last.is_none_or(|last| at > last));
        let Ok(faces) = pushed else { continue };
        last = Some(at);
        for face in faces {
            let area = face.bounding_box;
            assert!([area.x1, area.y1, area.x2, area.y2].iter().all(|edge| edge.is_finite()), "{area}");
        }
    }
    let tracks = tracker.finish();
    assert!(tracks.windows(2).all(|pair| pair[0].id < pair[1].id));
    for track in tracks {
        assert!(!track.spans.is_empty() && track.spans.iter().all(|span| span.start <= span.end));
        assert!(track.spans.windows(2).all(|pair| pair[0].end < pair[1].start));
    }
});
