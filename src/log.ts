import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A duration to the tenth of a millisecond; the clock gives more digits than anybody reads. */
function withRoundDuration(fields: Record<string, unknown>): Record<string, unknown> {
  const { durationMs } = fields;
  return typeof durationMs === 'number'
    ? { ...fields, durationMs: Math.round(durationMs * 10) / 10 }
    : fields;
}

/**
 * Makes the process's logger: a JSON object a line, on standard error, because standard output belongs to the
 * command's own answer (`listening on ...`). Writes are synchronous: a line about a crash must get out before it.
 */
export function createLogger(level: LogLevel, stream?: DestinationStream): Logger {
  return pino(
    {
      name: 'millrace',
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }), log: withRoundDuration },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    stream ?? destination({ fd: 2, sync: true }),
  );
}
