import type { QueryRequest } from '../http/ports.js';
import type { HistoryVersions } from './history.js';
import type { Waiting } from './query-lanes.js';
import type { QueryReply } from './query-task.js';

/** One query on its way, for everybody who asked the same. */
export class Flight implements Waiting {
  readonly key: string;
  readonly request: QueryRequest;
  readonly slot: number;
  readonly ticket: number;
  readonly reply: Promise<QueryReply>;
  isHeavy = false;
  isRunning = false;
  /** Those who wait for it. */
  callers = 0;
  /** Set where it runs and is about the past. */
  versions: HistoryVersions | undefined;
  #resolve!: (reply: QueryReply) => void;
  #reject!: (error: unknown) => void;

  constructor(key: string, request: QueryRequest, slot: number, ticket: number) {
    this.key = key;
    this.request = request;
    this.slot = slot;
    this.ticket = ticket;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody may be left to hear of a failure.
    this.reply.catch(() => {});
  }

  land(reply: QueryReply): void {
    this.#resolve(reply);
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}
