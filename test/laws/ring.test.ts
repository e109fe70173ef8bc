import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RING_REWIND_BYTES } from '../../native-free-core/limits.js';
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

const plain = <Kind extends string>(kind: Kind): fc.Arbitrary<{ kind: Kind }> => fc.constant({ kind });
const counted = <Kind extends string>(kind: Kind): fc.Arbitrary<{ kind: Kind; count: number }> =>
  fc.integer({ min: 1, max: 6 }).map((count) => ({ kind, count }));

const stepOf = (entryUnits: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 6, arbitrary: entryUnits.map((units): Step => ({ kind: 'claim', units })) },
    { weight: 3, arbitrary: plain('publish') },
    { weight: 1, arbitrary: plain('abandon') },
    { weight: 1, arbitrary: plain('restart') },
    { weight: 4, arbitrary: counted('take') },
    { weight: 4, arbitrary: counted('commit') },
  );

const REWIND_UNITS = RING_REWIND_BYTES / UNIT_BYTES;

/** A ring and its model side by side; every step is done to both. */
class ModelRing {
  readonly memory: SharedArrayBuffer;
  readonly units: number;
  readonly producer;
  consumer: RingConsumer;
  claimed: ModelEntry[] = [];
  /** Published and not durable; the first `taken` of them are read. */
  queue: ModelEntry[] = [];
  taken = 0;
  position: number;
  published: number;
  committed: number;
  /** The position that lies at the begin of the data. */
  base = 0;
  nextId = 1;

  constructor(start: number, units: number) {
    this.units = units;
    this.memory = ringAt(start | 0, units * UNIT_BYTES);
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
    if (this.position === this.committed && this.#place() >= REWIND_UNITS) this.base = this.position;
    const place = this.#place();
    const padding = place + units > this.units ? this.units - place : 0;
    const fits = this.position + padding + units - this.committed <= this.units;
    const offset = claim(this.producer, units, id);
    assert.equal(offset, fits ? (padding > 0 ? 0 : place) * UNIT_BYTES : RING_FULL);
    if (!fits) return;
    this.position += padding + units;
    this.claimed.push({ id, from: this.position - units, to: this.position, offset });
  }

  #place(): number {
    return (this.position - this.base) % this.units;
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

function runFrom(start: number, units = SMALL_UNITS, entryUnits = fc.integer({ min: 2, max: 256 })): void {
  fc.assert(
    fc.property(fc.array(stepOf(entryUnits), { minLength: 20, maxLength: 120 }), (steps) => {
      const ring = new ModelRing(start, units);
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

test('a ring is a queue when it is large enough to begin anew each time that it runs empty', () => {
  const units = 2 * REWIND_UNITS;
  // Short entries, and such that a few of them reach as far as a ring has to be used before it begins anew.
  const entryUnits = fc.oneof(
    fc.integer({ min: 2, max: 256 }),
    fc.integer({ min: REWIND_UNITS / 4, max: REWIND_UNITS }),
  );
  runFrom(0, units, entryUnits);
  runFrom(REWIND_UNITS - 20, units, entryUnits);
  runFrom(2 ** 32 - REWIND_UNITS, units, entryUnits);
});
