// Albums for C++17, on top of facecore.hpp: from photos to the profile of their owner, and what can be measured of a face beside that.

#ifndef FACECORE_ALBUM_HPP
#define FACECORE_ALBUM_HPP

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facecore.hpp"

namespace facecore {

// What is known of a photo of an album: nothing but its id, until fields are set.
struct AlbumPhoto : facecore_album_photo {
    explicit AlbumPhoto(std::uint64_t photo) {
        detail::check(facecore_album_photo_init(this, sizeof(facecore_album_photo)));
        id = photo;
    }
};

// A face of an album. It points to its embedding, which must live until the face was given away.
struct AlbumFace : facecore_album_face {
    AlbumFace(const Embedding &face, float box_width, float detector_score) {
        detail::check(facecore_album_face_init(this, sizeof(facecore_album_face)));
        embedding = face.get();
        width = box_width;
        score = detector_score;
    }
};

// How the photos of albums are read, with the defaults set.
struct AlbumOptions : facecore_album_options {
    AlbumOptions() { detail::check(facecore_album_options_init(this, sizeof(facecore_album_options))); }
};

// The networks for age and sex; share one between all threads.
class Attributes {
public:
    explicit Attributes(const std::string &folder)
        : handle_(detail::make<facecore_attributes>(
              [&](facecore_attributes **out) { return facecore_attributes_open(folder.c_str(), out); })) {}

    struct Said {
        float age;     // years
        float female;  // probability of a woman, 0 to 1
    };

    Said read(const Photo &photo, const facecore_face &face) const {
        Said said{};
        detail::check(facecore_attributes_read(get(), photo.get(), &face, &said.age, &said.female));
        return said;
    }

    const facecore_attributes *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_attributes, facecore_attributes_free> handle_;
};

// How good an embedding a face gives, and what in the photo decides that; `value` is the chance that the face is recognised.
inline facecore_face_quality measure_quality(const Photo &photo, const facecore_face &face) {
    facecore_face_quality quality{};
    quality.struct_size = sizeof quality;
    detail::check(facecore_face_quality_measure(photo.get(), &face, &quality));
    return quality;
}

// Tells non-faces (carpets, foliage) by their embeddings.
class NonFaceFilter {
public:
    // The filter that comes with a space; throws for a space without one.
    static NonFaceFilter for_space(std::uint64_t space) {
        return NonFaceFilter(detail::make<facecore_non_face_filter>(
            [&](facecore_non_face_filter **out) { return facecore_non_face_filter_for_space(space, out); }));
    }

    // Of centroids, each with the cosine above which an embedding is no face.
    NonFaceFilter(const std::vector<const Embedding *> &centroids, const std::vector<float> &thresholds)
        : handle_(detail::make<facecore_non_face_filter>([&](facecore_non_face_filter **out) {
              if (centroids.size() != thresholds.size()) {
                  throw Error(FACECORE_STATUS_NON_FACE, "a filter needs as many thresholds as centroids");
              }
              const auto handles = detail::handles(centroids);
              return facecore_non_face_filter_new(handles.data(), thresholds.data(), handles.size(), out);
          })) {}

    // Reads what encode() or `facecore nonface build` wrote, from any source.
    static NonFaceFilter decode(const void *bytes, std::size_t length) {
        return NonFaceFilter(detail::make<facecore_non_face_filter>([&](facecore_non_face_filter **out) {
            return facecore_non_face_filter_decode(static_cast<const std::uint8_t *>(bytes), length, out);
        }));
    }

    std::vector<std::uint8_t> encode() const {
        return detail::encoded([&](std::uint8_t *bytes, std::size_t capacity, std::size_t *written) {
            return facecore_non_face_filter_encode(get(), bytes, capacity, written);
        });
    }

    // Above 0: no face; the larger, the surer.
    float excess(const Embedding &face) const {
        float excess = 0;
        detail::check(facecore_non_face_filter_judge(get(), face.get(), &excess, nullptr));
        return excess;
    }

