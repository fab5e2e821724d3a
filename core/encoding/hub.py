"""A model's files from the Hugging Face hub: only data is fetched, never code, and the cache is the user's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import SourceError
from ..messages import N_, _
from ..progress import Progress, ignore
from ..workspace.downloads import OFFLINE, is_offline, reason_of

# Weights as safetensors and what describes them: no pickles, no Python.
WANTED = ("*.json", "*.safetensors", "*.txt", "*.model")
UNWANTED = ("onnx/*", "openvino/*", "*/onnx/*", "coreml/*", "flax*", "tf_*", "rust*", "checkpoint*/*")
STAGE = N_("Fetching the model")
FOLDER_FIX = N_("Or fetch the model's folder elsewhere and name it: {example}.")


def fetch_model(name: str, revision: str = "", progress: Progress = ignore) -> tuple[Path, str]:
    """The folder of a hub's model in the local cache, fetched where it is not there, and its commit.

    HF_ENDPOINT names a mirror, HF_HOME the cache, HF_HUB_OFFLINE=1 forbids the network (as does
    LEXILOOM_OFFLINE=1), HF_TOKEN opens gated models. Raises SourceError that says whether the model is
    missing, gated, or out of reach.
    """
    from huggingface_hub import snapshot_download

    wanted: dict[str, Any] = {
        "revision": revision or None,
        "allow_patterns": list(WANTED),
        "ignore_patterns": list(UNWANTED),
    }
    with _explained(name, revision):
        if is_offline():
            found = snapshot_download(name, local_files_only=True, **wanted)
        else:
            found = snapshot_download(name, max_workers=4, tqdm_class=_bars(name, progress), **wanted)
    return Path(found), Path(found).name


def find_fetched(name: str, revision: str = "") -> Path | None:
    """The model's folder in the local cache, None where it must be fetched first. Uses no network."""
    from huggingface_hub import try_to_load_from_cache

    try:
        found = try_to_load_from_cache(name, "config.json", revision=revision or None)
    except ValueError:  # no name of a model
        return None
    return Path(found).parent if isinstance(found, str) else None


def _bars(name: str, progress: Progress) -> type:
    """A class of progress bars that tells `progress` instead of drawing: one counts the bytes of all files."""
    from tqdm.auto import tqdm

    turn = threading.Lock()

    class Told(tqdm):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})
            self.bytes = options.get("unit") == "B"
            self.total, self.n = options.get("total") or 0, options.get("initial") or 0

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            if self.bytes:
                with turn:
                    progress(_(STAGE), int(self.n), int(self.total) or None, "bytes", name)

    return Told


@contextmanager
def _explained(name: str, revision: str) -> Iterator[None]:
    """Say which it is: no such model, one that wants an account, or no way to it."""
    from huggingface_hub import constants, errors
    from huggingface_hub.utils import HFValidationError

    where = f"{name}@{revision}" if revision else name
    folder = _(FOLDER_FIX).format(example="hf:./FOLDER")
    try:
        yield
    except errors.GatedRepoError:
        fix = _("Accept its terms on its page, then set HF_TOKEN to a token of yours. {or_folder}")
        raise SourceError(
            _("the model is gated: its makers want to know who takes it"),
            where=where,
            fix=fix.format(or_folder=folder),
        ) from None
    except errors.RevisionNotFoundError:
        raise SourceError(
            _("the model has no such revision"), where=where, fix=_("Give a branch, a tag or a commit of it.")
        ) from None
    except errors.RepositoryNotFoundError:
        fix = _("Check its name (owner/model); a private model needs HF_TOKEN. {or_folder}")
        raise SourceError(
            _("there is no such model on the hub"), where=where, fix=fix.format(or_folder=folder)
        ) from None
    except HFValidationError:
        raise SourceError(
            _("this is neither the name of a model nor a folder that is there"),
            where=where,
            fix=_("Write owner/model, or the path of a model's folder."),
        ) from None
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, errors.HfHubHTTPError, OSError) as error:
        if is_offline():
            what = _("the model is not in the local cache, and the network is switched off")
            fix = _("Unset {names}. {or_folder}")
        else:
            what = _("the hub can't be reached: {reason}").format(reason=reason_of(error, constants.ENDPOINT))
            fix = _("Check the network and the proxy, or set HF_ENDPOINT to a mirror. {or_folder}")
        raise SourceError(what, where=where, fix=fix.format(or_folder=folder, names=" ".join(OFFLINE))) from None
