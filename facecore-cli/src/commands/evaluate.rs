//! `facecore evaluate`: how often is it right, on labelled photos? Pairs by the protocol of facenet's `validate_on_lfw.py`, and
//! faces against lists of candidates, or every photo against every other; with intervals, slices and a report that reads offline.

mod all_pairs;
mod chart;
pub(super) mod measure;
mod records;
mod report;
mod slices;
mod table;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facecore::Engine;
use facecore::evaluate::{Population, Verification, fit_share, resolve};

use crate::arguments::{Evaluate, NotFound};
use crate::failure::Result;
use crate::labelled::{self, LabelledPhoto, Looking, SeenFace, gather};
use crate::output::Report;
use crate::saving;
use measure::{Configuration, Grouped, Identified, PhotoPair, Scored};
use records::{FusionRecord, Photos};
pub use report::{escape, page};
use slices::{Column, Slice};

/// Folds of pairs that are drawn here.
const FOLDS: usize = 10;

/// The photos and what the user knows of them.
struct Data {
    photos: Vec<LabelledPhoto>,
    /// Pairs and the number of their folds, where a list was given.
    pairs: Option<(Vec<PhotoPair>, usize)>,
}

/// All that was measured of one configuration.
struct Measured {
    configuration: Configuration,
    cohort: bool,
    verification: Option<(Scored, Verification)>,
    identified: Vec<Identified>,
    slices: Vec<Slice>,
}

impl Measured {
    fn name(&self) -> String {
        self.configuration.name() + if self.cohort { ", cohort" } else { "" }
    }
}

pub fn run(arguments: &Evaluate, json: bool) -> Result<ExitCode> {
    let data = read(arguments)?;
    let networks = networks(arguments)?;
    let engines = networks.iter().map(|network| network.open(arguments)).collect::<Result<Vec<_>>>()?;
    let looking = Looking {
        engines: &engines,
        options: arguments.finding.options(),
        limits: arguments.finding.strict_limits(),
        mirrored: arguments.mirror,
        pad: arguments.labelled.pad,
        centre: match arguments.not_found {
            Some(choice) => choice == NotFound::Centre,
            None => data.pairs.is_some(),
        },
        cache: arguments.labelled.cache.clone(),
        threads: arguments.threads.count(),
    };
    let mut report = Report::new(json, data.photos.len());
    let seen = gather(&data.photos, &looking, &mut report)?;
    let photos = Photos {
        photos: seen.iter().flatten().count(),
        without_face: seen.iter().flatten().filter(|seen| !seen.found).count(),
    };
    let centre = arguments.not_found == Some(NotFound::Centre);
    let usable: Vec<bool> = seen.iter().map(|seen| seen.as_ref().is_some_and(|seen| seen.found || centre)).collect();

    let columns = slices::columns(&data.photos, &seen, &arguments.bands)?;
    let mut measured = Vec::new();
    let mut fusions = Vec::new();
    let configurations = configurations(arguments, &data, &networks, &seen, &mut fusions)?;
    if arguments.all.all_pairs {
        let set = all_pairs::Set { photos: &data.photos, usable: &usable, columns: &columns, counts: &photos };
        return all_pairs::run(arguments, &set, &configurations, report, json);
    }
    for configuration in configurations {
        let grouped = measure::group(&data.photos, &configuration.faces, &usable);
        let cohorts = if arguments.cohort { &[false, true][..] } else { &[false] };
        for &cohort in cohorts {
            // What is measured is kept without the faces, which are large and which the report does not need.
            let faces = &configuration.faces;
            let (verification, identified, slices) = measure_one(arguments, &data, faces, &grouped, cohort, &columns)?;
            let configuration = Configuration {
                models: configuration.models.clone(),
                margins: configuration.margins.clone(),
                mirror: configuration.mirror,
                faces: Vec::new(),
            };
            measured.push(Measured { configuration, cohort, verification, identified, slices });
        }
    }

    let text = if json {
        records::lines(&measured, &fusions, &photos, arguments)
    } else {
        table::table(&measured, &fusions, &photos, arguments)
    };
    report.print(&text)?;
    if let Some(path) = &arguments.scores {
        write(path, "--scores", &records::scores_csv(&measured))?;
    }
    if let Some(path) = &arguments.report {
        let html = report::html(&measured, &fusions, &photos, &data.photos, &seen, arguments);
        write(path, "--report", &html)?;
    }
    Ok(report.finish())
}

fn write(path: &Path, option: &str, text: &str) -> Result<()> {
    saving::save(option, path, text.as_bytes())
}

