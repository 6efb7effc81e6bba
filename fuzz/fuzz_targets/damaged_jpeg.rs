//! The damage flag: a good JPEG with bytes cut out or changed is refused, or kept with the flag, or its pixels are as good as before; without any
//! change it is whole.
#![no_main]

use facecore::{Damage, Limits, Photo};
use libfuzzer_sys::fuzz_target;

const FILES: [&[u8]; 3] = [
    include_bytes!("../../testdata/formats/rgb.jpg"),
    include_bytes!("../../testdata/formats/progressive.jpg"),
    include_bytes!("restarts.jpg"),
];

fuzz_target!(|input: (u8, u16, u16, &[u8])| {
    let (which, at, cut, put) = input;
    let whole = FILES[usize::from(which) % FILES.len()];
    let at = usize::from(at) % whole.len();
    let end = (at + usize::from(cut)).min(whole.len());
    let bytes = [&whole[..at], put, &whole[end..]].concat();
    let limits = Limits { max_pixels: 1 << 18, damage: Damage::Keep, ..Limits::default() };
    let strict = Photo::decode(&bytes, &Limits { damage: Damage::Refuse, ..limits });
    if bytes == whole {
        assert!(strict.is_ok());
    }
    if let Ok(kept) = Photo::decode(&bytes, &limits) {
        assert_eq!(kept.is_damaged(), strict.is_err());
    }
    // Where all that is lost lies behind the header, a cut is reported, whatever the decoder makes of it.
    if put.is_empty() && at > 700 && end - at > 600 && end == whole.len() {
        assert!(strict.is_err());
    }
});