    std::uint64_t space() const {
        std::uint64_t space = 0;
        detail::check(facecore_non_face_filter_get_space(get(), &space));
        return space;
    }

    const facecore_non_face_filter *get() const noexcept { return handle_.get(); }

private:
    explicit NonFaceFilter(facecore_non_face_filter *handle) : handle_(handle) {}
    detail::Owner<facecore_non_face_filter, facecore_non_face_filter_free> handle_;
};

// The faces of a photo, as an album knows them.
class AlbumFaces {
public:
    static AlbumFaces read(const Engine &engine, const Photo &photo, const AlbumOptions &options = AlbumOptions()) {
        return AlbumFaces(detail::make<facecore_album_faces>(
            [&](facecore_album_faces **out) { return facecore_album_read(engine.get(), photo.get(), &options, out); }));
    }

    // Where they are, in the detector's order.
    Span<facecore_face> faces() const {
        const facecore_face *found = nullptr;
        std::size_t count = 0;
        detail::check(facecore_album_faces_get(handle_.get(), &found, nullptr, &count));
        return {found, count};
    }

    // What the album knows of each; NULL where no embedding can be made.
    Span<const facecore_album_face *> known() const {
        const facecore_album_face *const *known = nullptr;
        std::size_t count = 0;
        detail::check(facecore_album_faces_get(handle_.get(), nullptr, &known, &count));
        return {known, count};
    }

private:
    explicit AlbumFaces(facecore_album_faces *handle) : handle_(handle) {}
    detail::Owner<facecore_album_faces, facecore_album_faces_free> handle_;
};

// A face as it is kept beside the profile, so that a rebuild needs no photo.
class StoredFace {
public:
    // `quality` is measure_quality().value, NaN if it was not measured.
    StoredFace(const facecore_album_photo &photo, const facecore_album_face &face, const facecore_box &box, float quality)
        : handle_(detail::make<facecore_stored_face>(
              [&](facecore_stored_face **out) { return facecore_stored_face_new(&photo, &face, &box, quality, out); })) {}

    static StoredFace decode(const void *bytes, std::size_t length) {
        return StoredFace(detail::make<facecore_stored_face>([&](facecore_stored_face **out) {
            return facecore_stored_face_decode(static_cast<const std::uint8_t *>(bytes), length, out);
        }));
    }

    std::vector<std::uint8_t> encode() const {
        return detail::encoded([&](std::uint8_t *bytes, std::size_t capacity, std::size_t *written) {
            return facecore_stored_face_encode(get(), bytes, capacity, written);
        });
    }

    facecore_album_photo photo() const {
        facecore_album_photo photo{};
        photo.struct_size = sizeof photo;
        detail::check(facecore_stored_face_get_photo(get(), &photo));
        return photo;
    }

    // Its embedding lives as long as this object.
    facecore_album_face face() const {
        facecore_album_face face{};
        face.struct_size = sizeof face;
        detail::check(facecore_stored_face_get_face(get(), &face));
        return face;
    }

    facecore_box box() const {
        facecore_box box{};
        detail::check(facecore_stored_face_get_place(get(), &box, nullptr));
        return box;
    }

    // NaN if it was not measured.
    float quality() const {
        float quality = 0;
        detail::check(facecore_stored_face_get_place(get(), nullptr, &quality));
        return quality;
    }

    const facecore_stored_face *get() const noexcept { return handle_.get(); }

private:
    explicit StoredFace(facecore_stored_face *handle) : handle_(handle) {}
    detail::Owner<facecore_stored_face, facecore_stored_face_free> handle_;
};

// How a build ended, and what led to it.
class ProfileBuild {
public:
    explicit ProfileBuild(facecore_build *handle) : handle_(handle) {}

    facecore_build_info info() const {
        facecore_build_info info{};
        info.struct_size = sizeof info;
        detail::check(facecore_build_get_info(handle_.get(), &info));
        return info;
    }

