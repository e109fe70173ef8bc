import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EngineProcess, EngineStartError } from '../../bench/macro/engine-process.js';
import { seededRandom } from '../../bench/macro/tsbs.js';
import { createProducer } from '../../src/client/node.js';

const SEEDS = Number(process.env['MILLRACE_DAMAGE_SEEDS'] ?? 3);
const FIRST_SEED = Number(process.env['MILLRACE_DAMAGE_SEED'] ?? 1);
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const METRIC = 'damage.test';
const SERIES = 40;
const FLAGS = ['--workers', '2', '--log-bytes-max', '16MiB'];
/** Runs of the engine that made the folder; each but the last ends with a clean stop and leaves blocks. */
const RUNS = 3;
const POINTS_PER_RUN = 1_200;
const POINTS_PER_SERIES = RUNS * POINTS_PER_RUN;
const STEP_MS = 1_000;

/** What the point of a series and a time has for its value: a function, so that a wrong one is seen for itself. */
function sentValue(series: number, index: number): number {
  const mixed = Math.imul(series * 1_000_003 + index, 0x9e3779b1) >>> 0;
  return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0) / 2 ** 20 + series;
}

interface Original {
  folder: string;
  startMs: number;
  points: number;
}

let stopped: Original;
let killed: Original;

/** A folder with blocks of several generations; when the last run ends with SIGKILL also with a log. */
async function makeFolder(signal: 'SIGTERM' | 'SIGKILL'): Promise<Original> {
  const startMs = Math.floor(Date.now() / 1_000) * 1_000 - POINTS_PER_SERIES * STEP_MS;
  let engine = await EngineProcess.start({ flags: FLAGS });
  for (let run = 0; run < RUNS; run++) {
    if (run > 0) engine = await EngineProcess.start({ folder: engine.folder, flags: FLAGS });
    await sendRun(engine, startMs, run * POINTS_PER_RUN);
    await engine.stop(run === RUNS - 1 ? signal : 'SIGTERM');
  }
  return { folder: engine.folder, startMs, points: SERIES * POINTS_PER_SERIES };
}

async function sendRun(engine: EngineProcess, startMs: number, first: number): Promise<void> {
  const url = `ws://127.0.0.1:${engine.port}/ws/ingest`;
  const producer = createProducer({ url, producer: 'damage', maxBatchPoints: 2_000 });
  const refs = Array.from({ length: SERIES }, (_, i) => producer.series(METRIC, { series: String(i) }));
  for (let index = first; index < first + POINTS_PER_RUN; index++) {
    for (let series = 0; series < SERIES; series++) {
      while (!producer.add(refs[series]!, sentValue(series, index), startMs + index * STEP_MS))
        await producer.ready();
    }
  }
  await producer.flush();
  await producer.close();
}

before(async () => {
  stopped = await makeFolder('SIGTERM');
  killed = await makeFolder('SIGKILL');
});

after(() => {
  for (const { folder } of [stopped, killed]) rmSync(folder, { recursive: true, force: true });
});

/** Writes bytes of `change` over a place of a file; answers what it did. */
type Damage = (path: string, random: () => number) => string;

function editBytes(path: string, at: number, length: number, edit: (bytes: Buffer) => void): void {
  const file = openSync(path, 'r+');
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, at);
  edit(bytes);
  writeSync(file, bytes, 0, length, at);
  closeSync(file);
}

function sizeOf(path: string): number {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  closeSync(file);
  return size;
}

const flipBit: Damage = (path, random) => {
  const at = Math.floor(random() * sizeOf(path));
  const bit = Math.floor(random() * 8);
  editBytes(path, at, 1, (bytes) => void (bytes[0]! ^= 1 << bit));
  return `bit ${bit} of byte ${at} flipped`;
};

/** In the begin of a page: headers, offsets of nodes, meta pages. */
const flipHeaderBit: Damage = (path, random) => {
  const page = Math.floor((random() * sizeOf(path)) / 4_096);
  const at = page * 4_096 + Math.floor(random() * 64);
  editBytes(path, at, 1, (bytes) => void (bytes[0]! ^= 1 << Math.floor(random() * 8)));
  return `a bit of byte ${at - page * 4_096} of page ${page} flipped`;
};

const zeroPage: Damage = (path, random) => {
  const page = Math.floor((random() * sizeOf(path)) / 4_096);
  editBytes(path, page * 4_096, 4_096, (bytes) => bytes.fill(0));
  return `page ${page} zeroed`;
};

const truncate: Damage = (path, random) => {
  const length = Math.floor(random() * sizeOf(path));
  truncateSync(path, length);
  return `cut off after ${length} bytes`;
};

