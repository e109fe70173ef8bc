import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProducer } from '../../../protocol/client/index.js';
import { FakeSocket } from './fake-world.js';

test('createProducer() of a page takes WebSocket, clock, timers and dice from the global object', async () => {
  const sockets: FakeSocket[] = [];
  class PageSocket extends FakeSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
  }
  const page = globalThis as { WebSocket?: unknown };
  const before = page.WebSocket;
  page.WebSocket = PageSocket;
  try {
    const producer = createProducer({ url: 'ws://page/ws/ingest', flushIntervalMs: 0 });
    const socket = sockets[0]!;
    assert.equal(socket.url, 'ws://page/ws/ingest');
    socket.welcome();
    assert.match(socket.hello.producer, /^[a-z0-9]{20}$/);
    const beforeMs = Date.now();
    producer.record('a', 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const baseMs = socket.columns[0]?.baseMs ?? 0;
    assert.ok(baseMs >= beforeMs && baseMs <= Date.now());
    const closed = producer.close();
    socket.ack(1, 1);
    assert.deepEqual(await closed, { settled: true, pointsLost: 0 });
  } finally {
    if (before === undefined) delete page.WebSocket;
    else page.WebSocket = before;
  }
});
