import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

interface Kept {
  value: string;
  atMs: number;
}

const { KeptAnswers } = await loadPageModule<{
  KeptAnswers: new (
    max: number,
  ) => { get(key: string): Kept | undefined; keep(key: string, kept: Kept): void };
}>('views/explore/kept-answers.ts');

test('KeptAnswers.keep() drops what was answered longest ago when there are too many', () => {
  const answers = new KeptAnswers(2);
  const keptOf = (key: string): string | undefined => answers.get(key)?.value;
  answers.keep('a', { value: 'a1', atMs: 1 });
  answers.keep('b', { value: 'b1', atMs: 2 });
  answers.keep('a', { value: 'a2', atMs: 3 });
  answers.keep('c', { value: 'c1', atMs: 4 });
  assert.deepEqual([keptOf('a'), keptOf('b'), keptOf('c')], ['a2', undefined, 'c1']);
});
