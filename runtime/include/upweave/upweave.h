/* C interface of the Upweave runtime: loads a bundle, checks and launches its
 * entry points on a CUDA device or on the host.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Nothing here exits, aborts or throws. A function that can fail returns a
 * status; uw_last_error() then holds a sentence with the field, the values and
 * the remedy, for the calling thread. Objects may be used from several threads
 * at once unless a function says otherwise. docs/c-api.md has examples.
 */
#ifndef UPWEAVE_UPWEAVE_H
#define UPWEAVE_UPWEAVE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#error "the Upweave runtime is for Linux"
#endif
#define UW_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this header. It grows when functions are added; a library whose
 * uw_api_version() is lower than the header's lacks some of them. */
#define UW_API_VERSION 3u

/** UW_API_VERSION that the library was built with. */
UW_API uint32_t uw_api_version(void);

/* ------------------------------------------------------------------ status */

typedef enum uw_status {
  UW_OK = 0,
  UW_INVALID_ARGUMENT = 1, /**< a null or malformed argument of the call */
  UW_NOT_FOUND = 2,        /**< no entry of that name */
  UW_IO_ERROR = 3,         /**< a file could not be read */
  UW_BAD_BUNDLE = 4,       /**< truncated, altered or inconsistent bundle */
  UW_BAD_VERSION = 5,      /**< bundle format of another version */
  UW_NO_DRIVER = 6,        /**< libcuda.so.1 missing or too old */
  UW_NO_DEVICE = 7,        /**< no such CUDA device */
  UW_NO_IMAGE = 8,         /**< nothing in the bundle fits the device */
  UW_DRIVER_ERROR = 9,     /**< a CUDA driver call failed */
  UW_HOST_ERROR = 10,      /**< the host variant could not be loaded */
  UW_BAD_TENSOR = 11,      /**< a tensor does not fit the entry's argument */
  UW_BAD_WORKSPACE = 12,   /**< workspace missing, too small or misaligned */
  UW_OUT_OF_MEMORY = 13,
  UW_INTERNAL = 14,
  UW_BAD_PREPARED =
      15,             /**< prepared memory of another size, place or program */
  UW_NOT_TRUSTED = 16 /**< the caller's uw_verify refused the bundle */
} uw_status;

/** "UW_BAD_TENSOR" and the like; never null. */
UW_API const char *uw_status_name(uw_status status);
/** One general sentence about a status; never null. */
UW_API const char *uw_status_description(uw_status status);
/** What went wrong in this thread's last failed call, never empty then; "" if
 * none failed. Valid until the thread's next call that fails. */
UW_API const char *uw_last_error(void);

/* ----------------------------------------------------------------- tensors */

/** Element types; UW_I1 takes one byte an element. */
typedef enum uw_dtype {
  UW_F16 = 0,
  UW_BF16 = 1,
  UW_F32 = 2,
  UW_F64 = 3,
  UW_I1 = 4,
  UW_I8 = 5,
  UW_I16 = 6,
  UW_I32 = 7,
  UW_I64 = 8
} uw_dtype;

typedef enum uw_device_kind { UW_HOST = 0, UW_CUDA = 1 } uw_device_kind;

/** A tensor of the caller. */
typedef struct uw_tensor {
  void *data;             /**< host pointer or CUdeviceptr of element 0 */
  const int64_t *shape;   /**< rank sizes, in elements */
  const int64_t *strides; /**< rank strides, in elements; null: row-major */
  uint32_t rank;
  uint32_t dtype;         /**< a uw_dtype */
  uint32_t device_kind;   /**< a uw_device_kind */
  int32_t device_ordinal; /**< CUDA device number; 0 for the host */
} uw_tensor;

/** What an entry expects of one argument. Pointers live as long as the
 * bundle. */
typedef struct uw_argument {
  const char *name;
  const int64_t *shape;   /**< rank sizes; -1 is dynamic */
  const int64_t *strides; /**< rank strides; null: row-major */
  uint32_t rank;
  uint32_t dtype;
  uint32_t is_output;
  uint32_t alignment; /**< bytes that `data` must be a multiple of */
} uw_argument;

/* ----------------------------------------------------------------- bundles */

/* A bundle is code: its images run on the device and, as a shared object, in
 * this process, with all that the process may do. Load only what you trust.
 * Loading verifies that the file is consistent; its checksums find accidents and
 * are no signature. */
typedef struct uw_bundle uw_bundle;

/** Reads and verifies a bundle file. Release with uw_bundle_release. Large files
 * are mapped: replace a file by rename, do not write over it or cut it, while it
 * is loaded. */
UW_API uw_status uw_bundle_load_file(const char *path, uw_bundle **bundle);
/** The same from memory, which is copied. */
UW_API uw_status uw_bundle_load_memory(const void *data, size_t size,
                                       uw_bundle **bundle);

/** Decides whether a bundle is trusted, by a signature of its bytes, say: 0 if it
 * is. `context` is the caller's. The bytes stay where they are during the call
 * only. */
typedef int (*uw_verify)(void *context, const void *data, size_t size);
/** Since version 3: loads a bundle that `verify` trusts (else UW_NOT_TRUSTED). It
 * is called once, with a copy of the whole file, before anything in that but the
 * file's magic is looked at; the copy is what is used. */
UW_API uw_status uw_bundle_load_file_verified(const char *path,
                                              uw_verify verify, void *context,
                                              uw_bundle **bundle);
UW_API uw_status uw_bundle_load_memory_verified(const void *data, size_t size,
                                                uw_verify verify, void *context,
                                                uw_bundle **bundle);
/** Null is allowed. Programs loaded from the bundle stay valid. */
UW_API void uw_bundle_release(uw_bundle *bundle);

