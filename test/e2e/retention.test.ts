import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { CALLS } from '../../src/http/calls.js';

const ADMIN = { authorization: 'Bearer admin-secret' };
const INGEST = { authorization: 'Bearer ingest-secret' };
const TIERS = ['raw', '1m', '5m', '1h', '1d'];

let engine: EngineProcess;

interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
  body: any;
}

async function call(method: string, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(`${engine.url}${path}`, { method, headers });
  return { status: response.status, body: await response.json() };
}

/** That an answer is as the declaration of its call says. */
function checkSchema(method: string, path: string, body: unknown): void {
  const { answer } = CALLS.find((each) => each.method === method && each.path === path)!;
  assert.ok('schema' in answer);
  const parsed = answer.schema.safeParse(body);
  assert.ok(parsed.success, `${method} ${path}: ${parsed.error?.message}`);
}

before(async () => {
  engine = await EngineProcess.start({
    flags: [
      '--workers',
      '2',
      '--token',
      'ingest-secret',
      '--admin-token',
      'admin-secret',
      '--retention-1m',
      '2y',
    ],
  });
  const data = Array.from({ length: 1_000 }, (_, i) => ({
    name: 'cpu_usage',
    value: i,
    labels: { host: `h${i % 10}` },
    timestamp: Date.now() - i * 60_000,
  }));
  const reply = await fetch(`${engine.url}/api/v1/record`, {
    method: 'POST',
    body: JSON.stringify({ data }),
    headers: { 'content-type': 'application/json', ...INGEST },
  });
  assert.equal(reply.status, 200);
});

after(async () => {
  await engine.stop();
  engine.removeFolder();
});

test('GET /api/v1/rollups/status tells of every tier', async () => {
  const { status, body } = await call('GET', '/api/v1/rollups/status');
  assert.equal(status, 200);
  checkSchema('GET', '/api/v1/rollups/status', body);
  assert.deepEqual(
    body.tiers.map((tier: { tier: string }) => tier.tier),
    TIERS,
  );
  assert.deepEqual(
    body.tiers.map((tier: { retention: string }) => tier.retention),
    ['30d', '2y', '1y', 'forever', 'forever'],
  );
  assert.deepEqual(
    body.tiers.map((tier: { window_seconds: number }) => tier.window_seconds),
    [0, 60, 300, 3_600, 86_400],
  );
  assert.ok(Date.now() - Date.parse(body.newest_point) < 60_000);
});

test('POST /api/v1/retention/sweep runs a pass and answers what went', async () => {
  const { status, body } = await call('POST', '/api/v1/retention/sweep', ADMIN);
  assert.equal(status, 200, JSON.stringify(body));
  checkSchema('POST', '/api/v1/retention/sweep', body);
  assert.deepEqual([body.rows, body.bytes], [0, 0]);
  const after = await call('GET', '/api/v1/rollups/status');
  for (const tier of after.body.tiers) {
    assert.ok(Date.now() - Date.parse(tier.last_sweep) < 60_000, `${tier.tier} ${tier.last_sweep}`);
  }
});

test('what changes the store needs an admin token as soon as there is any', async () => {
  const check = async (headers: Record<string, string>, wanted: number): Promise<void> => {
    const { status, body } = await call('POST', '/api/v1/retention/sweep', headers);
    assert.equal(status, wanted);
    if (wanted !== 200) assert.match(body.detail, /adminToken/);
  };
  await check({}, 401);
  await check(INGEST, 403);
  await check({ authorization: 'Bearer guessed' }, 403);
  await check(ADMIN, 200);
});

test('a sweep with a parameter that there is none of is refused', async () => {
  const { status, body } = await call('POST', '/api/v1/retention/sweep?tier=raw', ADMIN);
  assert.deepEqual([status, body.code, body.parameter], [400, 'MR_BAD_PARAMETER', 'tier']);
});
