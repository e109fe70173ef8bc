import { type ErrorCode, MillraceError } from '../../errors.js';
import type { Call } from '../edge.js';
import type { HealthReport } from '../ports.js';

const CODES: Readonly<Record<Exclude<HealthReport['state'], 'ok'>, ErrorCode>> = {
  starting: 'MR_STARTING',
  stopping: 'MR_STOPPING',
  unable_to_store: 'MR_UNABLE_TO_STORE',
};

/** GET /health */
export function health({ exchange, edge }: Call): void {
  const { state, uptimeSeconds, version, reason } = edge.operator.health();
  const fields = { uptime_seconds: uptimeSeconds, version };
  if (state === 'ok') exchange.answerJson(200, { status: 'ok', ...fields });
  else
    throw new MillraceError(CODES[state], reason ?? `The engine is ${state.replaceAll('_', ' ')}.`, {
      fields,
    });
}
