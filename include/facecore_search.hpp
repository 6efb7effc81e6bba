// Search among millions of faces for C++17, on top of facecore_store.hpp: an index in a file, named people, stars, who a stranger is, clones.

#ifndef FACECORE_SEARCH_HPP
#define FACECORE_SEARCH_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facecore_store.hpp"

namespace facecore {

// How an index is searched, with the defaults set. The ids that it points to must live until the search is over.
struct Search : facecore_search {
    Search() { detail::check(facecore_search_init(this, sizeof(facecore_search))); }

    // Only faces of these ids; without any id, no face.
    void set_only(const std::vector<std::uint64_t> &ids) {
        static const std::uint64_t nobody = 0;
        only = ids.empty() ? &nobody : ids.data();
        only_count = ids.size();
    }

    // No faces of these ids.
    void set_except(const std::vector<std::uint64_t> &ids) {
        except = ids.data();
        except_count = ids.size();
    }
};

// The answers of a search.
class Hits {
public:
    explicit Hits(facecore_hits *handle) : handle_(handle) {}

    // The nearest first.
    Span<facecore_hit> answer(std::size_t number = 0) const {
        const facecore_hit *array = nullptr;
        std::size_t count = 0;
        detail::check(facecore_hits_get(handle_.get(), number, &array, &count));
        return {array, count};
    }

private:
    detail::Owner<facecore_hits, facecore_hits_free> handle_;
};

// Two accounts that are alike, many of them.
class Pairs {
public:
    explicit Pairs(facecore_pairs *handle) : handle_(handle) {}

    Span<facecore_alike_pair> all() const {
        const facecore_alike_pair *array = nullptr;
        std::size_t count = 0;
        detail::check(facecore_pairs_get(handle_.get(), &array, &count));
        return {array, count};
    }

private:
    detail::Owner<facecore_pairs, facecore_pairs_free> handle_;
};

// Faces under ids in one file. Many threads may search; what changes it is for one thread, while no other uses it.
class Index {
public:
    // To search and to write; an empty one is made if there is none.
    static Index open(const std::string &file, std::uint64_t space, std::size_t embedding_length) {
        return Index(detail::make<facecore_index>(
            [&](facecore_index **out) { return facecore_index_open(file.c_str(), space, embedding_length, out); }));
    }

    static Index open_to_read(const std::string &file) {
        return Index(detail::make<facecore_index>(
            [&](facecore_index **out) { return facecore_index_open_to_read(file.c_str(), out); }));
    }

    facecore_index_info info() const {
        facecore_index_info info{};
        info.struct_size = sizeof info;
        detail::check(facecore_index_get_info(get(), &info));
        return info;
    }

    // In the order in which the faces were added.
    std::vector<std::uint64_t> ids() const {
        std::vector<std::uint64_t> ids(static_cast<std::size_t>(info().faces));
        std::size_t copied = 0;
        detail::check(facecore_index_copy_ids(get(), ids.data(), ids.size(), &copied));
        ids.resize(copied);
        return ids;
    }

    // `faces[i]` under `ids[i]`; there must be as many of each.
    void add(const std::vector<std::uint64_t> &ids, const std::vector<const Embedding *> &faces) {
        if (ids.size() != faces.size()) {
            throw Error(FACECORE_STATUS_OPTION, "ids and faces are not as many");
        }
        const auto handles = detail::handles(faces);
        detail::check(facecore_index_add(handle_.get(), ids.data(), handles.data(), handles.size()));
    }

    // How many faces there were.
    std::uint64_t remove(const std::vector<std::uint64_t> &ids) {
        std::uint64_t removed = 0;
        detail::check(facecore_index_remove(handle_.get(), ids.data(), ids.size(), &removed));
        return removed;
    }

    Hits search(const Embedding &face, const Search &search = Search()) const {
        return Hits(detail::make<facecore_hits>(
            [&](facecore_hits **out) { return facecore_index_search(get(), face.get(), &search, out); }));
    }

    // An answer for each; much faster than one by one.
    Hits search(const std::vector<const Embedding *> &faces, const Search &search = Search()) const {
        const auto handles = detail::handles(faces);
        return Hits(detail::make<facecore_hits>([&](facecore_hits **out) {
            return facecore_index_search_many(get(), handles.data(), handles.size(), &search, out);
        }));
    }

    // What was removed is gone from the disk.
    void compact() { detail::check(facecore_index_compact(handle_.get())); }

    // The ids of damaged faces, 100 at most; none for a sound index.
    std::vector<std::uint64_t> verify() const {
        std::vector<std::uint64_t> damaged(100);
        std::uint64_t faces = 0;
        std::size_t count = 0;
        detail::check(facecore_index_verify(get(), &faces, damaged.data(), damaged.size(), &count));
        damaged.resize(count);
        return damaged;
    }

    // Adds the faces of all profiles of a store, and returns how many users have one.
    std::uint64_t add_profiles(const Store &store, facecore_indexed which) {
        std::uint64_t users = 0;
        detail::check(facecore_index_add_profiles(handle_.get(), store.get(), which, &users));
        return users;
    }

    // Whether the index still has the profiles of the store.
    bool is_current(const Store &store) const {
        std::uint32_t current = 0;
        detail::check(facecore_index_is_current(get(), store.get(), &current));
        return current == 1;
    }

