/* A disk that can lose what was not synced and can fail, laid under one program by LD_PRELOAD.
 *
 * It concerns the files that lie directly in the folder PALAUTE_DISK. With PALAUTE_DISK_SHADOW, syncing such a file
 * copies it, in place, to the folder named there: that folder holds what is durable, and nothing else is. A file is in
 * it once it was synced; a removal or another name is durable at once. PALAUTE_DISK_CONTROL names a file of four 32-bit
 * numbers shared with whoever runs the program: the fault to inject, how many were injected, how often a file was made
 * durable, and how often that was begun for one that is no write-ahead log. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum fault { NONE = 0, FULL = 1, READ_ONLY = 2, WRITES_FAIL = 3, SYNCS_FAIL = 4 };

struct control {
    volatile uint32_t fault;
    uint32_t injected;
    uint32_t synced;
    uint32_t checkpoints;
};

/* Microseconds that making something durable takes at least, as on a disk: time to die in. */
#define SLOWNESS 2000

static struct control idle;
static struct control *control = &idle;
static const char *folder;
static const char *shadow;
static pthread_mutex_t copying = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    folder = getenv("PALAUTE_DISK");
    shadow = getenv("PALAUTE_DISK_SHADOW");
    const char *path = getenv("PALAUTE_DISK_CONTROL");
    if (!folder || !path)
        return;
    int fd = REAL(open)(path, O_RDWR);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        fprintf(stderr, "the disk cannot be controlled through %s\n", path);
        abort();
    }
    close(fd);
    control = map;
}

/* The name of a file that lies directly in the folder; NULL for any other. */
static const char *name_in_folder(const char *path) {
    size_t length = folder ? strlen(folder) : 0;
    if (!length || strncmp(path, folder, length) != 0 || path[length] != '/')
        return NULL;
    const char *name = path + length + 1;
    return *name && !strchr(name, '/') ? name : NULL;
}

static int open_name(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return name_in_folder(path) != NULL;
}

static int concerns(int fd) {
    int before = errno;
    char path[PATH_MAX];
    int found = open_name(fd, path);
    errno = before;
    return found;
}

static int injected(int error) {
    __atomic_add_fetch(&control->injected, 1, __ATOMIC_SEQ_CST);
    errno = error;
    return -1;
}

/* The error that changing a file meets now; 0 for none. */
static int change_fault(void) {
    switch (control->fault) {
    case FULL: return ENOSPC;
    case READ_ONLY: return EROFS;
    case WRITES_FAIL: return EIO;
    default: return 0;
    }
}

/* What is left of a write. A disk becomes full in the midst of one: every other write on a full disk is cut in half. */
static int write_fault(int fd, size_t *size) {
    int error = change_fault();
    if (!error || !concerns(fd))
        return 0;
    if (error == ENOSPC && *size > 1 && control->injected % 2 == 1) {
        injected(0);
        *size /= 2;
        return 0;
    }
    return error;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    int error = write_fault(fd, &size);
    return error ? injected(error) : REAL(write)(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    int error = write_fault(fd, &size);
    return error ? injected(error) : REAL(pwrite)(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    int error = write_fault(fd, &size);
    return error ? injected(error) : REAL(pwrite64)(fd, bytes, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    int error = change_fault();
    return error && concerns(fd) ? injected(error) : REAL(writev)(fd, parts, count);
}

int ftruncate(int fd, off_t size) {
    int error = change_fault();
    return error && concerns(fd) ? injected(error) : REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    int error = change_fault();
    return error && concerns(fd) ? injected(error) : REAL(ftruncate64)(fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t size) {
    int error = change_fault();
    return error && concerns(fd) ? injected(error) : REAL(fallocate)(fd, mode, at, size);
}

int posix_fallocate(int fd, off_t at, off_t size) {
    int error = change_fault();
    if (!error || !concerns(fd))
        return REAL(posix_fallocate)(fd, at, size);
    injected(error);
    return error;
}

/* On a read-only disk nothing can be opened for writing or made. */
static int opening_fault(const char *path, int flags) {
    int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
    return control->fault == READ_ONLY && writes && name_in_folder(path) ? EROFS : 0;
}

#define OPENING(name)                                        \
    int name(const char *path, int flags, ...) {             \
        va_list more;                                        \
        va_start(more, flags);                               \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0; \
        va_end(more);                                        \
        int error = opening_fault(path, flags);              \
        return error ? injected(error) : REAL(name)(path, flags, mode); \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                     \
    int name(int at, const char *path, int flags, ...) {     \
        va_list more;                                        \
        va_start(more, flags);                               \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0; \
        va_end(more);                                        \
        int error = opening_fault(path, flags);              \
        return error ? injected(error) : REAL(name)(at, path, flags, mode); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

static void in_shadow(char *path, const char *name) {
    snprintf(path, PATH_MAX, "%s/%s", shadow, name);
}

int unlink(const char *path) {
    const char *name = name_in_folder(path);
    if (name && control->fault == READ_ONLY)
        return injected(EROFS);
    int result = REAL(unlink)(path);
    if (result == 0 && name && shadow) {
        char durable[PATH_MAX];
        in_shadow(durable, name);
        REAL(unlink)(durable);
    }
    return result;
}

int rename(const char *from, const char *to) {
    const char *old = name_in_folder(from), *new = name_in_folder(to);
    if ((old || new) && control->fault == READ_ONLY)
        return injected(EROFS);
    int result = REAL(rename)(from, to);
    if (result == 0 && old && new && shadow) {
        char before[PATH_MAX], after[PATH_MAX];
        in_shadow(before, old);
        in_shadow(after, new);
        REAL(rename)(before, after);
    }
    return result;
}

/* Copies a file in place, its length last: a death in the midst leaves a disk that was in the midst of writing. It
 * reads through the descriptor given: closing another one of the same file would let go of the program's locks. */
static int make_durable(int fd, const char *name) {
    static char part[1 << 16];
    char path[PATH_MAX];
    in_shadow(path, name);
    pthread_mutex_lock(&copying);
    const char *ending = strrchr(name, '-');
    if (!ending || strcmp(ending, "-wal") != 0)
        __atomic_add_fetch(&control->checkpoints, 1, __ATOMIC_SEQ_CST);
    usleep(SLOWNESS);
    int to = REAL(open)(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    off_t at = 0;
    ssize_t got = 0;
    int good = to >= 0;
    while (good && (got = pread(fd, part, sizeof part, at)) > 0) {
        good = REAL(pwrite)(to, part, (size_t)got, at) == got;
        at += got;
    }
    good = good && got == 0 && REAL(ftruncate)(to, at) == 0;
    if (to >= 0)
        close(to);
    pthread_mutex_unlock(&copying);
    if (!good) {
        fprintf(stderr, "%s cannot be made durable: %s\n", name, strerror(errno));
        abort();
    }
    __atomic_add_fetch(&control->synced, 1, __ATOMIC_SEQ_CST);
    return 0;
}

static int sync_fault_or_copy(int fd, int *result) {
    char path[PATH_MAX];
    struct stat about;
    if (!folder || !open_name(fd, path) || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
        return 0;
    if (control->fault == SYNCS_FAIL) {
        *result = injected(EIO);
        return 1;
    }
    if (!shadow)
        return 0;
    *result = make_durable(fd, name_in_folder(path));
    return 1;
}

int fsync(int fd) {
    int result;
    return sync_fault_or_copy(fd, &result) ? result : REAL(fsync)(fd);
}

int fdatasync(int fd) {
    int result;
    return sync_fault_or_copy(fd, &result) ? result : REAL(fdatasync)(fd);
}
