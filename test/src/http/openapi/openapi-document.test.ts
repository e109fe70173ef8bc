import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALLS } from '../../../../src/http/calls.js';
import { openApiDocument } from '../../../../src/http/openapi/openapi-document.js';
import { EdgeFixture } from '../edge-fixture.js';

// biome-ignore lint/suspicious/noExplicitAny: a document is walked freely.
type Json = any;

const document: Json = JSON.parse(JSON.stringify(openApiDocument(CALLS, '1.2.3')));
const operations: { path: string; method: string; operation: Json }[] = Object.entries(
  document.paths,
).flatMap(([path, methods]) =>
  Object.entries(methods as Json).map(([method, operation]) => ({ path, method, operation })),
);

test('openApiDocument() has every call that is served, once', () => {
  const documented = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort();
  const served = CALLS.filter((call) => !call.isInternal).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(documented, served.sort());
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
});

test('openApiDocument() declares the parameters of each path, and none twice', () => {
  for (const { path, operation } of operations) {
    const inPath = operation.parameters.filter((each: Json) => each.in === 'path');
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    assert.deepEqual(
      inPath.map((each: Json) => each.name),
      named,
      path,
    );
    const names = operation.parameters.map((each: Json) => `${each.in} ${each.name}`);
    assert.equal(new Set(names).size, names.length, path);
    for (const each of operation.parameters) assert.ok(each.schema !== undefined, `${path} ${each.name}`);
  }
});

test('openApiDocument() refers to nothing that it lacks', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  assert.ok(references.length > 0);
  for (const reference of references) {
    const found = reference.split('/').reduce((at: Json, name) => at?.[name], document);
    assert.ok(found !== undefined, reference);
  }
});

test('openApiDocument() tells the bounds, names and defaults that the checks have', () => {
  const parameter = (path: string, name: string): Json =>
    document.paths[path].get.parameters.find((each: Json) => each.name === name);
  assert.equal(parameter('/query/raw', 'limit').schema.minimum, 1);
  assert.equal(parameter('/query/raw', 'start_time').description, 'Another name of start.');
  assert.equal(parameter('/api/v1/metrics/current', 'window').schema.default, '60s');
  assert.deepEqual(parameter('/metrics/names', 'format').schema.enum, ['json', 'msgpack', 'csv', 'ndjson']);
  assert.equal(parameter('/query/raw', 'match').schema.type, 'array');
  assert.match(
    document.paths['/query/raw'].get.responses[200].headers['Next-Cursor'].description,
    /last page/,
  );
  assert.ok(
    '^label\\..+' in parameter('/query/raw', 'label.NAME').schema.patternProperties,
    JSON.stringify(parameter('/query/raw', 'label.NAME')),
  );
  const record = document.paths['/api/v1/record'].post;
  assert.deepEqual(Object.keys(record.requestBody.content), [
    'application/json',
    'application/msgpack',
    'application/x-ndjson',
  ]);
  assert.deepEqual(Object.keys(record.responses), ['200', '400', '401', '403', '413', '415', '429', '503']);
});

test('openApiDocument() lets columns have what calls add to times and series', () => {
  const { additionalProperties, properties } = document.components.schemas.Columns;
  assert.deepEqual(additionalProperties, {});
  assert.deepEqual(Object.keys(properties.series.items.properties), ['labels', 'name', 'values']);
  assert.deepEqual(properties.series.items.required, ['labels', 'values']);
});

test('every call that reads series takes label filters', () => {
  const filters = ['host', 'label.', 'match'];
  for (const { method, path, group, fields, body } of CALLS) {
    const reads = group === 'Names' || group === 'Reading';
    if (!reads || path === '/api/v1/metrics/summary') continue;
    const names = fields.map(({ name }) => name);
    if (body === undefined)
      assert.deepEqual(
        filters.filter((name) => !names.includes(name)),
        [],
        `${method} ${path}`,
      );
    else assert.ok(body.schema.safeParse({ ...body.example, match: '{host=~"a.*"}' }).success, path);
  }
});

test('every declared example is what its schema takes', () => {
  for (const call of CALLS) {
    if ('schema' in call.answer) {
      const parsed = call.answer.schema.safeParse(call.answer.example);
      assert.ok(parsed.success, `${call.path} answer: ${parsed.error?.message}`);
    }
    const body = call.body ?? call.streamedBody;
    if (body !== undefined) {
      const parsed = body.schema.safeParse(body.example);
      assert.ok(parsed.success, `${call.path} body: ${parsed.error?.message}`);
    }
  }
});

test('GET /openapi.json serves the document', async (t) => {
  const edge = await EdgeFixture.start(t);
  const reply = await edge.call('/openapi.json');
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.deepEqual(reply.json.paths, document.paths);
});

test('GET /docs is a page that asks nothing of anybody else', async (t) => {
  const edge = await EdgeFixture.start(t);
  const page = await edge.call('/docs');
  assert.match(page.headers['content-type']!, /^text\/html/);
  const policy = page.headers['content-security-policy']!;
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  // Every part that the page names, and every module that those name, is served from here.
  const wanted = [...page.text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path]) => path!);
  const seen = new Set<string>();
  while (wanted.length > 0) {
    const path = wanted.pop()!;
    if (seen.has(path)) continue;
    seen.add(path);
    const part = await edge.call(path);
    assert.equal(part.status, 200, path);
    assert.match(part.headers['content-type']!, path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
    for (const [, name] of part.text.matchAll(/from '\.\/([\w-]+\.js)'/g)) wanted.push(`/docs/${name}`);
    assert.doesNotMatch(part.text, /https?:\/\/|innerHTML|insertAdjacentHTML|document\.write|eval\(/, path);
  }
  assert.ok(seen.size >= 6, [...seen].join(' '));
});
