import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COMMAND_ID,
  COMMAND_TEXT,
  COMMAND_TEXT_BYTES,
  ENTRY_COMMAND,
  kindOf,
} from '../../../native-free-core/entry/entry-layout.js';
import { COMMAND_WAIT_MS_MAX } from '../../../native-free-core/limits.js';
import { RING_EMPTY, RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import { MillraceError } from '../../../src/errors.js';
import { ShardLinks } from '../../../src/ingest/shard-links.js';
import { ShardCommands } from '../../../src/shard/shard-commands.js';
import { SHARD_COUNTERS, ShardCounters } from '../../../src/shard/shard-counters.js';
import { ringAt, SMALL_BYTES } from '../../native-free-core/ring/rings.js';

class Bench {
  readonly links: ShardLinks;
  readonly commands: ShardCommands;
  readonly rings: RingConsumer[];
  readonly timers: { act: () => void; ms: number }[] = [];

  constructor(shards: number) {
    const memories = Array.from({ length: shards }, () => ringAt());
    const counters = memories.map(() => new ShardCounters(new SharedArrayBuffer(SHARD_COUNTERS.length * 8)));
    this.links = new ShardLinks(memories, counters);
    this.rings = memories.map((memory) => new RingConsumer(memory));
    this.commands = new ShardCommands(this.links, (act, ms) => this.timers.push({ act, ms }));
  }

  /** Takes what is in a shard's ring: the commands' ids with their texts. */
  take(shard: number): [id: number, text: string][] {
    const ring = this.rings[shard]!;
    const { u8, u32 } = ring.views;
    const taken: [number, string][] = [];
    for (let offset = ring.next(); offset !== RING_EMPTY; offset = ring.next()) {
      if (kindOf(u32[(offset >> 2) + 1]!) !== ENTRY_COMMAND) continue;
      const start = offset + COMMAND_TEXT;
      const text = u8.slice(start, start + u32[(offset + COMMAND_TEXT_BYTES) >> 2]!);
      taken.push([u32[(offset + COMMAND_ID) >> 2]!, Buffer.from(text).toString()]);
    }
    ring.commit(ring.position);
    return taken;
  }

  /** Fills a ring so that no command fits. */
  fill(shard: number): void {
    const ring = this.links.rings[shard]!;
    while (ring.tryClaim(SMALL_BYTES / 4) >= 0);
    while (ring.tryClaim(8) >= 0);
    ring.publish();
  }

  /** Lets time pass, a timer after the other. Answers how long. */
  runTimers(untilMs: number): number {
    let passedMs = 0;
    while (passedMs < untilMs && this.timers.length > 0) {
      const { act, ms } = this.timers.shift()!;
      passedMs += ms;
      act();
    }
    return passedMs;
  }
}

const FLUSH = { kind: 'flush' } as const;
const TEXT = '{"kind":"flush"}';

async function checkFails(promise: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof MillraceError);
    assert.equal(error.code, code);
    assert.ok((error.retryAfterMs ?? 0) > 0, 'a caller may come again');
    return true;
  });
}

test('run() asks one shard and resolves with its answer', async () => {
  const bench = new Bench(2);
  const answer = bench.commands.run(1, FLUSH);
  assert.deepEqual(bench.take(0), []);
  assert.deepEqual(bench.take(1), [[1, TEXT]]);
  assert.equal(bench.commands.isWaiting, true);
  bench.commands.onAnswer(1, { id: 1, result: { generation: 7 } });
  assert.deepEqual(await answer, { generation: 7 });
  assert.equal(bench.commands.isWaiting, false);
});

test('runAll() asks all shards under one id and answers in their order', async () => {
  const bench = new Bench(3);
  const answers = bench.commands.runAll(FLUSH);
  for (const shard of [2, 0, 1]) {
    assert.deepEqual(bench.take(shard), [[1, TEXT]]);
    bench.commands.onAnswer(shard, { id: 1, result: { generation: shard } });
  }
  assert.deepEqual(await answers, [{ generation: 0 }, { generation: 1 }, { generation: 2 }]);
});

