/* Four threads share an engine and a photo and see the same; each has a message of its own. Usage: threads PHOTO ROUNDS */

#include <pthread.h>
#include <string.h>

#include "expect.h"
#include "facecore.h"
#include "files.h"

enum { THREADS = 4 };

typedef struct {
    const facecore_engine *engine;
    const facecore_photo *photo;
    facecore_face face;
    int rounds;
    int same;
} work;

static int detect_one(const facecore_engine *engine, const facecore_photo *photo, facecore_face *face) {
    facecore_detection *detection = NULL;
    const facecore_face *faces = NULL;
    size_t count = 0;
    facecore_detect_options options;
    facecore_detect_options_init(&options, sizeof options);
    options.min_face = 80; /* quick, for valgrind */
    const int found = facecore_detect(engine, photo, &options, &detection) == FACECORE_STATUS_OK &&
                      facecore_detection_get_faces(detection, &faces, &count) == FACECORE_STATUS_OK && count == 1;
    if (found) {
        *face = faces[0];
    }
    facecore_detection_free(detection);
    return found;
}

static void *run(void *argument) {
    work *mine = (work *)argument;
    facecore_photo *broken = NULL;
    facecore_face face;
    mine->same = facecore_last_error_message()[0] == 0;
    for (int round = 0; round < mine->rounds; ++round) {
        mine->same &= detect_one(mine->engine, mine->photo, &face) && memcmp(&face, &mine->face, sizeof face) == 0;
        mine->same &= facecore_photo_decode((const uint8_t *)"text", 4, NULL, &broken) == FACECORE_STATUS_UNKNOWN_FORMAT;
        mine->same &= strstr(facecore_last_error_message(), "format") != NULL;
    }
    return NULL;
}

int main(int argc, char **argv) {
    size_t length = 0;
    unsigned char *bytes = read_file(argc == 3 ? argv[1] : "", &length);
    facecore_engine *engine = NULL;
    facecore_photo *photo = NULL;
    facecore_face face;
    EXPECT_STATUS(facecore_engine_open_detector(NULL, &engine), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_photo_decode(bytes, length, NULL, &photo), FACECORE_STATUS_OK);
    free(bytes);
    EXPECT(detect_one(engine, photo, &face));

    pthread_t threads[THREADS];
    work works[THREADS];
    for (int i = 0; i < THREADS; ++i) {
        works[i] = (work){engine, photo, face, atoi(argv[2]), 0};
        EXPECT(pthread_create(&threads[i], NULL, run, &works[i]) == 0);
    }
    for (int i = 0; i < THREADS; ++i) {
        EXPECT(pthread_join(threads[i], NULL) == 0 && works[i].same);
    }
    facecore_photo_free(photo);
    facecore_engine_free(engine);
    return expect_failures != 0;
}
