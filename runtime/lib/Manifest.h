// The manifest of a bundle as JSON and as text for people.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_MANIFEST_H
#define UPWEAVE_RUNTIME_MANIFEST_H

#include "BundleFile.h"

namespace upweave {
namespace rt {

/// Everything but the images' bytes and the meaning.
std::string manifestJson(const BundleFile &file);
/// The same for people, with the steps of the meaning counted.
std::string manifestText(const BundleFile &file);
/// An expression in infix form, dimensions as `args[0].shape[0]`.
std::string exprText(const bundle::Expr *expr);

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_MANIFEST_H
