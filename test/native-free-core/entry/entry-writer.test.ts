import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandEntryBytes,
  pointsEntryBytes,
  producerEntryBytes,
  seriesEntryBytes,
  TIMES_BASE,
  TIMES_DELTA,
  TIMES_FULL,
} from '../../../native-free-core/entry/entry-layout.js';
import {
  type PointsHead,
  writeCommand,
  writeProducer,
  writeSeries,
} from '../../../native-free-core/entry/entry-writer.js';
import { ENTRY_POINTS_MAX, RING_BYTES } from '../../../native-free-core/limits.js';
import { readVectors } from '../cell/vectors.js';
import { entryRoom, type Point, putPoints, readPoints } from './entries.js';

interface Vectors {
  points: { title: string; timeForm: number; head: PointsHead; points: Point[]; hex: string }[];
  series: { title: string; slot: number; hash: number[]; key: string; hex: string }[];
  commands: { title: string; id: number; text: string; hex: string }[];
  producers: { title: string; producer: number; name: string; hex: string }[];
}

const vectors = readVectors<Vectors>('entry.json');
const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/(.{16})(?=.)/g, '$1 ');

test('a points entry has the golden bytes, and reads as what it was made of, in each form of its times', () => {
  for (const { title, timeForm, head, points, hex } of vectors.points) {
    const views = entryRoom(256);
    putPoints(views, 8, points, timeForm, head);
    const bytes = pointsEntryBytes(points.length, timeForm);
    assert.equal(hexOf(views.u8.slice(8, 8 + bytes)), hex, title);
    assert.deepEqual(readPoints(views, 8), { units: bytes / 8, kind: 1, timeForm, head, points }, title);
  }
});

test('writeSeries(), writeProducer() and writeCommand() write the golden bytes', () => {
  for (const { title, slot, hash, key, hex } of vectors.series) {
    const views = entryRoom(256);
    const keyBytes = Uint8Array.from(Buffer.from(key, 'hex'));
    const bytes = seriesEntryBytes(keyBytes.length);
    views.u32[2] = bytes / 8;
    writeSeries(views, 8, slot, Int32Array.from(hash), keyBytes);
    assert.equal(hexOf(views.u8.slice(8, 8 + bytes)), hex, title);
  }
  for (const { title, producer, name, hex } of vectors.producers) {
    const views = entryRoom(256);
    const nameBytes = Buffer.from(name);
    const bytes = producerEntryBytes(nameBytes.length);
    views.u32[2] = bytes / 8;
    writeProducer(views, 8, producer, nameBytes);
    assert.equal(hexOf(views.u8.slice(8, 8 + bytes)), hex, title);
  }
  for (const { title, id, text, hex } of vectors.commands) {
    const views = entryRoom(256);
    const textBytes = Buffer.from(text);
    const bytes = commandEntryBytes(textBytes.length);
    views.u32[2] = bytes / 8;
    writeCommand(views, 8, id, textBytes);
    assert.equal(hexOf(views.u8.slice(8, 8 + bytes)), hex, title);
  }
});

test('entries are whole units, their columns aligned and apart, for any number of points', () => {
  for (let count = 0; count < 20; count++) {
    const check = (timeForm: number, bytesAPoint: number) => {
      const bytes = pointsEntryBytes(count, timeForm);
      assert.equal(bytes % 8, 0);
      assert.ok(bytes >= 40 + count * bytesAPoint && bytes < 40 + count * bytesAPoint + 16);
    };
    check(TIMES_BASE, 12);
    check(TIMES_DELTA, 16);
    check(TIMES_FULL, 20);
  }
  assert.equal(seriesEntryBytes(1), 40);
  assert.equal(seriesEntryBytes(8), 40);
  assert.equal(seriesEntryBytes(9), 48);
  assert.equal(producerEntryBytes(0), 16);
  assert.equal(producerEntryBytes(1), 24);
});

test('the largest entry fits half a ring', () => {
  assert.ok(pointsEntryBytes(ENTRY_POINTS_MAX, TIMES_FULL) <= RING_BYTES / 2);
});
