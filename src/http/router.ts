import { MillraceError } from '../errors.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a router finds: a target, and the decoded path parameters by name. */
export interface Match<T> {
  target: T;
  parameters: ReadonlyMap<string, string>;
}

interface Node<T> {
  literals: Map<string, Node<T>>;
  parameter: Node<T> | undefined;
  targets: Map<Method, Target<T>>;
}

interface Target<T> {
  target: T;
  /** Names of the path parameters, in the pattern's order. */
  names: string[];
}

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

const newNode = <T>(): Node<T> => ({ literals: new Map(), parameter: undefined, targets: new Map() });

/**
 * Finds the target of a method and path. Patterns are segments, literal or `{named}`:
 *
 *   /api/metrics/{metric}/latest        literals win over parameters, segment by segment, and a dead end
 *   /api/metrics/alerts/active          goes back: `/api/metrics/alerts/latest` finds the metric "alerts"
 *
 * Segments are percent-decoded after the path is split, so that a metric's name may hold a slash as %2F.
 */
export class Router<T> {
  readonly #root = newNode<T>();
  /** Patterns without parameters, by their path: most requests', found without taking the path apart. */
  readonly #whole = new Map<string, Map<Method, Match<T>>>();

  add(method: Method, pattern: string, target: T): void {
    let node = this.#root;
    for (const segment of pattern.split('/').slice(1)) {
      if (segment.startsWith('{')) {
        node.parameter ??= newNode<T>();
        node = node.parameter;
        continue;
      }
      const next = node.literals.get(segment) ?? newNode<T>();
      node.literals.set(segment, next);
      node = next;
    }
    const names = [...pattern.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    node.targets.set(method, { target, names });
    if (names.length > 0) return;
    const whole = this.#whole.get(pattern) ?? new Map<Method, Match<T>>();
    this.#whole.set(pattern, whole.set(method, { target, parameters: NO_PARAMETERS }));
  }

  /**
   * The target of a request. HEAD goes where GET goes.
   * @throws MillraceError 404 for a path nobody knows, 405 with `Allow` for a method the path has not, 400 for bad percent-encoding
   */
  find(method: string, path: string): Match<T> {
    const wanted = (method === 'HEAD' ? 'GET' : method) as Method;
    const whole = this.#whole.get(path)?.get(wanted);
    if (whole !== undefined) return whole;
    const found = this.#walk(path);
    const own = found?.node.targets.get(wanted);
    if (found !== undefined && own !== undefined) {
      const parameters = new Map(own.names.map((name, at) => [name, found.parameters[at]!]));
      return { target: own.target, parameters };
    }
    const allow = this.allowed(path);
    throw new MillraceError('MR_METHOD_NOT_ALLOWED', `${path} takes ${allow.join(', ')}, not ${method}.`, {
      headers: { Allow: allow.join(', ') },
      fields: { allow },
    });
  }

  /**
   * The methods that a path takes.
   * @throws MillraceError 404, 400 as find does
   */
  allowed(path: string): string[] {
    const found = this.#walk(path);
    if (found === undefined) {
      throw new MillraceError(
        'MR_UNKNOWN_PATH',
        `Nothing is served at ${path}. Paths are case-sensitive and end without a slash; docs/http-api.md lists them.`,
      );
    }
    const methods: string[] = [...found.node.targets.keys()];
    if (methods.includes('GET')) methods.push('HEAD');
    return [...methods, 'OPTIONS'].sort();
  }

  #walk(path: string): { node: Node<T>; parameters: string[] } | undefined {
    const segments = path.split('/').slice(1).map(decodeSegment);
    const parameters: string[] = [];
    const node = descend(this.#root, segments, 0, parameters);
    return node === undefined ? undefined : { node, parameters };
  }
}

function descend<T>(
  node: Node<T>,
  segments: string[],
  at: number,
  parameters: string[],
): Node<T> | undefined {
  if (at === segments.length) return node.targets.size > 0 ? node : undefined;
  const segment = segments[at]!;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : descend(literal, segments, at + 1, parameters);
  if (found !== undefined || node.parameter === undefined || segment === '') return found;
  parameters.push(segment);
  const below = descend(node.parameter, segments, at + 1, parameters);
  if (below === undefined) parameters.pop();
  return below;
}

/** A segment of a path as it was meant. @throws MillraceError MR_BAD_PARAMETER */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new MillraceError(
      'MR_BAD_PARAMETER',
      `The path segment "${segment}" is not percent-encoded UTF-8: write each byte as %XX with two hexadecimal digits.`,
    );
  }
}