interface Served {
  points: number;
}

/** Reads every point that is served; each has to be one that was sent, with its value, once. */
async function readAll(engine: EngineProcess, { startMs }: Original): Promise<Served> {
  const range = `start_time=${startMs}&end_time=${startMs + POINTS_PER_SERIES * STEP_MS}`;
  const response = await fetch(`${engine.url}/query/raw?metric_name=${METRIC}&${range}`, {
    headers: { accept: 'application/x-ndjson' },
  });
  const text = await response.text();
  if (response.status === 404) return { points: 0 };
  assert.equal(response.status, 200, text);
  const seen = new Uint8Array(SERIES * POINTS_PER_SERIES);
  let points = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { timestamp, value, labels } = JSON.parse(line) as {
      timestamp: string;
      value: number;
      labels: { series: string };
    };
    const series = Number(labels.series);
    const index = (Date.parse(timestamp) - startMs) / STEP_MS;
    assert.ok(Number.isInteger(index) && index >= 0 && index < POINTS_PER_SERIES, line);
    assert.equal(value, sentValue(series, index), `${line} is not what was sent`);
    assert.equal(seen[series * POINTS_PER_SERIES + index]!++, 0, `${line} is there twice`);
    points++;
  }
  return { points };
}

interface Checked {
  code: number | null;
  text: string;
}

function check(folder: string): Checked {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'check', '--data', folder], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(signal, null, `check was ended by ${signal}: ${stderr}`);
  return { code: status, text: stdout + stderr };
}

/**
 * Starts on the damaged folder. Either the engine says why not, naming what is damaged; or it serves, and what it serves
 * is right; and `check` knows about everything that is missing.
 */
async function judge(folder: string, original: Original, done: string): Promise<string> {
  const checked = check(folder);
  let engine: EngineProcess;
  try {
    engine = await EngineProcess.start({ folder, flags: FLAGS });
  } catch (error) {
    assert.ok(error instanceof EngineStartError, String(error));
    assert.equal(error.exitCode, 1, `${done}: ended with ${error.exitCode}: ${error.errors}`);
    assert.match(error.errors, /millrace: .*(data\.mdb|millrace\.json|shard-\d)/, done);
    assert.doesNotMatch(error.errors, /BUG|\n\s+at /, done);
    assert.notEqual(checked.code, 0, `${done}: check finds nothing, the engine refuses: ${error.errors}`);
    return 'refused';
  }
  try {
    const { points } = await readAll(engine, original);
    const health = await fetch(`${engine.url}/health`);
    assert.equal(health.status, 200, done);
    const stats = await engine.json<{ conservation: { difference: number } }>('/api/v1/operator/stats');
    assert.equal(typeof stats.conservation.difference, 'number');
    if (checked.code === 0) {
      assert.equal(
        points,
        original.points,
        `${done}: ${original.points - points} points are gone, and check is content`,
      );
      assert.equal(stats.conservation.difference, 0, done);
    }
    return points === original.points ? 'whole' : `less ${original.points - points}`;
  } finally {
    await engine.stop();
  }
}

function kindOf(seed: number): Damage {
  return [flipBit, flipHeaderBit, zeroPage, truncate, flipBit, flipHeaderBit][seed % 6]!;
}

for (const state of ['stopped', 'killed'] as const) {
  test(`an engine on a folder that was ${state} and damaged serves what is right or says why not, over ${SEEDS} seeds`, async (t) => {
    const original = state === 'stopped' ? stopped : killed;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const random = seededRandom(seed);
      const folder = mkdtempSync(join(tmpdir(), 'millrace-damaged-'));
      try {
        cpSync(original.folder, folder, { recursive: true });
        const shard = readdirSync(folder).filter((name) => name.startsWith('shard-'))[seed % 2]!;
        const path = join(folder, shard, 'data.mdb');
        const done = `MILLRACE_DAMAGE_SEED=${seed} MILLRACE_DAMAGE_SEEDS=1, ${state}, ${shard}: ${kindOf(seed)(path, random)}`;
        t.diagnostic(`${done}: ${await judge(folder, original, done)}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  });
}

test('an engine refuses a manifest with any bit flipped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-damaged-'));
  try {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      cpSync(join(stopped.folder, 'millrace.json'), join(folder, 'millrace.json'));
      const done = flipBit(join(folder, 'millrace.json'), seededRandom(seed * 7));
      await assert.rejects(EngineProcess.start({ folder, flags: FLAGS }), (error: unknown) => {
        assert.ok(error instanceof EngineStartError);
        assert.equal(error.exitCode, 1);
        assert.match(error.errors, /millrace\.json|format/, done);
        return true;
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
