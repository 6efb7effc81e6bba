/* The shared cases of testdata/cases, from C. Usage: cases MODELS TESTDATA ANSWERS [CALL...]
 * Compares with what a case expects and writes the answers, to the last bit, to the file ANSWERS (see facecore/tests/cases/main.rs). */

#include <cjson/cJSON.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "expect.h"
#include "facecore.h"
#include "files.h"
#include "folder.h"

static const char *testdata, *models;
static facecore_engine *engine;
static FILE *answers;

/* Helpers for JSON and text. */

static const cJSON *member(const cJSON *object, const char *name) { return cJSON_GetObjectItemCaseSensitive(object, name); }

static const char *text(const cJSON *object, const char *name) {
    const cJSON *found = member(object, name);
    return cJSON_IsString(found) ? found->valuestring : NULL;
}

static double number(const cJSON *object, const char *name, double otherwise) {
    const cJSON *found = member(object, name);
    return cJSON_IsNumber(found) ? found->valuedouble : otherwise;
}

static unsigned char *unhex(const char *digits, size_t *length) {
    *length = strlen(digits) / 2;
    unsigned char *bytes = (unsigned char *)malloc(*length + 1);
    for (size_t i = 0; i < *length; ++i) {
        unsigned value = 0;
        sscanf(digits + 2 * i, "%2x", &value);
        bytes[i] = (unsigned char)value;
    }
    return bytes;
}

static char *hex(const uint8_t *bytes, size_t length) {
    char *digits = (char *)malloc(2 * length + 1);
    digits[0] = 0;
    for (size_t i = 0; i < length; ++i) {
        snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
    }
    return digits;
}

static void put_bits(const float *values, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        fprintf(answers, " %08x", (unsigned)bits);
    }
}

static float *floats(const cJSON *list, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(list);
    float *values = (float *)malloc((*count + 1) * sizeof *values);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list) { values[i++] = (float)item->valuedouble; }
    return values;
}

/* Whether limits and options are those for uploads, and not the defaults. */
static int for_uploads(const cJSON *test) {
    const char *preset = text(test, "preset");
    EXPECT(preset == NULL || strcmp(preset, "uploads") == 0);
    return preset != NULL;
}

static facecore_limits limits_of(const cJSON *test) {
    const cJSON *asked = member(test, "limits");
    facecore_limits limits;
    if (for_uploads(test)) {
        facecore_limits_init_for_uploads(&limits, sizeof limits);
    } else {
        facecore_limits_init(&limits, sizeof limits);
    }
    limits.max_pixels = (uint64_t)number(asked, "max_pixels", (double)limits.max_pixels);
    limits.max_width = (uint32_t)number(asked, "max_width", limits.max_width);
    limits.shrink_above = (uint64_t)number(asked, "shrink_above", (double)limits.shrink_above);
    limits.reduce_jpeg_above = (uint64_t)number(asked, "reduce_jpeg_above", (double)limits.reduce_jpeg_above);
    limits.damage = cJSON_IsTrue(member(asked, "keep_damaged")) ? FACECORE_DAMAGE_KEEP : FACECORE_DAMAGE_REFUSE;
    return limits;
}

static facecore_detect_options options_of(const cJSON *test) {
    const cJSON *asked = member(test, "options");
    facecore_detect_options options;
    if (for_uploads(test)) {
        facecore_detect_options_init_for_uploads(&options, sizeof options);
    } else {
        facecore_detect_options_init(&options, sizeof options);
    }
    options.min_face = (uint32_t)number(asked, "min_face", options.min_face);
    options.min_face_share = (float)number(asked, "min_face_share", options.min_face_share);
    options.max_face = (uint32_t)number(asked, "max_face", options.max_face);
    options.mtcnn.factor = (float)number(asked, "factor", options.mtcnn.factor);
    options.max_candidates = (uint32_t)number(asked, "max_candidates", options.max_candidates);
    options.max_faces = (uint32_t)number(asked, "max_faces", options.max_faces);
    options.max_pixels = (uint64_t)number(asked, "max_pixels", 0);
    options.deadline_us = (uint64_t)number(asked, "deadline_us", 0);
    const cJSON *thresholds = member(asked, "thresholds");
    for (int i = 0; i < cJSON_GetArraySize(thresholds); ++i) {
        options.mtcnn.thresholds[i] = (float)cJSON_GetArrayItem(thresholds, i)->valuedouble;
    }
    return options;
}

