/* Indexes: with NULL and wrong values each call has its status, and who was put in is found.
 * Usage: index */

#include <math.h>
#include <stdint.h>

#include "expect.h"
#include "facecore.h"
#include "folder.h"

static const uint64_t SPACE = 0x0102030405060708u;
static char place[512], file[600];

static facecore_embedding *flat(float x, float y) {
    const float values[2] = {x, y};
    facecore_embedding *made = NULL;
    EXPECT_STATUS(facecore_embedding_new(SPACE, values, 2, &made), FACECORE_STATUS_OK);
    return made;
}

static void opening(void) {
    facecore_index *index = NULL, *again = (facecore_index *)&index;
    facecore_index_info info;
    EXPECT_STATUS(facecore_index_open(NULL, SPACE, 2, &index), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_open(file, SPACE, 2, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_open("\xff", SPACE, 2, &index), FACECORE_STATUS_TEXT);
    EXPECT_STATUS(facecore_index_open(file, SPACE, 0, &index), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_index_open(file, SPACE, SIZE_MAX, &index), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_index_open_to_read(file, &index), FACECORE_STATUS_INDEX);
    EXPECT_STATUS(facecore_index_open_to_read(NULL, &index), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_open_to_read(file, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT(index == NULL);
    EXPECT_STATUS(facecore_index_open(file, SPACE, 2, &index), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_index_open(file, SPACE, 2, &again), FACECORE_STATUS_INDEX);
    EXPECT(again == NULL);
    info.struct_size = 8;
    EXPECT_STATUS(facecore_index_get_info(index, &info), FACECORE_STATUS_STRUCT_SIZE);
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_index_get_info(NULL, &info), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_get_info(index, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_get_info(index, &info), FACECORE_STATUS_OK);
    EXPECT(info.space == SPACE && info.faces == 0 && info.embedding_length == 2 && info.bytes > 0);
    facecore_index_free(index);
    facecore_index_free(NULL);
    EXPECT_STATUS(facecore_index_open(file, SPACE + 1, 2, &index), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT_STATUS(facecore_index_open(file, SPACE, 3, &index), FACECORE_STATUS_EMBEDDING);
}

static void searching(facecore_index *index, const facecore_embedding *const *faces) {
    static const uint64_t first[1] = {1};
    facecore_search search;
    facecore_hits *hits = NULL;
    const facecore_hit *all = NULL;
    size_t count = 9;
    EXPECT_STATUS(facecore_search_init(NULL, sizeof search), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_search_init(&search, 8), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_search_init(&search, sizeof search), FACECORE_STATUS_OK);
    EXPECT(search.neighbours == 1 && search.shortlist == 300 && search.only == NULL && search.except == NULL && search.least == -1);
    EXPECT_STATUS(facecore_index_search(NULL, faces[0], NULL, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_search(index, NULL, NULL, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_search(index, faces[0], NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_search_many(index, NULL, 2, NULL, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    search.struct_size = 8;
    EXPECT_STATUS(facecore_index_search(index, faces[0], &search, &hits), FACECORE_STATUS_STRUCT_SIZE);
    search.struct_size = sizeof search;
    search.reserved[35] = 1;
    EXPECT_STATUS(facecore_index_search(index, faces[0], &search, &hits), FACECORE_STATUS_STRUCT_SIZE);
    search.reserved[35] = 0;
    search.except_count = 1;
    EXPECT_STATUS(facecore_index_search(index, faces[0], &search, &hits), FACECORE_STATUS_NULL_ARGUMENT);
    search.except_count = SIZE_MAX;
    search.except = first;
    EXPECT_STATUS(facecore_index_search(index, faces[0], &search, &hits), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT(hits == NULL);
    search.except_count = 1;
    EXPECT_STATUS(facecore_index_search(index, faces[0], &search, &hits), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_hits_get(NULL, 0, &all, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_hits_get(hits, 0, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_hits_get(hits, 0, &all, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_hits_get(hits, 1, &all, &count), FACECORE_STATUS_OPTION);
    EXPECT(all == NULL && count == 0);
    EXPECT_STATUS(facecore_hits_get(hits, 0, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && all[0].id == 2 && fabs(all[0].cosine - 0.6) < 0.005);
    facecore_hits_free(hits);
    search.only = first; /* Nobody, since there are none. */
    EXPECT_STATUS(facecore_index_search_many(index, faces, 2, &search, &hits), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_hits_get(hits, 1, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0 && all != NULL);
    facecore_hits_free(hits);
    facecore_hits_free(NULL);
}

static void indexes(void) {
    static const uint64_t ids[2] = {1, 2};
    const facecore_embedding *faces[2] = {flat(1, 0), flat(0.6f, 0.8f)};
    facecore_index *index = NULL;
    uint64_t number = 9, copied_ids[3];
    size_t count = 9;
    EXPECT_STATUS(facecore_index_open(file, SPACE, 2, &index), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_index_add(NULL, ids, faces, 2), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_add(index, NULL, faces, 2), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_add(index, ids, NULL, 2), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_add(index, NULL, NULL, 0), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_index_add(index, ids, faces, 2), FACECORE_STATUS_OK);
    searching(index, faces);
    EXPECT_STATUS(facecore_index_copy_ids(NULL, copied_ids, 3, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_copy_ids(index, NULL, 3, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_copy_ids(index, copied_ids, 3, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_copy_ids(index, copied_ids, 1, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && copied_ids[0] == 1);
    EXPECT_STATUS(facecore_index_copy_ids(index, copied_ids, 3, &count), FACECORE_STATUS_OK);
    EXPECT(count == 2 && copied_ids[1] == 2);
    EXPECT_STATUS(facecore_index_verify(NULL, &number, NULL, 0, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_verify(index, NULL, NULL, 0, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_verify(index, &number, NULL, 1, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_verify(index, &number, copied_ids, 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_verify(index, &number, copied_ids, 1, &count), FACECORE_STATUS_OK);
    EXPECT(number == 2 && count == 0);
    EXPECT_STATUS(facecore_index_remove(NULL, ids, 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_remove(index, NULL, 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_remove(index, ids, 1, NULL), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_index_remove(index, ids, 2, &number), FACECORE_STATUS_OK);
    EXPECT(number == 1);
    EXPECT_STATUS(facecore_index_compact(NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_index_compact(index), FACECORE_STATUS_OK);
    facecore_index_free(index);
    EXPECT_STATUS(facecore_index_open_to_read(file, &index), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_index_add(index, ids, faces, 2), FACECORE_STATUS_INDEX);
    facecore_index_free(index);
    facecore_embedding_free((facecore_embedding *)faces[0]);
    facecore_embedding_free((facecore_embedding *)faces[1]);
}

int main(void) {
    new_folder(place, sizeof place);
    snprintf(file, sizeof file, "%s/faces.fci", place);
    opening();
    indexes();
    remove_tree(place);
    return expect_failures != 0;
}
