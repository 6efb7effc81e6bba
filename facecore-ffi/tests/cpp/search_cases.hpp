// The cases of what is searched: indexes, accounts, stars. A part of cases.cpp; facecore/tests/cases/search.rs says how they are read.

#ifndef SEARCH_CASES_HPP
#define SEARCH_CASES_HPP

#include "at_rest.hpp"

// `what:cosine`, which is what was expected, as near as 8 bits are.
std::string near(const std::string &what, float cosine, const cJSON *expected) {
    const auto pair = items(expected);
    EXPECT(pair.size() == 2 && (cJSON_IsString(pair[0]) ? what == pair[0]->valuestring : std::stod(what) == pair[0]->valuedouble));
    EXPECT(pair.size() == 2 && std::fabs(static_cast<double>(cosine) - pair[1]->valuedouble) < 0.005);
    return what + ":" + bits({cosine}).substr(1);
}

// Each of an answer.
Words hits(facecore::Span<facecore_hit> found, const cJSON *list) {
    Words line;
    const auto expected = items(list);
    EXPECT(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        line.push_back(near(std::to_string(found[i].id), found[i].cosine, i < expected.size() ? expected[i] : nullptr));
    }
    return line;
}

// How a step searches, with the ids that it points to.
struct Question {
    explicit Question(const cJSON *step);

    std::vector<std::uint64_t> only, except;
    facecore::Search search;
};

Question::Question(const cJSON *step) : only(ids(member(step, "only"))), except(ids(member(step, "except"))) {
    search.neighbours = static_cast<std::size_t>(number(step, "neighbours", static_cast<double>(search.neighbours)));
    search.least = static_cast<float>(number(step, "least", static_cast<double>(search.least)));
    search.shortlist = static_cast<std::size_t>(number(step, "shortlist", static_cast<double>(search.shortlist)));
    search.shortlist = cJSON_IsTrue(member(step, "exact")) ? 0 : search.shortlist;
    search.set_except(except);
    if (member(step, "only") != nullptr) {
        search.set_only(only);
    }
}

Words search(const facecore::Index &index, const cJSON *step, const std::vector<const facecore::Embedding *> &faces) {
    const Question question(step);
    const cJSON *answer = member(step, "answer");
    if (member(step, "face") != nullptr) {
        return hits(index.search(*faces[0], question.search).answer(), answer);
    }
    const auto found = index.search(faces, question.search);
    Words line;
    for (std::size_t i = 0; i < faces.size(); ++i) {
        if (i > 0) {
            line.emplace_back("|");
        }
        const Words next = hits(found.answer(i), cJSON_GetArrayItem(answer, static_cast<int>(i)));
        line.insert(line.end(), next.begin(), next.end());
    }
    return line;
}

std::vector<facecore::Embedding> faces(const cJSON *list, std::uint64_t space) {
    std::vector<facecore::Embedding> found;
    for (const cJSON *item : items(list)) {
        const auto values = floats(item);
        found.emplace_back(space, values.data(), values.size());
    }
    return found;
}

std::vector<const facecore::Embedding *> pointers(const std::vector<facecore::Embedding> &faces) {
    std::vector<const facecore::Embedding *> found;
    for (const facecore::Embedding &face : faces) {
        found.push_back(&face);
    }
    return found;
}

Words ask(facecore::Index &index, const cJSON *step, const cJSON *test, const std::string &verb) {
    auto given = faces(member(step, "faces"), space(step, test));
    if (member(step, "face") != nullptr) {
        const auto values = floats(member(step, "face"));
        given.emplace_back(space(step, test), values.data(), values.size());
    }
    const auto shown = pointers(given);
    if (verb == "add") {
        index.add(ids(member(step, "ids")), shown);
    } else if (verb == "remove") {
        return words(std::vector<std::uint64_t>{index.remove({id(step, "id")})});
    } else if (verb == "search" || verb == "search-many") {
        return search(index, step, shown);
    } else if (verb == "verify") {
        return words(std::vector<std::uint64_t>{index.ids().size(), index.verify().size()});
    } else if (verb == "size") {
        return words(std::vector<std::uint64_t>{index.info().faces});
    } else {
        EXPECT(verb == "compact");
        index.compact();
    }
    return {};
}

void index_cases(const cJSON *test, const cJSON *) {
    const Folder folder;
    const std::string file = folder / "faces.fci";
    const auto values = number(test, "values", 0);
    std::optional<facecore::Index> held(facecore::Index::open(file, space(test, test), static_cast<std::size_t>(values)));
    each_step(test, [&](const cJSON *step, const std::string &verb) -> Words {
        if (verb != "reopen" && verb != "read") {
            return ask(*held, step, test, verb);
        }
        held.reset();
        const auto length = static_cast<std::size_t>(number(step, "values", values));
        held.emplace(verb == "read" ? facecore::Index::open_to_read(file) : facecore::Index::open(file, space(step, test), length));
        return {};
    });
}

// A face of an account: random values by the number that it is like, and a step aside.
facecore::Embedding made(std::uint64_t like, float off, std::uint64_t space, std::size_t length) {
    std::vector<float> values;
    for (std::uint64_t at = 0; at < length; ++at) {
        std::uint64_t mixed = (like << 32 | at) * 0x9e3779b97f4a7c15;  // SplitMix64.
        mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
        mixed ^= mixed >> 31;
        values.push_back(static_cast<float>(mixed >> 40) / static_cast<float>(1 << 23) - 1);
    }
    values.at(0) += off;
    return facecore::Embedding(space, values.data(), values.size());
}

facecore::Embedding made(const cJSON *face, std::uint64_t space, std::size_t length) {
    return made(id(face, "like"), static_cast<float>(number(face, "off", 0)), space, length);
}

