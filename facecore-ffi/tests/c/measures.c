/* What is measured of a face: age and sex, quality, non-faces, crowding, and thresholds that were fitted. With NULL and wrong values each call
 * has its status. Usage: measures PHOTO [MODELS]; without them nothing runs that needs a network beyond the detector. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "expect.h"
#include "facecore.h"
#include "files.h"

static const uint64_t SPACE = 0x00112233aabbccddu;

static facecore_embedding *embedding(uint64_t space, float x, float y, float z) {
    const float values[3] = {x, y, z};
    facecore_embedding *made = NULL;
    EXPECT_STATUS(facecore_embedding_new(space, values, 3, &made), FACECORE_STATUS_OK);
    return made;
}

/* Quality, age and sex of the face of a photo. */
static void pixels(const char *path, const char *models) {
    size_t length = 0, count = 0;
    unsigned char *bytes = read_file(path, &length);
    facecore_photo *photo = NULL;
    facecore_engine *engine = NULL;
    facecore_detection *detection = NULL;
    facecore_attributes *attributes = NULL;
    const facecore_face *faces = NULL;
    EXPECT_STATUS(facecore_photo_decode(bytes, length, NULL, &photo), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_engine_open_detector(NULL, &engine), FACECORE_STATUS_OK);
    facecore_detect_options options;
    facecore_detect_options_init(&options, sizeof options);
    options.min_face = 80; /* quick, for valgrind */
    EXPECT_STATUS(facecore_detect(engine, photo, &options, &detection), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_detection_get_faces(detection, &faces, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1);
    facecore_face outside = faces[0], flat = faces[0];
    outside.bounding_box.x1 = outside.bounding_box.x2 = -500;
    memset(flat.landmarks, 0, sizeof flat.landmarks);

    facecore_face_quality quality;
    quality.struct_size = sizeof quality;
    EXPECT_STATUS(facecore_face_quality_measure(NULL, faces, &quality), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_face_quality_measure(photo, NULL, &quality), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_face_quality_measure(photo, faces, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_face_quality_measure(photo, &outside, &quality), FACECORE_STATUS_EMPTY_CROP);
    EXPECT_STATUS(facecore_face_quality_measure(photo, faces, &quality), FACECORE_STATUS_OK);
    EXPECT(quality.value > 0 && quality.value <= 1 && quality.sharpness > 0 && quality.size > 20 && quality.score == faces[0].score);
    EXPECT(quality.brightness > 0 && quality.brightness < 1 && quality.yaw >= 0 && quality.yaw <= 1 && quality.roll < 45);
    quality.struct_size = 5;
    EXPECT_STATUS(facecore_face_quality_measure(photo, faces, &quality), FACECORE_STATUS_STRUCT_SIZE);

    EXPECT_STATUS(facecore_attributes_open(NULL, &attributes), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_attributes_open("no such folder", NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_attributes_open("no such folder", &attributes), FACECORE_STATUS_MODEL);
    EXPECT(attributes == NULL);
    if (models != NULL) {
        float age = 0, female = -1;
        EXPECT_STATUS(facecore_attributes_open(models, &attributes), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_attributes_read(NULL, photo, faces, &age, &female), FACECORE_STATUS_NULL_ARGUMENT);
        EXPECT_STATUS(facecore_attributes_read(attributes, NULL, faces, &age, &female), FACECORE_STATUS_NULL_ARGUMENT);
        EXPECT_STATUS(facecore_attributes_read(attributes, photo, NULL, &age, &female), FACECORE_STATUS_NULL_ARGUMENT);
        EXPECT_STATUS(facecore_attributes_read(attributes, photo, faces, NULL, &female), FACECORE_STATUS_NULL_ARGUMENT);
        EXPECT_STATUS(facecore_attributes_read(attributes, photo, faces, &age, NULL), FACECORE_STATUS_NULL_ARGUMENT);
        EXPECT_STATUS(facecore_attributes_read(attributes, photo, &flat, &age, &female), FACECORE_STATUS_EMPTY_CROP);
        EXPECT_STATUS(facecore_attributes_read(attributes, photo, faces, &age, &female), FACECORE_STATUS_OK);
        EXPECT(age > 0 && age <= 80 && female >= 0 && female <= 1);
        facecore_attributes_free(attributes);
    }
    facecore_attributes_free(NULL);
    facecore_detection_free(detection);
    facecore_engine_free(engine);
    facecore_photo_free(photo);
    free(bytes);
}

static void non_faces(void) {
    facecore_non_face_filter *filter = NULL, *back = NULL, *bundled = NULL;
    facecore_embedding *centroid = embedding(SPACE, 1, 0, 0), *second = embedding(SPACE, 0, 0, 1), *near = embedding(SPACE, 0.8f, 0.6f, 0);
    facecore_embedding *foreign = embedding(2, 1, 0, 0);
    const facecore_embedding *centroids[2] = {second, centroid};
    const float thresholds[2] = {0.9f, 0.7f}, wrong[2] = {0.9f, NAN};
    EXPECT_STATUS(facecore_non_face_filter_new(NULL, thresholds, 2, &filter), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_new(centroids, NULL, 2, &filter), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_new(centroids, thresholds, 2, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_new(NULL, NULL, 0, &filter), FACECORE_STATUS_NON_FACE);
    EXPECT_STATUS(facecore_non_face_filter_new(centroids, wrong, 2, &filter), FACECORE_STATUS_NON_FACE);
    EXPECT(filter == NULL);
    EXPECT_STATUS(facecore_non_face_filter_new(centroids, thresholds, 2, &filter), FACECORE_STATUS_OK);

    uint64_t space = 0;
    float excess = 0, same = 0;
    size_t which = 7;
    EXPECT_STATUS(facecore_non_face_filter_get_space(NULL, &space), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_get_space(filter, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_get_space(filter, &space), FACECORE_STATUS_OK);
    EXPECT(space == SPACE);
    EXPECT_STATUS(facecore_non_face_filter_judge(NULL, near, &excess, &which), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_judge(filter, NULL, &excess, &which), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_judge(filter, near, NULL, &which), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_judge(filter, foreign, &excess, &which), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT_STATUS(facecore_non_face_filter_judge(filter, near, &excess, &which), FACECORE_STATUS_OK);
    EXPECT(fabsf(excess - 0.1f) < 1e-6f && which == 1);

    uint8_t bytes[256];
    size_t length = 0;
    EXPECT_STATUS(facecore_non_face_filter_encode(NULL, bytes, sizeof bytes, &length), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_encode(filter, bytes, sizeof bytes, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_encode(filter, NULL, 0, &length), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_non_face_filter_encode(filter, NULL, length, &length), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_encode(filter, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_non_face_filter_decode(NULL, length, &back), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_decode(bytes, length, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_non_face_filter_decode(bytes, length - 1, &back), FACECORE_STATUS_NON_FACE);
    EXPECT_STATUS(facecore_non_face_filter_decode(bytes, length, &back), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_non_face_filter_judge(back, near, &same, NULL), FACECORE_STATUS_OK);
    EXPECT(same == excess);

    EXPECT_STATUS(facecore_non_face_filter_for_space(SPACE, &bundled), FACECORE_STATUS_NON_FACE);
    EXPECT_STATUS(facecore_non_face_filter_for_space(0xe37f9c1f75f50abdu, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT(bundled == NULL);
    EXPECT_STATUS(facecore_non_face_filter_for_space(0xe37f9c1f75f50abdu, &bundled), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_non_face_filter_get_space(bundled, &space), FACECORE_STATUS_OK);
    EXPECT(space == 0xe37f9c1f75f50abdu);
    facecore_non_face_filter_free(bundled);
    facecore_non_face_filter_free(back);
    facecore_non_face_filter_free(filter);
    facecore_non_face_filter_free(NULL);
    facecore_embedding_free(centroid);
    facecore_embedding_free(second);
    facecore_embedding_free(near);
    facecore_embedding_free(foreign);
}

// Doubles the second of three values of the space e37f9c1f75f50abd.
static const uint8_t ADAPTATION[60] = {
    'F', 'C', 'A', 'D', 1, 0, 3, 0, 0xe3, 0x7f, 0x9c, 0x1f, 0x75, 0xf5, 0x0a, 0xbd, 0x1b, 0x72, 0x65, 0x0f, 0x57, 0x08, 0x10, 0xf7,
    0, 0, 0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f};

static void adaptations(void) {
    facecore_adaptation *adaptation = NULL;
    facecore_embedding *face = embedding(0xe37f9c1f75f50abdu, 3, 2, 0), *foreign = embedding(SPACE, 1, 0, 0), *carried = NULL, *again = NULL;
    EXPECT_STATUS(facecore_adaptation_decode(NULL, 60, &adaptation), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_decode(ADAPTATION, 60, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_decode(ADAPTATION, 59, &adaptation), FACECORE_STATUS_ADAPTATION);
    EXPECT(adaptation == NULL);
    EXPECT_STATUS(facecore_adaptation_decode(ADAPTATION, 60, &adaptation), FACECORE_STATUS_OK);

    uint64_t from = 0, space = 0;
    EXPECT_STATUS(facecore_adaptation_get_spaces(NULL, &from, &space), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_get_spaces(adaptation, NULL, &space), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_get_spaces(adaptation, &from, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_get_spaces(adaptation, &from, &space), FACECORE_STATUS_OK);
    EXPECT(from == 0xe37f9c1f75f50abdu && space == 0x1b72650f570810f7u);

    EXPECT_STATUS(facecore_adaptation_apply(NULL, face, &carried), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_apply(adaptation, NULL, &carried), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_apply(adaptation, face, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_apply(adaptation, foreign, &carried), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT_STATUS(facecore_adaptation_apply(adaptation, face, &carried), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_adaptation_apply(adaptation, carried, &again), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT(again == NULL);
    const float *values = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_embedding_get_values(carried, &values, &count, &space), FACECORE_STATUS_OK);
    EXPECT(count == 3 && space == 0x1b72650f570810f7u && fabsf(values[0] - 0.6f) < 1e-6f && fabsf(values[1] - 0.8f) < 1e-6f && values[2] == 0);

    uint8_t bytes[60];
    size_t length = 0;
    EXPECT_STATUS(facecore_adaptation_encode(NULL, bytes, sizeof bytes, &length), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_adaptation_encode(adaptation, NULL, 0, &length), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT_STATUS(facecore_adaptation_encode(adaptation, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
    EXPECT(length == 60 && memcmp(bytes, ADAPTATION, 60) == 0);
    facecore_adaptation_free(adaptation);
    facecore_adaptation_free(NULL);
    facecore_embedding_free(face);
    facecore_embedding_free(foreign);
    facecore_embedding_free(carried);
}

static void cohorts(void) {
    facecore_cohort *cohort = NULL;
    facecore_embedding *one = embedding(SPACE, 1, 0, 0), *other = embedding(SPACE, 0, 1, 0), *face = embedding(SPACE, 0.6f, 0.8f, 0);
    facecore_embedding *foreign = embedding(2, 1, 0, 0);
    const facecore_embedding *members[3] = {one, other, foreign};
    float crowding = 0;
    EXPECT_STATUS(facecore_cohort_new(members, 2, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_cohort_new(NULL, 2, &cohort), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_cohort_new(NULL, 0, &cohort), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_cohort_new(members, 3, &cohort), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT(cohort == NULL);
    EXPECT_STATUS(facecore_cohort_new(members, 2, &cohort), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_cohort_get_crowding(NULL, face, &crowding), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_cohort_get_crowding(cohort, NULL, &crowding), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_cohort_get_crowding(cohort, face, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_cohort_get_crowding(cohort, foreign, &crowding), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT_STATUS(facecore_cohort_get_crowding(cohort, face, &crowding), FACECORE_STATUS_OK);
    EXPECT(fabsf(crowding - 0.8f) < 1e-6f);
    facecore_cohort_free(cohort);
    facecore_cohort_free(NULL);
    facecore_embedding_free(one);
    facecore_embedding_free(other);
    facecore_embedding_free(face);
    facecore_embedding_free(foreign);
}

/* The outcome of one face against one person, by the matcher of a calibration. */
static uint32_t decided(const facecore_matcher *matcher, const facecore_embedding *face, const facecore_embedding *person) {
    facecore_candidates *people = NULL;
    facecore_verdicts *verdicts = NULL;
    const facecore_verdict *all = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_candidates_new(&people), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_candidates_add(people, "Ann", person), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_matcher_decide(matcher, &face, 1, people, &verdicts), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_verdicts_get(verdicts, &all, &count), FACECORE_STATUS_OK);
    const uint32_t outcome = count == 1 ? all[0].outcome : 0;
    facecore_verdicts_free(verdicts);
    facecore_candidates_free(people);
    return outcome;
}

static void calibrations(void) {
    /* As `facecore calibrate` writes it; the cohort is one stranger, (0, 1, 0). */
    static const char text[] =
        "space = \"00112233aabbccdd\"\nphotos = 5\npeople = 100\nmargin = 0.05\nunsupported = []\n"
        "cohort = [\"464345310100030000112233aabbccdd0000003c0000\"]\n\n[probability]\nslope = 10.0\noffset = -1.0\n\n"
        "[[point]]\ncandidates = 10\nfp = 0.001\ninterval = [0.0005, 0.002]\nthreshold = 0.2\ntp = 0.9\nstrangers = 5000\n";
    facecore_calibration *calibration = NULL;
    facecore_matcher *matcher = NULL;
    EXPECT_STATUS(facecore_calibration_read(NULL, 1, &calibration), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_read(text, sizeof text - 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_read("\xff", 1, &calibration), FACECORE_STATUS_TEXT);
    EXPECT_STATUS(facecore_calibration_read(text, 30, &calibration), FACECORE_STATUS_CALIBRATION);
    EXPECT(calibration == NULL);
    EXPECT_STATUS(facecore_calibration_read(text, sizeof text - 1, &calibration), FACECORE_STATUS_OK);

    facecore_calibration_info info;
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_calibration_get_info(NULL, &info), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_get_info(calibration, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_get_info(calibration, &info), FACECORE_STATUS_OK);
    EXPECT(info.space == SPACE && info.photos == 5 && info.people == 100 && info.margin == 0.05f);
    info.struct_size = 0;
    EXPECT_STATUS(facecore_calibration_get_info(calibration, &info), FACECORE_STATUS_STRUCT_SIZE);
    const facecore_operating_point *points = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_calibration_get_points(NULL, &points, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_get_points(calibration, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_get_points(calibration, &points, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_get_points(calibration, &points, &count), FACECORE_STATUS_OK);
    EXPECT(count == 1 && points[0].candidates == 10 && points[0].strangers == 5000 && points[0].false_positive_rate == 0.001);
    EXPECT(points[0].false_positive_rate_at_least == 0.0005 && points[0].false_positive_rate_at_most == 0.002);
    EXPECT(points[0].true_positive_rate == 0.9 && points[0].threshold == 0.2f);
    double probability = 0;
    EXPECT_STATUS(facecore_calibration_get_probability(NULL, 0.1, &probability), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_get_probability(calibration, 0.1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_calibration_get_probability(calibration, 0.1, &probability), FACECORE_STATUS_OK);
    EXPECT(fabs(probability - 0.5) < 1e-9);

    EXPECT_STATUS(facecore_matcher_for_calibration(NULL, 0.001, 10, &matcher), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_for_calibration(calibration, 0.001, 10, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_matcher_for_calibration(calibration, 0.001, 11, &matcher), FACECORE_STATUS_CALIBRATION);
    EXPECT_STATUS(facecore_matcher_for_calibration(calibration, 0.01, 10, &matcher), FACECORE_STATUS_CALIBRATION);
    EXPECT_STATUS(facecore_matcher_for_calibration(calibration, NAN, 10, &matcher), FACECORE_STATUS_CALIBRATION);
    EXPECT(matcher == NULL);
    EXPECT_STATUS(facecore_matcher_for_calibration(calibration, 0.001, 10, &matcher), FACECORE_STATUS_OK);
    facecore_calibration_free(calibration);
    facecore_calibration_free(NULL);
    double rate = 0;
    float margin = 0;
    EXPECT_STATUS(facecore_matcher_get_rule(matcher, &rate, &margin), FACECORE_STATUS_OK);
    EXPECT(isnan(rate) && margin == 0.05f);
    /* Both have the cosine 0.6 to her; the stranger resembles the second. */
    facecore_embedding *ann = embedding(SPACE, 1, 0, 0), *lonely = embedding(SPACE, 0.6f, 0, 0.8f), *crowded = embedding(SPACE, 0.6f, 0.8f, 0);
    EXPECT(decided(matcher, lonely, ann) == FACECORE_OUTCOME_MATCH);
    EXPECT(decided(matcher, crowded, ann) == FACECORE_OUTCOME_BELOW_THRESHOLD);
    facecore_matcher_free(matcher);
    facecore_embedding_free(ann);
    facecore_embedding_free(lonely);
    facecore_embedding_free(crowded);
}

int main(int argc, char **argv) {
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: measures PHOTO [MODELS]\n");
        return 2;
    }
    pixels(argv[1], argc == 3 ? argv[2] : NULL);
    non_faces();
    adaptations();
    cohorts();
    calibrations();
    return expect_failures != 0;
}