fn read(arguments: &Evaluate) -> Result<Data> {
    let labelled = &arguments.labelled;
    let (mut photos, pairs) = match (&labelled.images, &labelled.manifest, &arguments.pairs) {
        (Some(images), None, Some(list)) => {
            let labelled::Pairs { list, photos, places } = labelled::pairs(list, images)?;
            let pair = |(pair, photos): (&facecore::evaluate::Pair, &[usize; 2])| PhotoPair {
                photos: *photos,
                same: pair.same,
                fold: pair.fold,
            };
            let pairs = list.pairs.iter().zip(&places).map(pair).collect();
            let mut photos = photos;
            if arguments.cohort {
                // The more people, and the more photos of each, the better the cohort.
                let listed: HashSet<PathBuf> = photos.iter().map(|photo| photo.path.clone()).collect();
                photos.extend(labelled::folder(images)?.into_iter().filter(|photo| !listed.contains(&photo.path)));
            }
            (photos, Some((pairs, list.folds)))
        }
        (Some(images), None, None) => (labelled::folder(images)?, None),
        (None, Some(manifest), None) => (labelled::manifest(manifest)?, None),
        _ => return Err("give --images DIR, with or without --pairs FILE, or --manifest FILE".to_owned().into()),
    };
    if labelled.pad > 0.0 && photos.iter().any(|photo| photo.area.is_some()) {
        return Err("--pad is for photos without boxes; the manifest has some".to_owned().into());
    }
    if let Some(list) = &labelled.without {
        if pairs.is_some() {
            return Err("--without leaves photos out, which a list of pairs does not allow".to_owned().into());
        }
        labelled::leave_out(&mut photos, list)?;
    }
    Ok(Data { photos, pairs })
}

/// A model, with another crop margin than the manifest's if one was given.
struct Measurable {
    model: String,
    margin: Option<f64>,
}

impl Measurable {
    fn open(&self, arguments: &Evaluate) -> Result<Engine> {
        let engine = arguments.networks.open(Some(&self.model))?;
        Ok(match self.margin {
            Some(margin) => engine.with_crop_margin(margin)?,
            None => engine,
        })
    }
}

/// Each model with each margin.
fn networks(arguments: &Evaluate) -> Result<Vec<Measurable>> {
    let models = match &arguments.model[..] {
        [] => vec![arguments.networks.default_model()?],
        given => given.to_vec(),
    };
    let margins: Vec<Option<f64>> = match &arguments.margin[..] {
        [] => vec![None],
        given => given.iter().copied().map(Some).collect(),
    };
    let of = |model: String| margins.iter().map(move |&margin| Measurable { model: model.clone(), margin });
    Ok(models.into_iter().flat_map(of).collect())
}

fn configurations(
    arguments: &Evaluate,
    data: &Data,
    networks: &[Measurable],
    seen: &[Option<SeenFace>],
    fusions: &mut Vec<FusionRecord>,
) -> Result<Vec<Configuration>> {
    let mirrors = if arguments.mirror { &[false, true][..] } else { &[false] };
    let mut all = Vec::new();
    for &mirror in mirrors {
        let singles = networks
            .iter()
            .enumerate()
            .map(|(at, network)| Configuration::single(&network.model, network.margin, mirror, at, seen))
            .collect::<Result<Vec<_>>>()?;
        let mut joined = None;
        if arguments.ensemble {
            let [first, second] = &singles[..] else {
                return Err("--ensemble joins two networks: give two --model, each with one --margin"
                    .to_owned()
                    .into());
            };
            // Without pairs to fit the shares on, both count the same.
            let mut share = 0.5;
            if let Some((pairs, folds)) = &data.pairs {
                let [a, b] = [first, second].map(|member| measure::compare(pairs, &member.faces, None));
                let fusion = fit_share(&a?.scores, &b?.scores, *folds, arguments.fp)?;
                share = fusion.share;
                fusions.push(FusionRecord::new(&[first.name(), second.name()], &fusion));
            }
            joined = Some(Configuration::joined(&[first, second], &[share, 1.0 - share])?);
        }
        all.extend(singles);
        all.extend(joined);
    }
    Ok(all)
}

type One = (Option<(Scored, Verification)>, Vec<Identified>, Vec<Slice>);

fn measure_one(
    arguments: &Evaluate,
    data: &Data,
    faces: &[Option<facecore::Embedding>],
    grouped: &Grouped,
    cohort: bool,
    columns: &[Column],
) -> Result<One> {
    let population = Population::new(&grouped.people)?;
    let (pairs, folds) = match &data.pairs {
        Some((pairs, folds)) => (pairs.clone(), *folds),
        None => (measure::draw_pairs(grouped, FOLDS, arguments.pairs_per_fold), FOLDS),
    };
    let scored = measure::compare(&pairs, faces, cohort.then_some((&population, grouped)))?;
    let negatives = scored.pairs.iter().filter(|pair| !pair.same).count();
    resolve(negatives, arguments.fp)?;
    // Nobody with two photos: only false positives can be counted, at a threshold that is given.
    let verifiable = scored.pairs.iter().any(|pair| pair.same);
    let threshold = arguments.threshold.map(|cosine| 2.0 - 2.0 * f64::from(cosine));
    let verification = verifiable.then(|| measure::verification(&scored, folds, arguments.fp)).transpose()?;
    let slices = match (&verification, threshold) {
        (_, Some(threshold)) => slices::slices(columns, &scored, &|score| score.is_below(threshold)),
        (Some(result), None) => {
            slices::slices(columns, &scored, &|score| score.is_below(result.folds[score.fold].threshold))
        }
        (None, None) => {
            return Err("nobody has two photos, so no threshold can be found: give --threshold".to_owned().into());
        }
    };
    let mut identified = Vec::new();
    if data.pairs.is_none() && verifiable {
        for &photos in &arguments.photos {
            for &candidates in &arguments.candidates {
                identified.push(measure::identification(
                    &population,
                    (candidates, photos),
                    arguments.lists,
                    cohort,
                    arguments.fp,
                )?);
            }
        }
    }
    Ok((verification.map(|result| (scored, result)), identified, slices))
}
