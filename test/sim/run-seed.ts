import type { SimCounts } from './sim-counts.js';
import { SimFailure } from './sim-failure.js';
import { SimTrace } from './sim-trace.js';
import { Simulation } from './simulation.js';

/** How a run ended. */
export interface SeedResult {
  readonly seed: number;
  /** Of everything that happened: the same for the same seed. */
  readonly digest: string;
  readonly counts: SimCounts;
}

export interface SeedOptions {
  /** Told of each line of the trace. */
  print?: (line: string) => void;
  /** Breaks the world before the first step. */
  sabotage?: (simulation: Simulation) => void;
}

/** Runs one seed to its end. Throws a SimFailure that tells the seed, the step, what came before, and how to replay it. */
export function runSeed(seed: number, options: SeedOptions = {}): SeedResult {
  const trace = new SimTrace(options.print);
  try {
    const simulation = new Simulation(seed, trace);
    options.sabotage?.(simulation);
    simulation.run();
    return { seed, digest: trace.digest, counts: simulation.counts };
  } catch (error) {
    const what = error instanceof Error ? error : new Error(String(error));
    const replay = `MILLRACE_SIM_SEED=${seed} MILLRACE_SIM_TRACE=1 npm test sim/simulator`;
    const text = `seed ${seed}, step ${trace.step}: ${what.message}\n\n${trace.tail()}\n\nreplay: ${replay}`;
    throw new SimFailure(text, { cause: error });
  }
}
