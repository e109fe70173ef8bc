import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCommand } from '../../../src/cli/folder/check-command.js';
import { serve } from '../../../src/cli/serve.js';
import { statsLines } from '../../../src/cli/stats-table.js';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { EdgeFixture } from '../http/edge-fixture.js';
import { FakeHost, until } from './cli-fixture.js';

test('millrace --version and --help print to standard output and succeed', async () => {
  const version = new FakeHost();
  assert.equal(await version.run('--version'), 0);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const help = new FakeHost();
  assert.equal(await help.run('--help'), 0);
  for (const word of ['serve', 'generate', 'check', 'stats', 'Examples:'])
    assert.match(help.stdout, new RegExp(word));
});

test('millrace serve --help tells of every key', async () => {
  const host = new FakeHost();
  assert.equal(await host.run('serve', '--help'), 0);
  for (const key of CONFIG_KEYS) {
    assert.ok(host.stdout.includes(`--${key.flag} `), key.flag);
    assert.ok(host.stdout.replaceAll(/\s+/g, ' ').includes(key.description), key.path);
  }
});

test('millrace exits with 2 when it is used wrongly', async () => {
  const check = async (text: RegExp, ...argv: string[]): Promise<void> => {
    const host = new FakeHost();
    assert.equal(await host.run(...argv), 2, argv.join(' '));
    assert.match(host.stderr, text);
  };
  await check(/unknown command 'sreve'[\s\S]*serve/, 'sreve');
  await check(/unknown option '--prot'[\s\S]*--port/, 'serve', '--prot', '1');
  await check(
    /port must be a whole number from 0 to 65535; got "99999" from --port \(MR_CONFIG\)/,
    'serve',
    '--port',
    '99999',
  );
  await check(/Allowed choices are noise/, 'generate', '--pattern', 'square');
  await check(/It must be seconds/, 'generate', '--duration', 'soon');
  await check(/must begin with http/, 'stats', '--url', 'ftp://x');
});

test('serve() says where it listens, stops on a signal, and is forced by a second one', async () => {
  const host = new FakeHost();
  let finish = (): void => {};
  const stopping = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const config = loadConfig({ flags: { host: '::1' }, env: {}, file: undefined });
  const running = serve(config, host, async () => ({ port: 4711, stop: () => stopping }));
  await until(() => host.stdout !== '');
  assert.equal(host.stdout, 'listening on http://[::1]:4711\n');
  host.signal();
  assert.deepEqual(host.ends, []);
  host.signal();
  assert.deepEqual(host.ends, ['SIGINT']);
  finish();
  assert.equal(await running, 0);
  assert.equal(host.listeners.size, 0);
});

test('serve() says what nobody caught, and ends at once', async () => {
  const host = new FakeHost();
  const config = loadConfig({ flags: {}, env: {}, file: undefined });
  const running = serve(config, host, async () => ({ port: 1, stop: async () => {} }));
  await until(() => host.stdout !== '');
  for (const listener of host.crashListeners) listener(new Error('nobody thought of it'));
  assert.match(host.stderr, /fault of the program.*nobody thought of it\n\s+at /);
  assert.deepEqual(host.ends, ['SIGKILL']);
  host.signal();
  await running;
  assert.equal(host.crashListeners.size, 0);
});

test('serve() ends at once also when what nobody caught cannot be said', async () => {
  const host = new FakeHost();
  host.errNow = () => {
    throw new Error('EPIPE');
  };
  const config = loadConfig({ flags: {}, env: {}, file: undefined });
  const running = serve(config, host, async () => ({ port: 1, stop: async () => {} }));
  await until(() => host.stdout !== '');
  for (const listener of host.crashListeners) assert.throws(() => listener(new Error('unseen')), /EPIPE/);
  assert.deepEqual(host.ends, ['SIGKILL']);
  host.signal();
  await running;
});

test('serve() exits with 1 when the engine does not start', async () => {
  const host = new FakeHost();
  const config = loadConfig({ flags: {}, env: {}, file: undefined });
  const code = await serve(config, host, async () => {
    throw new Error('the folder is in use');
  });
  assert.deepEqual([code, host.stdout, host.stderr], [1, '', 'millrace: the folder is in use\n']);
});

test('serve() stops when the signal comes while it starts', async () => {
  const host = new FakeHost();
  const config = loadConfig({ flags: {}, env: {}, file: undefined });
  let stops = 0;
  const code = serve(config, host, async () => {
    host.signal();
    return {
      port: 1,
      stop: async () => {
        stops++;
      },
    };
  });
  assert.deepEqual([await code, stops], [0, 1]);
});

test('millrace check exits with 3 when there is damage', async () => {
  const check = async (isSound: boolean, code: number): Promise<void> => {
    const host = new FakeHost();
    host.env['MILLRACE_DATA'] = '/some/data';
    const codes: number[] = [];
    const command = checkCommand(
      host,
      (result) => void codes.push(result),
      async (data, watcher) => {
        watcher.onShard(0, `looking at ${data}`);
        return isSound;
      },
    );
    await command.parseAsync([], { from: 'user' });
    assert.deepEqual(codes, [code]);
    assert.match(host.stdout, isSound ? /looking at \/some\/data\n.*is sound/ : /is damaged/);
  };
  await check(true, 0);
  await check(false, 3);
});

test('millrace stats prints a table, or the JSON', async (t) => {
  const edge = await EdgeFixture.start(t);
  const host = new FakeHost();
  assert.equal(await host.run('stats', '--url', edge.url), 0);
  assert.match(host.stdout, /points_per_second\n {2}1s +1\nshards\n {2}shard {2}series\n/);
  const json = new FakeHost();
  assert.equal(await json.run('stats', '--base-url', `${edge.url}/`, '--json'), 0);
  assert.deepEqual(JSON.parse(json.stdout), await edge.engine.stats());
});

test('millrace stats --watch prints until a signal comes', async (t) => {
  const edge = await EdgeFixture.start(t);
  const host = new FakeHost();
  const running = host.run('stats', '--base-url', edge.url, '--json', '--watch', '0.1');
  await until(() => host.stdout.split('\n').length > 3);
  host.signal();
  assert.equal(await running, 0);
});

test('millrace stats exits with 4 when no server answers', async () => {
  const host = new FakeHost();
  assert.equal(await host.run('stats', '--url', 'http://127.0.0.1:9'), 4);
  assert.match(
    host.stderr,
    /No server answers at http:\/\/127.0.0.1:9 \(.*\)\. Start one with "millrace serve"/,
  );
});

test('statsLines() lays out scalars, objects, lists and tables', () => {
  const lines = statsLines({
    uptime: 1234.5678,
    size_bytes: 1536,
    none: null,
    latency: { ack: { p50: 1, p99: 2 }, commit: { p50: 10, p99: 20 } },
    shards: [
      { shard: 0, ring: 5 },
      { shard: 1, ring: 12_345 },
    ],
    alerts: [],
  });
  assert.deepEqual(lines, [
    'uptime      1,234.568',
    'size_bytes  1.5 KiB',
    'none        -',
    'latency',
    '          p50  p99',
    '     ack    1    2',
    '  commit   10   20',
    'shards',
    '  shard    ring',
    '      0       5',
    '      1  12,345',
    'alerts',
    '  none',
  ]);
});