    // There is one if the outcome is FACECORE_BUILD_OUTCOME_BUILT.
    std::optional<Profile> profile() const {
        facecore_profile *profile = nullptr;
        detail::check(facecore_build_get_profile(handle_.get(), &profile));
        return profile == nullptr ? std::nullopt : std::optional<Profile>(profile);
    }

    // The faces in the profile and whose they are.
    Span<facecore_build_member> members() const {
        const facecore_build_member *members = nullptr;
        std::size_t count = 0;
        detail::check(facecore_build_get_members(handle_.get(), &members, &count));
        return {members, count};
    }

    // What was found and why it was decided so, for people.
    std::string_view explanation() const {
        const char *text = nullptr;
        detail::check(facecore_build_get_explanation(handle_.get(), &text));
        return text;
    }

private:
    detail::Owner<facecore_build, facecore_build_free> handle_;
};

// The opinions on the faces of an album, and whether its owner has opted out.
class Feedback {
public:
    Feedback() : handle_(detail::make<facecore_feedback>(facecore_feedback_new)) {}
    explicit Feedback(facecore_feedback *handle) : handle_(handle) {}

    // Says whether it differs from what was said of the face before.
    bool apply(std::uint64_t photo, std::uint32_t face, facecore_opinion opinion) {
        std::uint32_t news = 0;
        detail::check(facecore_feedback_apply(handle_.get(), photo, face, opinion, &news));
        return news != 0;
    }

    void forget(std::uint64_t photo, std::uint32_t face) {
        detail::check(facecore_feedback_forget(handle_.get(), photo, face));
    }

    void set_opted_out(bool opted_out) { detail::check(facecore_feedback_set_opted_out(handle_.get(), opted_out)); }

    bool opted_out() const {
        std::uint32_t opted_out = 0;
        detail::check(facecore_feedback_get_opted_out(get(), &opted_out));
        return opted_out != 0;
    }

    std::optional<facecore_opinion> of(std::uint64_t photo, std::uint32_t face) const {
        std::uint32_t opinion = 0;
        detail::check(facecore_feedback_get_opinion(get(), photo, face, &opinion));
        return opinion == 0 ? std::nullopt : std::optional<facecore_opinion>(static_cast<facecore_opinion>(opinion));
    }

    // False for ever once the face was rejected or removed, and for an owner who has opted out.
    bool may_propose(std::uint64_t photo, std::uint32_t face) const {
        std::uint32_t may = 0;
        detail::check(facecore_feedback_may_propose(get(), photo, face, &may));
        return may != 0;
    }

    // By photo and place.
    std::vector<facecore_face_opinion> opinions() const {
        std::size_t count = 0;
        const facecore_status asked = facecore_feedback_copy_opinions(get(), nullptr, 0, &count);
        if (asked != FACECORE_STATUS_BUFFER_SIZE) {
            detail::check(asked);
        }
        std::vector<facecore_face_opinion> opinions(count);
        detail::check(facecore_feedback_copy_opinions(get(), opinions.data(), opinions.size(), &count));
        return opinions;
    }

    const facecore_feedback *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_feedback, facecore_feedback_free> handle_;
};

// The faces of a photo, to be stored.
class StoredFaces {
public:
    static StoredFaces read(const Engine &engine, const Photo &photo, const facecore_album_photo &known,
                            const AlbumOptions &options = AlbumOptions()) {
        return StoredFaces(detail::make<facecore_stored_faces>([&](facecore_stored_faces **out) {
            return facecore_album_read_stored(engine.get(), photo.get(), &known, &options, out);
        }));
    }

    // In the detector's order; NULL where no embedding can be made. They live as long as this object.
    Span<const facecore_stored_face *> faces() const {
        const facecore_stored_face *const *stored = nullptr;
        std::size_t count = 0;
        detail::check(facecore_stored_faces_get(handle_.get(), &stored, &count));
        return {stored, count};
    }

private:
    explicit StoredFaces(facecore_stored_faces *handle) : handle_(handle) {}
    detail::Owner<facecore_stored_faces, facecore_stored_faces_free> handle_;
};

// What somebody's full name says of their sex: the probability of a woman, NaN if it does not tell.
inline float sex_from_name(const std::string &name) {
    float female = 0;
    detail::check(facecore_sex_from_name(name.c_str(), &female));
    return female;
}

// An album on its way to a profile: either photos with their faces, or stored faces.
class ProfileBuilder {
public:
    // Throws for a space that no numbers ship for.
    explicit ProfileBuilder(std::uint64_t space)
        : handle_(detail::make<facecore_profile_builder>(
              [&](facecore_profile_builder **out) { return facecore_profile_builder_new(space, out); })) {}

