//! How a store is opened.

/// What a commit that was acknowledged survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Durability {
    /// Everything: each commit is on the disk, with its root, before the call returns.
    #[default]
    Power,
    /// The end of the process, by any signal. If the machine fails the last commit may be lost, as if it had not been made; the store is
    /// never damaged. One wait for the disk a commit instead of two.
    Process,
}

/// How a store is opened. Every process may use other options, but [`max_bytes`](Self::max_bytes) should be the same in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreOptions {
    /// The most bytes the store may take on disk; 1 TiB unless set. Only address space is reserved, neither memory nor disk, so be
    /// generous. Rounded up to whole pages.
    pub max_bytes: u64,
    /// The most reads at the same time, in all processes together; 1,024 unless set. The first process to open the store decides.
    pub max_readers: u32,
    /// What an acknowledged commit survives.
    pub durability: Durability,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { max_bytes: 1 << 40, max_readers: 1_024, durability: Durability::Power }
    }
}
