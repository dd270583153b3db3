//===- IndexExpr.cpp - Index arithmetic over bounded loops ----------------===//
// Construction, range-based simplification and evaluation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Analysis/IndexExpr.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <limits>
#include <numeric>

using namespace llvm;

namespace upweave {

//===----------------------------------------------------------------------===//
// Interval arithmetic that saturates at what is not known
//===----------------------------------------------------------------------===//

static constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
static constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

static bool isUnknown(int64_t end) { return end == kMin || end == kMax; }

static int64_t addEnds(int64_t lhs, int64_t rhs) {
  int64_t sum;
  if (isUnknown(lhs))
    return lhs;
  if (isUnknown(rhs))
    return rhs;
  if (AddOverflow(lhs, rhs, sum))
    return lhs > 0 ? kMax : kMin;
  return sum;
}

static int64_t scaleEnd(int64_t end, int64_t factor) {
  int64_t product;
  bool negative = (end < 0) != (factor < 0);
  if (isUnknown(end) || MulOverflow(end, factor, product))
    return negative ? kMin : kMax;
  return product;
}

static int64_t divideEnd(int64_t end, int64_t divisor) {
  return isUnknown(end) ? end : divideFloorSigned(end, divisor);
}

/// True if `range` lies in [m·c, (m+1)·c) for one m, which goes to `multiple`.
static bool isWithinOneMultiple(IndexRange range, int64_t c,
                                int64_t &multiple) {
  if (isUnknown(range.low) || isUnknown(range.high))
    return false;
  multiple = divideFloorSigned(range.low, c);
  return multiple == divideFloorSigned(range.high, c);
}

//===----------------------------------------------------------------------===//
// Order and equality
//===----------------------------------------------------------------------===//

static int compare(const IndexExpr &lhs, const IndexExpr &rhs);

/// Orders atoms; factors do not count.
static int compareAtoms(const IndexExpr::Term &lhs,
                        const IndexExpr::Term &rhs) {
  if (lhs.kind != rhs.kind)
    return lhs.kind < rhs.kind ? -1 : 1;
  if (lhs.operand != rhs.operand)
    return lhs.operand < rhs.operand ? -1 : 1;
  if (lhs.inner == rhs.inner)
    return 0;
  return compare(*lhs.inner, *rhs.inner);
}

static int compare(const IndexExpr &lhs, const IndexExpr &rhs) {
  if (lhs.isValid() != rhs.isValid())
    return lhs.isValid() ? 1 : -1;
  if (lhs.getConstantPart() != rhs.getConstantPart())
    return lhs.getConstantPart() < rhs.getConstantPart() ? -1 : 1;
  if (lhs.getTerms().size() != rhs.getTerms().size())
    return lhs.getTerms().size() < rhs.getTerms().size() ? -1 : 1;
  for (auto [l, r] : zip_equal(lhs.getTerms(), rhs.getTerms())) {
    if (l.factor != r.factor)
      return l.factor < r.factor ? -1 : 1;
    if (int order = compareAtoms(l, r))
      return order;
  }
  return 0;
}

bool IndexExpr::operator==(const IndexExpr &other) const {
  return compare(*this, other) == 0;
}

hash_code hash_value(const IndexExpr &expr) {
  hash_code hash = hash_combine(expr.isValid(), expr.getConstantPart());
  for (const IndexExpr::Term &term : expr.getTerms()) {
    hash = hash_combine(hash, term.factor, static_cast<int>(term.kind),
                        term.operand);
    if (term.inner)
      hash = hash_combine(hash, hash_value(*term.inner));
  }
  return hash;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// True if the number is none of those that stand for an unknown end. Constants
/// and factors are such, so that each has a negative.
static bool isNumber(int64_t value) { return !isUnknown(value); }

IndexExpr IndexExpr::getInvalid() {
  IndexExpr expr;
  expr.valid = false;
  return expr;
}

IndexExpr IndexExpr::getConstant(int64_t value) {
  if (!isNumber(value))
    return getInvalid();
  IndexExpr expr;
  expr.constant = value;
  return expr;
}

IndexExpr IndexExpr::getLoop(int64_t loop) {
  IndexExpr expr;
  expr.terms.push_back({1, AtomKind::Loop, loop, nullptr});
  return expr;
}

IndexExpr IndexExpr::getTerm(const Term &term) {
  IndexExpr expr;
  expr.addTerm(term);
  return expr;
}

void IndexExpr::addTerm(const Term &term) {
  if (!valid || term.factor == 0)
    return;
  if (!isNumber(term.factor) || (term.inner && !term.inner->isValid())) {
    *this = getInvalid();
    return;
  }
  auto *place = lower_bound(terms, term, [](const Term &a, const Term &b) {
    return compareAtoms(a, b) < 0;
  });
  if (place == terms.end() || compareAtoms(*place, term) != 0) {
    terms.insert(place, term);
    return;
  }
  if (AddOverflow(place->factor, term.factor, place->factor) ||
      !isNumber(place->factor)) {
    *this = getInvalid();
    return;
  }
  if (place->factor == 0)
    terms.erase(place);
}

IndexExpr IndexExpr::operator+(const IndexExpr &other) const {
  IndexExpr sum = *this + other.constant;
  if (!other.valid)
    return getInvalid();
  for (const Term &term : other.terms)
    sum.addTerm(term);
  return sum;
}

IndexExpr IndexExpr::operator+(int64_t value) const {
  IndexExpr sum = *this;
  if (!valid || AddOverflow(constant, value, sum.constant) ||
      !isNumber(sum.constant))
    return getInvalid();
  return sum;
}

IndexExpr IndexExpr::operator*(int64_t factor) const {
  if (!valid)
    return getInvalid();
  if (factor == 0)
    return IndexExpr();
  IndexExpr product;
  if (MulOverflow(constant, factor, product.constant) ||
      !isNumber(product.constant))
    return getInvalid();
  for (Term term : terms) {
    if (MulOverflow(term.factor, factor, term.factor))
      return getInvalid();
    product.addTerm(term);
  }
  return product;
}

IndexExpr IndexExpr::operator-(const IndexExpr &other) const {
  return *this + other * -1;
}

std::optional<int64_t> IndexExpr::getAsConstant() const {
  if (valid && terms.empty())
    return constant;
  return std::nullopt;
}

std::optional<int64_t> IndexExpr::getAsLoop() const {
  if (valid && constant == 0 && terms.size() == 1 && terms[0].factor == 1 &&
      terms[0].kind == AtomKind::Loop)
    return terms[0].operand;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Ranges and values
//===----------------------------------------------------------------------===//

static IndexRange getAtomRange(const IndexExpr::Term &term,
                               ArrayRef<int64_t> extents) {
  if (term.kind == IndexExpr::AtomKind::Loop) {
    int64_t extent = extents[term.operand];
    return {0, extent < 0 ? kMax : std::max<int64_t>(extent - 1, 0)};
  }
  if (term.kind == IndexExpr::AtomKind::Mod)
    return {0, term.operand - 1};
  IndexRange inner = term.inner->getRange(extents);
  return {divideEnd(inner.low, term.operand),
          divideEnd(inner.high, term.operand)};
}

IndexRange IndexExpr::getRange(ArrayRef<int64_t> extents) const {
  if (!valid)
    return {kMin, kMax};
  IndexRange range{constant, constant};
  for (const Term &term : terms) {
    IndexRange atom = getAtomRange(term, extents);
    if (term.factor < 0)
      std::swap(atom.low, atom.high);
    range.low = addEnds(range.low, scaleEnd(atom.low, term.factor));
    range.high = addEnds(range.high, scaleEnd(atom.high, term.factor));
  }
  return range;
}

bool IndexExpr::fits(ArrayRef<int64_t> extents) const {
  if (!valid)
    return false;
  // Sums of absolute values: terms may be added in any order.
  int64_t sum = std::abs(constant);
  for (const Term &term : terms) {
    if (term.inner && !term.inner->fits(extents))
      return false;
    if (term.kind == AtomKind::Loop && extents[term.operand] < 0)
      continue;
    IndexRange atom = getAtomRange(term, extents);
    // An unknown end is one of an inner loop of unknown extent.
    for (int64_t end : {atom.low, atom.high})
      if (!isUnknown(end)) {
        int64_t product;
        if (MulOverflow(end, term.factor, product) || !isNumber(product) ||
            AddOverflow(sum, std::abs(product), sum))
          return false;
      }
  }
  return isNumber(sum);
}

int64_t IndexExpr::evaluate(ArrayRef<int64_t> loops) const {
  int64_t value = constant;
  for (const Term &term : terms) {
    if (term.kind == AtomKind::Loop) {
      value += term.factor * loops[term.operand];
      continue;
    }
    int64_t inner = term.inner->evaluate(loops);
    value += term.factor * (term.kind == AtomKind::Mod
                                ? mod(inner, term.operand)
                                : divideFloorSigned(inner, term.operand));
  }
  return value;
}

void IndexExpr::collectLoops(SmallBitVector &used) const {
  for (const Term &term : terms)
    if (term.kind == AtomKind::Loop)
      used.set(term.operand);
    else
      term.inner->collectLoops(used);
}

unsigned IndexExpr::getSize() const {
  unsigned size = terms.size();
  for (const Term &term : terms)
    if (term.inner)
      size += term.inner->getSize();
  return size;
}

//===----------------------------------------------------------------------===//
// Quotients and remainders
//===----------------------------------------------------------------------===//

namespace {
/// expr = granule · high + low with 0 <= low < granule, where the granule
/// divides a divisor: both digits can then be told apart.
struct Split {
  int64_t granule;
  IndexExpr high;
  IndexExpr low;
};
} // namespace

/// Finds a split of `expr` by a granule > 1 that divides `divisor`.
static std::optional<Split> findSplit(const IndexExpr &expr, int64_t divisor,
                                      ArrayRef<int64_t> extents) {
  for (const IndexExpr::Term &candidate : expr.getTerms()) {
    int64_t granule = std::gcd(candidate.factor, divisor);
    if (granule <= 1)
      continue;
    IndexExpr high, low;
    for (const IndexExpr::Term &term : expr.getTerms()) {
      IndexExpr atom = IndexExpr::getTerm(term);
      if (term.factor % granule == 0)
        high = high + IndexExpr::getTerm({term.factor / granule, term.kind,
                                          term.operand, term.inner});
      else
        low = low + atom;
    }
    int64_t constant = expr.getConstantPart();
    high = high + divideFloorSigned(constant, granule);
    low = low + mod(constant, granule);
    int64_t multiple;
    if (!isWithinOneMultiple(low.getRange(extents), granule, multiple))
      continue;
    return Split{granule, high + multiple,
                 low - IndexExpr::getConstant(multiple) * granule};
  }
  return std::nullopt;
}

/// Takes the part that `divisor` divides out of `expr`: returns it divided, and
/// leaves the rest.
static IndexExpr takeMultiples(IndexExpr &expr, int64_t divisor) {
  IndexExpr multiples = IndexExpr::getConstant(
      divideFloorSigned(expr.getConstantPart(), divisor));
  IndexExpr rest = IndexExpr::getConstant(mod(expr.getConstantPart(), divisor));
  for (const IndexExpr::Term &term : expr.getTerms())
    if (term.factor % divisor == 0)
      multiples =
          multiples + IndexExpr::getTerm({term.factor / divisor, term.kind,
                                          term.operand, term.inner});
    else
      rest = rest + IndexExpr::getTerm(term);
  expr = rest;
  return multiples;
}

/// The only atom of `expr` if it is nothing else.
static const IndexExpr::Term *getOnlyAtom(const IndexExpr &expr) {
  ArrayRef<IndexExpr::Term> terms = expr.getTerms();
  if (expr.getConstantPart() != 0 || terms.size() != 1 || terms[0].factor != 1)
    return nullptr;
  return &terms[0];
}

IndexExpr IndexExpr::getFloorDiv(const IndexExpr &dividend, int64_t divisor,
                                 ArrayRef<int64_t> extents) {
  if (!dividend.isValid() || divisor < 1)
    return getInvalid();
  IndexExpr rest = dividend.joinDigits(extents);
  if (divisor == 1)
    return rest;
  IndexExpr quotient = takeMultiples(rest, divisor);
  int64_t multiple;
  if (isWithinOneMultiple(rest.getRange(extents), divisor, multiple))
    return quotient + multiple;
  if (std::optional<Split> split = findSplit(rest, divisor, extents))
    return quotient +
           getFloorDiv(split->high, divisor / split->granule, extents);
  if (const Term *atom = getOnlyAtom(rest)) {
    int64_t product;
    if (atom->kind == AtomKind::FloorDiv &&
        !MulOverflow(atom->operand, divisor, product))
      return quotient + getFloorDiv(*atom->inner, product, extents);
    if (atom->kind == AtomKind::Mod && atom->operand % divisor == 0)
      return quotient + getMod(getFloorDiv(*atom->inner, divisor, extents),
                               atom->operand / divisor, extents);
  }
  quotient.addTerm({1, AtomKind::FloorDiv, divisor,
                    std::make_shared<const IndexExpr>(rest)});
  return quotient;
}

IndexExpr IndexExpr::getMod(const IndexExpr &dividend, int64_t divisor,
                            ArrayRef<int64_t> extents) {
  if (!dividend.isValid() || divisor < 1)
    return getInvalid();
  IndexExpr rest = dividend.joinDigits(extents);
  takeMultiples(rest, divisor);
  int64_t multiple;
  if (isWithinOneMultiple(rest.getRange(extents), divisor, multiple))
    return rest - getConstant(multiple) * divisor;
  if (std::optional<Split> split = findSplit(rest, divisor, extents))
    return getMod(split->high, divisor / split->granule, extents) *
               split->granule +
           split->low;
  if (const Term *atom = getOnlyAtom(rest))
    if (atom->kind == AtomKind::Mod && atom->operand % divisor == 0)
      return getMod(*atom->inner, divisor, extents);
  return getTerm(
      {1, AtomKind::Mod, divisor, std::make_shared<const IndexExpr>(rest)});
}

IndexExpr IndexExpr::joinDigits(ArrayRef<int64_t> extents) const {
  for (const Term &low : terms) {
    if (low.kind != AtomKind::Mod)
      continue;
    IndexExpr high = getFloorDiv(*low.inner, low.operand, extents);
    const Term *digit = getOnlyAtom(high);
    if (!digit)
      continue;
    int64_t product;
    if (MulOverflow(low.factor, low.operand, product))
      continue;
    for (const Term &term : terms) {
      if (term.factor != product || compareAtoms(term, *digit) != 0)
        continue;
      IndexExpr rest = *this - getTerm(low) - getTerm(term);
      return (rest + *low.inner * low.factor).joinDigits(extents);
    }
  }
  return *this;
}

//===----------------------------------------------------------------------===//
// Substitution and conversion
//===----------------------------------------------------------------------===//

IndexExpr IndexExpr::substitute(ArrayRef<IndexExpr> replacements,
                                ArrayRef<int64_t> extents) const {
  if (!valid)
    return getInvalid();
  IndexExpr result = getConstant(constant);
  for (const Term &term : terms) {
    IndexExpr atom;
    if (term.kind == AtomKind::Loop)
      atom = replacements[term.operand];
    else if (term.kind == AtomKind::FloorDiv)
      atom = getFloorDiv(term.inner->substitute(replacements, extents),
                         term.operand, extents);
    else
      atom = getMod(term.inner->substitute(replacements, extents), term.operand,
                    extents);
    result = result + atom * term.factor;
  }
  return result.joinDigits(extents);
}

std::optional<IndexExpr> IndexExpr::get(mlir::AffineExpr expr,
                                        ArrayRef<IndexExpr> dims,
                                        ArrayRef<int64_t> extents) {
  if (auto constant = dyn_cast<mlir::AffineConstantExpr>(expr))
    return getConstant(constant.getValue());
  if (auto dim = dyn_cast<mlir::AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  auto binary = dyn_cast<mlir::AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<IndexExpr> lhs = get(binary.getLHS(), dims, extents);
  std::optional<IndexExpr> rhs = get(binary.getRHS(), dims, extents);
  if (!lhs || !rhs)
    return std::nullopt;
  if (expr.getKind() == mlir::AffineExprKind::Add)
    return (*lhs + *rhs).joinDigits(extents);
  std::optional<int64_t> factor = rhs->getAsConstant();
  if (!factor)
    return std::nullopt;
  if (expr.getKind() == mlir::AffineExprKind::Mul)
    return *lhs * *factor;
  if (*factor <= 0)
    return std::nullopt;
  if (expr.getKind() == mlir::AffineExprKind::FloorDiv)
    return getFloorDiv(*lhs, *factor, extents);
  if (expr.getKind() == mlir::AffineExprKind::CeilDiv)
    return getFloorDiv(*lhs + *factor - 1, *factor, extents);
  return getMod(*lhs, *factor, extents);
}

mlir::AffineExpr IndexExpr::getAsAffine(mlir::MLIRContext *context) const {
  mlir::AffineExpr sum = mlir::getAffineConstantExpr(constant, context);
  for (const Term &term : terms) {
    mlir::AffineExpr atom;
    if (term.kind == AtomKind::Loop)
      atom = mlir::getAffineDimExpr(term.operand, context);
    else if (term.kind == AtomKind::FloorDiv)
      atom = term.inner->getAsAffine(context).floorDiv(term.operand);
    else
      atom = term.inner->getAsAffine(context) % term.operand;
    sum = sum + atom * term.factor;
  }
  return sum;
}

void IndexExpr::print(raw_ostream &os) const {
  if (!valid) {
    os << "invalid";
    return;
  }
  bool first = true;
  for (const Term &term : terms) {
    if (!first)
      os << " + ";
    first = false;
    if (term.factor != 1)
      os << term.factor << "*";
    if (term.kind == AtomKind::Loop) {
      os << "d" << term.operand;
      continue;
    }
    os << "((";
    term.inner->print(os);
    os << (term.kind == AtomKind::FloorDiv ? ") floordiv " : ") mod ")
       << term.operand << ")";
  }
  if (first)
    os << constant;
  else if (constant != 0)
    os << " + " << constant;
}

} // namespace upweave
