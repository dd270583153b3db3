// Pages of values: a table of them where that is small, else hashed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Memo.h"

#include <thread>

namespace upweave {
namespace check {

namespace {
/// Tensors up to this many elements have a table of all pages.
constexpr int64_t kTableElements = int64_t(1) << 24;
constexpr uint64_t kShards = 64;
} // namespace

Memo::Memo(int64_t count)
    : table(count <= kTableElements
                ? (count + kPageElements - 1) / kPageElements
                : 0),
      shards(count <= kTableElements ? nullptr : new Shard[kShards]) {}

Memo::~Memo() {
  for (std::atomic<Page *> &page : table)
    delete page.load();
}

Memo::Shard &Memo::shardOf(int64_t number) const {
  return shards[uint64_t(number) % kShards];
}

Memo::Page *Memo::findPage(int64_t number) const {
  if (!shards)
    return table[number].load(std::memory_order_acquire);
  Shard &shard = shardOf(number);
  std::lock_guard<std::mutex> lock(shard.mutex);
  auto it = shard.pages.find(number);
  return it == shard.pages.end() ? nullptr : it->second.get();
}

Memo::Page &Memo::getPage(int64_t number) {
  if (shards) {
    Shard &shard = shardOf(number);
    std::lock_guard<std::mutex> lock(shard.mutex);
    std::unique_ptr<Page> &page = shard.pages[number];
    if (!page)
      page = std::make_unique<Page>();
    return *page;
  }
  std::atomic<Page *> &slot = table[number];
  if (Page *page = slot.load(std::memory_order_acquire))
    return *page;
  auto fresh = std::make_unique<Page>();
  Page *expected = nullptr;
  if (slot.compare_exchange_strong(expected, fresh.get()))
    return *fresh.release();
  return *expected; // another thread was faster
}

bool Memo::find(int64_t linear, Value &value) const {
  const Page *page = findPage(linear / kPageElements);
  if (!page)
    return false;
  const int64_t at = linear % kPageElements;
  uint8_t state = page->states[at].load(std::memory_order_acquire);
  // Who writes it is about to finish.
  while (state == Written) {
    std::this_thread::yield();
    state = page->states[at].load(std::memory_order_acquire);
  }
  if (state == Absent)
    return false;
  value = page->values[at];
  return true;
}

void Memo::put(int64_t linear, const Value &value) {
  Page &page = getPage(linear / kPageElements);
  const int64_t at = linear % kPageElements;
  uint8_t expected = Absent;
  if (!page.states[at].compare_exchange_strong(expected, Written))
    return;
  page.values[at] = value;
  page.states[at].store(Known, std::memory_order_release);
}

} // namespace check
} // namespace upweave
