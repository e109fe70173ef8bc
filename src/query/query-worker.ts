import { Piscina } from 'piscina';
import { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { systemClock } from '../clock.js';
import { MillraceError } from '../errors.js';
import { MOVED_BYTES_MIN } from './limits.js';
import { LiveCoverage } from './live-coverage.js';
import { QueryEngine } from './query-engine.js';
import { QueryFindings } from './query-findings.js';
import { isAllocationFailure, outOfMemory } from './query-outcome.js';
import { ALL_TICKETS, type QueryReply, type QueryTask, type QueryThreadData } from './query-task.js';
import { RecentReads } from './recent-reads.js';
import { seeShards } from './seen-shards.js';
import { QueryCancelled, type StopCheck } from './stop-check.js';
import { ThreadStop } from './thread-stop.js';

/** What a thread keeps from query to query; made by its first one. */
interface Context {
  engine: QueryEngine;
  findings: QueryFindings;
  cancelled: Int32Array;
  /** What the socket thread was told to be read. */
  told: RecentReads;
}

/** Time between two looks at shards that are not ready yet, ms. */
const WATCH_MS = 20;

const data = Piscina.workerData as QueryThreadData;
const coverage = new LiveCoverage(data.memories, systemClock);
let context: Context | undefined;

// From the thread's start, so that the live windows count as complete from the shards' start and not from the first query.
const watch = setInterval(() => {
  if (coverage.observe()) clearInterval(watch);
}, WATCH_MS).unref();

function makeContext(): Context {
  const { retention, tierBytesMax, limits, cancelled } = data;
  const findings = new QueryFindings();
  return {
    engine: new QueryEngine(seeShards(data, findings), findings, coverage, {
      retention: new RetentionPolicy(retention),
      tierBytesMax,
      limits,
    }),
    findings,
    cancelled: new Int32Array(cancelled),
    told: new RecentReads(),
  };
}

/** Answers at once: a thread that does has loaded all its modules. */
export function ping(): void {}

/** Answers one query. Never throws: whoever asked tells a fault of the program from a thread that died. */
export function runQuery(task: QueryTask): object {
  try {
    context ??= makeContext();
  } catch (error) {
    return { outcome: outcomeOfError(error), points: 0, reads: [], damaged: [] } satisfies QueryReply;
  }
  return runIn(context, task);
}

function runIn({ engine, findings, cancelled, told }: Context, task: QueryTask): object {
  const { slot, ticket, timeoutMs, budgetMs } = task;
  const yieldMs = systemClock.monotonicMs() + budgetMs;
  let hasYielded = false;
  const isCancelled = (): boolean => {
    const word = Atomics.load(cancelled, slot);
    if (word === ticket || word === ALL_TICKETS) return true;
    hasYielded = systemClock.monotonicMs() > yieldMs;
    return hasYielded;
  };
  const stop = new ThreadStop(systemClock, { timeoutMs, isCancelled, limits: data.limits }, told);
  const ended = outcomeOf(engine, task, stop);
  const outcome = ended.kind === 'cancelled' && hasYielded ? ({ kind: 'yielded' } as const) : ended;
  return movable({ outcome, points: stop.cost.points, reads: stop.reads, damaged: findings.take() });
}

function outcomeOf(engine: QueryEngine, { request }: QueryTask, stop: StopCheck): QueryReply['outcome'] {
  try {
    stop.check();
    return { kind: 'answer', answer: engine.answer(request, stop) };
  } catch (error) {
    return outcomeOfError(error);
  }
}

function outcomeOfError(error: unknown): QueryReply['outcome'] {
  if (error instanceof QueryCancelled) return { kind: 'cancelled' };
  if (!(error instanceof MillraceError)) return faultOf(error);
  const { code, message, retryAfterMs, fields } = error;
  const details = { fields, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { kind: 'failure', code, detail: message, details };
}

/** Memory outside of JavaScript's own that there isn't ends a query like a limit; anything else is a fault of the program. */
function faultOf(error: unknown): QueryReply['outcome'] {
  if (isAllocationFailure(error)) {
    const { code, message } = outOfMemory();
    return { kind: 'failure', code, detail: message, details: { fields: {} } };
  }
  return { kind: 'fault', text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** Marks the body of a long answer for being moved instead of copied. */
function movable(reply: QueryReply): object {
  const body = reply.outcome.kind === 'answer' ? reply.outcome.answer.body : undefined;
  // A buffer that others share, such as Node's pool of small ones, must not be taken from them.
  if (body === undefined || body.length < MOVED_BYTES_MIN || body.length !== body.buffer.byteLength)
    return reply;
  return Piscina.move({
    [Piscina.transferableSymbol]: body.buffer,
    [Piscina.valueSymbol]: reply,
  } as never) as object;
}
