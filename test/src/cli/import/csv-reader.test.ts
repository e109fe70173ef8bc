import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CsvOptions } from '../../../../src/cli/import/csv-columns.js';
import { CsvReader } from '../../../../src/cli/import/csv-reader.js';
import { readAll } from './reading.js';

const read = (text: string | Uint8Array, options: CsvOptions = {}, how = {}, separator?: string) =>
  readAll((context) => new CsvReader(context, options, separator), text, how);

const T0 = 1_700_000_000_000;

test('CsvReader makes of each record a point of the series that its other columns are', () => {
  const { points, report } = read(
    `timestamp,metric,value,host,region\n2023-11-14T22:13:20Z,cpu,1.5,web-1,eu\n1700000001,cpu,-2,web-2,\n1700000002500,mem,3e2,web-1,eu\n`,
  );
  assert.deepEqual(points, [
    { series: 'cpu[["host","web-1"],["region","eu"]]', value: 1.5, timeMs: T0, line: 2 },
    { series: 'cpu[["host","web-2"],["region",""]]', value: -2, timeMs: T0 + 1_000, line: 3 },
    { series: 'mem[["host","web-1"],["region","eu"]]', value: 300, timeMs: T0 + 2_500, line: 4 },
  ]);
  assert.equal(report.rejected, 0);
});

test('CsvReader reads what RFC 4180 allows, and lines that end with CRLF or not at all', () => {
  const check = (record: string, host: string) => {
    for (const ending of ['\n', '\r\n', '']) {
      const text = `\ufeffvalue,host,timestamp,name\r\n1,${record},1700000000,m${ending}`;
      const { points, report } = read(text);
      assert.deepEqual(points, [
        { series: `m${JSON.stringify([['host', host]])}`, value: 1, timeMs: T0, line: 2 },
      ]);
      assert.equal(report.rejected, 0);
    }
  };
  check('a', 'a');
  check('"a"', 'a');
  check('"a,b"', 'a,b');
  check('"say ""hi"""', 'say "hi"');
  check('""""', '"');
  check('""', '');
  check('"two\nlines"', 'two\nlines');
  check('"cr\r\nlf"', 'cr\r\nlf');
  check('bare"quote', 'bare"quote');
  check('ü', 'ü');
  check(' spaces stay ', ' spaces stay ');
});

