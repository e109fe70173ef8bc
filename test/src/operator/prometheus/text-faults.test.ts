import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textFaults } from './text-faults.js';

const HEAD = '# HELP a_total A.\n# TYPE a_total counter\n';

test('textFaults() finds what the format forbids', () => {
  const check = (text: string, ...faults: RegExp[]): void => {
    const found = textFaults(text);
    assert.equal(found.length, faults.length, `${text}: ${found.join('; ')}`);
    faults.forEach((fault, at) => {
      assert.match(found[at]!, fault);
    });
  };
  check(`${HEAD}a_total{x="1",y="\\"\\\\\\n"} 1\na_total 2e3\n`);
  check(`${HEAD}a_total 1`, /no end/);
  check(`${HEAD}a_total one\n`, /no sample/);
  check(`${HEAD}a_total{x="\\t"} 1\n`, /no sample/);
  check(`${HEAD}a_total 1\na_total 2\n`, /twice/);
  check(`${HEAD}a_total -1\n`, /negative/);
  check(`${HEAD}a_total 1\n# HELP b B.\n# TYPE b gauge\nb 1\n${HEAD}`, /together/);
  check('# HELP b B.\n# TYPE b gauge\nb_count 1\n', /family/, /belongs to summaries/);
  check('# TYPE b gauge\nb{quantile="1"} 1\n', /no TYPE or no HELP/, /quantiles/);
  check('# HELP b_ms B.\n# TYPE b_ms gauge\nb_ms 1\n', /base units/);
});
