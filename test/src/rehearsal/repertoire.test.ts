import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { questionsAbout, type Repertoire } from '../../../src/rehearsal/repertoire.js';

const HOUR_MS = 3_600_000;

const REPERTOIRE: Repertoire = {
  metrics: ['cpu.usage', 'disk/free "x"'],
  label: 'host',
  values: ['web-1', 'web|2', 'a.b'],
  isSmall: true,
  firstMs: 1_700_000_000_000,
  lastMs: 1_700_000_000_000 + 24 * HOUR_MS,
};

const bodies = (about: Repertoire, turns: number) =>
  questionsAbout(about).flatMap((question) =>
    Array.from({ length: turns }, (_, turn) => question(turn)).flatMap(({ body }) =>
      body === undefined ? [] : [JSON.parse(body)],
    ),
  );

describe('questionsAbout()', () => {
  it('asks only about names and values that are there, written as patterns that match them and nothing else', () => {
    const isNumbered = /^\{__name__=~("(?:[^"\\]|\\.)*")(?:,host=~("(?:[^"\\]|\\.)*"))?\}$/;
    const seen = new Set<string>();
    for (const { match } of bodies(REPERTOIRE, 20)) {
      const [, names, values] = isNumbered.exec(match) ?? assert.fail(match);
      const matched = (text: string | undefined, all: readonly string[]) =>
        text === undefined ? [] : all.filter((each) => new RegExp(`^(?:${JSON.parse(text)})$`).test(each));
      const others = ['cpuxusage', 'web', 'web-12', 'a-b', '2'];
      assert.deepEqual(matched(names, others), []);
      assert.deepEqual(matched(values, others), []);
      for (const found of [...matched(names, REPERTOIRE.metrics), ...matched(values, REPERTOIRE.values)])
        seen.add(found);
    }
    assert.deepEqual([...seen].sort(), [...REPERTOIRE.metrics, ...REPERTOIRE.values].sort());
  });

  it('asks about ranges that reach into what is stored, and not the same one twice in a row', () => {
    const { firstMs, lastMs } = REPERTOIRE;
    const all = bodies(REPERTOIRE, 50);
    for (const { start, end } of all) assert.ok(start < end && end > firstMs && start < lastMs);
    assert.ok(new Set(all.map(({ end }) => end)).size >= 50);
  });

  it('asks about some values at a time where there are very many series', () => {
    const all = bodies({ ...REPERTOIRE, isSmall: false }, 20);
    assert.ok(all.length > 0);
    for (const { match, group_by } of all) {
      assert.match(match, /host=~/);
      assert.deepEqual(group_by, ['__name__']);
    }
    const paths = questionsAbout({ ...REPERTOIRE, isSmall: false }).map((question) => question(1).path);
    assert.ok(paths.every((path) => !path.includes('group_by')));
  });

  it('asks without conditions and groups where nothing has labels', () => {
    const questions = questionsAbout({ ...REPERTOIRE, label: undefined, values: [] });
    for (const question of questions) {
      const { path, body } = question(3);
      assert.doesNotMatch(path, /label\.|group_by/);
      if (body === undefined) continue;
      assert.doesNotMatch(JSON.parse(body).match, /,/);
      assert.deepEqual(JSON.parse(body).group_by, ['__name__']);
    }
  });
});
