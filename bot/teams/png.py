"""Read the pixels of a PNG file: as much as the check of the app's icons needs, and nothing else."""

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST_SIDE = 1024
_SAMPLES = {2: 3, 6: 4}  # samples of a pixel by kind of colour: RGB, RGB with alpha


class PngError(Exception):
    """The bytes are no PNG file, or of a kind that is not read here; the text says which."""


@dataclass(frozen=True)
class Picture:
    """A picture. `pixels`: (red, green, blue, alpha), each 0 to 255, row by row from the top left."""

    width: int
    height: int
    pixels: list[tuple[int, int, int, int]]


def read_png(data: bytes) -> Picture:
    """The picture in a PNG file of 8 bits a sample, in colour, not interlaced. Raises: PngError."""
    if not data.startswith(SIGNATURE):
        raise PngError("it is no PNG file")
    chunks = _chunks(data)
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise PngError("its head is broken")
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth != 8 or kind not in _SAMPLES or interlaced:
        raise PngError("save it in colour, with 8 bits a channel, without palette and not interlaced")
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise PngError(f"it measures {width}x{height} pixels")
    size, step = _SAMPLES[kind], _SAMPLES[kind] * width + 1
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(b"".join(body for name, body in chunks if name == b"IDAT"), step * height + 1)
    except zlib.error:
        raise PngError("its pixels are broken") from None
    if len(raw) != step * height:
        raise PngError("its pixels are broken")
    pixels: list[tuple[int, int, int, int]] = []
    above = bytes(step - 1)
    for at in range(0, len(raw), step):
        above = _row(raw[at], raw[at + 1 : at + step], above, size)
        for left in range(0, len(above), size):
            red, green, blue = above[left : left + 3]
            pixels.append((red, green, blue, above[left + 3] if size == 4 else 255))
    return Picture(width, height, pixels)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Name and body of each chunk, up to the end or the first broken one."""
    found, at = [], len(SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if data[at + 8 + length : at + 12 + length] != struct.pack(">I", zlib.crc32(name + body)):
            raise PngError("it is damaged")
        found.append((name, body))
        at += 12 + length
    return found


def _row(way: int, row: bytes, above: bytes, size: int) -> bytes:
    """A row without its filter (PNG specification, 9.2). `size`: bytes of a pixel."""
    if way > 4:
        raise PngError("its pixels are broken")
    done = bytearray()
    for at, byte in enumerate(row):
        left, corner = (done[at - size], above[at - size]) if at >= size else (0, 0)
        up = above[at]
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[way]
        done.append((byte + guess) & 255)
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda near: abs(guess - near))
