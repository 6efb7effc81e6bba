// People in video for C++17, on top of facecore.hpp: frames to tracks of faces, and who is in the clip.

#ifndef FACECORE_VIDEO_HPP
#define FACECORE_VIDEO_HPP

#include <chrono>

#include "facecore.hpp"

namespace facecore {

// How a tracker works, with the defaults set. `detect` must live until the tracker is made.
struct TrackerOptions : facecore_tracker_options {
    TrackerOptions() { detail::check(facecore_tracker_options_init(this, sizeof(facecore_tracker_options))); }
};

// The people of a clip.
class ClipPeople {
public:
    explicit ClipPeople(facecore_clip_people *handle) : handle_(handle) {}

    // In the order of their first tracks.
    Span<facecore_clip_person> get() const {
        const facecore_clip_person *people = nullptr;
        std::size_t count = 0;
        detail::check(facecore_clip_people_get(handle_.get(), &people, &count));
        return {people, count};
    }

private:
    detail::Owner<facecore_clip_people, facecore_clip_people_free> handle_;
};

// The tracks of a clip, with the embeddings of their best views.
class Tracks {
public:
    explicit Tracks(facecore_tracks *handle) : handle_(handle) {}

    // In the order in which they began.
    Span<facecore_track> get() const {
        const facecore_track *tracks = nullptr;
        std::size_t count = 0;
        detail::check(facecore_tracks_get(handle_.get(), &tracks, &count));
        return {tracks, count};
    }

    // Joins the tracks of one person, those at least `same` alike (cosine), and decides who it is, once a person.
    ClipPeople people(float same, const Matcher &matcher, const Candidates &candidates) const {
        return ClipPeople(detail::make<facecore_clip_people>([&](facecore_clip_people **out) {
            return facecore_tracks_people(handle_.get(), same, matcher.get(), candidates.get(), out);
        }));
    }

private:
    detail::Owner<facecore_tracks, facecore_tracks_free> handle_;
};

// Follows the faces of one clip, frame by frame; for one thread at a time.
class Tracker {
public:
    explicit Tracker(const TrackerOptions &options = TrackerOptions())
        : handle_(detail::make<facecore_tracker>(
              [&](facecore_tracker **out) { return facecore_tracker_new(&options, out); })) {}

    // Where the faces are in the next frame; valid until the next call.
    Span<facecore_tracked_face> push(const Engine &engine, const Photo &frame, std::chrono::microseconds at) {
        const facecore_tracked_face *faces = nullptr;
        std::size_t count = 0;
        const auto time = static_cast<std::uint64_t>(at.count());
        detail::check(facecore_tracker_push(handle_.get(), engine.get(), frame.get(), time, &faces, &count));
        return {faces, count};
    }

    // The tracks so far.
    Tracks tracks() const {
        return Tracks(detail::make<facecore_tracks>(
            [&](facecore_tracks **out) { return facecore_tracker_tracks(handle_.get(), out); }));
    }

    // Takes the tracks that have ended out of the tracker: for a stream without an end.
    Tracks take_ended() {
        return Tracks(detail::make<facecore_tracks>(
            [&](facecore_tracks **out) { return facecore_tracker_take_ended(handle_.get(), out); }));
    }

    // Ends the clip; then the tracker is as new.
    Tracks finish() {
        return Tracks(detail::make<facecore_tracks>(
            [&](facecore_tracks **out) { return facecore_tracker_finish(handle_.get(), out); }));
    }

    facecore_tracker_stats stats() const {
        facecore_tracker_stats stats{};
        stats.struct_size = sizeof stats;
        detail::check(facecore_tracker_get_stats(handle_.get(), &stats));
        return stats;
    }

private:
    detail::Owner<facecore_tracker, facecore_tracker_free> handle_;
};

}  // namespace facecore

#endif