test('CsvReader finds the same records however the file is cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'é', ' '), maxLength: 8 });
  const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`;
  const record = fc.record({ host: text, value: fc.integer(), second: fc.nat(1e6) });
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 20 }),
      fc.integer({ min: 1, max: 40 }),
      (records, chunkBytes) => {
        const lines = records.map(({ host, value, second }) => `${value},${quote(host)},${1.7e9 + second}`);
        const file = `value,host,timestamp\n${lines.join('\n')}`;
        const { points, report, lines: count } = read(file, { metric: 'm' }, { chunkBytes });
        assert.deepEqual(
          points.map(({ series, value, timeMs }) => [series, value, timeMs]),
          records.map(({ host, value, second }) => [
            `m${JSON.stringify([['host', host]])}`,
            value,
            T0 + second * 1_000,
          ]),
        );
        assert.equal(report.rejected, 0);
        assert.equal(count, file.split('\n').length - (file.endsWith('\n') ? 1 : 0));
      },
    ),
  );
});

test('CsvReader refuses records one by one, by reason, with the first line of each', () => {
  const { points, report } = read(
    [
      'timestamp,value,metric,host',
      '1700000000,1,m,a',
      '1700000000,1,m',
      '1700000000,one,m,a',
      '1700000000,,m,a',
      '1700000000,Infinity,m,a',
      'yesterday,1,m,a',
      ',1,m,a',
      '1700000000,1,,a',
      '1700000000,1,m,"a"b',
      '1700000000,1,m,"two',
      'lines"',
      '1700000000,1,m,a,b',
      '',
      '1700000000,2,m,a',
      '1700000000,1,m,"open',
    ].join('\n'),
  );
  assert.deepEqual(
    points.map(({ value, line, series }) => [value, line, series]),
    [
      [1, 2, 'm[["host","a"]]'],
      [1, 11, 'm[["host","two\\nlines"]]'],
      [2, 15, 'm[["host","a"]]'],
    ],
  );
  const { bad_line, invalid_value, invalid_time, invalid_name } = Object.fromEntries(
    [...report.byReason].map(([reason, { count, firstLine }]) => [reason, [count, firstLine]]),
  );
  assert.deepEqual(bad_line, [4, 3]);
  assert.deepEqual(invalid_value, [3, 4]);
  assert.deepEqual(invalid_time, [2, 7]);
  assert.deepEqual(invalid_name, [1, 9]);
  assert.equal(report.rejected, 10);
  assert.match(report.lines().join('\n'), /bad_line: 4, first on line 3 \(the header has 4 columns; got 3\)/);
  assert.match(report.lines().join('\n'), /a value must be a finite number; got the text "one"/);
});

test('CsvReader tells series apart that look alike in bytes', () => {
  const { points } = read(
    [
      'timestamp,value,a,b',
      '1700000000,1,xy,z',
      '1700000000,2,x,yz',
      '1700000000,3,"x""y",z',
      '1700000000,4,x""y,z',
    ].join('\n'),
    { metric: 'm' },
  );
  assert.equal(new Set(points.map(({ series }) => series)).size, 4);
});

test('CsvReader refuses bytes that are no UTF-8, whatever it has seen before', () => {
  const row = (host: number[]): Buffer =>
    Buffer.concat([Buffer.from('1700000000,1,m,'), Buffer.from(host), Buffer.from('\n')]);
  const file = Buffer.concat([
    Buffer.from('timestamp,value,metric,host\n'),
    row([0x61]),
    row([0xff]),
    row([0x61, 0xff]),
    row([0x61]),
  ]);
  const { points, report } = read(file);
  assert.equal(points.length, 2);
  assert.equal(report.byReason.get('invalid_label')?.count, 2);
});

test('CsvReader takes numbers as people write them', () => {
  const check = (text: string, wanted: number) => {
    const { points } = read(`timestamp,value\n1700000000,${text}\n`, { metric: 'm' });
    assert.equal(points[0]?.value ?? Number.NaN, wanted, text);
  };
  check('+5', 5);
  check('.5', 0.5);
  check('5.', 5);
  check(' 7 ', 7);
  check('"1,000"', Number.NaN);
  check('0x10', Number.NaN);
  check('007', 7);
  check('1e400', Number.NaN);
  check('12345678901234567890', Number('12345678901234567890'));
});

test('CsvReader finds columns by the names that the options say, and by separators of other kinds', () => {
  const options = { metric: 'm', timestampColumn: 'when', valueColumn: 'v', labelColumns: ['host'] };
  const { points } = read('x;v;host;when\n9;1;a;1700000000\n', options, {}, ';');
  assert.deepEqual(points, [{ series: 'm[["host","a"]]', value: 1, timeMs: T0, line: 2 }]);
  const all = read('time\tvalue\tname\n1700000000\t1\ta label\n', { metric: 'm' }, {}, '\t');
  assert.equal(all.points[0]?.series, 'm[["name","a label"]]');
});

test('CsvReader passes over the lines before the one to go on from, but for the header', () => {
  const file = 'timestamp,value,host\n1700000000,1,a\n1700000000,2,"b\nb"\n1700000000,3,c\n';
  const check = (fromLine: number, wanted: number[]) => {
    const { points } = read(file, { metric: 'm' }, { fromLine });
    assert.deepEqual(
      points.map(({ value }) => value),
      wanted,
    );
  };
  check(1, [1, 2, 3]);
  check(2, [1, 2, 3]);
  check(3, [2, 3]);
  check(4, [3]);
  check(5, [3]);
  check(6, []);
});

test('CsvReader throws for a header that can give no points, and says what helps', () => {
  const check = (header: string, options: CsvOptions, text: RegExp) =>
    assert.throws(() => read(`${header}\n`, options), text);
  check(
    'when,value,metric',
    {},
    /timestamp column called "timestamp" or "time"; it has "when".*--timestamp-column/,
  );
  check('timestamp,v,metric', {}, /value column called "value".*--value-column/);
  check('timestamp,value,host', {}, /metric column called "metric" or "name".*--metric/);
  check('timestamp,value', { metric: 'm', labelColumns: ['host'] }, /label column called "host"/);
  check('timestamp,value,a,a', { metric: 'm' }, /"a" twice/);
  check(`timestamp,value,${'x,'.repeat(300)}`, { metric: 'm' }, /at most 256 fields/);
});
