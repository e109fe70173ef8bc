import { MillraceError } from '../errors.js';
import { nearest } from './nearest.js';

const TEXT_SHOWN_MAX = 80;

/** A text as an error shows it: in quotes, cut where it is long. */
export const quoted = (text: string): string =>
  `"${text.length > TEXT_SHOWN_MAX ? `${text.slice(0, TEXT_SHOWN_MAX)}…` : text}"`;

/** A refused parameter, as a 400 that names it. */
export function badParameter(
  parameter: string,
  wanted: string,
  came: string,
  fields: Readonly<Record<string, unknown>> = {},
): MillraceError {
  return new MillraceError('MR_BAD_PARAMETER', `${parameter} must be ${wanted}; got ${came}.`, {
    fields: { parameter, ...fields },
  });
}

/** The parameters of a query string, decoded once, each taken by the name it has in the contract. */
export class QueryString {
  readonly #values = new Map<string, string[]>();

  /** @throws MillraceError 400 for bad percent-encoding */
  constructor(query: string) {
    if (query === '') return;
    for (const pair of query.split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = decode(equals < 0 ? pair : pair.slice(0, equals));
      const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
      const values = this.#values.get(name);
      if (values === undefined) this.#values.set(name, [value]);
      else values.push(value);
    }
  }

  /** Every value of a parameter that may be repeated. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /**
   * The one value of a parameter, under any of its names; undefined where none is given, or only empty text.
   * @throws MillraceError 400 where it is given twice
   */
  one(name: string, ...aliases: string[]): { name: string; value: string } | undefined {
    if (this.#values.size === 0) return undefined;
    // What most parameters are: of one name, and given once or not at all.
    const values = this.#values.get(name);
    if (aliases.length === 0 && (values === undefined || values.length === 1)) {
      const value = values?.[0];
      return value === undefined || value === '' ? undefined : { name, value };
    }
    const given = [name, ...aliases].flatMap((alias) =>
      this.all(alias).map((value) => ({ name: alias, value })),
    );
    if (given.length > 1) {
      const names = [...new Set(given.map((each) => each.name))].join(' and ');
      throw badParameter(name, 'given once', `${given.length} values (${names})`);
    }
    return given[0] === undefined || given[0].value === '' ? undefined : given[0];
  }

  /** Parameters whose name begins so, with the rest of their names. */
  *withPrefix(prefix: string): Iterable<{ rest: string; value: string }> {
    for (const [name, values] of this.#values) {
      if (!name.startsWith(prefix)) continue;
      for (const value of values) yield { rest: name.slice(prefix.length), value };
    }
  }

  /**
   * Refuses parameters that the call doesn't have: a misspelt `strat=` would otherwise read the wrong hour.
   * Names that begin with `_` pass, since browsers' cache breakers are called that.
   * @param known names, of which those that end in a dot stand for all that begin so
   * @throws MillraceError 400 with the nearest name
   */
  refuseOthers(known: readonly string[]): void {
    for (const name of this.#values.keys()) {
      const isKnown = known.some((each) => (each.endsWith('.') ? name.startsWith(each) : name === each));
      if (isKnown || name.startsWith('_')) continue;
      const near = nearest(name, known, 1)[0];
      const hint = near === undefined ? '' : ` Did you mean ${near}?`;
      const names = known.map((each) => (each.endsWith('.') ? `${each}NAME` : each)).join(', ');
      const has = names === '' ? 'it has none' : `it has ${names}`;
      throw new MillraceError(
        'MR_BAD_PARAMETER',
        `This call has no parameter ${quoted(name)}; ${has}.${hint}`,
        { fields: { parameter: name } },
      );
    }
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new MillraceError(
      'MR_BAD_PARAMETER',
      `The query string holds "${text.slice(0, TEXT_SHOWN_MAX)}", which is not percent-encoded UTF-8: write each byte as %XX with two hexadecimal digits.`,
    );
  }
}
