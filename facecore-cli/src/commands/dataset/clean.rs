//! `facecore dataset clean`.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::ExitCode;

use facecore::cluster::{LabelAction, LabelRules};

use super::changes::Changes;
use super::counts::Cleaned;
use super::files::{EmbeddingWriter, Folder, Row, Summary};
use super::given;
use super::relabelled::{Given, Relabelled};
use super::split::stats;
use crate::arguments::DatasetClean;
use crate::failure::Result;
use crate::output::{Report, tell};
use crate::saving::{self, Growing};

/// With fewer pairs of a face and somebody else's class nobody knows how near strangers come.
const PAIRS: u64 = 1_000;

pub fn run(arguments: &DatasetClean, json: bool) -> Result<ExitCode> {
    let folder = Folder::new(&arguments.out);
    folder.make()?;
    if folder.is_whole() && !arguments.anew {
        return Err("there is a data set in this folder; --anew replaces it".into());
    }
    let mut report = Report::new(json, 0);
    let (given, photos) = match (&arguments.people, &arguments.set) {
        (Some(people), _) => {
            let out = arguments.out.join("given");
            given::read(people, &out, arguments, &mut report)?;
            (out, Some(people))
        }
        (None, Some(set)) => (set.clone(), arguments.photos.as_ref()),
        (None, None) => return Err("give a data set, or --people".into()),
    };
    if given.canonicalize().ok() == arguments.out.canonicalize().ok() {
        return Err("--out: this is the data set itself; give another folder".into());
    }
    let given = Given::read(Folder::new(&given))?;
    folder.clear()?;
    let rules = arguments.rules.rules();
    let relabelled = given.check(&rules)?;
    if relabelled.report.strangers.pairs < PAIRS {
        tell("warning: with so few people it is not sure how near strangers come; look at what was changed");
    }
    if let Some(photos) = photos {
        sheet(&folder, &given, &relabelled, (arguments, photos))?;
    }
    write(&folder, &given, &relabelled, &rules)?;
    let code = report.finish();
    stats(&arguments.out, json)?;
    Ok(code)
}

fn sheet(
    folder: &Folder,
    given: &Given,
    relabelled: &Relabelled,
    (arguments, photos): (&DatasetClean, &Path),
) -> Result<()> {
    let mut changes = Changes::new(&relabelled.changes, arguments.sheet);
    for (at, row) in (0..).zip(given.folder.rows()?) {
        changes.see(&row?, relabelled.changes.get(&at));
    }
    let page = changes.html(photos, &arguments.finding.strict_limits(), arguments.threads.count())?;
    saving::save("--out", &folder.at("sheet.html"), page.as_bytes())
}

/// Writes the new data set beside the report: the list of faces last.
fn write(folder: &Folder, given: &Given, relabelled: &Relabelled, rules: &LabelRules) -> Result<()> {
    let (mut rows, mut vectors) = (folder.write_rows()?, EmbeddingWriter::create(folder)?);
    let mut embeddings = given.folder.embeddings(&given.summary)?;
    let mut report = csv::Writer::from_writer(Growing::create(&folder.at("report.csv"))?);
    let failed = |error: csv::Error| format!("report.csv: {error}");
    report.write_record(["row", "file", "person", "what", "to", "own", "other", "like"]).map_err(failed)?;
    let files = examples(given, relabelled)?;
    let mut faces = 0;
    for (at, row) in (0..).zip(given.folder.rows()?) {
        let (row, person) = (row?, relabelled.people[at as usize]);
        if let Some(change) = relabelled.changes.get(&at) {
            let to = person.map(|person| person.to_string()).unwrap_or_default();
            let (class, other) = change.verdict.other.unzip();
            let other = other.map(|cosine| format!("{cosine:.4}")).unwrap_or_default();
            let like = class.and_then(|class| files.get(&class).cloned()).unwrap_or_default();
            let (what, own) = (what(change.verdict.action), format!("{:.4}", change.verdict.own));
            let cells =
                [at.to_string(), row.file.clone(), change.person.to_string(), what.into(), to, own, other, like];
            report.write_record(cells).map_err(failed)?;
        }
        let Some(person) = person else { continue };
        rows.put(&Row { person, held_back: given.held_back[relabelled.of[person as usize] as usize], ..row })?;
        vectors.put(embeddings.read(at)?.as_slice())?;
        faces += 1;
    }
    report.into_inner().map_err(|error| format!("report.csv: {}", error.error()))?.finish()?;
    vectors.finish()?;
    folder.write_summary(&summary(given, relabelled, rules, faces))?;
    rows.finish()
}

fn what(action: LabelAction) -> &'static str {
    match action {
        LabelAction::Keep => "kept",
        LabelAction::Join(_) => "joined",
        LabelAction::Move(_) => "moved",
        LabelAction::Part(_) => "parted",
        LabelAction::Out => "left out",
    }
}

/// A file of each person whom a changed face is like.
fn examples(given: &Given, relabelled: &Relabelled) -> Result<HashMap<usize, String>> {
    let changes = relabelled.changes.values();
    let mut wanted: HashSet<usize> = changes.filter_map(|change| Some(change.verdict.other?.0)).collect();
    let mut files = HashMap::new();
    for (at, row) in (0..).zip(given.folder.rows()?) {
        let row = row?;
        if !relabelled.changes.contains_key(&at) && wanted.remove(&(row.person as usize)) {
            files.insert(row.person as usize, row.file);
        }
    }
    Ok(files)
}

fn summary(given: &Given, relabelled: &Relabelled, rules: &LabelRules, faces: u64) -> Summary {
    let report = &relabelled.report;
    let cleaned = Cleaned {
        people: given.summary.people,
        faces: given.summary.faces,
        strangers: [report.strangers.mean, report.strangers.deviation],
        joined: report.joined as u64,
        joined_faces: report.joined_faces,
        moved_faces: report.moved,
        parted: report.parted as u64,
        parted_faces: report.parted_faces,
        left_out: report.out,
    };
    let people = relabelled.of.len() as u32;
    let mut summary = Summary { people, faces, cleaned: Some(cleaned), ..given.summary.clone() };
    (summary.counts.people, summary.counts.kept) = (people.into(), faces);
    summary.rules = format!("{}; {rules:?}", summary.rules);
    summary
}
