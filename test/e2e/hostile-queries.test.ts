import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EngineProcess } from '../../bench/macro/engine-process.js';

/** Label values as long as they may be, on which patterns that lead to many states take longest. */
const SERIES = 1_500;
const VALUE_LENGTH = 500;
/** What a health check may take beside each of these: it was seconds for most. */
const HEALTH_MS_MAX = 1_000;
const QUERY_TIMEOUT_MS = 500;

const text = (i: number): string => {
  let state = i + 1;
  const character = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state > 2 ** 31 ? 'a' : 'b';
  };
  return `${i}-${Array.from({ length: VALUE_LENGTH }, character).join('')}`;
};

let engine: EngineProcess;

before(async () => {
  engine = await EngineProcess.start({ flags: ['--limits-query-timeout-ms', `${QUERY_TIMEOUT_MS}`] });
  for (let from = 0; from < SERIES; from += 500) {
    const data = Array.from({ length: 500 }, (_, i) => ({
      name: `metric_${'x'.repeat(200)}_${from + i}`,
      value: i,
      labels: { long: text(from + i), host: `h${i}` },
    }));
    const body = JSON.stringify({ data: [...data, ...data.map((point) => ({ ...point, name: 'all' }))] });
    const headers = { 'content-type': 'application/json' };
    const taken = await fetch(`${engine.url}/api/v1/record`, { method: 'POST', headers, body });
    assert.equal(taken.status, 200, await taken.text());
  }
});
after(() => engine.stop());

const PATTERNS = [
  // Backtracks for ever where patterns backtrack.
  '(a+)+c',
  '(.*)*x',
  // Nearly each character leads to another large set of states.
  '.*a[ab]{450}',
  '[0-9]+-(a|b)*a(a|b){300}',
  '(.?){480}x',
  '.*a.{900}',
  // Texts that are put together: a thousand of nine hundred characters.
  `[a-p][a-p][a-d]${'x'.repeat(900)}`,
  `(a?b?c?d?e?f?g?h?i?j?)${'x'.repeat(900)}`,
  '(a|b|c|d){8}(a|b|c|d){8}',
  // Much to parse.
  `${'('.repeat(490)}a${')'.repeat(490)}`,
  `[^${'acegikmoqsuwy'.repeat(70)}]{80}`,
  '|'.repeat(999),
  '((((a{0,1}){0,1}){0,1}){0,1}){0,1000}',
  'a{1000}{1000}',
];

/** Asks, and asks for the health meanwhile, again and again; the answer's status. */
async function checkHarmless(what: string, path: string, body?: object): Promise<number> {
  let status = 0;
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const headers = { 'content-type': 'application/json' };
  const asked = fetch(`${engine.url}${path}`, { ...init, headers }).then(async (answer) => {
    await answer.arrayBuffer();
    status = answer.status;
  });
  let longestMs = 0;
  for (let isOver = false; !isOver; ) {
    const startMs = performance.now();
    const health = await fetch(`${engine.url}/health`);
    assert.equal(health.status, 200);
    await health.arrayBuffer();
    longestMs = Math.max(longestMs, performance.now() - startMs);
    isOver = status !== 0;
  }
  await asked;
  const endMs = performance.now() + HEALTH_MS_MAX;
  for (let inFlight = 1; inFlight > 0; ) {
    ({ in_flight: inFlight } = (
      await engine.json<{ queries: { in_flight: number } }>('/api/v1/operator/stats')
    ).queries);
    assert.ok(inFlight === 0 || performance.now() < endMs, `${what}: its thread goes on behind its end`);
  }
  assert.ok(longestMs < HEALTH_MS_MAX, `${what}: a health check took ${longestMs} ms`);
  assert.ok([200, 400, 404, 413, 422, 503].includes(status), `${what}: ${status}`);
  return status;
}

test('no pattern keeps the socket thread, or a query thread beyond its time', async () => {
  for (const pattern of PATTERNS) {
    const match = (label: string): string =>
      `match=${encodeURIComponent(`{${label}=~${JSON.stringify(pattern)}}`)}`;
    const what = pattern.slice(0, 60);
    await checkHarmless(what, `/api/metrics/all/latest?${match('long')}`);
    await checkHarmless(what, `/api/metrics?limit=1&${match('long')}`);
    await checkHarmless(what, `/metrics/names?${match('__name__')}`);
    const series = Array.from({ length: 15 }, () => `long=~${JSON.stringify(pattern)}`);
    const question = {
      metric_name: 'all',
      interval: '1m',
      aggregation: 'mean',
      match: `{${series.join(',')}}`,
    };
    await checkHarmless(what, '/api/v1/aggregate', question);
  }
});

test('no selector, name or body keeps the socket thread for being long', async () => {
  const condition = 'a=~"[a-p][a-p][a-d]x{0,9}"';
  const conditions = (count: number): string => `{${new Array<string>(count).fill(condition).join(',')}}`;
  const aggregate = (match: string): Promise<number> =>
    checkHarmless(`${match.length} characters`, '/api/v1/aggregate', {
      ...{ metric_name: 'all', interval: '1m', aggregation: 'mean' },
      match,
    });
  assert.equal(await aggregate(conditions(64)), 200);
  assert.equal(await aggregate(conditions(65)), 400);
  assert.equal(await aggregate(conditions(5_000)), 400);
  assert.equal(await aggregate(conditions(500_000)), 413);
  const name = `metric_${'x'.repeat(199)}y_${'x'.repeat(40)}`;
  assert.equal(await checkHarmless('a long name', `/api/metrics/${name}/latest`), 404);
  assert.equal(await checkHarmless('a long parameter', `/metrics/names?${'x'.repeat(10_000)}=1`), 400);
});
