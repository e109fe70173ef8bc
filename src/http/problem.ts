import { ERROR_KINDS, type ErrorCode, MillraceError } from '../errors.js';
import { RETRY_AFTER_MS_DEFAULT } from './limits.js';

export const PROBLEM_TYPE = 'application/problem+json';

/** A problem document (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  [member: string]: unknown;
}

/** `MR_BAD_BODY` as the URN that names this kind of problem. */
export function problemType(code: ErrorCode): string {
  return `urn:millrace:problem:${code.slice('MR_'.length).toLowerCase().replaceAll('_', '-')}`;
}

/** The problem document of an error. */
export function problemOf(error: MillraceError): Problem {
  const { title, status } = ERROR_KINDS[error.code];
  return {
    type: problemType(error.code),
    title,
    status,
    detail: error.message,
    code: error.code,
    ...error.fields,
  };
}

/**
 * Anything thrown, as the coded error that a client may see. What isn't coded is our fault: the client learns
 * only that, and the log keeps the rest.
 */
export function asMillraceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error;
  return new MillraceError(
    'MR_INTERNAL',
    'The server failed in a way it should not. Nothing is known to be wrong with the request; the server’s log says more.',
    { cause: error },
  );
}

/** The response headers of an error; 429 and 503 always say when to try again, in whole seconds. */
export function problemHeaders(error: MillraceError): Record<string, string> {
  const headers: Record<string, string> = { ...error.headers };
  if (error.status === 429 || error.status === 503 || error.retryAfterMs !== undefined) {
    const seconds = Math.ceil((error.retryAfterMs ?? RETRY_AFTER_MS_DEFAULT) / 1000);
    headers['Retry-After'] = String(Math.max(1, seconds));
  }
  return headers;
}
