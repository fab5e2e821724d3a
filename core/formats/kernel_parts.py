"""What the compiled loops are made of: bytes eight at a time, the hash of a word, the check for UTF-8."""

# Every value here is a machine word, not the Python number that a checker sees.
# pyright: basic, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportAttributeAccessIssue=false, reportPossiblyUnboundVariable=false

from __future__ import annotations

from numba import njit
from numba.core.types import int64, uint8, uint64

ONES = 0x0101010101010101
LOW7 = 0x7F7F7F7F7F7F7F7F


@njit
def matching(word, byte_eight_times):
    """0x80 in every byte of `word` that equals the byte (Hacker's Delight 6-1: exact, no carries)."""
    x = word ^ uint64(byte_eight_times)
    return ~(((x & uint64(LOW7)) + uint64(LOW7)) | x | uint64(LOW7))


@njit
def byte_sum(word):
    return int64((word * uint64(ONES)) >> uint64(56))


@njit
def is_separator(c):
    return c == 32 or c == 9


@njit
def hash_bytes(text, start, end):
    h = uint64(0xCBF29CE484222325)
    for j in range(start, end):
        h = (h ^ uint64(text[j])) * uint64(0x100000001B3)
    h ^= h >> uint64(33)
    h *= uint64(0xFF51AFD7ED558CCD)
    h ^= h >> uint64(33)
    return h


@njit
def is_utf8(text, start, end):
    i = start
    while i < end:
        c = text[i]
        if c < 0x80:
            i += 1
            continue
        low, high = uint8(0x80), uint8(0xBF)
        if 0xC2 <= c <= 0xDF:
            more = 1
        elif 0xE0 <= c <= 0xEF:
            more = 2
            if c == 0xE0:
                low = uint8(0xA0)
            elif c == 0xED:
                high = uint8(0x9F)
        elif 0xF0 <= c <= 0xF4:
            more = 3
            if c == 0xF0:
                low = uint8(0x90)
            elif c == 0xF4:
                high = uint8(0x8F)
        else:
            return False
        if i + more >= end or text[i + 1] < low or text[i + 1] > high:
            return False
        for j in range(2, more + 1):
            if text[i + j] < 0x80 or text[i + j] > 0xBF:
                return False
        i += more + 1
    return True
