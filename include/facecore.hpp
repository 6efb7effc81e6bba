// facecore for C++17: the C ABI of facecore.h with owners, values and exceptions. Header only.
//
// Every class owns one handle, which its destructor frees; it is moved, never copied. A const object may be used by many threads.
// What is returned by reference or as a string_view lives as long as the object it came from. Failures are facecore::Error.

#ifndef FACECORE_HPP
#define FACECORE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facecore.h"

namespace facecore {

// A call that failed; what() says what was wrong with which input.
class Error : public std::runtime_error {
public:
    explicit Error(facecore_status status, const std::string &message = facecore_last_error_message())
        : std::runtime_error(message), status_(status) {}

    facecore_status status() const noexcept { return status_; }
    // A stable name, such as "space-mismatch".
    std::string_view name() const noexcept { return facecore_status_name(status_); }

private:
    facecore_status status_;
};

namespace detail {

inline void check(facecore_status status) {
    if (status != FACECORE_STATUS_OK) {
        throw Error(status);
    }
}

template <typename T, void (*Free)(T *)>
struct Deleter {
    void operator()(T *handle) const noexcept { Free(handle); }
};

template <typename T, void (*Free)(T *)>
using Owner = std::unique_ptr<T, Deleter<T, Free>>;

// A handle from a function that puts it in its last argument.
template <typename T, typename Make>
T *make(Make &&call) {
    T *handle = nullptr;
    check(call(&handle));
    return handle;
}

// The bytes that a function writes into a buffer whose size it is asked for first.
template <typename Encode>
std::vector<std::uint8_t> encoded(Encode &&call) {
    std::size_t length = 0;
    const facecore_status asked = call(nullptr, std::size_t{0}, &length);
    if (asked != FACECORE_STATUS_BUFFER_SIZE) {
        check(asked);
    }
    std::vector<std::uint8_t> bytes(length);
    check(call(bytes.data(), bytes.size(), &length));
    return bytes;
}

}  // namespace detail

// An array that belongs to another object.
template <typename T>
class Span {
public:
    Span(const T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    const T *begin() const noexcept { return data_; }
    const T *end() const noexcept { return data_ + size_; }
    const T *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const T &operator[](std::size_t index) const noexcept { return data_[index]; }

private:
    const T *data_;
    std::size_t size_;
};

// What a photo may cost, with the defaults set.
struct Limits : facecore_limits {
    Limits() { detail::check(facecore_limits_init(this, sizeof(facecore_limits))); }

    // For photos that strangers upload to a service.
    static Limits for_uploads() {
        Limits limits;
        detail::check(facecore_limits_init_for_uploads(&limits, sizeof(facecore_limits)));
        return limits;
    }
};

// What counts as a face and how much is looked at, with the defaults set.
struct DetectOptions : facecore_detect_options {
    DetectOptions() { detail::check(facecore_detect_options_init(this, sizeof(facecore_detect_options))); }

    // For photos that strangers upload to a service.
    static DetectOptions for_uploads() {
        DetectOptions options;
        detail::check(facecore_detect_options_init_for_uploads(&options, sizeof(facecore_detect_options)));
        return options;
    }
};

// How to open an engine, with the defaults set.
struct EngineOptions : facecore_engine_options {
    EngineOptions() { detail::check(facecore_engine_options_init(this, sizeof(facecore_engine_options))); }
};

// An upright photo.
class Photo {
public:
    static Photo decode(const void *bytes, std::size_t length, const Limits &limits = Limits()) {
        return Photo(detail::make<facecore_photo>([&](facecore_photo **out) {
            return facecore_photo_decode(static_cast<const std::uint8_t *>(bytes), length, &limits, out);
        }));
    }

    // The formats that this build decodes, by file extension: "jpg png webp bmp gif tiff", at most followed by "heic avif".
    static std::string formats() { return facecore_photo_formats(); }

    // Copies raw pixels. Of `image`, struct_size and reserved are set here.
    static Photo from_pixels(facecore_image image, const Limits &limits = Limits()) {
        image.struct_size = sizeof image;
        for (std::uint8_t &byte : image.reserved) {
            byte = 0;
        }
        return Photo(detail::make<facecore_photo>(
            [&](facecore_photo **out) { return facecore_photo_from_pixels(&image, &limits, out); }));
    }

    facecore_photo_info info() const {
        facecore_photo_info info{};
        info.struct_size = sizeof info;
        detail::check(facecore_photo_get_info(get(), &info));
        return info;
    }

