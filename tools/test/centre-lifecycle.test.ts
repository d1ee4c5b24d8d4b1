import { describe, expect, test } from '@jest/globals';
import { CENTRE_LIFECYCLE, canTransition, CENTRE_STATUSES } from '@cups/identity/life';
import type { CentreStatus } from '@cups/identity/life';
import fc from 'fast-check';
import { parse } from 'yaml';
import { TARGET_STATUSES, withStatus } from '../cli/centre/transitions.ts';
import type { CentreTransition } from '../cli/centre/transitions.ts';
import { validateResult, planClosing, planTransitions } from '../cli/centre/plan.ts';
import { CommandError } from '../cli/errors.ts';
import type { CentrePlan } from '../cli/centre/plan.ts';
import { buildSet } from '../cli/centre/set.ts';
import type { CentreSet } from '../cli/centre/set.ts';

/** The life of centres under any commands, without files. */

const textOf = (code: string, status: CentreStatus) =>
  `# ${code}, status: active\ncode: ${code}\nname: Test ${code}\nkind: town-hall\nwave: '2023' # of the year\nstatus:   ${status} # now\n` +
  'timeZone: Europe/Chisinau\nlanguages: [ro]\nagencies: [asp]\n';
const CODES = ['CU-001', 'CU-002', 'CU-003'];
const setFrom = (statuses: readonly CentreStatus[]): CentreSet =>
  buildSet(
    CODES.map((code, index) => ({ path: `${code}.yaml`, text: textOf(code, statuses[index]!) })),
    ['asp'],
  );
const after = (set: CentreSet, { changes }: CentrePlan): CentreSet => {
  const texts = new Map([...set.centres.values()].map(({ code, text }) => [code, text]));
  for (const { code, text } of changes) texts.set(code, text);
  return buildSet(
    [...texts].map(([code, text]) => ({ path: `${code}.yaml`, text })),
    ['asp'],
  );
};

type PlanStep = (set: CentreSet) => CentrePlan;
const codes = fc.subarray(CODES, { minLength: 1 });
const planSteps: fc.Arbitrary<PlanStep> = fc.oneof(
  fc.tuple(fc.constantFrom<CentreTransition>('open', 'train', 'pause'), codes).map(
    ([move, chosen]): PlanStep =>
      (set) =>
        planTransitions(set, move, { codes: chosen }),
  ),
  fc.constantFrom<CentreTransition>('open', 'train', 'pause').map(
    (move): PlanStep =>
      (set) =>
        planTransitions(set, move, { codes: [], wave: '2023' }),
  ),
  fc.tuple(fc.constantFrom(...CODES), fc.boolean(), fc.boolean()).map(
    ([code, wait, ifEmpty]): PlanStep =>
      (set) =>
        planClosing(set, [code], { wait, ifEmpty }),
  ),
);

describe('centre transitions', () => {
  test('follow the lifecycle; a refusal changes nothing', () => {
    fc.assert(
      fc.property(
        fc.tuple(...CODES.map(() => fc.constantFrom(...CENTRE_STATUSES))),
        fc.array(planSteps, { maxLength: 12 }),
        (statuses, steps) => {
          let set = setFrom(statuses);
          for (const one of steps) {
            let plan: CentrePlan;
            try {
              plan = one(set);
            } catch (error) {
              expect(error).toBeInstanceOf(CommandError);
              continue;
            }
            expect(plan.changes.length).toBeGreaterThan(0);
            for (const { code, from, to } of plan.changes) {
              expect(set.centres.get(code)?.status).toBe(from);
              expect(CENTRE_LIFECYCLE[from!].next).toContain(to);
            }
            expect(validateResult(set, plan)).toEqual([]);
            const next = after(set, plan);
            for (const [code, { status }] of set.centres) {
              expect(canTransition(status, next.centres.get(code)!.status)).toBe(true);
            }
            set = next;
          }
        },
      ),
    );
  });

  test('never close an active centre with one command', () => {
    const set = setFrom(['active', 'active', 'active']);
    for (const wait of [false, true])
      for (const ifEmpty of [false, true]) {
        let to: string | undefined;
        try {
          to = planClosing(set, ['CU-001'], { wait, ifEmpty }).changes[0]?.to;
        } catch (error) {
          expect(error).toBeInstanceOf(CommandError);
        }
        expect(to).not.toBe('closed');
      }
  });

  test('close a declared-empty centre unless the store has open applications', () => {
    const close = (open?: Record<string, number>) =>
      planClosing(setFrom(['paused', 'active']), ['CU-001'], { wait: false, ifEmpty: true, open });
    expect(close()).toMatchObject({
      changes: [{ to: 'closed' }],
      remarks: [expect.stringContaining('The store was not checked')],
    });
    expect(close({})).toMatchObject({
      changes: [{ to: 'closed' }],
      remarks: [expect.stringContaining('no open application')],
    });
    expect(() => close({ draft: 1, submitted: 2 })).toThrow(/in the store: 1 draft, 2 submitted\./);
  });

  test('cover every status and command', () => {
    const aims = Object.values(TARGET_STATUSES);
    for (const status of CENTRE_STATUSES) {
      expect(CENTRE_LIFECYCLE[status].next.every((next) => aims.some((aim) => aim === next))).toBe(true);
      expect(CENTRE_LIFECYCLE[status].next.length > 0).toBe(status !== 'closed');
    }
    for (const aim of aims)
      expect(CENTRE_STATUSES.some((status) => CENTRE_LIFECYCLE[status].next.includes(aim))).toBe(true);
  });
});

test('a new status keeps comments, quotes and order', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CENTRE_STATUSES),
      fc.constantFrom(...CENTRE_STATUSES),
      fc.constantFrom('', "'", '"'),
      (from, to, quote) => {
        const text = textOf('CU-001', from).replace(`status:   ${from}`, `status:   ${quote}${from}${quote}`);
        const changed = withStatus(text, to);
        const before = parse(text) as object;
        expect(parse(changed)).toEqual(Object.assign({}, before, { status: to }));
        expect(changed.replace(/^status: .*$/m, '')).toBe(text.replace(/^status: .*$/m, ''));
        expect(changed).toContain('# now\n');
      },
    ),
  );
});
