/** What the two threads of the stress test share besides the windows. */
export interface StressData {
  memory: SharedArrayBuffer;
  clock: SharedArrayBuffer;
  seed: number;
}

/** Words of the clock: the writer's present second since START_SECOND, the batches so far, 1 to stop. */
export const CLOCK_NOW = 0;
export const CLOCK_BATCHES = 1;
export const CLOCK_STOP = 2;

export const START_SECOND = 1_700_000_000;