    // The upright pixels, RGB without gaps.
    std::vector<std::uint8_t> rgb() const {
        const facecore_photo_info size = info();
        std::vector<std::uint8_t> rgb(std::size_t{3} * size.width * size.height);
        detail::check(facecore_photo_copy_rgb(get(), rgb.data(), rgb.size()));
        return rgb;
    }

    const facecore_photo *get() const noexcept { return handle_.get(); }

private:
    explicit Photo(facecore_photo *handle) : handle_(handle) {}
    detail::Owner<facecore_photo, facecore_photo_free> handle_;
};

// The faces of a photo, the best score first.
class Detection {
public:
    explicit Detection(facecore_detection *handle) : handle_(handle) {}

    Span<facecore_face> faces() const {
        const facecore_face *faces = nullptr;
        std::size_t count = 0;
        detail::check(facecore_detection_get_faces(handle_.get(), &faces, &count));
        return {faces, count};
    }

    // Whether the budget left nothing out, and what the stages did.
    facecore_detection_info info() const {
        facecore_detection_info info{};
        info.struct_size = sizeof info;
        detail::check(facecore_detection_get_info(handle_.get(), &info));
        return info;
    }

private:
    detail::Owner<facecore_detection, facecore_detection_free> handle_;
};

// One face as a vector of length 1.
class Embedding {
public:
    explicit Embedding(facecore_embedding *handle) : handle_(handle) {}

    Embedding(std::uint64_t space, const float *values, std::size_t count)
        : handle_(detail::make<facecore_embedding>(
              [&](facecore_embedding **out) { return facecore_embedding_new(space, values, count, out); })) {}

    // Reads what encode() wrote, from any source.
    static Embedding decode(const void *bytes, std::size_t length) {
        return Embedding(detail::make<facecore_embedding>([&](facecore_embedding **out) {
            return facecore_embedding_decode(static_cast<const std::uint8_t *>(bytes), length, out);
        }));
    }

    std::vector<std::uint8_t> encode(facecore_encoding encoding) const {
        return detail::encoded([&](std::uint8_t *bytes, std::size_t capacity, std::size_t *written) {
            return facecore_embedding_encode(get(), encoding, bytes, capacity, written);
        });
    }

    // The mean of faces of one person, scaled to length 1.
    static Embedding mean(const std::vector<const Embedding *> &faces);

    float cosine(const Embedding &other) const {
        float cosine = 0;
        detail::check(facecore_embedding_cosine(get(), other.get(), &cosine));
        return cosine;
    }

    // Above 0: no face but a carpet, say. Throws for a space without a filter.
    float non_face_excess() const {
        float excess = 0;
        detail::check(facecore_embedding_get_non_face_excess(get(), &excess));
        return excess;
    }

    Span<float> values() const {
        const float *values = nullptr;
        std::size_t count = 0;
        detail::check(facecore_embedding_get_values(get(), &values, &count, nullptr));
        return {values, count};
    }

    std::uint64_t space() const {
        std::uint64_t space = 0;
        detail::check(facecore_embedding_get_values(get(), nullptr, nullptr, &space));
        return space;
    }

    const facecore_embedding *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_embedding, facecore_embedding_free> handle_;
};

namespace detail {

inline std::vector<const facecore_embedding *> handles(const std::vector<const Embedding *> &faces) {
    std::vector<const facecore_embedding *> handles;
    handles.reserve(faces.size());
    for (const Embedding *face : faces) {
        handles.push_back(face->get());
    }
    return handles;
}

}  // namespace detail

inline Embedding Embedding::mean(const std::vector<const Embedding *> &faces) {
    const auto handles = detail::handles(faces);
    return Embedding(detail::make<facecore_embedding>(
        [&](facecore_embedding **out) { return facecore_embedding_mean(handles.data(), handles.size(), out); }));
}

// A map of embeddings into a space in which one's own people lie farther apart; Rust's adapt::fit learns it.
class Adaptation {
public:
    // Reads what encode() or Rust's Adaptation::to_bytes wrote, from any source.
    static Adaptation decode(const void *bytes, std::size_t length) {
        return Adaptation(detail::make<facecore_adaptation>([&](facecore_adaptation **out) {
            return facecore_adaptation_decode(static_cast<const std::uint8_t *>(bytes), length, out);
        }));
    }

    std::vector<std::uint8_t> encode() const {
        return detail::encoded([&](std::uint8_t *bytes, std::size_t capacity, std::size_t *written) {
            return facecore_adaptation_encode(get(), bytes, capacity, written);
        });
    }

