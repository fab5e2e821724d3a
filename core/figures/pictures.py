"""A figure as a picture: PNG or SVG, on white, drawn by kaleido in a Chrome or Chromium that is on the machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ExportError
from ..messages import _
from ..workspace.atomic import atomic_file

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PICTURES = ("png", "svg")
SCALE = 2  # pixels of a PNG for each unit of the figure
INK = "#151B1E"
SECONDS = 90


def write_picture(figure: Figure, path: Path, *, width: int, height: int) -> None:
    """Write `figure` to `path` as its ending says, .png or .svg; the file is there whole or not at all.

    width, height  in units of the figure (CSS pixels); a PNG has twice as many in each direction

    The background is white and opaque, whatever the page's is that the figure was made for. Nothing is fetched: the
    script is Plotly's own, and a word between dollar signs is no formula. Raises ExportError where there is no
    browser, or where it does not draw.
    """
    drawn = _drawn(figure, path, width, height)
    with atomic_file(path) as file:
        file.write(drawn)


def on_white(figure: Figure) -> Figure:
    """A copy of `figure` with dark text on an opaque white ground."""
    from plotly.graph_objects import Figure

    copy = Figure(figure)
    copy.update_layout(template="plotly_white", paper_bgcolor="#FFFFFF", plot_bgcolor="#FFFFFF", font_color=INK)
    return copy


def _drawn(figure: Figure, path: Path, width: int, height: int) -> bytes:
    import kaleido
    from kaleido import errors

    sizes = {"format": path.suffix[1:].lower(), "width": width, "height": height, "scale": SCALE}
    settings = {"mathjax": False, "timeout": SECONDS}
    try:
        drawn = kaleido.calc_fig_sync(on_white(figure).to_dict(), opts=sizes, kopts=settings)
    except errors.ChromeNotFoundError as error:
        raise ExportError(
            _("a picture is drawn by a browser, and there is no Chrome or Chromium here"),
            where=str(path),
            fix=_("Install one, or write .html instead: open the page and use the camera button of the figure."),
        ) from error
    except (*_failures(), OSError) as error:  # TimeoutError is an OSError, too
        raise ExportError(
            _("the browser did not draw the picture: {reason}").format(reason=_first_line(error)),
            where=str(path),
            fix=_("Write .html instead: open the page and use the camera button of the figure."),
        ) from error
    return bytes(drawn)


def _failures() -> tuple[type[Exception], ...]:
    from kaleido import errors

    return errors.BrowserClosedError, errors.BrowserFailedError, errors.JavascriptError, errors.KaleidoError


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
