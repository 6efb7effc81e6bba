//! Options of the commands that work on what is kept: people in a file, accounts in a store.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use facecore::store::CloneState;
use facecore::{Matcher, SpaceId};

use super::options::{Finding, Model, Photos, Threads, Threshold};
use super::ranges;

#[derive(Debug, Args)]
pub struct Rebuild {
    /// The accounts: a JSON object a line, ascending by id; docs/rebuild.md has its fields
    #[arg(value_name = "ACCOUNTS.jsonl")]
    pub accounts: PathBuf,
    /// The folder of the store, which is made if there is none. What was said of faces there is obeyed, photos whose faces it keeps are not read
    /// again, and everybody reads the profiles that it has until a pass is done
    #[arg(long, value_name = "FOLDER")]
    pub store: PathBuf,
    /// The folder that the photos' files are in [default: the list's]
    #[arg(long, value_name = "FOLDER")]
    pub photos: Option<PathBuf>,
    /// The most passes. Photos are read in the first one; each builds anew, beside the friends' profiles of the pass before
    #[arg(long, value_name = "N", default_value = "4")]
    pub passes: NonZeroUsize,
    /// No further pass once a smaller share of accounts changed (0 to 1)
    #[arg(long, value_name = "SHARE", default_value_t = 0.01, value_parser = ranges::share)]
    pub enough: f64,
    /// If a larger share of the photos, or of the accounts, fails, the pass is not taken over (0 to 1)
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = ranges::share)]
    pub may_fail: f64,
    /// The most accounts that are committed at once; all that is built is committed every 10 seconds
    #[arg(long, value_name = "N", default_value = "1000")]
    pub batch: NonZeroUsize,
    /// Go on where a rebuild of the same list was killed
    #[arg(long)]
    pub resume: bool,
    /// Give up a rebuild that has not ended, and begin again
    #[arg(long, conflicts_with = "resume")]
    pub anew: bool,
    #[command(flatten)]
    pub threads: Threads,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Subcommand)]
pub enum Gallery {
    /// Add the people of a folder to the file, which is made if there is none. Faces of who is in it already are added to theirs
    Add(GalleryAdd),
    /// Take people out of the file. Exit code: 0 done, 1 somebody was not in it, and the others are out
    Remove(GalleryRemove),
    /// Who is in the file, with how many faces
    List(GalleryList),
    /// Name the faces of photos after the people in the file
    Search(GallerySearch),
}

#[derive(Debug, Args)]
pub struct GalleryAdd {
    /// The file with the people
    pub file: PathBuf,
    /// A folder with one folder a person, named as the person, with photos; the largest face of each counts
    #[arg(long, value_name = "DIR")]
    pub people: PathBuf,
    #[command(flatten)]
    pub threads: Threads,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Args)]
pub struct GalleryRemove {
    /// The file with the people
    pub file: PathBuf,
    /// Their names, as `facecore gallery list` has them
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
}

#[derive(Debug, Args)]
pub struct GalleryList {
    /// The file with the people
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct GallerySearch {
    /// The file with the people
    pub file: PathBuf,
    #[command(flatten)]
    pub photos: Photos,
    /// The profile of the uploader: name only faces in photos that the uploader is in too, since a photo of a star alone may be anybody's
    #[arg(long, value_name = "FILE")]
    pub uploader: Option<PathBuf>,
    /// The share of strangers' faces that may get a name, whatever the number of people (0.0001 to 0.1)
    #[arg(long, value_name = "RATE", default_value_t = Matcher::FALSE_POSITIVE_RATE, value_parser = ranges::rate)]
    pub fp: f64,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Args)]
pub struct Who {
    #[command(flatten)]
    pub photos: Photos,
    /// The folder of the store with the profiles
    #[arg(long, value_name = "FOLDER")]
    pub store: PathBuf,
    /// The index of its profiles, which is made if there is none. It has the faces of all of them: `facecore store erase --index` takes who
    /// leaves out of it
    #[arg(long, value_name = "FILE")]
    pub index: PathBuf,
    /// Make the index anew: profiles were added or changed since
    #[arg(long)]
    pub anew: bool,
    /// The most users for a face
    #[arg(long, value_name = "N", default_value = "3")]
    pub most: NonZeroUsize,
    #[command(flatten)]
    pub threshold: Threshold,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Subcommand)]
