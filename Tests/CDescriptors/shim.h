#pragma once

// Calls that Swift's Glibc module does not have, for tests: no process that one of them starts inherits what another has
// opened meanwhile, and keeps it open. Without _GNU_SOURCE, as in CFastCGI.
#include <spawn.h>
#include <sys/socket.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pipe2(int[2], int);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

static const int descriptors_close_on_exec = SOCK_CLOEXEC;

/// The accepted descriptor, close-on-exec, or -1 with errno set.
static inline int descriptors_accept(int listening) {
    return accept4(listening, 0, 0, SOCK_CLOEXEC);
}

/// Both ends close-on-exec.
static inline int descriptors_pipe(int ends[2]) {
    return pipe2(ends, 02000000 /* O_CLOEXEC */);
}

/// Gives a process none from `first` on.
static inline int descriptors_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
