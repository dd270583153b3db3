/* The C header is C, and the shared library has what it declares.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "upweave/upweave.h"

#include <stdio.h>
#include <string.h>

int main(void) {
  uw_bundle *bundle = NULL;
  uw_status status = uw_bundle_load_memory("x", 1, &bundle);
  if (uw_api_version() != UW_API_VERSION || status != UW_BAD_BUNDLE ||
      bundle != NULL || strstr(uw_last_error(), "Upweave bundle") == NULL) {
    fprintf(stderr, "%s: %s\n", uw_status_name(status), uw_last_error());
    return 1;
  }
  return strcmp(uw_status_name(status), "UW_BAD_BUNDLE") != 0;
}
