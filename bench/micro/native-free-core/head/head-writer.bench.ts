import { TIMES_BASE } from '../../../../native-free-core/entry/entry-layout.js';
import { chainCount, copyChain } from '../../../../native-free-core/head/head-chain.js';
import { LINE_NEWEST_VALUE } from '../../../../native-free-core/head/head-layout.js';
import { createHeadBuffers } from '../../../../native-free-core/head/head-memory.js';
import { HeadWriter } from '../../../../native-free-core/head/head-writer.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { entryOf, gauge } from '../entry/workload.js';

/**
 * Appends to the open state: the hottest loop of a shard. What it costs follows how many lines and extents are touched
 * before one comes again, so the same points are laid over few and over many series.
 */
const POINTS = 10_000;
const ARENA_BYTES = 1 << 26;
const entriesPerRun = (size: BenchSize): number => (size === 'smoke' ? 2 : 100);

function openHead(series: number): HeadWriter {
  const head = new HeadWriter(createHeadBuffers(1, Math.max(100_000, series * 16), ARENA_BYTES));
  head.reset(1);
  for (let slot = 0; slot < series; slot++) head.define(slot, 0);
  head.ready();
  return head;
}

/** Closes an arena that is half full and takes it as stored at once. */
function turnOver(head: HeadWriter): void {
  if (head.usedBytes < ARENA_BYTES / 2) return;
  head.swap();
  head.release(head.generation - 1);
}

const append = (name: string, series: number): MicroBench => ({
  name: `head append: ${name}`,
  unit: 'points',
  perRun: (size) => POINTS * entriesPerRun(size),
  setup: (size) => {
    const head = openHead(series);
    // Different series in each, so that random ones do not repeat.
    const entries = Array.from({ length: 10 }, (_, i) =>
      entryOf({ points: POINTS, series, timeForm: TIMES_BASE, nextValue: gauge }, i + 1),
    );
    return () => {
      let taken = 0;
      for (let i = 0; i < entriesPerRun(size); i++) {
        turnOver(head);
        taken += head.append(entries[i % entries.length]!, 0);
      }
      return taken + head.views.linesF64[LINE_NEWEST_VALUE]!;
    };
  },
});

const COPIED_SERIES = 1_000;

export const benches: MicroBench[] = [
  append('10,000 series in order', 10_000),
  append('100,000 series at random', 100_000),
  append('100 series at random', 100),
  {
    name: 'head copy: chains of 100 points',
    unit: 'points',
    perRun: () => COPIED_SERIES * 100,
    setup: () => {
      const head = openHead(COPIED_SERIES);
      const entry = entryOf({
        points: COPIED_SERIES,
        series: COPIED_SERIES,
        timeForm: TIMES_BASE,
        nextValue: gauge,
      });
      for (let i = 0; i < 100; i++) head.append(entry, 0);
      const times = new Float64Array(128);
      const values = new Float64Array(128);
      return () => {
        let sum = 0;
        for (let slot = 0; slot < COPIED_SERIES; slot++) {
          const count = chainCount(head.views, slot, 1);
          sum += copyChain(head.views, slot, 1, count, times, values, 0) + values[count - 1]!;
        }
        return sum;
      };
    },
  },
];
