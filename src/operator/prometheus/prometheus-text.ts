import type { OperatorStats } from '../operator-report.js';
import { METRIC_FAMILIES } from './metric-families.js';
import { COUNT, type MetricFamily, type Sample } from './metric-family.js';

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

function lineOf(family: string, [labels, value]: Sample): string {
  const name = COUNT in labels ? `${family}_count` : family;
  const pairs = Object.entries(labels)
    .filter(([label]) => label !== COUNT)
    .map(([label, text]) => `${label}="${escapeLabel(String(text))}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
}

/** One family as text; none without a sample. */
export function familyText<R>({ name, type, help, samples }: MetricFamily<R>, report: R): string {
  const lines = [...samples(report)].filter(([, value]) => value !== null).map((each) => lineOf(name, each));
  return lines.length === 0
    ? ''
    : `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** The operator's statistics in Prometheus' text format 0.0.4. */
export function prometheusText(stats: OperatorStats): string {
  return METRIC_FAMILIES.map((family) => familyText(family, stats)).join('');
}
