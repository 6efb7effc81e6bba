//! `facecore rebuild`: the profiles of all accounts of a list, pass by pass, into the next iteration of a store.
//!
//! `album` builds an account, on any thread; `writer` commits what was built, in the order of the list, together with `progress`, which says
//! how far the rebuild is.

mod album;
mod progress;
mod writer;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use facecore::AlbumReader;
use facecore::attributes::Attributes;
use facecore::store::ProfileStore;

use self::album::Albums;
use self::progress::Progress;
use self::writer::Writer;
use super::listed::Telling;
use super::{account, album as one_album};
use crate::accounts::{self, Lines, List};
use crate::arguments::Rebuild;
use crate::failure::Result;
use crate::{ordered, output};

/// Runs the passes that are still to be done.
pub fn run(arguments: &Rebuild, json: bool) -> Result<ExitCode> {
    let list = accounts::check(&arguments.accounts)?;
    let engine = arguments.model.open()?;
    let builder = one_album::builder(&engine)?;
    let store = account::open_or_make(&arguments.store, builder.settings().space)?;
    let attributes = Attributes::open(arguments.model.folder()).ok();
    let mut reader = AlbumReader::new(&engine, arguments.finding.options())?;
    if let Some(attributes) = &attributes {
        reader = reader.with_attributes(attributes);
    }
    let beside = arguments.accounts.parent().unwrap_or(Path::new(""));
    let root = arguments.photos.as_deref().unwrap_or(beside);
    let albums = Albums { store: &store, builder: &builder, reader, root, limits: arguments.finding.strict_limits() };

    let mut progress = begin(&store, &list, arguments)?;
    loop {
        let current = store.iterations()?.current;
        if current == progress.base {
            let bar = output::bar(list.accounts as usize, "accounts");
            progress = pass(&albums, progress, arguments, &Telling { bar: &bar, json })?;
            bar.finish_and_clear();
            io::stdout().write_all(progress.shown(json).as_bytes())?;
            switch(&store, &progress, arguments)?;
            continue;
        }
        // The iteration was switched to: the pass is done.
        if progress.pass >= arguments.passes.get() || progress.change() < arguments.enough {
            store.write(|batch| batch.put_progress(b""))?;
            return Ok(ExitCode::from(u8::from(progress.any_failed)));
        }
        progress = progress.next_pass(&list, current);
        progress.keep(&store)?;
    }
}

/// Where the rebuild stands: at its beginning, or where it was killed.
fn begin(store: &ProfileStore, list: &List, arguments: &Rebuild) -> Result<Progress> {
    let (kept, iterations) = (store.progress()?, store.iterations()?);
    if arguments.resume {
        let kept = kept.ok_or(
            "--resume: there is nothing to go on with: no rebuild was begun in this store, or the last one ended",
        )?;
        let progress = Progress::parse(&kept)?;
        if progress.list != list.hash {
            return Err("--resume: the list of accounts is another one than the rebuild began with".into());
        }
        if progress.is_begun() && iterations.current <= progress.base && iterations.next.is_none() {
            return Err("--resume: somebody dropped the iteration that the rebuild was writing; begin --anew".into());
        }
        return Ok(progress);
    }
    if arguments.anew {
        store.drop_next()?;
    } else if kept.is_some() {
        return Err(
            "a rebuild was begun in this store and has not ended: --resume goes on with it, --anew begins again".into(),
        );
    } else if let Some(next) = iterations.next {
        return Err(format!("iteration {next} of the store is being written by somebody else; --anew drops it").into());
    }
    let progress = Progress::new(list, iterations.current);
    progress.keep(store)?;
    Ok(progress)
}

/// Builds all accounts that are still to be built in this pass.
fn pass(albums: &Albums<'_>, progress: Progress, arguments: &Rebuild, telling: &Telling<'_>) -> Result<Progress> {
    let store = albums.store;
    if store.iterations()?.next.is_none() {
        store.begin()?;
    }
    let lines = Lines::open(&arguments.accounts, progress.line, progress.end)?;
    let is_first = progress.pass == 1;
    telling.bar.set_position(progress.report.accounts);
    let work = |line: Result<accounts::Line>| {
        let line = line?;
        Ok((albums.build(&line.account()?, is_first), line))
    };
    let mut writer = Writer::new(store, progress, arguments.batch.get());
    ordered::stream(lines, arguments.threads.count(), work, |built: Result<_>| {
        let (built, line) = built?;
        telling.failures(built.account, &built.failures)?;
        telling.bar.inc(1);
        writer.take(built, line.number, line.end)
    })?;
    writer.finish()
}

/// Makes what was built the current iteration, which everybody reads from now on, unless too much of it failed.
fn switch(store: &ProfileStore, progress: &Progress, arguments: &Rebuild) -> Result<()> {
    let Progress { photos, failed_photos, report, .. } = progress;
    let share = |failed: u64, all: u64| failed as f64 / all.max(1) as f64;
    for (failed, all, what) in [(*failed_photos, *photos, "photos"), (report.failed, report.accounts, "accounts")] {
        if share(failed, all) > arguments.may_fail {
            let reason =
                format!("{failed} of {all} {what} failed, which is more than --may-fail {}", arguments.may_fail);
            let ways = "see above why; --anew begins again, --resume with a larger share takes it as it is";
            return Err(format!("{reason}: the store serves the profiles that it had; {ways}").into());
        }
    }
    let next = store.iterations()?.next.ok_or("somebody dropped the iteration that was being written; begin --anew")?;
    Ok(store.switch(next)?)
}