    // The faces that are added next are this photo's.
    void add_photo(const facecore_album_photo &photo) {
        detail::check(facecore_profile_builder_add_photo(handle_.get(), &photo));
    }

    void add_face(const facecore_album_face &face) {
        detail::check(facecore_profile_builder_add_face(handle_.get(), &face));
    }

    void add_stored_face(std::uint64_t photo, std::uint32_t face, const StoredFace &stored) {
        detail::check(facecore_profile_builder_add_stored_face(handle_.get(), photo, face, stored.get()));
    }

    void add_stored_face(std::uint64_t photo, std::uint32_t face, const facecore_stored_face *stored) {
        detail::check(facecore_profile_builder_add_stored_face(handle_.get(), photo, face, stored));
    }

    // Years, and the probability of being a woman; NaN where unknown.
    void set_owner(float age, float female) {
        facecore_album_owner owner;
        detail::check(facecore_album_owner_init(&owner, sizeof owner));
        owner.age = age;
        owner.female = female;
        detail::check(facecore_profile_builder_set_owner(handle_.get(), &owner));
    }

    void add_friend(const Profile &profile) {
        detail::check(facecore_profile_builder_add_friend(handle_.get(), profile.get()));
    }

    // What users said of the faces, which a build obeys; it is copied.
    void set_feedback(const Feedback &feedback) {
        detail::check(facecore_profile_builder_set_feedback(handle_.get(), feedback.get()));
    }

    ProfileBuild build() const {
        return ProfileBuild(detail::make<facecore_build>(
            [&](facecore_build **out) { return facecore_profile_builder_build(get(), out); }));
    }

    const facecore_profile_builder *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_profile_builder, facecore_profile_builder_free> handle_;
};

// A build whose photos are looked at only when they are wanted. For one thread at a time.
class AlbumSession {
public:
    // Takes the album's photos, owner, friends and feedback, all copied.
    explicit AlbumSession(const ProfileBuilder &album)
        : handle_(detail::make<facecore_album_session>(
              [&](facecore_album_session **out) { return facecore_album_session_open(album.get(), out); })) {}

    // The ids of the photos that are wanted now, the most promising first; none when the build is done.
    std::vector<std::uint64_t> wants() const {
        const std::uint64_t *photos = nullptr;
        std::size_t count = 0;
        detail::check(facecore_album_session_wants(handle_.get(), &photos, &count));
        return {photos, photos + count};
    }

    void give(std::uint64_t photo, const AlbumFaces &faces) {
        const auto known = faces.known();
        detail::check(facecore_album_session_give(handle_.get(), photo, known.data(), known.size()));
    }

    // NULL for a face that cannot be used; no faces for a photo that cannot be read.
    void give(std::uint64_t photo, const std::vector<const facecore_album_face *> &faces) {
        detail::check(facecore_album_session_give(handle_.get(), photo, faces.data(), faces.size()));
    }

    void give(std::uint64_t photo, const StoredFaces &kept) {
        const auto faces = kept.faces();
        detail::check(facecore_album_session_give_stored(handle_.get(), photo, faces.data(), faces.size()));
    }

    // Throws while photos are wanted.
    ProfileBuild finish() const {
        return ProfileBuild(detail::make<facecore_build>(
            [&](facecore_build **out) { return facecore_album_session_finish(handle_.get(), out); }));
    }

private:
    detail::Owner<facecore_album_session, facecore_album_session_free> handle_;
};

}  // namespace facecore

#endif
