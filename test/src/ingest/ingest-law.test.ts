import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { columns, hello, series } from './frames.js';
import { FakeEngine, NOW_MS } from './ingest-fixture.js';

/** An ACK as it was sent. */
type Ack = [
  opcode: 65,
  seq: number,
  accepted: number,
  rejected: [reason: string, count: number, first: number][],
];

const name = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e') }, fc.constant(''));
const value = fc.oneof(
  { weight: 6, arbitrary: fc.double({ noNaN: true }) },
  fc.constantFrom(NaN, -Infinity, -0),
);
const dt = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -9_999, max: 9_999 }) }, fc.integer());
const labels = fc.oneof(
  fc.constant(null),
  fc.dictionary(fc.constantFrom('x', 'y', ''), fc.constantFrom('1', '2', ''), { maxKeys: 3 }),
  fc.constant('no map'),
);

type Step =
  | { kind: 'series'; bindings: [number, string, unknown][] }
  | { kind: 'columns'; points: [number, number, number][] }
  | { kind: 'rows'; rows: unknown[] }
  | { kind: 'take' | 'commit'; shard: number };

const ref = fc.nat(6);
/** In place of a shard's number. */
const ALL_SHARDS = 4;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(ref, name, labels), { maxLength: 5 })
      .map((bindings): Step => ({ kind: 'series', bindings })),
  },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.tuple(ref, value, dt), { maxLength: 95, size: 'max' })
      .map((points): Step => ({ kind: 'columns', points })),
  },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.tuple(
          name,
          value,
          fc.oneof(
            fc.constant(null),
            dt.map((d) => NOW_MS + d),
          ),
          labels,
        ),
        { maxLength: 30 },
      )
      .map((rows): Step => ({ kind: 'rows', rows })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom<'take' | 'commit'>('take', 'commit'),
      shard: fc.nat(ALL_SHARDS),
    }),
  },
);

/** The series that each ref stands for, as the protocol says; undefined: none that points could have. */
class RefModel {
  readonly #bound = new Map<number, string | undefined>();

  bind(refNumber: number, metric: string, given: unknown): void {
    this.#bound.set(refNumber, RefModel.text(metric, given));
  }

  static text(metric: string, given: unknown): string | undefined {
    if (metric === '' || typeof given === 'string') return undefined;
    const kept = Object.entries((given ?? {}) as Record<string, string>).filter(([, v]) => v !== '');
    if (kept.some(([n]) => n === '')) return undefined;
    kept.sort(([a], [b]) => (a < b ? -1 : 1));
    return kept.length === 0 ? metric : `${metric}{${kept.map(([n, v]) => `${n}=${v}`).join(',')}}`;
  }

  get(refNumber: number): string | undefined {
    return this.#bound.get(refNumber);
  }
}

const isGood = (v: number, d: number): boolean => Number.isFinite(v) && d >= -30 * 86_400_000 && d <= 600_000;

