import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LOG_BYTES_MAX, RING_BYTES } from '../../../native-free-core/limits.js';
import { defaultWorkers } from '../../../src/config/defaults.js';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { type ConfigSources, loadConfig } from '../../../src/config/load-config.js';
import type { Config } from '../../../src/config/schema.js';
import { MillraceError } from '../../../src/errors.js';

function load(sources: Partial<ConfigSources> = {}): Config {
  return loadConfig({ flags: {}, env: {}, file: undefined, ...sources });
}

function file(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'millrace.yaml');
  writeFileSync(path, text);
  return path;
}

function refused(sources: Partial<ConfigSources>, ...texts: RegExp[]): void {
  assert.throws(
    () => load(sources),
    (error) => {
      assert.ok(error instanceof MillraceError && error.code === 'MR_CONFIG');
      for (const text of texts) assert.match(error.message, text);
      assert.equal(error.message.split('\n').length, texts.length, error.message);
      return true;
    },
  );
}

const DAY_MS = 86_400_000;
const FOREVER = Number.POSITIVE_INFINITY;

test('loadConfig() gives the defaults when nothing is said', () => {
  const config = load();
  assert.deepEqual(
    { ...config, workers: 1 },
    {
      port: 8000,
      host: '127.0.0.1',
      data: './data',
      workers: 1,
      queryThreads: 2,
      rehearsal: true,
      logLevel: 'info',
      token: [],
      adminToken: [],
      allowedOrigins: [],
      ringBytes: RING_BYTES,
      logBytesMax: LOG_BYTES_MAX,
      limits: {
        seriesTotal: 2_000_000,
        seriesPerMetric: 100_000,
        frameBytes: 16 * 1024 ** 2,
        bodyBytes: 16 * 1024 ** 2,
        pointsPerBatch: 1_000_000,
        inFlight: 64,
        clockSkewMs: 600_000,
        queryPoints: 200_000_000,
        querySeries: 2_000_000,
        queryRows: 1_000_000,
        answerCacheBytes: 33_554_432,
        queryTimeoutMs: 30_000,
      },
      retention: {
        raw: 30 * DAY_MS,
        '1m': 90 * DAY_MS,
        '5m': 365 * DAY_MS,
        '1h': FOREVER,
        '1d': FOREVER,
        rules: [],
      },
      retentionBytes: { raw: FOREVER, '1m': FOREVER, '5m': FOREVER, '1h': FOREVER, '1d': FOREVER },
    },
  );
  assert.equal(config.workers, undefined);
});

test('defaultWorkers() leaves a core and stays within 1 and 4', () => {
  assert.deepEqual([1, 2, 3, 5, 64].map(defaultWorkers), [1, 1, 2, 4, 4]);
});

test('loadConfig() prefers flags to variables to the file to the defaults', (t) => {
  const path = file(
    t,
    'port: 1\nhost: a\ndata: x\nlimits:\n  inFlight: 7\n  clockSkewMs: 5m\nretention: { raw: 7d }\n',
  );
  const config = load({
    file: path,
    env: {
      MILLRACE_PORT: '2',
      MILLRACE_HOST: 'b',
      MILLRACE_LIMITS_IN_FLIGHT: '8',
      HOME: '/',
      MILLRACE_DATA: '',
    },
    flags: { port: '3', 'limits.frameBytes': '1MiB' },
  });
  assert.deepEqual([config.port, config.host, config.data, config.limits.inFlight], [3, 'b', 'x', 8]);
  assert.deepEqual(
    [config.limits.clockSkewMs, config.retention.raw, config.limits.frameBytes],
    [300_000, 604_800_000, 1_048_576],
  );
});

test('loadConfig() reads JSON, a file named by MILLRACE_CONFIG, and an empty file', (t) => {
  assert.equal(load({ env: { MILLRACE_CONFIG: file(t, '{"port": 5}') } }).port, 5);
  assert.equal(load({ file: file(t, '') }).port, 8000);
});

