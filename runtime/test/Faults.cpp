// Replaces malloc (under sanitizers, operator new) and pthread_create.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Faults.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <new>
#include <pthread.h>

namespace {
std::atomic<long> asked{0}, failed{0}, live{0}, failAt{0};
std::atomic<bool> failOn{false};
std::atomic<long> threads{0}, failThreadAt{0};

/// Counts an allocation; true if it is to fail.
bool isRefused() {
  const long number = ++asked, at = failAt;
  if (!at || number < at || (number > at && !failOn))
    return false;
  ++failed;
  errno = ENOMEM;
  return true;
}

void *counted(void *memory) {
  live += memory != nullptr;
  return memory;
}
} // namespace

namespace upweave {
namespace test {
void failAllocation(long n, bool on) {
  failAt = 0;
  asked = failed = 0;
  failOn = on;
  failAt = n;
}
long allocationsAsked() { return asked; }
long allocationsFailed() { return failed; }
long allocationsLive() { return live; }
void failThread(long n) {
  threads = 0;
  failThreadAt = n;
}
} // namespace test
} // namespace upweave

#ifdef UPWEAVE_TEST_SANITIZED

namespace {
void *allocate(size_t size) {
  return isRefused() ? nullptr : counted(std::malloc(size ? size : 1));
}
void *allocateOrThrow(size_t size) {
  if (void *memory = allocate(size))
    return memory;
  throw std::bad_alloc();
}
void release(void *memory) {
  live -= memory != nullptr;
  std::free(memory);
}
} // namespace

void *operator new(size_t size) { return allocateOrThrow(size); }
void *operator new[](size_t size) { return allocateOrThrow(size); }
void *operator new(size_t size, const std::nothrow_t &) noexcept {
  return allocate(size);
}
void *operator new[](size_t size, const std::nothrow_t &) noexcept {
  return allocate(size);
}
void operator delete(void *memory) noexcept { release(memory); }
void operator delete[](void *memory) noexcept { release(memory); }
void operator delete(void *memory, size_t) noexcept { release(memory); }
void operator delete[](void *memory, size_t) noexcept { release(memory); }
void operator delete(void *memory, const std::nothrow_t &) noexcept {
  release(memory);
}
void operator delete[](void *memory, const std::nothrow_t &) noexcept {
  release(memory);
}

#else

extern "C" {

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t size) {
  return isRefused() ? nullptr : counted(__libc_malloc(size));
}
void *calloc(size_t count, size_t size) {
  return isRefused() ? nullptr : counted(__libc_calloc(count, size));
}
void *realloc(void *memory, size_t size) {
  if (!memory)
    return malloc(size);
  if (size == 0) {
    free(memory);
    return nullptr;
  }
  return isRefused() ? nullptr : __libc_realloc(memory, size);
}
void *memalign(size_t alignment, size_t size) {
  return isRefused() ? nullptr : counted(__libc_memalign(alignment, size));
}
void *aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}
int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory = memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}
void free(void *memory) {
  live -= memory != nullptr;
  __libc_free(memory);
}

using ThreadStart = void *(*)(void *);
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   ThreadStart start, void *argument) {
  using Create =
      int (*)(pthread_t *, const pthread_attr_t *, ThreadStart, void *);
  static const auto create =
      reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  const long number = ++threads, at = failThreadAt;
  return at && number >= at ? EAGAIN
                            : create(thread, attributes, start, argument);
}

} // extern "C"

#endif // UPWEAVE_TEST_SANITIZED
