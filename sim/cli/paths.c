/* paths.c - files and folders named on the command line, and the names of output files. */
#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 32 /* folders within folders */

static const char variable[] = "{name}";

static bool append(struct paths *paths, char *path)
{
    if (path != NULL && paths->count == paths->room) {
        const size_t room = paths->room == 0 ? 16 : 2 * paths->room;
        char **grown = realloc(paths->path, room * sizeof *grown);
        if (grown != NULL) {
            paths->path = grown;
            paths->room = room;
        }
    }
    if (path == NULL || paths->count == paths->room) {
        free(path);
        (void)cli_no_memory();
        return false;
    }
    paths->path[paths->count++] = path;
    return true;
}

static char *joined(const char *folder, const char *name)
{
    const size_t folder_len = strlen(folder);
    const size_t name_len = strlen(name);
    const bool slash = folder_len > 0 && folder[folder_len - 1] != '/';
    char *path = malloc(folder_len + slash + name_len + 1);
    if (path != NULL) {
        memcpy(path, folder, folder_len);
        path[folder_len] = '/';
        memcpy(path + folder_len + slash, name, name_len + 1);
    }
    return path;
}

static bool ends_in(const char *text, const char *end)
{
    const size_t len = strlen(text);
    return len > strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

/* A link to a folder is not followed, so that no folder is met twice. */
static bool add_below(struct paths *paths, const char *folder, unsigned depth);

static bool add_entry(struct paths *paths, char *path, unsigned depth)
{
    struct stat status;
    bool ok = true;
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        ok = add_below(paths, path, depth + 1);
    } else if ((ends_in(path, ".lua") || ends_in(path, ".pkt")) && stat(path, &status) == 0 &&
               S_ISREG(status.st_mode)) {
        return append(paths, path);
    }
    free(path);
    return ok;
}

static bool add_below(struct paths *paths, const char *folder, unsigned depth)
{
    if (depth > DEPTH_MAX) {
        (void)cli_error("%s: more than %d folders within folders", folder, DEPTH_MAX);
        return false;
    }
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        (void)cli_error("%s: %s", folder, strerror(errno));
        return false;
    }
    bool ok = true;
    for (const struct dirent *entry = readdir(entries); ok && entry != NULL;
         entry = readdir(entries)) {
        if (entry->d_name[0] == '.') { continue; }
        char *path = joined(folder, entry->d_name);
        ok = path != NULL ? add_entry(paths, path, depth) : (cli_no_memory(), false);
    }
    (void)closedir(entries);
    return ok;
}

static int by_octets(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;
    return strcmp(*left, *right);
}

bool paths_add(struct paths *paths, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        (void)cli_error("%s: %s", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(status.st_mode)) { return append(paths, strdup(path)); }
    const size_t before = paths->count;
    if (!add_below(paths, path, 0)) { return false; }
    if (paths->count == before) {
        (void)cli_error("%s: no scenario (*.lua, *.pkt) below this folder", path);
        return false;
    }
    qsort(paths->path + before, paths->count - before, sizeof *paths->path, by_octets);
    return true;
}

void paths_destroy(struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++) { free(paths->path[i]); }
    free(paths->path);
    *paths = (struct paths){0};
}

char *paths_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = strdup(slash != NULL ? slash + 1 : path);
    if (name != NULL && (ends_in(name, ".lua") || ends_in(name, ".pkt"))) {
        name[strlen(name) - 4] = '\0';
    }
    return name;
}

char *paths_expand(const char *pattern, const char *name)
{
    size_t times = 0;
    for (const char *at = strstr(pattern, variable); at != NULL; at = strstr(at + 1, variable)) {
        times++;
    }
    char *text = malloc(strlen(pattern) + times * strlen(name) + 1);
    if (text == NULL) { return NULL; }
    char *to = text;
    while (*pattern != '\0') {
        if (strncmp(pattern, variable, sizeof variable - 1) == 0) {
            memcpy(to, name, strlen(name));
            to += strlen(name);
            pattern += sizeof variable - 1;
        } else {
            *to++ = *pattern++;
        }
    }
    *to = '\0';
    return text;
}

bool paths_search(struct paths *search)
{
    const char *list = getenv("TCPSIM_PATH");
    while (list != NULL && *list != '\0') {
        const size_t len = strcspn(list, ":");
        if (len > 0 && !append(search, strndup(list, len))) { return false; }
        list += len + (list[len] == ':');
    }
    return true;
}
