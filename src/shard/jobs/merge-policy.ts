import type { CompactionBounds } from './compaction-bounds.js';

/** Each size is this many times the one before. */
const SIZE_FACTOR = 8;

/** Sizes of layers that are merged: below 1/8 of a segment, a segment, 8 segments. Larger ones are left alone. */
const SIZES = 3;

/** The size of a layer of so many bytes: 0 … SIZES. */
function sizeOf(bytes: number, segmentBytes: number): number {
  let size = 0;
  for (let limit = segmentBytes / SIZE_FACTOR; size < SIZES && bytes >= limit; size++) limit *= SIZE_FACTOR;
  return size;
}

/** Neighbouring layers [from, to) that should become one. */
export interface MergeChoice {
  from: number;
  to: number;
}

/**
 * Which of the layers, given by their bytes in the order of generations, should be merged now: the first run of `mergeLayers`
 * neighbours of at most one size, half of which at least have that very size, so that a byte is rewritten about once a
 * size. When the stretch is over and cold, any two small neighbours.
 */
export function chooseMerge(
  layerBytes: readonly number[],
  bounds: CompactionBounds,
  isCold: boolean,
): MergeChoice | undefined {
  const sizes = layerBytes.map((bytes) => sizeOf(bytes, bounds.segmentBytes));
  for (let size = 0; size < SIZES; size++) {
    const choice = chooseOfSize(sizes, layerBytes, size, bounds, isCold ? 2 : bounds.mergeLayers);
    if (choice !== undefined) return choice;
  }
  return undefined;
}

function chooseOfSize(
  sizes: readonly number[],
  layerBytes: readonly number[],
  size: number,
  { jobBytes, generationsMax }: CompactionBounds,
  layersMin: number,
): MergeChoice | undefined {
  for (let from = 0; from < sizes.length; from++) {
    let to = from;
    let bytes = 0;
    let exact = 0;
    for (; to < sizes.length && sizes[to]! <= size && to - from < generationsMax; to++) {
      bytes += layerBytes[to]!;
      if (to - from >= 2 && bytes > jobBytes) break;
      if (sizes[to] === size) exact++;
    }
    const isEnough = to - from >= Math.min(layersMin, generationsMax) && exact * 2 >= layersMin;
    if (isEnough && to - from >= 2) return { from, to };
  }
  return undefined;
}
