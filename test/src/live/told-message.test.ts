import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { packMap, packMembers, ToldMessage } from '../../../src/live/told-message.js';

it('packMap() makes one map of the members of several', () => {
  const part = fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.constant(null)), {
    maxKeys: 5,
  });
  fc.assert(
    fc.property(part, part, part, (a, b, c) => {
      const own = (from: object, name: string) =>
        Object.fromEntries(Object.entries(from).map(([key, value]) => [`${name}${key}`, value]));
      const parts = [own(a, 'a'), own(b, 'b'), own(c, 'c')];
      assert.deepEqual(decode(packMap(parts.map(packMembers))), Object.assign({}, ...parts));
    }),
  );
});

it('packMap() refuses more members than its header counts', () => {
  const many = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`m${i}`, i]));
  assert.throws(() => packMap([packMembers({ a: 1 }), packMembers({ ...many })]), /BUG/);
});

it('ToldMessage is the same in both forms, and makes the second one once', () => {
  const message = new ToldMessage({ members: '"metric_name":"m","data":[{"p99":1.5}]', points: 3 });
  assert.deepEqual(decode(packMap([message.packed])), { metric_name: 'm', data: [{ p99: 1.5 }] });
  assert.equal(message.packed, message.packed);
});
