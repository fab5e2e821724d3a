"""The compiled inner loops: find rows and hash their words, parse numbers, hash n-grams.

Written for numba with plain pointers for arguments, so that `native` can keep the machine code on
disk and call it without importing numba (half a second of every start). No function raises,
allocates or touches a Python object; each returns a count.

Words are hashed to 64 bits: FNV-1a over their UTF-8 bytes, then a step of murmur3's finalizer. Among
200,000 candidates and 10,000,000 rows two different words meet with probability 1e-7.
"""

# Every value here is a machine word, not the Python number that a checker sees.
# pyright: basic, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportAttributeAccessIssue=false, reportPossiblyUnboundVariable=false

from __future__ import annotations

import numpy as np
from numba import carray, njit  # pyright: ignore[reportPrivateImportUsage]
from numba.core.types import CPointer, float32, float64, int8, int64, uint8, uint32, uint64

from .flags import BLANK, EMPTY_WORD, MALFORMED, NOT_FINITE, NOT_UTF8, SLOW, SPACED, WRONG_WIDTH
from .kernel_parts import ONES, byte_sum, hash_bytes, is_separator, is_utf8, matching

U8, U64, I64, F32 = CPointer(uint8), CPointer(uint64), CPointer(int64), CPointer(float32)
N = int64  # a length, not a pointer

# name -> (function, argument types). `native` compiles this table; every function returns int64.
KERNELS: dict = {}


def kernel(*arguments):
    def register(function):
        KERNELS[function.__name__] = (function, arguments)
        return function

    return register


NEWLINES = 0x0A0A0A0A0A0A0A0A
SPACES = 0x2020202020202020
TABS = 0x0909090909090909
POWERS = 10.0 ** np.arange(23)
EXACT = 1 << 53


@njit
def fields_back(text, line, end, fields):
    """Where the last `fields` fields of text[line:end] begin to be preceded by the rest; -1: too few."""
    j = end
    for _ in range(fields):
        while j > line and not is_separator(text[j - 1]):
            j -= 1
        while j > line and is_separator(text[j - 1]):
            j -= 1
        if j == line:
            return int64(-1)
    return j


@njit
def looks_like_value(text, start, end):
    """Whether a field is a vector's number rather than a part of a word: it has a decimal point."""
    i = start
    if i < end and text[i] == 45:
        i += 1
    whole = i
    while i < end and 48 <= text[i] <= 57:
        i += 1
    if i == whole or i >= end or text[i] != 46:
        return False
    point = i
    i += 1
    while i < end and 48 <= text[i] <= 57:
        i += 1
    if i - point < 2:
        return False
    return i == end or text[i] == 101 or text[i] == 69


@njit
def finish_row(text, line, end, separators, dim, row, hashes, starts, flags):
    """Judge the row text[line:end] that holds so many separators; find and hash its word."""
    starts[row] = line
    hashes[row] = uint64(0)
    flags[row] = uint8(0)
    while end > line and (is_separator(text[end - 1]) or text[end - 1] == 13):
        if text[end - 1] != 13:
            separators -= 1
        end -= 1
    if end == line:
        flags[row] = uint8(BLANK)
        return
    if separators < dim:
        flags[row] = uint8(WRONG_WIDTH)
        return
    first = line
    if separators == dim:
        stop = line
        while not is_separator(text[stop]):
            stop += 1
        if stop == line:
            flags[row] = uint8(EMPTY_WORD)
            return
        if is_separator(text[stop + 1]):  # a run of separators: fewer fields than separators
            flags[row] = uint8(WRONG_WIDTH)
            return
    else:
        stop = fields_back(text, line, end, dim)
        while first < stop and is_separator(text[first]):
            first += 1
        if stop <= first:
            flags[row] = uint8(WRONG_WIDTH)
            return
        last = stop
        while last > first and not is_separator(text[last - 1]):
            last -= 1
        if last > first:
            if looks_like_value(text, last, stop):
                flags[row] = uint8(WRONG_WIDTH)
                return
            flags[row] = uint8(SPACED)
    if not is_utf8(text, first, stop):
        flags[row] |= uint8(NOT_UTF8)
    hashes[row] = hash_bytes(text, first, stop)


