/* The cases of what is kept: stores, indexes, opinions, merged profiles. A part of cases.c; facecore/tests/cases/at_rest.rs says how they are read. */

#ifndef AT_REST_H
#define AT_REST_H

#include <stdarg.h>

/* What the steps of a case work with. */
typedef struct kept {
    char folder[512];
    uint64_t space;
    size_t values;
    facecore_store *store;
    facecore_index *index;
    facecore_feedback *feedback;
} kept;

/* The answer of a step. */
static char line[1 << 14];
static size_t line_length;

static void say(const char *format, ...) {
    va_list values;
    va_start(values, format);
    const int length = vsnprintf(line + line_length, sizeof line - line_length, format, values);
    va_end(values);
    EXPECT(length >= 0 && line_length + (size_t)length < sizeof line);
    line_length += (size_t)length;
}

static void say_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    say(":%08x", (unsigned)bits);
}

/* A value as hex digits; a full stop if it is empty. */
static void say_bytes(const uint8_t *bytes, size_t length) {
    char *digits = hex(bytes, length);
    say("%s", length == 0 ? "." : digits);
    free(digits);
}

static void each_step(const cJSON *test, kept *held, facecore_status (*take)(const cJSON *, const char *, kept *)) {
    const cJSON *step;
    cJSON_ArrayForEach(step, member(test, "steps")) {
        line_length = 0;
        line[0] = 0;
        const facecore_status status = take(step, text(step, "do"), held);
        if (status != FACECORE_STATUS_OK) {
            line_length = 0;
            say(" error %s", facecore_status_name(status));
        }
        const char *said = line + (line[0] == ' ');
        fprintf(answers, "%s %s\n", text(step, "do"), said);
        /* What a search finds it has compared itself. */
        const char *answer = text(step, "answer");
        EXPECT(answer == NULL ? status == FACECORE_STATUS_OK : strcmp(answer, said) == 0);
    }
}

static int is(const char *verb, const char *name) { return strcmp(verb, name) == 0; }

static uint64_t space_of(const cJSON *step, const kept *held) {
    const char *space = text(step, "space");
    return space == NULL ? held->space : strtoull(space, NULL, 16);
}

static uint64_t id_of(const cJSON *object, const char *name) { return (uint64_t)number(object, name, 0); }

static uint32_t small(const cJSON *object, const char *name) { return (uint32_t)number(object, name, 0); }

static uint64_t *ids_of(const cJSON *list, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(list);
    uint64_t *ids = (uint64_t *)malloc((*count + 1) * sizeof *ids);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list) { ids[i++] = (uint64_t)item->valuedouble; }
    return ids;
}

/* `photo/face:opinion` of each, and whether the owner has opted out. */
static void say_opinions(const facecore_feedback *feedback) {
    facecore_face_opinion opinions[16];
    size_t count = 0;
    uint32_t opted_out = 0;
    EXPECT_STATUS(facecore_feedback_copy_opinions(feedback, opinions, 16, &count), FACECORE_STATUS_OK);
    for (size_t i = 0; i < count; ++i) {
        say(" %llu/%u:%u", (unsigned long long)opinions[i].photo, (unsigned)opinions[i].face, (unsigned)opinions[i].opinion);
    }
    EXPECT_STATUS(facecore_feedback_get_opted_out(feedback, &opted_out), FACECORE_STATUS_OK);
    say("%s", opted_out == 1 ? " opted-out" : "");
}

static facecore_status feedback_step(const cJSON *step, const char *verb, kept *held) {
    const uint64_t photo = id_of(step, "photo");
    const uint32_t face = small(step, "face");
    uint32_t found = 0;
    facecore_status status = FACECORE_STATUS_OK;
    if (is(verb, "apply")) {
        status = facecore_feedback_apply(held->feedback, photo, face, small(step, "opinion"), &found);
        say(" %u", (unsigned)found);
    } else if (is(verb, "forget")) {
        status = facecore_feedback_forget(held->feedback, photo, face);
    } else if (is(verb, "of")) {
        status = facecore_feedback_get_opinion(held->feedback, photo, face, &found);
        found == 0 ? say(" -") : say(" %u", (unsigned)found);
    } else if (is(verb, "may-propose")) {
        status = facecore_feedback_may_propose(held->feedback, photo, face, &found);
        say(" %u", (unsigned)found);
    } else if (is(verb, "opt-out") || is(verb, "opt-in")) {
        status = facecore_feedback_set_opted_out(held->feedback, is(verb, "opt-out"));
    } else {
        EXPECT(is(verb, "all"));
        say_opinions(held->feedback);
    }
    return status;
}

static facecore_status feedback(const cJSON *test, const cJSON *expected) {
    kept held;
    (void)expected;
    memset(&held, 0, sizeof held);
    EXPECT_STATUS(facecore_feedback_new(&held.feedback), FACECORE_STATUS_OK);
    each_step(test, &held, feedback_step);
    facecore_feedback_free(held.feedback);
    return FACECORE_STATUS_OK;
}

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

