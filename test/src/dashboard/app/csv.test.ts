import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

const { csvOf } = await loadPageModule<{
  csvOf(columns: { times: number[]; series: { name: string; values: (number | null)[] }[] }): string;
}>('views/explore/csv.ts');

function check(title: string, name: string, field: string): void {
  test(`csvOf() ${title}`, () => {
    const text = csvOf({ times: [0, 1_500], series: [{ name, values: [-1.5, null] }] });
    assert.equal(text, `time,${field}\r\n1970-01-01T00:00:00.000Z,-1.5\r\n1970-01-01T00:00:01.500Z,\r\n`);
  });
}

check('writes times, values, and nothing for none', 'host=a', 'host=a');
check('quotes commas, quotes and line ends', 'a="1",\r\nb', '"a=""1"",\r\nb"');
for (const sign of ['=', '+', '-', '@', '\t']) {
  check(`makes no formula of a name with ${JSON.stringify(sign)}`, `${sign}cmd|A1`, `'${sign}cmd|A1`);
}
check('makes no formula of a quoted name', '=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`);
