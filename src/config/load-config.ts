import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { errorText, MillraceError } from '../errors.js';
import { nearest } from '../http/nearest.js';
import { CONFIG_KEYS } from './keys.js';
import { RETENTION_WANTED, RULE_MEMBERS, retentionMap } from './retention-keys.js';
import { type Config, configSchema } from './schema.js';

/** Where values may come from, the strongest first. */
export interface ConfigSources {
  /** Values of flags by key path; lists for flags that may be repeated. */
  flags: Readonly<Record<string, string | readonly string[]>>;
  env: Readonly<Record<string, string | undefined>>;
  /** `--config`; the variable MILLRACE_CONFIG where it is undefined. */
  file: string | undefined;
}

interface Given {
  value: unknown;
  /** As it stands behind "from". */
  source: string;
}

const PREFIX = 'MILLRACE_';

/** What Kubernetes sets for a service called millrace; not ours. */
const KUBERNETES_VARIABLE = /^MILLRACE_(SERVICE_|PORT_\d+_)/;

/**
 * Reads and checks the configuration: flags before variables before the file before the defaults.
 * @throws MillraceError MR_CONFIG that tells of every fault: the key, what is allowed, what came, and from where
 */
export function loadConfig(sources: ConfigSources): Config {
  const given = new Map<string, Given>();
  const faults: string[] = [];
  const file = sources.file ?? sources.env['MILLRACE_CONFIG'];
  if (file !== undefined && file !== '') readFile(file, given, faults);
  readVariables(sources.env, given, faults);
  for (const [path, value] of Object.entries(sources.flags)) {
    const key = CONFIG_KEYS.find((each) => each.path === path);
    given.set(path, { value, source: key === undefined ? 'a flag' : `--${key.flag}` });
  }
  const parsed = configSchema.safeParse(nested(given));
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => faultOf(issue, given)));
  else faults.push(...contradictions(parsed.data));
  if (faults.length > 0 || !parsed.success) {
    throw new MillraceError('MR_CONFIG', faults.join('\n'), { fields: { faults } });
  }
  return parsed.data;
}

function readVariables(env: ConfigSources['env'], given: Map<string, Given>, faults: string[]): void {
  for (const [variable, value] of Object.entries(env)) {
    if (
      !variable.startsWith(PREFIX) ||
      variable === 'MILLRACE_CONFIG' ||
      value === undefined ||
      value === ''
    ) {
      continue;
    }
    const key = CONFIG_KEYS.find((each) => each.variable === variable);
    if (key !== undefined) given.set(key.path, { value, source: variable });
    else if (!KUBERNETES_VARIABLE.test(variable)) {
      // Compared without the prefix, which would make all of them look alike.
      const near = nearest(
        variable.slice(PREFIX.length),
        CONFIG_KEYS.map((each) => each.variable.slice(PREFIX.length)),
        2,
      );
      faults.push(
        unknownKey(
          variable,
          'the environment',
          near.map((name) => PREFIX + name),
        ),
      );
    }
  }
}

function readFile(path: string, given: Map<string, Given>, faults: string[]): void {
  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(readFileSync(path, 'utf8'));
  } catch (error) {
    faults.push(`The configuration file ${path} can't be read: ${errorText(error)}`);
    return;
  }
  if (document.errors.length > 0) {
    faults.push(
      `The configuration file ${path} is neither YAML nor JSON: ${document.errors[0]!.message.split('\n', 1)[0]}`,
    );
    return;
  }
  const root: unknown = document.toJS({ maxAliasCount: 100 });
  if (root === null || root === undefined) return;
  if (typeof root !== 'object' || Array.isArray(root)) {
    faults.push(`The configuration file ${path} must hold keys and values, such as "port: 8000"`);
    return;
  }
  flatten(root, '', path, given, faults);
}

const GROUPS = new Set(
  CONFIG_KEYS.filter((key) => key.path.includes('.')).map((key) => key.path.split('.')[0]!),
);

