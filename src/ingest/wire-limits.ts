import { defaultWireLimits, type WireLimits } from '../../protocol/limits.js';
import type { Config } from '../config/schema.js';
import { HISTORY_BATCH_POINTS_MAX, HISTORY_IN_FLIGHT_MAX } from './limits.js';
import type { BatchKind } from './time-gate.js';

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

/** The limits of a connection. For a history points a batch are advice: a larger one is taken all the same. */
export function limitsOf(kind: BatchKind, limits: WireLimits): WireLimits {
  if (kind === 'live') return limits;
  return {
    ...limits,
    pointsPerBatchMax: Math.min(limits.pointsPerBatchMax, HISTORY_BATCH_POINTS_MAX),
    inFlightMax: Math.min(limits.inFlightMax, HISTORY_IN_FLIGHT_MAX),
  };
}
