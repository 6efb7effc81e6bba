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
            let count = |wanted: Pin, opinion: Opinion| {
                of().filter(|face| face.face.pin == Some(wanted) || feedback.of(face.id) == Some(opinion)).count()
            };
            let (own, other) = (count(Pin::Owner, Opinion::Confirm), count(Pin::Other, Opinion::Reject));
            let opinions = |wanted| of().filter(|face| feedback.of(face.id) == Some(wanted)).count() as i64;
            let sum = sum(faces, cluster);
            let photos = photos_of(cluster);
            let features = Features {
                size: (1.0 + photos as f32).ln() / (1.0 + with_faces).ln(),
                quality: (2.0 * promise / cluster.len() as f32).min(1.0),
                pins: features::pins(own, other, cluster.len()),
                likeness: features::likeness(of().map(|face| face.face), owner),
                friends: features::closeness(&sum, &owner.friends),
            };
            let weight = self.settings.weights.weigh(&features);
            let confirmed = opinions(Opinion::Confirm) - opinions(Opinion::Reject);
            Cluster { faces: of().map(|face| face.id).collect(), photos, features, weight, confirmed, sum }
        };
        let mut described: Vec<_> = clusters.iter().map(describe).collect();
        described.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.faces.cmp(&b.faces)));
        described
    }

    /// Who leads. What the owner confirmed leads in any case.
    pub(super) fn decide(&self, build: &mut Build, knows_friends: bool) {
        let clusters = &build.clusters;
        let said = (0..clusters.len()).max_by_key(|&at| (clusters[at].confirmed, std::cmp::Reverse(at)));
        let leader = match said.filter(|&at| clusters[at].confirmed > 0) {
            Some(at) => at,
            None if clusters.is_empty() => return,
            None => 0,
        };
        let absent = self.settings.absent;
        let weight = |at: usize| clusters.get(at).map_or(absent, |cluster| cluster.weight.max(absent));
        let next = if leader == 0 { 1 } else { 0 };
        build.lead = clusters[leader].weight - weight(next);
        if knows_friends && clusters[leader].confirmed <= 0 && self.is_joint(clusters) {
            build.owners = vec![0, 1];
            build.lead = weight(1) - weight(2);
        } else if clusters[leader].confirmed > 0
            || (build.lead >= self.settings.lead && clusters[leader].confirmed == 0)
        {
            // A cluster of which the owner rejected more faces than were confirmed is not the owner.
            build.owners = vec![leader];
        }
        let photos = build.owners.first().map_or(1, |&at| clusters[at].photos);
        let [base, by_lead, by_photos] = self.settings.confidence;
        let score = base + by_lead * build.lead + by_photos * (photos as f32).ln();
        build.confidence = if build.owners.is_empty() { 0.0 } else { 1.0 / (1.0 + (-score).exp()) };
    }

    /// Two heavy clusters that nobody comes near, and that meet in two photos, so they are two people. While no friend's
    /// profile is known, the second may well be a friend: then there is no joint account.
    fn is_joint(&self, clusters: &[Cluster]) -> bool {
        let [first, second, rest @ ..] = clusters else {
            return false;
        };
        let absent = self.settings.absent;
        let next = rest.first().map_or(absent, |cluster| cluster.weight.max(absent));
        let of: HashSet<_> = first.faces.iter().map(|face| face.photo).collect();
        let meet = second.faces.iter().filter(|face| of.contains(&face.photo)).count() >= 2;
        // Whoever has a profile of their own is a friend.
        let is_friend = first.features.friends.max(second.features.friends) >= 0.5;
        !is_friend && second.weight >= self.settings.joint && second.weight - next >= self.settings.lead && meet
    }
}
