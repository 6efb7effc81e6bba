//! Photo → faces: boxes, five landmarks and scores, within a budget.
//!
//! `options` goes into every detector and `detection` comes out of it; `budget` and `suppression` are what detectors share; `mtcnn` and `yunet`
//! are the detectors, each with its own numbers. May use: `photo`, `net`, `models` (their names), `geometry`. Knows nothing of embeddings.

mod budget;
mod detection;
mod mtcnn;
mod options;
mod suppression;
mod yunet;

pub use budget::{Budget, Cut};
pub use detection::{DetectStats, Detection, Face};
pub use mtcnn::{MtcnnOptions, MtcnnStats, ProposalFilter};
pub use options::DetectOptions;
pub use yunet::{YunetOptions, YunetStats};

use crate::error::{Error, Result};
use crate::models::{DetectorKind, Manifest};
use crate::net::Kernels;
use crate::photo::Photo;
use mtcnn::Mtcnn;
use yunet::Yunet;

/// One of the detectors, with its networks.
pub(crate) enum Detector {
    Mtcnn(Box<Mtcnn>),
    Yunet(Yunet),
}

impl Detector {
    /// The detector that is compiled in.
    ///
    /// # Errors
    /// [`Error::Option`] if this build was made without it.
    pub(crate) fn bundled(kind: DetectorKind, kernels: Kernels) -> Result<Self> {
        let nets = bundled(kind).ok_or_else(|| Error::Option {
            name: "detector",
            reason: format!(
                "{kind} is not compiled into this build (feature `bundled-{kind}`); open a folder of models"
            ),
        })?;
        Self::load(kind, nets, kernels)
    }

    /// The detector that is compiled in, else the manifest's.
    pub(crate) fn open(kind: DetectorKind, manifest: &Manifest, kernels: Kernels) -> Result<Self> {
        if bundled(kind).is_some() {
            return Self::bundled(kind, kernels);
        }
        let files = manifest.read(kind.name())?;
        Self::load(kind, &files.iter().map(Vec::as_slice).collect::<Vec<_>>(), kernels)
    }

    fn load(kind: DetectorKind, nets: &[&[u8]], kernels: Kernels) -> Result<Self> {
        let wrong = |needed: usize| {
            let reason = format!("{needed} files are needed, the manifest names {}", nets.len());
            Error::model(kind.name(), reason)
        };
        match kind {
            DetectorKind::Mtcnn => {
                let nets = nets.try_into().map_err(|_| wrong(3))?;
                Ok(Self::Mtcnn(Mtcnn::load(nets, kernels)?.into()))
            }
            DetectorKind::Yunet => match nets {
                [net] => Ok(Self::Yunet(Yunet::load(net, kernels)?)),
                _ => Err(wrong(1)),
            },
        }
    }

    pub(crate) fn kind(&self) -> DetectorKind {
        match self {
            Self::Mtcnn(_) => DetectorKind::Mtcnn,
            Self::Yunet(_) => DetectorKind::Yunet,
        }
    }

    /// What runs the networks.
    pub(crate) fn kernels(&self) -> Kernels {
        match self {
            Self::Mtcnn(mtcnn) => mtcnn.kernels(),
            Self::Yunet(yunet) => yunet.kernels(),
        }
    }

    pub(crate) fn detect(&self, photo: &Photo<'_>, options: &DetectOptions) -> Result<Detection> {
        options.check()?;
        match self {
            Self::Mtcnn(mtcnn) => mtcnn.detect(photo, options),
            Self::Yunet(yunet) => yunet.detect(photo, options),
        }
    }
}

/// The ONNX files that are compiled in.
fn bundled(kind: DetectorKind) -> Option<&'static [&'static [u8]]> {
    match kind {
        #[cfg(feature = "bundled-mtcnn")]
        DetectorKind::Mtcnn => Some(&[
            include_bytes!("../../mtcnn/pnet.onnx"),
            include_bytes!("../../mtcnn/rnet.onnx"),
            include_bytes!("../../mtcnn/onet.onnx"),
        ]),
        #[cfg(feature = "bundled-yunet")]
        DetectorKind::Yunet => Some(&[include_bytes!("../../yunet/yunet.onnx")]),
        #[allow(unreachable_patterns, reason = "unless both are compiled in")]
        _ => None,
    }
}