test('loadConfig() takes bytes, durations and lists in words', () => {
  const config = load({
    env: {
      MILLRACE_TOKEN: 'a, b',
      MILLRACE_RING_BYTES: '64 MiB',
      MILLRACE_LOG_BYTES_MAX: '1GB',
      MILLRACE_RETENTION_RAW: '60000',
    },
  });
  assert.deepEqual(
    [config.token, config.ringBytes, config.logBytesMax, config.retention.raw],
    [['a', 'b'], 67_108_864, 1e9, 60_000],
  );
  assert.deepEqual(load({ flags: { token: ['x', 'y'] } }).token, ['x', 'y']);
});

test('loadConfig() names the key, what is allowed, what came and from where', (t) => {
  refused(
    { flags: { port: '70000' } },
    /^port must be a whole number from 0 to 65535; got "70000" from --port$/,
  );
  refused(
    { env: { MILLRACE_WORKERS: '0' } },
    /^workers must be a whole number from 1 to 16; got "0" from MILLRACE_WORKERS$/,
  );
  const path = file(t, 'limits: { seriesTotal: many }\nlogLevel: loud\nport: 1.5\n');
  refused(
    { file: path },
    /limits.seriesTotal must be .*; got "many" from .*millrace.yaml/,
    /logLevel must be one of trace, .*; got "loud"/,
    /port must be .*; got 1.5/,
  );
  refused(
    { env: { MILLRACE_RETENTION_RAW: '1x' } },
    /retention.raw must be a duration, .* from 1m to 100y, or forever; got "1x"/,
  );
  refused({ flags: { ringBytes: '5 bananas' } }, /ringBytes must be bytes, such as 64MiB/);
  refused({ flags: { ringBytes: '1MiB' } }, /ringBytes must hold the largest batch twice/);
});

test('loadConfig() takes origins as browsers send them, and refuses what would never be sent', () => {
  const origins = ['https://app.example.com', 'http://[::1]:3000', 'chrome-extension://abcdef', 'null', '*'];
  assert.deepEqual(load({ flags: { allowedOrigins: origins } }).allowedOrigins, origins);
  assert.deepEqual(load({ env: { MILLRACE_ALLOWED_ORIGINS: origins.join(', ') } }).allowedOrigins, origins);
  for (const wrong of ['app.example.com', 'https://app.example.com/', 'https://*.example.com', 'https://a@b'])
    refused({ flags: { allowedOrigins: [wrong] } }, /^allowedOrigins must be an origin, such as /);
});

test('loadConfig() does not print tokens', () => {
  assert.throws(
    () => load({ env: { MILLRACE_TOKEN: `${'secret'.repeat(1000)}` } }),
    (error) =>
      error instanceof MillraceError && /token must be/.test(error.message) && !/secret/.test(error.message),
  );
});