    // Throws for an embedding of another space than from(), such as one that was carried already.
    Embedding apply(const Embedding &face) const {
        return Embedding(detail::make<facecore_embedding>(
            [&](facecore_embedding **out) { return facecore_adaptation_apply(get(), face.get(), out); }));
    }

    // The space of the embeddings that it takes.
    std::uint64_t from() const { return spaces().first; }

    // The space of the embeddings that it gives.
    std::uint64_t space() const { return spaces().second; }

    const facecore_adaptation *get() const noexcept { return handle_.get(); }

private:
    explicit Adaptation(facecore_adaptation *handle) : handle_(handle) {}

    std::pair<std::uint64_t, std::uint64_t> spaces() const {
        std::pair<std::uint64_t, std::uint64_t> spaces;
        detail::check(facecore_adaptation_get_spaces(get(), &spaces.first, &spaces.second));
        return spaces;
    }

    detail::Owner<facecore_adaptation, facecore_adaptation_free> handle_;
};

// Who somebody is, as a face: built from an album (facecore_album.hpp), then photos come and go.
class Profile {
public:
    explicit Profile(facecore_profile *handle) : handle_(handle) {}

    // Without faces, for embeddings of `length` numbers in a space.
    Profile(std::uint64_t space, std::size_t length)
        : handle_(detail::make<facecore_profile>(
              [&](facecore_profile **out) { return facecore_profile_new(space, length, out); })) {}

    static Profile decode(const void *bytes, std::size_t length) {
        return Profile(detail::make<facecore_profile>(
            [&](facecore_profile **out) { return facecore_profile_decode(static_cast<const std::uint8_t *>(bytes), length, out); }));
    }

    std::vector<std::uint8_t> encode() const {
        return detail::encoded([&](std::uint8_t *bytes, std::size_t capacity, std::size_t *written) {
            return facecore_profile_encode(get(), bytes, capacity, written);
        });
    }

    void add(facecore_role role, const Embedding &face) {
        const facecore_embedding *one = face.get();
        detail::check(facecore_profile_add(handle_.get(), role, &one, 1));
    }

    void remove(facecore_role role, const Embedding &face) {
        const facecore_embedding *one = face.get();
        detail::check(facecore_profile_remove(handle_.get(), role, &one, 1));
    }

    // Adds the faces of another profile of the same people.
    void merge(const Profile &other) { detail::check(facecore_profile_merge(handle_.get(), other.get())); }

    // Whether both show one owner: their centroids are more alike than those of two people can be.
    bool shows_owner_of(const Profile &other) const {
        std::uint32_t shows = 0;
        detail::check(facecore_profile_shows_owner_of(get(), other.get(), &shows));
        return shows != 0;
    }

    facecore_profile_info info() const {
        facecore_profile_info info{};
        info.struct_size = sizeof info;
        detail::check(facecore_profile_get_info(get(), &info));
        return info;
    }

    // What the profile has of a role; without faces if it shows nobody in this role.
    facecore_profile_slot slot(facecore_role role) const {
        facecore_profile_slot slot{};
        slot.struct_size = sizeof slot;
        detail::check(facecore_profile_get_slot(get(), role, &slot));
        return slot;
    }

    // The mean face of a person; none if it shows nobody in this role.
    std::optional<Embedding> embedding(facecore_role role) const {
        facecore_embedding *mean = nullptr;
        detail::check(facecore_profile_get_embedding(get(), role, &mean));
        return mean == nullptr ? std::nullopt : std::optional<Embedding>(mean);
    }

    const facecore_profile *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_profile, facecore_profile_free> handle_;
};

// The embedding of one face of many, or why there is none.
struct FaceEmbedding {
    std::optional<Embedding> embedding;
    facecore_status status;
};

// The networks, loaded once; share one between all threads.
class Engine {
public:
    static Engine open(const std::string &folder, const EngineOptions &options = EngineOptions()) {
        return Engine(detail::make<facecore_engine>(
            [&](facecore_engine **out) { return facecore_engine_open(folder.c_str(), &options, out); }));
    }

    // Finds faces with one of the detectors inside the library: needs no file, makes no embeddings.
    static Engine open_detector(const EngineOptions &options = EngineOptions()) {
        return Engine(detail::make<facecore_engine>(
            [&](facecore_engine **out) { return facecore_engine_open_detector(&options, out); }));
    }

    Detection detect(const Photo &photo, const DetectOptions &options = DetectOptions()) const {
        return Detection(detail::make<facecore_detection>(
            [&](facecore_detection **out) { return facecore_detect(get(), photo.get(), &options, out); }));
    }

