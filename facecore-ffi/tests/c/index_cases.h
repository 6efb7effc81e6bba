/* The cases of indexes. A part of cases.c; facecore/tests/cases/search.rs says how they are read. */

#ifndef INDEX_CASES_H
#define INDEX_CASES_H

#include "at_rest.h"

/* `what:cosine`, which is what was expected, as near as 8 bits are. */
static void say_near(const char *what, float cosine, const cJSON *expected) {
    say(" %s", what);
    say_bits(cosine);
    const cJSON *known = cJSON_GetArrayItem(expected, 0);
    EXPECT(cJSON_IsString(known) ? strcmp(known->valuestring, what) == 0 : known != NULL && known->valuedouble == strtod(what, NULL));
    EXPECT(known != NULL && fabs(cosine - cJSON_GetArrayItem(expected, 1)->valuedouble) < 0.005);
}

/* Each of an answer. */
static void say_hits(const facecore_hits *hits, size_t answer, const cJSON *expected) {
    const facecore_hit *all = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_hits_get(hits, answer, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == (size_t)cJSON_GetArraySize(expected));
    for (size_t i = 0; i < count; ++i) {
        char id[32];
        snprintf(id, sizeof id, "%llu", (unsigned long long)all[i].id);
        say_near(id, all[i].cosine, cJSON_GetArrayItem(expected, (int)i));
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

/* How a step searches; the ids that it points to are freed by the caller. */
static uint64_t *search_of(const cJSON *step, facecore_search *search) {
    size_t only = 0, except = 0;
    EXPECT_STATUS(facecore_search_init(search, sizeof *search), FACECORE_STATUS_OK);
    uint64_t *ids = ids_of(member(step, "only"), &only), *not_them = ids_of(member(step, "except"), &except);
    ids = (uint64_t *)realloc(ids, (only + except + 1) * sizeof *ids);
    memcpy(ids + only, not_them, except * sizeof *ids);
    free(not_them);
    search->neighbours = (size_t)number(step, "neighbours", (double)search->neighbours);
    search->least = (float)number(step, "least", search->least);
    search->shortlist = cJSON_IsTrue(member(step, "exact")) ? 0 : (size_t)number(step, "shortlist", (double)search->shortlist);
    search->only = member(step, "only") == NULL ? NULL : ids;
    search->only_count = only;
    search->except = ids + only;
    search->except_count = except;
    return ids;
}

static facecore_status search_step(const cJSON *step, const char *verb, const kept *held, facecore_embedding *const *faces, size_t count) {
    facecore_search search;
    facecore_hits *hits = NULL;
    uint64_t *ids = search_of(step, &search);
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
    free(ids);
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

#endif
