#pragma once

// libfcgi, and the few Linux calls that Swift's Glibc module does not have.
// No _GNU_SOURCE here: it changes fd_set, and this module then conflicts with Dispatch's and Foundation's view of it.
#include <fcgiapp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pipe2(int[2], int);

// Every descriptor made here is close-on-exec.

/// The accepted descriptor, blocking as libfcgi wants it, or -1 with errno set.
static inline int fastcgi_accept(int listening) {
    return accept4(listening, 0, 0, SOCK_CLOEXEC);
}

static inline int fastcgi_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static inline int fastcgi_timerfd(void) {
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

/// Makes a timer readable once, after so many milliseconds.
static inline int fastcgi_timer_start(int timer, long milliseconds) {
    struct itimerspec when = {.it_value = {milliseconds / 1000, (milliseconds % 1000) * 1000000}};
    return timerfd_settime(timer, 0, &when, 0);
}

/// Both ends close-on-exec and non-blocking.
static inline int fastcgi_pipe(int ends[2]) {
    return pipe2(ends, 02000000 /* O_CLOEXEC */ | 04000 /* O_NONBLOCK */);
}

// epoll_event is a packed struct with a union: flattened for Swift.
typedef struct {
    unsigned long long tag;
    unsigned events;
} fastcgi_event;

static const unsigned fastcgi_readable = EPOLLIN;
static const unsigned fastcgi_writable = EPOLLOUT;
static const unsigned fastcgi_hang_up = EPOLLRDHUP;
static const unsigned fastcgi_gone = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
static const unsigned fastcgi_one_shot = EPOLLONESHOT;

static inline int fastcgi_epoll(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

static inline int fastcgi_epoll_add(int set, int fd, unsigned events, unsigned long long tag) {
    struct epoll_event event = {.events = events, .data = {.u64 = tag}};
    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

static inline int fastcgi_epoll_change(int set, int fd, unsigned events, unsigned long long tag) {
    struct epoll_event event = {.events = events, .data = {.u64 = tag}};
    return epoll_ctl(set, EPOLL_CTL_MOD, fd, &event);
}

static inline int fastcgi_epoll_remove(int set, int fd) {
    return epoll_ctl(set, EPOLL_CTL_DEL, fd, 0);
}

/// Waits for at most 64 events.
static inline int fastcgi_epoll_wait(int set, fastcgi_event *out, int capacity, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(set, events, capacity > 64 ? 64 : capacity, milliseconds);
    for (int i = 0; i < count; i++) {
        out[i].tag = events[i].data.u64;
        out[i].events = events[i].events;
    }
    return count;
}

/// Sends `signal` to this process when the thread that started it ends.
static inline int fastcgi_die_with_parent(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal);
}