pub enum Clones {
    /// Search all accounts with one owner for pairs that show one person, and keep them as open in the store. Prints those that are news
    Find(ClonesFind),
    /// The pairs in the store
    List(ClonesList),
    /// Keep what became of a pair
    Judge(ClonesJudge),
}

/// A store that exists.
#[derive(Debug, Args)]
pub struct Store {
    /// The folder of the store
    #[arg(value_name = "STORE")]
    pub folder: PathBuf,
    /// The space of its profiles, which `facecore embed` prints
    #[arg(long, value_name = "ID")]
    pub space: SpaceId,
}

#[derive(Debug, Args)]
pub struct ClonesFind {
    #[command(flatten)]
    pub store: Store,
    /// Where the index of the accounts goes, 161 bytes each with 128 values, and beside it how far the search is: the same command goes on
    /// where it was killed. Both are removed at the end
    #[arg(long, value_name = "FILE")]
    pub index: PathBuf,
    /// How many pairs of two people may be among the reports for each million accounts
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    pub per_million: f64,
}

#[derive(Debug, Args)]
pub struct ClonesList {
    #[command(flatten)]
    pub store: Store,
    /// Only those in this state
    #[arg(long)]
    pub state: Option<State>,
}

#[derive(Debug, Args)]
pub struct ClonesJudge {
    #[command(flatten)]
    pub store: Store,
    /// The id of one account
    pub one: u64,
    /// The id of the other
    pub other: u64,
    /// What became of it; `known` is for a second account that was declared, a joint one, relatives: never reported
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum State {
    Open,
    Confirmed,
    Rejected,
    Known,
}

impl From<State> for CloneState {
    fn from(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::Confirmed => Self::Confirmed,
            State::Rejected => Self::Rejected,
            State::Known => Self::Known,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Keep {
    /// How much is in the store, and which iterations there are
    Stats(Store),
    /// Return to the profiles before the last rebuild. Those written since its end are lost; who was erased or has opted out stays so
    Back(Store),
    /// Read every record and check it. Exit code: 0 all are sound, 1 some are damaged
    Verify(Store),
    /// Write all records anew: frees the disk, and nothing is left of what was erased
    Compact(Store),
    /// Copy the store, while it is in use, into a new folder
    Backup(StoreBackup),
    /// Remove all that is known of users, an opt-out as well. The bytes leave the disk with --compact, or at the next `store compact`
    Erase(StoreErase),
    /// Users want no profile: remove everything of theirs but this wish, which holds from now on
    OptOut(StoreErase),
    /// Take an opt-out back. Exit code: 0 done, 1 somebody had not opted out
    OptIn(StoreUsers),
    /// Users agree that `facecore who` finds them by a stranger's photo; nobody is found who has not. Exit code: 0 done, 1 somebody has opted
    /// out
    Findable(StoreUsers),
    /// Users agree no longer
    NotFindable(StoreUsers),
}

#[derive(Debug, Args)]
pub struct StoreBackup {
    #[command(flatten)]
    pub store: Store,
    /// The folder of the copy, which must not exist
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
}

#[derive(Debug, Args)]
pub struct StoreUsers {
    #[command(flatten)]
    pub store: Store,
    /// The ids of the users
    #[arg(required = true, value_name = "USER")]
    pub users: Vec<u64>,
}

#[derive(Debug, Args)]
pub struct StoreErase {
    #[command(flatten)]
    pub users: StoreUsers,
    /// Remove their faces from this index too; may be given several times
    #[arg(long, value_name = "FILE")]
    pub index: Vec<PathBuf>,
    /// Take the bytes off the disk at once, of the store and of each index: writes all that is left anew
    #[arg(long)]
    pub compact: bool,
}
