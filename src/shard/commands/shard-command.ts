import type { ErrorCode } from '../../errors.js';
import type { SweptRows } from '../jobs/segment-sweeper.js';
import type { RewriteRequest, RewriteResult } from '../jobs/series-rewrites.js';

/**
 * What the socket thread may ask of a shard, by kind: what goes with the question, and what comes back from each shard.
 * Both travel as JSON or as structured clones: plain data only. To add one, add it here and its handler to command-handlers.ts.
 */
export interface CommandTypes {
  /** Closes the generation that takes points and stores all of it: a barrier. Done when it is in blocks. */
  flush: { ask: object; result: FlushResult };
  /** Takes away what is past its retention, now. */
  sweep: { ask: object; result: SweepResult };
  /** Holds the shard where the command stands until a reader has opened its transaction (cut-gate.ts). */
  cut: { ask: { ticket: number }; result: CutResult };
  /** Deletes points of series, or makes cells anew; everything open and fresh goes into the tiers first. */
  rewrite: { ask: { request: RewriteRequest }; result: RewriteResult };
}

export interface FlushResult {
  /** Every generation up to this one is in blocks. */
  generation: number;
}

export interface SweepResult {
  /** By tier, in the order of TIER_NAMES, what went. */
  tiers: SweptRows[];
}

export interface CutResult {
  /** Whether the reader's transaction is open; it sees what came before the command, and nothing else. */
  isCut: boolean;
  heldMs: number;
}

export type CommandKind = keyof CommandTypes;

/** A command: its kind, and what goes with it. */
export type ShardCommand<K extends CommandKind = CommandKind> = {
  [Kind in K]: { kind: Kind } & CommandTypes[Kind]['ask'];
}[K];

export type CommandResult<K extends CommandKind = CommandKind> = CommandTypes[K]['result'];

/** What a shard says to one command. */
export type CommandAnswer =
  | { id: number; result: CommandResult }
  | { id: number; error: { code: ErrorCode; detail: string } };
