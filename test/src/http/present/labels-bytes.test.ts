import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsBytes } from '../../../../src/http/present/labels-bytes.js';

test('labelsBytes() writes labels as JSON.stringify does, whatever their names, and the same ones once', () => {
  for (const text of ['{}', '{"__proto__":"a","b":""}', '{"ä \\"x\\"":"\\n","host":"web-1"}']) {
    const labels = JSON.parse(text);
    const bytes = labelsBytes(labels);
    assert.equal(Buffer.from(bytes).toString(), text);
    assert.equal(labelsBytes(labels), bytes);
  }
});