// A store, an index of its profiles, and the file of a search for clones.
struct Accounts {
    facecore::Store store;
    facecore::Index index;
    std::size_t length;
    std::string progress;
};

// The accounts of `profile` and `many`.
Words put(const Accounts &held, const cJSON *step) {
    facecore::Batch batch;
    const auto space = held.store.space();
    if (member(step, "user") != nullptr) {
        facecore::Profile profile(space, held.length);
        for (const auto &[name, role] : {std::pair("owner", FACECORE_ROLE_OWNER), std::pair("partner", FACECORE_ROLE_PARTNER)}) {
            for (const cJSON *face : items(member(step, name))) {
                profile.add(role, made(face, space, held.length));
            }
        }
        batch.put(id(step, "user"), space, profile.encode());
    }
    for (auto user = id(step, "first"); user < id(step, "first") + id(step, "count"); ++user) {
        facecore::Profile profile(space, held.length);
        profile.add(FACECORE_ROLE_OWNER, made(user, 0, space, held.length));
        batch.put(user, space, profile.encode());
    }
    held.store.write(batch);
    return {};
}

// Searches some parts; when none is left, the pairs are reported, and those that are news are the answer.
Words find_clones(const Accounts &held, const cJSON *step) {
    const auto pairs = held.index.search_clones(static_cast<float>(number(step, "least", 0)), held.progress, id(step, "parts"));
    if (!pairs) {
        return {"left"};
    }
    const auto news = held.store.report_clones(pairs->all());
    const auto expected = items(member(step, "answer"));
    EXPECT(news.all().size() == expected.size());
    Words line;
    for (const facecore_clone_event &event : news.all()) {
        const std::string ids = std::to_string(event.low) + "-" + std::to_string(event.high);
        line.push_back(near(ids, event.cosine, line.size() < expected.size() ? expected[line.size()] : nullptr));
    }
    return line;
}

Words take(Accounts &held, const cJSON *step, const cJSON *test, const std::string &verb) {
    if (verb == "profile" || verb == "many") {
        return put(held, step);
    }
    if (verb == "who" || verb == "search") {
        const Question question(step);
        const auto face = made(member(step, "face"), space(step, test), held.length);
        const auto found = verb == "who" ? held.index.who_is(held.store, face, question.search) : held.index.search(face, question.search);
        return hits(found.answer(), member(step, "answer"));
    }
    if (verb == "add-profiles") {
        const bool single = cJSON_IsTrue(member(step, "single-owners")) != 0;
        const auto which = single ? FACECORE_INDEXED_SINGLE_OWNERS : FACECORE_INDEXED_EVERYBODY;
        return words(std::vector<std::uint64_t>{held.index.add_profiles(held.store, which)});
    }
    if (verb == "current") {
        return words(std::vector<int>{held.index.is_current(held.store)});
    }
    if (verb == "find-clones") {
        return find_clones(held, step);
    }
    if (verb == "level") {
        return {std::to_string(held.index.clone_level(number(step, "per-million", 0), 0))};
    }
    const bool of_index = verb == "remove" || verb == "compact" || verb == "size";
    return of_index ? ask(held.index, step, test, verb) : use(held.store, step, test, verb);
}

void accounts(const cJSON *test, const cJSON *) {
    const Folder folder;
    const auto length = static_cast<std::size_t>(number(test, "values", 0));
    Accounts held{open_store(folder / "store", space(test, test)), facecore::Index::open(folder / "faces.fci", space(test, test), length),
                  length, folder / "progress"};
    each_step(test, [&](const cJSON *step, const std::string &verb) { return take(held, step, test, verb); });
}

// The stars of a photo.
Words hits_of(const facecore::Matcher &matcher, const facecore::People &people, const cJSON *step, const cJSON *test) {
    facecore::Candidates self;
    self.add("me", faces(member(step, "uploader"), space(test, test)).at(0));
    const auto photo = faces(member(step, "faces"), space(test, test));
    const auto found = facecore::Stars(matcher, people).search(facecore::Gallery(matcher, self), pointers(photo));
    const auto expected = items(member(step, "answer"));
    EXPECT(found.all().size() == expected.size());
    Words line;
    for (const facecore_star_hit &hit : found.all()) {
        std::string what = std::string(hit.star) + "@" + std::to_string(hit.face) + "/" + std::to_string(hit.uploader_face);
        std::replace(what.begin(), what.end(), ' ', '_');
        line.push_back(near(what, hit.cosine, line.size() < expected.size() ? expected[line.size()] : nullptr));
    }
    return line;
}

void stars(const cJSON *test, const cJSON *) {
    const auto rule = [&](const char *name) { return static_cast<float>(number(test, name, 0)); };
    const auto matcher = facecore::Matcher::cosine(rule("threshold"), rule("margin"));
    facecore::People people(space(test, test));
    each_step(test, [&](const cJSON *step, const std::string &verb) -> Words {
        Words line;
        if (verb == "add") {
            const auto added = faces(member(step, "faces"), space(step, test));
            people.add(text(step, "person"), pointers(added));
        } else if (verb == "remove") {
            line = words(std::vector<int>{people.remove(text(step, "person"))});
        } else if (verb == "all") {
            const auto names = people.names();
            for (const char *name : names.all()) {
                line.push_back(std::string(name) + ":" + std::to_string(people.faces(name).size()));
            }
        } else if (verb == "bytes") {
            line.push_back(hex(people.encode()));
        } else if (verb == "reread" || verb == "decode") {
            const Bytes bytes = verb == "reread" ? people.encode() : unhex(text(step, "bytes"));
            people = facecore::People::decode(bytes.data(), bytes.size());
        } else {
            EXPECT(verb == "stars");
            line = hits_of(matcher, people, step, test);
        }
        return line;
    });
}

#endif
