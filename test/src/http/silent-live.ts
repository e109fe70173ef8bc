import type { LivePort } from '../../../src/http/ports.js';

/** Live push that never says anything. */
export const silentLive: LivePort = { listen: () => () => {} };
