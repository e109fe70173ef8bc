import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitSink } from '../../../native-free-core/histogram/bit-sink.js';
import { BitSource } from '../../../native-free-core/histogram/bit-source.js';
import {
  readNear,
  readSplit,
  splitBitsMax,
  splitCodeLengths,
  TABLE_COUNT_END,
  writeNear,
  writeSplit,
} from '../../../native-free-core/histogram/split-code.js';

test('splitCodeLengths() make a complete prefix code when the count is any of the table', () => {
  for (let count = 2; count < TABLE_COUNT_END; count++) {
    const lengths = splitCodeLengths(count);
    assert.equal(lengths.length, count + 1);
    assert.equal(
      lengths.reduce((sum, length) => sum + 2 ** -length, 0),
      1,
      `Kraft sum of ${count}`,
    );
    assert.ok(Math.max(...lengths) <= 12);
  }
});

test('splitCodeLengths() cost at most 7 % over the entropy when coins are fair', () => {
  for (let count = 2; count < TABLE_COUNT_END; count++) {
    let entropy = 0;
    let cost = 0;
    let probability = 2 ** -count;
    for (let left = 0; left <= count; left++) {
      entropy -= probability * Math.log2(probability);
      cost += probability * splitCodeLengths(count)[left]!;
      probability *= (count - left) / (left + 1);
    }
    assert.ok(cost <= entropy * 1.07, `${count}: ${cost} bits, entropy ${entropy}`);
  }
});

test('readSplit() reads each answer within splitBitsMax when the count is small or large', () => {
  const sink = new BitSink();
  const source = new BitSource();
  const check = (count: number, left: number) => {
    const out = new Uint8Array(64);
    sink.start(out, 0);
    writeSplit(sink, count, left);
    const bytes = sink.finish();
    assert.ok(bytes * 8 < splitBitsMax(count) + 8, `${bytes} bytes for ${left} of ${count}`);
    source.start(out, 0, bytes);
    assert.equal(readSplit(source, count), left);
    assert.equal(source.offset, bytes);
  };
  for (let count = 2; count < 70; count++) for (let left = 0; left <= count; left++) check(count, left);
  for (const count of [1000, 65_535, 2 ** 31, 2 ** 40 + 1, 2 ** 51]) {
    for (const left of [0, 1, Math.floor(count / 2), Math.floor(count / 3), count - 1, count])
      check(count, left);
  }
});

test('readNear() reads each answer within splitBitsMax, whatever was expected', () => {
  const sink = new BitSink();
  const source = new BitSource();
  const out = new Uint8Array(64);
  const check = (count: number, left: number, expected: number, parameter: number) => {
    sink.start(out, 0);
    writeNear(sink, left, expected, parameter);
    const bytes = sink.finish();
    assert.ok(bytes * 8 < splitBitsMax(count) + 8, `${bytes} bytes for ${left} of ${count}`);
    source.start(out, 0, bytes);
    assert.equal(readNear(source, count, expected, parameter), left);
    assert.equal(source.offset, bytes);
  };
  for (const count of [32, 1000, 2 ** 31, 2 ** 51]) {
    for (const left of [0, 1, Math.floor(count / 3), count]) {
      for (const expected of [0, Math.floor(count / 2), count]) {
        check(count, left, expected, 2);
        check(count, left, expected, 25);
      }
    }
  }
});

test('readNear() answers NaN when more or fewer values than there are would lie to the left', () => {
  const sink = new BitSink();
  const source = new BitSource();
  const out = new Uint8Array(16);
  const check = (left: number) => {
    sink.start(out, 0);
    writeNear(sink, left, 10, 3);
    source.start(out, 0, sink.finish());
    assert.ok(Number.isNaN(readNear(source, 40, 10, 3)));
  };
  check(41);
  check(-1);
});
