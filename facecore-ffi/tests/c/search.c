/* People, stars, who a stranger is, and clones: with NULL and wrong values each call has its status, and who was put in is found.
 * Usage: search */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "expect.h"
#include "facecore.h"
#include "folder.h"

enum { ACCOUNTS = 300, VALUES = 16 };
static const uint64_t SPACE = 0x0102030405060708u;
static char place[512];

static facecore_embedding *embedding(uint64_t space, const float *values, size_t count) {
    facecore_embedding *made = NULL;
    EXPECT_STATUS(facecore_embedding_new(space, values, count, &made), FACECORE_STATUS_OK);
    return made;
}

static facecore_people *people(const facecore_embedding *const *faces) {
    facecore_people *people = NULL, *read = NULL;
    char name[1002];
    uint8_t bytes[512];
    size_t length = 0;
    uint32_t removed = 9;
    uint64_t space = 0;
    EXPECT_STATUS(facecore_people_new(SPACE, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_new(SPACE, &people), FACECORE_STATUS_OK);
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = 0;
    EXPECT_STATUS(facecore_people_add(NULL, "Ada", faces, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_add(people, NULL, faces, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_add(people, "Ada", NULL, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_add(people, "", faces, 1), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_people_add(people, name, faces, 1), FACECORE_STATUS_LIMIT);
    EXPECT_STATUS(facecore_people_add(people, "\xff", faces, 1), FACECORE_STATUS_TEXT);
    EXPECT_STATUS(facecore_people_add(people, "Bea", faces + 1, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_people_add(people, "Ada", faces, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_people_remove(NULL, "Bea", NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_remove(people, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_remove(people, "Cleo", &removed), FACECORE_STATUS_OK);
    EXPECT(removed == 0);
    EXPECT_STATUS(facecore_people_get_space(NULL, &space), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_get_space(people, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_get_space(people, &space), FACECORE_STATUS_OK);
    EXPECT(space == SPACE);
    EXPECT_STATUS(facecore_people_encode(NULL, bytes, sizeof bytes, &length), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_encode(people, NULL, 0, &length), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_people_encode(people, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_people_decode(bytes, length, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_decode(NULL, length, &read), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_decode(bytes, length - 1, &read), FACECORE_STATUS_CALIBRATION);
    EXPECT(read == NULL);
    EXPECT_STATUS(facecore_people_decode(bytes, length, &read), FACECORE_STATUS_OK);
    facecore_people_free(people);
    facecore_people_free(NULL);
    return read;
}

static void who_is_there(const facecore_people *people) {
    facecore_texts *names = NULL;
    const char *const *array = NULL;
    facecore_embedding *faces[2] = {NULL};
    facecore_candidates *candidates = NULL;
    size_t count = 9;
    EXPECT_STATUS(facecore_people_get_names(NULL, &names), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_get_names(people, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_get_names(people, &names), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_texts_get(names, &array, &count), FACECORE_STATUS_OK);
    EXPECT(count == 2 && strcmp(array[0], "Ada") == 0 && strcmp(array[1], "Bea") == 0);
    facecore_texts_free(names);
    EXPECT_STATUS(facecore_people_copy_faces(NULL, "Ada", faces, 2, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_copy_faces(people, NULL, faces, 2, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_copy_faces(people, "Ada", NULL, 2, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_copy_faces(people, "Ada", faces, 2, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_copy_faces(people, "Ada", faces, 0, &count), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT(count == 1);
    EXPECT_STATUS(facecore_people_copy_faces(people, "Cleo", faces, 2, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0);
    EXPECT_STATUS(facecore_people_copy_faces(people, "Ada", faces, 2, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && faces[0] != NULL && faces[1] == NULL);
    facecore_embedding_free(faces[0]);
    EXPECT_STATUS(facecore_people_get_candidates(NULL, &candidates), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_get_candidates(people, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_people_get_candidates(people, &candidates), FACECORE_STATUS_OK);
    facecore_candidates_free(candidates);
}

static void stars(void) {
    const float ada[3] = {1, 0, 0}, bea[3] = {0, 1, 0}, me[3] = {0, 0, 1};
    const facecore_embedding *faces[3] = {embedding(SPACE, ada, 3), embedding(SPACE, bea, 3), embedding(SPACE, me, 3)};
    facecore_people *known = people(faces);
    facecore_matcher *matcher = NULL;
    facecore_candidates *self = NULL;
    facecore_gallery *uploader = NULL;
    facecore_stars *stars = NULL;
    facecore_star_hits *hits = NULL;
    const facecore_star_hit *all = NULL;
    size_t count = 9;
    who_is_there(known);
    EXPECT_STATUS(facecore_matcher_cosine(0.6f, 0.05f, &matcher), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_candidates_new(&self), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_candidates_add(self, "me", faces[2]), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_gallery_new(matcher, self, &uploader), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_stars_new(NULL, known, &stars), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stars_new(matcher, NULL, &stars), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stars_new(matcher, known, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stars_new(matcher, known, &stars), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_stars_search(NULL, uploader, faces, 3, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stars_search(stars, NULL, faces, 3, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stars_search(stars, uploader, NULL, 3, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stars_search(stars, uploader, faces, 3, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stars_search(stars, uploader, faces, 3, &hits), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_star_hits_get(NULL, &all, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_star_hits_get(hits, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_star_hits_get(hits, &all, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_star_hits_get(hits, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 2 && strcmp(all[0].star, "Ada") == 0 && strcmp(all[1].star, "Bea") == 0);
    EXPECT(all[0].face == 0 && all[1].face == 1 && all[0].uploader_face == 2 && all[1].cosine > 0.99f);
    facecore_star_hits_free(hits);
    EXPECT_STATUS(facecore_stars_search(stars, uploader, faces, 2, &hits), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_star_hits_get(hits, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0); /* The stars alone. */
    facecore_star_hits_free(hits);
    facecore_star_hits_free(NULL);
    facecore_stars_free(stars);
    facecore_stars_free(NULL);
    facecore_gallery_free(uploader);
    facecore_candidates_free(self);
    facecore_matcher_free(matcher);
    facecore_people_free(known);
    for (size_t i = 0; i < 3; ++i) {
        facecore_embedding_free((facecore_embedding *)faces[i]);
    }
}

/* The face of an account: pseudo-random, but that the last account has nearly the first one's. */
static facecore_embedding *face_of(uint64_t user) {
    float values[VALUES];
    uint32_t state = (uint32_t)(user == ACCOUNTS ? 1 : user) * 2654435761u;
    for (size_t i = 0; i < VALUES; ++i) {
        state = state * 1664525u + 1013904223u;
        values[i] = (float)(state >> 8) / (float)(1 << 23) - 1;
    }
    values[0] += user == ACCOUNTS ? 0.01f : 0;
    return embedding(SPACE, values, VALUES);
}

/* Accounts with one profile each, of whom two agree to be found. */
static facecore_store *accounts(void) {
    char folder[600];
    facecore_store_options options;
    facecore_store *store = NULL;
    facecore_batch *batch = NULL;
    facecore_store_options_init(&options, sizeof options);
    options.max_bytes = (uint64_t)1 << 30;
    options.durability = FACECORE_DURABILITY_PROCESS;
    snprintf(folder, sizeof folder, "%s/store", place);
    EXPECT_STATUS(facecore_store_open(folder, SPACE, &options, &store), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_batch_new(&batch), FACECORE_STATUS_OK);
    for (uint64_t user = 1; user <= ACCOUNTS; ++user) {
        facecore_profile *profile = NULL;
        facecore_embedding *face = face_of(user);
        const facecore_embedding *one = face;
        uint8_t bytes[256];
        size_t length = 0;
        EXPECT_STATUS(facecore_profile_new(SPACE, VALUES, &profile), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_profile_add(profile, FACECORE_ROLE_OWNER, &one, 1), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_profile_encode(profile, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_batch_put(batch, user, SPACE, bytes, length), FACECORE_STATUS_OK);
        facecore_profile_free(profile);
        facecore_embedding_free(face);
    }
    EXPECT_STATUS(facecore_batch_set_findable(batch, 5, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_batch_set_findable(batch, 6, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_write(store, batch, NULL, 0), FACECORE_STATUS_OK);
    facecore_batch_free(batch);
    return store;
}

static void strangers(const facecore_index *index, const facecore_store *store) {
    facecore_embedding *agreed = face_of(5), *silent = face_of(7);
    facecore_search search;
    facecore_hits *hits = NULL;
    const facecore_hit *all = NULL;
    size_t count = 9;
    facecore_search_init(&search, sizeof search);
    search.neighbours = 5;
    EXPECT_STATUS(facecore_who_is(NULL, store, agreed, NULL, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_who_is(index, NULL, agreed, NULL, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_who_is(index, store, NULL, NULL, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_who_is(index, store, agreed, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_who_is(index, store, agreed, &search, &hits), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_hits_get(hits, 0, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 2 && all[0].id == 5 && all[1].id == 6);
    facecore_hits_free(hits);
    search.least = 0.99f;
    EXPECT_STATUS(facecore_who_is(index, store, silent, &search, &hits), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_hits_get(hits, 0, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0); /* Who has not agreed is not found, though their very face is there. */
    facecore_hits_free(hits);
    facecore_embedding_free(agreed);
    facecore_embedding_free(silent);
}

static void clones(const facecore_index *index, const facecore_store *store) {
    char progress[600];
    float least = 9;
    uint64_t done = 9, all_parts = 9;
    facecore_pairs *pairs = NULL;
    const facecore_alike_pair *all = NULL;
    facecore_clone_events *events = NULL;
    const facecore_clone_event *news = NULL;
    size_t count = 9;
    snprintf(progress, sizeof progress, "%s/clones", place);
    EXPECT_STATUS(facecore_clone_level(NULL, 10, 0, &least), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_clone_level(index, 10, 0, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_clone_level(index, 0, 0, &least), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_clone_level(index, NAN, 0, &least), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_clone_level(index, 10, 0, &least), FACECORE_STATUS_OK);
    EXPECT(least > 0.8f && least < 1);
    facecore_clone_search search;
    EXPECT_STATUS(facecore_clone_search_init(NULL, sizeof search), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_clone_search_init(&search, 8), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_clone_search_init(&search, sizeof search), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, &all_parts, &pairs), FACECORE_STATUS_NULL_ARGUMENT); /* No file. */
    search.progress = progress;
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, &all_parts, &pairs), FACECORE_STATUS_OPTION); /* No cosine. */
    search.least = NAN;
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, &all_parts, &pairs), FACECORE_STATUS_OPTION);
    search.least = least;
    EXPECT_STATUS(facecore_search_clones(NULL, &search, &done, &all_parts, &pairs), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_search_clones(index, NULL, &done, &all_parts, &pairs), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_search_clones(index, &search, NULL, &all_parts, &pairs), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, NULL, &pairs), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, &all_parts, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    search.reserved[0] = 1;
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, &all_parts, &pairs), FACECORE_STATUS_STRUCT_SIZE);
    search.reserved[0] = 0;
    search.progress = place;
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, &all_parts, &pairs), FACECORE_STATUS_STORE);
    search.progress = progress;
    search.parts = 0;
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, &all_parts, &pairs), FACECORE_STATUS_OK);
    EXPECT(done == 0 && all_parts == 1 && pairs == NULL);
    search.parts = 9;
    EXPECT_STATUS(facecore_search_clones(index, &search, &done, &all_parts, &pairs), FACECORE_STATUS_OK);
    EXPECT(done == 1 && all_parts == 1 && pairs != NULL);
    EXPECT_STATUS(facecore_pairs_get(NULL, &all, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_pairs_get(pairs, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_pairs_get(pairs, &all, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_pairs_get(pairs, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && all[0].first == 1 && all[0].second == ACCOUNTS && all[0].cosine > 0.99f);
    for (size_t round = 0; round < 2; ++round) {
        EXPECT_STATUS(facecore_store_report_clones(store, all, count, &events), FACECORE_STATUS_OK);
        size_t news_count = 9;
        EXPECT_STATUS(facecore_clone_events_get(events, &news, &news_count), FACECORE_STATUS_OK);
        EXPECT(news_count == 1 - round); /* The second time it is no news. */
        facecore_clone_events_free(events);
    }
    facecore_pairs_free(pairs);
    facecore_pairs_free(NULL);
}

static void profiles(void) {
    char owners[600];
    facecore_store *store = accounts();
    facecore_index *index = NULL;
    uint64_t users = 9;
    snprintf(owners, sizeof owners, "%s/owners.fci", place);
    EXPECT_STATUS(facecore_index_open(owners, SPACE, VALUES, &index), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_index_add_profiles(NULL, store, FACECORE_INDEXED_EVERYBODY, &users), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_add_profiles(index, NULL, FACECORE_INDEXED_EVERYBODY, &users), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_add_profiles(index, store, 0, &users), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_index_add_profiles(index, store, 3, &users), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_index_add_profiles(index, store, FACECORE_INDEXED_SINGLE_OWNERS, &users), FACECORE_STATUS_OK);
    EXPECT(users == ACCOUNTS);
    uint32_t current = 9;
    EXPECT_STATUS(facecore_index_is_current(NULL, store, &current), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_is_current(index, NULL, &current), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_is_current(index, store, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_is_current(index, store, &current), FACECORE_STATUS_OK);
    EXPECT(current == 1);
    strangers(index, store);
    clones(index, store);
    facecore_index_free(index);
    facecore_store_free(store);
}

int main(void) {
    new_folder(place, sizeof place);
    stars();
    profiles();
    remove_tree(place);
    return expect_failures != 0;
}
