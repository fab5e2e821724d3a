// The packed format, version 1 (core/figures/viewer_data.py writes it), and its download, once for each address.
//
//   gzip of: "LXM1", uint32 length of the header, the header as JSON padded with spaces, the buffers one after the
//   other, each padded to 4 bytes. All little-endian.

const MAGIC = "LXM1";
const GZIP = [0x1f, 0x8b];
const VIEWS = { float32: Float32Array, uint32: Uint32Array, uint8: Uint8Array };

/** What was packed: the header's fields, and each buffer under its name. `bytes` may still be compressed. */
export async function decode(bytes) {
  const given = bytes instanceof ArrayBuffer ? bytes : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const start = new Uint8Array(given, 0, Math.min(2, given.byteLength));
  const plain = start[0] === GZIP[0] && start[1] === GZIP[1] ? await unzipped(given) : given;
  return unpacked(plain);
}

function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

function unpacked(bytes) {
  const utf8 = new TextDecoder();
  if (bytes.byteLength < 8 || utf8.decode(new Uint8Array(bytes, 0, 4)) !== MAGIC) throw new Error("not a map");
  const length = new DataView(bytes).getUint32(4, true);
  const { buffers, ...found } = JSON.parse(utf8.decode(new Uint8Array(bytes, 8, length)));
  let at = 8 + length;
  for (const { name, type, bytes: size } of buffers) {
    if (at + size > bytes.byteLength) throw new Error("cut off");
    if (type === "json") found[name] = JSON.parse(utf8.decode(new Uint8Array(bytes, at, size)));
    else found[name] = new VIEWS[type](bytes, at, size / VIEWS[type].BYTES_PER_ELEMENT);
    at += Math.ceil(size / 4) * 4;
  }
  return found;
}

/** Bytes from base64, as the standalone page holds them. */
export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Keeps the last few downloads of a page: going back to a color or to the map costs nothing. */
class Downloads {
  constructor(kept) {
    this.kept = kept;
    this.found = new Map();
  }

  /** What lies at `url`, decoded. Rejects with the HTTP status, or with what else went wrong. */
  get(url) {
    const address = new URL(url, document.baseURI).href;
    const before = this.found.get(address);
    const coming = before ?? this.fetched(address);
    this.found.delete(address);
    this.found.set(address, coming);
    while (this.found.size > this.kept) this.found.delete(this.found.keys().next().value);
    return coming;
  }

  fetched(address) {
    const coming = fetch(address)
      .then((response) => {
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        return response.arrayBuffer();
      })
      .then(decode);
    coming.catch(() => this.found.delete(address));
    return coming;
  }
}

const maps = new Downloads(2);
const colorings = new Downloads(8);

/** A map from its address, or as it is when it was decoded before. */
export async function mapOf(given) {
  return typeof given === "string" ? maps.get(given) : given;
}

/** A coloring from its address, or as it is; null for none. */
export async function coloringOf(given) {
  return typeof given === "string" ? colorings.get(given) : given;
}
