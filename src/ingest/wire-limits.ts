import { defaultWireLimits, type WireLimits } from '../../protocol/limits.js';
import type { Config } from '../config/schema.js';

/** Bytes that the head of an entry and of a ring's bookkeeping may take besides its points. */
const ENTRY_OVERHEAD_BYTES = 1_024;

/** The wire's limits as configured; a batch must fit half a ring in its widest form. */
export function wireLimits({ limits, ringBytes }: Config): WireLimits {
  const ringPoints = Math.floor((ringBytes / 2 - ENTRY_OVERHEAD_BYTES) / 20);
  return {
    ...defaultWireLimits,
    frameBytesMax: limits.frameBytes,
    pointsPerBatchMax: Math.min(limits.pointsPerBatch, ringPoints),
    inFlightMax: limits.inFlight,
  };
}
