import { INDEXES_PER_OCTAVE } from './bucket.js';
import {
  DIRECTORY_PAGE_BITS,
  DIRECTORY_PAGE_MASK,
  HISTOGRAM_PAGES_MAX,
  PAGE_WORDS,
  POSITIVE_KEY_MIN,
} from './histogram-layout.js';

/** What a walk needs to know of a histogram; word indexes as in histogram-layout.ts. */
export interface WalkedHistogram {
  words: Uint32Array;
  directory: number;
  directoryLength: number;
  /** The first counter of the pool's page 0. */
  pageWord: number;
  zeros: number;
}

/** Where a walk writes the buckets; the caller has made room. */
export interface BucketColumns {
  indexes: Int32Array;
  counts: Float64Array;
}

/** Scratch of this thread: the directory words of one histogram, sorted. */
const entries = new Uint32Array(HISTOGRAM_PAGES_MAX);

/**
 * Goes through the counted buckets in ascending order. With a finite rank: answers the bucket in which that many
 * values are reached. With an infinite one: answers how many buckets there are, and writes them to `out` if given.
 */
export function walkBuckets(from: WalkedHistogram, rank: number, out: BucketColumns | undefined): number {
  const pages = sortEntries(from);
  const walk = { seen: 0, length: 0, found: Number.NaN };
  let page = 0;
  while (page < pages && entries[page]! >>> DIRECTORY_PAGE_BITS < POSITIVE_KEY_MIN) {
    if (walkPage(from, entries[page++]!, rank, walk, out)) return walk.found;
  }
  // Zero has no page; its turn comes between the negative octaves and the positive ones.
  if (from.zeros > 0 && take(0, from.zeros, rank, walk, out)) return walk.found;
  while (page < pages) {
    if (walkPage(from, entries[page++]!, rank, walk, out)) return walk.found;
  }
  return walk.length;
}

interface Walk {
  seen: number;
  length: number;
  found: number;
}

// Both helpers share the walk's state and its two purposes, hence five arguments.
function walkPage(
  from: WalkedHistogram,
  entry: number,
  rank: number,
  walk: Walk,
  out: BucketColumns | undefined,
): boolean {
  const key = entry >>> DIRECTORY_PAGE_BITS;
  const start = from.pageWord + ((entry & DIRECTORY_PAGE_MASK) - 1) * PAGE_WORDS;
  const negative = key < POSITIVE_KEY_MIN;
  const octave = negative ? POSITIVE_KEY_MIN - 1 - key : key - POSITIVE_KEY_MIN;
  for (let step = 0; step < PAGE_WORDS; step++) {
    const place = negative ? PAGE_WORDS - 1 - step : step;
    const counter = from.words[start + place]!;
    if (counter === 0) continue;
    const magnitude = octave * INDEXES_PER_OCTAVE + place + 1;
    if (take(negative ? -magnitude : magnitude, counter, rank, walk, out)) return true;
  }
  return false;
}

/** One bucket's turn. True: the rank lies in it. */
function take(
  index: number,
  count: number,
  rank: number,
  walk: Walk,
  out: BucketColumns | undefined,
): boolean {
  walk.seen += count;
  if (walk.seen >= rank) {
    walk.found = index;
    return true;
  }
  if (out !== undefined) {
    out.indexes[walk.length] = index;
    out.counts[walk.length] = count;
  }
  walk.length++;
  return false;
}

/** Copies the directory's words to the scratch, ascending by octave key: few, and mostly sorted already. */
function sortEntries(from: WalkedHistogram): number {
  let length = 0;
  for (let slot = from.directory; slot < from.directory + from.directoryLength; slot++) {
    const entry = from.words[slot]!;
    if (entry === 0) continue;
    let place = length++;
    while (place > 0 && entries[place - 1]! > entry) {
      entries[place] = entries[place - 1]!;
      place--;
    }
    entries[place] = entry;
  }
  return length;
}
