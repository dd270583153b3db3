//===- Fibers.cpp - Stacks and switches for simulated threads -------------===//
// Fibers on Boost.Context's switch, with guarded stacks that are used again.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fibers.h"

#include <cstdlib>
#include <utility>

#include <sys/mman.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UPWEAVE_ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define UPWEAVE_ADDRESS_SANITIZER 1
#endif
#ifdef UPWEAVE_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

using namespace boost::context::detail;

namespace upweave {
namespace sim {

namespace {
constexpr size_t kGuard = 4096;

// The address sanitizer has to know which stack it is on.
void startSwitch(void **fakeStack, const void *bottom, size_t size) {
#ifdef UPWEAVE_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(fakeStack, bottom, size);
#endif
}
void finishSwitch(void *fakeStack, const void **bottom, size_t *size) {
#ifdef UPWEAVE_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(fakeStack, bottom, size);
#endif
}
} // namespace

FiberStack::FiberStack() {
  void *memory = ::mmap(nullptr, kSize + kGuard, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return;
  ::mprotect(memory, kGuard, PROT_NONE);
  base = static_cast<char *>(memory) + kGuard;
}

FiberStack::~FiberStack() {
  if (base)
    ::munmap(base - kGuard, kSize + kGuard);
}

FiberStack::FiberStack(FiberStack &&other) noexcept
    : base(std::exchange(other.base, nullptr)) {}

void Fiber::start(Body newBody, void *newArgument) {
  body = newBody;
  argument = newArgument;
  fakeStack = nullptr;
  own = make_fcontext(stack.getTop(), FiberStack::kSize, enter);
}

void Fiber::enter(transfer_t transfer) {
  Fiber &self = *static_cast<Fiber *>(transfer.data);
  self.resumer = transfer.fctx;
  finishSwitch(nullptr, &self.resumerStack, &self.resumerStackSize);
  self.body(self.argument);
  std::abort(); // bodies do not return
}

void Fiber::resume() {
  void *resumerFakeStack = nullptr;
  startSwitch(&resumerFakeStack, stack.getBottom(), FiberStack::kSize);
  own = jump_fcontext(own, this).fctx;
  finishSwitch(resumerFakeStack, nullptr, nullptr);
}

void Fiber::suspend() {
  startSwitch(&fakeStack, resumerStack, resumerStackSize);
  resumer = jump_fcontext(resumer, this).fctx;
  finishSwitch(fakeStack, &resumerStack, &resumerStackSize);
}

} // namespace sim
} // namespace upweave
