import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  CursorWriter,
  decodeHello,
  encodeAck,
  encodeWelcome,
  HelloView,
  Opcode,
  peekOpcode,
} from '../../../protocol/index.js';
import { createProducer, type Masking } from '../../../src/client/node.js';
import { readColumns } from '../../protocol/frames/read-frames.js';

interface Batch {
  readonly seq: number;
  readonly values: number[];
}

/** A server that speaks the protocol, remembers what it got, and answers batches while `answers` is true. */
class Engine {
  readonly server: WebSocketServer;
  readonly batches: Batch[] = [];
  answers = true;
  #lastSeq = 0;

  constructor(port = 0) {
    this.server = new WebSocketServer({ port, host: '127.0.0.1' });
    this.server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => this.#receive(socket, new Uint8Array(data)));
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/ws/ingest`;
  }

  listening(): Promise<void> {
    return new Promise((resolve) => this.server.once('listening', resolve));
  }

  /** Cuts every connection, as a crash would. */
  cut(): void {
    for (const client of this.server.clients) client.terminate();
  }

  stop(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  #receive(socket: WebSocket, frame: Uint8Array): void {
    const writer = new CursorWriter();
    const opcode = peekOpcode(frame);
    if (opcode === Opcode.hello) {
      const hello = new HelloView();
      assert.equal(decodeHello(frame, hello), 0);
      const limits = { maxFrameBytes: 1 << 24, maxPointsPerBatch: 1_000_000, maxInFlight: 64 };
      encodeWelcome(writer, { server: 'test/1', ...limits, lastSeq: this.#lastSeq });
      socket.send(writer.copy());
    } else if (opcode === Opcode.columns) {
      const batch = readColumns(frame) as Batch;
      this.batches.push(batch);
      if (!this.answers) return;
      this.#lastSeq = batch.seq;
      encodeAck(writer, batch.seq, batch.values.length, []);
      socket.send(writer.copy());
    }
  }
}

for (const masking of ['random', 'zero'] as const satisfies readonly Masking[]) {
  test(`createProducer() with ${masking} masks delivers over a real socket, and again after it broke`, async () => {
    const engine = new Engine();
    await engine.listening();
    const producer = createProducer({ url: engine.url, masking, backoffMinMs: 1, flushIntervalMs: 1 });
    const ref = producer.series('cpu', { host: 'a' });
    producer.add(ref, 1);
    await producer.flush();
    engine.answers = false;
    producer.add(ref, 2);
    // Larger than the longest frame that ws sends in one piece with its header.
    const values = Float64Array.from({ length: 20_000 }, (_, i) => i);
    producer.addColumns(new Uint32Array(20_000), values, { baseMs: 5 });
    while (engine.batches.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    engine.answers = true;
    engine.cut();
    await producer.flush();
    const seqs = engine.batches.map(({ seq }) => seq);
    assert.deepEqual(seqs, [1, 2, 3, 2, 3]);
    assert.deepEqual(engine.batches.slice(3), engine.batches.slice(1, 3), 'the same bytes came twice');
    assert.deepEqual(engine.batches[4]?.values, [...values]);
    assert.equal(producer.stats().reconnects, 1);
    assert.deepEqual(await producer.close(), { settled: true, pointsLost: 0 });
    await engine.stop();
  });
}

test('createProducer() keeps trying while there is no engine, and delivers when there is one', async () => {
  const first = new Engine();
  await first.listening();
  const { port } = first.server.address() as AddressInfo;
  const url = first.url;
  await first.stop();
  const producer = createProducer({ url, backoffMinMs: 1, backoffMaxMs: 20 });
  producer.record('a', 1);
  while (producer.stats().connects < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  const engine = new Engine(port);
  await producer.flush();
  assert.deepEqual(
    engine.batches.map(({ values }) => values),
    [[1]],
  );
  await producer.close();
  await engine.stop();
});

test('createProducer() throws for an address that is none', () => {
  assert.throws(() => createProducer({ url: 'nowhere' }), /Invalid URL/);
});
