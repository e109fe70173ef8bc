import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decode, encode } from '@msgpack/msgpack';
import type { AnyWebSocketBehavior } from '../../../../src/http/websocket-route.js';
import { EdgeFixture } from '../../http/edge-fixture.js';
import { FakeHost, until } from '../cli-fixture.js';

/** An engine that acknowledges everything, or nothing from some batch on, and keeps what came. */
class FakeIngest {
  readonly hellos: Record<string, unknown>[] = [];
  readonly values: number[] = [];
  readonly series: unknown[] = [];
  /** Batches from this seq on are never answered. */
  silentFrom = Number.POSITIVE_INFINITY;

  readonly behavior: AnyWebSocketBehavior = {
    maxPayloadLength: 16 * 1024 * 1024,
    message: (ws, message) => {
      const frame = decode(new Uint8Array(message).slice()) as unknown[];
      const send = (answer: unknown[]): unknown => ws.send(encode(answer).slice(), true);
      const [op, seq] = frame as [number, number];
      if (op === 0) {
        this.hellos.push(frame[1] as Record<string, unknown>);
        const limits = { maxFrameBytes: 1e7, maxPointsPerBatch: 1e6, maxInFlight: 4 };
        send([64, { v: 1, server: 'fake', ...limits, lastSeq: 0 }]);
      }
      if (op === 1) this.series.push(...(frame[1] as unknown[][]).map(([, name, labels]) => [name, labels]));
      if (op !== 2 || seq >= this.silentFrom) return;
      const bytes = frame[5] as Uint8Array;
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      for (let i = 0; i < bytes.length; i += 8) this.values.push(view.getFloat64(i, true));
      send([65, seq, bytes.length / 8, []]);
    },
  };
}

async function start(t: TestContext): Promise<{ edge: EdgeFixture; ingest: FakeIngest; folder: string }> {
  const ingest = new FakeIngest();
  const edge = await EdgeFixture.start(t, {
    webSockets: [{ pattern: '/ws/ingest', behavior: ingest.behavior }],
  });
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { edge, ingest, folder };
}

const CSV = 'timestamp,metric,value,host\n1700000000,cpu,1,a\n1700000001,cpu,2,b\n';

test('millrace import sends a file as a history and sums up', async (t) => {
  const { edge, ingest, folder } = await start(t);
  const check = async (name: string, content: string | Uint8Array, ...flags: string[]) => {
    ingest.values.length = ingest.series.length = ingest.hellos.length = 0;
    const file = join(folder, name);
    writeFileSync(file, content);
    const host = new FakeHost();
    assert.equal(await host.run('import', file, '--base-url', edge.url, ...flags), 0, host.stderr);
    assert.deepEqual(ingest.values, [1, 2]);
    assert.deepEqual(ingest.series, [
      ['cpu', { host: 'a' }],
      ['cpu', { host: 'b' }],
    ]);
    assert.equal(ingest.hellos[0]?.['backfill'], true);
    assert.match(host.stdout, /^2 imported, 0 refused, of .* in .* s\n2 points, /);
  };
  const ndjson =
    '{"name":"cpu","value":1,"labels":{"host":"a"}}\n{"metric_name":"cpu","value":2,"tags":{"host":"b"}}';
  await check('a.csv', CSV);
  await check('a.csv.gz', gzipSync(CSV));
  await check('packed-without-saying', gzipSync(CSV));
  await check('a.ndjson', ndjson);
  await check('nameless', ndjson);
  await check('odd.csv', ndjson, '--format', 'ndjson');
  await check(
    'columns.csv',
    'zone;when;host;v\nx;1700000000;a;1\nx;1700000001;b;2\n',
    ...['--metric', 'cpu', '--timestamp-column', 'when', '--value-column', 'v'],
    ...['--label-columns', 'host', '--delimiter', ';'],
  );
});

test('millrace import reads standard input', async (t) => {
  const { edge, ingest } = await start(t);
  const host = new FakeHost();
  // A byte at a time, and packed: the first two bytes say so.
  host.input = Readable.from([...gzipSync(CSV)].map((byte) => Uint8Array.of(byte)));
  assert.equal(await host.run('import', '-', '--base-url', edge.url), 0, host.stderr);
  assert.deepEqual(ingest.values, [1, 2]);
  const empty = new FakeHost();
  assert.equal(await empty.run('import', '-', '--base-url', edge.url), 0, empty.stderr);
  assert.match(empty.stdout, /^0 imported, 0 refused, of standard input/);
});