test('loadConfig() refuses unknown keys with near names', (t) => {
  refused({ file: file(t, 'prot: 1\n') }, /^There is no key prot, from .*; did you mean port\?$/);
  refused(
    { file: file(t, 'limits: { serieTotal: 1 }\n') },
    /no key limits.serieTotal, .*did you mean limits.seriesTotal/,
  );
  refused(
    { env: { MILLRACE_PROT: '1' } },
    /no key MILLRACE_PROT, from the environment; did you mean MILLRACE_PORT\?/,
  );
  refused(
    { file: file(t, 'limits: 5\n') },
    /limits must hold keys of its own, such as limits.seriesTotal; got 5/,
  );
  refused({ file: file(t, '[1]\n') }, /must hold keys and values/);
  refused({ file: file(t, 'a: [\n') }, /neither YAML nor JSON/);
  refused({ file: '/nowhere/x.yaml' }, /can't be read: ENOENT/);
  refused({ file: file(t, '__proto__: { port: 1 }\n') }, /no key __proto__/);
});

test('loadConfig() passes over what Kubernetes sets for a service of our name', () => {
  const env = {
    MILLRACE_SERVICE_HOST: '10.0.0.1',
    MILLRACE_SERVICE_PORT: '8000',
    MILLRACE_PORT_8000_TCP_ADDR: '10.0.0.1',
  };
  assert.equal(load({ env }).port, 8000);
});

test('CONFIG_KEYS names each key once in every form', () => {
  for (const form of ['path', 'flag', 'variable'] as const) {
    assert.equal(new Set(CONFIG_KEYS.map((key) => key[form])).size, CONFIG_KEYS.length);
  }
  const key = CONFIG_KEYS.find((each) => each.path === 'limits.seriesPerMetric');
  assert.deepEqual(
    [key?.flag, key?.variable],
    ['limits-series-per-metric', 'MILLRACE_LIMITS_SERIES_PER_METRIC'],
  );
});

test('loadConfig() takes retention by tier, years and forever among its durations', () => {
  const { retention, retentionBytes } = load({
    env: {
      MILLRACE_RETENTION_RAW: 'forever',
      MILLRACE_RETENTION_1M: '2y',
      MILLRACE_RETENTION_5M: '365d',
      MILLRACE_RETENTION_1H: 'for ever',
      MILLRACE_RETENTION_BYTES_RAW: '50GiB',
      MILLRACE_RETENTION_BYTES_1M: 'unlimited',
    },
    flags: { 'retention.1d': '3w', 'retention.rules': '[{"match":"a","1d":"1d"}]' },
  });
  assert.deepEqual(retention, {
    raw: FOREVER,
    '1m': 730 * DAY_MS,
    '5m': 365 * DAY_MS,
    '1h': FOREVER,
    '1d': 21 * DAY_MS,
    rules: [{ match: 'a', '1d': DAY_MS }],
  });
  assert.deepEqual([retentionBytes.raw, retentionBytes['1m']], [50 * 1024 ** 3, FOREVER]);
});

test('loadConfig() takes retention as a list, and as a map with rules, to the same end', (t) => {
  const wanted = [
    { match: 'debug.*', raw: DAY_MS, '1m': 7 * DAY_MS },
    { match: 'audit.*', raw: FOREVER },
  ];
  const check = (text: string): void => {
    const { retention } = load({ file: file(t, text) });
    assert.deepEqual([retention.raw, retention['1m'], retention.rules], [7 * DAY_MS, 90 * DAY_MS, wanted]);
  };
  check("retention: [{match: 'debug.*', raw: 1d, 1m: 7d}, {raw: 7d}, {match: 'audit.*', raw: forever}]\n");
  check(
    "retention: [{match: '*', raw: 7d}, {match: 'debug.*', raw: 1d, 1m: 7d}, {match: 'audit.*', raw: forever}]\n",
  );
  check(
    "retention: { raw: 7d, rules: [{match: 'debug.*', raw: 1d, 1m: 7d}, {match: 'audit.*', raw: forever}] }\n",
  );
});

test('loadConfig() says which retention rule is wrong, and how', (t) => {
  const check = (rules: string, ...wanted: RegExp[]): void =>
    refused({ file: file(t, `retention: ${rules}\n`) }, ...wanted);
  check(
    "[{match: 'a', raw: soon}]",
    /^retention\.rules\[0\]\.raw must be a duration, .*or forever; got "soon" from .*yaml$/,
  );
  check(
    "[{match: 'a'}, {match: 'b', 1min: 1d}]",
    /^There is no key retention\.rules\[1\]\.1min, from .*; did you mean/,
  );
  check('{ rules: [{ raw: 1d }] }', /^retention\.rules\[0\]\.match must be a pattern .*; got none from/);
  check('[5]', /^retention\.rules\[0\] must be a map such as .*; got 5 from/);
  check('{ rules: 5 }', /^retention\.rules must be a list .*; got 5 from/);
  check('[{ tier: 1d }]', /^There is no key retention\.tier, from/);
  check('{ 1m: 0 }', /^retention\.1m must be .*; got 0 from/);
  refused(
    { env: { MILLRACE_RETENTION_BYTES_RAW: 'much' } },
    /^retentionBytes\.raw must be bytes, such as 50GiB, from 1 MiB to .*, or unlimited; got "much"/,
  );
});
