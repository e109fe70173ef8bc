import { OPTIONS_MAX, type Option } from '../ui/combobox';
import { getJson } from './client';

/** Names that a picker offers: the server searches, so that thousands of them never come here. */
export async function metricNames(text: string, signal?: AbortSignal): Promise<readonly Option[]> {
  const found = await getJson<{ metrics: string[] }>(
    '/metrics/names',
    { search: text, limit: OPTIONS_MAX },
    signal,
  );
  return found.metrics.map((value) => ({ value }));
}

/** Where labels are looked for. */
export interface LabelPlace {
  metric: string;
  match: string | undefined;
  text: string;
}

const query = ({ metric, match, text }: LabelPlace) => {
  const selectors = [match, metric === '' ? undefined : `{__name__=${JSON.stringify(metric)}}`];
  return { match: selectors.filter((each) => each !== undefined), search: text, limit: OPTIONS_MAX };
};

export async function labelNames(place: LabelPlace, signal: AbortSignal): Promise<readonly Option[]> {
  const found = await getJson<{ data: string[] }>('/api/v1/labels', query(place), signal);
  return found.data.filter((value) => value !== '__name__').map((value) => ({ value }));
}

export async function labelValues(
  label: string,
  place: LabelPlace,
  signal: AbortSignal,
): Promise<readonly Option[]> {
  const path = `/api/v1/label/${encodeURIComponent(label)}/values`;
  const found = await getJson<{ data: string[] }>(path, query(place), signal);
  return found.data.map((value) => ({ value }));
}
