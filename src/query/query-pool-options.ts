export interface QueryPoolOptions {
  threads: number;
  /** How long a query may run; its caller's signal may end it sooner. */
  timeoutMs: number;
  /** Is told of each damaged place that a query met and passed over. */
  onDamaged?: (place: string) => void;
  /** Is told why a thread died, where that is known. */
  onThreadFailure?: (detail: string) => void;
  /** Is told that so many threads are missing that no query took with it, and that they are started again after so long. */
  onThreadsMissing?: (missing: number, waitMs: number) => void;
  /** Is told that none is missing any more. */
  onThreadsWhole?: () => void;
  /** Is told once why small queries go to threads: the stores can't be opened on this thread. */
  onInlineClosed?: (detail: string) => void;
  /** What a thread may have of JavaScript's own memory, MiB; where it is not said, what Node gives it. */
  heapMibMax?: number;
  /** How long `ready` waits for the threads, ms. */
  readyMsMax?: number;
  /** How long a query may run on the thread of light ones, ms. */
  lightBudgetMs?: number;
  /** Bytes of answers that are kept; 0: none. */
  cacheBytesMax?: number;
  /** Whether small queries are answered on this thread; true where it is not said. */
  answersInline?: boolean;
}
