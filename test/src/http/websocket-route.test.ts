import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathCheck } from '../../../src/http/websocket-route.js';

test('pathCheck() knows the paths of its routes, and no others that begin so', () => {
  const behavior = {};
  const check = pathCheck([
    { pattern: '/ws/ingest', behavior },
    { pattern: '/ws/metrics/:metric', behavior },
  ]);
  for (const path of ['/ws/ingest', '/ws/metrics/cpu', '/ws/metrics/a%2Fb']) assert.ok(check(path), path);
  for (const path of ['/ws', '/ws/ingest/', '/ws/ingests', '/ws/metrics', '/ws/metrics/a/b', '/', '']) {
    assert.ok(!check(path), path);
  }
});
