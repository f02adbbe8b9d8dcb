// Runs a program and writes "seconds user system peak_kib status" into a file. A small program of its own, since the
// peak that the kernel tells of a process holds that of the one that started it, and Python's start takes long.
// usage: bench_timed FILE PROGRAM [ARGUMENT…]
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstring>
#include <ctime>

namespace {

double now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) return std::fputs("usage: bench_timed FILE PROGRAM [ARGUMENT…]\n", stderr), 2;
    pid_t child = 0;
    const double start = now();
    if (const int error = posix_spawnp(&child, arguments[2], nullptr, nullptr, arguments + 2, environ))
        return std::fprintf(stderr, "%s: %s\n", arguments[2], std::strerror(error)), 1;
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    const double took = now() - start;
    std::FILE* file = std::fopen(arguments[1], "wb");
    if (!file) return std::perror(arguments[1]), 1;
    std::fprintf(file, "%.6f %.6f %.6f %ld %d\n", took, seconds(usage.ru_utime), seconds(usage.ru_stime),
                 usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return std::fclose(file) != 0;
}
