/* The cases of stores. A part of cases.c; facecore/tests/cases/at_rest.rs says how they are read. */

#ifndef STORE_CASES_H
#define STORE_CASES_H

#include "at_rest.h"

/* Records a change of a batch. */
static facecore_status record(facecore_batch *batch, const cJSON *change, const kept *held) {
    const char *kind = text(change, "change");
    const uint64_t user = id_of(change, "user"), photo = id_of(change, "photo"), space = space_of(change, held);
    const uint32_t face = small(change, "face");
    size_t length = 0;
    unsigned char *bytes = unhex(text(change, "bytes") == NULL ? "" : text(change, "bytes"), &length);
    facecore_status status = FACECORE_STATUS_INTERNAL;
    if (is(kind, "put")) {
        status = facecore_batch_put(batch, user, space, bytes, length);
    } else if (is(kind, "put-next")) {
        status = facecore_batch_put_next(batch, user, space, bytes, length);
    } else if (is(kind, "remove")) {
        status = facecore_batch_remove(batch, user);
    } else if (is(kind, "face")) {
        status = facecore_batch_put_face(batch, user, photo, face, space, bytes, length);
    } else if (is(kind, "face-next")) {
        status = facecore_batch_put_face_next(batch, user, photo, face, space, bytes, length);
    } else if (is(kind, "remove-photo")) {
        status = facecore_batch_remove_photo(batch, user, photo);
    } else if (is(kind, "apply")) {
        status = facecore_batch_apply(batch, user, photo, face, small(change, "opinion"));
    } else if (is(kind, "findable")) {
        status = facecore_batch_set_findable(batch, user, cJSON_IsTrue(member(change, "findable")));
    } else if (is(kind, "judge-clone")) {
        status = facecore_batch_judge_clone(batch, user, id_of(change, "other"), small(change, "state"));
    } else if (is(kind, "opt-out")) {
        status = facecore_batch_opt_out(batch, user);
    } else if (is(kind, "opt-in")) {
        status = facecore_batch_opt_in(batch, user);
    } else if (is(kind, "erase")) {
        status = facecore_batch_erase(batch, user);
    }
    free(bytes);
    return status;
}

static facecore_status write_step(const cJSON *step, const kept *held) {
    facecore_batch *batch = NULL;
    uint8_t results[16];
    size_t count = 0;
    const cJSON *change;
    EXPECT_STATUS(facecore_batch_new(&batch), FACECORE_STATUS_OK);
    cJSON_ArrayForEach(change, member(step, "changes")) { EXPECT_STATUS(record(batch, change, held), FACECORE_STATUS_OK); }
    EXPECT_STATUS(facecore_batch_get_count(batch, &count), FACECORE_STATUS_OK);
    const facecore_status status = facecore_store_write(held->store, batch, results, sizeof results);
    for (size_t i = 0; status == FACECORE_STATUS_OK && i < count; ++i) {
        say(" %u", (unsigned)results[i]);
    }
    facecore_batch_free(batch);
    return status;
}

/* The records of `get`, `page` and `faces`. */
static facecore_status records_step(const cJSON *step, const char *verb, const kept *held) {
    facecore_records *records = NULL;
    facecore_status status;
    if (is(verb, "get")) {
        size_t count = 0;
        uint64_t *users = ids_of(member(step, "users"), &count);
        status = facecore_store_get_many(held->store, users, count, &records);
        free(users);
    } else if (is(verb, "page")) {
        const uint64_t after = id_of(step, "after");
        status = facecore_store_page(held->store, member(step, "after") == NULL ? NULL : &after, (size_t)id_of(step, "count"), &records);
    } else {
        status = facecore_store_faces(held->store, id_of(step, "user"), &records);
    }
    const facecore_record *all = NULL;
    size_t count = 0;
    if (status == FACECORE_STATUS_OK) {
        EXPECT_STATUS(facecore_records_get(records, &all, &count), FACECORE_STATUS_OK);
    }
    for (size_t i = 0; i < count; ++i) {
        say(" ");
        if (is(verb, "page")) {
            say("%llu:", (unsigned long long)all[i].user);
        } else if (is(verb, "faces")) {
            say("%llu/%u:", (unsigned long long)all[i].photo, (unsigned)all[i].face);
        }
        all[i].bytes == NULL ? say("-") : say_bytes(all[i].bytes, all[i].length);
    }
    facecore_records_free(records);
    return status;
}

/* `low-high:state:cosine` of each; frees the events. */
static void say_events(facecore_clone_events *events) {
    const facecore_clone_event *all = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_clone_events_get(events, &all, &count), FACECORE_STATUS_OK);
    for (size_t i = 0; i < count; ++i) {
        say(" %llu-%llu:%u", (unsigned long long)all[i].low, (unsigned long long)all[i].high, (unsigned)all[i].state);
        say_bits(all[i].cosine);
    }
    facecore_clone_events_free(events);
}

static facecore_status clones_step(const cJSON *step, const char *verb, const kept *held) {
    facecore_clone_events *events = NULL;
    facecore_status status;
    if (is(verb, "clones")) {
        size_t numbers = 0;
        uint64_t *after = ids_of(member(step, "after"), &numbers);
        const uint64_t low = numbers == 2 ? after[0] : 0, high = numbers == 2 ? after[1] : 0;
        status = facecore_store_clones(held->store, low, high, (size_t)id_of(step, "count"), &events);
        free(after);
    } else if (is(verb, "clones-of")) {
        status = facecore_store_clones_of(held->store, id_of(step, "user"), &events);
    } else {
        facecore_alike_pair pairs[8];
        size_t count = 0;
        const cJSON *pair;
        memset(pairs, 0, sizeof pairs);
        cJSON_ArrayForEach(pair, member(step, "pairs")) {
            pairs[count].first = (uint64_t)cJSON_GetArrayItem(pair, 0)->valuedouble;
            pairs[count].second = (uint64_t)cJSON_GetArrayItem(pair, 1)->valuedouble;
            pairs[count++].cosine = (float)cJSON_GetArrayItem(pair, 2)->valuedouble;
        }
        status = facecore_store_report_clones(held->store, pairs, count, &events);
    }
    if (status == FACECORE_STATUS_OK) {
        say_events(events);
    }
    return status;
}

