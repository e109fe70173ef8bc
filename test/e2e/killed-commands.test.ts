import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess, MAIN } from '../../bench/macro/engine-process.js';
import { createProducer } from '../../src/client/node.js';
import { checkSound } from '../src/upkeep/check-sound.js';
import { pointsAtRest } from '../src/upkeep/folder-life.js';

/*
 * kill -9 of the commands that change a data folder, at moments spread over the time that each takes: the folder is sound behind it and
 * has what it had, and the same command does the rest.
 */

const KILLS = 4;
const METRIC = 'killed.test';
const SERIES = 60;
const POINTS = 20_000;
const HOUR_MS = 3_600_000;
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 6 * 24 * HOUR_MS;
const STEP_MS = (5 * 24 * HOUR_MS) / POINTS;
/** What is kept of raw points by the sweeps here, and from when on they are kept whatever the time of day. */
const RAW_HOURS = 72;

interface Ended {
  code: number | null;
  isKilled: boolean;
  out: string;
  err: string;
}

/** Runs a command, and kills it after a while. */
async function run(argv: readonly string[], env: Record<string, string>, killMs?: number): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const timer = killMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killMs);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { code, isKilled: child.signalCode === 'SIGKILL', out, err };
}

async function done(argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, out, err } = await run(argv, env);
  assert.equal(code, 0, `${argv.join(' ')}: ${out}${err}`);
  return out;
}

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of an engine that was killed: points in blocks and in the log, in tiers and not yet. */
async function makeFolder(path: string): Promise<void> {
  const engine = await EngineProcess.start({ folder: path, flags: ['--workers', '2'] });
  try {
    const producer = createProducer({
      url: `ws://127.0.0.1:${engine.port}/ws/ingest`,
      producer: 'killed',
      backfill: true,
    });
    const refs = Array.from({ length: SERIES }, (_, i) => producer.series(METRIC, { series: String(i) }));
    for (let i = 0; i < POINTS; i++) {
      while (!producer.add(refs[i % SERIES]!, i, START_MS + i * STEP_MS)) await producer.ready();
    }
    await producer.flush();
    await producer.close();
  } finally {
    await engine.stop('SIGKILL');
  }
}

/** The values of all points of a folder, in their order; each once. */
async function valuesOf(path: string): Promise<number[]> {
  const values = (await pointsAtRest(path, METRIC)).map(
    (line) => (JSON.parse(line) as { value: number }).value,
  );
  values.sort((a, b) => a - b);
  values.forEach((value, i) => {
    assert.ok(i === 0 || value > values[i - 1]!, `the point ${value} is there twice`);
  });
  return values;
}

interface Check {
  env?: Record<string, string>;
  /** What must hold at any moment. */
  look(data: string): Promise<void>;
  /** What must hold besides when the command has come to its end. */
  lookAtEnd?(data: string): void;
  answer?: RegExp;
}

/** Kills a command at several moments, each time over a copy of the folder, and looks what is left. */
async function check(t: TestContext, argv: (data: string) => string[], options: Check): Promise<void> {
  const parent = temporary(t);
  const original = join(parent, 'original');
  await makeFolder(original);
  const { env = {}, look, lookAtEnd = () => {}, answer = /./ } = options;
  const whole = join(parent, 'whole');
  cpSync(original, whole, { recursive: true });
  let began = performance.now();
  await done(argv(whole), env);
  let wholeMs = performance.now() - began;
  await look(whole);
  lookAtEnd(whole);
  let killed = 0;
  for (let i = 1; i <= KILLS; i++) {
    const data = join(parent, `killed-${i}`);
    cpSync(original, data, { recursive: true });
    // The first tenth is the start of Node.
    began = performance.now();
    const { isKilled } = await run(argv(data), env, wholeMs * (0.1 + (0.9 * i) / (KILLS + 1)));
    if (isKilled) killed++;
    // The machine has become quicker.
    else wholeMs = performance.now() - began;
    await checkSound(data);
    await look(data);
    assert.match(await done(argv(data), env), answer);
    await checkSound(data);
    await look(data);
    lookAtEnd(data);
    rmSync(data, { recursive: true });
  }
  assert.ok(killed >= 2, `${killed} of ${KILLS} were killed at work`);
}

