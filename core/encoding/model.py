"""A pretrained model that runs: batches of pieces in, one vector each out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError
from ..messages import _
from ..progress import Cancelled
from .checkpoint import Checkpoint
from .cutter import Boundary
from .device import Device, is_out_of_memory
from .layers import Reading
from .table import no_such_row

# Pieces in a batch: more do not run faster, and must fit into the cache or the device's memory.
TOKENS = {"cpu": 4096, "mps": 8192, "cuda": 65_536}
# Batches are whole multiples of so many texts: the same text gives the same bytes in a batch of any size.
ROUND = 16


class _Enough(Exception):
    """The last layer that is asked for has been read: the rest need not run."""


class Encoder:
    """Runs `checkpoint` on `device`, and reads from its states what `reading` asks for.

    `dim` is the width of the vectors: the states' width for each group of layers.
    Each group is at unit length where there are several. `short` texts are words by themselves: a few pieces each.
    """

    def __init__(
        self, checkpoint: Checkpoint, boundary: Boundary, reading: Reading, device: Device, *, short: bool = False
    ) -> None:
        import torch

        self._torch: Any = torch
        self._checkpoint, self._boundary, self._reading, self.device = checkpoint, boundary, reading, device
        self._model = _load(checkpoint, device, short=short)
        self._types = self._wants_types()
        self._blocks = self._find_blocks()
        self.dim = checkpoint.width * len(reading.groups)

    def encode(
        self, texts: Sequence[NDArray[np.int32]], weights: Sequence[NDArray[np.float32]] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """The vectors of `texts` (piece ids, no special ones) by batch: places int64[b], vectors float32[b, k, dim].

        `weights` (float32[k_i, length] for each text) says of which pieces each of its k_i vectors is the mean,
        and how much each counts; default: one vector, pooled as the reading says. Rows past a text's k_i are zero.
        Texts of one length go together, the longest first: nothing is padded, and memory is known from the start.
        """
        lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
        self._check_pieces(max((int(text.max()) for text in texts if len(text)), default=0))
        order = np.argsort(-lengths, kind="stable")
        around = len(self._boundary.before) + len(self._boundary.after)
        falling = -lengths[order]
        first = 0
        while first < len(order):
            length = int(-falling[first])
            size = max(ROUND, TOKENS[self.device.name.partition(":")[0]] // (length + around) // ROUND * ROUND)
            last = int(np.searchsorted(falling, -length, side="right"))
            places = order[first : min(first + size, last)]
            ids = np.stack([texts[i] for i in places.tolist()])
            counted = None if weights is None else _stacked([weights[i] for i in places.tolist()])
            yield places, self._run(ids, counted)
            first += len(places)

    def _check_pieces(self, largest: int) -> None:
        pieces = getattr(self._model.get_input_embeddings(), "num_embeddings", None)
        if pieces is not None and largest >= pieces:
            raise no_such_row(largest, pieces, self._checkpoint.name)

    def _run(self, ids: NDArray[np.int32], counted: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """float32[n, k, dim] of a batch; in halves where the device's memory is too small for it."""
        try:
            return self._run_whole(ids, counted)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            half = max(ROUND, len(ids) // 2 // ROUND * ROUND)
        if len(ids) <= ROUND:
            raise SourceError(
                _("the memory of {device} is too small for this model").format(device=self.device),
                where=self._checkpoint.name,
                fix=_("Choose another device, --device cpu for one, or a smaller model. What was encoded is kept."),
            )
        if self.device.name.startswith("cuda"):
            self._torch.cuda.empty_cache()
        halves = slice(None, half), slice(half, None)
        return np.concatenate([self._run(ids[h], None if counted is None else counted[h]) for h in halves])

    def _run_whole(self, ids: NDArray[np.int32], counted: NDArray[np.float32] | None) -> NDArray[np.float32]:
        torch, n, b = self._torch, len(ids), self._boundary
        short = -n % ROUND
        if short:  # texts are added and forgotten, so that the shape of a batch is one of few
            ids = np.concatenate([ids, np.repeat(ids[-1:], short, axis=0)])
            counted = None if counted is None else np.concatenate([counted, np.repeat(counted[-1:], short, axis=0)])
        rows, length = ids.shape
        before, after = (np.tile(np.array(part, np.int64), (rows, 1)) for part in (b.before, b.after))
        whole = np.concatenate([before, ids.astype(np.int64), after], axis=1)
        inputs = {"input_ids": torch.from_numpy(whole).to(self.device.name)}
        if self._types:
            kinds = np.repeat(np.array(b.types, np.int64), (len(b.before), length, len(b.after)))
            inputs["token_type_ids"] = torch.from_numpy(np.tile(kinds, (rows, 1))).to(self.device.name)
        pool = self._pooling(length, whole.shape[1], counted)
        with torch.inference_mode():
            pooled = self._states(inputs, pool)
            parts: list[Any] = [sum(pooled[layer] for layer in group) / len(group) for group in self._reading.groups]
            if len(parts) > 1:
                parts = [torch.nn.functional.normalize(part, dim=2) for part in parts]
            made = torch.cat(parts, 2) if len(parts) > 1 else parts[0]
        return made[:n].cpu().numpy()

    def _pooling(self, length: int, whole: int, counted: NDArray[np.float32] | None) -> Callable[[Any], Any]:
        """What makes float32[rows, k, width] of a layer's states [rows, positions, width]."""
        torch, start, how = self._torch, len(self._boundary.before), self._reading.pooling
        weights = None
        if counted is not None:
            full = np.zeros((len(counted), counted.shape[1], whole), np.float32)
            full[:, :, start : start + length] = counted / np.maximum(counted.sum(2, keepdims=True), 1e-9)
            weights = torch.from_numpy(full).to(self.device.name)
        places = {"first": start, "last": start + length - 1, "end": whole - 1}
        places["cls"] = 0 if start else whole - 1  # XLNet's is the last

        def pool(states: Any) -> Any:
            if weights is not None:
                return torch.bmm(weights, states.float())
            if how in places:
                return states[:, places[how], None].float()
            # Cut out first: most words are one piece between two special ones.
            return (states if how == "all" else states[:, start : start + length]).float().mean(1, keepdim=True)

        return pool

    def _states(self, inputs: dict[str, Any], pool: Callable[[Any], Any]) -> dict[int, Any]:
        """layer -> its pooled states, the model run no further than the last one that is asked for."""
        wanted = self._reading.layers
        if self._blocks is None:
            hidden = self._model(**inputs, output_hidden_states=True).hidden_states
            return {layer: pool(hidden[layer]) for layer in wanted}
        return self._watched(inputs, pool, wanted, self._blocks)

    def _watched(
        self, inputs: dict[str, Any], pool: Callable[[Any], Any], wanted: Sequence[int], blocks: Any
    ) -> dict[int, Any]:
        found: dict[int, Any] = {}
        end = max(wanted)

        def note(layer: int, states: Any) -> None:
            if layer in wanted:
                found[layer] = pool(states)
            if layer == end:
                raise _Enough

        def before(_block: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
            note(0, given[0] if given else named["hidden_states"])

        def after(layer: int) -> Callable[..., None]:
            return lambda _block, _given, made: note(layer, made[0] if isinstance(made, (tuple, list)) else made)

        hooks = [blocks[0].register_forward_pre_hook(before, with_kwargs=True)] if 0 in wanted else []
        # The last layer is read from the model's result: some models norm it once more.
        hooks += [blocks[k - 1].register_forward_hook(after(k)) for k in wanted if 0 < k < len(blocks)]
        try:
            last = self._model(**inputs).last_hidden_state
            found[len(blocks)] = pool(last)
        except _Enough:
            pass
        finally:
            for hook in hooks:
                hook.remove()
        return found

    def _find_blocks(self) -> Any:
        """The model's blocks in order, where watching them shows the very states that the model tells; else None."""
        torch, count = self._torch, self._checkpoint.layers
        lists = [m for m in self._model.modules() if isinstance(m, torch.nn.ModuleList) and len(m) == count]
        probe = {"input_ids": torch.full((2, 5), 3, dtype=torch.long, device=self.device.name)}
        with torch.inference_mode():
            try:
                told = self._model(**probe, output_hidden_states=True).hidden_states
            except (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError) as error:
                raise SourceError(
                    _("the model can't be run: {reason}").format(reason=str(error).strip().partition("\n")[0][:300]),
                    where=self._checkpoint.name,
                    fix=_("Try --device cpu; else its config.json may say what its architecture can't do."),
                ) from None
            if told is None or len(told) != count + 1:
                self._refuse()
            if other := {told[k].shape[-1] for k in self._reading.layers} - {self._checkpoint.width}:
                raise SourceError(
                    _("states of {other} numbers are among those of {width}").format(
                        other=min(other), width=self._checkpoint.width
                    ),
                    where=self._checkpoint.name,
                    fix=_("Choose other layers, not the last one for instance: {example}.").format(
                        example="layers=lower"
                    ),
                )
            for blocks in lists:
                try:
                    seen = self._watched(probe, lambda states: states, range(count + 1), blocks)
                except (KeyError, IndexError, TypeError, AttributeError):
                    continue
                same = (k in seen and seen[k].shape == told[k].shape for k in range(count + 1))
                if all(same) and all(torch.equal(seen[k], told[k]) for k in range(count + 1)):
                    return blocks
        return None

    def _refuse(self) -> NoReturn:
        raise SourceError(
            _("this architecture does not tell its layers' states"),
            where=self._checkpoint.name,
            fix=_("Take its input table: {example}.").format(example=f"hf-input:{self._checkpoint.name}"),
        )

    def _wants_types(self) -> bool:
        """Whether segments are told: only where one is not the first, as GPT-2 would add a piece's row for it."""
        import inspect

        return any(self._boundary.types) and "token_type_ids" in inspect.signature(self._model.forward).parameters


def _stacked(weights: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """float32[b, most k, length]: zeros below the rows of each."""
    most = max(len(one) for one in weights)
    made = np.zeros((len(weights), most, weights[0].shape[1]), np.float32)
    for k, one in enumerate(weights):
        made[k, : len(one)] = one
    return made


@contextmanager
def _quiet() -> Iterator[None]:
    """transformers draws bars and warns of what concerns training."""
    from transformers.utils import logging as told

    before = told.get_verbosity()
    told.set_verbosity(logging.ERROR)
    told.disable_progress_bar()
    try:
        yield
    finally:
        told.set_verbosity(before)
        told.enable_progress_bar()


def _load(checkpoint: Checkpoint, device: Device, *, short: bool) -> Any:
    """The model without a head, its weights from safetensors. Raises SourceError where weights are missing."""
    import torch
    from transformers import AutoModel

    dtype = torch.bfloat16 if device.precision == "bfloat16" else torch.float32
    # Fused attention is made for long texts: over three pieces, the processor multiplies faster step by step.
    plain = {"attn_implementation": "eager"} if short and device.name == "cpu" else {}
    try:
        with _quiet():
            model, told = AutoModel.from_pretrained(
                checkpoint.folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # told below
                dtype=dtype,
                **plain,
            )
    except (Cancelled, MemoryError):
        raise
    except Exception as error:  # whatever the library raises for a folder that is not as it should be
        raise SourceError(
            _("the model can't be loaded: {reason}").format(reason=str(error).strip().partition("\n")[0][:300]),
            where=checkpoint.name,
            fix=_("Fetch its folder again, whole; it must hold what its config.json says."),
        ) from None
    # A pooler or a head that is not there is not needed.
    absent = sorted(name for name in told["missing_keys"] if "pooler" not in name and "cls." not in name)
    if checkpoint.family == "encoder":
        absent = [name for name in absent if not name.startswith("decoder.")]
        model = model.get_encoder()
    if absent or told.get("mismatched_keys"):
        other = next(iter(told.get("mismatched_keys") or ()), "")  # (name, shape, shape)
        first = absent[0] if absent else other[0] if isinstance(other, tuple) else other
        raise SourceError(
            _("the weights do not fit the model: {n} are missing or of another shape, {name} for one").format(
                n=len(absent) + len(told.get("mismatched_keys") or ()), name=first
            ),
            where=checkpoint.name,
            fix=_("Fetch its folder again, whole; it must hold what its config.json says."),
        )
    return model.eval().to(device.name)