function flatten(
  object: object,
  prefix: string,
  file: string,
  given: Map<string, Given>,
  faults: string[],
): void {
  for (const [name, value] of Object.entries(object)) {
    const path = `${prefix}${name}`;
    if (value === null) continue;
    if (path === 'retention' && Array.isArray(value)) {
      flatten(retentionMap(value), `${path}.`, file, given, faults);
    } else if (GROUPS.has(path) && typeof value === 'object' && !Array.isArray(value)) {
      flatten(value, `${path}.`, file, given, faults);
    } else if (CONFIG_KEYS.some((key) => key.path === path)) {
      given.set(path, { value, source: file });
    } else if (GROUPS.has(path)) {
      faults.push(
        `${path} must hold keys of its own, such as ${CONFIG_KEYS.find((key) => key.path.startsWith(`${path}.`))!.path}; got ${JSON.stringify(value)} from ${file}`,
      );
    } else {
      faults.push(
        unknownKey(
          path,
          file,
          nearest(
            path,
            CONFIG_KEYS.map((key) => key.path),
            2,
          ),
        ),
      );
    }
  }
}

function unknownKey(name: string, source: string, near: readonly string[]): string {
  const hint = near.length === 0 ? 'docs/configuration.md lists all' : `did you mean ${near.join(' or ')}?`;
  return `There is no key ${name}, from ${source}; ${hint}`;
}

function nested(given: ReadonlyMap<string, Given>): object {
  const root: Record<string, unknown> = {};
  for (const [path, { value }] of given) {
    const [group, name] = path.split('.') as [string, string | undefined];
    if (name === undefined) root[group] = value;
    else root[group] = { ...(root[group] as object | undefined), [name]: value };
  }
  return root;
}

function faultOf(issue: z.core.$ZodIssue, given: ReadonlyMap<string, Given>): string {
  // A fault inside a list has its index as the last step.
  const path = issue.path.filter((step) => typeof step === 'string').join('.');
  if (issue.path[1] === 'rules' && issue.path.length > 2) return faultOfRule(issue, given);
  const key = CONFIG_KEYS.find((each) => each.path === path);
  const came = given.get(path);
  if (key === undefined || came === undefined) return `${path}: ${issue.message}`;
  const value = key.isSecret === true ? 'a value that is none' : JSON.stringify(came.value);
  return `${path} must be ${key.wanted}; got ${value} from ${came.source}`;
}

/** A fault inside one retention rule: which, what was wanted there, and what came. */
function faultOfRule(issue: z.core.$ZodIssue, given: ReadonlyMap<string, Given>): string {
  const [, , index, member] = issue.path;
  const place = `retention.rules[${String(index)}]`;
  const { value, source } = given.get('retention.rules')!;
  const rule = issue.path
    .slice(2, 3)
    .reduce<unknown>((list, step) => (Array.isArray(list) ? list[Number(step)] : list), value);
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys[0]!;
    return unknownKey(`${place}.${name}`, source, nearest(name, RULE_MEMBERS, 2));
  }
  if (member === undefined) {
    return `${place} must be a map such as {match: "debug.*", raw: 1d}; got ${JSON.stringify(rule)} from ${source}`;
  }
  const came = JSON.stringify((rule as Record<string, unknown> | undefined)?.[String(member)]) ?? 'none';
  const wanted = member === 'match' ? "a pattern of metrics' names of 1 to 256 characters" : RETENTION_WANTED;
  return `${place}.${String(member)} must be ${wanted}; got ${came} from ${source}`;
}

/** Keys that are fine one by one and can't go together. */
function contradictions(config: Config): string[] {
  const needed = config.limits.pointsPerBatch * 2 * 16;
  if (config.ringBytes >= needed) return [];
  return [
    `ringBytes must hold the largest batch twice: with limits.pointsPerBatch ${config.limits.pointsPerBatch} at least ${needed} bytes; got ${config.ringBytes}. Raise ringBytes or lower limits.pointsPerBatch`,
  ];
}