const everyValue = Array.from({ length: POINTS }, (_, i) => i);

async function hasAll(data: string): Promise<void> {
  assert.deepEqual(await valuesOf(data), everyValue);
}

test('millrace retention that is killed takes nothing that is kept', async (t) => {
  const env = { MILLRACE_RETENTION_RAW: `${RAW_HOURS}h` };
  await check(t, (data) => ['retention', '--data', data], {
    env,
    look: async (data) => {
      const values = await valuesOf(data);
      const kept = Math.ceil((Date.now() - RAW_HOURS * HOUR_MS - START_MS) / STEP_MS);
      assert.deepEqual(
        values.filter((value) => value >= kept),
        everyValue.slice(kept),
      );
    },
  });
});

test('millrace rollup that is killed loses and doubles nothing, and its next run finds no cell that differs', async (t) => {
  const argv = (data: string): string[] => ['rollup', '--data', data, '--start', '7d'];
  await check(t, argv, { look: hasAll, answer: /no cell differs/ });
});

test('millrace compact that is killed leaves every point', async (t) => {
  await check(t, (data) => ['compact', '--data', data], { look: hasAll });
});

test('millrace restore that is killed leaves all of the old points or of the new', async (t) => {
  const backup = join(temporary(t), 'backup');
  await makeFolder(backup);
  await done(['rollup', '--data', backup]);
  await checkSound(backup);
  await check(t, (data) => ['restore', backup, '--data', data, '--replace'], {
    look: hasAll,
    lookAtEnd: (data) => assert.equal(hashKeyOf(data), hashKeyOf(backup)),
  });
});

const hashKeyOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'millrace.json'), 'utf8')) as { hashKey: string }).hashKey;

test('millrace import that is killed has carried over the first lines, each once, and goes on behind them', async (t) => {
  const parent = temporary(t);
  const file = join(parent, 'points.csv');
  const rows = everyValue.map((i) => `${START_MS + Math.floor(i * STEP_MS)},${i},${i % SERIES}\n`);
  const text = `timestamp,value,series\n${rows.join('')}`;
  writeFileSync(file, text);
  const argv = (from: string, url: string): string[] => [
    'import',
    from,
    '--metric',
    METRIC,
    '--base-url',
    url,
  ];
  for (const killMs of [0, 30]) {
    const data = join(parent, `data-${killMs}`);
    const engine = await EngineProcess.start({ folder: data, flags: ['--workers', '2'] });
    t.after(() => engine.stop('SIGKILL'));
    const child = spawn(process.execPath, [MAIN, ...argv('-', engine.url)], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    // It waits for the other half when it is killed.
    child.stdin.on('error', () => {});
    child.stdin.write(text.slice(0, text.length / 2));
    const taken = async (): Promise<number> => (await stats(engine)).accepted;
    for (let i = 0; i < 1_000 && (await taken()) === 0; i++) await sleep(5);
    await sleep(killMs);
    child.kill('SIGKILL');
    await ended;
    // What has come is on its way through the rings.
    for (let was = -1, is = await taken(); was !== is; was = is, is = await taken()) await sleep(100);
    await engine.stop();
    await checkSound(data);
    const values = await valuesOf(data);
    assert.ok(values.length > 0 && values.length < POINTS);
    assert.deepEqual(values, everyValue.slice(0, values.length));
    const again = await EngineProcess.start({ folder: data });
    t.after(() => again.stop('SIGKILL'));
    // Behind the line of names.
    await done([...argv(file, again.url), '--from-line', String(values.length + 2)]);
    await again.stop();
    await checkSound(data);
    await hasAll(data);
  }
});

async function stats(engine: EngineProcess): Promise<{ accepted: number }> {
  const { conservation } = await engine.json<{ conservation: { accepted: number } }>(
    '/api/v1/operator/stats',
  );
  return conservation;
}
