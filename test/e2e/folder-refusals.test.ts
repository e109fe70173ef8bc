import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EngineProcess, EngineStartError } from '../../bench/macro/engine-process.js';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The engine must not start there: exit code 1, one line that says what is wrong and what to do, no stack. */
async function refusal(folder: string, wanted: RegExp): Promise<void> {
  await assert.rejects(EngineProcess.start({ folder, flags: ['--workers', '2'] }), (error: unknown) => {
    assert.ok(error instanceof EngineStartError, String(error));
    assert.equal(error.exitCode, 1, error.errors);
    assert.match(error.errors, wanted);
    assert.doesNotMatch(error.errors, /\n\s+at /);
    return true;
  });
}

async function addPoint(engine: EngineProcess, value: number): Promise<void> {
  const response = await fetch(`${engine.url}/metrics/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metric_name: 'refusal.test', value }),
  });
  assert.equal(response.status, 200, await response.text());
}

/** A folder with a point in it, at rest. */
async function usedFolder(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const engine = await EngineProcess.start({ folder, flags: ['--workers', '2'] });
  await addPoint(engine, 1);
  await engine.stop();
  return folder;
}

async function startsAndHas(folder: string, points: number): Promise<void> {
  const engine = await EngineProcess.start({ folder });
  try {
    const { count } = await engine.json<{ count: number }>('/query/raw?metric_name=refusal.test');
    assert.equal(count, points);
  } finally {
    await engine.stop();
  }
}

test('an engine refuses a folder that another one has, which goes on undisturbed', async (t) => {
  const folder = temporaryFolder(t);
  const engine = await EngineProcess.start({ folder, flags: ['--workers', '2'] });
  t.after(() => engine.stop('SIGKILL'));
  await addPoint(engine, 1);
  await refusal(folder, new RegExp(`in use by process ${engine.pid}\\b.*--data`));
  await addPoint(engine, 2);
  await engine.stop();
  await startsAndHas(folder, 2);
});

test('an engine takes a folder whose pid file was left by one that was killed', async (t) => {
  const folder = temporaryFolder(t);
  const engine = await EngineProcess.start({ folder, flags: ['--workers', '2'] });
  await addPoint(engine, 1);
  await engine.stop('SIGKILL');
  assert.ok(existsSync(join(folder, 'millrace.pid')));
  await startsAndHas(folder, 1);
  assert.ok(!existsSync(join(folder, 'millrace.pid')));
});

test('an engine takes a folder whose pid file names a process of another time, or nothing', async (t) => {
  const folder = await usedFolder(t);
  for (const text of [`${process.pid} 1\n`, '', 'not a number', '999999999 5\n']) {
    writeFileSync(join(folder, 'millrace.pid'), text);
    await startsAndHas(folder, 1);
  }
});

test('an engine refuses a path with a file in the way', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), 'text');
  await refusal(join(folder, 'file'), /data folder .*file can't be used/);
  await refusal(join(folder, 'file', 'below'), /data folder .*below can't be used/);
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'text');
});

test('an engine refuses a folder whose shard has a file in the way', async (t) => {
  const folder = await usedFolder(t);
  rmSync(join(folder, 'shard-1'), { recursive: true });
  writeFileSync(join(folder, 'shard-1'), 'text');
  await refusal(folder, /shard-1/);
});

test('an engine refuses a folder of a newer format and leaves it as it is', async (t) => {
  const folder = temporaryFolder(t);
  const manifest = '{"format": 99, "what": "ever"}';
  writeFileSync(join(folder, 'millrace.json'), manifest);
  await refusal(folder, /has format 99, this version reads \d+: start it with the newer Millrace/);
  assert.equal(readFileSync(join(folder, 'millrace.json'), 'utf8'), manifest);
});

test('an engine refuses a manifest that is no JSON, lacks a field, or was changed', async (t) => {
  const folder = await usedFolder(t);
  const path = join(folder, 'millrace.json');
  const whole = readFileSync(path, 'utf8');
  const key = /"hashKey": "(.)/.exec(whole)![1]!;
  const changes = [
    '',
    'x',
    whole.slice(0, 40),
    whole.replace(/"hashKey.*,/, ''),
    whole.replace(`"hashKey": "${key}`, `"hashKey": "${key === '0' ? '1' : '0'}`),
    whole.replace('"shards": 2', '"shards": 1'),
  ];
  for (const text of changes) {
    assert.notEqual(text, whole);
    writeFileSync(path, text);
    await refusal(folder, /millrace\.json can't be understood .*backup/s);
  }
  writeFileSync(path, whole);
  await startsAndHas(folder, 1);
});

test('an engine refuses stored data without its manifest, and makes no new one', async (t) => {
  const folder = await usedFolder(t);
  rmSync(join(folder, 'millrace.json'));
  await refusal(folder, /millrace\.json .*missing/);
  assert.ok(!existsSync(join(folder, 'millrace.json')));
});

test('an engine refuses a folder without one of its shards, or without its file', async (t) => {
  const folder = await usedFolder(t);
  const aside = join(temporaryFolder(t), 'aside');
  renameSync(join(folder, 'shard-1'), aside);
  await refusal(folder, /shard-1 is missing.*backup/);
  cpSync(aside, join(folder, 'shard-1'), { recursive: true });
  rmSync(join(folder, 'shard-1', 'data.mdb'));
  await refusal(folder, /shard-1\/data\.mdb is damaged: it is missing/);
  rmSync(join(folder, 'shard-1'), { recursive: true });
  mkdirSync(join(folder, 'shard-1'));
  cpSync(aside, join(folder, 'shard-1'), { recursive: true });
  await startsAndHas(folder, 1);
});
