/* Every function with NULL, zero sizes, a wrong struct_size and unknown numbers: each its status, and everything stays usable.
 * Usage: arguments MODELS PHOTO */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "expect.h"
#include "facecore.h"
#include "files.h"

static const float VALUES[4] = {1, 2, 3, 4};

static void texts(void) {
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", FACECORE_VERSION_MAJOR, FACECORE_VERSION_MINOR, FACECORE_VERSION_PATCH);
    EXPECT(strcmp(facecore_version(), version) == 0);
    EXPECT(strncmp(facecore_photo_formats(), "jpg png webp bmp gif tiff", 25) == 0);
    EXPECT(strcmp(facecore_status_name(FACECORE_STATUS_SPACE_MISMATCH), "space-mismatch") == 0);
    EXPECT(strcmp(facecore_status_name(FACECORE_STATUS_OK), "ok") == 0);
    EXPECT(strcmp(facecore_status_name(-1), "unknown") == 0);
    EXPECT(facecore_last_error_message()[0] == 0);
}

static void structs(void) {
    facecore_limits limits;
    facecore_detect_options options;
    facecore_engine_options engine_options;
    EXPECT_STATUS(facecore_limits_init(NULL, sizeof limits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_limits_init(&limits, 0), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_limits_init(&limits, sizeof limits + 8), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_limits_init_for_uploads(NULL, sizeof limits), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_limits_init_for_uploads(&limits, sizeof limits), FACECORE_STATUS_OK);
    EXPECT(limits.reduce_jpeg_above == 8000000 && limits.shrink_above == 8000000 && limits.damage == FACECORE_DAMAGE_REFUSE);
    EXPECT_STATUS(facecore_limits_init(&limits, sizeof limits), FACECORE_STATUS_OK);
    EXPECT(limits.struct_size == sizeof limits && limits.max_width == 30000 && limits.max_pixels == 100000000);
    EXPECT_STATUS(facecore_detect_options_init(NULL, sizeof options), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_detect_options_init(&options, 1), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_detect_options_init_for_uploads(&options, 1), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_detect_options_init_for_uploads(&options, sizeof options), FACECORE_STATUS_OK);
    EXPECT(options.min_face == 24 && options.min_face_share > 0.0249f && options.min_face_share < 0.0251f);
    EXPECT_STATUS(facecore_detect_options_init(&options, sizeof options), FACECORE_STATUS_OK);
    EXPECT(options.min_face == 20 && options.max_candidates == 200 && options.deadline_us == 0);
    EXPECT(options.mtcnn.factor == 0.709f && options.mtcnn.filter == FACECORE_PROPOSAL_FILTER_BLOBS);
    EXPECT(options.yunet.threshold == 0.6f && options.yunet.overlap == 0.3f && options.yunet.second_look == 1);
    EXPECT_STATUS(facecore_engine_options_init(NULL, sizeof engine_options), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_engine_options_init(&engine_options, SIZE_MAX), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_engine_options_init(&engine_options, sizeof engine_options), FACECORE_STATUS_OK);
    EXPECT(engine_options.model == NULL && engine_options.compute == FACECORE_COMPUTE_AUTO);
    EXPECT(engine_options.mirror_average == 0 && engine_options.detector == FACECORE_DETECTOR_MTCNN);
}

static void photos(const unsigned char *bytes, size_t length) {
    facecore_photo *photo = (facecore_photo *)&photo;
    facecore_limits limits;
    facecore_limits_init(&limits, sizeof limits);

    EXPECT_STATUS(facecore_photo_decode(bytes, length, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_photo_decode(NULL, length, NULL, &photo), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT(photo == NULL);
    EXPECT_STATUS(facecore_photo_decode(NULL, 0, NULL, &photo), FACECORE_STATUS_DECODE);
    EXPECT_STATUS(facecore_photo_decode(bytes, 0, NULL, &photo), FACECORE_STATUS_DECODE);
    EXPECT_STATUS(facecore_photo_decode(bytes, SIZE_MAX, NULL, &photo), FACECORE_STATUS_BUFFER_SIZE);
    limits.struct_size = 8;
    EXPECT_STATUS(facecore_photo_decode(bytes, length, &limits, &photo), FACECORE_STATUS_STRUCT_SIZE);
    limits.struct_size = sizeof limits;
    limits.reserved[sizeof limits.reserved - 1] = 1;
    EXPECT_STATUS(facecore_photo_decode(bytes, length, &limits, &photo), FACECORE_STATUS_STRUCT_SIZE);
    limits.reserved[sizeof limits.reserved - 1] = 0;
    limits.max_bytes = 10;
    EXPECT_STATUS(facecore_photo_decode(bytes, length, &limits, &photo), FACECORE_STATUS_LIMIT);
    EXPECT(strstr(facecore_last_error_message(), "limit is 10") != NULL);

    static const uint8_t pixels[12] = {0};
    const facecore_image good = {sizeof good, pixels, sizeof pixels, 6, 2, 2, FACECORE_PIXEL_FORMAT_RGB, FACECORE_ORIENTATION_UPRIGHT, {0}};
    facecore_image image = good;
    EXPECT_STATUS(facecore_photo_from_pixels(NULL, NULL, &photo), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_photo_from_pixels(&image, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    image.struct_size = 0;
    EXPECT_STATUS(facecore_photo_from_pixels(&image, NULL, &photo), FACECORE_STATUS_STRUCT_SIZE);
    for (uint32_t wrong = 0; wrong < 300; wrong += 100) {
        image = good;
        image.format = wrong;
        EXPECT_STATUS(facecore_photo_from_pixels(&image, NULL, &photo), FACECORE_STATUS_UNKNOWN_VALUE);
        image = good;
        image.orientation = wrong;
        EXPECT_STATUS(facecore_photo_from_pixels(&image, NULL, &photo), FACECORE_STATUS_UNKNOWN_VALUE);
    }
    image = good;
    image.data = NULL;
    EXPECT_STATUS(facecore_photo_from_pixels(&image, NULL, &photo), FACECORE_STATUS_NULL_ARGUMENT);
    image.length = 0;
    EXPECT_STATUS(facecore_photo_from_pixels(&image, NULL, &photo), FACECORE_STATUS_RAW_PIXELS);
    image = good;
    image.width = 0;
    EXPECT_STATUS(facecore_photo_from_pixels(&image, NULL, &photo), FACECORE_STATUS_RAW_PIXELS);
    image = good;
    image.stride = SIZE_MAX;
    EXPECT_STATUS(facecore_photo_from_pixels(&image, NULL, &photo), FACECORE_STATUS_RAW_PIXELS);
    EXPECT(photo == NULL);
    EXPECT_STATUS(facecore_photo_from_pixels(&good, NULL, &photo), FACECORE_STATUS_OK);

    facecore_photo_info info;
    uint8_t rgb[12];
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_photo_get_info(NULL, &info), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_photo_get_info(photo, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    info.struct_size = 7;
    EXPECT_STATUS(facecore_photo_get_info(photo, &info), FACECORE_STATUS_STRUCT_SIZE);
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_photo_get_info(photo, &info), FACECORE_STATUS_OK);
    EXPECT(info.width == 2 && info.height == 2 && info.scale == 1 && info.orientation == FACECORE_ORIENTATION_UPRIGHT);
    EXPECT_STATUS(facecore_photo_copy_rgb(NULL, rgb, sizeof rgb), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_photo_copy_rgb(photo, NULL, sizeof rgb), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_photo_copy_rgb(photo, rgb, 0), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_photo_copy_rgb(photo, rgb, sizeof rgb), FACECORE_STATUS_OK);
    facecore_photo_free(photo);
    facecore_photo_free(NULL);
}

static void engines(const char *models) {
    facecore_engine *engine = NULL;
    facecore_engine_options options;
    facecore_engine_options_init(&options, sizeof options);
    EXPECT_STATUS(facecore_engine_open(NULL, NULL, &engine), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_engine_open(models, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_engine_open("", NULL, &engine), FACECORE_STATUS_MODEL);
    EXPECT_STATUS(facecore_engine_open("no such folder", NULL, &engine), FACECORE_STATUS_MODEL);
    EXPECT_STATUS(facecore_engine_open("\xff\xfe", NULL, &engine), FACECORE_STATUS_TEXT);
    options.model = "no-such-model";
    EXPECT_STATUS(facecore_engine_open(models, &options, &engine), FACECORE_STATUS_MODEL);
    EXPECT(strstr(facecore_last_error_message(), "no-such-model") != NULL);
    options.model = NULL;
    options.compute = 77;
    EXPECT_STATUS(facecore_engine_open(models, &options, &engine), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_engine_open_detector(&options, &engine), FACECORE_STATUS_UNKNOWN_VALUE);
    options.compute = FACECORE_COMPUTE_AUTO;
    options.detector = 2;
    EXPECT_STATUS(facecore_engine_open_detector(&options, &engine), FACECORE_STATUS_UNKNOWN_VALUE);
    options.struct_size = 1;
    EXPECT_STATUS(facecore_engine_open_detector(&options, &engine), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_engine_open_detector(NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT(engine == NULL);

    facecore_engine_info info;
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_engine_get_info(NULL, &info), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_engine_open_detector(NULL, &engine), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_engine_get_info(engine, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    info.struct_size = 0;
    EXPECT_STATUS(facecore_engine_get_info(engine, &info), FACECORE_STATUS_STRUCT_SIZE);
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_engine_get_info(engine, &info), FACECORE_STATUS_OK);
    EXPECT(info.model == NULL && info.space == 0 && isnan(info.threshold) && isnan(info.crop_margin) && info.kernels[0] != 0);
    EXPECT(info.detector == FACECORE_DETECTOR_MTCNN && info.embedding_length == 0);
    facecore_engine_free(engine);
    facecore_engine_free(NULL);
}

static void detections(const unsigned char *bytes, size_t length) {
    facecore_engine *engine = NULL;
    facecore_photo *photo = NULL;
    facecore_detection *detection = NULL;
    facecore_detect_options options;
    const facecore_face *faces = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_engine_open_detector(NULL, &engine), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_photo_decode(bytes, length, NULL, &photo), FACECORE_STATUS_OK);
    facecore_detect_options_init(&options, sizeof options);
    EXPECT_STATUS(facecore_detect(NULL, photo, NULL, &detection), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_detect(engine, NULL, NULL, &detection), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_detect(engine, photo, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    options.struct_size = 24;
    EXPECT_STATUS(facecore_detect(engine, photo, &options, &detection), FACECORE_STATUS_STRUCT_SIZE);
    options.struct_size = sizeof options;
    options.mtcnn.factor = NAN;
    EXPECT_STATUS(facecore_detect(engine, photo, &options, &detection), FACECORE_STATUS_OPTION);
    EXPECT(detection == NULL);
    options.mtcnn.factor = 0.709f;
    options.yunet.overlap = 2;
    EXPECT_STATUS(facecore_detect(engine, photo, &options, &detection), FACECORE_STATUS_OPTION);
    options.yunet.overlap = 0.3f;
    options.mtcnn.filter = 9;
    EXPECT_STATUS(facecore_detect(engine, photo, &options, &detection), FACECORE_STATUS_UNKNOWN_VALUE);
    options.mtcnn.filter = FACECORE_PROPOSAL_FILTER_BLOBS;
    uint8_t *const reserved[] = {&options.reserved[0], &options.mtcnn.reserved[sizeof options.mtcnn.reserved - 1],
                                 &options.yunet.reserved[sizeof options.yunet.reserved - 1]};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; ++i) {
        *reserved[i] = 1;
        EXPECT_STATUS(facecore_detect(engine, photo, &options, &detection), FACECORE_STATUS_STRUCT_SIZE);
        *reserved[i] = 0;
    }
    EXPECT(detection == NULL);
    EXPECT_STATUS(facecore_detect(engine, photo, &options, &detection), FACECORE_STATUS_OK);

    EXPECT_STATUS(facecore_detection_get_faces(NULL, &faces, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_detection_get_faces(detection, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_detection_get_faces(detection, &faces, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_detection_get_faces(detection, &faces, &count), FACECORE_STATUS_OK);
    EXPECT(faces != NULL && count == 1 && faces[0].score > 0.9f);
    facecore_detection_info info;
    info.struct_size = 3;
    EXPECT_STATUS(facecore_detection_get_info(detection, &info), FACECORE_STATUS_STRUCT_SIZE);
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_detection_get_info(NULL, &info), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_detection_get_info(detection, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_detection_get_info(detection, &info), FACECORE_STATUS_OK);
    EXPECT(info.complete == 1 && info.detector == FACECORE_DETECTOR_MTCNN && info.mtcnn.scales > 0 && info.mtcnn.candidates > 0);
    EXPECT(info.yunet.scales == 0 && info.yunet.pixels == 0 && info.yunet.network_us == 0);

    facecore_embedding *embedding = (facecore_embedding *)&embedding;
    facecore_status status = FACECORE_STATUS_OK;
    EXPECT_STATUS(facecore_embed(engine, photo, faces, count, &embedding, &status), FACECORE_STATUS_NO_EMBEDDER);
    EXPECT(embedding == NULL);
    EXPECT_STATUS(facecore_embed(NULL, photo, faces, count, &embedding, &status), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embed(engine, NULL, faces, count, &embedding, &status), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embed(engine, photo, NULL, count, &embedding, &status), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embed(engine, photo, faces, count, NULL, &status), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embed(engine, photo, faces, SIZE_MAX, &embedding, &status), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_embed(engine, photo, NULL, 0, NULL, NULL), FACECORE_STATUS_NO_EMBEDDER);
    EXPECT_STATUS(facecore_embed_box(engine, photo, &faces[0].bounding_box, &embedding), FACECORE_STATUS_NO_EMBEDDER);
    EXPECT_STATUS(facecore_embed_box(NULL, photo, &faces[0].bounding_box, &embedding), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embed_box(engine, NULL, &faces[0].bounding_box, &embedding), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embed_box(engine, photo, NULL, &embedding), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embed_box(engine, photo, &faces[0].bounding_box, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    facecore_detection_free(detection);
    facecore_detection_free(NULL);
    facecore_photo_free(photo);
    facecore_engine_free(engine);
}

/* The other detector: the same face, and only its own numbers. */
static void yunet(const unsigned char *bytes, size_t length) {
    facecore_engine *engine = NULL;
    facecore_photo *photo = NULL;
    facecore_detection *detection = NULL;
    facecore_engine_options options;
    facecore_engine_info what;
    facecore_detection_info info;
    const facecore_face *faces = NULL;
    size_t count = 0;
    facecore_engine_options_init(&options, sizeof options);
    options.detector = FACECORE_DETECTOR_YUNET;
    EXPECT_STATUS(facecore_engine_open_detector(&options, &engine), FACECORE_STATUS_OK);
    what.struct_size = sizeof what;
    EXPECT_STATUS(facecore_engine_get_info(engine, &what), FACECORE_STATUS_OK);
    EXPECT(what.detector == FACECORE_DETECTOR_YUNET);
    EXPECT_STATUS(facecore_photo_decode(bytes, length, NULL, &photo), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_detect(engine, photo, NULL, &detection), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_detection_get_faces(detection, &faces, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && faces[0].score > 0.6f);
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_detection_get_info(detection, &info), FACECORE_STATUS_OK);
    EXPECT(info.complete == 1 && info.detector == FACECORE_DETECTOR_YUNET && info.yunet.scales > 0 && info.yunet.pixels > 0);
    EXPECT(info.yunet.proposed > 0 && info.mtcnn.scales == 0 && info.mtcnn.pixels == 0 && info.mtcnn.propose_us == 0);
    facecore_detection_free(detection);
    facecore_photo_free(photo);
    facecore_engine_free(engine);
}

static void embeddings(void) {
    facecore_embedding *a = NULL, *b = NULL, *none = NULL;
    const float nan[1] = {NAN};
    EXPECT_STATUS(facecore_embedding_new(1, VALUES, 4, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_new(1, NULL, 4, &none), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_new(1, NULL, 0, &none), FACECORE_STATUS_EMBEDDING);
    EXPECT_STATUS(facecore_embedding_new(1, nan, 1, &none), FACECORE_STATUS_EMBEDDING);
    EXPECT_STATUS(facecore_embedding_new(1, VALUES, SIZE_MAX / 2, &none), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_embedding_new(0x0123456789abcdefu, VALUES, 4, &a), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_embedding_new(2, VALUES, 4, &b), FACECORE_STATUS_OK);
    float excess = 0;
    EXPECT_STATUS(facecore_embedding_get_non_face_excess(a, &excess), FACECORE_STATUS_NON_FACE);
    EXPECT_STATUS(facecore_embedding_get_non_face_excess(NULL, &excess), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_get_non_face_excess(a, NULL), FACECORE_STATUS_NULL_ARGUMENT);

    const float *values = NULL;
    size_t count = 0;
    uint64_t space = 0;
    EXPECT_STATUS(facecore_embedding_get_values(NULL, &values, &count, &space), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_get_values(a, NULL, NULL, NULL), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_embedding_get_values(a, &values, &count, &space), FACECORE_STATUS_OK);
    EXPECT(count == 4 && space == 0x0123456789abcdefu && values[1] == 2 * values[0]);

    uint8_t bytes[64];
    size_t written = 1;
    EXPECT_STATUS(facecore_embedding_encode(a, FACECORE_ENCODING_F16, NULL, 0, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_encode(NULL, FACECORE_ENCODING_F16, bytes, sizeof bytes, &written), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_encode(a, 0, bytes, sizeof bytes, &written), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT(written == 0);
    EXPECT_STATUS(facecore_embedding_encode(a, FACECORE_ENCODING_F16, NULL, 0, &written), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT(written == 24);
    EXPECT_STATUS(facecore_embedding_encode(a, FACECORE_ENCODING_F16, NULL, 24, &written), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_encode(a, FACECORE_ENCODING_F16, bytes, 23, &written), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_embedding_encode(a, FACECORE_ENCODING_F16, bytes, 24, &written), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_embedding_decode(bytes, 24, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_decode(NULL, 24, &none), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_decode(NULL, 0, &none), FACECORE_STATUS_EMBEDDING);
    EXPECT_STATUS(facecore_embedding_decode(bytes, 23, &none), FACECORE_STATUS_EMBEDDING);
    EXPECT(none == NULL);

    float cosine = 0;
    EXPECT_STATUS(facecore_embedding_cosine(NULL, b, &cosine), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_cosine(a, NULL, &cosine), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_cosine(a, a, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_cosine(a, b, &cosine), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT_STATUS(facecore_embedding_cosine(a, a, &cosine), FACECORE_STATUS_OK);
    EXPECT(cosine > 0.9999f && cosine <= 1);
    facecore_embedding_free(a);
    facecore_embedding_free(b);
    facecore_embedding_free(NULL);
}

static void matchers(void) {
    const uint64_t shipped = 0xe37f9c1f75f50abdu; /* facenet-ms1m-128 */
    facecore_matcher *matcher = NULL;
    double rate = 0;
    float margin = -1;
    EXPECT_STATUS(facecore_matcher_for_space(shipped, 0, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_for_space(1, 0, &matcher), FACECORE_STATUS_CALIBRATION);
    EXPECT_STATUS(facecore_matcher_for_space(shipped, 1, &matcher), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_matcher_for_space(shipped, -0.01, &matcher), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_matcher_for_space(shipped, NAN, &matcher), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_matcher_cosine(0.5f, 0.1f, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_cosine(NAN, 0.1f, &matcher), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_matcher_cosine(0.5f, -1, &matcher), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_matcher_read("x", 1, 0, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_read(NULL, 1, 0, &matcher), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_read("x", SIZE_MAX, 0, &matcher), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_matcher_read(NULL, 0, 0, &matcher), FACECORE_STATUS_CALIBRATION);
    EXPECT_STATUS(facecore_matcher_read("no numbers", 10, 0, &matcher), FACECORE_STATUS_CALIBRATION);
    EXPECT_STATUS(facecore_matcher_read("\xff", 1, 0, &matcher), FACECORE_STATUS_TEXT);
    EXPECT(matcher == NULL);

    EXPECT_STATUS(facecore_matcher_get_rule(NULL, &rate, &margin), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_for_space(shipped, 0, &matcher), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_matcher_get_rule(matcher, NULL, NULL), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_matcher_get_rule(matcher, &rate, &margin), FACECORE_STATUS_OK);
    EXPECT(rate == 0.01 && margin >= 0);
    facecore_matcher_free(matcher);
    EXPECT_STATUS(facecore_matcher_cosine(0.5f, 0.25f, &matcher), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_matcher_get_rule(matcher, &rate, &margin), FACECORE_STATUS_OK);
    EXPECT(isnan(rate) && margin == 0.25f);
    facecore_matcher_free(matcher);

    /* The smallest numbers that there are, as a file would have them. */
    static const char numbers[] =
        "space = \"0000000000000001\"\npeople = 100\nmargin = 0.125\n[thresholds]\nlevel = [0.1, 0.05, 0.02]\nphotos = [0.03, -0.005]\n"
        "[crowding]\nlen = 4\nseed = 1\noffset = 0.2\nweights = [0.1, -0.2]\n";
    EXPECT_STATUS(facecore_matcher_read(numbers, sizeof numbers - 1, 0.5, &matcher), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_matcher_read(numbers, sizeof numbers - 1, 0.001, &matcher), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_matcher_get_rule(matcher, &rate, &margin), FACECORE_STATUS_OK);
    EXPECT(rate == 0.001 && margin == 0.125f);
    facecore_matcher_free(matcher);
    facecore_matcher_free(NULL);
}

static void matching(void) {
    facecore_embedding *face = NULL, *foreign = NULL;
    facecore_matcher *matcher = NULL;
    facecore_candidates *people = NULL;
    facecore_gallery *gallery = NULL;
    facecore_verdicts *verdicts = NULL;
    facecore_embedding_new(1, VALUES, 4, &face);
    facecore_embedding_new(2, VALUES, 4, &foreign);
    EXPECT_STATUS(facecore_matcher_cosine(0.5f, 0.1f, &matcher), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_candidates_new(NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_candidates_new(&people), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_candidates_add(NULL, "Ann", face), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_candidates_add(people, NULL, face), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_candidates_add(people, "Ann", NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_candidates_add(people, "\xff", face), FACECORE_STATUS_TEXT);

    const facecore_embedding *faces[1] = {face};
    const facecore_verdict *all = NULL;
    size_t count = 7;
    EXPECT_STATUS(facecore_matcher_decide(matcher, faces, 1, people, &verdicts), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_verdicts_get(verdicts, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && all[0].outcome == FACECORE_OUTCOME_NO_CANDIDATES && all[0].person == NULL && all[0].nearest == NULL);
    EXPECT(all[0].runner_up == NULL && isnan(all[0].cosine) && isnan(all[0].margin) && isnan(all[0].nearest_required));
    EXPECT_STATUS(facecore_verdicts_get(NULL, &all, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_verdicts_get(verdicts, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_verdicts_get(verdicts, &all, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    facecore_verdicts_free(verdicts);

    EXPECT_STATUS(facecore_candidates_add(people, "Ann", face), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_matcher_decide(NULL, faces, 1, people, &verdicts), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_decide(matcher, NULL, 1, people, &verdicts), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_decide(matcher, faces, 1, NULL, &verdicts), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_decide(matcher, faces, 1, people, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_gallery_new(NULL, people, &gallery), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_gallery_new(matcher, NULL, &gallery), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_gallery_new(matcher, people, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT(gallery == NULL);
    EXPECT_STATUS(facecore_gallery_new(matcher, people, &gallery), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_gallery_people(NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_gallery_people(gallery, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_gallery_people(gallery, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1);
    EXPECT_STATUS(facecore_gallery_decide(NULL, faces, 1, &verdicts), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_gallery_decide(gallery, NULL, 1, &verdicts), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_gallery_decide(gallery, faces, 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    faces[0] = NULL;
    EXPECT_STATUS(facecore_matcher_decide(matcher, faces, 1, people, &verdicts), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_gallery_decide(gallery, faces, 1, &verdicts), FACECORE_STATUS_NULL_ARGUMENT);
    faces[0] = foreign;
    EXPECT_STATUS(facecore_matcher_decide(matcher, faces, 1, people, &verdicts), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT_STATUS(facecore_gallery_decide(gallery, faces, 1, &verdicts), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT(verdicts == NULL);
    EXPECT_STATUS(facecore_matcher_decide(matcher, NULL, 0, people, &verdicts), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_verdicts_get(verdicts, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0 && all != NULL);
    facecore_verdicts_free(verdicts);

    /* A gallery outlives what it was made of. */
    facecore_matcher_free(matcher);
    facecore_candidates_free(people);
    faces[0] = face;
    EXPECT_STATUS(facecore_gallery_decide(gallery, faces, 1, &verdicts), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_verdicts_get(verdicts, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && strcmp(all[0].person, "Ann") == 0 && all[0].nearest_required == 0.5f && all[0].threshold == 0.5f);
    EXPECT(isnan(all[0].runner_up_required));
    facecore_verdicts_free(verdicts);
    facecore_verdicts_free(NULL);
    facecore_gallery_free(gallery);
    facecore_gallery_free(NULL);
    facecore_candidates_free(NULL);
    facecore_embedding_free(face);
    facecore_embedding_free(foreign);
}

static void manifests(const char *folder) {
    facecore_manifest *manifest = NULL;
    const facecore_model *models = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_manifest_open(NULL, &manifest), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_open(folder, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_open("no such folder", &manifest), FACECORE_STATUS_MODEL);
    EXPECT_STATUS(facecore_manifest_open(folder, &manifest), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_manifest_get_models(NULL, &models, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_get_models(manifest, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_get_models(manifest, &models, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_get_models(manifest, &models, &count), FACECORE_STATUS_OK);
    EXPECT(count >= 2 && strcmp(models[0].id, "mtcnn") == 0 && strcmp(models[0].kind, "detector") == 0 && models[0].space == 0);
    const char *id = NULL;
    EXPECT_STATUS(facecore_manifest_get_default(NULL, &id), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_get_default(manifest, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_get_default(manifest, &id), FACECORE_STATUS_OK);
    size_t found = 0;
    while (found < count && strcmp(models[found].id, id) != 0) {
        ++found;
    }
    EXPECT(found < count && strcmp(models[found].kind, "embedder") == 0 && models[found].space != 0);
    EXPECT(models[found].embedding_length >= 128 && models[found].licence[0] != 0);
    EXPECT_STATUS(facecore_manifest_verify(NULL, "mtcnn"), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_verify(manifest, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_manifest_verify(manifest, "no-such-model"), FACECORE_STATUS_MODEL);
    EXPECT_STATUS(facecore_manifest_verify(manifest, "mtcnn"), FACECORE_STATUS_OK);
    facecore_manifest_free(manifest);
    facecore_manifest_free(NULL);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: arguments MODELS PHOTO\n");
        return 2;
    }
    size_t length = 0;
    unsigned char *bytes = read_file(argv[2], &length);
    texts();
    structs();
    photos(bytes, length);
    engines(argv[1]);
    detections(bytes, length);
    yunet(bytes, length);
    embeddings();
    matchers();
    matching();
    manifests(argv[1]);
    free(bytes);
    return expect_failures != 0;
}
