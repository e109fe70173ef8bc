import { z } from 'zod';
import { assert } from '../../native-free-core/assert.js';
import { type KeyInfo, keyInfos } from './key-info.js';
import { configSchema } from './schema.js';

/** One key of the configuration under all its names. */
export interface ConfigKey extends KeyInfo {
  /** `limits.seriesTotal`, as in a file. */
  path: string;
  /** `limits-series-total`, as a flag without its dashes. */
  flag: string;
  /** `MILLRACE_LIMITS_SERIES_TOTAL`. */
  variable: string;
}

const words = (path: string): string[] => path.split(/[.]|(?=[A-Z])/).map((word) => word.toLowerCase());

function keysOf(schema: z.ZodObject, prefix: string): ConfigKey[] {
  return Object.entries(schema.shape).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    if (member instanceof z.ZodPrefault) return keysOf(member.unwrap() as z.ZodObject, `${path}.`);
    const info = keyInfos.get(member);
    assert(info !== undefined, `the configuration key ${path} says nothing about itself`);
    return [
      {
        path,
        flag: words(path).join('-'),
        variable: `MILLRACE_${words(path).join('_').toUpperCase()}`,
        ...info,
      },
    ];
  });
}

/** Every key, in the schema's order. */
export const CONFIG_KEYS: readonly ConfigKey[] = keysOf(configSchema, '');

/** The table of docs/configuration.md. */
export function keyTable(): string {
  const rows = CONFIG_KEYS.map(
    (key) =>
      `| \`${key.path}\` | \`--${key.flag}\` | \`${key.variable}\` | ${key.defaultText} | ${key.description} Must be ${key.wanted}. |`,
  );
  return ['| key | flag | variable | default | meaning |', '|---|---|---|---|---|', ...rows].join('\n');
}
