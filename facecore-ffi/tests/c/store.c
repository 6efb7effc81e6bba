/* Feedback and stores: with NULL and wrong values each call has its status, and what was written is read, even if the writer was killed.
 * Usage: store */

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include "expect.h"
#include "facecore.h"
#include "folder.h"

static const uint64_t SPACE = 0x0102030405060708u;
static const uint8_t BYTES[3] = {1, 2, 3};
static char place[512], folder[600];

static void feedback(void) {
    facecore_feedback *feedback = NULL;
    facecore_face_opinion opinions[2];
    uint32_t answer = 9;
    size_t count = 9;
    EXPECT_STATUS(facecore_feedback_new(NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_new(&feedback), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_feedback_apply(NULL, 7, 0, FACECORE_OPINION_CONFIRM, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_apply(feedback, 7, 65536, FACECORE_OPINION_CONFIRM, NULL), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_feedback_apply(feedback, 7, 0, 0, NULL), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_feedback_apply(feedback, 7, 0, 4, NULL), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_feedback_copy_opinions(feedback, NULL, 0, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0);
    EXPECT_STATUS(facecore_feedback_apply(feedback, 7, 65535, FACECORE_OPINION_REJECT, NULL), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_feedback_apply(feedback, 7, 65535, FACECORE_OPINION_REJECT, &answer), FACECORE_STATUS_OK);
    EXPECT(answer == 0);
    EXPECT_STATUS(facecore_feedback_forget(NULL, 7, 0), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_forget(feedback, 7, 65536), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_feedback_get_opinion(NULL, 7, 0, &answer), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_get_opinion(feedback, 7, 0, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_may_propose(NULL, 7, 0, &answer), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_may_propose(feedback, 7, 0, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_may_propose(feedback, 7, 65536, &answer), FACECORE_STATUS_OPTION);
    EXPECT(answer == 0);
    EXPECT_STATUS(facecore_feedback_set_opted_out(NULL, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_get_opted_out(NULL, &answer), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_get_opted_out(feedback, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_copy_opinions(feedback, opinions, 0, &count), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT(count == 1);
    EXPECT_STATUS(facecore_feedback_copy_opinions(feedback, NULL, 2, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_copy_opinions(NULL, opinions, 2, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_copy_opinions(feedback, opinions, 2, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_copy_opinions(feedback, opinions, 2, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && opinions[0].photo == 7 && opinions[0].face == 65535 && opinions[0].opinion == FACECORE_OPINION_REJECT);
    facecore_feedback_free(feedback);
    facecore_feedback_free(NULL);
}

/* What the owner says makes the album of a builder another one. */
static void built_with_feedback(void) {
    static const uint64_t space = 0xe37f9c1f75f50abdu; /* facenet-ms1m-128, which profiles are fitted for */
    static const float values[3] = {1, 2, 3};
    facecore_profile_builder *builder = NULL;
    facecore_feedback *feedback = NULL;
    facecore_embedding *embedding = NULL;
    facecore_build *build = NULL;
    facecore_build_info info;
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_profile_builder_new(space, &builder), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_feedback_new(&feedback), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_embedding_new(space, values, 3, &embedding), FACECORE_STATUS_OK);
    for (uint64_t id = 1; id <= 6; ++id) {
        facecore_album_photo photo;
        facecore_album_face face;
        facecore_album_photo_init(&photo, sizeof photo);
        facecore_album_face_init(&face, sizeof face);
        photo.id = id;
        face.embedding = embedding;
        face.width = 110;
        face.score = 0.99f;
        EXPECT_STATUS(facecore_profile_builder_add_photo(builder, &photo), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_profile_builder_add_face(builder, &face), FACECORE_STATUS_OK);
    }
    EXPECT_STATUS(facecore_profile_builder_set_feedback(NULL, feedback), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_set_feedback(builder, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_apply(feedback, 3, 0, FACECORE_OPINION_REMOVE, NULL), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_set_feedback(builder, feedback), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_build(builder, &build), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_build_get_info(build, &info), FACECORE_STATUS_OK);
    EXPECT(info.outcome == FACECORE_BUILD_OUTCOME_BUILT);
    const facecore_build_member *members = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_build_get_members(build, &members, &count), FACECORE_STATUS_OK);
    EXPECT(count == 5);
    for (size_t i = 0; i < count; ++i) {
        EXPECT(members[i].photo != 3);
    }
    facecore_build_free(build);
    EXPECT_STATUS(facecore_feedback_set_opted_out(feedback, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_set_feedback(builder, feedback), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_build(builder, &build), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_build_get_info(build, &info), FACECORE_STATUS_OK);
    EXPECT(info.outcome != FACECORE_BUILD_OUTCOME_BUILT);
    facecore_build_free(build);
    facecore_embedding_free(embedding);
    facecore_feedback_free(feedback);
    facecore_profile_builder_free(builder);
}

static facecore_store_options options(void) {
    facecore_store_options options;
    EXPECT_STATUS(facecore_store_options_init(&options, sizeof options), FACECORE_STATUS_OK);
    EXPECT(options.max_bytes == (uint64_t)1 << 40 && options.max_readers == 1024 && options.durability == FACECORE_DURABILITY_POWER);
    options.max_bytes = (uint64_t)1 << 30;
    options.durability = FACECORE_DURABILITY_PROCESS;
    return options;
}

static void opening(void) {
    facecore_store *store = NULL, *again = (facecore_store *)&store;
    facecore_store_options asked = options();
    uint64_t space = 0;
    EXPECT_STATUS(facecore_store_options_init(NULL, sizeof asked), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_options_init(&asked, 8), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_store_open(NULL, SPACE, &asked, &store), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_open(folder, SPACE, &asked, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_open("\xff", SPACE, &asked, &store), FACECORE_STATUS_TEXT);
    EXPECT_STATUS(facecore_store_open("/dev/null/store", SPACE, &asked, &store), FACECORE_STATUS_STORE);
    asked.durability = 2;
    EXPECT_STATUS(facecore_store_open(folder, SPACE, &asked, &store), FACECORE_STATUS_UNKNOWN_VALUE);
    asked = options();
    asked.struct_size = 8;
    EXPECT_STATUS(facecore_store_open(folder, SPACE, &asked, &store), FACECORE_STATUS_STRUCT_SIZE);
    asked = options();
    asked.reserved[0] = 1;
    EXPECT_STATUS(facecore_store_open(folder, SPACE, &asked, &store), FACECORE_STATUS_STRUCT_SIZE);
    asked = options();
    EXPECT(store == NULL);
    EXPECT_STATUS(facecore_store_open(folder, SPACE, &asked, &store), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_open(folder, SPACE, &asked, &again), FACECORE_STATUS_STORE);
    EXPECT(again == NULL);
    EXPECT_STATUS(facecore_store_get_space(NULL, &space), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_get_space(store, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_get_space(store, &space), FACECORE_STATUS_OK);
    EXPECT(space == SPACE);
    facecore_store_free(store);
    EXPECT_STATUS(facecore_store_open(folder, SPACE + 1, &asked, &store), FACECORE_STATUS_SPACE_MISMATCH);
    facecore_store_free(NULL);
}

static facecore_store *open_store(void) {
    facecore_store *store = NULL;
    const facecore_store_options asked = options();
    EXPECT_STATUS(facecore_store_open(folder, SPACE, &asked, &store), FACECORE_STATUS_OK);
    return store;
}

static void batches(const facecore_store *store) {
    facecore_batch *batch = NULL;
    uint8_t results[3] = {9, 9, 9};
    size_t count = 9;
    EXPECT_STATUS(facecore_batch_new(NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_new(&batch), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_batch_put(NULL, 1, SPACE, BYTES, 3), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_put(batch, 1, SPACE, NULL, 3), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_put(batch, 1, SPACE, BYTES, SIZE_MAX), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_batch_put_next(batch, 1, SPACE, NULL, 3), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_put_face(batch, 1, 2, 65536, SPACE, BYTES, 3), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_batch_put_face(batch, 1, 2, 0, SPACE, NULL, 3), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_apply(batch, 1, 2, 65536, FACECORE_OPINION_CONFIRM), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_batch_apply(batch, 1, 2, 0, 0), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_batch_judge_clone(batch, 1, 2, 0), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_batch_judge_clone(batch, 1, 2, 5), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_batch_remove(NULL, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_remove_photo(NULL, 1, 2), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_set_findable(NULL, 1, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_opt_out(NULL, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_opt_in(NULL, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_erase(NULL, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_get_count(NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_get_count(batch, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_batch_get_count(batch, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0); /* What failed was not recorded. */
    EXPECT_STATUS(facecore_store_write(store, batch, NULL, 0), FACECORE_STATUS_OK);

    EXPECT_STATUS(facecore_batch_put(batch, 1, SPACE, BYTES, 3), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_batch_put(batch, 2, SPACE, NULL, 0), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_batch_remove(batch, 3), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_write(NULL, batch, NULL, 0), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_write(store, NULL, NULL, 0), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_write(store, batch, results, 2), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_store_write(store, batch, NULL, 0), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_write(store, batch, results, 3), FACECORE_STATUS_OK); /* It stays as it is. */
    EXPECT(results[0] == 1 && results[1] == 1 && results[2] == 0);
    EXPECT_STATUS(facecore_batch_put(batch, 4, SPACE + 1, BYTES, 3), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_write(store, batch, NULL, 0), FACECORE_STATUS_SPACE_MISMATCH);
    facecore_batch_free(batch);
    facecore_batch_free(NULL);

    uint8_t *large = (uint8_t *)calloc(1, ((size_t)16 << 20) + 1);
    EXPECT_STATUS(facecore_batch_new(&batch), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_batch_put(batch, 1, SPACE, large, ((size_t)16 << 20) + 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_write(store, batch, NULL, 0), FACECORE_STATUS_LIMIT);
    facecore_batch_free(batch);
    free(large);
}

static void reading(const facecore_store *store) {
    static const uint64_t users[3] = {1, 2, 3};
    uint64_t found[3];
    facecore_records *records = NULL;
    const facecore_record *all = NULL;
    facecore_feedback *feedback = NULL;
    size_t count = 9;
    EXPECT_STATUS(facecore_store_get(NULL, 1, &records), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_get(store, 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_get_many(store, NULL, 3, &records), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_page(NULL, NULL, 3, &records), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_faces(NULL, 1, &records), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_feedback(NULL, 1, &feedback), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_feedback(store, 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT(records == NULL && feedback == NULL);
    EXPECT_STATUS(facecore_store_get_many(store, NULL, 0, &records), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_records_get(records, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0 && all != NULL);
    facecore_records_free(records);
    EXPECT_STATUS(facecore_store_get_many(store, users, 3, &records), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_records_get(NULL, &all, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_records_get(records, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_records_get(records, &all, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_records_get(records, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 3 && all[0].user == 1 && all[0].length == 3 && memcmp(all[0].bytes, BYTES, 3) == 0);
    EXPECT(all[1].bytes != NULL && all[1].length == 0 && all[2].bytes == NULL && all[2].user == 3);
    facecore_records_free(records);
    facecore_records_free(NULL);

    EXPECT_STATUS(facecore_store_opted_out_among(NULL, users, 3, found, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_opted_out_among(store, NULL, 3, found, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_opted_out_among(store, users, 3, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_opted_out_among(store, users, 3, found, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_opted_out_among(store, NULL, 0, NULL, &count), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_findable_among(NULL, users, 3, found, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_findable_among(store, users, 3, found, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0);
}

static void upkeep(const facecore_store *store) {
    facecore_store_size size;
    facecore_texts *damage = NULL;
    const char *const *lines = NULL;
    uint64_t number = 9;
    size_t count = 9;
    char backup[600];
    size.struct_size = 8;
    EXPECT_STATUS(facecore_store_get_size(store, &size), FACECORE_STATUS_STRUCT_SIZE);
    size.struct_size = sizeof size;
    EXPECT_STATUS(facecore_store_get_size(NULL, &size), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_get_size(store, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_get_size(store, &size), FACECORE_STATUS_OK);
    EXPECT(size.profiles == 2 && size.bytes > 0);
    EXPECT_STATUS(facecore_store_verify(NULL, &number, &damage), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_verify(store, NULL, &damage), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_verify(store, &number, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_verify(store, &number, &damage), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_texts_get(NULL, &lines, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_texts_get(damage, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_texts_get(damage, &lines, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_texts_get(damage, &lines, &count), FACECORE_STATUS_OK);
    EXPECT(number == 4 && count == 0 && lines != NULL); /* Two profiles, the store's state, and its version. */
    facecore_texts_free(damage);
    facecore_texts_free(NULL);
    EXPECT_STATUS(facecore_store_get_iterations(NULL, NULL, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_get_iterations(store, NULL, &number, NULL), FACECORE_STATUS_OK);
    EXPECT(number == 0);
    EXPECT_STATUS(facecore_store_begin(NULL, &number), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_begin(store, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_switch(NULL, 2), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_switch(store, 2), FACECORE_STATUS_STORE);
    EXPECT_STATUS(facecore_store_drop_next(NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_drop_next(store, NULL), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_back(NULL, &number), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_back(store, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_back(store, &number), FACECORE_STATUS_STORE);
    EXPECT_STATUS(facecore_store_compact(NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_compact(store), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_store_backup(NULL, "x"), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_backup(store, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_backup(store, folder), FACECORE_STATUS_STORE);
    snprintf(backup, sizeof backup, "%s/copy", place);
    EXPECT_STATUS(facecore_store_backup(store, backup), FACECORE_STATUS_OK);
}

static void clones(const facecore_store *store) {
    facecore_alike_pair pairs[2] = {{8, 7, 0.75f, {0}}, {9, 9, 0.5f, {0}}};
    facecore_clone_events *events = NULL;
    const facecore_clone_event *all = NULL;
    size_t count = 9;
    EXPECT_STATUS(facecore_store_report_clones(NULL, pairs, 1, &events), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_report_clones(store, NULL, 1, &events), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_report_clones(store, pairs, 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_report_clones(store, pairs, 2, &events), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_store_clones(NULL, 0, 0, 1, &events), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_store_clones_of(NULL, 7, &events), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT(events == NULL);
    EXPECT_STATUS(facecore_store_report_clones(store, pairs, 1, &events), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_clone_events_get(NULL, &all, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_clone_events_get(events, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_clone_events_get(events, &all, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_clone_events_get(events, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && all[0].low == 7 && all[0].high == 8 && all[0].cosine == 0.75f && all[0].state == FACECORE_CLONE_STATE_OPEN);
    facecore_clone_events_free(events);
    EXPECT_STATUS(facecore_store_report_clones(store, NULL, 0, &events), FACECORE_STATUS_OK);
    facecore_clone_events_free(events);
    facecore_clone_events_free(NULL);
}

/* What a process wrote stays, though it was killed as soon as the write was acknowledged. */
static void another_process(void) {
    const pid_t child = fork();
    if (child == 0) {
        facecore_store *store = open_store();
        facecore_batch *batch = NULL;
        facecore_batch_new(&batch);
        facecore_batch_put(batch, 77, SPACE, BYTES, 3);
        if (facecore_store_write(store, batch, NULL, 0) == FACECORE_STATUS_OK) {
            raise(SIGKILL);
        }
        _exit(1);
    }
    int ended = 0;
    EXPECT(child > 0 && waitpid(child, &ended, 0) == child);
    EXPECT(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
    facecore_store *store = open_store();
    facecore_records *records = NULL;
    const facecore_record *all = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_store_get(store, 77, &records), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_records_get(records, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && all[0].length == 3);
    facecore_records_free(records);
    facecore_store_free(store);
}

int main(void) {
    new_folder(place, sizeof place);
    snprintf(folder, sizeof folder, "%s/store", place);
    feedback();
    built_with_feedback();
    opening();
    facecore_store *store = open_store();
    batches(store);
    reading(store);
    upkeep(store);
    clones(store);
    facecore_store_free(store);
    another_process();
    remove_tree(place);
    return expect_failures != 0;
}
