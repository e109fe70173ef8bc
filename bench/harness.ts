/** The size of a bench: `smoke` proves in CI that it still runs, `full` is what docs/benchmarks.md quotes. */
export type BenchSize = 'smoke' | 'full';

/**
 * One micro bench. `setup` builds the input from a fixed seed and answers a function that does the work once
 * over `perRun(size)` units and returns a hash of its result, so that no engine can drop the work and two
 * machines can compare what they computed.
 */
export interface MicroBench {
  name: string;
  unit: 'points' | 'frames' | 'bytes' | 'values';
  perRun: (size: BenchSize) => number;
  setup: (size: BenchSize) => () => number;
}
