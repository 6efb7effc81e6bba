/* A folder of its own for a test, which is empty before and gone after it. */
#ifndef FOLDER_H
#define FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void new_folder(char *folder, size_t size) {
    const char *place = getenv("TMPDIR");
    snprintf(folder, size, "%s/facecore-test-XXXXXX", place == NULL ? "/tmp" : place);
    if (mkdtemp(folder) == NULL) {
        fprintf(stderr, "cannot make %s\n", folder);
        exit(2);
    }
}

static void remove_tree(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL) {
        remove(path);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            char inside[1024];
            snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
            remove_tree(inside);
        }
    }
    closedir(folder);
    rmdir(path);
}

#endif
