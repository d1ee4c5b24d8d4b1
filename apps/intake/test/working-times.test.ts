import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, captureLog, captureMetrics, temporaryDir } from '@cups/testing';
import { createCalendarParser } from '@cups/registry';
import { watchWorkingTimes } from '../src/working-times.ts';
import type { WorkingTimes } from '../src/working-times.ts';

const data = join(import.meta.dirname, '../../../data');

test('data/calendars is valid', () => {
  const folder = join(data, 'calendars');
  const files = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
  const { entries, problems } = createCalendarParser()(files);
  expect(problems).toEqual([]);
  expect(entries.size).toBe(files.length);
});

test('rejects a calendar with a day of another year', () => {
  const text = "code: a\nsource: x\nyears: { 2026: [{ date: '2027-01-01', name: x }] }";
  const { entries, problems } = createCalendarParser()([{ path: 'a.yaml', text }]);
  expect([entries.size, problems]).toEqual([0, [{ file: 'a.yaml', message: '2027-01-01 is not in 2026' }]]);
});

describe('watchWorkingTimes', () => {
  const { dir, remove } = temporaryDir();
  const log = captureLog('intake');
  const metrics = captureMetrics();
  const path = (code: string) => join(dir, 'agencies', `${code}.yaml`);
  const asp = readFileSync(join(data, 'agencies', 'asp.yaml'), 'utf8');
  const lastYear = async () => Number(/^cups_intake_calendar_last_year\S* (\d+)$/m.exec(await metrics.text())?.[1]);
  let times: WorkingTimes;
  beforeAll(async () => {
    for (const kind of ['agencies', 'calendars']) cpSync(join(data, kind), join(dir, kind), { recursive: true });
    times = await watchWorkingTimes({ dataDir: dir, log: log.log, metrics: metrics.metrics });
  });
  afterAll(() => {
    times.close();
    remove();
  });

  test('returns the hours of the agency with the holidays of its calendar', () => {
    const { holidays, ...hours } = times.forAgency('agencies/asp');
    expect(hours).toEqual({
      timeZone: 'Europe/Chisinau',
      days: new Set([1, 2, 3, 4, 5]),
      opens: { hour: 8, minute: 0 },
      closes: { hour: 17, minute: 0 },
    });
    expect(holidays.get(2026)?.has('2026-05-01')).toBe(true);
  });

  test('follows changed files', async () => {
    writeFileSync(path('asp'), asp.replace("to: '17:00'", "to: '13:45'").replace('mon, tue', 'sun'));
    const now = await eventually(() => {
      const found = times.forAgency('agencies/asp');
      return found.closes.hour === 13 && found;
    });
    expect([now.closes, now.days]).toEqual([{ hour: 13, minute: 45 }, new Set([7, 3, 4, 5])]);
  });

  test('returns no holidays for an agency without a file', async () => {
    expect(times.forAgency('agencies/fisc').holidays.size).toBe(0);
    writeFileSync(path('fisc'), asp.replace('code: asp', 'code: fisc'));
    await eventually(() => times.forAgency('agencies/fisc').holidays.size > 0);
  });

  test('returns no holidays for an unknown calendar and sets the gauge to 0', async () => {
    await eventually(async () => (await lastYear()) > 2026);
    writeFileSync(path('late'), asp.replace('code: asp', 'code: late').replace('holidays-md', 'nowhere'));
    await eventually(() => times.forAgency('agencies/late').closes.hour === 17);
    expect([times.forAgency('agencies/late').holidays.size, await lastYear()]).toEqual([0, 0]);
    const calendar = readFileSync(join(data, 'calendars/holidays-md.yaml'), 'utf8');
    writeFileSync(join(dir, 'calendars', 'nowhere.yaml'), calendar.replace('code: holidays-md', 'code: nowhere'));
    await eventually(() => times.forAgency('agencies/late').holidays.size > 0);
    expect(await lastYear()).toBeGreaterThan(2026);
  });
});