    // Who a face is, among everybody who has agreed to be found.
    Hits who_is(const Store &store, const Embedding &face, const Search &search = Search()) const {
        return Hits(detail::make<facecore_hits>(
            [&](facecore_hits **out) { return facecore_who_is(get(), store.get(), face.get(), &search, out); }));
    }

    // The cosine for a number of false reports for each million accounts.
    float clone_level(double per_million, std::uint64_t seed) const {
        float least = 0;
        detail::check(facecore_clone_level(get(), per_million, seed, &least));
        return least;
    }

    // Searches some more parts for pairs of accounts, and keeps in a file how far it has come. None while parts are left: call again.
    std::optional<Pairs> search_clones(float least, const std::string &progress, std::uint64_t parts) const {
        std::uint64_t done = 0, all = 0;
        facecore_pairs *pairs = nullptr;
        facecore_clone_search search;
        detail::check(facecore_clone_search_init(&search, sizeof search));
        search.progress = progress.c_str();
        search.parts = parts;
        search.least = least;
        detail::check(facecore_search_clones(get(), &search, &done, &all, &pairs));
        return pairs == nullptr ? std::nullopt : std::optional<Pairs>(pairs);
    }

    const facecore_index *get() const noexcept { return handle_.get(); }

private:
    explicit Index(facecore_index *handle) : handle_(handle) {}
    detail::Owner<facecore_index, facecore_index_free> handle_;
};

// Named people with faces of each. What changes them is for one thread at a time.
class People {
public:
    explicit People(std::uint64_t space)
        : handle_(detail::make<facecore_people>([&](facecore_people **out) { return facecore_people_new(space, out); })) {}

    static People decode(const void *bytes, std::size_t length) {
        return People(detail::make<facecore_people>([&](facecore_people **out) {
            return facecore_people_decode(static_cast<const std::uint8_t *>(bytes), length, out);
        }));
    }

    std::vector<std::uint8_t> encode() const {
        return detail::encoded([&](std::uint8_t *bytes, std::size_t capacity, std::size_t *written) {
            return facecore_people_encode(get(), bytes, capacity, written);
        });
    }

    void add(const std::string &name, const std::vector<const Embedding *> &faces) {
        const auto handles = detail::handles(faces);
        detail::check(facecore_people_add(handle_.get(), name.c_str(), handles.data(), handles.size()));
    }

    // Says whether there was somebody of this name.
    bool remove(const std::string &name) {
        std::uint32_t removed = 0;
        detail::check(facecore_people_remove(handle_.get(), name.c_str(), &removed));
        return removed != 0;
    }

    std::uint64_t space() const {
        std::uint64_t space = 0;
        detail::check(facecore_people_get_space(get(), &space));
        return space;
    }

    Texts names() const {
        return Texts(detail::make<facecore_texts>(
            [&](facecore_texts **out) { return facecore_people_get_names(get(), out); }));
    }

    // Empty for somebody unknown.
    std::vector<Embedding> faces(const std::string &name) const {
        std::size_t count = 0;
        const facecore_status asked = facecore_people_copy_faces(get(), name.c_str(), nullptr, 0, &count);
        if (asked != FACECORE_STATUS_BUFFER_SIZE) {
            detail::check(asked);
        }
        std::vector<facecore_embedding *> handles(count);
        detail::check(facecore_people_copy_faces(get(), name.c_str(), handles.data(), handles.size(), &count));
        return {handles.begin(), handles.end()};
    }

    // For a gallery.
    Candidates candidates() const {
        return Candidates(detail::make<facecore_candidates>(
            [&](facecore_candidates **out) { return facecore_people_get_candidates(get(), out); }));
    }

    const facecore_people *get() const noexcept { return handle_.get(); }

private:
    explicit People(facecore_people *handle) : handle_(handle) {}
    detail::Owner<facecore_people, facecore_people_free> handle_;
};

// The stars of a photo, by face.
class StarHits {
public:
    explicit StarHits(facecore_star_hits *handle) : handle_(handle) {}

    Span<facecore_star_hit> all() const {
        const facecore_star_hit *array = nullptr;
        std::size_t count = 0;
        detail::check(facecore_star_hits_get(handle_.get(), &array, &count));
        return {array, count};
    }

private:
    detail::Owner<facecore_star_hits, facecore_star_hits_free> handle_;
};

// Stars made ready for a matcher. A photo counts if the uploader and the star are in it.
class Stars {
public:
    Stars(const Matcher &matcher, const People &people)
        : handle_(detail::make<facecore_stars>(
              [&](facecore_stars **out) { return facecore_stars_new(matcher.get(), people.get(), out); })) {}

    // `uploader` is a gallery of that one person; give all faces of the photo.
    StarHits search(const Gallery &uploader, const std::vector<const Embedding *> &faces) const {
        const auto handles = detail::handles(faces);
        return StarHits(detail::make<facecore_star_hits>([&](facecore_star_hits **out) {
            return facecore_stars_search(handle_.get(), uploader.get(), handles.data(), handles.size(), out);
        }));
    }

private:
    detail::Owner<facecore_stars, facecore_stars_free> handle_;
};

}  // namespace facecore

#endif
