import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { EngineProcess } from '../../bench/macro/engine-process.js';

const REQUESTS = Number(process.env['MILLRACE_FUZZ_REQUESTS'] ?? 4_000);
const FIRST_SEED = Number(process.env['MILLRACE_FUZZ_SEED'] ?? 1);
/** Requests under way at once. */
const LANES = 8;

type Random = (below: number) => number;

/** mulberry32: 32 bits of state, so that one number reproduces a request. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

const point = {
  name: 'fuzz.http',
  value: 23.5,
  timestamp: '2024-01-01T00:00:00Z',
  labels: { host: 'a', é: 'ü' },
};
const points = {
  data: [point, { ...point, value: -1, timestamp: undefined, tags: { k: 'v' } }, { name: '', value: 'x' }],
};
const single = { metric_name: 'fuzz.http', value: 1, timestamp: 1_764_669_600, labels: { host: 'b' } };
const json = { 'content-type': 'application/json' };

const post = (path: string, headers: Record<string, string>, body: string | Uint8Array): Sent => ({
  method: 'POST',
  path,
  headers,
  body: Buffer.from(body),
});

const get = (path: string, headers: Record<string, string> = {}): Sent => ({
  method: 'GET',
  path,
  headers,
  body: undefined,
});

const corpus: Sent[] = [
  post('/api/v1/record', json, JSON.stringify(points)),
  post(
    '/api/v1/record',
    { 'content-type': 'application/msgpack' },
    encode(points, { ignoreUndefined: true }),
  ),
  post('/api/v1/record', { ...json, 'content-encoding': 'gzip' }, gzipSync(JSON.stringify(points))),
  post(
    '/api/v1/record',
    { 'content-type': 'application/x-ndjson' },
    `${JSON.stringify(point)}\n\n${JSON.stringify(single)}\n`,
  ),
  post('/metrics/ingest', json, JSON.stringify(single)),
  post('/metrics/ingest', { 'content-type': 'application/msgpack' }, encode(single)),
  get('/health'),
  get('/metrics/names'),
  get('/api/v1/operator/stats'),
  get('/query/raw?metric_name=fuzz.http&start_time=2023-12-31T00:00:00Z&end_time=now&limit=10&host=a'),
  get('/query/raw?metric_name=fuzz.http&start_time=1h&match={host=~"a|b.*",é!="x"}', {
    accept: 'application/x-ndjson',
  }),
  get('/query/raw?metric_name=fuzz.http&format=columns&cursor=AAAA', { accept: 'application/msgpack' }),
  get('/api/metrics/fuzz.http/latest?host=b'),
  get('/api/v1/stats/fuzz.http?start=7d&percentiles=50,99.9&label.host=a'),
  get('/api/v1/metrics/current?window=60s'),
];

const interesting = [
  '',
  '%',
  '%00',
  '%zz',
  '%ff',
  '"',
  '{',
  '}',
  '[',
  '\\',
  '&&',
  '=',
  '?',
  '/',
  '..',
  ';',
  ',',
  '-1',
  '1e999',
  'NaN',
  'null',
  '\u0000',
  'é',
  '9'.repeat(40),
  '('.repeat(60),
  '[a-z]{999}',
  '.*'.repeat(30),
];

/** Changes text by a few letters: taken out, doubled, replaced, or something put in that parsers stumble over. */
function mutateText(text: string, random: Random): string {
  let changed = text;
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(changed.length + 1);
    const end = Math.min(changed.length, at + 1 + random(6));
    const put = [
      interesting[random(interesting.length)]!,
      String.fromCharCode(random(256)),
      changed.slice(at, end).repeat(2),
      '',
    ][random(4)]!;
    changed = changed.slice(0, at) + put + changed.slice(random(2) === 0 ? at : end);
  }
  return changed;
}

function mutateBytes(body: Buffer, random: Random): Buffer {
  if (random(3) === 0) return Buffer.from(mutateText(body.toString('latin1'), random), 'latin1');
  const changed = Buffer.from(body);
  for (let changes = 1 + random(4); changes > 0 && changed.length > 0; changes--) {
    changed[random(changed.length)]! ^= 1 << random(8);
  }
  return random(4) === 0 ? changed.subarray(0, random(changed.length + 1)) : changed;
}

/** Node refuses to send letters that no URL or header has; those are for other tests, on bare sockets. */
const sendablePath = (path: string): string =>
  (path.startsWith('/') ? path : `/${path}`).replace(/[^\x21-\x7e]/g, '%C3');
const sendableHeader = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