static facecore_status photo_of(const cJSON *test, facecore_photo **photo) {
    char path[512];
    size_t length = 0;
    snprintf(path, sizeof path, "%s/%s", testdata, text(test, "photo"));
    unsigned char *bytes = read_file(path, &length);
    const facecore_limits limits = limits_of(test);
    const facecore_status status = facecore_photo_decode(bytes, length, &limits, photo);
    free(bytes);
    return status;
}

static uint32_t detector_of(const cJSON *test) {
    const char *name = text(test, "detector");
    EXPECT(name == NULL || strcmp(name, "mtcnn") == 0 || strcmp(name, "yunet") == 0);
    return name != NULL && strcmp(name, "yunet") == 0 ? FACECORE_DETECTOR_YUNET : FACECORE_DETECTOR_MTCNN;
}

/* The calls: each writes its answer, compares, and returns the status. */

static facecore_status detection_of(const cJSON *test, const facecore_engine *with, facecore_photo **photo, facecore_detection **detection,
                                    const facecore_face **faces, size_t *count) {
    const facecore_detect_options options = options_of(test);
    facecore_status status = photo_of(test, photo);
    if (status == FACECORE_STATUS_OK) {
        status = facecore_detect(with, *photo, &options, detection);
    }
    if (status == FACECORE_STATUS_OK) {
        status = facecore_detection_get_faces(*detection, faces, count);
    }
    return status;
}

static facecore_status detect(const cJSON *test, const cJSON *expected) {
    facecore_photo *photo = NULL;
    facecore_detection *detection = NULL;
    const facecore_face *faces = NULL;
    size_t count = 0;
    facecore_engine *other = NULL;
    if (detector_of(test) != FACECORE_DETECTOR_MTCNN) {
        facecore_engine_options asked;
        facecore_engine_options_init(&asked, sizeof asked);
        asked.detector = detector_of(test);
        EXPECT_STATUS(facecore_engine_open_detector(&asked, &other), FACECORE_STATUS_OK);
    }
    const facecore_status status = detection_of(test, other != NULL ? other : engine, &photo, &detection, &faces, &count);
    if (status == FACECORE_STATUS_OK) {
        facecore_photo_info photo_info;
        photo_info.struct_size = sizeof photo_info;
        EXPECT_STATUS(facecore_photo_get_info(photo, &photo_info), FACECORE_STATUS_OK);
        EXPECT((photo_info.damaged == 1) == (cJSON_IsTrue(member(expected, "damaged")) != 0));
        facecore_detection_info info;
        info.struct_size = sizeof info;
        EXPECT_STATUS(facecore_detection_get_info(detection, &info), FACECORE_STATUS_OK);
        fprintf(answers, "complete %u %u %u %u\n", (unsigned)info.complete, (unsigned)info.cut_scales, (unsigned)info.cut_candidates,
                (unsigned)info.cut_faces);
        const cJSON *boxes = member(expected, "faces");
        EXPECT(info.complete == (uint32_t)cJSON_IsTrue(member(expected, "complete")));
        EXPECT(count == (size_t)number(expected, "count", cJSON_GetArraySize(boxes)));
        for (size_t i = 0; i < count; ++i) {
            /* A face is 29 floats from bounding_box on: the layout test holds that there are no gaps. */
            put_bits((fputs("face", answers), &faces[i].bounding_box.x1), 4);
            put_bits(&faces[i].landmarks[0].x, 10);
            put_bits(&faces[i].score, 1);
            put_bits(&faces[i].stored_box.x1, 4);
            put_bits(&faces[i].stored_landmarks[0].x, 10);
            fputc('\n', answers);
            const facecore_box *box = &faces[i].stored_box;
            const float edges[4] = {box->x1, box->y1, box->x2, box->y2};
            int any = 0;
            const cJSON *near;
            cJSON_ArrayForEach(near, boxes) {
                int all = 1;
                for (int edge = 0; edge < 4; ++edge) {
                    all &= fabs(edges[edge] - cJSON_GetArrayItem(near, edge)->valuedouble) <= 2;
                }
                any |= all;
            }
            EXPECT(any);
        }
    }
    facecore_detection_free(detection);
    facecore_photo_free(photo);
    facecore_engine_free(other);
    return status;
}

