//! `golden FOLDER [MODELS]`: prints how our detections and embeddings agree with the reference's answers in FOLDER.
//! `golden aligned ANSWERS CROPS [MODELS]`: how SFace agrees with OpenCV's; `benches/peers/opencv_faces.py embed` writes both.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};

use facecore::{Compute, Crop, DetectorKind, Engine, Manifest, ModelEntry, ModelKind, Preprocessing, ProposalFilter};
use facecore_benches::golden::{self, Recall};

const USAGE: &str = "usage: golden FOLDER [MODELS], or golden aligned ANSWERS CROPS [MODELS]";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let models = |at: usize| arguments.get(at).cloned().unwrap_or_else(|| "models".into());
    match arguments.as_slice() {
        [first, answers, crops, ..] if first.as_os_str() == "aligned" => aligned(answers, crops, &models(3)),
        [folder, ..] => reference(folder, &models(1)),
        [] => Err(USAGE.into()),
    }
}

fn aligned(answers: &Path, crops: &Path, models: &Path) -> Result<(), Box<dyn Error>> {
    let engine = Engine::open_model(models, "sface")?;
    let lowest = golden::aligned(&engine, answers, crops)?;
    println!(
        "sface: lowest cosine of {} faces: {:.7} from the crop, {:.7} from photo and landmarks",
        lowest.faces, lowest.from_crop, lowest.from_photo
    );
    Ok(())
}

fn reference(folder: &Path, models: &Path) -> Result<(), Box<dyn Error>> {
    let engine = Engine::detector_only()?;
    let sum = golden::detections(&engine, folder)?;
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    println!("reference faces with score ≥ 0.9   {}", sum.expected);
    println!("  found within 1 px (2 px if large) {} ({:.2} %)", sum.agreeing, share(sum.agreeing, sum.expected));
    println!("  largest distance of these         {:.4} px", sum.worst);
    println!("our faces                          {}", sum.ours);
    println!("  without counterpart               {} ({:.2} %)", sum.unmatched, share(sum.unmatched, sum.ours));

    println!("recall at IoU ≥ 0.9                    all photos        crowds alone   candidates");
    for compute in [Compute::F32, Compute::Bf16] {
        // Not every processor has bf16.
        let Ok(engine) = Engine::detector_only_with(DetectorKind::Mtcnn, compute) else { continue };
        for filter in [ProposalFilter::Nms, ProposalFilter::Blobs] {
            for cap in [0, 200, 100] {
                let all = golden::recall(&engine, folder, "", filter, cap)?;
                let crowds = golden::recall(&engine, folder, "crowds", filter, cap)?;
                let of = |recall: &Recall| format!("{}/{} {:.2} %", recall.found, recall.expected, recall.percent());
                let cap = if cap == 0 { "no cap".into() } else { format!("cap {cap}") };
                let name = format!("{}, {filter:?}, {cap}", engine.kernels());
                println!("  {name:<30} {:>17}   {:>17}   {:>10}", of(&all), of(&crowds), all.candidates);
            }
        }
    }

    if folder.join("embeddings.json").exists() {
        for model in Manifest::open(models)?.models.iter().filter(|model| by_box(model)) {
            let margin = golden::reference_margin(&model.id);
            let engine = Engine::open_model(models, &model.id)?.with_crop_margin(margin)?;
            let lowest = golden::embeddings(&engine, folder)?;
            println!(
                "{} with the reference's margin {margin}: lowest cosine of {} faces: {:.7} from the crop, {:.7} from photo and box",
                model.id, lowest.faces, lowest.from_crop, lowest.from_photo
            );
        }
    }
    Ok(())
}

/// The reference's embedders are fed by boxes.
fn by_box(model: &ModelEntry) -> bool {
    model.kind == ModelKind::Embedder
        && matches!(model.preprocessing, Some(Preprocessing { crop: Crop::Box { .. }, .. }))
}