@kernel(U8, U64, N, N, U64, I64, U8, N)
def scan_text(text_p, words_p, size, dim, hashes_p, starts_p, flags_p, capacity):
    """Find the rows in text[:size], which ends with a newline; hash, start and flags of each.

    `words_p` is the same memory as `text_p`, eight bytes at a time. Returns the number of rows, or
    -1 when there are more than `capacity`.
    """
    text = carray(text_p, size)
    eights = carray(words_p, size >> 3)
    hashes, starts, flags = carray(hashes_p, capacity), carray(starts_p, capacity), carray(flags_p, capacity)
    rows, line, separators, k, last = int64(0), int64(0), int64(0), int64(0), size >> 3
    while k < last:
        # 128 bytes at once while no newline is among them. LLVM makes SIMD of this loop, which it does
        # not for one of 8 words (unrolled before); 32 words could overflow the byte counts.
        if k + 16 <= last:
            any_newline, found = uint64(0), uint64(0)
            for j in range(16):
                w = eights[uint64(k + j)]
                any_newline |= matching(w, NEWLINES)
                found += (matching(w, SPACES) | matching(w, TABS)) >> uint64(7)
            if any_newline == uint64(0):
                separators += byte_sum(found)
                k += 16
                continue
        stop = min(k + 16, last)
        while k < stop:
            w = eights[uint64(k)]
            newlines = matching(w, NEWLINES)
            found = (matching(w, SPACES) | matching(w, TABS)) >> uint64(7)
            while newlines != uint64(0):
                below = (newlines & (~newlines + uint64(1))) - uint64(1)
                separators += byte_sum(found & below)
                end = (k << 3) + byte_sum((below >> uint64(7)) & uint64(ONES))
                if rows == capacity:
                    return int64(-1)
                finish_row(text, line, end, separators, dim, rows, hashes, starts, flags)
                rows += 1
                line, separators = end + 1, int64(0)
                found &= ~below
                newlines &= newlines - uint64(1)
            separators += byte_sum(found)
            k += 1
    for i in range(last << 3, size):
        if text[i] == 10:
            if rows == capacity:
                return int64(-1)
            finish_row(text, line, i, separators, dim, rows, hashes, starts, flags)
            rows += 1
            line, separators = i + 1, int64(0)
        elif is_separator(text[i]):
            separators += 1
    return rows


@kernel(U8, N, N, N, U64, I64, U8, N, I64)
def scan_binary(text_p, size, width, wanted, hashes_p, starts_p, flags_p, capacity, consumed_p):
    """Rows of a word2vec binary: word, space, `width` bytes, perhaps a newline. Only whole rows count.

    starts[i] is where row i's numbers begin. consumed[0] is how far the whole rows reach. Stops after
    `wanted` rows. Returns the number of rows.
    """
    text = carray(text_p, size)
    hashes, starts, flags = carray(hashes_p, capacity), carray(starts_p, capacity), carray(flags_p, capacity)
    consumed = carray(consumed_p, 1)
    rows, at = int64(0), int64(0)
    consumed[0] = 0
    while rows < wanted and rows < capacity:
        while at < size and (text[at] == 10 or text[at] == 13):
            at += 1
        stop = at
        while stop < size and text[stop] != 32:
            stop += 1
        if stop + 1 + width > size:
            break
        starts[rows] = stop + 1
        flags[rows] = uint8(0)
        if stop == at:
            flags[rows] = uint8(EMPTY_WORD)
            hashes[rows] = uint64(0)
        else:
            if not is_utf8(text, at, stop):
                flags[rows] = uint8(NOT_UTF8)
            hashes[rows] = hash_bytes(text, at, stop)
        rows += 1
        at = stop + 1 + width
        consumed[0] = at
    return rows


@kernel(U8, I64, U64, N)
def hash_words(text_p, ends_p, hashes_p, n):
    """hashes[i] = hash of text[ends[i-1]:ends[i]]."""
    ends, hashes = carray(ends_p, n), carray(hashes_p, n)
    start = int64(0)
    text = carray(text_p, ends[n - 1] if n > 0 else 0)
    for i in range(n):
        hashes[i] = hash_bytes(text, start, ends[i])
        start = ends[i]
    return n


