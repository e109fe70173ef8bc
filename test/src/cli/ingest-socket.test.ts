import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingestSocket } from '../../../src/cli/ingest-socket.js';

test('ingestSocket() masks with zeros where nothing stands in between, and with chance elsewhere', () => {
  const check = (baseUrl: string, url: string, masking: string) =>
    assert.deepEqual(ingestSocket(baseUrl), { url, masking });
  check('http://localhost:8000', 'ws://localhost:8000/ws/ingest', 'zero');
  check('http://127.0.0.1:8000', 'ws://127.0.0.1:8000/ws/ingest', 'zero');
  check('http://[::1]:8000', 'ws://[::1]:8000/ws/ingest', 'zero');
  check('https://metrics.example', 'wss://metrics.example/ws/ingest', 'zero');
  check('http://metrics.example/sub', 'ws://metrics.example/sub/ws/ingest', 'random');
  check('http://localhost.example', 'ws://localhost.example/ws/ingest', 'random');
});
