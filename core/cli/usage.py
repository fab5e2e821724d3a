"""Help pages and complaints about wrong use in the reader's language. English ones are as Typer writes them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ..errors import one_of
from ..messages import N_, _, current_language, joined
from .text import visible, width

HEADINGS = {"Options": N_("Options"), "Arguments": N_("Arguments"), "Commands": N_("Commands")}
# What Typer says in English -> the message it is for us; named groups are its fields.
COMPLAINTS = (
    (r"No such command (?P<name>'.*?')\.(?: Did you mean (?P<names>.*)\?)?", N_("there is no command {name}")),
    (r"Got unexpected extra argument\(s\) \((?P<text>.*)\)", N_("there is no place for {text}")),
    (r"Option (?P<name>'.*?') requires .*", N_("{name} needs a value")),
    (r"Option (?P<name>'.*?') does not take a value\.", N_("{name} takes no value")),
    (r"Input should be a valid integer.*", N_("is not a whole number")),
    (r"(?:Value )?(?P<text>'.*') is not a valid .*", N_("{text} is not valid")),
    (r"Input should be .*", N_("is not valid")),
    (r"Missing command\.", N_("a command is missing")),
)
Context: Any = TyperGroup.context_class
Formatter: Any = Context.formatter_class


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of so many columns at most; a line may begin with any Chinese character, but with no mark."""
    wide, ends = "\u2e80-\u9fff\uff00-\uffef", "，。、；：？！）”"
    lines = [""]
    for unit in re.findall(rf"\s+|\[[^\[\]]{{1,24}}\]|[（“]*(?:[^\s{wide}“”]+|[^\s“”])[{ends}]*|.", text):
        if lines[-1] and width(lines[-1] + unit.rstrip()) > columns:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += unit if lines[-1] else unit.lstrip()
    return lines


class Page(Formatter):
    """A help page. Lines are cut by what they take on the screen: a Chinese character takes two columns."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _("Usage: "))

    def write_heading(self, heading: str) -> None:
        title = _(HEADINGS[heading]) if heading in HEADINGS else heading
        self.write(" " * self.current_indent + _("{title}:").format(title=title) + "\n")

    def write_text(self, text: str) -> None:
        if width(text) == len(text):
            super().write_text(text)
            return
        indent = " " * self.current_indent
        self.write("".join(f"{indent}{line}\n" for line in wrapped(text, self.width - self.current_indent)))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = [(first, _extras(second)) for first, second in rows]
        if all(width(second) == len(second) for _first, second in rows):
            super().write_dl(rows, col_max, col_spacing)
            return
        left = min(max(width(first) for first, _second in rows), col_max) + col_spacing
        indent = " " * self.current_indent
        for first, second in rows:
            fits = width(first) <= left - col_spacing
            lines = wrapped(second, max(self.width - left - 2, 10))
            self.write(indent + (first + " " * (left - width(first)) + lines.pop(0) if fits else first) + "\n")
            self.write("".join(f"{indent}{' ' * left}{line}\n" for line in lines))


def _extras(text: str) -> str:
    """What Typer puts in brackets after the help."""
    return text.replace("[required]", _("[required]")).replace("[default: ", _("[default: "))


class _Frame(Context):
    formatter_class = Page


class _Spoken:
    """A command whose own texts are in the reader's language."""

    context_class = _Frame

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this message and exit.")
        return option


class Verb(_Spoken, TyperCommand):
    """One command."""


class Group(_Spoken, TyperGroup):
    """Several commands."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run, and tell wrong use; ends in SystemExit, unless not `standalone_mode`."""
        if not standalone_mode or current_language() == "en":
            return super().main(*args, standalone_mode=standalone_mode, **extra)
        try:
            code = super().main(*args, standalone_mode=False, **extra)
        except typer.Abort:
            code = 1
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            _tell(error)
            code = getattr(error, "exit_code", 1)
        sys.exit(code if isinstance(code, int) else 0)


def _tell(error: Any) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    ctx = getattr(error, "ctx", None)
    if ctx is not None:
        print(ctx.get_usage(), file=sys.stderr)
        hint = _("Try '{command} {option}' for help.")
        print(hint.format(command=ctx.command_path, option=ctx.help_option_names[0]) + "\n", file=sys.stderr)
    print(_("Error: {text}").format(text=visible(complaint(error))), file=sys.stderr)


def complaint(error: Any) -> str:
    """What is wrong, in the reader's language where it is one of Typer's common complaints."""
    kind, param = type(error).__name__, getattr(error, "param", None)
    hint = getattr(error, "param_hint", None) or (param.get_error_hint() if param is not None else None)
    name = hint if hint is None or isinstance(hint, str) else joined(" / ", [repr(one) for one in hint])
    if kind == "MissingParameter":
        return _("{name} is missing").format(name=name)
    if kind == "NoSuchOption":
        return _suggesting(_("there is no option {name}").format(name=error.option_name), error.possibilities)
    for pattern, message in COMPLAINTS:
        if found := re.fullmatch(pattern, error.message, re.DOTALL):
            fields = found.groupdict()
            names = [one.strip("' ") for one in (fields.pop("names", None) or "").split(",") if one]
            text = _suggesting(_(message).format(**fields), names)
            break
    else:
        text = error.message
    return _("{where}: {what}").format(where=name, what=text) if name else text


def _suggesting(text: str, names: Sequence[str] | None) -> str:
    if not names:
        return text
    return _("{sentence}; did you mean {names}?").format(sentence=text, names=one_of(sorted(names)))
