import { TIMES_FULL } from '../../../native-free-core/entry/entry-layout.js';
import { chainCount, copyChain } from '../../../native-free-core/head/head-chain.js';
import {
  FLAG_HAS_POINT,
  FORGOTTEN_SHIFT,
  LINE_COUNT,
  LINE_FLAGS,
  LINE_NEWEST_MS,
  LINE_NEWEST_VALUE,
  LINE_OLDEST_MS,
  LINE_SHIFT_F64,
  LINE_SHIFT_U32,
} from '../../../native-free-core/head/head-layout.js';
import {
  createHeadBuffers,
  type HeadBuffers,
  type HeadViews,
} from '../../../native-free-core/head/head-memory.js';
import { HeadWriter } from '../../../native-free-core/head/head-writer.js';
import { type Point, pointsEntry } from '../entry/entries.js';

/** Buffers for a few thousand slots and `arenaBytes` of points. */
export const smallBuffers = (arenaBytes = 1 << 20): HeadBuffers => createHeadBuffers(1, 1_000, arenaBytes);

/** An open state that readers may look into, with slots 0 … slots - 1 defined. */
export function openHead(slots: number, buffers = smallBuffers()): HeadWriter {
  const head = new HeadWriter(buffers);
  head.reset(1);
  for (let slot = 0; slot < slots; slot++) head.define(slot, slot);
  head.ready();
  return head;
}

export const appendPoints = (head: HeadWriter, points: readonly Point[]): number =>
  head.append(pointsEntry(points, TIMES_FULL), 0);

/** The points of a slot in a generation, in order of arrival. */
export function chainOf(
  views: HeadViews,
  slot: number,
  generation: number,
): [timeMs: number, value: number][] {
  const count = chainCount(views, slot, generation);
  const times = new Float64Array(count + 2);
  const values = new Float64Array(count + 2);
  const copied = copyChain(views, slot, generation, count, times, values, 1);
  return Array.from({ length: copied }, (_, i) => [times[i + 1]!, values[i + 1]!]);
}

/** The points of a slot since the state was built, also those of generations that are gone. */
export function pointsOf({ lines }: HeadViews, slot: number): number {
  const line = slot << LINE_SHIFT_U32;
  return (
    (lines[line + LINE_FLAGS]! >>> FORGOTTEN_SHIFT) +
    lines[line + LINE_COUNT]! +
    lines[line + LINE_COUNT + 4]!
  );
}

/** The oldest time, the newest time and the newest value of a slot; undefined without a point. */
export function spanOf(views: HeadViews, slot: number): [number, number, number] | undefined {
  if ((views.lines[(slot << LINE_SHIFT_U32) + LINE_FLAGS]! & FLAG_HAS_POINT) === 0) return undefined;
  const line = slot << LINE_SHIFT_F64;
  const { linesF64 } = views;
  return [
    linesF64[line + LINE_OLDEST_MS]!,
    linesF64[line + LINE_NEWEST_MS]!,
    linesF64[line + LINE_NEWEST_VALUE]!,
  ];
}
