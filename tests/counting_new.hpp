// For tests of hot paths: counts the allocations of the whole program. Include it in exactly one file of a
// test program.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

namespace cantrail {

inline std::atomic<std::size_t> allocations{0};

}  // namespace cantrail

// Not inlined, so that the compiler does not see malloc in new and free in delete as a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++cantrail::allocations;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++cantrail::allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
