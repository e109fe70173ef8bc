import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decode } from '@msgpack/msgpack';
import { z } from 'zod';
import { EngineProcess } from '../../bench/macro/engine-process.js';

/**
 * What holds for every HTTP call alike, of each that /openapi.json names: methods, formats, unknown parameters, tokens,
 * and that whatever is refused is a problem document.
 */
const SENDER = 'sender';
const ADMIN = 'boss';
const PROBLEM = 'application/problem+json';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

interface Operation {
  parameters?: { name: string; in: string; schema: { enum?: string[] } }[];
  requestBody?: unknown;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Declared {
  method: string;
  path: string;
  /** With what a call can't be without filled in. */
  target: string;
  operation: Operation;
}

let engine: EngineProcess;
let calls: Declared[] = [];
let schemas: Record<string, unknown> = {};

before(async () => {
  engine = await EngineProcess.start({
    flags: ['--workers', '1', '--token', SENDER, '--admin-token', ADMIN],
  });
  const data = Array.from({ length: 20 }, (_, i) => ({
    name: 'cpu',
    value: i,
    timestamp: Date.now() - i * 1_000,
    labels: { host: `h${i % 2}` },
  }));
  assert.equal((await call('POST', '/api/v1/record', { token: SENDER, body: { data } })).status, 200);
  const { paths, components } = (await engine.json('/openapi.json')) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, unknown> };
  };
  schemas = components.schemas;
  calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      target: target(path, operation),
      operation,
    })),
  );
  // The page keeps its own state behind the question mark, and is there when it was built.
  calls = calls.filter(({ path }) => path !== '/dashboard');
  assert.ok(calls.length > 30, `${calls.length} calls`);
});

after(() => engine.stop());

function target(path: string, { parameters = [] }: Operation): string {
  const filled = path.replace('{metric}', 'cpu').replace('{label}', 'host');
  const needed = parameters.some(({ name }) => name === 'metric_name') ? '?metric_name=cpu' : '';
  return filled + needed;
}

const withQuery = (target: string, query: string): string =>
  `${target}${target.includes('?') ? '&' : '?'}${query}`;

interface Asked {
  token?: string;
  accept?: string;
  body?: object | string;
}

