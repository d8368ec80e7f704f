// Loaded into user-mode-linux (LD_PRELOAD) so that it runs on processors with AMX too.
//
// user-mode-linux 6.1 keeps a guest's floating-point registers in a buffer that was large enough for AVX-512,
// and writes that much back. With AMX the host's XSAVE area is larger, and Linux refuses to set a part of it
// (EFAULT; arch/x86/kernel/fpu/regset.c, xstateregs_set), upon which the guest's first process dies. Here
// such a write is completed with the rest of the registers as they are.
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstring>

#include <dlfcn.h>
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace {

using Ptrace = long (*)(int request, pid_t pid, void* address, void* data);

constexpr std::size_t kLargestArea = 64U << 10;  // AMX: 11 KiB

long set_part(Ptrace real, pid_t pid, void* note, const iovec& part) {
  alignas(64) static thread_local unsigned char area[kLargestArea];
  iovec whole{area, sizeof area};
  if (real(PTRACE_GETREGSET, pid, note, &whole) != 0) return -1;
  if (whole.iov_len < part.iov_len) {
    errno = EFAULT;
    return -1;
  }
  std::memcpy(area, part.iov_base, part.iov_len);
  return real(PTRACE_SETREGSET, pid, note, &whole);
}

}  // namespace

extern "C" long ptrace(enum __ptrace_request request, ...) noexcept {
  static const auto real = reinterpret_cast<Ptrace>(dlsym(RTLD_NEXT, "ptrace"));
  std::va_list arguments;
  va_start(arguments, request);
  const pid_t pid = va_arg(arguments, pid_t);
  void* const address = va_arg(arguments, void*);
  void* const data = va_arg(arguments, void*);
  va_end(arguments);
  const long result = real(request, pid, address, data);
  const bool refused = result == -1 && errno == EFAULT && request == PTRACE_SETREGSET;
  if (!refused || reinterpret_cast<std::uintptr_t>(address) != NT_X86_XSTATE) return result;
  return set_part(real, pid, address, *static_cast<const iovec*>(data));
}
