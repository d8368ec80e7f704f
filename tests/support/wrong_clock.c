/* Preloaded into a node: its wall clock is off by what a file says, and its kernel vouches for it or not, as the
 * file says. The monotonic clock stays. The file, named by CANTRAIL_TEST_CLOCK: two int64 of this machine, the
 * offset in nanoseconds and whether the clock is trusted. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* said(void) {
  static const volatile int64_t* file;
  if (file == NULL) {
    const int fd = open(getenv("CANTRAIL_TEST_CLOCK"), O_RDONLY);
    void* const mapped = fd < 0 ? MAP_FAILED : mmap(NULL, 16, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) abort();
    close(fd);
    file = mapped;
  }
  return file;
}

int clock_gettime(clockid_t id, struct timespec* time) {
  const int result = (int)syscall(SYS_clock_gettime, id, time);
  if (result != 0 || id != CLOCK_REALTIME) return result;
  const int64_t ns = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec + said()[0];
  time->tv_sec = ns / 1000000000;
  time->tv_nsec = ns % 1000000000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}

int adjtimex(struct timex* clock) {
  clock->maxerror = 1000;
  return said()[1] != 0 ? TIME_OK : TIME_ERROR;
}
