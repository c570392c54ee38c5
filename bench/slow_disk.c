/* A disk whose every sync takes DELAY_US longer, for a process that is started with this in LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

int fdatasync(int descriptor) {
    usleep(DELAY_US);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(descriptor);
}

int fsync(int descriptor) {
    usleep(DELAY_US);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(descriptor);
}