async function call(method: string, path: string, { token, accept, body }: Asked = {}) {
  const response = await fetch(`${engine.url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(accept === undefined ? {} : { accept }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    headers: response.headers,
    bytes,
    text: bytes.toString(),
  };
}

type Reply = Awaited<ReturnType<typeof call>>;

/** That a refusal is what RFC 9457 and docs/errors.md say it is. */
function isProblem(reply: Reply, status: number, what: string): void {
  assert.deepEqual([reply.status, reply.type], [status, PROBLEM], `${what}: ${reply.text.slice(0, 200)}`);
  const { type, title, detail, code, status: told } = JSON.parse(reply.text) as Record<string, string>;
  assert.equal(type, `urn:millrace:problem:${code?.replace(/^MR_/, '').toLowerCase().replaceAll('_', '-')}`);
  assert.deepEqual([typeof title, Number(told), (detail?.length ?? 0) > 10], ['string', status, true], what);
  const retries = reply.headers.get('retry-after');
  assert.equal(retries !== null, status === 429 || status === 503, `${what}: Retry-After ${retries}`);
}

test('every path says which methods it has, and refuses the others', async () => {
  const byPath = new Map<string, Declared[]>();
  for (const each of calls) byPath.set(each.path, [...(byPath.get(each.path) ?? []), each]);
  for (const [path, declared] of byPath) {
    const methods = declared.map(({ method }) => method);
    if (methods.includes('GET')) methods.push('HEAD');
    const allow = [...methods, 'OPTIONS'].sort().join(', ');
    const plain = declared[0]!.target;
    const options = await call('OPTIONS', plain);
    assert.deepEqual([options.status, options.headers.get('allow'), options.text], [204, allow, ''], path);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(
      (each) => !methods.includes(each),
    )) {
      const refused = await call(method, plain);
      isProblem(refused, 405, `${method} ${path}`);
      assert.equal(refused.headers.get('allow'), allow);
    }
  }
});

test('every reading call answers alike by GET and HEAD, with and without a token, in JSON and MessagePack', async () => {
  for (const each of calls.filter(({ method }) => method === 'GET')) {
    // A stream has no end, and snapshots are for admins.
    if (['/api/v1/stream', '/api/v1/snapshot'].includes(each.path)) continue;
    const { target } = each;
    const got = await call('GET', target);
    assert.equal(got.status, 200, `${target}: ${got.text.slice(0, 200)}`);
    assert.equal((await call('GET', target, { token: 'wrong' })).status, 200, target);
    const head = await call('HEAD', target);
    assert.deepEqual([head.status, head.type, head.text], [200, got.type, ''], target);
    if (got.type !== 'application/json' || each.path === '/openapi.json') continue;
    const packed = await call('GET', target, { accept: 'application/msgpack' });
    assert.equal(packed.type, 'application/msgpack', target);
    assert.deepEqual(Object.keys(decode(packed.bytes) as object), Object.keys(JSON.parse(got.text)), target);
  }
});

/** Holds an answer against what the document says of it. */
function checkDescribed(
  { operation }: Declared,
  status: number,
  type: string,
  body: unknown,
  what: string,
): void {
  const schema = operation.responses[status]?.content?.[type]?.schema;
  assert.ok(schema !== undefined, `${what}: ${status} ${type} is not described`);
  const whole = JSON.stringify({ ...schema, $defs: schemas }).replaceAll('#/components/schemas/', '#/$defs/');
  const { success, error } = z.fromJSONSchema(JSON.parse(whole) as JsonSchema).safeParse(body);
  assert.ok(success, `${what}: ${error?.message}`);
  assert.deepEqual([...new Set(undescribed([JSON.parse(whole) as Described], body))], [], what);
}

/** As much of a JSON schema as says which members a value may have. */
interface Described {
  properties?: Record<string, Described>;
  additionalProperties?: Described | boolean;
  items?: Described;
  anyOf?: Described[];
  $ref?: string;
  type?: string;
}

/** Members of a value that its schemas don't name, as paths: they allow more, so that members may be added, but tell of all. */
function undescribed(schemas: readonly Described[], value: unknown, path = ''): string[] {
  const forms = schemas.flatMap(formsOf);
  if (Array.isArray(value)) {
    const items = forms.flatMap((form) => form.items ?? []);
    return items.length === 0 ? [path] : value.flatMap((item) => undescribed(items, item, `${path}[]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${path}.${name}`;
    const named = forms.flatMap(({ properties }) => properties?.[name] ?? []);
    const described = named.length > 0 ? named : forms.map((form) => form.additionalProperties).filter(isMap);
    return described.length === 0 ? [at] : undescribed(described, member, at);
  });
}

/** Whether members of any name are described: by more than that they may be anything. */
const isMap = (schema: Described | boolean | undefined): schema is Described =>
  typeof schema === 'object' && Object.keys(schema).length > 0;

/** A schema, or the forms that it has, with references followed. */
function formsOf({ $ref, anyOf, ...schema }: Described): Described[] {
  const named = $ref === undefined ? [] : formsOf(schemas[$ref.replace('#/$defs/', '')] as Described);
  return [schema, ...named, ...(anyOf ?? []).flatMap(formsOf)];
}

test('every reading call answers as the document describes, in JSON and columns, whole, split and where there is nothing', async () => {
  for (const each of calls.filter(({ method, path }) => method === 'GET' && path !== '/openapi.json')) {
    if (['/api/v1/stream', '/api/v1/snapshot'].includes(each.path)) continue;
    const parameters = each.operation.parameters ?? [];
    const has = (name: string): boolean => parameters.some((parameter) => parameter.name === name);
    const asked = [
      '_=1',
      ...(has('group_by') ? ['group_by=host'] : []),
      ...(has('trace') ? ['trace=1'] : []),
      ...(has('fill') ? ['fill=null&window=1s'] : []),
      ...(has('end') ? ['end=2001-01-01T00:00:00Z'] : []),
      ...(has('match') ? ['match={host="none"}'] : []),
      ...(has('start') ? ['start=2d', 'start=20d', 'start=now'] : []),
    ];
    const formats = parameters.find(({ name }) => name === 'format')?.schema.enum ?? [];
    for (const format of ['json', 'columns'].filter((name) => formats.includes(name))) {
      for (const query of asked) {
        const target = withQuery(each.target, `${query}&format=${format}`);
        const got = await call('GET', target);
        checkDescribed(each, got.status, got.type, JSON.parse(got.text), target);
      }
    }
  }
});

test('every call refuses a parameter that it does not know, and names the nearest that it has', async () => {
  for (const each of calls) {
    const token = ADMIN;
    const { method, target, operation } = each;
    isProblem(await call(method, withQuery(target, 'nosuchthing=1'), { token }), 400, `${method} ${target}`);
    const names = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
    const [first] = names.filter(({ name }) => /^[a-z_]{5,}$/.test(name) && name.at(-1) !== name.at(-2));
    if (first === undefined || target.includes(`${first.name}=`)) continue;
    const misspelt = `${first.name.slice(0, -2)}${first.name.at(-1)}${first.name.at(-2)}`;
    const refused = await call(method, withQuery(target, `${misspelt}=1`), { token });
    isProblem(refused, 400, `${method} ${target} ${misspelt}`);
    assert.match(refused.text, /Did you mean /, `${method} ${target} ${misspelt}`);
  }
});

test('calls that take points or change something need a token of their kind', async () => {
  const check = async (method: string, path: string, statuses: number[]): Promise<void> => {
    const tokens = [undefined, 'wrong', SENDER, ADMIN];
    for (const [at, token] of tokens.entries()) {
      const reply = await call(method, path, token === undefined ? {} : { token });
      const what = `${method} ${path} as ${token ?? 'nobody'}`;
      if (statuses[at] === 200) assert.equal(reply.status, 200, `${what}: ${reply.text}`);
      else isProblem(reply, statuses[at]!, what);
      assert.equal(reply.headers.has('www-authenticate'), statuses[at] === 401, what);
    }
  };
  // Without a body, which is refused behind the token.
  for (const path of ['/api/v1/record', '/metrics/ingest', '/backfill/import'])
    await check('POST', path, [401, 403, 400, 400]);
  await check('POST', '/api/v1/rollups/trigger', [401, 403, 403, 200]);
  await check('POST', '/api/v1/retention/sweep', [401, 403, 403, 200]);
  await check('POST', '/api/v1/snapshot?name=a', [401, 403, 403, 200]);
  await check('GET', '/api/v1/snapshot', [401, 403, 403, 200]);
  await check('DELETE', '/api/v1/snapshot?name=a', [401, 403, 403, 200]);
  await check('DELETE', '/api/v1/series', [401, 403, 403, 400]);
});

test('every call with a body refuses what is none, and never fails by it', async () => {
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '7',
    '"x"',
    '{"x":1}',
    '['.repeat(50_000),
    '{"a":'.repeat(50_000),
    '\ud800',
  ];
  for (const { method, target, operation } of calls) {
    if (operation.requestBody === undefined) continue;
    for (const body of bodies) {
      const reply = await call(method, target, { token: ADMIN, body });
      const what = `${method} ${target} with ${body.slice(0, 10)}`;
      // No body at all is one to those that need none.
      if (body === '' && reply.status === 200) continue;
      isProblem(reply, 400, what);
    }
  }
});
