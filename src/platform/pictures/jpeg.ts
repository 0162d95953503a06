/**
 * Detects truncated JPEGs from their bytes, because decoders fill in missing data silently. Problems that the decoder
 * reports are left to it. ITU-T T.81, annexes B, F.2 and G.
 */

/** The result of the analysis. */
export interface JpegShape {
  /** The bytes, with an end marker added if only that is missing. */
  readonly bytes: Uint8Array;
  /** Data is missing, whatever it decodes to. */
  readonly incomplete: boolean;
  /**
   * The data ends in zeros, which code blocks of one colour. That is legitimate only if at least this share of the
   * picture, at one of its sides, has one colour.
   */
  readonly flat: number;
}

/** Photographs are never coded with this many zero bytes in a row. */
const RUN = 512;

/** Analyses the segments and scans of `bytes`, which begin as a JPEG does. */
export function jpegShape(bytes: Uint8Array): JpegShape {
  const found = walk(bytes);
  const ended = found.ended ? bytes : withEnd(bytes);
  if (!found.frame || found.scans.length === 0) return { bytes: ended, incomplete: false, flat: 0 };
  const { progressive, blocks } = found.frame;
  if (!refined(found)) return { bytes: ended, incomplete: true, flat: 0 };
  let flat = 0;
  for (const { from, to, zero } of found.scans) {
    for (const run of zeroRuns(bytes, from, to)) {
      // In a progressive scan, or where zeros do not code flat blocks, valid data has no such run.
      if (progressive || zero === undefined) return { bytes: ended, incomplete: true, flat: 0 };
      if (run.to === to) flat = Math.max(flat, (8 * (run.to - run.from - RUN / 8)) / (zero * blocks));
    }
  }
  return { bytes: ended, incomplete: flat > 1, flat };
}

interface Frame {
  readonly progressive: boolean;
  readonly components: readonly number[];
  /** The number of 8x8 blocks in all planes together. */
  readonly blocks: number;
}

interface Scan {
  /** The range of its data. */
  readonly from: number;
  readonly to: number;
  readonly components: readonly number[];
  /** The range of coefficients, and the number of their bits that later scans refine. */
  readonly first: number;
  readonly last: number;
  readonly low: number;
  /** Bits per flat block, at most, if zeros code one. */
  readonly zero: number | undefined;
}

interface Walked {
  readonly frame: Frame | undefined;
  readonly scans: readonly Scan[];
  readonly ended: boolean;
}

/** The Huffman codes of zeros only: their lengths by table, if they mean "end of block" or "no difference". */
type ZeroCodes = Map<number, number | undefined>;

function walk(bytes: Uint8Array): Walked {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scans: Scan[] = [];
  const codes: ZeroCodes = new Map();
  let frame: Frame | undefined;
  let at = 2;
  try {
    for (;;) {
      // Skip fill bytes and garbage before a marker.
      while (at < bytes.length && (bytes[at] !== 0xff || bytes[at + 1] === 0xff)) at++;
      if (at + 1 >= bytes.length) return { frame, scans, ended: false };
      const marker = bytes[at + 1]!;
      at += 2;
      if (marker === 0xd9) return { frame, scans, ended: true };
      if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
      const length = view.getUint16(at);
      if (isFrame(marker)) frame = frameAt(view, at, marker);
      if (marker === 0xc4) huffmanAt(view, at, length, codes);
      if (marker === 0xda) {
        const from = at + length;
        const to = dataEnd(bytes, from);
        scans.push(scanAt(view, at, { from, to }, codes));
        at = to;
      } else at += length;
    }
  } catch (error) {
    if (error instanceof RangeError) return { frame, scans, ended: false };
    throw error;
  }
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function frameAt(view: DataView, at: number, marker: number): Frame {
  const [height, width, count] = [view.getUint16(at + 3), view.getUint16(at + 5), view.getUint8(at + 7)];
  const parts = Array.from({ length: count }, (_, i) => {
    const sampling = view.getUint8(at + 9 + 3 * i);
    return { id: view.getUint8(at + 8 + 3 * i), across: sampling >> 4, down: sampling & 15 };
  });
  const [across, down] = [Math.max(...parts.map((part) => part.across)), Math.max(...parts.map((part) => part.down))];
  const whole = Math.ceil(width / 8) * Math.ceil(height / 8);
  const blocks = parts.reduce((sum, part) => sum + (whole * part.across * part.down) / (across * down), 0);
  return { progressive: marker === 0xc2, components: parts.map(({ id }) => id), blocks };
}

/** For every table in the segment, the length of the all-zero code if it means no difference or end of block. */
function huffmanAt(view: DataView, at: number, length: number, codes: ZeroCodes): void {
  for (let table = at + 2; table < at + length; ) {
    const lengths = Array.from({ length: 16 }, (_, i) => view.getUint8(table + 1 + i));
    const shortest = lengths.findIndex((count) => count > 0) + 1;
    const means = view.getUint8(table + 17);
    codes.set(view.getUint8(table), shortest > 0 && means === 0 ? shortest : undefined);
    table += 17 + lengths.reduce((sum, count) => sum + count, 0);
  }
}

function scanAt(view: DataView, at: number, span: { from: number; to: number }, codes: ZeroCodes): Scan {
  const count = view.getUint8(at + 2);
  const parts = Array.from({ length: count }, (_, i) => {
    const tables = view.getUint8(at + 4 + 2 * i);
    const lengths = [codes.get(tables >> 4), codes.get(16 + (tables & 15))];
    return { id: view.getUint8(at + 3 + 2 * i), zero: lengths.every(Boolean) ? lengths[0]! + lengths[1]! : undefined };
  });
  const end = at + 3 + 2 * count;
  const zeros = parts.map(({ zero }) => zero);
  return {
    ...span,
    components: parts.map(({ id }) => id),
    first: view.getUint8(end),
    last: Math.min(63, view.getUint8(end + 1)),
    low: view.getUint8(end + 2) & 15,
    zero: zeros.every((zero) => zero !== undefined) ? Math.max(...(zeros as number[])) : undefined,
  };
}

/** The end of a scan's data: a marker that is neither a restart nor a stuffed FF byte. */
function dataEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

function* zeroRuns(bytes: Uint8Array, from: number, to: number): Generator<{ from: number; to: number }> {
  // Every run of that length contains one of every RUN-th bytes.
  for (let at = from + RUN - 1; at < to; at += RUN) {
    if (bytes[at] !== 0) continue;
    let [start, end] = [at, at + 1];
    while (start > from && bytes[start - 1] === 0) start--;
    while (end < to && bytes[end] === 0) end++;
    if (end - start >= RUN) yield { from: start, to: end };
    at = Math.max(at, end - 1);
  }
}

/** Whether the scans contain every component, and in a progressive picture every bit of every coefficient. */
function refined({ frame, scans }: Walked): boolean {
  return frame!.components.every((component) => {
    if (!frame!.progressive) return scans.some(({ components }) => components.includes(component));
    const missing = new Uint8Array(64).fill(1);
    for (const { components, first, last, low } of scans)
      if (components.includes(component)) missing.fill(low, first, last + 1);
    return missing.every((bits) => bits === 0);
  });
}

function withEnd(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + 2);
  result.set(bytes);
  result.set([0xff, 0xd9], bytes.length);
  return result;
}
