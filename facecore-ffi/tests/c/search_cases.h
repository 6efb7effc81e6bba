/* The cases of accounts and stars. A part of cases.c; facecore/tests/cases/search.rs says how they are read. */

#ifndef SEARCH_CASES_H
#define SEARCH_CASES_H

#include "index_cases.h"
#include "store_cases.h"

/* A face of an account: random values by the number that it is like, and a step aside. */
static facecore_status made(uint64_t like, float off, uint64_t space, size_t length, facecore_embedding **face) {
    float values[64];
    EXPECT(length <= 64);
    for (uint64_t at = 0; at < length; ++at) {
        uint64_t bits = (like << 32 | at) * 0x9e3779b97f4a7c15u; /* SplitMix64. */
        bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
        bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
        bits ^= bits >> 31;
        values[at] = (float)(bits >> 40) / (float)(1 << 23) - 1;
    }
    values[0] += off;
    return facecore_embedding_new(space, values, length, face);
}

static facecore_status made_of(const cJSON *face, uint64_t space, size_t length, facecore_embedding **embedding) {
    return made(id_of(face, "like"), (float)number(face, "off", 0), space, length, embedding);
}

static void add_face(facecore_profile *profile, uint32_t role, facecore_embedding *face) {
    const facecore_embedding *one = face;
    EXPECT_STATUS(facecore_profile_add(profile, role, &one, 1), FACECORE_STATUS_OK);
    facecore_embedding_free(face);
}

