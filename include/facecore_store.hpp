// Profiles at rest for C++17, on top of facecore_album.hpp: a store in a folder, which several processes read while one writes.

#ifndef FACECORE_STORE_HPP
#define FACECORE_STORE_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "facecore_album.hpp"

namespace facecore {

// How a store is opened, with the defaults set.
struct StoreOptions : facecore_store_options {
    StoreOptions() { detail::check(facecore_store_options_init(this, sizeof(facecore_store_options))); }
};

// Texts that a call answered.
class Texts {
public:
    explicit Texts(facecore_texts *handle) : handle_(handle) {}

    Span<const char *> all() const {
        const char *const *array = nullptr;
        std::size_t count = 0;
        detail::check(facecore_texts_get(handle_.get(), &array, &count));
        return {array, count};
    }

private:
    detail::Owner<facecore_texts, facecore_texts_free> handle_;
};

// Values that were read from a store.
class Records {
public:
    explicit Records(facecore_records *handle) : handle_(handle) {}

    // The bytes of a record are NULL where there is no value.
    Span<facecore_record> all() const {
        const facecore_record *array = nullptr;
        std::size_t count = 0;
        detail::check(facecore_records_get(handle_.get(), &array, &count));
        return {array, count};
    }

private:
    detail::Owner<facecore_records, facecore_records_free> handle_;
};

// Pairs of accounts as a store keeps them.
class CloneEvents {
public:
    explicit CloneEvents(facecore_clone_events *handle) : handle_(handle) {}

    Span<facecore_clone_event> all() const {
        const facecore_clone_event *array = nullptr;
        std::size_t count = 0;
        detail::check(facecore_clone_events_get(handle_.get(), &array, &count));
        return {array, count};
    }

private:
    detail::Owner<facecore_clone_events, facecore_clone_events_free> handle_;
};

// Changes that are written together, by Store::write.
class Batch {
public:
    Batch() : handle_(detail::make<facecore_batch>(facecore_batch_new)) {}

    // Profile::encode.
    void put(std::uint64_t user, std::uint64_t space, const std::vector<std::uint8_t> &profile) {
        detail::check(facecore_batch_put(handle_.get(), user, space, profile.data(), profile.size()));
    }

    // Into the iteration that a rebuild writes.
    void put_next(std::uint64_t user, std::uint64_t space, const std::vector<std::uint8_t> &profile) {
        detail::check(facecore_batch_put_next(handle_.get(), user, space, profile.data(), profile.size()));
    }

    void remove(std::uint64_t user) { detail::check(facecore_batch_remove(handle_.get(), user)); }

    // StoredFace::encode, by its photo and its place there.
    void put_face(std::uint64_t user, std::uint64_t photo, std::uint32_t face, std::uint64_t space, const std::vector<std::uint8_t> &stored) {
        detail::check(facecore_batch_put_face(handle_.get(), user, photo, face, space, stored.data(), stored.size()));
    }

    // Of a photo that a rebuild has read.
    void put_face_next(std::uint64_t user, std::uint64_t photo, std::uint32_t face, std::uint64_t space, const std::vector<std::uint8_t> &stored) {
        detail::check(facecore_batch_put_face_next(handle_.get(), user, photo, face, space, stored.data(), stored.size()));
    }

    void remove_photo(std::uint64_t user, std::uint64_t photo) {
        detail::check(facecore_batch_remove_photo(handle_.get(), user, photo));
    }

    void apply(std::uint64_t user, std::uint64_t photo, std::uint32_t face, facecore_opinion opinion) {
        detail::check(facecore_batch_apply(handle_.get(), user, photo, face, opinion));
    }

    // Whether strangers may find the user by a face.
    void set_findable(std::uint64_t user, bool findable) {
        detail::check(facecore_batch_set_findable(handle_.get(), user, findable));
    }

    void opt_out(std::uint64_t user) { detail::check(facecore_batch_opt_out(handle_.get(), user)); }
    void opt_in(std::uint64_t user) { detail::check(facecore_batch_opt_in(handle_.get(), user)); }

    // Removes all that is known of a user. The bytes are gone from the disk after Store::compact.
    void erase(std::uint64_t user) { detail::check(facecore_batch_erase(handle_.get(), user)); }

    // Keeps what became of a pair of accounts.
    void judge_clone(std::uint64_t user, std::uint64_t other, facecore_clone_state state) {
        detail::check(facecore_batch_judge_clone(handle_.get(), user, other, state));
    }

    std::size_t count() const {
        std::size_t count = 0;
        detail::check(facecore_batch_get_count(get(), &count));
        return count;
    }

    const facecore_batch *get() const noexcept { return handle_.get(); }

private:
    detail::Owner<facecore_batch, facecore_batch_free> handle_;
};

// Profiles, stored faces and opinions of many users, in a folder on a local disk; share one between all threads.
class Store {
public:
    Store(const std::string &folder, std::uint64_t space, const StoreOptions &options = StoreOptions())
        : handle_(detail::make<facecore_store>(
              [&](facecore_store **out) { return facecore_store_open(folder.c_str(), space, &options, out); })) {}

    std::uint64_t space() const {
        std::uint64_t space = 0;
        detail::check(facecore_store_get_space(get(), &space));
        return space;
    }

