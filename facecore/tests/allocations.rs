//! After the first photo of a size, the networks allocate nothing, and a photo only what is its result and a few small lists.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-mtcnn"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;

use facecore::{DetectOptions, Engine, Limits, Photo};

struct Counting;

thread_local! {
    static BYTES: Cell<usize> = const { Cell::new(0) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    BYTES.with(|total| total.set(total.get() + bytes));
    CALLS.with(|total| total.set(total.get() + 1));
}

// SAFETY: every call is the system allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise to `GlobalAlloc` is the one that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise to `GlobalAlloc` is the one that the system's allocator asks for.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the caller's promise to `GlobalAlloc` is the one that the system's allocator asks for.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn counted<T>(run: impl FnOnce() -> T) -> (usize, usize, T) {
    BYTES.with(|total| total.set(0));
    CALLS.with(|total| total.set(0));
    let answer = run();
    (CALLS.with(Cell::get), BYTES.with(Cell::get), answer)
}

#[test]
fn a_photo_of_a_known_size_takes_no_memory_for_its_networks() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
    let engine = Engine::open(format!("{root}models")).unwrap();
    if engine.kernels() == "tract" {
        return eprintln!("this processor runs the networks with tract, which allocates for each layer");
    }
    let bytes = fs::read(format!("{root}testdata/photos/sheet.jpg")).unwrap();
    let photo = Photo::decode(&bytes, &Limits::default()).unwrap();
    let options = DetectOptions::default();
    let faces = engine.detect(&photo, &options).unwrap().faces;
    engine.embed(&photo, &faces).unwrap();

    let (calls, bytes, found) = counted(|| engine.detect(&photo, &options).unwrap());
    let pixels = photo.width() as usize * photo.height() as usize;
    println!("detect: {calls} allocations, {bytes} bytes, {pixels} pixels, {:?}", found.stats);
    assert_eq!(found.faces, faces);
    // The pyramid, the crops and the networks' values would be tens of bytes a pixel; what is left are lists of candidates.
    assert!(bytes < pixels, "{bytes} bytes");

    let (calls, bytes, embeddings) = counted(|| engine.embed(&photo, &faces).unwrap());
    println!("embed: {calls} allocations, {bytes} bytes, {} faces", embeddings.len());
    assert!(bytes < faces.len() * 10_000, "{bytes} bytes");
}
