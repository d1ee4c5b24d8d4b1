import { beforeEach, describe, expect, test } from '@jest/globals';
import { MAX_REPLICA_LAG_MS, DataVersions } from '../src/data-versions.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const START = Date.parse('2026-03-10T08:00:00Z');
let time: number;
let ahead: DataVersions;
let behind: DataVersions;
const report = (from: DataVersions, to: DataVersions) => to.merge(from.toText());

beforeEach(() => {
  time = START;
  ahead = new DataVersions(() => time);
  behind = new DataVersions(() => time);
  for (const one of [ahead, behind]) one.inForce('centres', A);
  time += 1_000;
});

describe('DataVersions.isBehind', () => {
  test('is true for a newer reported version, and false for the reporter', () => {
    ahead.inForce('centres', B);
    report(ahead, behind);
    report(behind, ahead);
    expect(behind.isBehind('centres')).toBe(true);
    expect(ahead.isBehind('centres')).toBe(false);
  });

  test('is false once the version is loaded', () => {
    ahead.inForce('centres', B);
    report(ahead, behind);
    behind.inForce('centres', B);
    expect(behind.isBehind('centres')).toBe(false);
  });

  test('is true for two minutes at most, despite repeated reports', () => {
    ahead.inForce('centres', B);
    report(ahead, behind);
    time += MAX_REPLICA_LAG_MS - 1;
    report(ahead, behind);
    expect(behind.isBehind('centres')).toBe(true);
    time += 1;
    report(ahead, behind);
    expect(behind.isBehind('centres')).toBe(false);
  });

  test('is false for a version that the process has replaced', () => {
    behind.inForce('centres', B);
    report(ahead, behind);
    expect(behind.isBehind('centres')).toBe(false);
  });

  test('ignores other sets of files and sets that the process does not read', () => {
    ahead.inForce('agencies', A);
    report(ahead, behind);
    expect(behind.isBehind('agencies')).toBe(false);
    expect(behind.isBehind('centres')).toBe(false);
  });

  test('learns of a version from a process that reads no files', () => {
    const between = new DataVersions(() => time);
    ahead.inForce('centres', B);
    report(behind, between);
    report(ahead, between);
    report(behind, between);
    report(between, behind);
    expect(behind.isBehind('centres')).toBe(true);
  });

  test('is false for a process that started later with an older version', () => {
    ahead.inForce('centres', B);
    report(behind, ahead);
    time += 1_000;
    const restarted = new DataVersions(() => time);
    restarted.inForce('centres', A);
    report(restarted, ahead);
    expect(ahead.isBehind('centres')).toBe(false);
    report(ahead, restarted);
    expect(restarted.isBehind('centres')).toBe(true);
  });

  test.each([
    ['', 'nothing'],
    ['centres', 'no version'],
    [`centres=${START}.zz`, 'no hash'],
    [`centres=${START + 600_000}.bbbbbbbbbbbbbbbb`, 'a future version'],
    [`people=${START + 1}.bbbbbbbbbbbbbbbb`, 'an unknown set'],
    [`centres=${START + 1}.bbbbbbbbbbbbbbbb`.repeat(400), 'an endless text'],
  ])('ignores invalid text %#', (text) => {
    behind.merge(text);
    expect(behind.isBehind('centres')).toBe(false);
  });
});

describe('DataVersions.mayCome', () => {
  test('is true for two minutes from the first request', () => {
    expect(behind.mayCome('centres', 'CU-900')).toBe(true);
    time += MAX_REPLICA_LAG_MS - 1;
    expect(behind.mayCome('centres', 'CU-900')).toBe(true);
    expect(behind.mayCome('centres', 'CU-901')).toBe(true);
    time += 1;
    expect(behind.mayCome('centres', 'CU-900')).toBe(false);
    expect(behind.mayCome('agencies', 'CU-900')).toBe(true);
  });
});
