import { TIER_TABLES } from '../../store/tier-tables.js';
import type { CommandHandler } from './running-command.js';

/** Lets a pass over all tiers begin, and says what it took. */
export const beginSweep: CommandHandler<'sweep'> = (_command, engine) => {
  const { sweeps } = engine.jobs;
  const before = sweeps.swept.map((tier) => ({ ...tier }));
  const wanted = sweeps.trigger();
  return {
    step: () => 0,
    get result() {
      if (sweeps.passes < wanted) return undefined;
      return {
        tiers: TIER_TABLES.map(({ tier }) => {
          const [now, then] = [sweeps.swept[tier]!, before[tier]!];
          return {
            segments: now.segments - then.segments,
            rows: now.rows - then.rows,
            bytes: now.bytes - then.bytes,
          };
        }),
      };
    },
  };
};
