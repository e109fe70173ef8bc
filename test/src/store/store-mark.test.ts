import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createStoreMark, StoreMark } from '../../../src/store/store-mark.js';

function pair() {
  const memory = createStoreMark();
  return { writer: new StoreMark(memory), reader: new StoreMark(memory), memory };
}

describe('StoreMark', () => {
  test('version is unknown until a store is opened', () => {
    const { writer, reader } = pair();
    assert.equal(reader.version, undefined);
    writer.open();
    assert.notEqual(reader.version, undefined);
  });

  test('version is unknown while something changes, and another one afterwards', () => {
    const { writer, reader } = pair();
    writer.open();
    const before = reader.version;
    writer.begin();
    assert.equal(reader.version, undefined);
    writer.end();
    assert.notEqual(reader.version, undefined);
    assert.notEqual(reader.version, before);
  });

  test('open() gives another version when the last writer died in the middle of a change, or between two', () => {
    const { writer, reader, memory } = pair();
    writer.open();
    const before = reader.version;
    writer.begin();
    new StoreMark(memory).open();
    const between = reader.version;
    assert.ok(between !== undefined && between !== before);
    new StoreMark(memory).open();
    assert.ok(reader.version !== undefined && reader.version !== between);
  });

  test('version goes on behind the largest number, and is never that of a store that nobody opened', () => {
    const { writer, reader, memory } = pair();
    for (const word of [2 ** 31 - 2, -2]) {
      new Int32Array(memory)[0] = word;
      writer.begin();
      assert.equal(reader.version, undefined);
      writer.end();
      assert.ok(reader.version !== undefined && reader.version !== word);
    }
  });
});
