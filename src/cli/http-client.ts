import { DEFAULTS } from '../config/defaults.js';
import { errorText, MillraceError } from '../errors.js';

/** Where a server listens of which nothing is said. */
export const DEFAULT_URL = `http://${DEFAULTS.host}:${DEFAULTS.port}`;

/** The base URL of a server, without a slash at the end. */
export function baseUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new MillraceError('MR_CONFIG', `The URL must be like ${DEFAULT_URL}; got "${text}"`);
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.href.replace(/\/+$/, '');
  throw new MillraceError('MR_CONFIG', `The URL must begin with http:// or https://; got "${text}"`);
}

/** @throws MillraceError MR_UNREACHABLE where nobody answers at all */
export async function request(base: string, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(`${base}${path}`, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new MillraceError(
      'MR_UNREACHABLE',
      `No server answers at ${base} (${(cause as NodeJS.ErrnoException).code ?? errorText(cause)}). Start one with "millrace serve", or name its address.`,
      { cause: error },
    );
  }
}

/** @throws MillraceError MR_BAD_ANSWER where the answer isn't 200 with JSON */
export async function requestJson(base: string, path: string): Promise<object> {
  const response = await request(base, path);
  const text = await response.text();
  try {
    if (response.status === 200) return JSON.parse(text) as object;
  } catch {
    // Reported below with what came.
  }
  throw new MillraceError(
    'MR_BAD_ANSWER',
    `GET ${base}${path} should answer 200 with JSON; got ${response.status} ${text.slice(0, 200)}. Is it a Millrace server of this version?`,
  );
}

/** What a problem document says; the text, shortened, where it is none. */
export function problemDetail(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // It is shown as it came.
  }
  return text.slice(0, 200);
}
