import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess, MAIN } from '../../bench/macro/engine-process.js';

/** Time for a rehearsal on a busy machine, ms: it ends by itself after 30 s, behind a second of quiet. */
const REHEARSAL_MS_MAX = 60_000;
const STOP_MS_MAX = 6_000;
/** Questions of somebody else meanwhile. */
const ASKED = 5;
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

/** The port that the engine listens on besides its own, once there, and what it says to us. */
async function otherPort({ child, url }: Talking): Promise<{ port: number; answer: Response }> {
  const untilMs = performance.now() + REHEARSAL_MS_MAX;
  while (performance.now() < untilMs) {
    const port = listeningPorts(child.pid!).find((each) => !url.endsWith(`:${each}`));
    if (port !== undefined) return { port, answer: await fetch(`http://127.0.0.1:${port}/metrics/names`) };
    await sleep(20);
  }
  return assert.fail('no other port is listened on');
}

/** TCP ports that a process listens on, from Linux's own tables. */
function listeningPorts(pid: number): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const LISTENING = '0A';
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTENING && inodes.has(fields[9]!))
    .map((fields) => Number.parseInt(fields[1]!.split(':')[1]!, 16));
}

test('an engine over stored points rehearses, is asked meanwhile, and counts and keeps nothing of it', async (t) => {
  const engine = new Talking();
  t.after(() => engine.child.kill('SIGKILL'));
  await engine.start();
  const ask = async (): Promise<void> => {
    const answer = await fetch(`${engine.url}/api/v1/stats/cpu.usage?start=1d`);
    assert.equal(((await answer.json()) as { count: number }).count, 2_000);
  };
  const { port, answer } = await otherPort(engine);
  assert.equal(answer.status, 403, 'nobody else is answered on the port of the rehearsal');
  assert.match(await answer.text(), /Nobody but the engine itself/);
  for (let i = 0; i < ASKED; i++) await ask();
  const { askings, refused } = await engine.line('"rehearsed"');
  assert.ok((askings as number) > 1_000, `${askings} askings`);
  assert.equal(refused, 0);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/metrics/names`), 'its port is closed');
  const stats = (await (await fetch(`${engine.url}/api/v1/operator/stats`)).json()) as {
    queries: { answered: number; in_flight: number; failed: number };
    http: { requests: number };
  };
  assert.deepEqual([stats.queries.answered, stats.queries.in_flight, stats.queries.failed], [ASKED, 0, 0]);
  assert.equal(stats.http.requests, ASKED + 1);
  assert.doesNotMatch(engine.log, /"level":"(warn|error)"/);
  await engine.stop();
  assert.deepEqual(readdirSync(folder).sort(), atRest);
});

test('an engine that is stopped in the middle of its rehearsal ends soon', async (t) => {
  const engine = new Talking();
  t.after(() => engine.child.kill('SIGKILL'));
  await engine.start();
  await otherPort(engine);
  const tookMs = await engine.stop();
  assert.match(engine.log, /"rehearsed"|"the rehearsal ended early"/);
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
