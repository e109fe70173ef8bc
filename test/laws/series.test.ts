import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GROUP_COUNT } from '../../native-free-core/limits.js';
import { ShardMap } from '../../native-free-core/series/refs.js';
import { SeriesKeyBuilder } from '../../native-free-core/series/series-key-builder.js';
import {
  REGISTRY_ABSENT,
  REGISTRY_TOTAL_LIMIT,
  SeriesRegistry,
} from '../../native-free-core/series/series-registry.js';
import { hashWords, sipHash128 } from '../../native-free-core/series/siphash128.js';
import { classifyUtf8, TEXT_INVALID } from '../../native-free-core/series/utf8.js';
import { buildKey, hashHex, readKey, VECTOR_HASH_KEY, WIRE_LIMITS } from '../native-free-core/series/keys.js';

const text = (minLength: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(
      fc.constantFrom('a', 'b', 'é', '\uffee', '\u{1f600}'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    minLength,
    maxLength: 6,
  });

const labelsOf = fc.uniqueArray(fc.tuple(text(1), text(0)), { maxLength: 12, selector: ([name]) => name });

const metric = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });

test('a series has the same bytes in every order of its labels, and they say what went in', () => {
  fc.assert(
    fc.property(metric, labelsOf, fc.infiniteStream(fc.nat()), (name, labels, dice) => {
      const { status, bytes } = buildKey(name, labels);
      assert.equal(status, 'ok');
      const keys = new Map(labels.map((label) => [label, dice.next().value]));
      const shuffled = [...labels].sort((a, b) => keys.get(a)! - keys.get(b)!);
      assert.deepEqual(buildKey(name, shuffled).bytes, bytes);
      const kept = labels.filter(([, value]) => value !== '');
      kept.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(readKey(bytes), { name, labels: kept });
    }),
    { numRuns: 500 },
  );
});

test('a series has the same bytes whatever series its builder has built before', () => {
  // Few names, so that series of the same labels follow each other, in the same order and in others, doubled ones too.
  const pair = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y', ''));
  const labels = fc.array(pair, { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 12 }), (series) => {
      const builder = new SeriesKeyBuilder(WIRE_LIMITS);
      for (const each of series) assert.deepEqual(buildKey('m', each, builder), buildKey('m', each));
    }),
    { numRuns: 500 },
  );
});

test('two series have the same bytes only when they have the same name and labels', () => {
  // Small alphabets, so that texts that run together (ab + c, a + bc) come up often.
  const small = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
  const series = fc.tuple(small, fc.dictionary(small, small, { maxKeys: 3 }));
  const canonical = ([name, labels]: [string, Record<string, string>]): string =>
    JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
  fc.assert(
    fc.property(series, series, (a, b) => {
      const [keyA, keyB] = [a, b].map(([name, labels]) => buildKey(name, Object.entries(labels)).bytes);
      assert.equal(Buffer.compare(keyA!, keyB!) === 0, canonical(a) === canonical(b));
      sipHash128(VECTOR_HASH_KEY, keyA!, 0, keyA!.length);
      const hashA = hashHex();
      sipHash128(VECTOR_HASH_KEY, keyB!, 0, keyB!.length);
      assert.equal(hashA === hashHex(), canonical(a) === canonical(b));
    }),
    { numRuns: 2_000 },
  );
});

test('a builder gives the same answer whatever it was used for before', () => {
  const piece = fc.oneof(text(0), fc.uint8Array({ maxLength: 6 }));
  const series = fc.tuple(piece, fc.array(fc.tuple(piece, piece), { maxLength: 4 }));
  const used = new SeriesKeyBuilder(WIRE_LIMITS);
  fc.assert(
    fc.property(series, ([name, labels]) => {
      const fresh = buildKey(name, labels);
      assert.deepEqual(buildKey(name, labels, used), fresh);
      if (fresh.status !== 'ok') return;
      // What passed is text that every reader can decode.
      assert.notEqual(
        classifyUtf8(fresh.bytes, 2, 2 + (fresh.bytes[0]! | (fresh.bytes[1]! << 8))),
        TEXT_INVALID,
      );
    }),
    { numRuns: 500 },
  );
});

test('a registry answers as a Map does when series are found, added and restored in any order', () => {
  const totalMax = 60;
  // 200 identities of which many share the start of their probe.
  const setHash = (id: number): number => {
    const group = id % GROUP_COUNT;
    hashWords[0] = group << 4;
    hashWords[1] = id % 3;
    hashWords[2] = id;
    hashWords[3] = 7;
    return group;
  };
  const step = fc.record({
    kind: fc.constantFrom('find', 'add', 'add', 'restore'),
    id: fc.nat(199),
    skip: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 16 }), (steps, shards) => {
      const map = new ShardMap(shards);
      const registry = new SeriesRegistry(map, totalMax);
      const model = new Map<number, { group: number; number: number }>();
      const nextNumber = new Array<number>(GROUP_COUNT).fill(0);
      for (const { kind, id, skip } of steps) {
        const group = setHash(id);
        const known = model.get(id);
        const shard = map.shardOfGroup(group);
        const refOf = (number: number): number => shard * 2 ** 26 + map.slotOf(group, number);
        assert.equal(registry.find(), known === undefined ? REGISTRY_ABSENT : refOf(known.number));
        if (kind === 'find' || known !== undefined) continue;
        if (kind === 'add' && model.size >= totalMax) {
          assert.equal(registry.add(), REGISTRY_TOTAL_LIMIT);
          continue;
        }
        const number = nextNumber[group]! + (kind === 'restore' ? skip : 0);
        assert.equal(kind === 'add' ? registry.add() : registry.restore(group, number), refOf(number));
        model.set(id, { group, number });
        nextNumber[group] = number + 1;
        assert.equal(registry.count, model.size);
        assert.equal(registry.groupCount(group), number + 1);
      }
    }),
    { numRuns: 200 },
  );
});
