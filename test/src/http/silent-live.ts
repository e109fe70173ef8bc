import { LiveCounters } from '../../../src/live/live-counters.js';
import type { LivePort } from '../../../src/live/live-port.js';

/** Live push that never says anything. */
export const silentLive: LivePort = {
  counters: new LiveCounters(),
  connect: () => () => {},
  listen: () => () => {},
};
