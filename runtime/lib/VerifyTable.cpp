// Checks of a bundle's table beyond its FlatBuffers structure: every index,
// size and expression that a launch relies on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "BundleFile.h"
#include "Expr.h"
#include "Limits.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

namespace upweave {
namespace rt {

using Args = flatbuffers::Vector<flatbuffers::Offset<bundle::Argument>>;

namespace {

/// Names the part of the table that is looked at. Its text is made when
/// something is wrong: a bundle has thousands of parts.
class Where {
public:
  Where(const Where &outer, const char *text, int64_t index = -1)
      : outer(&outer), text(text), index(index) {}
  explicit Where(const char *text, int64_t index = -1)
      : outer(nullptr), text(text), index(index) {}

  std::string str() const {
    return fmt::format("{}{}{}", outer ? outer->str() : "", text,
                       index < 0 ? "" : std::to_string(index));
  }

private:
  const Where *outer;
  const char *text;
  int64_t index;
};

template <typename... Args>
[[nodiscard]] uw_status
refuse(const Where &what, fmt::format_string<Args...> format, Args &&...args) {
  return fail(UW_BAD_BUNDLE, "{}{}", what.str(),
              fmt::format(format, std::forward<Args>(args)...));
}

/// "index N of WHAT is out of range" unless it is below `count`.
uw_status checkIndex(int64_t index, uint32_t count, const Where &what) {
  if (index >= 0 && index < int64_t(count))
    return UW_OK;
  return refuse(what, " is {}, there are {}", index, count);
}

/// Like checkIndex, and -1 is fine too.
uw_status checkOptional(int64_t index, uint32_t count, const Where &what) {
  return index == -1 ? UW_OK : checkIndex(index, count, what);
}

uw_status checkDim(const Args *args, int64_t arg, int64_t dim,
                   const Where &what) {
  UW_TRY(checkIndex(arg, length(args), Where(what, " argument")));
  return checkIndex(dim, length(args->Get(arg)->shape()),
                    Where(what, " dimension"));
}

/// Checks one expression: node order, operators, and dimensions within `args`.
uw_status verifyExpr(const bundle::Expr *expr, const Args *args,
                     const Where &what) {
  const uint32_t count = expr ? length(expr->nodes()) : 0;
  if (count == 0 || count > kMaxExprNodes)
    return refuse(what, " is an expression of {} nodes, 1 to {} are supported",
                  count, kMaxExprNodes);
  for (uint32_t i = 0; i < count; ++i) {
    const bundle::ExprNode &node = *expr->nodes()->Get(i);
    if (node.op() > bundle::ExprOp::Max)
      return refuse(what, " has unknown operator {}", int(node.op()));
    if (node.op() == bundle::ExprOp::Dim)
      UW_TRY(checkDim(args, node.a(), node.b(), what));
    if (node.op() == bundle::ExprOp::Loop)
      return refuse(what, " depends on loop {}, there are none", node.a());
    if (node.op() >= bundle::ExprOp::Add) {
      UW_TRY(checkIndex(node.a(), i, Where(what, " left operand")));
      UW_TRY(checkIndex(node.b(), i, Where(what, " right operand")));
    }
  }
  return UW_OK;
}

uw_status
verifyExprs(const flatbuffers::Vector<flatbuffers::Offset<bundle::Expr>> *exprs,
            uint32_t expected, const Args *args, const Where &what) {
  if (length(exprs) != expected)
    return refuse(what, " has {} expressions, expected {}", length(exprs),
                  expected);
  for (uint32_t i = 0; i < expected; ++i)
    UW_TRY(verifyExpr(exprs->Get(i), args, Where(what, " ", i)));
  return UW_OK;
}

uw_status verifyShape(const bundle::Argument &arg, const Where &what) {
  const uint32_t rank = length(arg.shape());
  if (rank > kMaxRank)
    return refuse(what, " has rank {}, at most {} is supported", rank,
                  kMaxRank);
  for (uint32_t d = 0; d < rank; ++d)
    if (arg.shape()->Get(d) < -1)
      return refuse(what, " has size {} in dimension {}", arg.shape()->Get(d),
                    d);
  if (length(arg.strides()) != 0 && length(arg.strides()) != rank)
    return refuse(what, " has {} strides for rank {}", length(arg.strides()),
                  rank);
  for (uint32_t d = 0; d < length(arg.strides()); ++d)
    if (arg.strides()->Get(d) < 0)
      return refuse(what, " has stride {} in dimension {}",
                    arg.strides()->Get(d), d);
  return UW_OK;
}

uw_status verifyArguments(const bundle::Entry &entry, const Where &what) {
  const Args *args = entry.args();
  if (length(args) > kMaxArguments)
    return refuse(what, " has {} arguments, at most {} are supported",
                  length(args), kMaxArguments);
  bool outputs = false;
  for (uint32_t i = 0; i < length(args); ++i) {
    const bundle::Argument &arg = *args->Get(i);
    const Where name(what, ": argument ", i);
    if (arg.dtype() > bundle::DType::I64 || arg.role() > bundle::Role::Output)
      return refuse(name, " has dtype {} and role {}", int(arg.dtype()),
                    int(arg.role()));
    if (arg.role() == bundle::Role::Input && outputs)
      return refuse(name, " is an input after an output");
    outputs |= arg.role() == bundle::Role::Output;
    UW_TRY(verifyShape(arg, name));
    if (arg.alignment() == 0 || (arg.alignment() & (arg.alignment() - 1)))
      return refuse(name, " has alignment {}, not a power of two",
                    arg.alignment());
    for (uint32_t j = 0; j < length(arg.may_alias()); ++j)
      UW_TRY(checkIndex(arg.may_alias()->Get(j), i, Where(name, " may_alias")));
    if (length(arg.shape_exprs()) && arg.role() == bundle::Role::Input)
      return refuse(name, " is an input with shape_exprs");
    if (length(arg.shape_exprs()))
      UW_TRY(verifyExprs(arg.shape_exprs(), length(arg.shape()), args,
                         Where(name, " shape_exprs")));
  }
  return UW_OK;
}

/// The dimensions of arguments that are in symbols.
class KnownDims {
public:
  explicit KnownDims(uint32_t args) : known(size_t(args) * kMaxRank) {}
  bool has(uint32_t arg, uint32_t dim) const {
    return known[size_t(arg) * kMaxRank + dim];
  }
  void add(uint32_t arg, uint32_t dim) {
    known[size_t(arg) * kMaxRank + dim] = true;
  }

private:
  std::vector<bool> known;
};

uw_status verifySymbol(const bundle::Symbol &symbol, const Args *args,
                       KnownDims &known, const Where &what) {
  if (symbol.min() < 0 || symbol.max() < symbol.min())
    return refuse(what, " takes sizes from {} to {}", symbol.min(),
                  symbol.max());
  bool fromInput = false;
  for (uint32_t i = 0; i < length(symbol.sites()); ++i) {
    const bundle::DimRef &site = *symbol.sites()->Get(i);
    UW_TRY(checkDim(args, site.arg(), site.dim(), what));
    const bundle::Argument &arg = *args->Get(site.arg());
    if (arg.shape()->Get(site.dim()) != -1 || known.has(site.arg(), site.dim()))
      return refuse(what,
                    ": dimension {} of argument {} is static or in two symbols",
                    site.dim(), site.arg());
    known.add(site.arg(), site.dim());
    fromInput |= arg.role() == bundle::Role::Input;
  }
  if (!fromInput)
    return refuse(what, " has no dimension of an input");
  return UW_OK;
}

/// Each dynamic dimension is in at most one symbol, an input's in exactly one,
/// and an output's size follows from inputs.
uw_status verifySymbols(const bundle::Entry &entry, const Where &what) {
  const Args *args = entry.args();
  KnownDims known(length(args));
  for (uint32_t s = 0; s < length(entry.symbols()); ++s)
    UW_TRY(verifySymbol(*entry.symbols()->Get(s), args, known,
                        Where(what, ": symbol ", s)));
  for (uint32_t i = 0; i < length(args); ++i)
    for (uint32_t d = 0; d < length(args->Get(i)->shape()); ++d)
      if (args->Get(i)->shape()->Get(d) == -1 && !known.has(i, d) &&
          !length(args->Get(i)->shape_exprs()))
        return refuse(what,
                      ": dynamic dimension {} of argument {} is in no "
                      "symbol",
                      d, i);
  return UW_OK;
}

/// True if the expression (absent: 0) does not depend on sizes.
bool isConstant(const bundle::Expr *expr) {
  for (uint32_t i = 0; expr && i < length(expr->nodes()); ++i)
    if (expr->nodes()->Get(i)->op() == bundle::ExprOp::Dim)
      return false;
  return true;
}

uw_status verifyPreparedOffset(const bundle::KernelArg &arg,
                               const bundle::LaunchList &list,
                               const Where &what) {
  int64_t offset = 0;
  auto dim = [](int32_t, int32_t) { return int64_t(0); };
  if (isConstant(arg.value()) &&
      (!arg.value() || evaluateExpr(*arg.value(), dim, nullptr, offset)) &&
      offset >= 0 && uint64_t(offset) < list.prepared_bytes())
    return UW_OK;
  return refuse(what, " is not at a constant place in the {} prepared bytes",
                list.prepared_bytes());
}

/// A preparing launch depends on inputs and constants, at any sizes, and writes
/// prepared memory alone.
uw_status verifyPreparing(const bundle::Launch &launch,
                          const bundle::Entry &entry, const Where &what) {
  for (uint32_t d = 0; d < 3; ++d)
    if (!isConstant(launch.grid()->Get(d)))
      return refuse(what, " prepares, but its grid depends on sizes");
  for (uint32_t i = 0; i < length(launch.args()); ++i) {
    const bundle::KernelArg &arg = *launch.args()->Get(i);
    if (!isConstant(arg.value()))
      return refuse(what, " prepares, but argument {} depends on sizes", i);
    if (arg.kind() != bundle::KernelArgKind::Buffer)
      continue;
    if (arg.buffer() == bundle::BufferKind::Workspace ||
        (arg.buffer() == bundle::BufferKind::Argument &&
         entry.args()->Get(arg.argument())->role() != bundle::Role::Input))
      return refuse(
          what, " prepares, but argument {} is an output or the workspace", i);
  }
  return UW_OK;
}

uw_status verifyKernelArg(const bundle::KernelArg &arg,
                          const bundle::Entry &entry,
                          const bundle::LaunchList &list, const Where &what) {
  if (arg.kind() > bundle::KernelArgKind::I32 ||
      arg.buffer() > bundle::BufferKind::Prepared)
    return refuse(what, " has kind {} and buffer {}", int(arg.kind()),
                  int(arg.buffer()));
  const bool isBuffer = arg.kind() == bundle::KernelArgKind::Buffer;
  if (isBuffer && arg.buffer() == bundle::BufferKind::Argument)
    UW_TRY(checkIndex(arg.argument(), length(entry.args()), what));
  if (isBuffer && arg.buffer() == bundle::BufferKind::Constants &&
      entry.constants() == -1)
    return refuse(what, " reads constants, the entry has none");
  if (arg.value() || !isBuffer)
    UW_TRY(verifyExpr(arg.value(), entry.args(), what));
  if (isBuffer && arg.buffer() == bundle::BufferKind::Prepared)
    return verifyPreparedOffset(arg, list, what);
  return UW_OK;
}

uw_status verifyLaunch(const bundle::Bundle &table, const bundle::Entry &entry,
                       const bundle::LaunchList &list,
                       const bundle::Launch &launch, const Where &what) {
  UW_TRY(checkIndex(launch.kernel(), length(table.kernels()),
                    Where(what, " kernel")));
  if (!table.kernels()->Get(launch.kernel())->symbol())
    return refuse(what, " runs a kernel without a symbol");
  UW_TRY(verifyExprs(launch.grid(), 3, entry.args(), Where(what, " grid")));
  const bundle::Dim3 *block = launch.block();
  auto inBlock = [](uint64_t size) { return size >= 1 && size <= kMaxThreads; };
  if (!block || !inBlock(block->x()) || !inBlock(block->y()) ||
      !inBlock(block->z()) ||
      !inBlock(uint64_t(block->x()) * block->y() * block->z()))
    return refuse(what, " has no block of 1 to {} threads", kMaxThreads);
  if (length(launch.args()) > kMaxKernelArgs)
    return refuse(what, " passes {} arguments, at most {} are supported",
                  length(launch.args()), kMaxKernelArgs);
  for (uint32_t i = 0; i < length(launch.args()); ++i)
    UW_TRY(verifyKernelArg(*launch.args()->Get(i), entry, list,
                           Where(what, " argument ", i)));
  return UW_OK;
}

/// A chip is "sm_" with its compute capability, and a letter if no other chip
/// can run what is made for it.
uw_status verifyChip(const bundle::LaunchList &list, const Where &what) {
  const std::string_view chip = text(list.chip());
  const std::string expected = fmt::format("sm_{}", list.compute());
  const std::string_view rest =
      chip.substr(std::min(chip.size(), expected.size()));
  if (list.compute() == 0 || list.compute() > kMaxCompute ||
      chip.compare(0, expected.size(), expected) != 0 || rest.size() > 1 ||
      (!rest.empty() && (rest[0] < 'a' || rest[0] > 'z')))
    return refuse(what,
                  " has chip '{}' and compute {}, which are not 'sm_N' and N, "
                  "from 1 to {}",
                  chip, list.compute(), kMaxCompute);
  return UW_OK;
}

/// What the manifest says of blocks.
uw_status verifyBlocks(const bundle::Bundle &table,
                       const bundle::LaunchList &list, const Where &what) {
  for (uint32_t i = 0; i < length(list.blocks()); ++i) {
    const bundle::BlockInfo &block = *list.blocks()->Get(i);
    for (uint32_t k = 0; k < length(block.kernels()); ++k)
      UW_TRY(checkIndex(block.kernels()->Get(k), length(table.kernels()),
                        Where(Where(what, " block ", i), " kernel")));
  }
  return UW_OK;
}

uw_status verifyList(const bundle::Bundle &table, const bundle::Entry &entry,
                     const bundle::LaunchList &list, const Where &what) {
  const uint32_t images = length(table.images());
  UW_TRY(checkOptional(list.cubin(), images, Where(what, " cubin")));
  UW_TRY(checkOptional(list.ptx(), images, Where(what, " ptx")));
  if (list.cubin() == -1 && list.ptx() == -1)
    return refuse(what, " has neither cubin nor PTX");
  if ((list.cubin() != -1 &&
       table.images()->Get(list.cubin())->kind() != bundle::ImageKind::Cubin) ||
      (list.ptx() != -1 &&
       table.images()->Get(list.ptx())->kind() != bundle::ImageKind::Ptx))
    return refuse(what, " names an image of another kind");
  UW_TRY(verifyChip(list, what));
  if (list.workspace())
    UW_TRY(
        verifyExpr(list.workspace(), entry.args(), Where(what, " workspace")));
  if (list.preparing() > length(list.launches()) ||
      (list.preparing() == 0) != (list.prepared_bytes() == 0) ||
      list.prepared_bytes() > kMaxPreparedBytes)
    return refuse(what, " prepares {} bytes with {} of {} launches",
                  list.prepared_bytes(), list.preparing(),
                  length(list.launches()));
  for (uint32_t i = 0; i < length(list.launches()); ++i) {
    const bundle::Launch &launch = *list.launches()->Get(i);
    const Where name(what, " launch ", i);
    UW_TRY(verifyLaunch(table, entry, list, launch, name));
    if (i < list.preparing())
      UW_TRY(verifyPreparing(launch, entry, name));
  }
  return verifyBlocks(table, list, what);
}

uw_status verifyHost(const bundle::Bundle &table, const bundle::Entry &entry,
                     const Where &what) {
  const bundle::HostVariant &host = *entry.host();
  UW_TRY(
      checkIndex(host.image(), length(table.images()), Where(what, " image")));
  if (table.images()->Get(host.image())->kind() != bundle::ImageKind::Host ||
      !host.symbol())
    return refuse(what, " image {} is of another kind or has no symbol",
                  host.image());
  if (host.abi() > bundle::kHostAbiTeam)
    return refuse(what,
                  " abi is {}, this runtime knows 0 to {}: use the runtime of "
                  "the compiler that made the bundle, or compile the bundle "
                  "with the compiler of this runtime",
                  host.abi(), bundle::kHostAbiTeam);
  if (host.workspace())
    UW_TRY(
        verifyExpr(host.workspace(), entry.args(), Where(what, " workspace")));
  if (host.thread_scratch())
    UW_TRY(verifyExpr(host.thread_scratch(), entry.args(),
                      Where(what, " thread_scratch")));
  return UW_OK;
}

uw_status verifyEntry(const bundle::Bundle &table, const bundle::Entry &entry,
                      const Where &what) {
  UW_TRY(verifyArguments(entry, what));
  UW_TRY(verifySymbols(entry, what));
  UW_TRY(checkOptional(entry.constants(), length(table.sections()),
                       Where(what, " constants")));
  // Written so that a NaN is refused.
  if (!(entry.unit_error() >= 0 && std::isfinite(entry.unit_error())))
    return refuse(what, " unit_error is {}", entry.unit_error());
  for (uint32_t i = 0; i < length(entry.lists()); ++i)
    UW_TRY(verifyList(table, entry, *entry.lists()->Get(i),
                      Where(what, ": list ", i)));
  return entry.host() ? verifyHost(table, entry, Where(what, ": host")) : UW_OK;
}

} // namespace

uw_status verifyTable(const bundle::Bundle &table) {
  for (uint32_t i = 0; i < length(table.images()); ++i) {
    const bundle::Image &image = *table.images()->Get(i);
    if (image.kind() > bundle::ImageKind::Host)
      return fail(UW_BAD_BUNDLE, "image {} has unknown kind {}", i,
                  int(image.kind()));
    UW_TRY(checkIndex(image.section(), length(table.sections()),
                      Where(Where("image ", i), " section")));
  }
  if (length(table.entries()) == 0)
    return fail(UW_BAD_BUNDLE, "the bundle has no entries");
  std::set<std::string_view> names;
  for (uint32_t i = 0; i < length(table.entries()); ++i) {
    const bundle::Entry &entry = *table.entries()->Get(i);
    if (!entry.name() || !names.insert(entry.name()->string_view()).second)
      return fail(UW_BAD_BUNDLE, "entry {} has no name of its own", i);
    const std::string name = fmt::format("entry '{}'", entry.name()->str());
    UW_TRY(verifyEntry(table, entry, Where(name.c_str())));
  }
  return UW_OK;
}

} // namespace rt
} // namespace upweave
