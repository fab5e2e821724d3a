"""Where a model runs, and how exactly."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import RecipeError, one_of
from ..messages import _

Precision = Literal["auto", "float32", "bfloat16", "fast"]
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Device:
    """name       "cpu", "cuda", "cuda:1", "mps"
    precision  "float32" or "bfloat16"
    """

    name: str
    precision: str

    def __str__(self) -> str:
        return f"{self.name}, {self.precision}"


def choose_device(asked: str = "auto", precision: Precision = "auto") -> Device:
    """The device that `asked` means ("auto": CUDA, else MPS, else the processor) and the precision on it.

    LEXILOOM_DEVICE says what "auto" means. Precision "auto" is bfloat16 on CUDA and float32 elsewhere; "fast"
    is bfloat16 wherever the hardware computes in it. Raises RecipeError for a device that is not there.
    """
    import torch

    if asked == "auto":
        asked = os.environ.get("LEXILOOM_DEVICE", "auto") or "auto"
    kind = asked.partition(":")[0]
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if kind == "auto":
        kind = asked = next(name for name in ("cuda", "mps", "cpu") if there[name])
    if kind not in there:
        raise RecipeError(
            _("there is no device {name!r}").format(name=asked), fix=_("Choose {names}.").format(names=one_of(DEVICES))
        )
    if not there[kind]:
        raise RecipeError(
            _("this machine has no device {name!r} that PyTorch can use").format(name=asked),
            fix=_("Choose {names}.").format(names=one_of(name for name, here in there.items() if here)),
        )
    if precision == "auto":
        precision = "bfloat16" if kind == "cuda" else "float32"
    elif precision == "fast":
        precision = "bfloat16" if kind == "cuda" or (kind == "cpu" and _has_fast_bfloat16(torch)) else "float32"
    return Device(asked, precision)


def is_out_of_memory(error: Exception) -> bool:
    """Whether a device refused memory: PyTorch's own error, or that of a library which found none left for itself."""
    import torch

    return isinstance(error, torch.OutOfMemoryError) or "_STATUS_ALLOC_FAILED" in str(error)


def _has_fast_bfloat16(torch: Any) -> bool:
    """Whether the processor multiplies bfloat16 matrices itself (AMX, AVX-512 BF16); emulated, it is slower."""
    has = torch.cpu.get_capabilities()
    return bool(torch.backends.mkldnn.is_available() and (has.get("amx_bf16") or has.get("avx512_bf16")))


def has_cuda_driver() -> bool:
    """Whether CUDA may be here, found out without PyTorch: importing that takes longer than a small training."""
    import ctypes

    if os.environ.get("LEXILOOM_DEVICE", "auto").partition(":")[0] in ("cpu", "mps"):
        return False
    try:
        ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
    except OSError:
        return False
    return True
