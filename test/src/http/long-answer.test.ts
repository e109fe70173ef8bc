import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { ANSWER_PIECE_BYTES, ANSWERS_BYTES_TOTAL } from '../../../src/http/limits.js';
import { LongAnswer, type LongResponse } from '../../../src/http/long-answer.js';
import type { QueryAnswer } from '../../../src/http/ports.js';
import { EdgeFixture } from './edge-fixture.js';

const SIZE = 20 * ANSWER_PIECE_BYTES + 7;
const body = Buffer.alloc(SIZE);
for (let i = 0; i < SIZE; i += 4) body.writeUInt32LE(i, Math.min(i, SIZE - 4));
const answer = (bytes: Uint8Array): QueryAnswer => ({
  body: bytes,
  coding: undefined,
  rows: 1,
  nextCursor: undefined,
});

/** An edge whose queries all have this answer. */
async function edgeThatAnswers(
  t: Parameters<typeof EdgeFixture.start>[0],
  bytes: Uint8Array,
): Promise<EdgeFixture> {
  const edge = await EdgeFixture.start(t);
  edge.engine.run = async () => answer(bytes);
  return edge;
}

test('LongAnswer sends all of a body in order, whatever the socket takes at a time, and no more than a piece', async () => {
  const piece = fc.oneof(fc.constant(ANSWER_PIECE_BYTES), fc.integer({ min: 0, max: ANSWER_PIECE_BYTES }));
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(piece), async (takes) => {
      const sent: Buffer[] = [];
      let offset = 0;
      let onWritable = (): boolean => true;
      const response = {
        cork: (act: () => void) => act(),
        getWriteOffset: () => offset,
        onWritable: (handler: () => boolean) => {
          onWritable = handler;
        },
        tryEnd: (chunk: Uint8Array, total: number): [boolean, boolean] => {
          assert.ok(chunk.length <= ANSWER_PIECE_BYTES && total === SIZE);
          const taken = Math.min(chunk.length, takes.next().value as number);
          sent.push(Buffer.from(chunk.subarray(0, taken)));
          offset += taken;
          const isTaken = taken === chunk.length;
          if (!isTaken) setImmediate(() => onWritable());
          return [isTaken, offset === total];
        },
      } as unknown as LongResponse;
      await new Promise<void>((resolve) => {
        new LongAnswer(response, body, () => true, resolve).begin();
      });
      assert.ok(Buffer.concat(sent).equals(body));
    }),
    { numRuns: 20 },
  );
});

test('LongAnswer touches no response that is gone', async () => {
  let isOpen = true;
  let pieces = 0;
  const response = {
    cork: (act: () => void) => act(),
    getWriteOffset: () => pieces * ANSWER_PIECE_BYTES,
    onWritable: () => {},
    tryEnd: (): [boolean, boolean] => {
      assert.ok(isOpen);
      if (++pieces === 3) isOpen = false;
      return [true, false];
    },
  } as unknown as LongResponse;
  new LongAnswer(
    response,
    body,
    () => isOpen,
    () => assert.fail('not all was sent'),
  ).begin();
  await sleep(20);
  assert.equal(pieces, 3);
});

test('a long answer comes whole, with its length, also to clients that are slow or go on with the connection', async (t) => {
  const edge = await edgeThatAnswers(t, body);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const get = async (method: string, pauseMs: number): Promise<Buffer> => {
    const request = http.request(`${edge.url}/metrics/names`, { agent, method }).end();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers['content-length'], String(SIZE));
    const parts: Buffer[] = [];
    await sleep(pauseMs);
    for await (const part of response) parts.push(part as Buffer);
    return Buffer.concat(parts);
  };
  for (const pauseMs of [0, 100]) assert.ok((await get('GET', pauseMs)).equals(body));
  assert.equal((await get('HEAD', 0)).length, 0);
  assert.ok((await get('GET', 0)).equals(body));
  const { answerBytesHeld, answered2xx, inFlight } = edge.server.counters();
  assert.deepEqual([answerBytesHeld, answered2xx, inFlight], [0, 4, 0]);
});

test('long answers of every call that wait for slow clients are bounded together, and given back when these go', async (t) => {
  const edge = await edgeThatAnswers(t, Buffer.alloc(ANSWERS_BYTES_TOTAL / 4 - 1));
  const paths = ['/metrics/names', '/query/raw?metric_name=m'];
  const waiting: http.ClientRequest[] = [];
  for (let i = 0; i < 4; i++) {
    const request = http.get(`${edge.url}${paths[i % 2]}`, { agent: false });
    request.on('error', () => {});
    waiting.push(request);
    // What comes is not read.
    await once(request, 'response');
  }
  for (const path of paths) {
    const refused = await edge.call(path);
    assert.deepEqual([refused.status, refused.json.code], [429, 'MR_BUSY'], path);
    assert.match(refused.json.detail, /slow to take them/);
    // Of a body that isn't sent nothing is held.
    assert.equal((await edge.call(path, { method: 'HEAD' })).status, 200, path);
  }
  for (const request of waiting) request.destroy();
  const { server } = edge;
  for (let look = 0; look < 500 && server.counters().answerBytesHeld > 0; look++) await sleep(10);
  const { answerBytesHeld, answered4xx, aborted } = server.counters();
  assert.deepEqual([answerBytesHeld, answered4xx, aborted], [0, 2, 4]);
});

test('long answers are given back when the server ends before their clients have taken them', async (t) => {
  const edge = await edgeThatAnswers(t, Buffer.alloc(64 * 2 ** 20));
  const request = http.get(`${edge.url}/query/raw?metric_name=m`, { agent: false });
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.on('error', () => {});
  assert.equal(edge.server.counters().answerBytesHeld, 64 * 2 ** 20);
  await edge.server.close(0);
  const { answerBytesHeld, aborted } = edge.server.counters();
  assert.deepEqual([answerBytesHeld, aborted], [0, 1]);
  request.destroy();
});
