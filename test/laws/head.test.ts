import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HeadWriter } from '../../native-free-core/head/head-writer.js';
import { isSorted, sortPoints } from '../../native-free-core/head/sort-points.js';
import { appendPoints, chainOf, pointsOf, smallBuffers, spanOf } from '../native-free-core/head/heads.js';

const SLOTS = 12;

interface Batch {
  slots: number[];
  timesMs: number[];
}

type Step = { kind: 'append'; batch: Batch } | { kind: 'swap' | 'release' | 'restart' };

const time = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, min: -8.64e15, max: 8.64e15 }) },
);
// Few slots get most points, so that chains of many extents and untouched slots come up.
const slot = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 1 }) },
  { weight: 1, arbitrary: fc.nat(SLOTS - 1) },
);
const batch = fc.array(fc.tuple(slot, time), { maxLength: 60 }).map((points) => ({
  slots: points.map(([s]) => s),
  timesMs: points.map(([, t]) => t),
}));
const step = fc.oneof(
  { weight: 8, arbitrary: batch.map((b): Step => ({ kind: 'append', batch: b })) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'swap' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'release' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
);

/** What the open state says, as arrays. */
class HeadModel {
  generation = 1;
  released = 0;
  /** Points by generation and slot; released ones are gone. */
  readonly points = new Map<number, [number, number][][]>();
  readonly spans: ([number, number, number] | undefined)[] = [];
  /** Points of each slot in all generations. */
  readonly totals: number[] = Array.from({ length: SLOTS }, () => 0);

  chains(generation: number): [number, number][][] {
    let chains = this.points.get(generation);
    if (chains === undefined) {
      chains = Array.from({ length: SLOTS }, () => []);
      this.points.set(generation, chains);
    }
    return chains;
  }

  append(slotIndex: number, timeMs: number, value: number): void {
    this.chains(this.generation)[slotIndex]!.push([timeMs, value]);
    this.totals[slotIndex]!++;
    const span = this.spans[slotIndex];
    if (span === undefined) this.spans[slotIndex] = [timeMs, timeMs, value];
    else {
      const isNewest = timeMs >= span[1];
      this.spans[slotIndex] = [
        Math.min(span[0], timeMs),
        isNewest ? timeMs : span[1],
        isNewest ? value : span[2],
      ];
    }
  }
}

function checkHead(head: HeadWriter, model: HeadModel): void {
  for (const generation of [model.generation - 1, model.generation]) {
    if (generation <= model.released) continue;
    const chains = model.chains(generation);
    for (let s = 0; s < SLOTS; s++) assert.deepEqual(chainOf(head.views, s, generation), chains[s]);
    const open = chains.reduce((sum, chain) => sum + chain.length, 0);
    assert.equal(head.openPoints[generation & 1], open);
  }
  for (let s = 0; s < SLOTS; s++) {
    assert.deepEqual(spanOf(head.views, s), model.spans[s]);
    assert.equal(pointsOf(head.views, s), model.totals[s]);
  }
  assert.equal(head.canSwap, model.released >= model.generation - 1);
}

test('the open state is arrays of points for any order of appends, swaps, releases and restarts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const buffers = smallBuffers(1 << 18);
      let head = new HeadWriter(buffers);
      let model = new HeadModel();
      let value = 0;
      const open = (): void => {
        head.reset(model.generation);
        for (let s = 0; s < SLOTS; s++) head.define(s, s);
        head.ready();
      };
      open();
      for (const each of steps) {
        if (each.kind === 'append') {
          const points = each.batch.slots.map((s, i) => ({
            slot: s,
            timeMs: each.batch.timesMs[i]!,
            value: value++,
          }));
          appendPoints(head, points);
          for (const p of points) model.append(p.slot, p.timeMs, p.value);
        } else if (each.kind === 'swap' && head.canSwap) {
          head.swap();
          model.generation++;
        } else if (each.kind === 'release' && model.released + 1 < model.generation) {
          head.release(++model.released);
        } else if (each.kind === 'restart') {
          // A new worker on the same memory: everything old is still there, and nothing of it may be seen.
          const before = model.generation;
          head = new HeadWriter(buffers);
          model = new HeadModel();
          model.generation = before;
          model.released = before - 1;
          open();
        }
        checkHead(head, model);
      }
    }),
    { numRuns: 300 },
  );
});

test('sortPoints() is a stable sort by time for any columns, and leaves sorted ones alone', () => {
  const times = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 80 }),
    // A few ascending runs: what a retried batch makes.
    fc
      .array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 20 }), { maxLength: 5 })
      .map((runs) => runs.flatMap((run) => run.sort((a, b) => a - b))),
    fc.array(fc.double({ noNaN: true }), { maxLength: 40 }),
  );
  fc.assert(
    fc.property(times, (list) => {
      const count = list.length;
      // One place more than is sorted, which must stay as it is.
      const timeColumn = Float64Array.from([...list, -1e9]);
      const values = Float64Array.from([...list.keys(), -7]);
      sortPoints(timeColumn, values, count, new Float64Array(count), new Float64Array(count));
      const expected = [...list.keys()].sort((a, b) => list[a]! - list[b]! || a - b);
      assert.deepEqual([...values], [...expected, -7]);
      assert.deepEqual([...timeColumn], [...expected.map((i) => list[i]!), -1e9]);
      assert.equal(isSorted(timeColumn, count), true);
      const isAscending = list.every((t, i) => i === 0 || t >= list[i - 1]!);
      assert.equal(isSorted(Float64Array.from(list), count), isAscending);
    }),
    { numRuns: 500 },
  );
});
