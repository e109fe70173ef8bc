import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeCsv } from '../../../../src/http/present/csv.js';
import { JsonBytes } from '../../../../src/http/present/json-bytes.js';
import type { Table } from '../../../../src/http/present/presenter.js';

function csvText(table: Table): string {
  const out = new JsonBytes();
  writeCsv(table, out);
  return Buffer.from(out.take()).toString();
}

test('writeCsv() writes a header, and labels as columns of their own', () => {
  const rows = [
    { timestamp: '2024-01-01T00:00:00Z', value: 1.5, labels: { host: 'a', region: 'eu' } },
    { timestamp: '2024-01-01T00:00:01Z', value: null, labels: { value: 'x' } },
  ];
  assert.equal(
    csvText({ columns: ['timestamp', 'value'], rows }),
    'timestamp,value,label.host,label.region,label.value\r\n2024-01-01T00:00:00Z,1.5,a,eu,\r\n2024-01-01T00:00:01Z,,,,x\r\n',
  );
  assert.equal(csvText({ columns: ['timestamp', 'value'], rows: [] }), 'timestamp,value\r\n');
});

test('writeCsv() quotes by RFC 4180 and disarms what a spreadsheet would run', () => {
  const check = (text: string, cell: string): void =>
    assert.equal(csvText({ columns: ['a'], rows: [{ a: text }] }), `a\r\n${cell}\r\n`);
  check('plain ä', 'plain ä');
  check('a,b', '"a,b"');
  check('a "b"', '"a ""b"""');
  check('two\nlines', '"two\nlines"');
  check('=1+1', "'=1+1");
  check('@SUM(A1)', "'@SUM(A1)");
  check('-2', "'-2");
  check('+x,y', '"\'+x,y"');
  check('\ttab', "'\ttab");
  assert.equal(csvText({ columns: ['a'], rows: [{ a: -2 }] }), 'a\r\n-2\r\n');
});