static facecore_status decode_hex(const char *digits, facecore_embedding **embedding) {
    size_t length = 0;
    unsigned char *bytes = unhex(digits, &length);
    const facecore_status status = facecore_embedding_decode(bytes, length, embedding);
    free(bytes);
    return status;
}

/* Writes an embedding, and looks for it among those that the case expects, in any order. */
static void put_embedding(const facecore_embedding *embedding, const cJSON *list) {
    uint8_t bytes[16 + 4 * 1024];
    size_t length = 0;
    EXPECT_STATUS(facecore_embedding_encode(embedding, FACECORE_ENCODING_F32, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
    char *digits = hex(bytes, length);
    fprintf(answers, "embedding %s\n", digits);
    free(digits);
    int any = 0;
    const cJSON *known;
    cJSON_ArrayForEach(known, list) {
        facecore_embedding *near = NULL;
        float cosine = 0;
        EXPECT_STATUS(decode_hex(known->valuestring, &near), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_embedding_cosine(embedding, near, &cosine), FACECORE_STATUS_OK);
        any |= cosine > 0.99f;
        facecore_embedding_free(near);
    }
    EXPECT(any);
}

/* What an engine makes of the faces of a photo; `also` looks at each embedding, NULL: no more. */
static facecore_status embeddings_of(const cJSON *test, const cJSON *expected, const facecore_engine *with,
                                     void (*also)(const facecore_embedding *)) {
    facecore_photo *photo = NULL;
    facecore_detection *detection = NULL;
    const facecore_face *faces = NULL;
    size_t count = 0;
    facecore_status status = detection_of(test, with, &photo, &detection, &faces, &count);
    if (status == FACECORE_STATUS_OK) {
        facecore_embedding **embeddings = (facecore_embedding **)calloc(count + 1, sizeof *embeddings);
        facecore_status *statuses = (facecore_status *)calloc(count + 1, sizeof *statuses);
        status = facecore_embed(with, photo, faces, count, embeddings, statuses);
        const cJSON *list = member(expected, "embeddings");
        EXPECT(count == (size_t)cJSON_GetArraySize(list));
        for (size_t i = 0; i < count; ++i) {
            EXPECT(statuses[i] == FACECORE_STATUS_OK);
            put_embedding(embeddings[i], list);
            if (also != NULL) {
                also(embeddings[i]);
            }
            facecore_embedding_free(embeddings[i]);
        }
        free(embeddings);
        free(statuses);
    }
    facecore_detection_free(detection);
    facecore_photo_free(photo);
    return status;
}

static void put_excess(const facecore_embedding *embedding) {
    float excess = 1;
    EXPECT_STATUS(facecore_embedding_get_non_face_excess(embedding, &excess), FACECORE_STATUS_OK);
    put_bits((fputs("excess", answers), &excess), 1);
    fputc('\n', answers);
    EXPECT(excess < 0);
}

static facecore_status embed(const cJSON *test, const cJSON *expected) { return embeddings_of(test, expected, engine, put_excess); }

static facecore_status embed_box(const cJSON *test, const cJSON *expected, const facecore_engine *with) {
    size_t edges = 0;
    float *values = floats(member(test, "box"), &edges);
    EXPECT(edges == 4);
    const facecore_box box = {values[0], values[1], values[2], values[3]};
    free(values);
    facecore_photo *photo = NULL;
    facecore_embedding *embedding = NULL;
    facecore_status status = photo_of(test, &photo);
    if (status == FACECORE_STATUS_OK) {
        status = facecore_embed_box(with, photo, &box, &embedding);
    }
    if (status == FACECORE_STATUS_OK) {
        put_embedding(embedding, member(expected, "embeddings"));
    }
    facecore_embedding_free(embedding);
    facecore_photo_free(photo);
    return status;
}

/* An engine as a case asks for it, and what it makes of a photo. */
static facecore_status engines(const cJSON *test, const cJSON *expected) {
    char folder[512];
    facecore_engine_options options;
    facecore_engine *opened = NULL;
    facecore_engine_options_init(&options, sizeof options);
    options.model = text(test, "model");
    options.detector = detector_of(test);
    snprintf(folder, sizeof folder, "%s", models);
    if (text(test, "models") != NULL) {
        snprintf(folder, sizeof folder, "%s/../%s", testdata, text(test, "models")); /* from the root of the repository */
    }
    facecore_status status = facecore_engine_open(folder, &options, &opened);
    if (status == FACECORE_STATUS_OK) {
        status = member(test, "box") != NULL ? embed_box(test, expected, opened) : embeddings_of(test, expected, opened, NULL);
    }
    if (status == FACECORE_STATUS_OK) {
        facecore_engine_info info;
        info.struct_size = sizeof info;
        EXPECT_STATUS(facecore_engine_get_info(opened, &info), FACECORE_STATUS_OK);
        EXPECT(info.space == strtoull(text(expected, "space"), NULL, 16) && info.detector == options.detector);
    }
    facecore_engine_free(opened);
    return status;
}

static facecore_status pixels(const cJSON *test, const cJSON *expected) {
    facecore_image image;
    memset(&image, 0, sizeof image);
    unsigned char *data = unhex(text(test, "data"), &image.length);
    image.struct_size = sizeof image;
    image.data = data;
    image.stride = (size_t)number(test, "stride", 0);
    image.width = (uint32_t)number(test, "width", 0);
    image.height = (uint32_t)number(test, "height", 0);
    image.format = (uint32_t)number(test, "format", 0);
    image.orientation = (uint32_t)number(test, "orientation", 0);
    facecore_photo *photo = NULL;
    const facecore_limits limits = limits_of(test);
    const facecore_status status = facecore_photo_from_pixels(&image, &limits, &photo);
    free(data);
    if (status == FACECORE_STATUS_OK) {
        facecore_photo_info info;
        info.struct_size = sizeof info;
        EXPECT_STATUS(facecore_photo_get_info(photo, &info), FACECORE_STATUS_OK);
        const size_t length = (size_t)3 * info.width * info.height;
        uint8_t *rgb = (uint8_t *)malloc(length);
        EXPECT_STATUS(facecore_photo_copy_rgb(photo, rgb, length), FACECORE_STATUS_OK);
        char *digits = hex(rgb, length);
        fprintf(answers, "rgb %ux%u %s\n", (unsigned)info.width, (unsigned)info.height, digits);
        EXPECT(strcmp(digits, text(expected, "rgb")) == 0);
        free(digits);
        free(rgb);
    }
    facecore_photo_free(photo);
    return status;
}

/* An embedding of the values of a list, with zeros behind them up to the length `pad`. */
static facecore_status padded(const char *space, const cJSON *list, size_t pad, facecore_embedding **embedding) {
    size_t count = 0;
    float *values = floats(list, &count);
    if (count < pad) {
        values = (float *)realloc(values, pad * sizeof *values);
        memset(values + count, 0, (pad - count) * sizeof *values);
        count = pad;
    }
    const facecore_status status = facecore_embedding_new(strtoull(space, NULL, 16), values, count, embedding);
    free(values);
    return status;
}

static facecore_status new_embedding(const char *space, const cJSON *list, facecore_embedding **embedding) {
    return padded(space, list, 0, embedding);
}

#include "video.h"
#include "search_cases.h"

static facecore_status encode(const cJSON *test, const cJSON *expected) {
    static const struct {
        const char *name;
        uint32_t encoding;
    } encodings[] = {{"f32", FACECORE_ENCODING_F32}, {"f16", FACECORE_ENCODING_F16}, {"i8", FACECORE_ENCODING_I8}};
    facecore_embedding *embedding = NULL;
    const char *data = text(test, "data");
    const facecore_status status = data != NULL ? decode_hex(data, &embedding) : new_embedding(text(test, "space"), member(test, "values"), &embedding);
    for (size_t i = 0; status == FACECORE_STATUS_OK && i < sizeof encodings / sizeof *encodings; ++i) {
        uint8_t bytes[256];
        size_t length = 0;
        EXPECT_STATUS(facecore_embedding_encode(embedding, encodings[i].encoding, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
        char *digits = hex(bytes, length);
        fprintf(answers, "%s %s\n", encodings[i].name, digits);
        EXPECT(strcmp(digits, text(expected, encodings[i].name)) == 0);
        free(digits);
    }
    facecore_embedding_free(embedding);
    return status;
}

static facecore_album_photo album_photo(const cJSON *photo) {
    facecore_album_photo meta;
    facecore_album_photo_init(&meta, sizeof meta);
    meta.id = (uint64_t)number(photo, "id", 0);
    meta.manual_tags = (uint32_t)number(photo, "manual_tags", 0);
    meta.source = (uint32_t)number(photo, "source", 0);
    meta.front_camera = (uint32_t)number(photo, "front_camera", 0);
    meta.on_trip = (uint32_t)number(photo, "on_trip", 0);
    meta.was_avatar = (uint32_t)number(photo, "was_avatar", 0);
    return meta;
}

static facecore_album_face album_face(const cJSON *face, const facecore_embedding *embedding) {
    facecore_album_face found;
    facecore_album_face_init(&found, sizeof found);
    found.embedding = embedding;
    found.width = (float)number(face, "width", 100);
    found.score = (float)number(face, "score", 1);
    found.age = (float)number(face, "age", NAN);
    found.female = (float)number(face, "female", NAN);
    found.pin = (uint32_t)number(face, "pin", 0);
    found.non_face = (uint32_t)number(face, "non_face", 0);
    return found;
}

/* The album of a case; `first` is its first face, for the caller to free. */
static facecore_status album_of(const cJSON *test, facecore_profile_builder *album, facecore_embedding **first) {
    const cJSON *photo, *face, *bytes;
    facecore_status status = FACECORE_STATUS_OK;
    cJSON_ArrayForEach(photo, member(test, "photos")) {
        const facecore_album_photo meta = album_photo(photo);
        EXPECT_STATUS(facecore_profile_builder_add_photo(album, &meta), FACECORE_STATUS_OK);
        cJSON_ArrayForEach(face, member(photo, "faces")) {
            facecore_embedding *made = NULL;
            EXPECT_STATUS(new_embedding(text(test, "space"), member(face, "values"), &made), FACECORE_STATUS_OK);
            const facecore_album_face found = album_face(face, made);
            EXPECT_STATUS(facecore_profile_builder_add_face(album, &found), FACECORE_STATUS_OK);
            if (*first == NULL) {
                *first = made;
            } else {
                facecore_embedding_free(made);
            }
        }
    }
    facecore_album_owner owner;
    facecore_album_owner_init(&owner, sizeof owner);
    owner.age = (float)number(test, "age", NAN);
    owner.female = (float)number(test, "female", NAN);
    EXPECT_STATUS(facecore_profile_builder_set_owner(album, &owner), FACECORE_STATUS_OK);
    cJSON_ArrayForEach(bytes, member(test, "friends")) {
        size_t length = 0;
        facecore_profile *known = NULL;
        unsigned char *decoded = unhex(bytes->valuestring, &length);
        status = facecore_profile_decode(decoded, length, &known);
        free(decoded);
        if (status == FACECORE_STATUS_OK) {
            status = facecore_profile_builder_add_friend(album, known);
        }
        facecore_profile_free(known);
        if (status != FACECORE_STATUS_OK) {
            break;
        }
    }
    return status;
}

static void put_profile(facecore_profile *built, const facecore_embedding *coming, const cJSON *expected) {
    uint8_t encoded[1024];
    size_t length = 0;
    EXPECT_STATUS(facecore_profile_encode(built, NULL, 0, &length), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_profile_encode(built, encoded, sizeof encoded, &length), FACECORE_STATUS_OK);
    char *digits = hex(encoded, length);
    fprintf(answers, "profile %s\n", digits);
    EXPECT(strcmp(digits, text(expected, "bytes")) == 0);
    /* A photo that comes and goes leaves the same bytes. */
    EXPECT_STATUS(facecore_profile_add(built, FACECORE_ROLE_OWNER, &coming, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_remove(built, FACECORE_ROLE_OWNER, &coming, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_encode(built, encoded, sizeof encoded, &length), FACECORE_STATUS_OK);
    char *again = hex(encoded, length);
    EXPECT(strcmp(digits, again) == 0);
    free(again);
    free(digits);
    facecore_embedding *mean = NULL;
    float cosine = 0;
    EXPECT_STATUS(facecore_profile_get_embedding(built, FACECORE_ROLE_OWNER, &mean), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_embedding_cosine(mean, mean, &cosine), FACECORE_STATUS_OK);
    EXPECT(cosine > 0.999f);
    facecore_embedding_free(mean);
}

static facecore_status profile(const cJSON *test, const cJSON *expected) {
    facecore_profile_builder *album = NULL;
    facecore_embedding *first = NULL;
    facecore_build *build = NULL;
    facecore_profile *built = NULL;
    facecore_status status = facecore_profile_builder_new(strtoull(text(test, "space"), NULL, 16), &album);
    if (status == FACECORE_STATUS_OK) {
        status = album_of(test, album, &first);
    }
    if (status == FACECORE_STATUS_OK) {
        status = facecore_profile_builder_build(album, &build);
    }
    if (status == FACECORE_STATUS_OK) {
        facecore_build_info info;
        info.struct_size = sizeof info;
        EXPECT_STATUS(facecore_build_get_info(build, &info), FACECORE_STATUS_OK);
        fprintf(answers, "outcome %u", (unsigned)info.outcome);
        put_bits(&info.confidence, 1);
        fputc('\n', answers);
        EXPECT(info.outcome == (uint32_t)number(expected, "outcome", 0));
        EXPECT_STATUS(facecore_build_get_profile(build, &built), FACECORE_STATUS_OK);
        EXPECT((built != NULL) == (info.outcome == FACECORE_BUILD_OUTCOME_BUILT));
    }
    if (built != NULL) {
        put_profile(built, first, expected);
    }
    facecore_profile_free(built);
    facecore_build_free(build);
    facecore_profile_builder_free(album);
    facecore_embedding_free(first);
    return status;
}

static facecore_status compare(const cJSON *test, const cJSON *expected) {
    facecore_embedding *a = NULL, *b = NULL;
    float cosine = 0;
    EXPECT_STATUS(decode_hex(text(test, "a"), &a), FACECORE_STATUS_OK);
    EXPECT_STATUS(decode_hex(text(test, "b"), &b), FACECORE_STATUS_OK);
    const facecore_status status = facecore_embedding_cosine(a, b, &cosine);
    if (status == FACECORE_STATUS_OK) {
        put_bits((fputs("cosine", answers), &cosine), 1);
        fputc('\n', answers);
        EXPECT(fabs(cosine - number(expected, "cosine", NAN)) < 1e-6);
    }
    facecore_embedding_free(a);
    facecore_embedding_free(b);
    return status;
}

static void put_neighbour(const char *person, float cosine) {
    if (person == NULL) {
        fputs(" -", answers);
    } else {
        fprintf(answers, " %s", person);
        put_bits(&cosine, 1);
    }
}

static facecore_status matcher_of(const cJSON *test, facecore_matcher **matcher) {
    if (text(test, "calibration") != NULL) {
        const char *numbers = text(test, "calibration");
        facecore_calibration *calibration = NULL;
        facecore_status status = facecore_calibration_read(numbers, strlen(numbers), &calibration);
        if (status == FACECORE_STATUS_OK) {
            status = facecore_matcher_for_calibration(calibration, number(test, "rate", NAN), (size_t)number(test, "list", 0), matcher);
        }
        facecore_calibration_free(calibration);
        return status;
    }
    if (member(test, "rate") != NULL) {
        return facecore_matcher_for_space(strtoull(text(test, "space"), NULL, 16), number(test, "rate", NAN), matcher);
    }
    return facecore_matcher_cosine((float)number(test, "threshold", NAN), (float)number(test, "margin", NAN), matcher);
}

/* What a matcher decides of candidates, and what the same says that made a gallery of them. */
static facecore_status decision_of(const cJSON *test, facecore_embedding *const *faces, size_t count, const facecore_candidates *people,
                                   facecore_verdicts **verdicts) {
    facecore_matcher *matcher = NULL;
    facecore_gallery *gallery = NULL;
    facecore_verdicts *first = NULL;
    const facecore_embedding *const *handles = (const facecore_embedding *const *)faces;
    facecore_status status = matcher_of(test, &matcher);
    if (status == FACECORE_STATUS_OK) {
        status = facecore_gallery_new(matcher, people, &gallery);
    }
    if (status == FACECORE_STATUS_OK) {
        status = facecore_gallery_decide(gallery, handles, count, verdicts);
        EXPECT_STATUS(facecore_matcher_decide(matcher, handles, count, people, &first), status);
    }
    if (status == FACECORE_STATUS_OK) {
        const facecore_verdict *all = NULL, *again = NULL;
        size_t decided = 0;
        facecore_verdicts_get(*verdicts, &all, &decided);
        facecore_verdicts_get(first, &again, &decided);
        for (size_t i = 0; i < decided; ++i) {
            EXPECT(all[i].outcome == again[i].outcome && all[i].threshold == again[i].threshold);
        }
    }
    facecore_verdicts_free(first);
    facecore_gallery_free(gallery);
    facecore_matcher_free(matcher);
    return status;
}

static facecore_status decide(const cJSON *test, const cJSON *expected) {
    const char *space = text(test, "space");
    const size_t pad = (size_t)number(test, "pad", 0);
    facecore_candidates *people = NULL;
    const cJSON *person, *values;
    EXPECT_STATUS(facecore_candidates_new(&people), FACECORE_STATUS_OK);
    cJSON_ArrayForEach(person, member(test, "candidates")) {
        cJSON_ArrayForEach(values, member(person, "embeddings")) {
            facecore_embedding *known = NULL;
            EXPECT_STATUS(padded(space, values, pad, &known), FACECORE_STATUS_OK);
            EXPECT_STATUS(facecore_candidates_add(people, text(person, "person"), known), FACECORE_STATUS_OK);
            facecore_embedding_free(known);
        }
    }
    facecore_embedding *faces[16] = {NULL};
    size_t count = 0;
    cJSON_ArrayForEach(values, member(test, "faces")) { EXPECT_STATUS(padded(space, values, pad, &faces[count++]), FACECORE_STATUS_OK); }
    facecore_verdicts *verdicts = NULL;
    const facecore_status status = decision_of(test, faces, count, people, &verdicts);
    if (status == FACECORE_STATUS_OK) {
        const facecore_verdict *all = NULL;
        const cJSON *names = member(expected, "people");
        size_t decided = 0;
        EXPECT_STATUS(facecore_verdicts_get(verdicts, &all, &decided), FACECORE_STATUS_OK);
        EXPECT(decided == count && decided == (size_t)cJSON_GetArraySize(names));
        for (size_t i = 0; i < decided; ++i) {
            fprintf(answers, "verdict %u", (unsigned)all[i].outcome);
            put_neighbour(all[i].person, all[i].cosine);
            put_neighbour(all[i].nearest, all[i].nearest_cosine);
            put_neighbour(all[i].runner_up, all[i].runner_up_cosine);
            if (isnan(all[i].margin)) {
                fputs(" -", answers);
            } else {
                put_bits(&all[i].margin, 1);
            }
            put_bits(&all[i].threshold, 1);
            fputc('\n', answers);
            const cJSON *name = cJSON_GetArrayItem(names, (int)i);
            EXPECT(all[i].person != NULL ? cJSON_IsString(name) && strcmp(name->valuestring, all[i].person) == 0
                                         : cJSON_IsNumber(name) && name->valuedouble == all[i].outcome);
        }
    }
    facecore_verdicts_free(verdicts);
    facecore_candidates_free(people);
    for (size_t i = 0; i < count; ++i) {
        facecore_embedding_free(faces[i]);
    }
    return status;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        facecore_status (*run)(const cJSON *, const cJSON *);
        int needs_engine;
    } calls[] = {{"detect", detect, 1}, {"embed", embed, 1}, {"engines", engines, 0}, {"pixels", pixels, 0}, {"encode", encode, 0}, {"compare", compare, 0}, {"decide", decide, 0}, {"profile", profile, 0},
                 {"video", video, 1}, {"store", store, 0}, {"index", index_cases, 0}, {"feedback", feedback, 0}, {"merge", merge, 0},
                 {"accounts", accounts, 0}, {"stars", stars, 0}};
    if (argc < 4 || (answers = fopen(argv[3], "w")) == NULL) {
        fprintf(stderr, "usage: cases MODELS TESTDATA ANSWERS [CALL...]\n");
        return 2;
    }
    models = argv[1];
    testdata = argv[2];
    for (size_t i = 0; i < sizeof calls / sizeof *calls; ++i) {
        int asked = argc == 4;
        for (int argument = 4; argument < argc; ++argument) {
            asked |= strcmp(argv[argument], calls[i].name) == 0;
        }
        if (!asked) {
            continue;
        }
        if (calls[i].needs_engine && engine == NULL) {
            EXPECT_STATUS(facecore_engine_open(models, NULL, &engine), FACECORE_STATUS_OK);
        }
        char path[512];
        size_t length = 0;
        snprintf(path, sizeof path, "%s/cases/%s.json", testdata, calls[i].name);
        char *json = (char *)read_file(path, &length);
        cJSON *tests = cJSON_ParseWithLength(json, length);
        EXPECT(cJSON_GetArraySize(tests) > 0);
        const cJSON *test;
        cJSON_ArrayForEach(test, tests) {
            const cJSON *expected = member(test, "expect");
            const int before = expect_failures;
            fprintf(answers, "%s: %s\n", calls[i].name, text(test, "name"));
            const facecore_status status = calls[i].run(test, expected);
            const char *error = text(expected, "error");
            if (status != FACECORE_STATUS_OK) {
                fprintf(answers, "error %s\n", facecore_status_name(status));
            }
            EXPECT(strcmp(facecore_status_name(status), error == NULL ? "ok" : error) == 0);
            if (expect_failures != before) {
                fprintf(stderr, "in %s: %s\n", calls[i].name, text(test, "name"));
            }
        }
        cJSON_Delete(tests);
        free(json);
    }
    facecore_engine_free(engine);
    fclose(answers);
    return expect_failures != 0;
}