test('accepted + rejected = sent, every accepted point reaches its series once, for any frames, shards and progress', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 25, size: 'max' }),
      fc.integer({ min: 1, max: 5 }),
      (steps, shards) => {
        // A ring of 4 KiB is often full, so that BUSY has a part in it.
        const engine = new FakeEngine({ shards, ringBytes: 4_096 });
        const connection = engine.connect();
        connection.send(hello());
        connection.answers;
        const refs = new RefModel();
        const bind = (bindings: [number, string, unknown][]): void => {
          connection.sendBytes(encode([1, bindings]));
          for (const binding of bindings) refs.bind(...binding);
        };
        bind(['a', 'b', 'c', 'd', 'e'].map((metric, i) => [i, metric, null]));
        const expected: [string, number, number][] = [];
        let seq = 1;
        let sent = 0;
        const acks: Ack[] = [];
        const read = (): unknown[] => {
          const answers = connection.answers as number[][];
          for (const answer of answers) if (answer[0] === 65) acks.push(answer as unknown as Ack);
          return answers.filter((answer) => answer[0] !== 65);
        };
        /** Sends a batch until it is taken; answers whether it was. */
        const offer = (send: () => void, points: [string | undefined, number, number][]): void => {
          send();
          for (let busy = read(); busy.length > 0; busy = read()) {
            assert.deepEqual(busy, [[66, seq, 25, 'ring_full']]);
            engine.settle();
            read();
            send();
          }
          seq++;
          sent += points.length;
          for (const [series_, v, t] of points) {
            if (series_ !== undefined && isGood(v, t - NOW_MS)) expected.push([series_, t, v]);
          }
        };
        for (const each of steps) {
          if (each.kind === 'series') {
            bind(each.bindings);
          } else if (each.kind === 'columns') {
            const points = each.points.map(([r, v, d]): [string | undefined, number, number] => [
              refs.get(r),
              v,
              NOW_MS + d,
            ]);
            offer(() => connection.send(columns(seq, each.points)), points);
          } else if (each.kind === 'rows') {
            const points = (each.rows as [string, number, number | null, unknown][]).map(
              ([n, v, t, l]): [string | undefined, number, number] => [RefModel.text(n, l), v, t ?? NOW_MS],
            );
            offer(() => connection.sendBytes(encode([3, seq, each.rows])), points);
          } else {
            if (each.kind === 'take') engine.take(each.shard % shards);
            else engine.commit(each.shard % shards);
            engine.progress();
          }
        }
        engine.settle();
        assert.deepEqual(read(), []);
        const accepted = acks.reduce((sum, ack) => sum + ack[2], 0);
        const rejected = acks.reduce((sum, ack) => sum + ack[3].reduce((n, [, count]) => n + count, 0), 0);
        assert.equal(accepted + rejected, sent);
        assert.equal(acks.at(-1)?.[1] ?? 0, seq - 1);
        assert.deepEqual(
          acks.map((ack) => ack[1]),
          acks.map((ack) => ack[1]).sort((a, b) => a - b),
        );
        assert.equal(accepted, engine.points.length);
        assert.equal(engine.counters.accepted, accepted);
        const text = (list: [string, number, number][]): string[] => list.map((p) => p.join(' ')).sort();
        assert.deepEqual(text(engine.points.map((p) => [p.series, p.timeMs, p.value])), text(expected));
        assert.deepEqual([engine.counters.inFlight, engine.waiting.size], [0, 0]);
      },
    ),
    { numRuns: 250 },
  );
});

test('a producer that sends again whatever it has no ACK for gets every batch to the shards in order', () => {
  const act = fc.constantFrom('send', 'send', 'send', 'take', 'commit', 'reconnect');
  fc.assert(
    fc.property(
      fc.array(act, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 3 }),
      (acts, shards) => {
        const engine = new FakeEngine({ shards, ringBytes: 4_096 });
        const open = () => {
          const made = engine.connect();
          made.send(hello({ producer: 'p' }));
          made.send(series({ ref: 1, name: 'm' }));
          return made;
        };
        let connection = open();
        let next = 1;
        let isWelcome = true;
        const listen = (): void => {
          for (const [opcode, second] of connection.answers as [number, unknown][]) {
            assert.notEqual(opcode, 67);
            if (opcode === 64) {
              isWelcome = true;
              next = (second as { lastSeq: number }).lastSeq + 1;
            } else if (opcode === 66) next = second as number;
          }
        };
        listen();
        for (const each of acts) {
          if (each === 'send' && isWelcome) connection.send(columns(next, Array(40).fill([1, next++])));
          else if (each === 'take') for (let k = 0; k < shards; k++) engine.take(k);
          else if (each === 'commit') for (let k = 0; k < shards; k++) engine.commit(k);
          else if (each === 'reconnect') {
            connection.connection.onClosed();
            isWelcome = false;
            connection = open();
          }
          engine.progress();
          listen();
        }
        engine.settle();
        listen();
        // What each shard was given: seqs that go up by one, but for batches that came again.
        for (let k = 0; k < shards; k++) {
          let highest = 0;
          for (const { seq } of engine.entries.filter((e) => e.shard === k)) {
            assert.ok(seq <= highest + 1, `shard ${k} got ${seq} behind ${highest}`);
            highest = Math.max(highest, seq);
          }
          assert.equal(highest, next - 1);
        }
      },
    ),
    { numRuns: 250 },
  );
});
