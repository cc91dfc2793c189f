/* Makes the n-th call that changes a file below a folder fail, or the last one that the process ever makes. Preloaded:
 *
 *     CRASH_FOLDER   only files below it count
 *     CRASH_AT       which call, counted from 1 over all threads; 0 for none
 *     CRASH_MODE     kill: SIGKILL instead of the call. torn: SIGKILL after half of a write.
 *                    eio: this call fails with EIO. enospc: this call and every later one that needs room fails with ENOSPC.
 *     CRASH_LOG      a file outside of the folder, to which the call that was struck is appended; all calls for CRASH_AT=0
 *
 * Counted in the process itself and not by a tracer, which counts for each thread by itself: which thread does what differs
 * from run to run, the order of the calls does not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static int is_below(const char *path) {
    const char *folder = setting("CRASH_FOLDER");
    return *folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_file_below(int file, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_below(path);
}

static void note(const char *call, const char *path, size_t bytes) {
    char line[512];
    const char *name = strrchr(path, '/');
    int length = snprintf(line, sizeof line, "%s %s %zu\n", call, name ? name + 1 : path, bytes);
    int log = syscall(SYS_openat, AT_FDCWD, setting("CRASH_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) return;
    syscall(SYS_write, log, line, length);
    syscall(SYS_close, log);
}

static void die(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

enum strike { PASS, TORN, FAIL };

/* Whether this call is struck; FAIL with errno set. */
static enum strike strike(const char *call, const char *path, size_t bytes, int needs_room) {
    long number = atomic_fetch_add(&calls, 1) + 1;
    long at = atol(setting("CRASH_AT"));
    const char *mode = setting("CRASH_MODE");
    if (at == 0) note(call, path, bytes);
    if (at == 0 || number < at) return PASS;
    if (number > at) {
        if (strcmp(mode, "enospc") != 0 || !needs_room) return PASS;
        errno = ENOSPC;
        return FAIL;
    }
    note(call, path, bytes);
    if (strcmp(mode, "torn") == 0 && needs_room && bytes > 1) return TORN;
    if (strcmp(mode, "eio") == 0) {
        errno = EIO;
        return FAIL;
    }
    if (strcmp(mode, "enospc") == 0) {
        if (!needs_room) return PASS;
        errno = ENOSPC;
        return FAIL;
    }
    die();
    return FAIL;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRITING(name, offset_type)                                                           \
    ssize_t name(int file, const void *bytes, size_t count, offset_type offset) {            \
        char path[256];                                                                      \
        if (is_file_below(file, path, sizeof path)) {                                        \
            switch (strike(#name, path, count, 1)) {                                         \
            case PASS: break;                                                                \
            case FAIL: return -1;                                                            \
            case TORN:                                                                       \
                REAL(name)(file, bytes, count / 2, offset);                                  \
                die();                                                                       \
            }                                                                                \
        }                                                                                    \
        return REAL(name)(file, bytes, count, offset);                                       \
    }

WRITING(pwrite, off_t)
WRITING(pwrite64, off64_t)

ssize_t write(int file, const void *bytes, size_t count) {
    char path[256];
    if (is_file_below(file, path, sizeof path)) {
        switch (strike("write", path, count, 1)) {
        case PASS: break;
        case FAIL: return -1;
        case TORN:
            REAL(write)(file, bytes, count / 2);
            die();
        }
    }
    return REAL(write)(file, bytes, count);
}

#define ON_FILE(name, parameters, arguments, needs_room)                                     \
    int name parameters {                                                                    \
        char path[256];                                                                      \
        if (is_file_below(file, path, sizeof path) && strike(#name, path, 0, needs_room) != PASS) return -1; \
        return REAL(name) arguments;                                                         \
    }

ON_FILE(fsync, (int file), (file), 0)
ON_FILE(fdatasync, (int file), (file), 0)
ON_FILE(ftruncate, (int file, off_t length), (file, length), 1)
ON_FILE(ftruncate64, (int file, off64_t length), (file, length), 1)

int unlink(const char *path) {
    if (is_below(path) && strike("unlink", path, 0, 0) != PASS) return -1;
    return REAL(unlink)(path);
}

int link(const char *from, const char *to) {
    if (is_below(to) && strike("link", to, 0, 1) != PASS) return -1;
    return REAL(link)(from, to);
}

int rename(const char *from, const char *to) {
    if (is_below(to) && strike("rename", to, 0, 1) != PASS) return -1;
    return REAL(rename)(from, to);
}