test('runAll() sends nothing while one ring has no room, keeps the order, and sends when there is', async () => {
  const bench = new Bench(2);
  bench.fill(1);
  const first = bench.commands.runAll(FLUSH);
  const second = bench.commands.run(0, FLUSH);
  assert.deepEqual(bench.take(0), []);
  assert.equal(bench.timers.length, 1, 'one timer for all that waits');
  bench.take(1);
  bench.runTimers(1);
  assert.deepEqual(
    bench.take(0).map(([id]) => id),
    [1, 2],
  );
  assert.deepEqual(
    bench.take(1).map(([id]) => id),
    [1],
  );
  bench.commands.onAnswer(0, { id: 1, result: { generation: 1 } });
  bench.commands.onAnswer(0, { id: 2, result: { generation: 2 } });
  bench.commands.onAnswer(1, { id: 1, result: { generation: 3 } });
  assert.deepEqual(await first, [{ generation: 1 }, { generation: 3 }]);
  assert.deepEqual(await second, { generation: 2 });
});

test('run() rejects with MR_BUSY when the ring stays full, and not before its time', async () => {
  const bench = new Bench(1);
  bench.fill(0);
  const answer = bench.commands.run(0, FLUSH);
  const failure = checkFails(answer, 'MR_BUSY');
  const passed = bench.runTimers(COMMAND_WAIT_MS_MAX * 2);
  await failure;
  assert.equal(passed, COMMAND_WAIT_MS_MAX);
  assert.equal(bench.commands.isWaiting, false);
  assert.equal(bench.timers.length, 0);
});

test('onDied() rejects what the shard was asked, leaves the others, and its successor is asked anew', async () => {
  const bench = new Bench(2);
  const dead = bench.commands.run(0, FLUSH);
  const alive = bench.commands.run(1, FLUSH);
  const failure = checkFails(dead, 'MR_SHARD_RESTARTING');
  bench.commands.onDied(0);
  await failure;
  const from = bench.commands.nextId;
  assert.equal(from, 3);
  const next = bench.commands.run(0, FLUSH);
  // The answer of the predecessor, still under way, is nobody's.
  bench.commands.onAnswer(0, { id: 1, result: { generation: 1 } });
  bench.commands.onAnswer(0, { id: from, result: { generation: 5 } });
  bench.commands.onAnswer(1, { id: 2, result: { generation: 6 } });
  assert.deepEqual(await next, { generation: 5 });
  assert.deepEqual(await alive, { generation: 6 });
});

test('onStuck() and an error from the shard reject with their codes', async () => {
  const bench = new Bench(1);
  const stuck = checkFails(bench.commands.run(0, FLUSH), 'MR_UNABLE_TO_STORE');
  bench.commands.onStuck(0, 'no space left');
  await stuck;
  bench.commands.onStuck(0, undefined);
  const refused = bench.commands.run(0, FLUSH);
  bench.commands.onAnswer(0, { id: 2, error: { code: 'MR_BAD_PARAMETER', detail: 'no such tier' } });
  await assert.rejects(refused, { code: 'MR_BAD_PARAMETER', message: 'no such tier' });
});

test('onStuck() refuses what is asked of the shard until it stores again, and nothing of the others', async () => {
  const bench = new Bench(2);
  bench.commands.onStuck(1, 'no space left');
  await checkFails(bench.commands.run(1, FLUSH), 'MR_UNABLE_TO_STORE');
  await assert.rejects(bench.commands.runAll(FLUSH), {
    code: 'MR_UNABLE_TO_STORE',
    message: "Shard 1 can't store at the moment: no space left",
    retryAfterMs: 1_000,
  });
  assert.deepEqual(bench.take(0), [], 'a command to all shards went to some of them');
  const other = bench.commands.run(0, FLUSH);
  bench.commands.onAnswer(0, { id: 1, result: { generation: 1 } });
  assert.deepEqual(await other, { generation: 1 });

  bench.commands.onStuck(1, undefined);
  const again = bench.commands.run(1, FLUSH);
  bench.commands.onAnswer(1, { id: 2, result: { generation: 2 } });
  assert.deepEqual(await again, { generation: 2 });

  bench.commands.onStuck(1, 'no space left');
  bench.commands.onDied(1);
  const next = bench.commands.run(1, FLUSH);
  bench.commands.onAnswer(1, { id: 3, result: { generation: 3 } });
  assert.deepEqual(await next, { generation: 3 });
});

test('stop() rejects what waits, in a ring or for one, and whatever is asked later', async () => {
  const bench = new Bench(2);
  const asked = checkFails(bench.commands.run(0, FLUSH), 'MR_STOPPING');
  bench.fill(1);
  const unsent = checkFails(bench.commands.runAll(FLUSH), 'MR_STOPPING');
  bench.commands.stop();
  await asked;
  await unsent;
  await checkFails(bench.commands.run(0, FLUSH), 'MR_STOPPING');
  await checkFails(bench.commands.runAll(FLUSH), 'MR_STOPPING');
});