test('millrace import says in its exit code how it went', async (t) => {
  const { edge, folder } = await start(t);
  const check = async (content: string, code: number, text: RegExp, ...flags: string[]) => {
    const file = join(folder, 'file');
    writeFileSync(file, content);
    const host = new FakeHost();
    assert.equal(await host.run('import', file, '--base-url', edge.url, ...flags), code, host.stderr);
    assert.match(host.stdout + host.stderr, text);
  };
  await check(CSV, 0, /2 imported, 0 refused/);
  await check(`${CSV}broken\n`, 5, /2 imported, 1 refused[\s\S]*bad_line: 1, first on line 4/);
  await check(
    'timestamp,metric,value\n1,m,x\n',
    1,
    /0 imported, 1 refused[\s\S]*invalid_value: 1, first on line 2/,
  );
  await check('timestamp,value\n1,1\n', 2, /The header must have a metric column/);
  await check('[{"name":"m"}]', 1, /a point a line, not an array/);
  await check(
    `timestamp,value\n1,"${'x'.repeat(400_000)}\n`.repeat(2),
    1,
    /begins on line 2 is longer than/,
    '--metric',
    'm',
  );
  const missing = new FakeHost();
  assert.equal(await missing.run('import', join(folder, 'none'), '--base-url', edge.url), 2);
  assert.match(missing.stderr, /none can't be read: ENOENT/);
  const dir = new FakeHost();
  assert.equal(await dir.run('import', folder, '--base-url', edge.url), 2);
  assert.match(dir.stderr, /it is a folder/);
  const gone = new FakeHost();
  assert.equal(await gone.run('import', join(folder, 'file'), '--base-url', 'http://127.0.0.1:9'), 4);
  for (const flags of [
    ['--from-line', '0'],
    ['--delimiter', 'ab'],
    ['--format', 'xml'],
  ]) {
    assert.equal(await new FakeHost().run('import', 'x', ...flags), 2);
  }
});

test('millrace import says where it stopped when the file is broken or the user stops it', async (t) => {
  const { edge, ingest, folder } = await start(t);
  const rows = (from: number, count: number): string =>
    Array.from({ length: count }, (_, i) => `1700000000,cpu,${from + i},a\n`).join('');
  const packed = gzipSync(`timestamp,metric,value,host\n${rows(0, 25_000)}`);
  const file = join(folder, 'cut.csv.gz');
  writeFileSync(file, packed.subarray(0, packed.length - 10));
  const cut = new FakeHost();
  assert.equal(await cut.run('import', file, '--base-url', edge.url), 1);
  assert.match(cut.stderr, /Reading .*cut\.csv\.gz failed: unexpected end of file/);
  assert.match(
    cut.stderr,
    /Everything before line \d+ is stored. Go on from there with: millrace import .* --from-line \d+/,
  );

  ingest.values.length = 0;
  const stopped = new FakeHost();
  const input = new Readable({ read: () => undefined });
  stopped.input = input;
  const running = stopped.run('import', '-', '--base-url', edge.url);
  input.push(`timestamp,metric,value,host\n${rows(0, 25_000)}`);
  await until(() => ingest.values.length >= 20_000);
  // The pipe says nothing more, and is not waited for.
  stopped.signal();
  assert.equal(await running, 1);
  assert.match(stopped.stderr, /Everything before line 20002 is stored/);
  assert.match(stopped.stdout, /20,000 imported/);
});

test('millrace import needs the token that the server asks for', async (t) => {
  const behavior: AnyWebSocketBehavior = {
    message: (ws) => ws.end(4401, 'the token is not known here'),
  };
  const edge = await EdgeFixture.start(t, { webSockets: [{ pattern: '/ws/ingest', behavior }] });
  const host = new FakeHost();
  host.input = Readable.from([Buffer.from(CSV)]);
  assert.equal(await host.run('import', '-', '--base-url', edge.url), 1);
  assert.match(host.stderr, /refused the token/);
});
