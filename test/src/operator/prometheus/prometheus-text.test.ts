import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counter, gauge, latency } from '../../../../src/operator/prometheus/metric-family.js';
import { familyText } from '../../../../src/operator/prometheus/prometheus-text.js';

test('familyText() writes help, type and samples, and escapes what labels hold', () => {
  const family = counter<number>('a_total', 'Line one\nand a \\.', (n) => [
    [{ reason: 'say "no"\n\\' }, n],
    [{ reason: 'gone' }, null],
  ]);
  assert.equal(
    familyText(family, 3),
    '# HELP a_total Line one\\nand a \\\\.\n# TYPE a_total counter\na_total{reason="say \\"no\\"\\n\\\\"} 3\n',
  );
  assert.equal(
    familyText(
      gauge<boolean>('up', 'Whether.', (up) => up),
      true,
    ),
    '# HELP up Whether.\n# TYPE up gauge\nup 1\n',
  );
});

test('latency() is a summary in seconds, and says nothing of what never was', () => {
  const [summary, max] = latency<number | null>('wait', 'Waiting', (ms) => [
    [
      { shard: 1 },
      { count: ms === null ? 0 : 2, p50_ms: ms, p90_ms: ms, p99_ms: ms, p99_9_ms: ms, max_ms: ms },
    ],
  ]);
  const text = familyText(summary!, 250);
  assert.match(text, /^# TYPE wait_seconds summary$/m);
  assert.match(text, /^wait_seconds\{shard="1",quantile="0\.999"\} 0\.25$/m);
  assert.match(text, /^wait_seconds_count\{shard="1"\} 2$/m);
  assert.match(familyText(max!, 250), /^wait_max_seconds\{shard="1"\} 0\.25$/m);
  assert.doesNotMatch(familyText(summary!, null), /quantile/);
  assert.equal(familyText(max!, null), '');
});
