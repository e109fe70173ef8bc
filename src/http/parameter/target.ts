import type { LabelMatcher } from '../ports.js';
import { badParameter } from '../query-string.js';
import { METRIC_NAME } from '../schema/vocabulary.js';
import { NAME_LABEL } from '../selector/selector-parser.js';
import { type Parameter, type ParameterField, parseText, queryField } from './parameter.js';
import { SELECTORS } from './selectors.js';

/** The one metric that a call is about, and what its series must match. */
export interface Target {
  metric: string;
  selectors: LabelMatcher[];
}

/**
 * Takes the metric out of the selectors where it is named there.
 * @throws MillraceError 400 where no metric is named, or two
 */
export function resolveTarget(named: string | undefined, selectors: readonly LabelMatcher[]): Target {
  const rest: LabelMatcher[] = [];
  let metric = named;
  for (const matcher of selectors) {
    if (matcher.label !== NAME_LABEL) {
      rest.push(matcher);
      continue;
    }
    const isAnother = metric !== undefined && metric !== matcher.value;
    if (matcher.op !== '=' || isAnother) {
      const came =
        matcher.op === '=' ? `${metric} and ${matcher.value}` : `__name__${matcher.op}"${matcher.value}"`;
      throw badParameter('match', 'about the one metric that this call reads', came);
    }
    metric = matcher.value;
  }
  return { metric: parseText(METRIC_NAME, 'metric_name', metric), selectors: rest };
}

/** What a call about one or several metrics reads. */
export interface Targets {
  /** The one metric; empty where `names` chooses. */
  metric: string;
  /** Conditions on the names of metrics, where these are not one name. */
  names: LabelMatcher[] | undefined;
  selectors: LabelMatcher[];
}

/**
 * One metric, or all whose names meet the conditions of the selectors, as `{__name__=~"cpu_.*"}`.
 * @throws MillraceError 400 where no metric is named
 */
export function resolveTargets(named: string | undefined, selectors: readonly LabelMatcher[]): Targets {
  const names = selectors.filter(({ label }) => label === NAME_LABEL);
  const isOne = named !== undefined || names.every(({ op }) => op === '=');
  if (isOne) {
    const { metric, selectors: rest } = resolveTarget(named, selectors);
    return { metric, names: undefined, selectors: rest };
  }
  return { metric: '', names, selectors: selectors.filter(({ label }) => label !== NAME_LABEL) };
}

const metricName = queryField(
  'metric_name',
  METRIC_NAME.optional().meta({ description: 'The metric; `match` may name it instead.' }),
  'metric',
);

/** `metric_name=` (or `metric=`, or a name in `match=`) with `host=`, `label.NAME=` and `match=`. */
export const TARGET: Parameter<Target> = {
  fields: [metricName, ...SELECTORS.fields],
  read: (source) => {
    const named = source.query.one('metric_name', 'metric')?.value;
    return resolveTarget(named, SELECTORS.read(source));
  },
};

const inPath: ParameterField = {
  in: 'path',
  name: 'metric',
  aliases: [],
  schema: METRIC_NAME,
  isRepeated: false,
};

/** The `{metric}` of the path with `host=`, `label.NAME=` and `match=`. */
export const TARGET_IN_PATH: Parameter<Target> = {
  fields: [inPath, ...SELECTORS.fields],
  read: (source) => resolveTarget(source.path.get('metric'), SELECTORS.read(source)),
};
