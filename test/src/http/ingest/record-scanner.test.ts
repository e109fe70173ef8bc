import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readJson } from '../../../../src/http/ingest/body-reader.js';
import { IngestReport } from '../../../../src/http/ingest/ingest-report.js';
import { addPoint } from '../../../../src/http/ingest/point-batch.js';
import { RecordScanner } from '../../../../src/http/ingest/record-scanner.js';
import { SeriesCache } from '../../../../src/http/ingest/series-cache.js';
import { NOW_MS } from '../edge-fixture.js';
import { FakeEngine } from '../fake-engine.js';

const encoder = new TextEncoder();

interface Outcome {
  rows: object[];
  rejects: number[];
  accepted: number;
  rejected: number;
  errors: object[];
}

function outcome(engine: FakeEngine, report: IngestReport): Outcome {
  const { accepted, rejected, errors } = report;
  return { rows: engine.rows(), rejects: engine.rejects, accepted, rejected, errors };
}

/** What the byte path makes of a body; undefined: unusual. */
function scan(
  body: Uint8Array,
  scanner = new RecordScanner(new SeriesCache(8)),
  engine = new FakeEngine(),
): Outcome | undefined {
  const report = new IngestReport();
  const sink = engine.begin(NOW_MS);
  if (scanner.scanBody(body, 'data', sink, report) < 0) {
    sink.abort();
    return undefined;
  }
  sink.commit(() => undefined);
  return outcome(engine, report);
}

/** What the object path makes of it; throws where it is no JSON batch. */
function read(body: Uint8Array): Outcome {
  const engine = new FakeEngine();
  const report = new IngestReport();
  const sink = engine.begin(NOW_MS);
  const { data } = readJson(body) as { data: unknown[] };
  data.forEach((point, index) => {
    addPoint(sink, report, index, point);
  });
  sink.commit(() => undefined);
  return outcome(engine, report);
}

const text = fc.oneof(
  fc.constantFrom(
    'cpu_usage',
    'api.latency',
    'host',
    'web-1',
    'ä',
    '😀',
    '',
    'a"b',
    'back\\slash',
    'tab\t',
    '}',
    '{',
    ',',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const number = fc.oneof(
  fc.double().filter(Number.isFinite).map(String),
  fc.integer().map(String),
  fc.constantFrom(
    '0',
    '-0',
    '1e5',
    '1E-3',
    '123456789012345678901234567890',
    '0.1',
    '1e400',
    '-1e400',
    '5e-324',
    '9007199254740993',
    '2.2250738585072011e-308',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
  ),
);
const time = fc.oneof(
  fc
    .date({ min: new Date(0), max: new Date(NOW_MS * 1.2), noInvalidDate: true })
    .map((date) => JSON.stringify(date.toISOString())),
  fc.constantFrom(
    '"2024-01-01T00:00:00Z"',
    '"2024-01-01T00:00:00.123456+02:00"',
    '"2024-02-30T00:00:00Z"',
    '1704067200',
    '1704067200123.5',
    'null',
    '"now"',
    '1e20',
    '-5',
  ),
);
const labels = fc.oneof(
  fc.dictionary(text, text, { maxKeys: 4 }).map((object) => JSON.stringify(object)),
  fc.constantFrom(
    '{}',
    '{"a":1}',
    '{"a":{"b":"c"}}',
    'null',
    '[]',
    '{"__proto__":"x"}',
    '{"a":"1","a":"2"}',
    '{ "a" : "b" }',
    '{"a":"b",}',
  ),
);
const space = fc.constantFrom('', '', '', ' ', '\n ', '\t');
const member = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('extra', 'names', 'valu', 'value2'), number) },
  { weight: 12, arbitrary: fc.tuple(fc.constantFrom('labels', 'tags'), labels) },
  { weight: 12, arbitrary: fc.tuple(fc.constant('timestamp'), time) },
);
const point = fc
  .tuple(text, number, fc.array(member, { maxLength: 2 }), space, fc.boolean())
  .chain(([name, value, more, gap, isLong]) => {
    const members = [[isLong ? 'metric_name' : 'name', JSON.stringify(name)], ['value', value], ...more];
    return fc
      .shuffledSubarray(members, { minLength: members.length })
      .map(
        (shuffled) =>
          `{${shuffled.map(([key, raw]) => `"${key}"${gap}:${gap}${raw}`).join(`${gap},`)}${gap}}`,
      );
  });
