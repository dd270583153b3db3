// Nothing but the precompiled header: every library reuses it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
