//! What went into a data set, and what each rule took.

use serde::{Deserialize, Serialize};

/// Counted for an account, or for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub accounts: u64,
    pub failed_accounts: u64,
    pub photos: u64,
    pub failed_photos: u64,
    /// Found by the detector.
    pub faces: u64,
    /// Faces of which no embedding could be made.
    pub unusable: u64,
    pub non_faces: u64,
    /// Too small, or too unsure.
    pub unclear: u64,
    /// Like too few others of the account.
    pub alone: u64,
    /// People from here on: dropped, since they were on one photo twice.
    pub same_photo: u64,
    /// Joined to another of the account.
    pub merged: u64,
    /// Dropped, since they were too like another of the account.
    pub ambiguous: u64,
    /// Joined to one of another account.
    pub merged_across: u64,
    /// Dropped, since they were too like one of another account.
    pub ambiguous_across: u64,
    pub people: u64,
    /// Of these people.
    pub kept: u64,
}

/// What a check of the labels found and changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cleaned {
    /// How many people there were before.
    pub people: u32,
    pub faces: u64,
    /// The cosine of a face with the class of somebody else: the mean and the standard deviation.
    pub strangers: [f32; 2],
    /// People who went into another.
    pub joined: u64,
    pub joined_faces: u64,
    pub moved_faces: u64,
    /// New people.
    pub parted: u64,
    pub parted_faces: u64,
    pub left_out: u64,
}

impl Cleaned {
    /// In words.
    pub fn named(&self) -> [(&'static str, u64); 8] {
        [
            ("people given", self.people.into()),
            ("faces given", self.faces),
            ("people joined to another", self.joined),
            ("their faces", self.joined_faces),
            ("faces moved to another", self.moved_faces),
            ("people parted from another", self.parted),
            ("their faces", self.parted_faces),
            ("faces left out", self.left_out),
        ]
    }
}

impl Counts {
    /// In words, in the order in which the rules come.
    pub fn named(&self) -> [(&'static str, u64); 16] {
        [
            ("accounts", self.accounts),
            ("accounts that failed", self.failed_accounts),
            ("photos", self.photos),
            ("photos that failed", self.failed_photos),
            ("faces found", self.faces),
            ("faces without an embedding", self.unusable),
            ("non-faces", self.non_faces),
            ("faces too small or unsure", self.unclear),
            ("faces alone", self.alone),
            ("people dropped: twice on one photo", self.same_photo),
            ("people joined within an account", self.merged),
            ("people dropped: too like another of the account", self.ambiguous),
            ("people joined across accounts", self.merged_across),
            ("people dropped: too like one of another account", self.ambiguous_across),
            ("people", self.people),
            ("their faces", self.kept),
        ]
    }

    /// Adds what was counted of an account.
    pub fn add(&mut self, account: &Self) {
        self.accounts += account.accounts;
        self.failed_accounts += account.failed_accounts;
        self.photos += account.photos;
        self.failed_photos += account.failed_photos;
        self.faces += account.faces;
        self.unusable += account.unusable;
        self.non_faces += account.non_faces;
        self.unclear += account.unclear;
        self.alone += account.alone;
        self.same_photo += account.same_photo;
        self.merged += account.merged;
        self.ambiguous += account.ambiguous;
        self.merged_across += account.merged_across;
        self.ambiguous_across += account.ambiguous_across;
        self.people += account.people;
        self.kept += account.kept;
    }

    pub fn any_failed(&self) -> bool {
        self.failed_accounts + self.failed_photos > 0
    }
}