static void put_account(facecore_batch *batch, uint64_t user, const kept *held, facecore_profile *profile) {
    uint8_t bytes[1024];
    size_t length = 0;
    EXPECT_STATUS(facecore_profile_encode(profile, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_batch_put(batch, user, held->space, bytes, length), FACECORE_STATUS_OK);
    facecore_profile_free(profile);
}

/* The accounts of `profile` and `many`. */
static facecore_status accounts_step(const cJSON *step, const char *verb, const kept *held) {
    facecore_batch *batch = NULL;
    facecore_profile *profile = NULL;
    facecore_embedding *face = NULL;
    EXPECT_STATUS(facecore_batch_new(&batch), FACECORE_STATUS_OK);
    if (is(verb, "profile")) {
        static const char *const roles[] = {"owner", "partner"};
        EXPECT_STATUS(facecore_profile_new(held->space, held->values, &profile), FACECORE_STATUS_OK);
        for (uint32_t role = 0; role < 2; ++role) {
            const cJSON *item;
            cJSON_ArrayForEach(item, member(step, roles[role])) {
                EXPECT_STATUS(made_of(item, held->space, held->values, &face), FACECORE_STATUS_OK);
                add_face(profile, role == 0 ? FACECORE_ROLE_OWNER : FACECORE_ROLE_PARTNER, face);
            }
        }
        put_account(batch, id_of(step, "user"), held, profile);
    }
    const uint64_t first = id_of(step, "first"), end = first + id_of(step, "count");
    for (uint64_t user = first; user < end; ++user) {
        EXPECT_STATUS(facecore_profile_new(held->space, held->values, &profile), FACECORE_STATUS_OK);
        EXPECT_STATUS(made(user, 0, held->space, held->values, &face), FACECORE_STATUS_OK);
        add_face(profile, FACECORE_ROLE_OWNER, face);
        put_account(batch, user, held, profile);
    }
    const facecore_status status = facecore_store_write(held->store, batch, NULL, 0);
    facecore_batch_free(batch);
    return status;
}

/* Searches some parts; when none is left, the pairs are reported, and those that are news are the answer. */
static facecore_status find_clones_step(const cJSON *step, const kept *held) {
    char progress[600];
    uint64_t done = 0, parts = 0;
    facecore_clone_search search;
    facecore_pairs *pairs = NULL;
    facecore_clone_events *events = NULL;
    const facecore_alike_pair *found = NULL;
    const facecore_clone_event *news = NULL;
    size_t count = 0;
    snprintf(progress, sizeof progress, "%s/progress", held->folder);
    EXPECT_STATUS(facecore_clone_search_init(&search, sizeof search), FACECORE_STATUS_OK);
    search.progress = progress;
    search.parts = id_of(step, "parts");
    search.least = (float)number(step, "least", 0);
    facecore_status status = facecore_search_clones(held->index, &search, &done, &parts, &pairs);
    if (status == FACECORE_STATUS_OK && pairs == NULL) {
        EXPECT(done < parts);
        say(" left");
    } else if (status == FACECORE_STATUS_OK) {
        const cJSON *expected = member(step, "answer");
        EXPECT_STATUS(facecore_pairs_get(pairs, &found, &count), FACECORE_STATUS_OK);
        status = facecore_store_report_clones(held->store, found, count, &events);
        EXPECT_STATUS(facecore_clone_events_get(events, &news, &count), FACECORE_STATUS_OK);
        EXPECT(count == (size_t)cJSON_GetArraySize(expected));
        for (size_t i = 0; i < count; ++i) {
            char ids[64];
            snprintf(ids, sizeof ids, "%llu-%llu", (unsigned long long)news[i].low, (unsigned long long)news[i].high);
            say_near(ids, news[i].cosine, cJSON_GetArrayItem(expected, (int)i));
        }
    }
    facecore_clone_events_free(events);
    facecore_pairs_free(pairs);
    return status;
}

/* `who` and `search` by a face that is made. */
static facecore_status look_step(const cJSON *step, const char *verb, const kept *held) {
    facecore_search search;
    facecore_embedding *face = NULL;
    facecore_hits *hits = NULL;
    uint64_t *ids = search_of(step, &search);
    EXPECT_STATUS(made_of(member(step, "face"), space_of(step, held), held->values, &face), FACECORE_STATUS_OK);
    const facecore_status status = is(verb, "who") ? facecore_who_is(held->index, held->store, face, &search, &hits)
                                                   : facecore_index_search(held->index, face, &search, &hits);
    if (status == FACECORE_STATUS_OK) {
        say_hits(hits, 0, member(step, "answer"));
    }
    facecore_hits_free(hits);
    facecore_embedding_free(face);
    free(ids);
    return status;
}

static facecore_status account_step(const cJSON *step, const char *verb, kept *held) {
    if (is(verb, "profile") || is(verb, "many")) {
        return accounts_step(step, verb, held);
    }
    if (is(verb, "who") || is(verb, "search")) {
        return look_step(step, verb, held);
    }
    if (is(verb, "find-clones")) {
        return find_clones_step(step, held);
    }
    if (is(verb, "remove") || is(verb, "compact") || is(verb, "size")) {
        return index_step(step, verb, held);
    }
    if (is(verb, "add-profiles")) {
        uint64_t users = 0;
        const uint32_t which = cJSON_IsTrue(member(step, "single-owners")) ? FACECORE_INDEXED_SINGLE_OWNERS : FACECORE_INDEXED_EVERYBODY;
        const facecore_status status = facecore_index_add_profiles(held->index, held->store, which, &users);
        say(" %llu", (unsigned long long)users);
        return status;
    }
    if (is(verb, "current")) {
        uint32_t current = 9;
        const facecore_status status = facecore_index_is_current(held->index, held->store, &current);
        say(" %u", (unsigned)current);
        return status;
    }
    if (is(verb, "level")) {
        float least = 0;
        return facecore_clone_level(held->index, number(step, "per-million", 0), 0, &least);
    }
    return store_step(step, verb, held);
}

static facecore_status accounts(const cJSON *test, const cJSON *expected) {
    kept held;
    (void)expected;
    begin_case(test, &held);
    facecore_status status = open_store(&held, "store", held.space, &held.store);
    status = status == FACECORE_STATUS_OK ? open_index(test, "reopen", &held) : status;
    if (status == FACECORE_STATUS_OK) {
        each_step(test, &held, account_step);
    }
    facecore_index_free(held.index);
    facecore_store_free(held.store);
    remove_tree(held.folder);
    return status;
}

static void say_people(const facecore_people *people) {
    facecore_texts *names = NULL;
    const char *const *all = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_people_get_names(people, &names), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_texts_get(names, &all, &count), FACECORE_STATUS_OK);
    for (size_t i = 0; i < count; ++i) {
        facecore_embedding *faces[8] = {NULL};
        size_t shown = 0;
        EXPECT_STATUS(facecore_people_copy_faces(people, all[i], faces, 8, &shown), FACECORE_STATUS_OK);
        say(" %s:%llu", all[i], (unsigned long long)shown);
        for (size_t at = 0; at < shown; ++at) {
            facecore_embedding_free(faces[at]);
        }
    }
    facecore_texts_free(names);
}

