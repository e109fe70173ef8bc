import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { freePort } from './free-port.js';
import { Inspector, startInspected } from './inspector.js';
import { NumberedLoad } from './numbered-load.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const FLAGS = ['--workers', '2'];
const METRIC = 'stop.test';
/** A thread that is ended within a write transaction once hung, and the process with it: more than one try finds it. */
const ENDS = 3;

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('an engine that is stopped under load has stored all that it acknowledged, and goes on after a start', async (t) => {
  const folder = temporaryFolder(t);
  let engine = await EngineProcess.start({ folder, flags: FLAGS });
  t.after(() => engine.stop('SIGKILL'));
  const { port } = engine;
  const load = new NumberedLoad(t, port, METRIC);
  await sleep(400);
  assert.ok(load.sent > 0);
  await engine.stop();

  const { status, stdout } = spawnSync(process.execPath, [MAIN, 'check', '--data', folder], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /0 points in 0 values of the log/);
  const stored = [...stdout.matchAll(/([\d,]+) points in blocks/g)].reduce(
    (n, m) => n + Number(m[1]!.replaceAll(',', '')),
    0,
  );
  assert.ok(
    stored >= load.acknowledged,
    `${stored} points are stored, ${load.acknowledged} were acknowledged`,
  );
  assert.ok(stored <= load.sent);

  engine = await EngineProcess.start({ folder, flags: [...FLAGS, '--port', String(port)] });
  await sleep(200);
  await load.finish(engine);
  await engine.stop();
});

test('an engine ends with code 0 when it is stopped, with either signal', async (t) => {
  const folder = temporaryFolder(t);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const child = spawn(
      process.execPath,
      [MAIN, 'serve', '--port', '0', '--data', folder, '--log-level', 'warn'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.stdout.once('data', () => child.kill(signal));
    assert.deepEqual(await once(child, 'exit'), [0, null], errors);
  }
});

/** Ends an engine under load in a way that leaves it no time; then all that it acknowledged has to be there once. */
async function checkEnd(
  t: TestContext,
  engine: EngineProcess,
  signal: NodeJS.Signals,
  end: () => void,
): Promise<void> {
  t.after(() => engine.stop('SIGKILL'));
  const load = new NumberedLoad(t, engine.port, METRIC);
  await sleep(400);
  const exited = waitForEnd(engine.pid);
  end();
  await exited;
  // By the signal and not by Node, which would end threads in the middle of what they are at.
  assert.equal(engine.signalCode, signal);
  await load.stop();
  const { acknowledged, sent } = load;
  await load.abandon();
  const again = await EngineProcess.start({ folder: engine.folder, flags: FLAGS });
  t.after(() => again.stop('SIGKILL'));
  const seen = await load.stored(again);
  assert.ok(
    seen.every((times) => times <= 1),
    'no point is there twice',
  );
  const count = seen.reduce((n, times) => n + times, 0);
  assert.ok(
    count >= acknowledged && count <= sent,
    `${count} of ${acknowledged} acknowledged and ${sent} sent`,
  );
  await again.stop();
}

test(`a second signal ends an engine at once, ${ENDS} times, and nothing acknowledged is lost`, async (t) => {
  for (let i = 0; i < ENDS; i++) {
    const engine = await EngineProcess.start({ folder: temporaryFolder(t), flags: FLAGS });
    await checkEnd(t, engine, 'SIGINT', () => {
      process.kill(engine.pid, 'SIGTERM');
      process.kill(engine.pid, 'SIGINT');
    });
  }
});

test(`an error that nobody caught ends an engine at once, ${ENDS} times, and nothing acknowledged is lost`, async (t) => {
  for (let i = 0; i < ENDS; i++) {
    const port = await freePort();
    const engine = await startInspected(port);
    t.after(() => engine.removeFolder());
    const inspector = await Inspector.attach(port);
    await checkEnd(t, engine, 'SIGKILL', () => {
      inspector.run("setTimeout(() => { throw new Error('nobody thought of it'); })");
      // Node waits for a debugger before it ends.
      inspector.close();
    });
    assert.match(engine.errors, /fault of the program.*nobody thought of it/);
  }
});

/** Until a process that is not ours to wait for is gone; 5 s is far more than a forced end takes. */
async function waitForEnd(pid: number): Promise<void> {
  for (let i = 0; i < 500; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(10);
  }
  assert.fail('the engine still runs');
}
