import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess, MAIN } from '../../bench/macro/engine-process.js';

/** Time for a rehearsal on a busy machine, ms: it ends by itself after 20 s, behind a second of quiet. */
const REHEARSAL_MS_MAX = 60_000;
const STOP_MS_MAX = 6_000;
const METRICS = ['cpu.usage', 'disk "free"'];

let folder: string;
let atRest: string[];

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, await answer.text());
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-rehearsal-'));
  const engine = await EngineProcess.start({ folder });
  const endMs = Date.now();
  const data = Array.from({ length: 4_000 }, (_, i) => ({
    name: METRICS[i % 2],
    value: i % 97,
    timestamp: endMs - 3 * 3_600_000 + Math.floor(i / 20) * 45_000,
    labels: { host: `web-${(i >> 1) % 20}`, 'data centre': 'a' },
  }));
  await post(`${engine.url}/api/v1/record`, { data });
  await post(`${engine.url}/api/v1/rollups/trigger`, {});
  await engine.stop();
  atRest = readdirSync(folder).sort();
});
after(() => rmSync(folder, { recursive: true }));

/** An engine of which the log is looked at. */
class Talking {
  log = '';
  url = '';
  readonly child: ChildProcess;

  constructor(...flags: string[]) {
    this.child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--data', folder, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
    });
  }

  async start(): Promise<void> {
    const [chunk] = (await once(this.child.stdout!, 'data')) as [Buffer];
    this.url = /http:\/\/\S+/.exec(chunk.toString())![0];
  }

  /** The line of the log that the text is in, once there. */
  async line(text: string): Promise<Record<string, unknown>> {
    const untilMs = performance.now() + REHEARSAL_MS_MAX;
    for (;;) {
      const found = this.log.split('\n').find((line) => line.includes(text));
      if (found !== undefined) return JSON.parse(found) as Record<string, unknown>;
      assert.ok(performance.now() < untilMs, `no ${text} in ${this.log}`);
      await sleep(20);
    }
  }

  async stop(): Promise<number> {
    const startMs = performance.now();
    this.child.kill('SIGTERM');
    assert.deepEqual(await once(this.child, 'exit'), [0, null], this.log);
    return performance.now() - startMs;
  }
}

test('an engine over stored points rehearses, is asked meanwhile, and counts and keeps nothing of it', async (t) => {
  const engine = new Talking();
  t.after(() => engine.child.kill('SIGKILL'));
  await engine.start();
  let asked = 0;
  const isOver = engine.line('"rehearsed"');
  let over = false;
  void isOver.then(() => {
    over = true;
  });
  while (!over) {
    const answer = await fetch(`${engine.url}/api/v1/stats/cpu.usage?start=1d`);
    assert.equal(((await answer.json()) as { count: number }).count, 2_000);
    asked++;
    await sleep(200);
  }
  const { askings, refused } = await isOver;
  assert.ok((askings as number) > 1_000, `${askings} askings`);
  assert.equal(refused, 0);
  const stats = (await (await fetch(`${engine.url}/api/v1/operator/stats`)).json()) as {
    queries: { answered: number; in_flight: number; failed: number };
    http: { requests: number };
  };
  assert.deepEqual([stats.queries.answered, stats.queries.in_flight, stats.queries.failed], [asked, 0, 0]);
  assert.equal(stats.http.requests, asked + 1);
  assert.doesNotMatch(engine.log, /"level":"(warn|error)"/);
  await engine.stop();
  assert.deepEqual(readdirSync(folder).sort(), atRest);
});

test('an engine that is stopped in the middle of its rehearsal ends soon', async (t) => {
  const engine = new Talking();
  t.after(() => engine.child.kill('SIGKILL'));
  await engine.start();
  await sleep(1_600);
  const tookMs = await engine.stop();
  assert.ok(tookMs < STOP_MS_MAX, `it took ${tookMs} ms to stop`);
  assert.doesNotMatch(engine.log, /"level":"(warn|error)"/);
});

test('an engine does not rehearse where it is told so', async (t) => {
  const engine = new Talking('--rehearsal', 'false');
  t.after(() => engine.child.kill('SIGKILL'));
  await engine.start();
  await sleep(2_500);
  await engine.stop();
  assert.doesNotMatch(engine.log, /"rehearsed"/);
});
