// The libFuzzer target of the loader: alters bundles where it matters and makes
// their checksums fit again.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Harness.h"

#include "upweave/bundle_format.h"

#include <algorithm>
#include <cstring>
#include <random>

using namespace upweave;
using namespace upweave::fuzz;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace {

constexpr size_t kHeader = sizeof(bundle::FileHeader);

template <typename T> T load(const uint8_t *at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <typename T> void store(uint8_t *at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

/// Alters the words of a table, which are offsets, lengths, and numbers.
class TableMutator {
public:
  TableMutator(uint8_t *data, size_t size, unsigned seed)
      : data(data), size(size), random(seed) {}

  /// One alteration that keeps all parts where they are.
  void mutate() {
    if (size < 16)
      return;
    switch (random() % 8) {
    case 0:
      return store<uint8_t>(place(1), random() % 2 ? random() % 16 : random());
    case 1:
      return store<uint16_t>(place(2), random() % 64);
    case 2:
      return store<uint32_t>(place(4), uint32_t(number()));
    case 3:
      return store<uint64_t>(place(8), number());
    case 4:
      return nudge();
    case 5:
      return retarget();
    case 6:
      return copyWord();
    default:
      return copyRun();
    }
  }

private:
  size_t below(size_t limit) { return random() % std::max<size_t>(limit, 1); }
  uint8_t *place(size_t alignment) {
    return data + below(size / alignment) * alignment;
  }

  /// Numbers at which arithmetic goes wrong.
  uint64_t number() {
    static const uint64_t numbers[] = {0,          1,
                                       2,          3,
                                       4,          16,
                                       64,         255,
                                       256,        4096,
                                       65535,      1u << 31,
                                       ~0u,        1ull << 32,
                                       1ull << 40, 1ull << 61,
                                       1ull << 62, ~0ull >> 1,
                                       ~0ull,      ~0ull - 1,
                                       1ull << 63, 0x7ff8000000000000};
    return numbers[below(std::size(numbers))];
  }

  void nudge() {
    uint8_t *at = place(4);
    store(at, load<uint32_t>(at) + uint32_t(random() % 17) - 8);
  }

  /// Lets one place refer to what another refers to, or anywhere.
  void retarget() {
    uint8_t *from = place(4), *like = place(4);
    for (int i = 0; i < 64 && !refers(from); ++i)
      from = place(4);
    for (int i = 0; i < 64 && !refers(like); ++i)
      like = place(4);
    const uint8_t *target = like + load<uint32_t>(like) % size;
    if (random() % 4 == 0)
      target = place(4);
    store(from, uint32_t(target - from));
  }
  /// True if the word may be an offset.
  bool refers(const uint8_t *at) const {
    const auto offset = load<uint32_t>(at);
    return offset > 3 && offset < size && offset % 2 == 0 &&
           size_t(at - data) + offset + 4 <= size;
  }

  void copyWord() {
    if (random() % 2)
      std::memmove(place(4), place(4), 4);
    else
      std::memmove(place(8), place(8), 8);
  }

  void copyRun() {
    uint8_t *to = place(4);
    const uint8_t *from = place(4);
    const size_t room = size - std::max(to - data, from - data);
    std::memmove(to, from, std::min(room, 4 * (1 + below(16))));
  }

  uint8_t *data;
  size_t size;
  std::minstd_rand random;
};

/// Lets libFuzzer alter the table as it likes; sections are moved to where they
/// belong behind one of another size.
void resizeTable(Bytes &bytes, size_t maxSize) {
  const size_t before = tableBytes(bytes);
  const size_t sections =
      std::min<size_t>(bundle::sectionBase(before), bytes.size());
  const Bytes rest(bytes.begin() + sections, bytes.end());
  Bytes table(bytes.begin() + kHeader, bytes.begin() + kHeader + before);
  const size_t room = maxSize > rest.size() + 2 * kHeader + 256
                          ? maxSize - rest.size() - 2 * kHeader - 256
                          : before;
  table.resize(std::max(room, before));
  const size_t after = LLVMFuzzerMutate(table.data(), before, table.size());
  bytes.resize(kHeader);
  store<uint64_t>(bytes.data() + offsetof(bundle::FileHeader, tableSize),
                  after);
  bytes.insert(bytes.end(), table.begin(), table.begin() + after);
  bytes.resize(rest.empty() ? bytes.size() : bundle::sectionBase(after));
  bytes.insert(bytes.end(), rest.begin(), rest.end());
}

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  const bool isBundle =
      size > kHeader &&
      std::memcmp(data, bundle::kMagic, sizeof(bundle::kMagic)) == 0;
  std::minstd_rand random(seed);
  if (!isBundle || random() % 64 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  Bytes bytes(data, data + size);
  if (random() % 16 == 0)
    resizeTable(bytes, maxSize);
  for (unsigned n = 1 + random() % 4; n > 0; --n)
    TableMutator(bytes.data() + kHeader, tableBytes(bytes), random()).mutate();
  refit(bytes);
  if (bytes.size() > maxSize)
    return size;
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Bytes bytes(data, data + size);
  refit(bytes); // mutations of libFuzzer's own, and versions of long ago
  exercise(bytes);
  return 0;
}
