import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PRODUCER_WINDOW_BITS } from '../../native-free-core/limits.js';
import {
  BATCH_NEW,
  BATCH_SEEN,
  BATCH_TOO_FAR,
  ProducerWindow,
} from '../../native-free-core/producer/producer-window.js';

type Step = { kind: 'offer' | 'skip'; above: number } | { kind: 'store' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    // Mostly near the contiguous batch, where gaps open and close; now and then at and beyond the edge.
    arbitrary: fc.record({
      kind: fc.constant<'offer'>('offer'),
      above: fc.oneof(fc.integer({ min: -3, max: 8 }), fc.integer({ min: -3, max: 70 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant<'skip'>('skip'),
      above: fc.integer({ min: -3, max: 130 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'store' }) },
);

/** The batches that are applied, one by one. */
class SetModel {
  readonly seen = new Set<number>();
  #contiguous: number;

  constructor(start: number) {
    this.#contiguous = start;
  }

  get contiguous(): number {
    while (this.seen.has(this.#contiguous + 1)) this.#contiguous++;
    return this.#contiguous;
  }

  has(seq: number): boolean {
    return seq <= this.contiguous || this.seen.has(seq);
  }

  skipTo(seq: number): void {
    this.#contiguous = Math.max(this.#contiguous, seq);
  }

  get highest(): number {
    return Math.max(this.contiguous, ...this.seen);
  }
}

test('a window is a set of batches for any order within its reach, also after it was stored', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.constantFrom(0, 2 ** 32 - 40, 2 ** 47),
      (steps, start) => {
        let window = new ProducerWindow(start);
        const model = new SetModel(start);
        for (const each of steps) {
          if (each.kind === 'store') {
            // What a record keeps: three numbers that went through float64.
            const [contiguous, low, high] = Float64Array.of(window.contiguous, window.low, window.high);
            const stored = new ProducerWindow(contiguous, low, high);
            assert.equal(stored.equals(window), true);
            window = stored;
          } else if (each.kind === 'skip') {
            window.skipTo(window.contiguous + each.above);
            model.skipTo(model.contiguous + each.above);
          } else {
            const seq = model.contiguous + each.above;
            const isFar = each.above > PRODUCER_WINDOW_BITS;
            const verdict = model.has(seq) ? BATCH_SEEN : isFar ? BATCH_TOO_FAR : BATCH_NEW;
            assert.equal(window.look(seq), verdict);
            if (verdict === BATCH_NEW) {
              window.mark(seq);
              model.seen.add(seq);
            }
          }
          assert.equal(window.contiguous, model.contiguous);
          assert.equal(window.highest, model.highest);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('two windows that took the same batches are equal, whatever the order', () => {
  const batches = fc.uniqueArray(fc.integer({ min: 1, max: PRODUCER_WINDOW_BITS }), { maxLength: 64 });
  fc.assert(
    fc.property(batches, fc.infiniteStream(fc.nat()), (seqs, dice) => {
      const shuffled = seqs.map((seq) => [dice.next().value, seq] as const).sort((a, b) => a[0] - b[0]);
      const [a, b] = [new ProducerWindow(), new ProducerWindow()];
      for (const seq of seqs) if (a.look(seq) === BATCH_NEW) a.mark(seq);
      for (const [, seq] of shuffled) if (b.look(seq) === BATCH_NEW) b.mark(seq);
      assert.equal(a.equals(b), true);
    }),
    { numRuns: 300 },
  );
});
