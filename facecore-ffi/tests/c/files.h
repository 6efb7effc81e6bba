/* Whole files, for tests. */
#ifndef FILES_H
#define FILES_H

#include <stdio.h>
#include <stdlib.h>

/* The bytes of a file with a zero behind them; the caller frees them. */
static unsigned char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    *length = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = (unsigned char *)malloc(*length + 1);
    if (bytes == NULL || fread(bytes, 1, *length, file) != *length) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    bytes[*length] = 0;
    fclose(file);
    return bytes;
}

#endif