UW_API size_t uw_bundle_entry_count(const uw_bundle *bundle);
/** Null when out of range. */
UW_API const char *uw_bundle_entry_name(const uw_bundle *bundle, size_t entry);
/** Number of arguments of an entry, inputs then outputs; 0 out of range. */
UW_API size_t uw_bundle_argument_count(const uw_bundle *bundle, size_t entry);
UW_API uw_status uw_bundle_argument(const uw_bundle *bundle, size_t entry,
                                    size_t index, uw_argument *argument);
/** The manifest as JSON; null when memory runs out. Lives as long as the
 * bundle. */
UW_API const char *uw_bundle_manifest(uw_bundle *bundle);

/* ---------------------------------------------------------------- programs */

typedef struct uw_program uw_program;

/** Where and how to load an entry. Zero-initialise, then set struct_size. */
typedef struct uw_load_options {
  uint32_t struct_size; /**< sizeof(uw_load_options) */
  uint32_t device_kind; /**< a uw_device_kind */
  int32_t device_ordinal;
  uint32_t reserved; /**< 0 */
  /** CUcontext to load into; null retains the device's primary context. */
  void *context;
  /** Null lets the device choose; "sm_90", "ptx:sm_89" or "host" insist. */
  const char *image;
} uw_load_options;

/** Loads an entry (null: the only one) with its constants. All modules are
 * loaded and all functions resolved here, so that launches can be captured into
 * a CUDA graph. Entries of one bundle share modules within a context. */
UW_API uw_status uw_program_load(uw_bundle *bundle, const char *entry,
                                 const uw_load_options *options,
                                 uw_program **program);
/** Null is allowed. The program's launches must have finished. */
UW_API void uw_program_release(uw_program *program);

/** The image in use: "sm_90", "ptx:sm_89" or "host". */
UW_API const char *uw_program_image(const uw_program *program);

/** Bytes of workspace that a launch with these tensors needs (their data
 * pointers are not looked at). A prepared launch needs
 * uw_program_prepared_size bytes less. */
UW_API uw_status uw_program_workspace_size(const uw_program *program,
                                           const uw_tensor *tensors,
                                           size_t count, uint64_t *bytes);

/** Bytes of prepared memory: what the program makes of its weights alone. 0 where
 * there is nothing to prepare: on the host, for constant weights, and for
 * entries without a fused convolution. */
UW_API uw_status uw_program_prepared_size(const uw_program *program,
                                          uint64_t *bytes);
/** Names what uw_program_prepare writes: programs with the same number (the
 * same entry and image, in any process) can use each other's prepared memory, or
 * a copy of it. 0 where there is nothing to prepare. */
UW_API uint64_t uw_program_prepared_id(const uw_program *program);

/** One preparation. Zero-initialise, then set struct_size. */
typedef struct uw_prepare {
  uint32_t struct_size; /**< sizeof(uw_prepare) */
  uint32_t flags;       /**< 0 */
  /** As in uw_launch, of any batch. Only the weights need data pointers: inputs
   * that preparing reads. */
  const uw_tensor *tensors;
  size_t count;
  void *prepared; /**< aligned to 256 bytes, on the program's device */
  uint64_t prepared_bytes;
  void *stream; /**< CUstream; null is the default stream. Host: ignored */
} uw_prepare;

/** Enqueues the kernels that depend on weights alone; they write `prepared`, for
 * any number of launches. Like a launch it neither allocates nor synchronises
 * and may be captured into a CUDA graph. Succeeds without work where there is
 * nothing to prepare. */
UW_API uw_status uw_program_prepare(const uw_program *program,
                                    const uw_prepare *prepare);

/** Set in uw_launch.flags: take the workspace from the driver's stream-ordered
 * allocator (host: malloc) and give it back after the launch. */
#define UW_LAUNCH_ALLOCATE_WORKSPACE 1u

/** One launch. Zero-initialise, then set struct_size. */
typedef struct uw_launch {
  uint32_t struct_size;     /**< sizeof(uw_launch) */
  uint32_t flags;           /**< UW_LAUNCH_ALLOCATE_WORKSPACE or 0 */
  const uw_tensor *tensors; /**< one per argument, inputs then outputs */
  size_t count;
  void *workspace; /**< aligned to 256 bytes, on the program's device */
  uint64_t workspace_bytes;
  void *stream; /**< CUstream; null is the default stream. Host: ignored */
  /* Since version 2 (a smaller struct_size has none of them): */
  /** Memory that uw_program_prepare has written, on this stream or before it;
   * null prepares in the workspace, for this launch alone. Launches only read
   * it: any number may run at once. The weights are those of the preparation:
   * inputs that nothing else reads are not read, and need no data pointer. */
  const void *prepared;
  uint64_t prepared_bytes;
  uint64_t prepared_id; /**< uw_program_prepared_id of the program that prepared
                         * it, which is compared; 0: unknown */
} uw_launch;

/** Checks the tensors and enqueues the kernels on the stream. Does not allocate
 * (unless asked), synchronise or load anything, and may be captured into a CUDA
 * graph. On the host it returns when the result is there. */
UW_API uw_status uw_program_launch(const uw_program *program,
                                   const uw_launch *launch);

#ifdef __cplusplus
} /* extern "C" */

static_assert(sizeof(void *) != 8 || sizeof(uw_tensor) == 40, "ABI");
static_assert(sizeof(void *) != 8 || sizeof(uw_argument) == 40, "ABI");
static_assert(sizeof(void *) != 8 || sizeof(uw_load_options) == 32, "ABI");
static_assert(sizeof(void *) != 8 || sizeof(uw_prepare) == 48, "ABI");
static_assert(sizeof(void *) != 8 || sizeof(uw_launch) == 72, "ABI");
#endif

#endif /* UPWEAVE_UPWEAVE_H */
