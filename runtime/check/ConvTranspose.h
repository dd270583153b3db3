// Elements of a transposed convolution from its scatter definition.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_CONVTRANSPOSE_H
#define UPWEAVE_CHECK_CONVTRANSPOSE_H

#include "Evaluator.h"

namespace upweave {
namespace check {

/// out[o] += x[i] w[k] for S i + L k' = o + PL, summed where it lands: for one
/// element of the result, all (i, k) that scatter into it.
class ConvTransposeReader {
public:
  ConvTransposeReader(const Evaluator &evaluator,
                      const bundle::ConvTranspose &geometry, uint32_t x,
                      uint32_t filter, Precision precision,
                      const std::string &where);

  /// Sizes of the result.
  const Shape &shape() const { return resultShape; }
  /// The result at `coords`, accumulated in `dtype`.
  Value read(Evaluator &evaluator, const int64_t *coords, DType dtype) const;
  /// Adds what `need` of the result reads to `needs`; returns the products of
  /// one element.
  double addNeeds(const Need &need, Needs &needs) const;

private:
  /// One dimension order: where batch, channel and the spatial axes are.
  struct Dims {
    int batch = -1, channel = -1;
    std::vector<int> spatial;
  };
  struct Axis {
    int64_t in, kernel, out, stride, low, dilation;
    bool reversed;
  };
  struct Tap {
    int64_t x, filter; ///< contribution to the linear positions
  };
  struct Sums;

  Dims parseDims(const flatbuffers::Vector<int32_t> *dims, size_t rank,
                 const char *name) const;
  void bindAxes(const bundle::ConvTranspose &geometry);
  void bindChannels(const bundle::ConvTranspose &geometry);
  void accumulate(Evaluator &evaluator, size_t axis, int64_t xBase,
                  int64_t filterBase, Sums &sums) const;
  /// The products over the channels where both tensors are as they are in
  /// memory, of type T: no element needs to be asked for. False if they are
  /// not.
  template <typename T>
  bool accumulateRaw(int64_t xBase, int64_t filterBase, Sums &sums) const;

  std::string where;
  uint32_t x, filter;
  TensorInfo xInfo, filterInfo;
  Precision precision;
  Dims xDims, filterDims, resultDims;
  std::vector<Axis> axes;
  Shape resultShape;
  int64_t groups = 1, inPerGroup = 0, outPerGroup = 0;
  bool groupsInInput = true;
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_CONVTRANSPOSE_H
