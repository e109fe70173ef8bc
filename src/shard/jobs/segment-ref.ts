import { parseSegmentKey, type SegmentRange, tableEnd, tableKey } from '../../store/keys.js';
import type { StoreReader } from '../../store/shard-store.js';
import type { Quarantine } from './job-host.js';

/** A stored segment, by its key. */
export interface SegmentRef extends SegmentRange {
  key: Uint8Array;
}

/** The segments of one generation, by ascending numbers, which don't overlap. */
export interface Layer {
  generation: number;
  segments: SegmentRef[];
}

/** The segments of [start, end) but for those in quarantine. Looks at keys alone. */
export function listSegments(
  store: StoreReader,
  start: Uint8Array,
  end: Uint8Array,
  quarantine: Quarantine,
): SegmentRef[] {
  const segments: SegmentRef[] = [];
  store.forEachKey(start, end, (key) => {
    if (!quarantine.has(key)) segments.push({ key: key.slice(), ...parseSegmentKey(key) });
    return true;
  });
  return segments;
}

export const listTable = (
  store: StoreReader,
  group: number,
  table: number,
  quarantine: Quarantine,
): SegmentRef[] => listSegments(store, tableKey(group, table), tableEnd(group, table), quarantine);

/**
 * Splits segments into sets that have no series in common, so that each set can be compacted or merged by itself. Segments
 * end at the borders of lanes, so a set is at most a lane, whatever the bounds were when they were written.
 */
export function splitByNumbers(segments: readonly SegmentRef[]): SegmentRef[][] {
  const sets: SegmentRef[][] = [];
  let lastNumber = -1;
  for (const segment of [...segments].sort((a, b) => a.firstNumber - b.firstNumber)) {
    if (segment.firstNumber > lastNumber) sets.push([]);
    sets.at(-1)!.push(segment);
    lastNumber = Math.max(lastNumber, segment.lastNumber);
  }
  return sets;
}

/**
 * The layers of a set, by generation. A generation may have several: when a merge came between two compactions of it, which took
 * different series, its own segments hold series of the other one.
 */
export function layersOf(segments: readonly SegmentRef[]): Layer[] {
  const layers: Layer[] = [];
  const sorted = [...segments].sort((a, b) => a.generation - b.generation || a.firstNumber - b.firstNumber);
  for (const segment of sorted) {
    const { generation, firstNumber } = segment;
    let layer = layers.find(
      (each) => each.generation === generation && each.segments.at(-1)!.lastNumber < firstNumber,
    );
    if (layer === undefined) layers.push((layer = { generation, segments: [] }));
    layer.segments.push(segment);
  }
  return layers;
}
