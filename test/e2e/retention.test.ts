import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { CALLS } from '../../src/http/calls.js';
import { FakeHost } from '../src/cli/cli-fixture.js';
import { checkSound } from '../src/upkeep/check-sound.js';

const ADMIN = { authorization: 'Bearer admin-secret' };
const INGEST = { authorization: 'Bearer ingest-secret' };
const TIERS = ['raw', '1m', '5m', '1h', '1d'];

let engine: EngineProcess;

interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
  body: any;
}

async function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<Reply> {
  const sent =
    body === undefined
      ? { headers }
      : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${engine.url}${path}`, { method, ...sent });
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

test('POST /api/v1/rollups/trigger puts everything into the tiers', async () => {
  const { status, body } = await call('POST', '/api/v1/rollups/trigger', ADMIN, { start: '2d' });
  assert.equal(status, 200, JSON.stringify(body));
  checkSchema('POST', '/api/v1/rollups/trigger', body);
  assert.deepEqual([body.windows, body.rows], [0, 0]);
  const after = (await call('GET', '/api/v1/rollups/status')).body;
  checkSchema('GET', '/api/v1/rollups/status', after);
  assert.deepEqual([after.fresh_points, after.open_points], [0, 0]);
  const [raw, minutes] = after.tiers;
  assert.equal(raw.rows, 1_000);
  assert.equal(raw.lag_seconds, 0);
  assert.equal(minutes.rows, 1_000);
  assert.ok(after.tiers.every((tier: { rows: number; bytes: number }) => tier.rows > 0 && tier.bytes > 0));
  assert.ok(Date.now() - Date.parse(raw.newest) < 120_000 && Date.parse(raw.oldest) < Date.parse(raw.newest));
});

test('POST /api/v1/rollups/trigger refuses what makes no sense', async () => {
  const check = async (body: object, wanted: RegExp): Promise<void> => {
    const reply = await call('POST', '/api/v1/rollups/trigger', ADMIN, body);
    assert.equal(reply.status, 400);
    assert.match(reply.body.detail, wanted);
  };
  await check({ tier: 'raw' }, /tier/);
  await check({ tier: '2m' }, /tier/);
  await check({ start: '1h', end: '2h' }, /start must be before end/);
  await check({ start: 'soon' }, /start/);
  await check({ teir: '1m' }, /did you mean tier/);
});

test('DELETE /api/v1/series deletes a range of the series that match, from every tier', async () => {
  const stats = async (query: string): Promise<number> => {
    const { status, body } = await call('GET', `/api/v1/stats/cpu_usage?start=2d&${query}`);
    return status === 404 ? 0 : body.count;
  };
  assert.equal(await stats('host=h3'), 100);
  const { status, body } = await call('DELETE', '/api/v1/series?match={host="h3"}&start=2d&end=400m', ADMIN);
  assert.equal(status, 200, JSON.stringify(body));
  checkSchema('DELETE', '/api/v1/series', body);
  assert.equal(body.series, 1);
  assert.equal(body.points, 60);
  assert.equal(body.tiers[1].rows, 60);
  assert.equal(await stats('host=h3'), 40);
  assert.equal(await stats('host=h4'), 100);
  const rollup = await call('GET', '/query/rollup?metric_name=cpu_usage&host=h3&start=2d&window=1h');
  const counts = rollup.body.data.map(({ count }: { count: number }) => count);
  assert.equal(
    counts.reduce((a: number, b: number) => a + b, 0),
    40,
  );
  // All of it, and the series has nothing left; its name stays.
  const rest = await call('DELETE', '/api/v1/series?host=h3&start=0', ADMIN);
  assert.deepEqual([rest.status, rest.body.points], [200, 40]);
  assert.equal(await stats('host=h3'), 0);
  const operator = (await call('GET', '/api/v1/operator/stats')).body;
  assert.equal(operator.conservation.difference, 0);
  assert.equal(operator.conservation.expired, 100);
  assert.equal(
    operator.shards.reduce((sum: number, shard: { deleted_points: number }) => sum + shard.deleted_points, 0),
    100,
  );
});

test('DELETE /api/v1/series refuses what it must not do', async () => {
  const check = async (query: string, status: number, wanted: RegExp, headers = ADMIN): Promise<void> => {
    const reply = await call('DELETE', `/api/v1/series${query}`, headers);
    assert.equal(reply.status, status);
    assert.match(reply.body.detail, wanted);
  };
  await check('', 400, /match must be a selector/);
  await check('?start=1h', 400, /match must be a selector/);
  await check('?match={host="h1"}&start=1h&end=2h', 400, /start must be before end/);
  await check('?match={host=}', 400, /match/);
  await check('?match={host="h1"}&strat=1h', 400, /start/);
  await check('?match={host="h1"}', 403, /adminToken/, INGEST);
  const none = await call('DELETE', '/api/v1/series?match={host="nobody"}&start=2d', ADMIN);
  assert.deepEqual([none.status, none.body.series, none.body.points], [200, 0, 0]);
});

test('millrace rollup and millrace retention ask a running server', async () => {
  const check = async (argv: string[], code: number, wanted: RegExp): Promise<void> => {
    const host = new FakeHost();
    assert.equal(await host.run(...argv, '--base-url', engine.url), code, host.stderr);
    assert.match(host.stdout + host.stderr, wanted);
  };
  const token = ['--token', 'admin-secret'];
  await check(['rollup', ...token, '--start', '2d'], 0, /everything is in the tiers; no cell differs/);
  await check(['retention', ...token], 0, /nothing is past its retention/);
  await check(['retention', ...token, '--json'], 0, /^\{"tiers":\[/);
  await check(['retention'], 1, /refused: .*adminToken.*\(401\)/);
  await check(['rollup', ...token, '--tier', '2m'], 2, /Allowed choices/);
  await check(['rollup', ...token, '--start', '1h', '--end', '2h'], 2, /--start must be before --end/);
  await check(['rollup', ...token, '--start', 'soon'], 2, /--start must be .*got "soon"/);
  await check(['rollup', ...token, '--data', '/tmp'], 2, /goes with neither/);
  const host = new FakeHost();
  assert.equal(await host.run('retention', '--base-url', 'http://127.0.0.1:1'), 4);
});

test('millrace rollup and millrace retention work on a folder at rest, and not on one in use', async () => {
  const { folder } = engine;
  const host = new FakeHost();
  assert.equal(await host.run('retention', '--data', folder), 1);
  assert.match(host.stderr, /MR_FOLDER_IN_USE/);
  await engine.stop();
  const check = async (argv: string[], wanted: RegExp, env: Record<string, string> = {}): Promise<void> => {
    const again = new FakeHost();
    again.env = env;
    assert.equal(await again.run(...argv, '--data', folder), 0, again.stderr);
    assert.match(again.stdout, wanted);
  };
  await check(['rollup', '--start', '2d'], /no cell differs/);
  await check(['retention'], /nothing is past its retention/);
  await check(['retention', '--json'], /"tier":"5m","rows":0,/, { MILLRACE_RETENTION_BYTES_5M: '1MiB' });
  engine = await EngineProcess.start({ folder, flags: ['--admin-token', 'admin-secret'] });
});

test('what was deleted stays deleted when the engine starts again, and the folder is sound', async () => {
  const { folder } = engine;
  await engine.stop();
  await checkSound(folder);
  engine = await EngineProcess.start({ folder, flags: ['--admin-token', 'admin-secret'] });
  const { body } = await call('GET', '/api/v1/stats/cpu_usage?start=2d');
  assert.equal(body.count, 900);
  const open = await call('POST', '/api/v1/retention/sweep', ADMIN);
  assert.equal(open.status, 200);
});
