//! The reader of orientations: the same EXIF block turns a JPEG, a PNG and a WebP alike, or none of them.
#![no_main]

use facecore::{Limits, Photo};
use libfuzzer_sys::fuzz_target;

/// 1×1, grey.
const JPEG: &[u8] = include_bytes!("pixel.jpg");
const PNG: &[u8] = include_bytes!("pixel.png");
const WEBP: &[u8] = include_bytes!("pixel.webp");

fuzz_target!(|exif: &[u8]| {
    let exif = &exif[..exif.len().min(60_000)];
    let named = [b"Exif\0\0", exif].concat();
    let segment = [&b"\xFF\xE1"[..], &(named.len() as u16 + 2).to_be_bytes(), &named].concat();
    let jpeg = [&JPEG[..2], &segment, &JPEG[2..]].concat();
    // Behind the header, which takes 33 bytes. The check sum is not looked at.
    let chunk = [&(exif.len() as u32).to_be_bytes()[..], b"eXIf", exif, &crc(exif).to_be_bytes()].concat();
    let png = [&PNG[..33], &chunk, &PNG[33..]].concat();
    let block = [&b"EXIF"[..], &(named.len() as u32).to_le_bytes(), &named, &[0][..named.len() % 2]].concat();
    let mut webp = [WEBP, &block].concat();
    let length = (webp.len() as u32 - 8).to_le_bytes();
    webp[4..8].copy_from_slice(&length);
    let [jpeg, png, webp] = [jpeg, png, webp].map(|bytes| Photo::decode(&bytes, &Limits::default()).map(|photo| photo.orientation()));
    let jpeg = jpeg.unwrap();
    assert!(png.is_err() || png == Ok(jpeg));
    assert!(webp.is_err() || webp == Ok(jpeg));
});

/// PNG's check sum of an eXIf chunk.
fn crc(body: &[u8]) -> u32 {
    let bytes = b"eXIf".iter().chain(body);
    !bytes.fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}
