"""The compiled loops as plain functions, without importing numba when their machine code is on disk.

numba compiles `kernels` once (about ten seconds); LLVM's object code is kept beside the source, in
`__pycache__`, as Python and numba keep theirs. Later starts load it through llvmlite in 0.05 s where
numba's own cache takes half a second. The file is named by a digest of the kernels' source, the
versions of numba and llvmlite and the processor, so no stale or foreign code is ever run.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import struct
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NAMES = ("scan_text", "scan_binary", "hash_words", "parse_rows", "ngram_buckets")
# Pointers and lengths: both fit a 64-bit integer argument of the C calling convention.
ARGUMENTS = {"scan_text": 8, "scan_binary": 9, "hash_words": 4, "parse_rows": 7, "ngram_buckets": 9}

HEAD = struct.Struct("<III")  # sizes of name, symbol and code

_keep: list[Any] = []  # the code lives as long as the process

# The only outside symbol: numba would free an array's memory through it. No array here owns any.
FREE = "NRT_MemInfo_call_dtor"
_never_called = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda memory: None)


@cache
def kernels() -> dict[str, Callable[..., int]]:
    """name -> function of integers (addresses and lengths) that returns an integer.

    The functions release the interpreter lock while they run.
    """
    code = _stored()
    if code is None:
        code = _compile()
        _store(code)
    return _link(code)


def _key() -> str:
    import llvmlite.binding as llvm

    h = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in ("kernels.py", "kernel_parts.py", "flags.py")))
    features = llvm.get_host_cpu_features().flatten()
    for part in (version("numba"), version("llvmlite"), sys.platform, llvm.get_host_cpu_name(), features):
        h.update(part.encode() + b"\0")
    return h.hexdigest()[:24]


def _places() -> list[Path]:
    """Where the code may lie: beside the source, or for a read-only installation in the user's cache."""
    import platformdirs

    name = f"kernels-{_key()}.o"
    return [HERE / "__pycache__" / name, Path(platformdirs.user_cache_dir("lexiloom")) / name]


def _stored() -> bytes | None:
    for place in _places():
        try:
            # The digest before the code guards against a file cut short by a full disk.
            digest, code = (data := place.read_bytes())[:32], data[32:]
        except OSError:
            continue
        if hashlib.sha256(code).digest() == digest:
            return code
    return None


def _store(code: bytes) -> None:
    for place in _places():
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=place.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(temporary, place)
            return
        except OSError:
            continue


def _compile() -> bytes:
    """Object code of all kernels: a table of (name, symbol, code)."""
    import llvmlite.binding as llvm
    from numba import njit
    from numba.core.types import int64

    from .kernels import KERNELS

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    table = b""
    for name in NAMES:
        function, arguments = KERNELS[name]
        # error_model: no ZeroDivisionError, so nothing in the code needs the interpreter.
        dispatcher = njit(int64(*arguments), error_model="numpy")(function)
        symbol = dispatcher.overloads[arguments].fndesc.llvm_func_name
        code = _emit(dispatcher.inspect_llvm(arguments), symbol)
        table += HEAD.pack(len(name), len(symbol), len(code)) + name.encode() + symbol.encode() + code
    return table


def _emit(assembly: str, symbol: str) -> bytes:
    """Object code of `symbol` and what it calls, without numba's wrappers for Python callers."""
    import llvmlite.binding as llvm

    module = llvm.parse_assembly(assembly)
    for function in module.functions:
        if not function.is_declaration and function.name != symbol:
            function.linkage = "internal"
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, reloc="pic"
    )
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)
    return machine.emit_object(module)


def _link(table: bytes) -> dict[str, Callable[..., int]]:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    jit = llvm.create_lljit_compiler()
    functions: dict[str, Callable[..., int]] = {}
    at = 0
    while at < len(table):
        sizes = HEAD.unpack_from(table, at)
        at += HEAD.size
        name, symbol, code = (table[at + sum(sizes[:i]) : at + sum(sizes[: i + 1])] for i in range(3))
        at += sum(sizes)
        builder = llvm.JITLibraryBuilder().add_object_img(code).export_symbol(symbol.decode())
        builder.import_symbol(FREE, ctypes.cast(_never_called, ctypes.c_void_p).value)
        tracker = builder.link(jit, name.decode())
        _keep.append((jit, tracker))
        functions[name.decode()] = _callable(tracker[symbol.decode()], ARGUMENTS[name.decode()])
    return functions


def _callable(address: int, arguments: int) -> Callable[..., int]:
    """numba's calling convention: status f(result*, error**, arguments…); ctypes drops the lock."""
    prototype = ctypes.CFUNCTYPE(ctypes.c_int32, *([ctypes.c_void_p] * 2), *([ctypes.c_int64] * arguments))
    function = prototype(address)

    def call(*values: int) -> int:
        result = ctypes.c_int64()
        function(ctypes.addressof(result), None, *values)
        return result.value

    return call
