import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MillionPoints } from './million-points.js';

/** One runs and 64 wait for the one thread; some are done before all are there. */
const TAKEN_MAX = 65;
const ASKED = 200;
const IDENTICAL = 40;

let loaded: MillionPoints;

before(async () => {
  loaded = await MillionPoints.start();
});
after(() => loaded.end());

test('what is asked beyond the queue is told 429 and when to come again, and then is answered', async () => {
  const { engine } = loaded;
  const earlier = await loaded.queries();
  const asked = Array.from({ length: ASKED }, async (_, i) => {
    const answer = await fetch(engine.url + loaded.path(i / 10));
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
    return { answer, body: (await answer.json()) as any };
  });
  const point = { metric_name: 'other', value: 1 };
  const taken = await fetch(`${engine.url}/metrics/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(point),
  });
  assert.equal(taken.status, 200, 'points are taken meanwhile');
  const all = await Promise.all(asked);
  const refused = all.filter(({ answer }) => answer.status !== 200);
  for (const { answer, body } of refused) {
    assert.equal(answer.status, 429);
    assert.equal(answer.headers.get('retry-after'), '1');
    assert.match(answer.headers.get('content-type')!, /^application\/problem\+json/);
    assert.deepEqual([body.status, body.code], [429, 'MR_BUSY']);
    assert.equal(typeof body.type, 'string');
    assert.equal(typeof body.title, 'string');
    assert.match(body.detail, /65 queries are waiting, which is the most\. Try again in a moment\./);
  }
  for (const { answer, body } of all) {
    if (answer.status === 200) assert.equal(body.count, MillionPoints.count);
  }
  assert.ok(refused.length >= ASKED / 4, `${refused.length} were refused`);
  const now = await loaded.queries();
  assert.equal(now.refused - earlier.refused, refused.length);
  assert.equal(now.answered - earlier.answered, ASKED - refused.length);
  assert.deepEqual([now.in_flight, now.waiting, now.in_flight_max], [0, 0, TAKEN_MAX]);

  const again = await fetch(engine.url + loaded.path(99));
  assert.equal(again.status, 200);
  assert.equal(((await again.json()) as { count: number }).count, MillionPoints.count);
});

test('what many ask at once, to the letter, is read once', async () => {
  const { engine, endMs } = loaded;
  const path = `${loaded.path(50)}&start=${endMs - 200_000}&end=${endMs}`;
  const earlier = await loaded.queries();
  const texts = await Promise.all(
    Array.from({ length: IDENTICAL }, async () => (await fetch(engine.url + path)).text()),
  );
  assert.equal(JSON.parse(texts[0]!).count, MillionPoints.count);
  assert.equal(new Set(texts).size, 1);
  const now = await loaded.queries();
  assert.equal(now.points_decoded - earlier.points_decoded, MillionPoints.count);
  assert.equal(now.answered - earlier.answered, IDENTICAL);
  const shared = now.coalesced - earlier.coalesced + (now.cache.answered - earlier.cache.answered);
  assert.equal(shared, IDENTICAL - 1);
});
