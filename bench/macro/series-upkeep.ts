import { spawn } from 'node:child_process';
import { EngineProcess, MAIN } from './engine-process.js';

/** Asks an engine that has just started its first question; throws when the answer is wrong. */
export type FirstQuestion = (engine: EngineProcess) => Promise<void>;

interface SnapshotAnswer {
  bytes: number;
  held_ms: number;
  duration_ms: number;
}

/** Milliseconds from the start of an engine with so many workers to its first answer. */
async function startWith(folder: string, workers: number, ask: FirstQuestion): Promise<number> {
  const started = performance.now();
  const engine = await EngineProcess.start({ folder, flags: ['--workers', String(workers)] });
  try {
    await ask(engine);
    return Math.round(performance.now() - started);
  } finally {
    await engine.stop();
  }
}

async function snapshot(folder: string): Promise<SnapshotAnswer> {
  const engine = await EngineProcess.start({ folder });
  try {
    const response = await fetch(`${engine.url}/api/v1/snapshot`, { method: 'POST' });
    if (!response.ok) throw new Error(`the snapshot answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as SnapshotAnswer;
  } finally {
    await engine.stop();
  }
}

async function check(folder: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, 'check', '--data', folder], { stdio: 'ignore' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`the check of the folder ended with ${code}`);
  return Math.round(performance.now() - started);
}

/**
 * What is done to a folder as a whole, at its size: a snapshot while it runs, `millrace check`, and a start with four workers of what
 * one has written, and back. The engine of the folder must be stopped.
 */
export async function measureUpkeep(folder: string, ask: FirstQuestion) {
  const { bytes, held_ms, duration_ms } = await snapshot(folder);
  return {
    snapshot_ms: duration_ms,
    snapshot_held_ms: held_ms,
    snapshot_mib: Math.round(bytes / 2 ** 20),
    check_ms: await check(folder),
    workers_4_first_answer_ms: await startWith(folder, 4, ask),
    workers_1_first_answer_ms: await startWith(folder, 1, ask),
  };
}
