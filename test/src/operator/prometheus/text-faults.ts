const COMMENT = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)*\})? (\S+)( \d+)?$/;
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/;

interface Family {
  name: string;
  type: string | undefined;
  hasHelp: boolean;
}

/** Reads Prometheus' text format 0.0.4 by the letter, as `promtool check metrics` does, and answers what is wrong with it. */
export function textFaults(text: string): string[] {
  const faults: string[] = [];
  const closed = new Set<string>();
  const seen = new Set<string>();
  let family: Family = { name: '', type: undefined, hasHelp: false };
  if (!text.endsWith('\n')) faults.push('the last line has no end');
  const open = (name: string): Family => {
    if (name === family.name) return family;
    closed.add(family.name);
    if (closed.has(name)) faults.push(`${name} does not stand together`);
    family = { name, type: undefined, hasHelp: false };
    return family;
  };
  for (const line of text.split('\n').slice(0, -1)) {
    const [, kind, named, rest] = COMMENT.exec(line) ?? [];
    if (kind === 'HELP') {
      if (open(named!).hasHelp) faults.push(`${named} has two HELPs`);
      family.hasHelp = true;
    } else if (kind === 'TYPE') {
      if (open(named!).type !== undefined) faults.push(`${named} has two TYPEs`);
      family.type = rest;
    } else {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (name === undefined || !VALUE.test(value!)) faults.push(`no sample: ${line}`);
      else faults.push(...sampleFaults(family, { name, labels, value: Number(value) }));
      if (seen.has(`${name}${labels}`)) faults.push(`twice: ${line}`);
      seen.add(`${name}${labels}`);
    }
  }
  return faults;
}

function sampleFaults(
  { name: family, type, hasHelp }: Family,
  { name, labels, value }: { name: string; labels: string; value: number },
): string[] {
  const faults: string[] = [];
  const say = (isFault: boolean, text: string): void => {
    if (isFault) faults.push(`${name}${labels}: ${text}`);
  };
  const isSummary = type === 'summary';
  say(name !== family && !(isSummary && /_(?:sum|count)$/.test(name)), `stands in the family ${family}`);
  say(type === undefined || !hasHelp, 'has no TYPE or no HELP');
  say((type === 'counter') !== family.endsWith('_total'), 'a counter ends in _total, and nothing else does');
  say(type === 'counter' && !(value >= 0), 'a counter is not negative');
  say(!isSummary && /[{,](?:quantile|le)=/.test(labels), 'only summaries have quantiles');
  say(!isSummary && /_(?:count|sum|bucket)$/.test(name), 'that ending belongs to summaries');
  say(
    /_(?:ms|milliseconds|minutes|kb|mb|percent)(?:_|$)/.test(name),
    'base units are seconds, bytes, ratios',
  );
  return faults;
}
