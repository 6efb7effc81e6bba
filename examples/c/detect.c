/* Prints the faces of a photo, one a line: left, upper, right, lower edge in the file's pixels, and the probability.
 * Usage: detect PHOTO */

#include <facecore.h>
#include <stdio.h>
#include <stdlib.h>

static int print_faces(const facecore_engine *engine, const uint8_t *bytes, size_t length) {
    facecore_photo *photo = NULL;
    facecore_detection *detection = NULL;
    facecore_detect_options options;
    facecore_detect_options_init(&options, sizeof options);
    options.deadline_us = 2000000; /* a stranger's photo costs two seconds at most */

    int ok = facecore_photo_decode(bytes, length, NULL, &photo) == FACECORE_STATUS_OK &&
             facecore_detect(engine, photo, &options, &detection) == FACECORE_STATUS_OK;
    if (ok) {
        const facecore_face *faces;
        size_t count;
        facecore_detection_get_faces(detection, &faces, &count);
        for (size_t i = 0; i < count; ++i) {
            const facecore_box *box = &faces[i].stored_box;
            printf("%.1f %.1f %.1f %.1f  %.3f\n", box->x1, box->y1, box->x2, box->y2, faces[i].score);
        }
    } else {
        fprintf(stderr, "%s\n", facecore_last_error_message());
    }
    facecore_detection_free(detection);
    facecore_photo_free(photo);
    return ok;
}

int main(int argc, char **argv) {
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: detect PHOTO\n");
        return 2;
    }
    size_t length = 0, room = 1 << 20, got;
    uint8_t *bytes = malloc(room);
    while (bytes != NULL && (got = fread(bytes + length, 1, room - length, file)) > 0) {
        length += got;
        if (length == room) {
            bytes = realloc(bytes, room *= 2);
        }
    }
    fclose(file);

    facecore_engine *engine = NULL;
    int ok = bytes != NULL && facecore_engine_open_detector(NULL, &engine) == FACECORE_STATUS_OK;
    ok = ok && print_faces(engine, bytes, length);
    facecore_engine_free(engine);
    free(bytes);
    return ok ? 0 : 1;
}
