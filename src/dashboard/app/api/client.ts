import { learnNow, ownMs } from '../clock';

/** A refused or failed call, with what the server said of it (RFC 9457). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** Names that are like the one asked for. */
  readonly near: readonly string[];

  constructor(status: number, code: string, detail: string, near: readonly string[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.near = near;
  }

  /** Whether the same call may be answered later: the engine is away, starting, or busy. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503;
  }
}

interface Problem {
  detail?: string;
  title?: string;
  code?: string;
  near?: string[];
}

async function failure(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const detail = problem.detail ?? problem.title ?? `The server answered ${response.status}.`;
  return new ApiError(response.status, problem.code ?? '', detail, problem.near);
}

async function call(path: string, init: RequestInit): Promise<Response> {
  const sentMs = ownMs();
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'UNREACHABLE', 'The engine does not answer. It may be stopped, or restarting.');
  }
  learnNow(Date.parse(response.headers.get('date') ?? ''), sentMs);
  if (!response.ok) throw await failure(response);
  return response;
}

/** Parameters of a call; undefined and empty ones are left out, lists are repeated. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export function pathWith(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const each of Array.isArray(value) ? value : [value]) parameters.append(name, String(each));
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** @throws ApiError; the signal's reason when it aborts */
export async function getJson<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  const response = await call(pathWith(path, query), signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/** @throws ApiError; the signal's reason when it aborts */
export async function postJson<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  const response = await call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  return (await response.json()) as T;
}
