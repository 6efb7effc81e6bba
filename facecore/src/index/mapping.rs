//! A file in memory, without reading it first.

#![allow(unsafe_code)]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// The bytes of an index's file. They change only by the hands of the [`FaceIndex`](super::FaceIndex) that has it.
#[derive(Debug)]
pub(super) struct Mapping(Mmap);

impl Mapping {
    pub(super) fn new(file: &File) -> io::Result<Self> {
        // SAFETY: nobody else changes or shortens the file while it is mapped: every handle holds the lock of the file beside it, shared to
        // read and exclusive to write, and compaction replaces the file and never overwrites it. The writing handle changes it by `&mut`
        // only, so that no slice of these bytes is borrowed then.
        unsafe { Mmap::map(file) }.map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
