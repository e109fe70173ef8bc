import type { ErrorCode } from '../errors.js';
import type { LiveCounters } from './live-counters.js';
import type { LiveQuestion } from './question.js';
import type { ToldMessage } from './told-message.js';

/** One who is told what a feed says. */
export interface Listener {
  /** `missed`: points that were not told, besides those of messages that the listener passes over itself. */
  onMessages(messages: readonly ToldMessage[], missed: number): void;
  /** The feed has ended and says nothing more. */
  onFailed(code: ErrorCode, detail: string): void;
}

/** Live push: tells a listener what there is to say of a question, until the answer is called. */
export interface LivePort {
  /** What its readers count. */
  readonly counters: LiveCounters;
  /**
   * Counts a connection in, until the answer is called.
   * @throws MillraceError MR_BUSY when there are too many, MR_STOPPING
   */
  connect(): () => void;
  /** @throws MillraceError MR_BUSY when there are too many different questions, MR_STOPPING */
  listen(question: LiveQuestion, listener: Listener): () => void;
}