static void begin_case(const cJSON *test, kept *held) {
    memset(held, 0, sizeof *held);
    new_folder(held->folder, sizeof held->folder);
    held->space = strtoull(text(test, "space"), NULL, 16);
    held->values = (size_t)number(test, "values", 0);
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

/* `id:cosine` of each of an answer, which are those that were expected, as near as 8 bits are. */
static void say_hits(const facecore_hits *hits, size_t answer, const cJSON *expected) {
    const facecore_hit *all = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_hits_get(hits, answer, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == (size_t)cJSON_GetArraySize(expected));
    for (size_t i = 0; i < count; ++i) {
        say(" %llu", (unsigned long long)all[i].id);
        say_bits(all[i].cosine);
        const cJSON *hit = cJSON_GetArrayItem(expected, (int)i);
        EXPECT((double)all[i].id == cJSON_GetArrayItem(hit, 0)->valuedouble);
        EXPECT(fabs(all[i].cosine - cJSON_GetArrayItem(hit, 1)->valuedouble) < 0.005);
    }
}

static facecore_status faces_of(const cJSON *list, uint64_t space, facecore_embedding **faces, size_t *count) {
    char digits[17];
    facecore_status status = FACECORE_STATUS_OK;
    snprintf(digits, sizeof digits, "%016llx", (unsigned long long)space);
    const cJSON *values;
    cJSON_ArrayForEach(values, list) {
        EXPECT(*count < 16);
        if (status == FACECORE_STATUS_OK) {
            status = new_embedding(digits, values, &faces[*count]);
            *count += status == FACECORE_STATUS_OK;
        }
    }
    return status;
}

static facecore_status search_step(const cJSON *step, const char *verb, const kept *held, facecore_embedding *const *faces, size_t count) {
    facecore_search search;
    facecore_hits *hits = NULL;
    size_t only_count = 0;
    EXPECT_STATUS(facecore_search_init(&search, sizeof search), FACECORE_STATUS_OK);
    uint64_t *only = ids_of(member(step, "only"), &only_count), *except = ids_of(member(step, "except"), &search.except_count);
    search.neighbours = (size_t)number(step, "neighbours", (double)search.neighbours);
    search.least = (float)number(step, "least", search.least);
    search.shortlist = cJSON_IsTrue(member(step, "exact")) ? 0 : (size_t)number(step, "shortlist", (double)search.shortlist);
    search.only = member(step, "only") == NULL ? NULL : only;
    search.only_count = only_count;
    search.except = except;
    const cJSON *expected = member(step, "answer");
    facecore_status status;
    if (is(verb, "search")) {
        status = facecore_index_search(held->index, faces[0], &search, &hits);
        if (status == FACECORE_STATUS_OK) {
            say_hits(hits, 0, expected);
        }
    } else {
        status = facecore_index_search_many(held->index, (const facecore_embedding *const *)faces, count, &search, &hits);
        for (size_t i = 0; status == FACECORE_STATUS_OK && i < count; ++i) {
            say("%s", i == 0 ? "" : " |");
            say_hits(hits, i, cJSON_GetArrayItem(expected, (int)i));
        }
    }
    facecore_hits_free(hits);
    free(only);
    free(except);
    return status;
}

static facecore_status open_index(const cJSON *step, const char *verb, kept *held) {
    char file[600];
    snprintf(file, sizeof file, "%s/faces.fci", held->folder);
    facecore_index_free(held->index);
    held->index = NULL;
    return is(verb, "read") ? facecore_index_open_to_read(file, &held->index)
                            : facecore_index_open(file, space_of(step, held), (size_t)number(step, "values", (double)held->values), &held->index);
}

static facecore_status index_step(const cJSON *step, const char *verb, kept *held) {
    if (is(verb, "reopen") || is(verb, "read")) {
        return open_index(step, verb, held);
    }
    facecore_embedding *faces[16] = {NULL};
    size_t count = 0, damaged = 0;
    uint64_t removed = 0, present = 0;
    facecore_status status = faces_of(member(step, "faces"), space_of(step, held), faces, &count);
    if (status == FACECORE_STATUS_OK && member(step, "face") != NULL) {
        char digits[17];
        snprintf(digits, sizeof digits, "%016llx", (unsigned long long)space_of(step, held));
        status = new_embedding(digits, member(step, "face"), &faces[count++]);
    }
    if (status != FACECORE_STATUS_OK) {
        /* The answer. */
    } else if (is(verb, "add")) {
        size_t id_count = 0;
        uint64_t *ids = ids_of(member(step, "ids"), &id_count);
        EXPECT(id_count == count);
        status = facecore_index_add(held->index, ids, (const facecore_embedding *const *)faces, count);
        free(ids);
    } else if (is(verb, "remove")) {
        const uint64_t id = id_of(step, "id");
        status = facecore_index_remove(held->index, &id, 1, &removed);
        say(" %llu", (unsigned long long)removed);
    } else if (is(verb, "search") || is(verb, "search-many")) {
        status = search_step(step, verb, held, faces, count);
    } else if (is(verb, "verify")) {
        status = facecore_index_verify(held->index, &present, NULL, 0, &damaged);
        say(" %llu %llu", (unsigned long long)present, (unsigned long long)damaged);
    } else if (is(verb, "compact")) {
        status = facecore_index_compact(held->index);
    } else {
        EXPECT(is(verb, "size"));
        facecore_index_info info;
        info.struct_size = sizeof info;
        status = facecore_index_get_info(held->index, &info);
        say(" %llu", (unsigned long long)info.faces);
    }
    for (size_t i = 0; i < count; ++i) {
        facecore_embedding_free(faces[i]);
    }
    return status;
}

static facecore_status index_cases(const cJSON *test, const cJSON *expected) {
    kept held;
    (void)expected;
    begin_case(test, &held);
    const facecore_status status = open_index(test, "reopen", &held);
    if (status == FACECORE_STATUS_OK) {
        each_step(test, &held, index_step);
    }
    facecore_index_free(held.index);
    remove_tree(held.folder);
    return status;
}

/* What a merged profile holds. */
static facecore_status put_merged(const facecore_profile *merged, const cJSON *expected) {
    uint8_t bytes[2048];
    size_t length = 0, embeddings = 0;
    int slots = 0;
    const facecore_status status = facecore_profile_encode(merged, bytes, sizeof bytes, &length);
    if (status != FACECORE_STATUS_OK) {
        return status;
    }
    char *digits = hex(bytes, length);
    fprintf(answers, "profile %s\n", digits);
    EXPECT(strcmp(digits, text(expected, "bytes")) == 0);
    free(digits);
    for (uint32_t role = FACECORE_ROLE_OWNER; role <= FACECORE_ROLE_LOOK; ++role) {
        facecore_profile_slot slot;
        slot.struct_size = sizeof slot;
        EXPECT_STATUS(facecore_profile_get_slot(merged, role, &slot), FACECORE_STATUS_OK);
        if (slot.faces > 0) {
            fprintf(answers, "slot %u %u %u", (unsigned)role, (unsigned)slot.photos, (unsigned)slot.faces);
            put_bits(&slot.coherence, 1);
            fputc('\n', answers);
            const cJSON *known = cJSON_GetArrayItem(member(expected, "slots"), slots++);
            const double numbers[3] = {role, slot.photos, slot.faces};
            for (int i = 0; i < 3; ++i) {
                EXPECT(numbers[i] == cJSON_GetArrayItem(known, i)->valuedouble);
            }
            EXPECT(fabs(slot.coherence - cJSON_GetArrayItem(known, 3)->valuedouble) < 1e-5);
        }
    }
    EXPECT(slots == cJSON_GetArraySize(member(expected, "slots")));
    for (uint32_t role = FACECORE_ROLE_OWNER; role <= FACECORE_ROLE_LOOK; ++role) {
        facecore_embedding *mean = NULL;
        EXPECT_STATUS(facecore_profile_get_embedding(merged, role, &mean), FACECORE_STATUS_OK);
        if (mean != NULL) {
            EXPECT_STATUS(facecore_embedding_encode(mean, FACECORE_ENCODING_F32, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
            digits = hex(bytes, length);
            fprintf(answers, "embedding %s\n", digits);
            free(digits);
            ++embeddings;
        }
        facecore_embedding_free(mean);
    }
    EXPECT((double)embeddings == number(expected, "embeddings", NAN));
    return status;
}

/* Profiles merged into the first of them, or into a new one where the case has a space. */
static facecore_status merge(const cJSON *test, const cJSON *expected) {
    facecore_profile *merged = NULL;
    facecore_status status = FACECORE_STATUS_OK;
    if (member(test, "values") != NULL) {
        status = facecore_profile_new(strtoull(text(test, "space"), NULL, 16), (size_t)number(test, "values", 0), &merged);
    }
    const cJSON *digits;
    cJSON_ArrayForEach(digits, member(test, "profiles")) {
        facecore_profile *next = NULL;
        size_t length = 0;
        unsigned char *bytes = unhex(digits->valuestring, &length);
        if (status == FACECORE_STATUS_OK) {
            status = facecore_profile_decode(bytes, length, merged == NULL ? &merged : &next);
        }
        if (status == FACECORE_STATUS_OK && next != NULL) {
            status = facecore_profile_merge(merged, next);
        }
        facecore_profile_free(next);
        free(bytes);
    }
    if (status == FACECORE_STATUS_OK) {
        status = put_merged(merged, expected);
    }
    facecore_profile_free(merged);
    return status;
}

#endif