    // One record, whose bytes are NULL if there is no profile.
    Records profile(std::uint64_t user) const {
        return records([&](facecore_records **out) { return facecore_store_get(get(), user, out); });
    }

    // A record for each, in the order of `users`; all of one state of the store.
    Records profiles(const std::vector<std::uint64_t> &users) const {
        return records([&](facecore_records **out) { return facecore_store_get_many(get(), users.data(), users.size(), out); });
    }

    // All users, page by page: the first page, and the one after a user.
    Records page(std::size_t count) const {
        return records([&](facecore_records **out) { return facecore_store_page(get(), nullptr, count, out); });
    }
    Records page_after(std::uint64_t user, std::size_t count) const {
        return records([&](facecore_records **out) { return facecore_store_page(get(), &user, count, out); });
    }

    Records faces(std::uint64_t user) const {
        return records([&](facecore_records **out) { return facecore_store_faces(get(), user, out); });
    }

    Feedback feedback(std::uint64_t user) const {
        return Feedback(detail::make<facecore_feedback>(
            [&](facecore_feedback **out) { return facecore_store_feedback(get(), user, out); }));
    }

    // They must never be suggested, wherever else they are kept.
    std::vector<std::uint64_t> opted_out_among(const std::vector<std::uint64_t> &users) const {
        return among(users, facecore_store_opted_out_among);
    }

    std::vector<std::uint64_t> findable_among(const std::vector<std::uint64_t> &users) const {
        return among(users, facecore_store_findable_among);
    }

    // Makes all changes or none. Returns for each 1 if something was written, was there to be removed or is news, else 0.
    std::vector<std::uint8_t> write(const Batch &batch) const {
        std::vector<std::uint8_t> results(batch.count());
        detail::check(facecore_store_write(get(), batch.get(), results.data(), results.size()));
        return results;
    }

    // 0 for none.
    struct Iterations {
        std::uint64_t current;
        std::uint64_t previous;
        std::uint64_t next;
    };

    Iterations iterations() const {
        Iterations held{};
        detail::check(facecore_store_get_iterations(get(), &held.current, &held.previous, &held.next));
        return held;
    }

    // The number of the iteration that a rebuild writes now.
    std::uint64_t begin() const {
        std::uint64_t iteration = 0;
        detail::check(facecore_store_begin(get(), &iteration));
        return iteration;
    }

    void switch_to(std::uint64_t iteration) const { detail::check(facecore_store_switch(get(), iteration)); }

    // Says whether there was one.
    bool drop_next() const {
        std::uint32_t dropped = 0;
        detail::check(facecore_store_drop_next(get(), &dropped));
        return dropped != 0;
    }

    // The number that is current now.
    std::uint64_t back() const {
        std::uint64_t iteration = 0;
        detail::check(facecore_store_back(get(), &iteration));
        return iteration;
    }

    facecore_store_size size() const {
        facecore_store_size size{};
        size.struct_size = sizeof size;
        detail::check(facecore_store_get_size(get(), &size));
        return size;
    }

    // Frees what the old file takes: what was erased is in no file of the store any more.
    void compact() const { detail::check(facecore_store_compact(get())); }

    // Into a folder that does not exist.
    void backup(const std::string &folder) const { detail::check(facecore_store_backup(get(), folder.c_str())); }

    // How many records were read, and what is wrong with them, a line each.
    std::pair<std::uint64_t, Texts> verify() const {
        std::uint64_t records = 0;
        Texts damage(detail::make<facecore_texts>(
            [&](facecore_texts **out) { return facecore_store_verify(get(), &records, out); }));
        return {records, std::move(damage)};
    }

    // Writes pairs down, and returns those that are news.
    CloneEvents report_clones(Span<facecore_alike_pair> pairs) const {
        return events([&](facecore_clone_events **out) {
            return facecore_store_report_clones(get(), pairs.data(), pairs.size(), out);
        });
    }

    // The pairs after a pair, ascending; after (0, 0) the first ones.
    CloneEvents clones(std::uint64_t after_low, std::uint64_t after_high, std::size_t count) const {
        return events([&](facecore_clone_events **out) {
            return facecore_store_clones(get(), after_low, after_high, count, out);
        });
    }

    CloneEvents clones_of(std::uint64_t user) const {
        return events([&](facecore_clone_events **out) { return facecore_store_clones_of(get(), user, out); });
    }

    const facecore_store *get() const noexcept { return handle_.get(); }

private:
    template <typename Make>
    static Records records(Make &&call) {
        return Records(detail::make<facecore_records>(std::forward<Make>(call)));
    }

    template <typename Make>
    static CloneEvents events(Make &&call) {
        return CloneEvents(detail::make<facecore_clone_events>(std::forward<Make>(call)));
    }

    template <typename Which>
    std::vector<std::uint64_t> among(const std::vector<std::uint64_t> &users, Which which) const {
        std::vector<std::uint64_t> found(users.size());
        std::size_t count = 0;
        detail::check(which(get(), users.data(), users.size(), found.data(), &count));
        found.resize(count);
        return found;
    }

    detail::Owner<facecore_store, facecore_store_free> handle_;
};

}  // namespace facecore

#endif
