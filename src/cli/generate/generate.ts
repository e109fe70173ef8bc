import type { CliHost } from '../cli-host.js';
import type { Plan } from './plan.js';
import type { Progress } from './progress.js';
import type { Target } from './target.js';

/** Longest sleep between two looks at the clock, ms: how late the progress line may be. */
const SLEEP_MS_MAX = 200;

/**
 * Sends a plan's points to a target as they become due, until the plan is through or the signal says stop;
 * then waits for what is under way.
 */
export async function runPlan(
  plan: Plan,
  target: Target,
  options: { host: CliHost; progress: Progress; batchPoints: number; signal: AbortSignal },
): Promise<void> {
  const { host, progress, batchPoints, signal } = options;
  while (!plan.isThrough && !signal.aborted) {
    const batch = plan.take(batchPoints, host.clock.nowMs());
    if (batch.hosts.length > 0) await target.send(batch);
    else await sleep(Math.max(1, Math.min(SLEEP_MS_MAX, plan.nextDueMs - host.clock.nowMs())));
    progress.update(() => target.stats());
  }
  await target.finish();
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