static facecore_status users_step(const cJSON *step, const char *verb, const kept *held) {
    size_t count = 0, found_count = 0;
    uint64_t found[16], *users = ids_of(member(step, "users"), &count);
    EXPECT(count <= 16);
    const facecore_status status = is(verb, "opted-out") ? facecore_store_opted_out_among(held->store, users, count, found, &found_count)
                                                         : facecore_store_findable_among(held->store, users, count, found, &found_count);
    for (size_t i = 0; i < found_count; ++i) {
        say(" %llu", (unsigned long long)found[i]);
    }
    free(users);
    return status;
}

static facecore_status iterations_step(const cJSON *step, const char *verb, const kept *held) {
    uint64_t current = 0, previous = 0, next = 0;
    uint32_t dropped = 0;
    facecore_status status;
    if (is(verb, "iterations")) {
        status = facecore_store_get_iterations(held->store, &current, &previous, &next);
        say(" %llu %llu %llu", (unsigned long long)current, (unsigned long long)previous, (unsigned long long)next);
    } else if (is(verb, "begin")) {
        status = facecore_store_begin(held->store, &next);
        say(" %llu", (unsigned long long)next);
    } else if (is(verb, "switch")) {
        status = facecore_store_switch(held->store, id_of(step, "iteration"));
    } else if (is(verb, "drop-next")) {
        status = facecore_store_drop_next(held->store, &dropped);
        say(" %u", (unsigned)dropped);
    } else {
        EXPECT(is(verb, "back"));
        status = facecore_store_back(held->store, &current);
        say(" %llu", (unsigned long long)current);
    }
    return status;
}

static facecore_status open_store(const kept *held, const char *name, uint64_t space, facecore_store **store) {
    char folder[600];
    facecore_store_options options;
    EXPECT_STATUS(facecore_store_options_init(&options, sizeof options), FACECORE_STATUS_OK);
    options.max_bytes = (uint64_t)1 << 30;
    options.durability = FACECORE_DURABILITY_PROCESS; /* A commit need not outlast the machine here. */
    snprintf(folder, sizeof folder, "%s/%s", held->folder, name);
    return facecore_store_open(folder, space, &options, store);
}

static facecore_status upkeep_step(const cJSON *step, const char *verb, kept *held) {
    facecore_status status;
    if (is(verb, "reopen") || is(verb, "open-backup")) {
        facecore_store_free(held->store);
        held->store = NULL;
        status = open_store(held, is(verb, "reopen") ? "store" : "backup", space_of(step, held), &held->store);
    } else if (is(verb, "backup")) {
        char folder[600];
        snprintf(folder, sizeof folder, "%s/backup", held->folder);
        status = facecore_store_backup(held->store, folder);
    } else if (is(verb, "verify")) {
        facecore_texts *damage = NULL;
        const char *const *lines = NULL;
        uint64_t records = 0;
        size_t count = 0;
        status = facecore_store_verify(held->store, &records, &damage);
        EXPECT_STATUS(facecore_texts_get(damage, &lines, &count), FACECORE_STATUS_OK);
        say(" %llu %llu", (unsigned long long)records, (unsigned long long)count);
        facecore_texts_free(damage);
    } else if (is(verb, "size")) {
        facecore_store_size size;
        size.struct_size = sizeof size;
        status = facecore_store_get_size(held->store, &size);
        say(" %llu %llu", (unsigned long long)size.profiles, (unsigned long long)size.faces);
        say(" %llu %llu", (unsigned long long)size.opinions, (unsigned long long)size.opted_out);
    } else {
        EXPECT(is(verb, "compact"));
        status = facecore_store_compact(held->store);
    }
    return status;
}

static facecore_status store_step(const cJSON *step, const char *verb, kept *held) {
    static const char *const records[] = {"get", "page", "faces"}, *const clones[] = {"clones", "clones-of", "report"},
                      *const iterations[] = {"iterations", "begin", "switch", "drop-next", "back"};
    for (size_t i = 0; i < sizeof iterations / sizeof *iterations; ++i) {
        if (is(verb, iterations[i])) {
            return iterations_step(step, verb, held);
        }
        if (i < 3 && is(verb, records[i])) {
            return records_step(step, verb, held);
        }
        if (i < 3 && is(verb, clones[i])) {
            return clones_step(step, verb, held);
        }
    }
    if (is(verb, "write")) {
        return write_step(step, held);
    }
    if (is(verb, "opted-out") || is(verb, "findable")) {
        return users_step(step, verb, held);
    }
    if (is(verb, "feedback")) {
        facecore_feedback *said = NULL;
        const facecore_status status = facecore_store_feedback(held->store, id_of(step, "user"), &said);
        EXPECT_STATUS(status, FACECORE_STATUS_OK);
        say_opinions(said);
        facecore_feedback_free(said);
        return status;
    }
    return upkeep_step(step, verb, held);
}

static facecore_status store(const cJSON *test, const cJSON *expected) {
    kept held;
    (void)expected;
    begin_case(test, &held);
    const facecore_status status = open_store(&held, "store", held.space, &held.store);
    if (status == FACECORE_STATUS_OK) {
        each_step(test, &held, store_step);
    }
    facecore_store_free(held.store);
    remove_tree(held.folder);
    return status;
}

#endif
