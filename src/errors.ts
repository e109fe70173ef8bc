/** What one error code means at the HTTP edge: the status it answers with, and the title of its problem document. */
interface ErrorKind {
  status: number;
  title: string;
}

/**
 * Every coded error, once. docs/errors.md explains each one (a test keeps the two in step). Codes are added,
 * never renamed: clients match on them. Bad points are no errors; they have reject reasons.
 */
export const ERROR_KINDS = {
  MR_BAD_PARAMETER: { status: 400, title: 'Bad parameter' },
  MR_BAD_BODY: { status: 400, title: 'Bad request body' },
  MR_POINT_REJECTED: { status: 400, title: 'Point rejected' },
  MR_UNAUTHORIZED: { status: 401, title: 'Token needed' },
  MR_FORBIDDEN: { status: 403, title: 'Not allowed' },
  MR_FORBIDDEN_ORIGIN: { status: 403, title: 'Origin not allowed' },
  MR_UNKNOWN_PATH: { status: 404, title: 'No such path' },
  MR_UNKNOWN_METRIC: { status: 404, title: 'Unknown metric' },
  MR_NO_DATA: { status: 404, title: 'No data' },
  MR_METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  MR_BODY_TOO_LARGE: { status: 413, title: 'Request body too large' },
  MR_UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type' },
  MR_NOT_KEPT: { status: 422, title: 'Not kept in such detail' },
  MR_QUERY_TOO_BIG: { status: 422, title: 'Query too big' },
  MR_UPGRADE_REQUIRED: { status: 426, title: 'WebSocket only' },
  MR_BUSY: { status: 429, title: 'Too busy' },
  MR_INTERNAL: { status: 500, title: 'Internal error' },
  MR_STARTING: { status: 503, title: 'Starting' },
  MR_STOPPING: { status: 503, title: 'Stopping' },
  MR_SHARD_RESTARTING: { status: 503, title: 'A shard starts again' },
  MR_UNABLE_TO_STORE: { status: 503, title: 'Unable to store' },
  MR_NO_SPACE: { status: 507, title: 'Not enough disk' },
  MR_QUERY_LOST: { status: 503, title: 'Query thread failed' },
  MR_QUERY_TIMEOUT: { status: 503, title: 'Query took too long' },
  MR_CONFIG: { status: 500, title: 'Bad configuration' },
  MR_FOLDER_ACCESS: { status: 500, title: 'Data folder not usable' },
  MR_FOLDER_IN_USE: { status: 500, title: 'Data folder in use' },
  MR_FOLDER_VERSION: { status: 500, title: 'Data folder of another version' },
  MR_FOLDER_DAMAGED: { status: 500, title: 'Data folder damaged' },
  MR_SHARD_FAILED: { status: 500, title: 'A shard keeps failing' },
  MR_LISTEN: { status: 500, title: 'Cannot listen' },
  MR_UNREACHABLE: { status: 502, title: 'No server answers' },
  MR_BAD_ANSWER: { status: 502, title: 'Unexpected answer' },
} as const satisfies Record<`MR_${string}`, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** What may go with an error besides its text. */
export interface ErrorDetails {
  /** When trying again makes sense, ms; becomes `Retry-After` over HTTP. */
  retryAfterMs?: number;
  /** More members of the problem document, such as `near` or `parameter`. */
  fields?: Readonly<Record<string, unknown>>;
  /** Response headers that belong to the error, such as `Allow`. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/**
 * An operating failure or a refusal, raised at the edge. The message is the `detail` that a user reads: what
 * was wanted, what came, and what to do.
 */
export class MillraceError extends Error {
  override readonly name = 'MillraceError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, detail: string, details: ErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
    this.fields = details.fields ?? {};
    this.headers = details.headers ?? {};
  }

  /** The HTTP status of this error. */
  get status(): number {
    return ERROR_KINDS[this.code].status;
  }
}

/** The text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
