# Upweave's C API for the benchmarks, over ctypes and PyTorch tensors.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads a bundle onto the current CUDA device and launches it on tensors.

Needs libupweave_runtime.so and PyTorch, nothing else. The structures mirror
runtime/include/upweave/upweave.h.
"""

import ctypes as C

import torch

UW_CUDA = 1
_DTYPES = {
    torch.float16: 0,
    torch.bfloat16: 1,
    torch.float32: 2,
    torch.float64: 3,
    torch.int32: 7,
    torch.int64: 8,
}


class _Tensor(C.Structure):
    _fields_ = [
        ("data", C.c_void_p),
        ("shape", C.POINTER(C.c_int64)),
        ("strides", C.POINTER(C.c_int64)),
        ("rank", C.c_uint32),
        ("dtype", C.c_uint32),
        ("device_kind", C.c_uint32),
        ("device_ordinal", C.c_int32),
    ]


class _LoadOptions(C.Structure):
    _fields_ = [
        ("struct_size", C.c_uint32),
        ("device_kind", C.c_uint32),
        ("device_ordinal", C.c_int32),
        ("reserved", C.c_uint32),
        ("context", C.c_void_p),
        ("image", C.c_char_p),
    ]


class _Launch(C.Structure):
    _fields_ = [
        ("struct_size", C.c_uint32),
        ("flags", C.c_uint32),
        ("tensors", C.POINTER(_Tensor)),
        ("count", C.c_size_t),
        ("workspace", C.c_void_p),
        ("workspace_bytes", C.c_uint64),
        ("stream", C.c_void_p),
        ("prepared", C.c_void_p),
        ("prepared_bytes", C.c_uint64),
        ("prepared_id", C.c_uint64),
    ]


class _Prepare(C.Structure):
    _fields_ = [
        ("struct_size", C.c_uint32),
        ("flags", C.c_uint32),
        ("tensors", C.POINTER(_Tensor)),
        ("count", C.c_size_t),
        ("prepared", C.c_void_p),
        ("prepared_bytes", C.c_uint64),
        ("stream", C.c_void_p),
    ]


class Runtime:
    """The runtime library at `path`."""

    def __init__(self, path):
        self.lib = C.CDLL(path)
        self.lib.uw_last_error.restype = C.c_char_p
        self.lib.uw_program_image.restype = C.c_char_p
        self.lib.uw_program_prepared_id.restype = C.c_uint64

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.lib.uw_last_error().decode())

    def load(self, bundle, image=None, entry=None):
        """The entry of `bundle`, from the given image ("sm_90", "ptx:sm_89")."""
        handle, program = C.c_void_p(), C.c_void_p()
        self.check(
            self.lib.uw_bundle_load_file(str(bundle).encode(), C.byref(handle))
        )
        options = _LoadOptions(
            struct_size=C.sizeof(_LoadOptions),
            device_kind=UW_CUDA,
            device_ordinal=torch.cuda.current_device(),
            image=image.encode() if image else None,
        )
        self.check(
            self.lib.uw_program_load(
                handle,
                entry.encode() if entry else None,
                C.byref(options),
                C.byref(program),
            )
        )
        return Program(self, program)


class Program:
    """An entry point, loaded."""

    def __init__(self, runtime, program):
        self.runtime, self.program = runtime, program
        self.image = runtime.lib.uw_program_image(program).decode()

    def prepare(self, array, count, device):
        """Memory with the weights packed; None if there is nothing to prepare."""
        lib, size = self.runtime.lib, C.c_uint64()
        self.runtime.check(lib.uw_program_prepared_size(self.program, C.byref(size)))
        if not size.value:
            return None
        memory = torch.empty(size.value, dtype=torch.uint8, device=device)
        call = _Prepare(
            struct_size=C.sizeof(_Prepare),
            tensors=array,
            count=count,
            prepared=memory.data_ptr(),
            prepared_bytes=size.value,
            stream=torch.cuda.current_stream().cuda_stream,
        )
        self.runtime.check(lib.uw_program_prepare(self.program, C.byref(call)))
        torch.cuda.current_stream().synchronize()
        return memory

    def bind(self, inputs, outputs, prepare=False):
        """A function that launches on these tensors and the current stream;
        with `prepare` the weights are those that the tensors hold now."""
        tensors = [*inputs, *outputs]
        shapes = [(C.c_int64 * max(t.dim(), 1))(*t.shape) for t in tensors]
        array = (_Tensor * len(tensors))(
            *[
                _Tensor(
                    data=t.data_ptr(),
                    shape=shape,
                    strides=None,
                    rank=t.dim(),
                    dtype=_DTYPES[t.dtype],
                    device_kind=UW_CUDA,
                    device_ordinal=t.device.index,
                )
                for t, shape in zip(tensors, shapes)
            ]
        )
        size = C.c_uint64()
        lib = self.runtime.lib
        self.runtime.check(
            lib.uw_program_workspace_size(
                self.program, array, C.c_size_t(len(tensors)), C.byref(size)
            )
        )
        workspace = torch.empty(
            max(size.value, 1), dtype=torch.uint8, device=tensors[0].device
        )

        prepared = self.prepare(array, len(tensors), tensors[0].device) if prepare else None

        def run():
            launch = _Launch(
                struct_size=C.sizeof(_Launch),
                tensors=array,
                count=len(tensors),
                workspace=workspace.data_ptr() if size.value else None,
                workspace_bytes=size.value,
                stream=torch.cuda.current_stream().cuda_stream,
            )
            if prepared is not None:
                launch.prepared = prepared.data_ptr()
                launch.prepared_bytes = prepared.numel()
                launch.prepared_id = lib.uw_program_prepared_id(self.program)
            self.runtime.check(
                lib.uw_program_launch(self.program, C.byref(launch))
            )

        run.keep = (tensors, shapes, array, workspace, prepared)
        return run
