import type { HttpRequest, HttpResponse, us_socket_context_t, WebSocketBehavior } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import type { OriginHeaders } from './origin-check.js';
import { asMillraceError, PROBLEM_TYPE, problemHeaders, problemOf } from './problem.js';

// biome-ignore lint/suspicious/noExplicitAny: each behaviour has user data of its own, which only it looks at.
export type AnyWebSocketBehavior = WebSocketBehavior<any>;

/** A path that speaks WebSocket. Its behaviour closes its own connections before the server is closed. */
export interface WebSocketRoute {
  /** As the router of uWebSockets.js takes it: `/ws/metrics/:metric`. */
  pattern: string;
  behavior: AnyWebSocketBehavior;
}

/** Whether a path is one of the routes'. */
export type PathCheck = (path: string) => boolean;

/** Made once: every request is asked about. */
export function pathCheck(routes: readonly WebSocketRoute[]): PathCheck {
  const patterns = routes.map(({ pattern }) => {
    const parameter = pattern.indexOf(':');
    return {
      // What a path of it begins with, which few others do.
      start: parameter < 0 ? pattern : pattern.slice(0, parameter),
      parts: pattern.split('/'),
    };
  });
  return (path) =>
    patterns.some(({ start, parts }) => {
      if (!path.startsWith(start)) return false;
      const given = path.split('/');
      return (
        parts.length === given.length && parts.every((part, i) => part.startsWith(':') || part === given[i])
      );
    });
}

/** What a request to upgrade is read from, before it dies with its handler. */
export interface UpgradeRequest {
  query: string;
  authorization: string;
  origin: OriginHeaders;
  /** Of the path, percent-encoded, in the pattern's order. */
  parameters: readonly string[];
}

/**
 * Upgrades a connection with the user data that `accept` makes of the request, or answers with the problem that it throws.
 */
export function upgrade<T>(
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
  accept: (request: UpgradeRequest) => T,
): void {
  let data: T;
  try {
    data = accept({
      // The declaration says string, but a request without a question mark gives null.
      query: (request.getQuery() as string | null) ?? '',
      authorization: request.getHeader('authorization'),
      origin: {
        origin: request.getHeader('origin'),
        host: request.getHeader('host'),
        forwardedHost: request.getHeader('x-forwarded-host'),
      },
      parameters: [request.getParameter(0) ?? ''],
    });
  } catch (error) {
    refuse(response, error);
    return;
  }
  response.upgrade<T>(
    data,
    request.getHeader('sec-websocket-key'),
    request.getHeader('sec-websocket-protocol'),
    request.getHeader('sec-websocket-extensions'),
    context,
  );
}

function refuse(response: HttpResponse, error: unknown): void {
  const coded = asMillraceError(error);
  const problem = problemOf(coded);
  response.cork(() => {
    response.writeStatus(`${problem.status} ${STATUS_CODES[problem.status] ?? 'Status'}`);
    response.writeHeader('Content-Type', PROBLEM_TYPE);
    for (const [name, value] of Object.entries(problemHeaders(coded))) response.writeHeader(name, value);
    response.end(JSON.stringify(problem));
  });
}
