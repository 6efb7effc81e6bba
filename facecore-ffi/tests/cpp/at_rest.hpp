// The cases of what is kept: stores, opinions, merged profiles. A part of cases.cpp; facecore/tests/cases/at_rest.rs says how they are read.

#ifndef AT_REST_HPP
#define AT_REST_HPP

// A folder of its own for a case, which is gone after it.
class Folder {
public:
    Folder() : path_((std::filesystem::temp_directory_path() / "facecore-test-XXXXXX").string()) { EXPECT(mkdtemp(path_.data()) != nullptr); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }

    std::string operator/(const char *name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

// The answer of a step, in words.
using Words = std::vector<std::string>;

std::string joined(const Words &words) {
    std::string line;
    for (const std::string &word : words) {
        line += (line.empty() ? "" : " ") + word;
    }
    return line;
}

// Takes the steps of a case one by one; `take` answers in words. What a search finds it compares itself.
template <typename Take>
void each_step(const cJSON *test, Take take) {
    for (const cJSON *step : items(member(test, "steps"))) {
        const std::string verb = text(step, "do");
        std::string line;
        bool failed = false;
        try {
            line = joined(take(step, verb));
        } catch (const facecore::Error &error) {
            line = "error " + std::string(error.name());
            failed = true;
        }
        answers << verb << ' ' << line << '\n';
        EXPECT(cJSON_IsString(member(step, "answer")) ? line == text(step, "answer") : !failed);
    }
}

std::uint64_t id(const cJSON *object, const char *name) { return static_cast<std::uint64_t>(number(object, name, 0)); }

std::uint32_t small(const cJSON *object, const char *name) { return static_cast<std::uint32_t>(number(object, name, 0)); }

std::vector<std::uint64_t> ids(const cJSON *list) {
    std::vector<std::uint64_t> found;
    for (const cJSON *item : items(list)) {
        found.push_back(static_cast<std::uint64_t>(item->valuedouble));
    }
    return found;
}

// The space of a step, else that of its case.
std::uint64_t space(const cJSON *step, const cJSON *test) {
    return std::stoull(text(member(step, "space") == nullptr ? test : step, "space"), nullptr, 16);
}

template <typename Numbers>
Words words(const Numbers &numbers) {
    Words found;
    for (const auto number : numbers) {
        found.push_back(std::to_string(number));
    }
    return found;
}

// A value as hex digits; a full stop if it is empty.
std::string value(const facecore_record &record) {
    return record.length == 0 ? "." : hex(Bytes(record.bytes, record.bytes + record.length));
}

// `photo/face:opinion` of each, and whether the owner has opted out.
Words opinions(const facecore::Feedback &feedback) {
    Words found;
    for (const facecore_face_opinion &said : feedback.opinions()) {
        found.push_back(std::to_string(said.photo) + "/" + std::to_string(said.face) + ":" + std::to_string(said.opinion));
    }
    if (feedback.opted_out()) {
        found.emplace_back("opted-out");
    }
    return found;
}

// `low-high:state:cosine` of each.
Words events(const facecore::CloneEvents &events) {
    Words found;
    for (const facecore_clone_event &event : events.all()) {
        found.push_back(std::to_string(event.low) + "-" + std::to_string(event.high) + ":" + std::to_string(event.state) + ":" +
                        bits({event.cosine}).substr(1));
    }
    return found;
}

void feedback(const cJSON *test, const cJSON *) {
    facecore::Feedback held;
    each_step(test, [&](const cJSON *step, const std::string &verb) -> Words {
        const auto photo = id(step, "photo");
        const auto face = small(step, "face");
        if (verb == "apply") {
            return words(std::vector<int>{held.apply(photo, face, static_cast<facecore_opinion>(small(step, "opinion")))});
        }
        if (verb == "of") {
            const auto said = held.of(photo, face);
            return {said ? std::to_string(static_cast<std::uint32_t>(*said)) : "-"};
        }
        if (verb == "may-propose") {
            return words(std::vector<int>{held.may_propose(photo, face)});
        }
        if (verb == "all") {
            return opinions(held);
        }
        verb == "forget" ? held.forget(photo, face) : held.set_opted_out(verb == "opt-out");
        return {};
    });
}

// Records a change of a batch.
void record(facecore::Batch &batch, const cJSON *change, const cJSON *test) {
    const std::string kind = text(change, "change");
    const auto user = id(change, "user"), photo = id(change, "photo");
    const auto face = small(change, "face");
    const Bytes bytes = unhex(text(change, "bytes"));
    if (kind == "put") {
        batch.put(user, space(change, test), bytes);
    } else if (kind == "put-next") {
        batch.put_next(user, space(change, test), bytes);
    } else if (kind == "remove") {
        batch.remove(user);
    } else if (kind == "face") {
        batch.put_face(user, photo, face, space(change, test), bytes);
    } else if (kind == "face-next") {
        batch.put_face_next(user, photo, face, space(change, test), bytes);
    } else if (kind == "remove-photo") {
        batch.remove_photo(user, photo);
    } else if (kind == "apply") {
        batch.apply(user, photo, face, static_cast<facecore_opinion>(small(change, "opinion")));
    } else if (kind == "findable") {
        batch.set_findable(user, cJSON_IsTrue(member(change, "findable")));
    } else if (kind == "judge-clone") {
        batch.judge_clone(user, id(change, "other"), static_cast<facecore_clone_state>(small(change, "state")));
    } else if (kind == "opt-out") {
        batch.opt_out(user);
    } else if (kind == "opt-in") {
        batch.opt_in(user);
    } else {
        EXPECT(kind == "erase");
        batch.erase(user);
    }
}

Words write(const facecore::Store &store, const cJSON *step, const cJSON *test) {
    facecore::Batch batch;
    for (const cJSON *change : items(member(step, "changes"))) {
        record(batch, change, test);
    }
    return words(store.write(batch));
}

Words report(const facecore::Store &store, const cJSON *step) {
    std::vector<facecore_alike_pair> pairs;
    for (const cJSON *pair : items(member(step, "pairs"))) {
        const auto numbers = items(pair);
        facecore_alike_pair found{};
        found.first = static_cast<std::uint64_t>(numbers[0]->valuedouble);
        found.second = static_cast<std::uint64_t>(numbers[1]->valuedouble);
        found.cosine = static_cast<float>(numbers[2]->valuedouble);
        pairs.push_back(found);
    }
    return events(store.report_clones({pairs.data(), pairs.size()}));
}

// What is read of a store.
Words look(const facecore::Store &store, const cJSON *step, const std::string &verb) {
    Words found;
    if (verb == "get") {
        const auto users = ids(member(step, "users"));
        const auto records = store.profiles(users);
        EXPECT(records.all().size() == users.size());
        for (const facecore_record &record : records.all()) {
            found.push_back(record.bytes == nullptr ? "-" : value(record));
        }
    } else if (verb == "page") {
        const auto count = static_cast<std::size_t>(id(step, "count"));
        const auto records = member(step, "after") == nullptr ? store.page(count) : store.page_after(id(step, "after"), count);
        for (const facecore_record &record : records.all()) {
            found.push_back(std::to_string(record.user) + ":" + value(record));
        }
    } else if (verb == "faces") {
        const auto records = store.faces(id(step, "user"));
        for (const facecore_record &record : records.all()) {
            found.push_back(std::to_string(record.photo) + "/" + std::to_string(record.face) + ":" + value(record));
        }
    } else if (verb == "feedback") {
        found = opinions(store.feedback(id(step, "user")));
    } else if (verb == "opted-out") {
        found = words(store.opted_out_among(ids(member(step, "users"))));
    } else if (verb == "findable") {
        found = words(store.findable_among(ids(member(step, "users"))));
    } else if (verb == "clones") {
        const auto after = ids(member(step, "after"));
        const auto low = after.empty() ? 0 : after[0], high = after.empty() ? 0 : after[1];
        found = events(store.clones(low, high, static_cast<std::size_t>(id(step, "count"))));
    } else if (verb == "clones-of") {
        found = events(store.clones_of(id(step, "user")));
    } else if (verb == "iterations") {
        const auto held = store.iterations();
        found = words(std::vector<std::uint64_t>{held.current, held.previous, held.next});
    } else if (verb == "size") {
        const auto size = store.size();
        found = words(std::vector<std::uint64_t>{size.profiles, size.faces, size.opinions, size.opted_out});
    } else {
        EXPECT(verb == "verify");
        const auto [records, damage] = store.verify();
        found = words(std::vector<std::uint64_t>{records, damage.all().size()});
    }
    return found;
}

facecore::Store open_store(const std::string &folder, std::uint64_t space) {
    facecore::StoreOptions options;
    options.max_bytes = std::uint64_t{1} << 30;
    options.durability = FACECORE_DURABILITY_PROCESS;  // A commit need not outlast the machine here.
    return facecore::Store(folder, space, options);
}

// What is asked of a store or done to it.
Words use(const facecore::Store &store, const cJSON *step, const cJSON *test, const std::string &verb) {
    Words line;
    if (verb == "compact") {
        store.compact();
    } else if (verb == "switch") {
        store.switch_to(id(step, "iteration"));
    } else if (verb == "begin") {
        line = words(std::vector<std::uint64_t>{store.begin()});
    } else if (verb == "back") {
        line = words(std::vector<std::uint64_t>{store.back()});
    } else if (verb == "drop-next") {
        line = words(std::vector<int>{store.drop_next()});
    } else if (verb == "write") {
        line = write(store, step, test);
    } else if (verb == "report") {
        line = report(store, step);
    } else {
        line = look(store, step, verb);
    }
    return line;
}

void store(const cJSON *test, const cJSON *) {
    const Folder folder;
    std::optional<facecore::Store> held(open_store(folder / "store", space(test, test)));
    each_step(test, [&](const cJSON *step, const std::string &verb) -> Words {
        if (verb == "reopen" || verb == "open-backup") {
            held.reset();
            held.emplace(open_store(folder / (verb == "reopen" ? "store" : "backup"), space(step, test)));
            return {};
        }
        if (verb == "backup") {
            held->backup(folder / "backup");
            return {};
        }
        return use(*held, step, test, verb);
    });
}

// Profiles merged into the first of them, or into a new one where the case has a space.
void merge(const cJSON *test, const cJSON *expected) {
    std::optional<facecore::Profile> merged;
    if (member(test, "values") != nullptr) {
        merged.emplace(space(test, test), static_cast<std::size_t>(number(test, "values", 0)));
    }
    for (const cJSON *digits : items(member(test, "profiles"))) {
        const Bytes bytes = unhex(digits->valuestring);
        auto next = facecore::Profile::decode(bytes.data(), bytes.size());
        if (merged) {
            merged->merge(next);
        } else {
            merged.emplace(std::move(next));
        }
    }
    const std::string digits = hex(merged->encode());
    answers << "profile " << digits << '\n';
    EXPECT(digits == text(expected, "bytes"));
    const facecore_role roles[] = {FACECORE_ROLE_OWNER, FACECORE_ROLE_PARTNER, FACECORE_ROLE_LOOK};
    std::size_t slots = 0, embeddings = 0;
    const auto known = items(member(expected, "slots"));
    for (const facecore_role role : roles) {
        const auto slot = merged->slot(role);
        if (slot.faces > 0) {
            answers << "slot " << static_cast<std::uint32_t>(role) << ' ' << slot.photos << ' ' << slot.faces << bits({slot.coherence}) << '\n';
            const auto numbers = items(slots < known.size() ? known[slots] : nullptr);
            EXPECT(numbers.size() == 4 && numbers[0]->valuedouble == role && numbers[1]->valuedouble == slot.photos);
            EXPECT(numbers.size() == 4 && numbers[2]->valuedouble == slot.faces);
            EXPECT(numbers.size() == 4 && std::fabs(static_cast<double>(slot.coherence) - numbers[3]->valuedouble) < 1e-5);
            ++slots;
        }
    }
    EXPECT(slots == known.size() && merged->info().slots == slots);
    for (const facecore_role role : roles) {
        if (const auto mean = merged->embedding(role)) {
            answers << "embedding " << hex(mean->encode(FACECORE_ENCODING_F32)) << '\n';
            ++embeddings;
        }
    }
    EXPECT(static_cast<double>(embeddings) == number(expected, "embeddings", NAN));
}

#endif
