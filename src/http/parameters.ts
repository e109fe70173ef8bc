import { MillraceError } from '../errors.js';
import { nearest } from './nearest.js';

/** A refused parameter, as a 400 that names it. */
export function badParameter(parameter: string, wanted: string, came: string): MillraceError {
  return new MillraceError('MR_BAD_PARAMETER', `${parameter} must be ${wanted}; got ${came}.`, {
    fields: { parameter },
  });
}

const quoted = (text: string): string => `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}"`;

/** The parameters of a query string, decoded once, each taken by the name it has in the contract. */
export class Parameters {
  readonly #values = new Map<string, string[]>();

  /** @throws MillraceError 400 for bad percent-encoding */
  constructor(query: string) {
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
    const given = [name, ...aliases].flatMap((alias) =>
      this.all(alias).map((value) => ({ name: alias, value })),
    );
    if (given.length > 1) {
      const names = [...new Set(given.map((each) => each.name))].join(' and ');
      throw badParameter(name, 'given once', `${given.length} values (${names})`);
    }
    return given[0] === undefined || given[0].value === '' ? undefined : given[0];
  }

  /** A parameter turned into a value by `parse`, which answers undefined (or NaN) for text that it can't read. */
  parsed<T>(
    names: readonly [string, ...string[]],
    wanted: string,
    parse: (text: string) => T | undefined,
  ): T | undefined {
    const given = this.one(...names);
    if (given === undefined) return undefined;
    const value = parse(given.value);
    if (value === undefined || Number.isNaN(value))
      throw badParameter(given.name, wanted, quoted(given.value));
    return value;
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
   * @throws MillraceError 400 with the nearest name
   */
  refuseOthers(known: readonly string[]): void {
    for (const name of this.#values.keys()) {
      if (known.includes(name) || name.startsWith('label.') || name.startsWith('_')) continue;
      const near = nearest(name, known, 1)[0];
      const hint = near === undefined ? '' : ` Did you mean ${near}?`;
      throw new MillraceError(
        'MR_BAD_PARAMETER',
        `This call has no parameter ${quoted(name)}; it has ${known.join(', ')}, and label.NAME.${hint}`,
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
      `The query string holds "${text.slice(0, 80)}", which is not percent-encoded UTF-8: write each byte as %XX with two hexadecimal digits.`,
    );
  }
}
