"""How training fails, said so that something can be done about it."""

from __future__ import annotations

from ..errors import LexiloomError
from ..messages import _, number


class TuningError(LexiloomError):
    """Training can't go on, or has nothing to give."""


def not_a_number(where: str, epoch: int) -> TuningError:
    """The loss of a batch is none; `where` names its data."""
    return TuningError(
        _("the loss is not a number any more, in epoch {n}").format(n=number(epoch + 1)),
        where=where,
        fix=_("Lower the rates (rate, head_rate) or the largest gradient (clip)."),
    )


def no_room(device: str) -> TuningError:
    """A batch that can't be parted any further is too large for the device."""
    return TuningError(
        _("there is not enough memory on {device} for a single example").format(device=device),
        fix=_("Train on the processor (--device cpu)."),
    )


def no_room_for_rows(device: str) -> TuningError:
    """The rows in use and what training keeps beside them are too large for the device."""
    return TuningError(
        _("there is not enough memory on {device} for the rows that are trained").format(device=device),
        fix=_("Free some of it, give fewer texts, or train on the processor (--device cpu)."),
    )


def nothing_to_finish() -> TuningError:
    """No epoch has been kept that could be taken."""
    return TuningError(_("no epoch has been finished yet, so there is nothing to take"), fix=_("Let training go on."))


def nothing_moved(settled: int, epochs: int) -> TuningError:
    """Epochs ended before all that is to move had begun to."""
    return TuningError(
        _("the rows join at epoch {n}, and there are {epochs} epochs").format(n=number(settled), epochs=number(epochs)),
        fix=_("Give more epochs, or let the rows join earlier."),
    )
