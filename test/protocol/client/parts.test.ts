import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AckLatency } from '../../../protocol/client/ack-latency.js';
import { Backoff } from '../../../protocol/client/backoff.js';
import { Batch } from '../../../protocol/client/batch.js';
import { BatchBuilder } from '../../../protocol/client/batch-builder.js';
import { BatchQueue } from '../../../protocol/client/batch-queue.js';
import { buildColumnsFrame, setSeq, splitColumnsFrame } from '../../../protocol/client/columns-frame.js';
import { columnsFrameBytes } from '../../../protocol/frames/columns-layout.js';
import { readColumns } from '../frames/read-frames.js';
import type { SentColumns } from './fake-world.js';

test('Backoff waits between 0 and a ceiling that doubles', () => {
  const dice = [0, 0.999, 0.25];
  let throws = 0;
  const backoff = new Backoff(100, 1000, () => dice[throws++ % dice.length]!);
  const waits = Array.from({ length: 6 }, () => backoff.nextDelayMs());
  assert.deepEqual(waits, [0, 199.8, 100, 0, 999, 250]);
  backoff.reset();
  throws = 1;
  assert.equal(backoff.nextDelayMs(), 99.9);
});

test('AckLatency answers the nearest rank over the last samples', () => {
  const latency = new AckLatency();
  assert.equal(latency.quantile(0.5), 0);
  for (let i = 1; i <= 5000; i++) latency.add(i);
  assert.equal(latency.quantile(1), 5000);
  assert.equal(latency.quantile(0), 5000 - 1023);
  assert.equal(latency.quantile(0.5), 5000 - 512);
  assert.equal(latency.quantile(0.99), 5000 - 10);
});

const points = fc.array(
  fc.record({
    ref: fc.nat({ max: 0xffff_ffff }),
    dt: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    value: fc.double(),
  }),
  { maxLength: 50 },
);

test('buildColumnsFrame() and setSeq() make a frame that every reader reads', () => {
  fc.assert(
    fc.property(
      points,
      fc.boolean(),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.double({ noNaN: true }),
      (list, hasDt, seq, baseMs) => {
        const refs = list.map(({ ref }) => ref);
        const dt = list.map(({ dt }) => dt);
        const values = list.map(({ value }) => value);
        const frame = buildColumnsFrame(baseMs, {
          refs: Uint32Array.from(refs),
          dt: hasDt ? Int32Array.from(dt) : undefined,
          values: Float64Array.from(values),
        });
        assert.equal(frame.length, columnsFrameBytes(list.length, hasDt));
        setSeq(frame, 7);
        setSeq(frame, seq);
        assert.deepEqual(readColumns(frame), { seq, baseMs, refs, dt: hasDt ? dt : null, values });
      },
    ),
  );
});

test('splitColumnsFrame() keeps every point, in order, in parts of the size asked for', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 60 }), fc.boolean(), (list, pointsMax, hasDt) => {
      const dt = hasDt ? Int32Array.from(list, (point) => point.dt) : undefined;
      const refs = Uint32Array.from(list, (point) => point.ref);
      const values = Float64Array.from(list, (point) => point.value);
      const parts = splitColumnsFrame(buildColumnsFrame(5, { refs, dt, values }), pointsMax).map(
        (part) => readColumns(part) as SentColumns,
      );
      assert.deepEqual(
        parts.flatMap((part) => part.refs),
        [...refs],
      );
      assert.deepEqual(
        parts.flatMap((part) => part.values),
        [...values],
      );
      assert.deepEqual(
        parts.flatMap((part) => part.dt ?? []),
        [...(dt ?? [])],
      );
      for (const part of parts) assert.equal(part.baseMs, 5);
      for (const part of parts.slice(0, -1)) assert.equal(part.refs.length, pointsMax);
    }),
  );
});

test('BatchBuilder grows to its limit and keeps what it has', () => {
  const builder = new BatchBuilder(1000);
  builder.open(100);
  for (let i = 0; i < 1000; i++) {
    if (!builder.tryAdd(i, i / 2, 100 + i)) {
      assert.equal(builder.tryGrow(), true);
      assert.equal(builder.tryAdd(i, i / 2, 100 + i), true);
    }
  }
  assert.equal(builder.tryAdd(0, 0, 100), false);
  assert.equal(builder.tryGrow(), false);
  const indexes = Array.from({ length: 1000 }, (_, i) => i);
  assert.deepEqual(readColumns(builder.seal()), {
    seq: 1,
    baseMs: 100,
    refs: indexes,
    dt: indexes,
    values: indexes.map((i) => i / 2),
  });
  assert.equal(builder.isOpen, false);
  assert.equal(builder.tryAdd(0, 0, 100), false, 'a sealed builder takes nothing');
});

test('BatchQueue does what an array does, and counts', () => {
  type Command = 'push' | 'shift' | 'unshift';
  const commands = fc.array(fc.constantFrom<Command>('push', 'push', 'shift', 'unshift'), { maxLength: 200 });
  fc.assert(
    fc.property(commands, (list) => {
      const queue = new BatchQueue();
      let model: Batch[] = [];
      for (const [i, command] of list.entries()) {
        const place = { ordinal: i, seriesNeeded: 0, firstPoint: 0 };
        const batches = [new Batch(new Uint8Array(i), i, place), new Batch(new Uint8Array(1), 1, place)];
        if (command === 'push') {
          queue.push(batches[0]!);
          model.push(batches[0]!);
        } else if (command === 'unshift') {
          queue.unshift(batches);
          model = [...batches, ...model];
        } else {
          assert.equal(queue.shift(), model.shift());
        }
        assert.equal(queue.length, model.length);
        assert.equal(queue.at(0), model[0]);
        assert.equal(queue.at(model.length - 1), model.at(-1));
        assert.equal(queue.at(model.length), undefined);
        assert.equal(
          queue.bytes,
          model.reduce((sum, batch) => sum + batch.frame.length, 0),
        );
        assert.equal(
          queue.points,
          model.reduce((sum, batch) => sum + batch.points, 0),
        );
      }
    }),
  );
});
