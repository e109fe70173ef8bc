import { assert } from '../../native-free-core/assert.js';
import { VALUES_AT_ONCE } from './limits.js';

/** Bits of the key that one round looks at. 65,536 counters are 256 KiB: they stay in the second-level cache. */
const WINDOW_BITS = 16;
const BUCKETS = 1 << WINDOW_BITS;
const ROUNDS = 64 / WINDOW_BITS;

/** Below this many values a native sort is faster than counting over all buckets. */
const SORT_MAX = 8_192;

const counts = new Uint32Array(BUCKETS);

/** The first half of a double's bytes that a loop looks at, and the value it has on a machine of this byte order. */
const HIGH = new Uint32Array(new Float64Array([1]).buffer)[1] === 0 ? 0 : 1;

/**
 * Selects order statistics without sorting: a radix selection, most significant bits first. The bits of a double, with
 * all flipped for negative values and the sign flipped for others, ascend as the values do. A round counts values by 16
 * bits of that key, and goes on in those buckets alone that hold a wanted rank; whatever the values are, four rounds
 * suffice, each a linear pass or two. One million values and four ranks: 5 to 10 ms, where a sort takes 88 (bench select-ranks).
 *
 * `values[0..count)` and `scratch` of the same length are overwritten. `ranks` ascend, each in 1..count; answers the value
 * of each. Values are finite. `look` is called every few ms; what it throws ends the selection.
 */
// Five arguments: the columns, what is asked of them, and who looks.
export function selectRanks(
  values: Float64Array,
  count: number,
  scratch: Float64Array,
  ranks: readonly number[],
  look: () => void = () => {},
): number[] {
  assert(scratch.length >= count, 'the scratch must be as long as the values');
  assert(
    ranks.every((rank, i) => rank >= 1 && rank <= count && (i === 0 || rank >= ranks[i - 1]!)),
    'ranks must ascend within 1..count',
  );
  const answers = new Array<number>(ranks.length).fill(0);
  const selection: Selecting = { ranks, answers, look };
  try {
    selectIn(selection, values, scratch, {
      start: 0,
      end: count,
      round: 0,
      firstRank: 0,
      endRank: ranks.length,
    });
    return answers;
  } catch (error) {
    // The next selection begins with none.
    counts.fill(0);
    throw error;
  }
}

interface Selecting {
  ranks: readonly number[];
  answers: number[];
  look: () => void;
}

/** A part of the columns: its place is also its place in the sorted order, so rank r lies at index r - 1. */
interface Part {
  start: number;
  end: number;
  round: number;
  firstRank: number;
  endRank: number;
}

function selectIn(selecting: Selecting, from: Float64Array, to: Float64Array, part: Part): void {
  const { start, end, firstRank, endRank } = part;
  if (firstRank === endRank) return;
  if (end - start <= SORT_MAX) {
    from.subarray(start, end).sort();
    answer(selecting, from, part);
    return;
  }
  for (let round = part.round; round < ROUNDS; round++) {
    const parts = splitIn(selecting, from, to, { ...part, round });
    if (parts === undefined) continue;
    for (const next of parts) selectIn(selecting, to, from, next);
    return;
  }
  // All bits are the same: all values are.
  answer(selecting, from, part);
}

function answer({ ranks, answers }: Selecting, sorted: Float64Array, part: Part): void {
  // Plus zero, so that -0 is 0.
  for (let i = part.firstRank; i < part.endRank; i++) answers[i] = sorted[ranks[i]! - 1]! + 0;
}

/** Moves the values of the buckets that hold wanted ranks to `to`. Undefined when all share one bucket. */
function splitIn(selecting: Selecting, from: Float64Array, to: Float64Array, part: Part): Part[] | undefined {
  const { start, end, round } = part;
  const first = countBuckets(from, part, selecting.look);
  if (counts[first] === end - start) {
    counts[first] = 0;
    return undefined;
  }
  const parts = placeBuckets(selecting, part);
  for (let at = start; at < end; at += VALUES_AT_ONCE) {
    if (at > start) selecting.look();
    moveBuckets(from, to, at, Math.min(end, at + VALUES_AT_ONCE), round);
  }
  counts.fill(0);
  return parts;
}

/** Answers the bucket of the first value. */
function countBuckets(values: Float64Array, { start, end, round }: Part, look: () => void): number {
  let bucket = 0;
  for (let to = end; to > start; to -= VALUES_AT_ONCE) {
    if (to < end) look();
    bucket = countSome(values, Math.max(start, to - VALUES_AT_ONCE), to, round);
  }
  return bucket;
}

// Four arguments: a column and the numbers of an inner loop.
function countSome(values: Float64Array, start: number, end: number, round: number): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const low = round < 2 ? HIGH : 1 - HIGH;
  const shift = (round & 1) === 0 ? WINDOW_BITS : 0;
  let bucket = 0;
  for (let i = end - 1; i >= start; i--) {
    // Arithmetic shift: all ones for a negative value. Its bits are flipped, of others only the sign.
    const flip = words[2 * i + HIGH]! >> 31;
    const mask = round === 0 ? flip | 0x80000000 : flip;
    bucket = ((words[2 * i + low]! ^ mask) >>> shift) & (BUCKETS - 1);
    counts[bucket] = counts[bucket]! + 1;
  }
  return bucket;
}

/** Turns the counts of buckets with wanted ranks into the place where each begins + 1, of all others into 0. */
function placeBuckets({ ranks }: Selecting, part: Part): Part[] {
  const parts: Part[] = [];
  let at = part.start;
  let rank = part.firstRank;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const here = counts[bucket]!;
    if (here === 0) continue;
    const firstRank = rank;
    while (rank < part.endRank && ranks[rank]! <= at + here) rank++;
    counts[bucket] = rank === firstRank ? 0 : at + 1;
    if (rank > firstRank)
      parts.push({ start: at, end: at + here, round: part.round + 1, firstRank, endRank: rank });
    at += here;
  }
  return parts;
}

// Five arguments: two columns and the numbers of an inner loop.
function moveBuckets(from: Float64Array, to: Float64Array, start: number, end: number, round: number): void {
  const words = new Uint32Array(from.buffer, from.byteOffset, from.length * 2);
  const low = round < 2 ? HIGH : 1 - HIGH;
  const shift = (round & 1) === 0 ? WINDOW_BITS : 0;
  for (let i = start; i < end; i++) {
    const flip = words[2 * i + HIGH]! >> 31;
    const mask = round === 0 ? flip | 0x80000000 : flip;
    const bucket = ((words[2 * i + low]! ^ mask) >>> shift) & (BUCKETS - 1);
    const place = counts[bucket]!;
    if (place === 0) continue;
    counts[bucket] = place + 1;
    to[place - 1] = from[i]!;
  }
}
