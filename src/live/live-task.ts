import type { MessagePort } from 'node:worker_threads';
import type { ErrorCode } from '../errors.js';
import type { ShardsData } from '../query/seen-shards.js';
import type { FeedMessage } from './feed.js';
import type { LiveQuestion } from './question.js';

/** Where the shards are found. */
export type LiveData = ShardsData;

/** What the live thread is started with. */
export type LiveTask = LiveData & { port: MessagePort };

/** What the socket thread says to it. */
export type LiveOrder =
  /** `fromMs`: windows are told from the one on that was open then; where it is left out, from the one that is open now. */
  | { op: 'open'; feed: number; question: LiveQuestion; fromMs?: number }
  | { op: 'close'; feed: number }
  | { op: 'stop' };

/** What it says back. */
export type LiveNews =
  | { kind: 'messages'; feed: number; messages: FeedMessage[]; missed: number }
  /** The feed can't go on and is closed; `fault` is for the log, when it is a fault of ours. */
  | { kind: 'failed'; feed: number; code: ErrorCode; detail: string; fault?: string }
  /** Looks so far, for the operator: how long they take and how many feeds there are. */
  | { kind: 'figures'; feeds: number; looks: number; lookMs: number; longestLookMs: number };
