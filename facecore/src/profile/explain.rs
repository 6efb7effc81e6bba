//! A build in words.

use std::fmt;

use super::builder::{Build, Outcome};
use super::features::Features;
use super::value::Role;

impl fmt::Display for Build {
    /// What was found and why it was decided so: a sentence, then a line for each cluster, the heaviest first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |role| self.members.iter().filter(|(_, own)| *own == role).count();
        let able = self.clusters.iter().filter(|cluster| !cluster.is_rejected()).count();
        let built = matches!(self.outcome, Outcome::Built(_));
        let leader = self.owners.first().and_then(|&at| self.clusters.get(at));
        match &self.outcome {
            Outcome::Built(_) if self.owners.len() == 2 => {
                write!(f, "Joint profile of two people, from {} and {} faces", of(Role::Owner), of(Role::Partner))?;
            }
            Outcome::Built(_) if self.owners.is_empty() => write!(f, "Profile of {} confirmed faces", of(Role::Owner))?,
            Outcome::Built(_) => write!(f, "Profile of {} faces", of(Role::Owner))?,
            Outcome::NoLeader if able == 0 => {
                f.write_str("No profile: the owner is none of these people, as was said")?
            }
            // By opinions that were applied to the finished build.
            Outcome::NoLeader if self.lead >= self.wanted_lead => {
                f.write_str("No profile: no face of the owner's is left")?
            }
            Outcome::NoLeader if able == 1 => f.write_str("No profile: the only person does not weigh enough")?,
            Outcome::NoLeader => f.write_str("No profile: no person is clearly ahead of the next")?,
            Outcome::NoFaces => f.write_str("No profile: no two good faces of one person")?,
            Outcome::OptedOut => return writeln!(f, "No profile: the owner wants none"),
        }
        writeln!(f, ", in {} photos with {} faces.", self.photos, self.faces)?;
        if built && leader.is_none_or(|leader| leader.is_confirmed()) {
            f.write_str("No lead is asked for: faces were confirmed.")?;
        } else if able > 0 {
            let relation = if self.lead >= self.wanted_lead { "enough" } else { "too little" };
            let (lead, wanted) = (self.lead, self.wanted_lead);
            write!(f, "The lead is {lead:.2}, {wanted:.2} is asked for: {relation}.")?;
        }
        if self.confidence > 0.0 {
            write!(f, " Confidence {:.1} %.", 100.0 * self.confidence)?;
        }
        if built || able > 0 {
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
            let mark = match self.owners.contains(&at) {
                true => "owner",
                false if cluster.is_rejected() => "rejected",
                false => "",
            };
            let photos = cluster.photos;
            write!(f, "{:>3}. weight {:>5.2}  {photos:>4} photos  {mark:<8}", at + 1, cluster.weight)?;
            for (name, value) in Features::NAMES.iter().zip(cluster.features.to_array()) {
                write!(f, "  {name} {value:.2}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
