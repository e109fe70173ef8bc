import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { EngineProcess } from '../../bench/macro/engine-process.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const START_MS = Date.now() - 3_600_000;
const POINTS = 500;

function millrace(...flags: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...flags], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

/** That a command ends well; answers what it printed. */
function done(...flags: string[]): string {
  const { code, out, err } = millrace(...flags);
  assert.equal(code, 0, `${flags.join(' ')}: ${out}${err}`);
  return out;
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(t: TestContext, folder: string, ...flags: string[]): Promise<EngineProcess> {
  const engine = await EngineProcess.start({ folder, flags: ['--workers', '2', ...flags] });
  t.after(() => engine.stop('SIGKILL'));
  return engine;
}

/** Points of two metrics, some with labels that CSV and JSON have to quote, some with odd values and times. */
async function fill(engine: EngineProcess): Promise<void> {
  const data = Array.from({ length: POINTS }, (_, i) => ({
    name: i % 5 === 0 ? 'other "metric", é' : 'cpu',
    value: i % 7 === 0 ? -1 / (i + 1) : i * 1e10,
    timestamp: START_MS + i * 997,
    labels: i % 3 === 0 ? { host: `web-${i % 4}` } : { 'a,b': `q"${i % 4}\n`, host: 'x' },
  }));
  const response = await fetch(`${engine.url}/api/v1/record`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
  });
  assert.equal(response.status, 200, await response.text());
}

/** Every point that an engine has, as text, and what it says of all of them that no order of adding changes. */
async function everything(engine: EngineProcess): Promise<string> {
  const { metrics } = await engine.json<{ metrics: string[] }>('/metrics/names');
  const range = `start=${START_MS - 1}&end=${START_MS + 3_600_000}`;
  const answers: object[] = [metrics];
  for (const metric of metrics.map(encodeURIComponent)) {
    answers.push(await engine.json<object>(`/query/raw?metric_name=${metric}&${range}`));
    const { count, min, p50, p99, max } = await engine.json<Record<string, number>>(
      `/api/v1/stats/${metric}?${range}`,
    );
    answers.push({ count, min, p50, p99, max });
  }
  return JSON.stringify(answers);
}

/** Without printing either, for they are long. */
async function checkSame(engine: EngineProcess, wanted: string, what: string): Promise<void> {
  assert.ok((await everything(engine)) === wanted, `${what} has other points`);
}

test('millrace backup, check and restore carry a running server over to another folder', async (t) => {
  const [data, parent] = [temporaryFolder(t), temporaryFolder(t)];
  const engine = await start(t, data);
  await fill(engine);
  const before = await everything(engine);
  const backup = join(parent, 'monday');
  assert.match(
    done('backup', backup, '--base-url', engine.url),
    /is backed up in .*monday, [\d.]+ \w+, moved there/,
  );
  assert.deepEqual(readdirSync(join(data, 'snapshots')), []);
  assert.match(done('backup', '--base-url', engine.url, '--name', 'kept'), /snapshots\/kept has the backup/);
  const refused = millrace('backup', backup, '--base-url', engine.url);
  assert.deepEqual([refused.code, /monday is not empty/.test(refused.err)], [1, true], refused.err);
  await engine.stop();
  done('check', '--data', data);

  const target = join(parent, 'target');
  assert.match(done('restore', backup, '--data', target), /target is restored from .*monday/);
  done('check', '--data', target);
  const restored = await start(t, target);
  await checkSame(restored, before, 'the restored folder');
  const inUse = millrace('compact', '--data', target);
  assert.deepEqual([inUse.code, /in use by process/.test(inUse.err)], [1, true]);
  await restored.stop();

  const again = millrace('restore', backup, '--data', target);
  assert.deepEqual([again.code, /is not empty .*--replace/.test(again.err)], [1, true], again.err);
  done('restore', backup, '--data', target, '--replace');
  assert.match(done('compact', '--data', target), /freed in/);
  assert.match(done('backup', join(parent, 'cold'), '--data', target), /is backed up in .*cold/);
  done('check', '--data', join(parent, 'cold'));
});

