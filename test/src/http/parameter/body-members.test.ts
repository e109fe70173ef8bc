import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MillraceError } from '../../../../src/errors.js';
import type { AggregateRequest } from '../../../../src/http/present/aggregate.js';
import { EdgeFixture, NOW_MS } from '../edge-fixture.js';

/** What a body of POST /api/v1/aggregate comes to: who is read from when to when. */
async function asked(edge: EdgeFixture, body: object, query = ''): Promise<unknown[]> {
  edge.engine.queryError = new MillraceError('MR_NO_DATA', 'The request is all that is looked at.');
  await edge.post(`/api/v1/aggregate${query}`, { metric_name: 'm', interval: '5min', ...body });
  const { selectors, startMs, endMs } = edge.engine.requests.at(-1) as AggregateRequest;
  return [selectors.map(({ label, op, value }) => `${label}${op}${value}`).join(), startMs, endMs];
}

test('a body says its range and its series by every name that the contract has for them', async (t) => {
  const edge = await EdgeFixture.start(t);
  const start = NOW_MS - 7_200_000;
  const end = NOW_MS - 3_600_000;
  const check = async (body: object, selectors: string, query?: string): Promise<void> =>
    assert.deepEqual(await asked(edge, body, query), [selectors, start, end], JSON.stringify(body));
  await check({ start: '2h', end: '1h' }, '');
  await check({ start_time: '2h', end_time: '1h' }, '');
  await check({ start_time: start / 1000, end: end }, '');
  const range = { start: '2h', end: '1h' };
  await check({ ...range, labels: { region: 'eu' } }, 'region=eu');
  await check({ ...range, tags: { region: 'eu' } }, 'region=eu');
  await check({ ...range, host: 'web-1' }, 'host=web-1');
  await check({ ...range, host: '' }, '');
  await check({ ...range, host: 'a', tags: { b: 'c' }, match: '{d!="e"}' }, 'host=a,b=c,d!=e');
  await check(
    { ...range, tags: { b: 'c' } },
    'host=a,region=eu,d!=e,b=c',
    '?host=a&label.region=eu&match={d!="e"}',
  );
});

test('a body that says the same twice is refused by the name of the member', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (body: object, member: string): Promise<void> => {
    const reply = await edge.post('/api/v1/aggregate', { metric_name: 'm', interval: '5min', ...body });
    assert.deepEqual([reply.status, reply.json.member], [400, member]);
    assert.match(reply.json.detail, new RegExp(`or ${member}, which are the same; got both`));
  };
  await check({ start: '2h', start_time: '1h' }, 'start_time');
  await check({ end: '2h', end_time: '1h' }, 'end_time');
  await check({ labels: {}, tags: {} }, 'tags');
});

test('a fill that is none is refused with what it may be', async (t) => {
  const edge = await EdgeFixture.start(t);
  const reply = await edge.post('/api/v1/aggregate', { metric_name: 'm', interval: '5min', fill: 'zero' });
  assert.match(reply.json.detail, /fill is none or null; got the text "zero"/);
});

test('POST /api/v1/rollups/trigger takes no body at all, and either name of its range', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (body: string, startMs: number): Promise<void> => {
    const reply = await edge.post('/api/v1/rollups/trigger', body);
    assert.equal(reply.status, 200, reply.text);
    const last = edge.engine.changes.at(-1);
    assert.deepEqual(last, { trigger: { tier: undefined, startMs, endMs: NOW_MS } });
  };
  await check('', NOW_MS - 3_600_000);
  await check('{}', NOW_MS - 3_600_000);
  await check('{"start_time":"2h"}', NOW_MS - 7_200_000);
  const reply = await edge.post('/api/v1/aggregate', '');
  assert.match(reply.json.detail, /must be JSON; it is empty/);
});
