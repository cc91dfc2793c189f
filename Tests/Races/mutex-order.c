/* Tells the thread sanitizer of the locks that it cannot see. Preloaded.
 *
 * `Synchronization.Mutex` is an atomic operation in our own, instrumented code as long as nobody waits for it; else it is a
 * call of the library, which is not instrumented. Then what is done under the lock would look like a race with what was
 * done under it before.
 * https://github.com/swiftlang/swift/blob/main/stdlib/public/Synchronization/Mutex/LinuxImpl.swift */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

/* Of the sanitizer, in the programs that have it. */
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

/* `_MutexHandle._lockSlow(_: UInt32)`; its argument names the thread. */
SWIFT void lock_slowly(uint32_t thread, SELF void *mutex) __asm__(LOCK);

SWIFT void lock_slowly(uint32_t thread, SELF void *mutex) {
    SWIFT void (*original)(uint32_t, SELF void *) = dlsym(RTLD_NEXT, LOCK);
    original(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

/* `_MutexHandle._unlockSlow()` */
SWIFT void unlock_slowly(SELF void *mutex) __asm__(UNLOCK);

SWIFT void unlock_slowly(SELF void *mutex) {
    SWIFT void (*original)(SELF void *) = dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(mutex);
    original(mutex);
}
