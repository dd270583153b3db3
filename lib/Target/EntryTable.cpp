//===- EntryTable.cpp - Arguments and symbols of an entry -----------------===//
// Shapes, types and names of inputs and outputs, and which sizes are equal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/BundleWriter.h"
#include "Upweave/Target/SizeExpr.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "llvm/ADT/EquivalenceClasses.h"

using namespace mlir;

namespace upweave {

/// The name that a location gives a value, or `fallback`.
static std::string getName(Location loc, const Twine &fallback) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName().str();
  return fallback.str();
}

/// One argument of the bundle; fails for types that bundles have no name for.
static FailureOr<std::unique_ptr<bundle::ArgumentT>>
createArgument(func::FuncOp source, Type type, Location loc, bool isInput,
               unsigned number) {
  auto arg = std::make_unique<bundle::ArgumentT>();
  arg->role = isInput ? bundle::Role::Input : bundle::Role::Output;
  arg->name = getName(loc, (isInput ? "arg" : "result") + Twine(number));
  arg->location = describeLocation(loc);
  auto shaped = dyn_cast<ShapedType>(type);
  Type element = getElementTypeOrSelf(type);
  std::optional<bundle::DType> dtype = getBundleType(element);
  if (!shaped || !shaped.hasRank() || !dtype || element.isIndex())
    return source.emitError("function '")
           << source.getSymName()
           << "': " << (isInput ? "argument " : "result ") << number
           << " has type " << type
           << "; an entry point takes and gives ranked tensors of f16, bf16, "
              "f32, f64, i1, i8, i16, i32 or i64";
  arg->dtype = *dtype;
  for (int64_t size : shaped.getShape())
    arg->shape.push_back(ShapedType::isDynamic(size) ? -1 : size);
  return arg;
}

namespace {
/// Groups the dynamic sizes of an entry's arguments into symbols.
class SymbolTable {
public:
  using Site = std::pair<unsigned, unsigned>;

  void insert(Site site) { classes.insert(site); }
  void unify(Site a, Site b) { classes.unionSets(a, b); }

  /// The symbols in the order of their first sites; inputs come before
  /// outputs, so an input's site comes first.
  void write(bundle::EntryT &entry) const {
    std::map<Site, unsigned> symbols;
    for (unsigned arg = 0; arg < entry.args.size(); ++arg)
      for (unsigned dim = 0; dim < entry.args[arg]->shape.size(); ++dim) {
        auto leader = classes.findLeader({arg, dim});
        if (leader == classes.member_end())
          continue;
        auto [it, isNew] = symbols.insert({*leader, entry.symbols.size()});
        if (isNew) {
          entry.symbols.push_back(std::make_unique<bundle::SymbolT>());
          entry.symbols.back()->name = "s" + std::to_string(it->second);
        }
        entry.symbols[it->second]->sites.emplace_back(arg, dim);
      }
  }

private:
  llvm::EquivalenceClasses<Site> classes;
};
} // namespace

/// Sizes of a result: a symbol where they are an input's, else expressions.
static LogicalResult addResultShape(func::FuncOp planned, unsigned position,
                                    unsigned numInputs, bundle::ArgumentT &arg,
                                    SymbolTable &symbols) {
  auto map = planned.getArgAttrOfType<AffineMapAttr>(position, kShapeAttr);
  if (!map || !llvm::is_contained(arg.shape, -1))
    return success();
  SmallVector<SizeExpr> dims;
  for (auto [number, dim] : getDynamicDims(planned))
    dims.push_back(SizeExpr::getDim(number, dim));
  SmallVector<SizeExpr> shape;
  bool plain = true;
  for (auto [i, expr] : llvm::enumerate(map.getValue().getResults())) {
    SizeExpr size = getSizeExpr(expr, {}, dims);
    shape.push_back(size);
    if (arg.shape[i] != -1)
      continue;
    std::optional<bundle::DimRef> site = size.getDimRef();
    if (site && site->arg() >= numInputs)
      return planned.emitError("function '")
             << planned.getSymName() << "': dimension " << i << " of result "
             << position - numInputs
             << " does not follow from the arguments' sizes: export the model "
                "with a fixed height, width or length, or write the sizes into "
                "the arguments' types; the batch alone may be dynamic";
    if (site)
      symbols.unify({site->arg(), site->dim()}, {position, unsigned(i)});
    else
      plain = false;
  }
  if (!plain)
    arg.shape_exprs = getExprTable(shape);
  return success();
}

FailureOr<std::unique_ptr<bundle::EntryT>> createEntry(func::FuncOp source,
                                                       func::FuncOp planned) {
  auto entry = std::make_unique<bundle::EntryT>();
  entry->name = source.getSymName().str();
  entry->location = describeLocation(source.getLoc());
  unsigned numInputs = source.getNumArguments();
  SymbolTable symbols;
  for (auto [i, value] : llvm::enumerate(source.getArguments())) {
    auto arg = createArgument(source, value.getType(), value.getLoc(),
                              /*isInput=*/true, i);
    if (failed(arg))
      return failure();
    for (auto [dim, size] : llvm::enumerate((*arg)->shape))
      if (size == -1)
        symbols.insert({unsigned(i), unsigned(dim)});
    entry->args.push_back(std::move(*arg));
  }
  for (auto [i, type] : llvm::enumerate(source.getResultTypes())) {
    Value value = source.getBody().front().getTerminator()->getOperand(i);
    auto arg =
        createArgument(source, type, value.getLoc(), /*isInput=*/false, i);
    if (failed(arg) || failed(addResultShape(planned, numInputs + i, numInputs,
                                             **arg, symbols)))
      return failure();
    entry->args.push_back(std::move(*arg));
  }
  symbols.write(*entry);
  return entry;
}

void unifySizes(bundle::EntryT &entry,
                ArrayRef<std::pair<bundle::DimRef, bundle::DimRef>> equalDims) {
  SymbolTable symbols;
  for (const std::unique_ptr<bundle::SymbolT> &symbol : entry.symbols)
    for (const bundle::DimRef &site : symbol->sites) {
      symbols.insert({site.arg(), site.dim()});
      symbols.unify({symbol->sites[0].arg(), symbol->sites[0].dim()},
                    {site.arg(), site.dim()});
    }
  for (auto [a, b] : equalDims)
    symbols.unify({a.arg(), a.dim()}, {b.arg(), b.dim()});
  entry.symbols.clear();
  symbols.write(entry);
}

} // namespace upweave
