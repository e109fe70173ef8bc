import type { TaskQueue } from 'piscina';

/**
 * The queue of a pool whose tasks are handed to it only while a thread is free: it keeps nothing. What the pool puts into it all the same
 * was asked only so that a thread is started for it, and is forgotten.
 */
export class EmptyQueue implements TaskQueue {
  readonly size = 0;

  push(): void {}

  shift(): null {
    return null;
  }

  remove(): void {}
}