const otherHeaders: [string, string][] = [
  ['accept', 'application/msgpack'],
  ['accept', '*/*;q=0, text/csv'],
  ['content-encoding', 'br'],
  ['content-encoding', 'deflate'],
  ['content-type', 'text/plain'],
  ['content-type', 'application/json; charset=latin1'],
  ['authorization', 'Bearer x'],
];

function mutate(good: Sent, random: Random): Sent {
  const sent = { ...good, headers: { ...good.headers } };
  for (let changes = 1 + random(2); changes > 0; changes--) {
    switch (random(sent.body === undefined ? 3 : 6)) {
      case 0:
        sent.path = sendablePath(mutateText(sent.path, random));
        break;
      case 1: {
        const [name, value] = otherHeaders[random(otherHeaders.length)]!;
        sent.headers[name] = random(3) === 0 ? sendableHeader(mutateText(value, random)) : value;
        break;
      }
      case 2:
        if (random(8) === 0) sent.method = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'POST'][random(6)]!;
        else sent.path = sendablePath(mutateText(sent.path, random));
        break;
      default:
        sent.body = mutateBytes(sent.body!, random);
    }
  }
  sent.path = sendablePath(sent.path);
  return sent;
}

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

/** Undefined when the connection was closed without an answer, as the HTTP layer below does with what is no HTTP. */
function send(port: number, { method, path, headers, body }: Sent): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const all = body === undefined ? headers : { ...headers, 'content-length': String(body.length) };
    const call = request(
      { port, host: '127.0.0.1', method, path, headers: all, timeout: 10_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            type: response.headers['content-type'] ?? '',
            body: Buffer.concat(chunks),
          }),
        );
        response.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer within 10 s')));
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(undefined);
      else reject(error);
    });
    call.end(body);
  });
}

function judge(sent: Sent, answer: Answer): void {
  const { status, type, body } = answer;
  assert.ok(status < 500, `${status}: ${body}`);
  if (sent.method === 'HEAD' || body.length === 0) return;
  if (type.startsWith('application/problem+json')) {
    const problem = JSON.parse(body.toString()) as Record<string, unknown>;
    assert.equal(problem['status'], status);
    assert.match(String(problem['code']), /^MR_[A-Z_]+$/);
    assert.ok(String(problem['detail']).length > 0);
  } else if (type.startsWith('application/json')) JSON.parse(body.toString());
  else if (type.startsWith('application/x-ndjson')) {
    for (const line of body.toString().split('\n')) if (line !== '') JSON.parse(line);
  }
  if (status >= 400 && status !== 431)
    assert.ok(type.startsWith('application/problem+json'), `${status} with ${type}: ${body}`);
}

test(`an engine answers ${REQUESTS} mutated requests without a 5xx, and what it answers can be read`, async (t) => {
  const engine = await EngineProcess.start({ flags: ['--workers', '2', '--retention-raw', '3650d'] });
  t.after(async () => {
    await engine.stop('SIGKILL');
    engine.removeFolder();
  });
  for (const good of corpus.slice(0, 6)) {
    const answer = await send(engine.port, good);
    assert.equal(answer?.status, 200, `${good.path} ${JSON.stringify(good.headers)}: ${answer?.body}`);
  }
  const statuses = new Map<number, number>();
  let seed = FIRST_SEED;
  const lane = async (): Promise<void> => {
    while (seed < FIRST_SEED + REQUESTS) {
      const own = seed++;
      const random = randomOf(own);
      const sent = mutate(corpus[random(corpus.length)]!, random);
      try {
        const answer = await send(engine.port, sent);
        const status = answer?.status ?? 0;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (answer !== undefined) judge(sent, answer);
      } catch (error) {
        const text = `${sent.method} ${sent.path} ${JSON.stringify(sent.headers)} ${sent.body?.toString('hex') ?? ''}`;
        throw new Error(`MILLRACE_FUZZ_SEED=${own} MILLRACE_FUZZ_REQUESTS=1 reproduces it: ${text}`, {
          cause: error,
        });
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  t.diagnostic(JSON.stringify([...statuses].sort(([a], [b]) => a - b)));
  assert.ok((statuses.get(200) ?? 0) > REQUESTS / 20, 'some of the mutated requests are still good');
  assert.equal((await fetch(`${engine.url}/health`)).status, 200);
  const { conservation } = await engine.json<{ conservation: { difference: number } }>(
    '/api/v1/operator/stats',
  );
  assert.equal(conservation.difference, 0);
  await engine.stop();
});