test('millrace restore refuses a backup that is damaged, unless it is told to have the rest', async (t) => {
  const [data, parent] = [temporaryFolder(t), temporaryFolder(t)];
  const engine = await start(t, data);
  await fill(engine);
  await engine.stop();
  const backup = join(parent, 'backup');
  done('backup', backup, '--data', data);
  const file = join(backup, 'shard-0', 'data.mdb');
  const bytes = readFileSync(file);
  // A label's value in a series page: its checksum no longer holds.
  const at = bytes.indexOf('web-');
  assert.ok(at > 0);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
  const target = join(parent, 'target');
  const refused = millrace('restore', backup, '--data', target);
  assert.equal(refused.code, 3, refused.err);
  assert.match(refused.err, /series page[\s\S]*backup is damaged.*--accept-damage/);
  assert.ok(!existsSync(target));
  done('restore', backup, '--data', target, '--accept-damage');
  assert.equal(millrace('check', '--data', target).code, 3);
});

test('what millrace export writes, millrace import takes again: the same answers, from a server and from a folder', async (t) => {
  const [data, parent] = [temporaryFolder(t), temporaryFolder(t)];
  const engine = await start(t, data);
  await fill(engine);
  const before = await everything(engine);
  const lines = done('export', '--base-url', engine.url);
  assert.equal(lines.split('\n').length, POINTS + 1);
  assert.deepEqual(Object.keys(JSON.parse(lines.split('\n', 1)[0]!)), [
    'name',
    'timestamp',
    'value',
    'labels',
  ]);
  const csv = join(parent, 'all.csv');
  done('export', '--base-url', engine.url, '--output', csv);
  const packed = join(parent, 'cpu.ndjson.gz');
  done('export', '--base-url', engine.url, '--metric', 'cpu', '--match', '{host="x"}', '--output', packed);
  const some = gunzipSync(readFileSync(packed)).toString('utf8').trimEnd().split('\n');
  assert.ok(some.length > 100 && some.every((line) => /"name":"cpu".*"host":"x"/.test(line)));
  const there = millrace('export', '--base-url', engine.url, '--output', csv);
  assert.deepEqual([there.code, /is there already/.test(there.err)], [2, true], there.err);
  const unknown = millrace('export', '--base-url', engine.url, '--metric', 'cpi');
  assert.deepEqual([unknown.code, /cpi/.test(unknown.err)], [1, true], unknown.err);
  // Its log stays where it is.
  await engine.stop('SIGKILL');
  assert.equal(done('export', '--data', data), lines);
  assert.equal(done('export', '--data', data, '--format', 'csv'), readFileSync(csv, 'utf8'));
  done('check', '--data', data);

  const ndjson = join(parent, 'all.ndjson');
  writeFileSync(ndjson, lines);
  for (const file of [ndjson, csv]) {
    const fresh = await start(t, temporaryFolder(t));
    done('import', file, '--base-url', fresh.url);
    await checkSame(fresh, before, file);
    await fresh.stop();
  }
});

test('the commands say what is wrong with how they are used', () => {
  const check = (text: RegExp, ...flags: string[]): void => {
    const { code, err } = millrace(...flags);
    assert.equal(code, 2, err);
    assert.match(err, text);
  };
  check(/name the folder for the backup/, 'backup', '--data', 'x');
  check(/goes with none of --base-url/, 'backup', 'y', '--data', 'x', '--name', 'z');
  check(/missing required argument 'backup'/, 'restore');
  check(/--start must be an age/, 'export', '--start', 'soon');
  check(/--start must lie before --end/, 'export', '--start', '1h', '--end', '2h');
  check(/not both/, 'export', '--data', 'x', '--base-url', 'http://x');
  const nobody = millrace('backup', '--base-url', 'http://127.0.0.1:1');
  assert.deepEqual([nobody.code, /No server answers/.test(nobody.err)], [4, true]);
  const nothing = millrace('restore', '/nowhere', '--data', '/nowhere-either');
  assert.deepEqual([nothing.code, /no data folder of Millrace/.test(nothing.err)], [1, true]);
});