    std::vector<FaceEmbedding> embed(const Photo &photo, Span<facecore_face> faces) const {
        std::vector<facecore_embedding *> handles(faces.size());
        std::vector<facecore_status> statuses(faces.size());
        std::vector<FaceEmbedding> embeddings;
        embeddings.reserve(faces.size());
        detail::check(facecore_embed(get(), photo.get(), faces.data(), faces.size(), handles.data(), statuses.data()));
        for (std::size_t i = 0; i < handles.size(); ++i) {
            std::optional<Embedding> embedding;
            if (handles[i] != nullptr) {
                embedding.emplace(handles[i]);
            }
            embeddings.push_back({std::move(embedding), statuses[i]});
        }
        return embeddings;
    }

    // Embeds what a box encloses. Throws for a model that crops by landmarks.
    Embedding embed(const Photo &photo, const facecore_box &box) const {
        return Embedding(detail::make<facecore_embedding>(
            [&](facecore_embedding **out) { return facecore_embed_box(get(), photo.get(), &box, out); }));
    }

    facecore_engine_info info() const {
        facecore_engine_info info{};
        info.struct_size = sizeof info;
        detail::check(facecore_engine_get_info(get(), &info));
        return info;
    }

    const facecore_engine *get() const noexcept { return handle_.get(); }

private:
    explicit Engine(facecore_engine *handle) : handle_(handle) {}
    detail::Owner<facecore_engine, facecore_engine_free> handle_;
};

// The people whom a face may be. add() is for one thread at a time.
class Candidates {
public:
    Candidates() : handle_(detail::make<facecore_candidates>(facecore_candidates_new)) {}
    explicit Candidates(facecore_candidates *handle) : handle_(handle) {}

    void add(const std::string &person, const Embedding &embedding) {
        detail::check(facecore_candidates_add(handle_.get(), person.c_str(), embedding.get()));
    }

    const facecore_candidates *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_candidates, facecore_candidates_free> handle_;
};

// The decisions about the faces of a photo, in their order.
class Verdicts {
public:
    explicit Verdicts(facecore_verdicts *handle) : handle_(handle) {}

    Span<facecore_verdict> all() const {
        const facecore_verdict *array = nullptr;
        std::size_t count = 0;
        detail::check(facecore_verdicts_get(handle_.get(), &array, &count));
        return {array, count};
    }

private:
    detail::Owner<facecore_verdicts, facecore_verdicts_free> handle_;
};

class Calibration;

// The rule by which faces get names. A false-positive rate is the share of strangers' faces that may get a name, 0.0001 to 0.1, whatever the
// number of candidates.
class Matcher {
public:
    // The matcher for a space whose numbers come with the library; throws for others (see facecore_matcher_for_space).
    static Matcher for_space(std::uint64_t space, double false_positive_rate = 0.01) {
        return Matcher(detail::make<facecore_matcher>(
            [&](facecore_matcher **out) { return facecore_matcher_for_space(space, false_positive_rate, out); }));
    }

    // The matcher for a network of one's own: the text of a file that `facecore matching fit` wrote.
    static Matcher read(std::string_view numbers, double false_positive_rate = 0.01) {
        return Matcher(detail::make<facecore_matcher>([&](facecore_matcher **out) {
            return facecore_matcher_read(numbers.data(), numbers.size(), false_positive_rate, out);
        }));
    }

    // The matcher of a calibration, for a rate that was fitted and lists of up to `candidates` people.
    static Matcher calibrated(const Calibration &calibration, double false_positive_rate, std::size_t candidates);

    // A plain matcher: the same cosine everywhere. How many strangers get a name then depends on the number of candidates.
    static Matcher cosine(float threshold, float margin) {
        return Matcher(detail::make<facecore_matcher>(
            [&](facecore_matcher **out) { return facecore_matcher_cosine(threshold, margin, out); }));
    }

    // Decides who the faces of one photo are. For many photos make a Gallery once.
    Verdicts decide(const std::vector<const Embedding *> &faces, const Candidates &candidates) const {
        const auto handles = detail::handles(faces);
        return Verdicts(detail::make<facecore_verdicts>([&](facecore_verdicts **out) {
            return facecore_matcher_decide(get(), handles.data(), handles.size(), candidates.get(), out);
        }));
    }

