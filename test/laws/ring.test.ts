import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RingConsumer } from '../../native-free-core/ring/ring-consumer.js';
import { UNIT_BYTES } from '../../native-free-core/ring/ring-layout.js';
import { RING_FULL } from '../../native-free-core/ring/ring-producer.js';
import { claim, endsOf, idAt, ringAt, SMALL_UNITS, take } from '../native-free-core/ring/rings.js';

/** What a ring is: a queue of entries, each with the positions (never wrapped) before and behind it. */
interface ModelEntry {
  id: number;
  from: number;
  to: number;
  offset: number;
}

type Step =
  | { kind: 'claim'; units: number }
  | { kind: 'publish' | 'abandon' | 'restart' }
  | { kind: 'take' | 'commit'; count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('claim'), units: fc.integer({ min: 2, max: 256 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('publish') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abandon') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('take'), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit'), count: fc.integer({ min: 1, max: 6 }) }) },
) as fc.Arbitrary<Step>;

/** A ring and its model side by side; every step is done to both. */
class ModelRing {
  readonly memory: SharedArrayBuffer;
  readonly producer;
  consumer: RingConsumer;
  claimed: ModelEntry[] = [];
  /** Published and not durable; the first `taken` of them are read. */
  queue: ModelEntry[] = [];
  taken = 0;
  position: number;
  published: number;
  committed: number;
  nextId = 1;

  constructor(start: number) {
    this.memory = ringAt(start | 0);
    const ends = endsOf(this.memory);
    this.producer = ends.producer;
    this.consumer = ends.consumer;
    this.position = this.published = this.committed = start;
  }

  do(step: Step): void {
    if (step.kind === 'claim') this.#claim(step.units);
    else if (step.kind === 'publish') this.#publish();
    else if (step.kind === 'abandon') this.#abandon();
    else if (step.kind === 'take') this.#take(step.count);
    else if (step.kind === 'commit') this.#commit(step.count);
    else this.#restart();
    this.#check();
  }

  #claim(units: number): void {
    const id = this.nextId++;
    const place = ((this.position % SMALL_UNITS) + SMALL_UNITS) % SMALL_UNITS;
    const padding = place + units > SMALL_UNITS ? SMALL_UNITS - place : 0;
    const fits = this.position + padding + units - this.committed <= SMALL_UNITS;
    const offset = claim(this.producer, units, id);
    assert.equal(offset, fits ? (padding > 0 ? 0 : place) * UNIT_BYTES : RING_FULL);
    if (!fits) return;
    this.position += padding + units;
    this.claimed.push({ id, from: this.position - units, to: this.position, offset });
  }

  #publish(): void {
    this.producer.publish();
    this.queue.push(...this.claimed);
    this.published = this.position;
    this.claimed = [];
  }

  #abandon(): void {
    this.producer.abandon();
    this.claimed = [];
    this.position = this.published;
  }

  #take(count: number): void {
    for (let i = 0; i < count; i++) {
      assert.equal(take(this.consumer), this.queue[this.taken]?.id ?? 'empty');
      if (this.taken < this.queue.length) this.taken++;
    }
    this.consumer.markTaken();
  }

  /** As a worker does: what was read up to some entry is durable. */
  #commit(count: number): void {
    const done = this.queue.splice(0, Math.min(count, this.taken));
    if (done.length === 0) return;
    this.taken -= done.length;
    this.committed = done.at(-1)!.to;
    this.consumer.commit(this.committed | 0);
  }

  #restart(): void {
    this.consumer = new RingConsumer(this.memory);
    this.taken = 0;
  }

  #check(): void {
    // Nothing that is not durable is ever overwritten: each entry still carries its id in every word.
    for (const { id, offset } of [...this.queue, ...this.claimed]) {
      assert.equal(idAt(this.producer.views, offset), id);
    }
    assert.equal(this.producer.fillUnits, this.published - this.committed);
    for (const { to } of this.queue) assert.equal(this.producer.isCommitted(to | 0), false);
    assert.equal(this.producer.isCommitted(this.committed | 0), true);
  }
}

function runFrom(start: number): void {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const ring = new ModelRing(start);
      for (const each of steps) ring.do(each);
    }),
    { numRuns: 150 },
  );
}

test('a ring is a queue for any order of claims, publishes, abandons, takes, commits and restarts', () => {
  runFrom(0);
  runFrom(SMALL_UNITS - 7);
});

test('a ring is a queue when its positions pass 2^31 and 2^32', () => {
  runFrom(2 ** 31 - 600);
  runFrom(2 ** 32 - 600);
});
