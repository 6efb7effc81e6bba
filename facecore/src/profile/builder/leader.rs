//! Who of the album's people is its owner: their weights, and by how much the heaviest leads.

use std::collections::HashSet;

use super::{AlbumPhoto, Build, Builder, Cluster, Usable, sum};
use crate::profile::features::{self, Features, Owner, Pin};
use crate::profile::feedback::{Feedback, Opinion};

impl Builder {
    /// The clusters with their features, heaviest first.
    pub(super) fn weigh(
        &self,
        album: &[AlbumPhoto],
        faces: &[Usable<'_>],
        clusters: &[Vec<usize>],
        owner: &Owner,
        feedback: &Feedback,
    ) -> Vec<Cluster> {
        let photos_of = |cluster: &[usize]| cluster.iter().map(|&at| faces[at].id.photo).collect::<HashSet<_>>().len();
        let with_faces = album.iter().filter(|photo| !photo.faces.is_empty()).count() as f32;
        let describe = |cluster: &Vec<usize>| {
            let of = || cluster.iter().map(|&at| &faces[at]);
            let promise = of().map(|face| face.photo.meta.promise()).sum::<f32>();
            // A rejected face is left out: it says nothing of the rest.
            let rest = || of().filter(|face| feedback.of(face.id) != Some(Opinion::Reject));
            let own = |face: &&Usable<'_>| {
                face.face.pin == Some(Pin::Owner) || feedback.of(face.id) == Some(Opinion::Confirm)
            };
            let (own, other) =
                (rest().filter(own).count(), rest().filter(|face| face.face.pin == Some(Pin::Other)).count());
            let opinions = |wanted| of().filter(|face| feedback.of(face.id) == Some(wanted)).count();
            let sum = sum(faces, cluster);
            let photos = photos_of(cluster);
            let features = Features {
                size: (1.0 + photos as f32).ln() / (1.0 + with_faces).ln(),
                quality: (2.0 * promise / cluster.len() as f32).min(1.0),
                pins: features::pins(own, other, rest().count()),
                likeness: features::likeness(of().map(|face| face.face), owner),
                friends: features::closeness(&sum, &owner.friends),
            };
            let weight = self.settings.weights.weigh(&features);
            let (confirmed, rejected) = (opinions(Opinion::Confirm), opinions(Opinion::Reject));
            Cluster { faces: of().map(|face| face.id).collect(), photos, features, weight, confirmed, rejected, sum }
        };
        let mut described: Vec<_> = clusters.iter().map(describe).collect();
        described.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.faces.cmp(&b.faces)));
        described
    }

    /// Who leads: whom the owner confirmed in any case, whom the owner rejected never.
    pub(super) fn decide(&self, build: &mut Build, knows_friends: bool) {
        let clusters = &build.clusters;
        let able: Vec<usize> = (0..clusters.len()).filter(|&at| !clusters[at].is_rejected()).collect();
        let said = able.iter().copied().filter(|&at| clusters[at].is_confirmed());
        let said = said.max_by_key(|&at| (clusters[at].confirmed - clusters[at].rejected, std::cmp::Reverse(at)));
        let Some(leader) = said.or(able.first().copied()) else { return };
        let absent = self.settings.absent;
        let weight = |at: Option<&usize>| at.map_or(absent, |&at| clusters[at].weight.max(absent));
        build.lead = clusters[leader].weight - weight(able.iter().find(|&&at| at != leader));
        if knows_friends && said.is_none() && self.is_joint(clusters, &able) {
            build.owners = able[..2].to_vec();
            build.lead = weight(able.get(1)) - weight(able.get(2));
        } else if said.is_some() || build.lead >= self.settings.lead {
            build.owners = vec![leader];
        }
        let photos = build.owners.first().map_or(1, |&at| clusters[at].photos);
        let [base, by_lead, by_photos] = self.settings.confidence;
        let score = base + by_lead * build.lead + by_photos * (photos as f32).ln();
        build.confidence = if build.owners.is_empty() { 0.0 } else { 1.0 / (1.0 + (-score).exp()) };
    }

    /// Two heavy clusters of the `able` ones that nobody comes near, and that meet in two photos, so they are two people. While no friend's
    /// profile is known, the second may well be a friend: then there is no joint account.
    fn is_joint(&self, clusters: &[Cluster], able: &[usize]) -> bool {
        let &[first, second, ref rest @ ..] = able else { return false };
        let (first, second) = (&clusters[first], &clusters[second]);
        let absent = self.settings.absent;
        let next = rest.first().map_or(absent, |&at| clusters[at].weight.max(absent));
        let of: HashSet<_> = first.faces.iter().map(|face| face.photo).collect();
        let meet = second.faces.iter().filter(|face| of.contains(&face.photo)).count() >= 2;
        // Somebody who has a profile of their own is a friend, and no second owner.
        let is_friend = first.features.friends.max(second.features.friends) >= 0.5;
        !is_friend && second.weight >= self.settings.joint && second.weight - next >= self.settings.lead && meet
    }
}
