import { assert } from '../../../native-free-core/assert.js';
import { systemClock } from '../../clock.js';
import type { CommandHandler } from './running-command.js';

/**
 * How long a shard waits for its reader, ms. It takes a millisecond or two; a reader that is kept from running for longer is
 * not worth holding producers up, who would notice from here on.
 */
const CUT_WAIT_MS_MAX = 100;

/**
 * Holds the shard where the command stands in its ring until a reader has opened its transaction, and goes on in any case soon
 * after. It waits here and not in `step`, because nothing else of the shard may go on either.
 */
export const beginCut: CommandHandler<'cut'> = ({ ticket }, engine) => {
  const startMs = systemClock.monotonicMs();
  const gate = engine.commands.cutGate;
  assert(gate !== undefined, 'a command was taken that nobody can have sent');
  const isCut = gate.hold(ticket, CUT_WAIT_MS_MAX, systemClock.monotonicMs);
  const result = { isCut, heldMs: systemClock.monotonicMs() - startMs };
  return { step: () => 0, result };
};