    // None where the threshold is fixed.
    std::optional<double> false_positive_rate() const {
        double rate = 0;
        detail::check(facecore_matcher_get_rule(get(), &rate, nullptr));
        return rate == rate ? std::optional<double>(rate) : std::nullopt;  // NaN is none
    }

    // How far a match must be ahead of the next person.
    float margin() const {
        float margin = 0;
        detail::check(facecore_matcher_get_rule(get(), nullptr, &margin));
        return margin;
    }

    const facecore_matcher *get() const noexcept { return handle_.get(); }

private:
    explicit Matcher(facecore_matcher *handle) : handle_(handle) {}
    detail::Owner<facecore_matcher, facecore_matcher_free> handle_;
};

// Thresholds fitted by `facecore calibrate`, for a space and a kind of photos.
class Calibration {
public:
    explicit Calibration(std::string_view text)
        : handle_(detail::make<facecore_calibration>(
              [&](facecore_calibration **out) { return facecore_calibration_read(text.data(), text.size(), out); })) {}

    facecore_calibration_info info() const {
        facecore_calibration_info info{};
        info.struct_size = sizeof info;
        detail::check(facecore_calibration_get_info(get(), &info));
        return info;
    }

    Span<facecore_operating_point> points() const {
        const facecore_operating_point *points = nullptr;
        std::size_t count = 0;
        detail::check(facecore_calibration_get_points(get(), &points, &count));
        return {points, count};
    }

    // The probability that a face is a candidate, by its score: the cosine less the cohort's crowding.
    double probability(double score) const {
        double probability = 0;
        detail::check(facecore_calibration_get_probability(get(), score, &probability));
        return probability;
    }

    const facecore_calibration *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_calibration, facecore_calibration_free> handle_;
};

inline Matcher Matcher::calibrated(const Calibration &calibration, double false_positive_rate, std::size_t candidates) {
    return Matcher(detail::make<facecore_matcher>([&](facecore_matcher **out) {
        return facecore_matcher_for_calibration(calibration.get(), false_positive_rate, candidates, out);
    }));
}

// Strangers to compare with: how near they are tells how crowded it is around a face.
class Cohort {
public:
    explicit Cohort(const std::vector<const Embedding *> &members)
        : handle_(detail::make<facecore_cohort>([&](facecore_cohort **out) {
              const auto handles = detail::handles(members);
              return facecore_cohort_new(handles.data(), handles.size(), out);
          })) {}

    float crowding(const Embedding &face) const {
        float crowding = 0;
        detail::check(facecore_cohort_get_crowding(handle_.get(), face.get(), &crowding));
        return crowding;
    }

private:
    detail::Owner<facecore_cohort, facecore_cohort_free> handle_;
};

// Candidates made ready for many photos; neither the matcher nor the candidates are needed any more.
class Gallery {
public:
    Gallery(const Matcher &matcher, const Candidates &candidates)
        : handle_(detail::make<facecore_gallery>(
              [&](facecore_gallery **out) { return facecore_gallery_new(matcher.get(), candidates.get(), out); })) {}

    // Decides who the faces of one photo are.
    Verdicts decide(const std::vector<const Embedding *> &faces) const {
        const auto handles = detail::handles(faces);
        return Verdicts(detail::make<facecore_verdicts>([&](facecore_verdicts **out) {
            return facecore_gallery_decide(handle_.get(), handles.data(), handles.size(), out);
        }));
    }

    // The number of people who have a face in it.
    std::size_t people() const {
        std::size_t people = 0;
        detail::check(facecore_gallery_people(get(), &people));
        return people;
    }

    const facecore_gallery *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_gallery, facecore_gallery_free> handle_;
};

// What models a folder has.
class Manifest {
public:
    explicit Manifest(const std::string &folder)
        : handle_(detail::make<facecore_manifest>(
              [&](facecore_manifest **out) { return facecore_manifest_open(folder.c_str(), out); })) {}

    Span<facecore_model> models() const {
        const facecore_model *models = nullptr;
        std::size_t count = 0;
        detail::check(facecore_manifest_get_models(handle_.get(), &models, &count));
        return {models, count};
    }

    // The id of the embedder that Engine::open takes where nobody names one.
    std::string_view default_model() const {
        const char *id = nullptr;
        detail::check(facecore_manifest_get_default(handle_.get(), &id));
        return id;
    }

    // Throws if a file of the model is missing or is another one.
    void verify(const std::string &id) const { detail::check(facecore_manifest_verify(handle_.get(), id.c_str())); }

private:
    detail::Owner<facecore_manifest, facecore_manifest_free> handle_;
};

}  // namespace facecore

#endif
