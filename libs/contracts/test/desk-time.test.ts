import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boundDeskTime, MAX_OFFLINE_HOURS, occurTimeOf } from '../src/index.ts';

const ANCHOR = new Date('2026-11-29T08:00:00Z');
const HOUR = 3_600_000;
const after = (time: Date, ms: number) => new Date(time.getTime() + ms);
const GRANT = { device: 'devices/D', anchorTime: ANCHOR, expireTime: after(ANCHOR, MAX_OFFLINE_HOURS * HOUR) };
const bound = (time: Date, arrival: Date) => boundDeskTime({ time, sequence: 1 }, GRANT, arrival);

describe('boundDeskTime', () => {
  const arrival = after(ANCHOR, 10 * HOUR);
  test.each([
    ['the contact itself', ANCHOR, arrival, true],
    ['60 s before the contact', after(ANCHOR, -60_000), arrival, true],
    ['61 s before the contact', after(ANCHOR, -61_000), arrival, false],
    ['the arrival', arrival, arrival, true],
    ['60 s after the arrival', after(arrival, 60_000), arrival, true],
    ['61 s after the arrival', after(arrival, 61_000), arrival, false],
    ['the end of the grant, sent later', GRANT.expireTime, after(GRANT.expireTime, 24 * HOUR), true],
    ['1 ms after the end of the grant', after(GRANT.expireTime, 1), after(GRANT.expireTime, 24 * HOUR), false],
    ['another year', new Date('2019-01-01T00:00:00Z'), arrival, false],
  ])('%s', (_what, time, received, isBounded) => {
    expect(bound(time, received)).toEqual({ time, device: 'devices/D', sequence: 1, anchorTime: ANCHOR, isBounded });
  });

  test('keeps the act before', () => {
    const previous = '0b7a1c9e-0000-4000-8000-000000000001';
    expect(boundDeskTime({ time: ANCHOR, sequence: 2, previous }, GRANT, arrival)).toMatchObject({ previous });
  });
});

describe('occurTimeOf', () => {
  test('is never before the last contact or after the arrival, whatever the desk claims', () => {
    const ms = fc.integer({ min: -200 * HOUR, max: 400 * HOUR });
    fc.assert(
      fc.property(ms, fc.integer({ min: 0, max: 200 * HOUR }), (claimed, waited) => {
        const arrival = after(ANCHOR, waited);
        const deskTime = bound(after(ANCHOR, claimed), arrival);
        const occurred = occurTimeOf(deskTime, arrival);
        expect(occurred >= ANCHOR && occurred <= arrival).toBe(true);
        if (!deskTime.isBounded) expect(occurred).toEqual(arrival);
        else expect(Math.abs(occurred.getTime() - deskTime.time.getTime())).toBeLessThanOrEqual(60_000);
      }),
      { numRuns: 2_000 },
    );
  });
});