@njit
def parse_number(text, i, end):
    """(value, where it ends, status) of the number at text[i:end]. Positions are unsigned: numba then
    spares the test for negative indices at every byte."""
    one = uint64(1)
    negative = False
    if i < end and (text[i] == 45 or text[i] == 43):
        negative = text[i] == 45
        i += one
    mantissa, scale, first, point = uint64(0), int64(0), i, end
    while i < end:
        c = uint64(text[i]) - uint64(48)
        if c < uint64(10):
            mantissa = mantissa * uint64(10) + c
        elif c == uint64(18446744073709551614) and point == end:  # "." - "0"
            point = i
        else:
            break
        i += one
    digits = int64(i - first)
    if point != end:
        digits -= 1
        scale = int64(point + one) - int64(i)
    if digits == 0:
        if i < end and (text[i] == 110 or text[i] == 78 or text[i] == 105 or text[i] == 73):
            while i < end and not is_separator(text[i]):
                i += one
            return 0.0, i, NOT_FINITE
        return 0.0, i, MALFORMED
    if i < end and (text[i] == 101 or text[i] == 69):
        i += one
        minus = False
        if i < end and (text[i] == 45 or text[i] == 43):
            minus = text[i] == 45
            i += one
        exponent, first = int64(0), i
        while i < end and 48 <= text[i] <= 57:
            if exponent < 10000:
                exponent = exponent * 10 + int64(text[i] - 48)
            i += one
        if i == first:
            return 0.0, i, MALFORMED
        scale += -exponent if minus else exponent
    if i < end and not is_separator(text[i]):
        return 0.0, i, MALFORMED
    # Clinger's fast path: both factors are exact doubles, so one rounding gives the nearest double.
    # Nineteen digits always fit the mantissa's 64 bits; leading zeros count, which only costs speed.
    if digits > 19 or mantissa > uint64(EXACT) or scale > 22 or scale < -22:
        return 0.0, i, SLOW
    value = float64(mantissa)
    value = value * POWERS[uint64(scale)] if scale >= 0 else value / POWERS[uint64(-scale)]
    return (-value if negative else value), i, 0


@njit
def parse_row(text, line, end, dim, out, at):
    """Write the last `dim` numbers of text[line:end] to out[at:at+dim]; a status."""
    while end > line and (is_separator(text[end - 1]) or text[end - 1] == 13 or text[end - 1] == 10):
        end -= 1
    i = line
    while i < end and not is_separator(text[i]):
        i += 1
    stop = uint64(end)
    for _attempt in range(2):
        worst, field, j = 0, int64(0), uint64(i)
        while field < dim and j < stop and worst != MALFORMED:
            while j < stop and is_separator(text[j]):
                j += uint64(1)
            value, j, status = parse_number(text, j, stop)
            narrow = float32(value)
            if status == 0 and not (-np.inf < narrow < np.inf):
                status = NOT_FINITE
            out[uint64(at + field)] = narrow
            field += 1
            worst = max(worst, status)
        if worst != MALFORMED and field == dim and j == stop:
            return worst
        i = fields_back(text, line, end, dim)  # a word with spaces: count the fields from the end
        if i < 0:
            break
    return MALFORMED


@kernel(U8, I64, I64, N, N, F32, U8)
def parse_rows(text_p, starts_p, ends_p, n, dim, out_p, status_p):
    """out[i*dim:(i+1)*dim] = the numbers of text row starts[i]:ends[i]; status[i] says how it went."""
    starts, ends = carray(starts_p, n), carray(ends_p, n)
    out, status = carray(out_p, n * dim), carray(status_p, n)
    text = carray(text_p, ends[n - 1] if n > 0 else 0)
    for i in range(n):
        status[i] = uint8(parse_row(text, starts[i], ends[i], dim, out, i * dim))
    return n


@kernel(U8, I64, N, N, N, N, I64, I64, N)
def ngram_buckets(text_p, ends_p, n, shortest, longest, buckets, out_p, out_ends_p, capacity):
    """fastText's subword ids of words written as `<word>`: FNV-1a of every n-gram, modulo `buckets`.

    As `Dictionary::computeSubwords` does it, signed bytes included. out_ends[i] is where word i's ids
    end in `out`. Returns their number, or -1 when `capacity` is too small.
    """
    ends, out, out_ends = carray(ends_p, n), carray(out_p, capacity), carray(out_ends_p, n)
    text = carray(text_p, ends[n - 1] if n > 0 else 0)
    count, start = int64(0), int64(0)
    for w in range(n):
        end = ends[w]
        for i in range(start, end):
            if (text[i] & 0xC0) == 0x80:
                continue
            h, j, length = uint32(2166136261), i, 1
            while j < end and length <= longest:
                h = uint32((h ^ uint32(int8(text[j]))) * uint32(16777619))
                j += 1
                while j < end and (text[j] & 0xC0) == 0x80:
                    h = uint32((h ^ uint32(int8(text[j]))) * uint32(16777619))
                    j += 1
                if length >= shortest and not (length == 1 and (i == start or j == end)):
                    if count == capacity:
                        return int64(-1)
                    out[count] = int64(h) % buckets
                    count += 1
                length += 1
        out_ends[w] = count
        start = end
    return count
