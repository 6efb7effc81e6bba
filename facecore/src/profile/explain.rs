//! A build in words.

use std::fmt;

use super::builder::{Build, Outcome};
use super::features::Features;
use super::value::Role;

impl fmt::Display for Build {
    /// What was found and why it was decided so: a sentence, then a line for each cluster, the heaviest first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |role| self.members.iter().filter(|(_, own)| *own == role).count();
        match &self.outcome {
            Outcome::Built(_) if self.owners.len() == 2 => {
                write!(f, "Joint profile of two people, from {} and {} faces", of(Role::Owner), of(Role::Partner))?;
            }
            Outcome::Built(_) if self.owners.is_empty() => write!(f, "Profile of {} confirmed faces", of(Role::Owner))?,
            Outcome::Built(_) => write!(f, "Profile of {} faces", of(Role::Owner))?,
            Outcome::NoLeader if self.clusters.len() == 1 => {
                f.write_str("No profile: the only person does not weigh enough")?
            }
            Outcome::NoLeader => f.write_str("No profile: no person is clearly ahead of the next")?,
            Outcome::NoFaces => f.write_str("No profile: no two good faces of one person")?,
            Outcome::OptedOut => return writeln!(f, "No profile: the owner wants none"),
        }
        writeln!(f, ", in {} photos with {} faces.", self.photos, self.faces)?;
        if !self.clusters.is_empty() {
            let relation = if self.lead >= self.wanted_lead { "enough" } else { "too little" };
            let (lead, wanted) = (self.lead, self.wanted_lead);
            write!(f, "The lead is {lead:.2}, {wanted:.2} is asked for: {relation}.")?;
            if self.confidence > 0.0 {
                write!(f, " Confidence {:.1} %.", 100.0 * self.confidence)?;
            }
            writeln!(f)?;
        }
        if self.left_out + self.dropped > 0 {
            let (faces, clusters) = (self.left_out, self.dropped);
            writeln!(
                f,
                "Left out: {faces} detections that are no faces or unwanted, {clusters} clusters too like a larger one."
            )?;
        }
        for (at, cluster) in self.clusters.iter().enumerate() {
            let mark = if self.owners.contains(&at) { "owner" } else { "" };
            let photos = cluster.photos;
            write!(f, "{:>3}. weight {:>5.2}  {photos:>4} photos  {mark:<5}", at + 1, cluster.weight)?;
            for (name, value) in Features::NAMES.iter().zip(cluster.features.to_array()) {
                write!(f, "  {name} {value:.2}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
