// Checks of a bundle's table beyond its FlatBuffers structure: every index,
// size and expression that a launch relies on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "BundleFile.h"
#include "Expr.h"
#include "Limits.h"

#include <set>

namespace upweave {
namespace rt {

using Args = flatbuffers::Vector<flatbuffers::Offset<bundle::Argument>>;

namespace {

/// "index N of WHAT is out of range" unless it is below `count`.
uw_status checkIndex(int64_t index, uint32_t count, const std::string &what) {
  if (index >= 0 && index < int64_t(count))
    return UW_OK;
  return fail(UW_BAD_BUNDLE, "{} is {}, there are {}", what, index, count);
}

/// Like checkIndex, and -1 is fine too.
uw_status checkOptional(int64_t index, uint32_t count,
                        const std::string &what) {
  return index == -1 ? UW_OK : checkIndex(index, count, what);
}

uw_status checkDim(const Args *args, int64_t arg, int64_t dim,
                   const std::string &what) {
  UW_TRY(checkIndex(arg, length(args), what + " argument"));
  return checkIndex(dim, length(args->Get(arg)->shape()), what + " dimension");
}

uw_status
verifyExprs(const flatbuffers::Vector<flatbuffers::Offset<bundle::Expr>> *exprs,
            uint32_t expected, const Args *args, const std::string &what) {
  if (length(exprs) != expected)
    return fail(UW_BAD_BUNDLE, "{} has {} expressions, expected {}", what,
                length(exprs), expected);
  for (uint32_t i = 0; i < expected; ++i)
    UW_TRY(verifyExpr(exprs->Get(i), args, 0, fmt::format("{}[{}]", what, i)));
  return UW_OK;
}

uw_status verifyShape(const bundle::Argument &arg, const std::string &what) {
  const uint32_t rank = length(arg.shape());
  if (rank > kMaxRank)
    return fail(UW_BAD_BUNDLE, "{} has rank {}, at most {} is supported", what,
                rank, kMaxRank);
  for (uint32_t d = 0; d < rank; ++d)
    if (arg.shape()->Get(d) < -1)
      return fail(UW_BAD_BUNDLE, "{} has size {} in dimension {}", what,
                  arg.shape()->Get(d), d);
  if (length(arg.strides()) != 0 && length(arg.strides()) != rank)
    return fail(UW_BAD_BUNDLE, "{} has {} strides for rank {}", what,
                length(arg.strides()), rank);
  for (uint32_t d = 0; d < length(arg.strides()); ++d)
    if (arg.strides()->Get(d) < 0)
      return fail(UW_BAD_BUNDLE, "{} has stride {} in dimension {}", what,
                  arg.strides()->Get(d), d);
  return UW_OK;
}

uw_status verifyArguments(const bundle::Entry &entry, const std::string &what) {
  const Args *args = entry.args();
  if (length(args) > kMaxArguments)
    return fail(UW_BAD_BUNDLE, "{} has {} arguments, at most {} are supported",
                what, length(args), kMaxArguments);
  bool outputs = false;
  for (uint32_t i = 0; i < length(args); ++i) {
    const bundle::Argument &arg = *args->Get(i);
    std::string name = fmt::format("{}: argument {}", what, i);
    if (arg.dtype() > bundle::DType::I64 || arg.role() > bundle::Role::Output)
      return fail(UW_BAD_BUNDLE, "{} has dtype {} and role {}", name,
                  int(arg.dtype()), int(arg.role()));
    if (arg.role() == bundle::Role::Input && outputs)
      return fail(UW_BAD_BUNDLE, "{} is an input after an output", name);
    outputs |= arg.role() == bundle::Role::Output;
    UW_TRY(verifyShape(arg, name));
    if (arg.alignment() == 0 || (arg.alignment() & (arg.alignment() - 1)))
      return fail(UW_BAD_BUNDLE, "{} has alignment {}, not a power of two",
                  name, arg.alignment());
    for (uint32_t j = 0; j < length(arg.may_alias()); ++j)
      UW_TRY(checkIndex(arg.may_alias()->Get(j), i, name + " may_alias"));
    if (length(arg.shape_exprs()))
      UW_TRY(verifyExprs(arg.shape_exprs(), length(arg.shape()), args,
                         name + " shape_exprs"));
  }
  return UW_OK;
}

/// Each dynamic dimension is in at most one symbol, an input's in exactly one,
/// and an output's size follows from inputs.
uw_status verifySymbols(const bundle::Entry &entry, const std::string &what) {
  const Args *args = entry.args();
  std::set<std::pair<uint32_t, uint32_t>> known;
  for (uint32_t s = 0; s < length(entry.symbols()); ++s) {
    const bundle::Symbol &symbol = *entry.symbols()->Get(s);
    std::string name = fmt::format("{}: symbol {}", what, s);
    bool fromInput = false;
    for (uint32_t i = 0; i < length(symbol.sites()); ++i) {
      const bundle::DimRef &site = *symbol.sites()->Get(i);
      UW_TRY(checkDim(args, site.arg(), site.dim(), name));
      const bundle::Argument &arg = *args->Get(site.arg());
      if (arg.shape()->Get(site.dim()) != -1 ||
          !known.insert({site.arg(), site.dim()}).second)
        return fail(UW_BAD_BUNDLE,
                    "{}: dimension {} of argument {} is static or in two "
                    "symbols",
                    name, site.dim(), site.arg());
      fromInput |= arg.role() == bundle::Role::Input;
    }
    if (!fromInput)
      return fail(UW_BAD_BUNDLE, "{} has no dimension of an input", name);
  }
  for (uint32_t i = 0; i < length(args); ++i)
    for (uint32_t d = 0; d < length(args->Get(i)->shape()); ++d)
      if (args->Get(i)->shape()->Get(d) == -1 && !known.count({i, d}) &&
          !(args->Get(i)->role() == bundle::Role::Output &&
            length(args->Get(i)->shape_exprs())))
        return fail(UW_BAD_BUNDLE,
                    "{}: dynamic dimension {} of argument {} is in no symbol",
                    what, d, i);
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
                               const std::string &what) {
  int64_t offset = 0;
  auto dim = [](int32_t, int32_t) { return int64_t(0); };
  if (isConstant(arg.value()) &&
      (!arg.value() || evaluateExpr(*arg.value(), dim, nullptr, offset)) &&
      offset >= 0 && uint64_t(offset) < list.prepared_bytes())
    return UW_OK;
  return fail(UW_BAD_BUNDLE,
              "{} is not at a constant place in the {} prepared bytes", what,
              list.prepared_bytes());
}

/// A preparing launch depends on inputs and constants, at any sizes, and writes
/// prepared memory alone.
uw_status verifyPreparing(const bundle::Launch &launch,
                          const bundle::Entry &entry, const std::string &what) {
  for (uint32_t d = 0; d < 3; ++d)
    if (!isConstant(launch.grid()->Get(d)))
      return fail(UW_BAD_BUNDLE, "{} prepares, but its grid depends on sizes",
                  what);
  for (uint32_t i = 0; i < length(launch.args()); ++i) {
    const bundle::KernelArg &arg = *launch.args()->Get(i);
    if (!isConstant(arg.value()))
      return fail(UW_BAD_BUNDLE,
                  "{} prepares, but argument {} depends on sizes", what, i);
    if (arg.kind() != bundle::KernelArgKind::Buffer)
      continue;
    if (arg.buffer() == bundle::BufferKind::Workspace ||
        (arg.buffer() == bundle::BufferKind::Argument &&
         entry.args()->Get(arg.argument())->role() != bundle::Role::Input))
      return fail(UW_BAD_BUNDLE,
                  "{} prepares, but argument {} is an output or the workspace",
                  what, i);
  }
  return UW_OK;
}

uw_status verifyKernelArg(const bundle::KernelArg &arg,
                          const bundle::Entry &entry,
                          const bundle::LaunchList &list,
                          const std::string &what) {
  if (arg.kind() > bundle::KernelArgKind::I32 ||
      arg.buffer() > bundle::BufferKind::Prepared)
    return fail(UW_BAD_BUNDLE, "{} has kind {} and buffer {}", what,
                int(arg.kind()), int(arg.buffer()));
  const bool isBuffer = arg.kind() == bundle::KernelArgKind::Buffer;
  if (isBuffer && arg.buffer() == bundle::BufferKind::Argument)
    UW_TRY(checkIndex(arg.argument(), length(entry.args()), what));
  if (isBuffer && arg.buffer() == bundle::BufferKind::Constants &&
      entry.constants() == -1)
    return fail(UW_BAD_BUNDLE, "{} reads constants, the entry has none", what);
  if (arg.value() || !isBuffer)
    UW_TRY(verifyExpr(arg.value(), entry.args(), 0, what));
  if (isBuffer && arg.buffer() == bundle::BufferKind::Prepared)
    return verifyPreparedOffset(arg, list, what);
  return UW_OK;
}

uw_status verifyLaunch(const bundle::Bundle &table, const bundle::Entry &entry,
                       const bundle::LaunchList &list,
                       const bundle::Launch &launch, const std::string &what) {
  UW_TRY(
      checkIndex(launch.kernel(), length(table.kernels()), what + " kernel"));
  if (!table.kernels()->Get(launch.kernel())->symbol())
    return fail(UW_BAD_BUNDLE, "{} runs a kernel without a symbol", what);
  UW_TRY(verifyExprs(launch.grid(), 3, entry.args(), what + " grid"));
  const bundle::Dim3 *block = launch.block();
  if (!block || !block->x() || !block->y() || !block->z() ||
      uint64_t(block->x()) * block->y() * block->z() > kMaxThreads)
    return fail(UW_BAD_BUNDLE, "{} has no block of 1 to {} threads", what,
                kMaxThreads);
  if (length(launch.args()) > kMaxKernelArgs)
    return fail(UW_BAD_BUNDLE,
                "{} passes {} arguments, at most {} are "
                "supported",
                what, length(launch.args()), kMaxKernelArgs);
  for (uint32_t i = 0; i < length(launch.args()); ++i)
    UW_TRY(verifyKernelArg(*launch.args()->Get(i), entry, list,
                           fmt::format("{} argument {}", what, i)));
  return UW_OK;
}

uw_status verifyList(const bundle::Bundle &table, const bundle::Entry &entry,
                     const bundle::LaunchList &list, const std::string &what) {
  const uint32_t images = length(table.images());
  UW_TRY(checkOptional(list.cubin(), images, what + " cubin"));
  UW_TRY(checkOptional(list.ptx(), images, what + " ptx"));
  if (list.cubin() == -1 && list.ptx() == -1)
    return fail(UW_BAD_BUNDLE, "{} has neither cubin nor PTX", what);
  if ((list.cubin() != -1 &&
       table.images()->Get(list.cubin())->kind() != bundle::ImageKind::Cubin) ||
      (list.ptx() != -1 &&
       table.images()->Get(list.ptx())->kind() != bundle::ImageKind::Ptx))
    return fail(UW_BAD_BUNDLE, "{} names an image of another kind", what);
  if (!list.chip() || list.chip()->size() == 0 || list.compute() == 0)
    return fail(UW_BAD_BUNDLE, "{} has no chip", what);
  if (list.workspace())
    UW_TRY(verifyExpr(list.workspace(), entry.args(), 0, what + " workspace"));
  if (list.preparing() > length(list.launches()) ||
      (list.preparing() == 0) != (list.prepared_bytes() == 0) ||
      list.prepared_bytes() > kMaxPreparedBytes)
    return fail(UW_BAD_BUNDLE, "{} prepares {} bytes with {} of {} launches",
                what, list.prepared_bytes(), list.preparing(),
                length(list.launches()));
  for (uint32_t i = 0; i < length(list.launches()); ++i) {
    const bundle::Launch &launch = *list.launches()->Get(i);
    const std::string name = fmt::format("{} launch {}", what, i);
    UW_TRY(verifyLaunch(table, entry, list, launch, name));
    if (i < list.preparing())
      UW_TRY(verifyPreparing(launch, entry, name));
  }
  return UW_OK;
}

uw_status verifyEntry(const bundle::Bundle &table, const bundle::Entry &entry,
                      const std::string &what) {
  UW_TRY(verifyArguments(entry, what));
  UW_TRY(verifySymbols(entry, what));
  UW_TRY(checkOptional(entry.constants(), length(table.sections()),
                       what + " constants"));
  for (uint32_t i = 0; i < length(entry.lists()); ++i)
    UW_TRY(verifyList(table, entry, *entry.lists()->Get(i),
                      fmt::format("{}: list {}", what, i)));
  const bundle::HostVariant *host = entry.host();
  if (!host)
    return UW_OK;
  UW_TRY(
      checkIndex(host->image(), length(table.images()), what + " host image"));
  if (table.images()->Get(host->image())->kind() != bundle::ImageKind::Host ||
      !host->symbol())
    return fail(UW_BAD_BUNDLE,
                "{}: host image {} is of another kind or has no "
                "symbol",
                what, host->image());
  if (host->workspace())
    UW_TRY(verifyExpr(host->workspace(), entry.args(), 0,
                      what + " host workspace"));
  if (host->thread_scratch())
    UW_TRY(verifyExpr(host->thread_scratch(), entry.args(), 0,
                      what + " host thread_scratch"));
  return UW_OK;
}

} // namespace

uw_status verifyExpr(const bundle::Expr *expr, const Args *args, uint32_t loops,
                     const std::string &what) {
  const uint32_t count = expr ? length(expr->nodes()) : 0;
  if (count == 0 || count > kMaxExprNodes)
    return fail(UW_BAD_BUNDLE,
                "{} is an expression of {} nodes, 1 to {} are "
                "supported",
                what, count, kMaxExprNodes);
  for (uint32_t i = 0; i < count; ++i) {
    const bundle::ExprNode &node = *expr->nodes()->Get(i);
    if (node.op() > bundle::ExprOp::Max)
      return fail(UW_BAD_BUNDLE, "{} has unknown operator {}", what,
                  int(node.op()));
    if (node.op() == bundle::ExprOp::Dim)
      UW_TRY(checkDim(args, node.a(), node.b(), what));
    if (node.op() == bundle::ExprOp::Loop)
      UW_TRY(checkIndex(node.a(), loops, what + " loop"));
    if (node.op() >= bundle::ExprOp::Add) {
      UW_TRY(checkIndex(node.a(), i, what + " left operand"));
      UW_TRY(checkIndex(node.b(), i, what + " right operand"));
    }
  }
  return UW_OK;
}

uw_status verifyTable(const bundle::Bundle &table) {
  for (uint32_t i = 0; i < length(table.images()); ++i) {
    const bundle::Image &image = *table.images()->Get(i);
    if (image.kind() > bundle::ImageKind::Host)
      return fail(UW_BAD_BUNDLE, "image {} has unknown kind {}", i,
                  int(image.kind()));
    UW_TRY(checkIndex(image.section(), length(table.sections()),
                      fmt::format("image {} section", i)));
  }
  if (length(table.entries()) == 0)
    return fail(UW_BAD_BUNDLE, "the bundle has no entries");
  std::set<std::string> names;
  for (uint32_t i = 0; i < length(table.entries()); ++i) {
    const bundle::Entry &entry = *table.entries()->Get(i);
    if (!entry.name() || !names.insert(entry.name()->str()).second)
      return fail(UW_BAD_BUNDLE, "entry {} has no name of its own", i);
    UW_TRY(verifyEntry(table, entry,
                       fmt::format("entry '{}'", entry.name()->str())));
  }
  return UW_OK;
}

} // namespace rt
} // namespace upweave