const body = fc
  .tuple(fc.array(point, { maxLength: 5 }), space)
  .map(([points, gap]) => `${gap}{${gap}"data"${gap}:[${gap}${points.join(`,${gap}`)}]${gap}}${gap}`);

test('scanBody() gives what JSON.parse and addPoint() give when it takes a body at all', () => {
  let taken = 0;
  fc.assert(
    fc.property(body, (text) => {
      const bytes = encoder.encode(text);
      const scanned = scan(bytes);
      if (scanned === undefined) return;
      taken++;
      assert.deepEqual(scanned, read(bytes));
    }),
    { numRuns: 3000 },
  );
  assert.ok(taken > 300, `only ${taken} bodies went by the fast path, which proves little`);
});

test('scanBody() never takes what JSON.parse refuses when bytes are changed at random', () => {
  const changes = fc.array(
    fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0x22, 0x5c, 0x7d, 0x2c))),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(body, changes, (text, edits) => {
      const bytes = encoder.encode(text);
      for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
      const scanned = scan(bytes);
      if (scanned !== undefined) assert.deepEqual(scanned, read(bytes));
    }),
    { numRuns: 4000 },
  );
});

test('scanBody() gives the same when its cache is warm', () => {
  const scanner = new RecordScanner(new SeriesCache(8));
  const engine = new FakeEngine();
  fc.assert(
    fc.property(body, (text) => {
      const bytes = encoder.encode(text);
      engine.points.length = 0;
      engine.rejects.length = 0;
      const warm = scan(bytes, scanner, engine);
      const cold = scan(bytes);
      assert.deepEqual(warm, cold);
    }),
    { numRuns: 1500 },
  );
});

test('scanBody() takes the usual bodies and leaves the unusual ones', () => {
  const check = (text: string, isTaken: boolean): void =>
    assert.equal(scan(encoder.encode(text)) !== undefined, isTaken, text);
  check('{"data":[]}', true);
  check('{"data":[{"name":"a","value":1}]}', true);
  check(
    '{"data":[{"name":"a","value":1.25,"timestamp":"2024-01-01T00:00:00Z","labels":{"host":"b"}}]}',
    true,
  );
  check('{"data":[{"value":-1e-7,"tags":{},"metric_name":"ä","timestamp":1704067200}]}', true);
  check('{"data":[{"name":"a\\u0041","value":1}]}', false);
  check('{"data":[{"name":"a","value":1,"name":"b"}]}', false);
  check('{"data":[{"name":"a"}]}', false);
  check('{"data":[{"name":"a","value":"1"}]}', false);
  check('{"data":[{"name":"a","value":1}],"more":1}', false);
  check('{"data":[{"name":"a","value":1},]}', false);
  check('{"data":[{"name":"a","value":1,}]}', false);
  check('{"data":[{"name":"a","value":1}', false);
  check('{"data":[{"name":"a","value":1}]}x', false);
  check('[]', false);
  check('', false);
});

test('scanBody() resolves a series once when it comes again', () => {
  const engine = new FakeEngine();
  const scanner = new RecordScanner(new SeriesCache(8));
  let resolved = 0;
  const resolve = engine.resolve.bind(engine);
  engine.resolve = (name, labels) => {
    resolved++;
    return resolve(name, labels);
  };
  const one = '{"name":"a","value":1,"labels":{"host":"b"}}';
  scan(encoder.encode(`{"data":[${one},${one},${one}]}`), scanner, engine);
  scan(encoder.encode(`{"data":[${one}]}`), scanner, engine);
  assert.equal(resolved, 1);
});
