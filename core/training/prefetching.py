"""A hint to the processor, for compiled loops: this memory is soon needed. It changes no result."""

# pyright: basic

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

BYTE, INT = ir.IntType(8), ir.IntType(32)
FOR_WRITING, KEEP, DATA = 1, 3, 1  # as LLVM numbers them


@intrinsic
def prefetch(typing_context, array, row, offset):  # pragma: no cover - compiled
    """prefetch(array, row, offset): fetch what lies `offset` bytes behind the start of array[row]."""

    def build(context, builder, signature, arguments):
        kind = signature.args[0]
        view = context.make_array(kind)(context, builder, arguments[0])
        stride = cgutils.unpack_tuple(builder, view.strides, kind.ndim)[0]
        row, offset = (context.cast(builder, arguments[k], signature.args[k], types.int64) for k in (1, 2))
        start = builder.bitcast(view.data, BYTE.as_pointer())
        place = builder.gep(start, [builder.add(builder.mul(row, stride), offset)])
        kinds = ir.FunctionType(ir.VoidType(), [BYTE.as_pointer(), INT, INT, INT])
        function = builder.module.declare_intrinsic("llvm.prefetch", [BYTE.as_pointer()], kinds)
        builder.call(function, [place, *(ir.Constant(INT, value) for value in (FOR_WRITING, KEEP, DATA))])
        return context.get_dummy_value()

    return types.void(array, row, offset), build