/* The stars of a photo, with faces[0] as the uploader. */
static facecore_status stars_step(const cJSON *step, const kept *held, facecore_embedding *const *faces, size_t count) {
    facecore_candidates *self = NULL;
    facecore_gallery *uploader = NULL;
    facecore_stars *stars = NULL;
    facecore_star_hits *hits = NULL;
    const facecore_star_hit *all = NULL;
    size_t found = 0;
    const cJSON *expected = member(step, "answer");
    EXPECT_STATUS(facecore_candidates_new(&self), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_candidates_add(self, "me", faces[0]), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_gallery_new(held->matcher, self, &uploader), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_stars_new(held->matcher, held->people, &stars), FACECORE_STATUS_OK);
    const facecore_status status = facecore_stars_search(stars, uploader, (const facecore_embedding *const *)faces + 1, count - 1, &hits);
    if (status == FACECORE_STATUS_OK) {
        EXPECT_STATUS(facecore_star_hits_get(hits, &all, &found), FACECORE_STATUS_OK);
        EXPECT(found == (size_t)cJSON_GetArraySize(expected));
    }
    for (size_t i = 0; i < found; ++i) {
        char what[600];
        snprintf(what, sizeof what, "%s@%llu/%llu", all[i].star, (unsigned long long)all[i].face, (unsigned long long)all[i].uploader_face);
        for (char *space = what; (space = strchr(space, ' ')) != NULL;) {
            *space = '_';
        }
        say_near(what, all[i].cosine, cJSON_GetArrayItem(expected, (int)i));
    }
    facecore_star_hits_free(hits);
    facecore_stars_free(stars);
    facecore_gallery_free(uploader);
    facecore_candidates_free(self);
    return status;
}

/* The steps that need no face. */
static facecore_status list_step(const cJSON *step, const char *verb, kept *held) {
    uint8_t bytes[2048];
    size_t length = 0;
    uint32_t removed = 0;
    facecore_status status = FACECORE_STATUS_OK;
    if (is(verb, "all")) {
        say_people(held->people);
    } else if (is(verb, "remove")) {
        status = facecore_people_remove(held->people, text(step, "person"), &removed);
        say(" %u", (unsigned)removed);
    } else if (is(verb, "decode")) {
        facecore_people *people = NULL;
        unsigned char *given = unhex(text(step, "bytes"), &length);
        status = facecore_people_decode(given, length, &people);
        facecore_people_free(people);
        free(given);
    } else {
        EXPECT(is(verb, "bytes") || is(verb, "reread"));
        status = facecore_people_encode(held->people, bytes, sizeof bytes, &length);
        if (is(verb, "bytes")) {
            say(" ");
            say_bytes(bytes, length);
        } else {
            facecore_people_free(held->people);
            status = facecore_people_decode(bytes, length, &held->people);
        }
    }
    return status;
}

static facecore_status people_step(const cJSON *step, const char *verb, kept *held) {
    if (!is(verb, "add") && !is(verb, "stars")) {
        return list_step(step, verb, held);
    }
    facecore_embedding *faces[16] = {NULL};
    size_t count = 0;
    EXPECT_STATUS(faces_of(member(step, "uploader"), held->space, faces, &count), FACECORE_STATUS_OK);
    EXPECT_STATUS(faces_of(member(step, "faces"), space_of(step, held), faces, &count), FACECORE_STATUS_OK);
    const facecore_status status =
        is(verb, "stars") ? stars_step(step, held, faces, count)
                          : facecore_people_add(held->people, text(step, "person"), (const facecore_embedding *const *)faces, count);
    for (size_t i = 0; i < count; ++i) {
        facecore_embedding_free(faces[i]);
    }
    return status;
}

static facecore_status stars(const cJSON *test, const cJSON *expected) {
    kept held;
    (void)expected;
    memset(&held, 0, sizeof held);
    held.space = strtoull(text(test, "space"), NULL, 16);
    facecore_status status = facecore_matcher_cosine((float)number(test, "threshold", 0), (float)number(test, "margin", 0), &held.matcher);
    EXPECT_STATUS(facecore_people_new(held.space, &held.people), FACECORE_STATUS_OK);
    if (status == FACECORE_STATUS_OK) {
        each_step(test, &held, people_step);
    }
    facecore_people_free(held.people);
    facecore_matcher_free(held.matcher);
    return status;
}

#endif
