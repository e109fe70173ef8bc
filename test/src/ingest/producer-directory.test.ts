import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRODUCERS_MAX } from '../../../native-free-core/limits.js';
import {
  type Greeting,
  ProducerDirectory,
  type ProducerOwner,
} from '../../../src/ingest/producer-directory.js';
import { ShardLinks } from '../../../src/ingest/shard-links.js';
import type { RecoveredShard } from '../../../src/shard/recovery.js';

/** Links that keep what is defined. */
class KeptLinks extends ShardLinks {
  readonly defined: [ref: number, name: string][] = [];

  constructor() {
    super([], []);
  }

  override defineProducer(producer: number, name: Uint8Array): void {
    this.defined.push([producer, Buffer.from(name).toString()]);
  }
}

const owner = (): ProducerOwner & { losses: number } => ({
  losses: 0,
  onTakenOver() {
    this.losses++;
  },
});

const named = (producer: string, instance = '', attempt = 0): Greeting => ({ producer, instance, attempt });

const recovered = (...producers: [producer: number, name: string, seq: number][]): RecoveredShard => ({
  series: new Int32Array(0),
  seriesGroups: new Uint8Array(0),
  seriesClasses: new Uint8Array(0),
  metrics: new Map(),
  groupNumbers: [],
  producers: producers.map(([producer, name, seq]) => ({ producer, name, seq })),
  findings: [],
  replayedPoints: 0,
  durationMs: 0,
});

test('take() makes a producer once, numbered from 1, and tells the shards', () => {
  const links = new KeptLinks();
  const directory = new ProducerDirectory(links);
  const [p, q] = [directory.take(named('p'), owner()), directory.take(named('q'), owner())];
  assert.deepEqual([p?.ref, q?.ref], [1, 2]);
  assert.equal(directory.take(named('p'), owner()), p);
  assert.deepEqual(links.defined, [
    [1, 'p'],
    [2, 'q'],
  ]);
  assert.deepEqual([p?.durableSeq, p?.routedSeq, directory.count], [0, 0, 2]);
});

test('take() tells the owner before, when it is the new owner already', () => {
  const directory = new ProducerDirectory(new KeptLinks());
  const [first, second] = [owner(), owner()];
  const producer = directory.take(named('p'), first)!;
  let ownerThen: ProducerOwner | undefined;
  first.onTakenOver = () => {
    ownerThen = producer.owner;
  };
  directory.take(named('p'), second);
  assert.equal(ownerThen, second);
  producer.owner = undefined;
  directory.take(named('p'), first);
  assert.equal(second.losses, 0);
});

test('take() refuses and counts a new name when as many are known as may be', () => {
  const directory = new ProducerDirectory(new KeptLinks());
  for (let i = 0; i < PRODUCERS_MAX; i++) directory.take(named(`p${i}`), owner());
  assert.equal(directory.take(named('one more'), owner()), undefined);
  assert.deepEqual([directory.count, directory.refused], [PRODUCERS_MAX, 1]);
  assert.notEqual(directory.take(named('p5'), owner()), undefined);
});

test('isOvertaken() says so of an earlier connection of the same instance, and of no other', () => {
  const directory = new ProducerDirectory(new KeptLinks());
  const check = (greeting: Greeting, wanted: boolean) =>
    assert.equal(directory.isOvertaken(greeting), wanted, JSON.stringify(greeting));
  check(named('p', 'i', 1), false);
  const producer = directory.take(named('p', 'i', 3), owner())!;
  check(named('p', 'i', 2), true);
  check(named('p', 'i', 3), false);
  check(named('p', 'i', 4), false);
  check(named('p', 'j', 1), false);
  check(named('p'), false);
  check(named('q', 'i', 1), false);
  // Also when the later connection has ended: its next one is on its way.
  producer.owner = undefined;
  check(named('p', 'i', 2), true);
  directory.take(named('p', 'j', 1), owner());
  check(named('p', 'i', 2), false);
  directory.take(named('p'), owner());
  check(named('p', '', 0), false);
});

test('restore() knows a batch as durable when every shard has it', () => {
  const links = new KeptLinks();
  const directory = new ProducerDirectory(links);
  directory.restore([recovered([4, 'p', 9], [2, 'q', 3]), recovered([4, 'p', 7], [2, 'q', 3])]);
  const [p, q] = [directory.take(named('p'), owner()), directory.take(named('q'), owner())];
  assert.deepEqual([p?.ref, p?.durableSeq, p?.routedSeq], [4, 7, 7]);
  assert.deepEqual([q?.ref, q?.durableSeq], [2, 3]);
  assert.deepEqual(links.defined, []);
  assert.equal(directory.take(named('new'), owner())?.ref, 5);
});

test('restore() defines a producer again that a crash kept from some shards, from its first batch on', () => {
  const links = new KeptLinks();
  const directory = new ProducerDirectory(links);
  directory.restore([recovered([3, 'p', 2]), recovered()]);
  assert.deepEqual(links.defined, [[3, 'p']]);
  const p = directory.take(named('p'), owner());
  assert.deepEqual([p?.ref, p?.durableSeq], [3, 0]);
  assert.equal(directory.take(named('q'), owner())?.ref, 4);
});
