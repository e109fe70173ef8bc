import type { LivePort } from '../../../src/live/live-port.js';

/** Live push that never says anything. */
export const silentLive: LivePort = { connect: () => () => {}, listen: () => () => {} };
