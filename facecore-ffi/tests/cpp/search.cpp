// The C++ owners of what is kept and searched: values, moves, exceptions. Usage: search

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "expect.hpp"
#include "facecore_search.hpp"

static_assert(!std::is_copy_constructible_v<facecore::Store> && std::is_nothrow_move_constructible_v<facecore::Store>);
static_assert(!std::is_copy_constructible_v<facecore::Index> && std::is_nothrow_move_assignable_v<facecore::Index>);
static_assert(!std::is_copy_constructible_v<facecore::Batch> && !std::is_copy_constructible_v<facecore::People>);

namespace {

constexpr std::uint64_t SPACE = 0x0102030405060708;

facecore::Embedding face(float x, float y, float z) {
    const float values[] = {x, y, z};
    return facecore::Embedding(SPACE, values, 3);
}

std::vector<std::uint8_t> profile(const facecore::Embedding &owner) {
    facecore::Profile made(SPACE, 3);
    made.add(FACECORE_ROLE_OWNER, owner);
    return made.encode();
}

facecore::Store open_store(const std::string &folder) {
    facecore::StoreOptions options;
    options.max_bytes = std::uint64_t{1} << 30;
    options.durability = FACECORE_DURABILITY_PROCESS;
    return facecore::Store(folder, SPACE, options);
}

void feedback() {
    facecore::Feedback said;
    EXPECT(said.apply(7, 1, FACECORE_OPINION_REJECT) && !said.apply(7, 1, FACECORE_OPINION_REJECT));
    EXPECT(said.of(7, 1) == FACECORE_OPINION_REJECT && !said.of(7, 0) && !said.may_propose(7, 1) && said.may_propose(7, 0));
    said.set_opted_out(true);
    EXPECT(said.opted_out() && !said.may_propose(7, 0) && said.opinions().size() == 1 && said.opinions()[0].face == 1);
    said.forget(7, 1);
    EXPECT(said.opinions().empty());
    expect_error(FACECORE_STATUS_OPTION, [&] { said.apply(7, 65536, FACECORE_OPINION_REJECT); });
}

void store(const std::string &folder) {
    auto opened = open_store(folder);
    auto store = std::move(opened);
    expect_error(FACECORE_STATUS_STORE, [&] { open_store(folder); });
    facecore::Batch batch;
    batch.put(1, SPACE, profile(face(1, 0, 0)));
    batch.put(2, SPACE, profile(face(0, 1, 0)));
    batch.put(3, SPACE, profile(face(0, 0, 1)));
    batch.put_face(1, 10, 0, SPACE, {4, 5});
    batch.apply(1, 10, 0, FACECORE_OPINION_CONFIRM);
    batch.set_findable(2, true);
    batch.judge_clone(1, 3, FACECORE_CLONE_STATE_KNOWN);
    batch.opt_out(4);
    const auto results = store.write(batch);
    EXPECT(batch.count() == 8 && results == std::vector<std::uint8_t>(8, 1));

    // Values that threads read at the same time are the same.
    std::vector<int> same(3, 0);
    std::vector<std::thread> threads;
    for (int &one : same) {
        threads.emplace_back([&] {
            const auto records = store.profiles({3, 9, 1});
            const auto all = records.all();
            const auto bytes = facecore::Profile::decode(all[0].bytes, all[0].length).encode();
            one = all.size() == 3 && all[1].bytes == nullptr && bytes == profile(face(0, 0, 1));
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    EXPECT(same == std::vector<int>(3, 1));
    EXPECT(store.profile(9).all()[0].bytes == nullptr && store.page(2).all().size() == 2 && store.page_after(2, 9).all()[0].user == 3);
    EXPECT(store.faces(1).all()[0].photo == 10 && store.feedback(1).of(10, 0) == FACECORE_OPINION_CONFIRM);
    EXPECT(store.opted_out_among({1, 4, 4}) == std::vector<std::uint64_t>(2, 4) && store.findable_among({1, 2}) == std::vector<std::uint64_t>{2});
    EXPECT(store.clones(0, 0, 9).all()[0].high == 3 && store.clones_of(2).all().empty());
    EXPECT(store.size().profiles == 3 && store.space() == SPACE);

    const auto next = store.begin();
    EXPECT(store.iterations().next == next && store.iterations().current == 1);
    expect_error(FACECORE_STATUS_STORE, [&] { store.begin(); });
    store.switch_to(next);
    EXPECT(store.size().profiles == 0 && store.back() == 1 && store.size().profiles == 3 && !store.drop_next());
    store.compact();
    store.backup(folder + "-copy");
    const auto [records, damage] = store.verify();
    EXPECT(records > 7 && damage.all().empty());
}

void search(const std::string &folder) {
    const auto store = open_store(folder);
    const auto ann = face(1, 0, 0), bob = face(0, 1, 0);
    {
        auto index = facecore::Index::open(folder + ".fci", SPACE, 3);
        EXPECT(index.add_profiles(store, FACECORE_INDEXED_EVERYBODY) == 3 && index.info().faces == 3);
        facecore::Search search;
        search.neighbours = 3;
        search.set_except({});
        EXPECT(index.search(ann, search).answer().size() == 3);
        const std::vector<std::uint64_t> some{2, 3}, none;
        search.set_only(some);
        EXPECT(index.search({&bob, &ann}, search).answer(0)[0].id == 2);
        search.set_only(none);
        EXPECT(index.search(ann, search).answer().empty());
        expect_error(FACECORE_STATUS_OPTION, [&] { index.search(ann).answer(1); });
        EXPECT(index.who_is(store, bob).answer()[0].id == 2 && index.who_is(store, ann).answer()[0].id == 2);
        expect_error(FACECORE_STATUS_OPTION, [&] { index.clone_level(10, 0); });
        EXPECT(!index.search_clones(0.9f, folder + ".progress", 0));
        EXPECT(index.search_clones(0.9f, folder + ".progress", 1)->all().empty());
        index.add({8}, {&ann});
        const auto pairs = index.search_clones(0.9f, folder + ".progress", 1);
        EXPECT(pairs && pairs->all().size() == 1 && pairs->all()[0].second == 8);
        EXPECT(store.report_clones(pairs->all()).all().size() == 1 && store.report_clones(pairs->all()).all().empty());
        EXPECT(index.remove({1, 9}) == 1 && index.ids() == (std::vector<std::uint64_t>{2, 3, 8}) && index.verify().empty());
        expect_error(FACECORE_STATUS_OPTION, [&] { index.add({1, 2}, {&ann}); });
        index.compact();
    }
    auto reader = facecore::Index::open_to_read(folder + ".fci");
    EXPECT(reader.search(ann).answer()[0].id == 8);
    expect_error(FACECORE_STATUS_INDEX, [&] { reader.remove({8}); });
}

void stars() {
    const auto ada = face(1, 0, 0), bea = face(0, 1, 0), me = face(0, 0, 1);
    facecore::People people(SPACE);
    people.add("Ada", {&ada});
    people.add("Bea", {&bea, &bea});
    const auto bytes = people.encode();
    auto read = facecore::People::decode(bytes.data(), bytes.size());
    EXPECT(read.space() == SPACE && read.names().all().size() == 2 && std::string(read.names().all()[1]) == "Bea");
    EXPECT(read.faces("Bea").size() == 2 && read.faces("Cleo").empty() && read.faces("Ada")[0].cosine(ada) > 0.99f);
    const auto matcher = facecore::Matcher::cosine(0.6f, 0.05f);
    facecore::Candidates self;
    self.add("me", me);
    const facecore::Gallery uploader(matcher, self);
    EXPECT(facecore::Gallery(matcher, read.candidates()).people() == 2);
    const facecore::Stars stars(matcher, read);
    const auto hits = stars.search(uploader, {&bea, &me});
    EXPECT(hits.all().size() == 1 && std::string(hits.all()[0].star) == "Bea" && hits.all()[0].uploader_face == 1);
    EXPECT(stars.search(uploader, {&bea}).all().empty());
    EXPECT(read.remove("Ada") && !read.remove("Ada"));
    expect_error(FACECORE_STATUS_OPTION, [&] { read.add("", {&ada}); });
    expect_error(FACECORE_STATUS_CALIBRATION, [&] { facecore::People::decode(bytes.data(), bytes.size() - 1); });
}

}  // namespace

int main() {
    std::string place = (std::filesystem::temp_directory_path() / "facecore-test-XXXXXX").string();
    if (mkdtemp(place.data()) == nullptr) {
        return 2;
    }
    feedback();
    store(place + "/store");
    search(place + "/store");
    stars();
    std::filesystem::remove_all(place);
    return expect_failures != 0;
}
