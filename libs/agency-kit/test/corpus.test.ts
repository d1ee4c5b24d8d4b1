import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { incomingOf, playedCase, readCorpus } from '@cups/agency-contract/corpus';
import type { BadMessage, CorpusCase } from '@cups/agency-contract/corpus';
import { ulid } from 'ulid';
import { Judge } from '../src/judge.ts';
import type { Verdict } from '../src/judge.ts';
import { PAPER_KINDS } from '../src/paper-kinds.ts';

const CORPUS = join(import.meta.dirname, '../../agency-contract/corpus');
const TOPIC = 'agency.asp.replies';
const lying = (message: BadMessage, offset: number, now: Date) =>
  Object.assign(incomingOf(message), {
    topic: TOPIC,
    partition: 0,
    offset: String(offset),
    timestamp: String(now.getTime()),
  });

/** The last verdict of a case, played at a delivery of its own. */
function judged(one: CorpusCase): Verdict {
  const id = ulid();
  const now = new Date();
  const { stage, before, message } = playedCase(one, id, now);
  const judge = new Judge('asp', PAPER_KINDS);
  judge.open(`${id}-asp`, `applications/${id}`, new Date(now.getTime() - 3_600_000));
  if (stage !== 'nothing-sent') judge.requested(`${id}-asp`, 1);
  for (const [at, earlier] of before.entries()) {
    expect(judge.judge(lying(earlier, at, now), now).handling).toBe('taken');
  }
  if (stage === 'ended') judge.ended(`${id}-asp`);
  expect(judge.stageOf(`${id}-asp`)).toBe(stage);
  return judge.judge(lying(message, before.length, now), now);
}

/** A decision about an application that was submitted an hour ago. */
function judgedDecision(content: (now: Date) => string): Verdict {
  const id = ulid();
  const now = new Date();
  const judge = new Judge('asp', PAPER_KINDS);
  judge.open(`${id}-asp`, `applications/${id}`, new Date(now.getTime() - 3_600_000));
  judge.requested(`${id}-asp`, 1);
  const headers = {
    ce_specversion: '1.0',
    ce_id: 'one',
    ce_source: '/agencies/asp',
    ce_type: 'md.cups.reply.decided.v1',
    ce_subject: `deliveries/${id}-asp`,
    ce_time: now.toISOString(),
    ce_dataschema: 'urn:cups:agency:v1:reply.decided',
    'content-type': 'application/json',
  };
  const valueText = content(now).replace('{', `{"application":"applications/${id}","outcome":"approved",`);
  return judge.judge(lying({ topic: TOPIC, key: `${id}-asp`, headers, valueText }, 0, now), now);
}
const DEEP = '['.repeat(20_000) + ']'.repeat(20_000);

test.each([
  ['a decision of this moment', (now: Date) => `{"decideTime":"${now.toISOString()}"}`, 'taken', []],
  [
    'a decision of ten minutes ahead',
    (now: Date) => `{"decideTime":"${new Date(now.getTime() + 600_000).toISOString()}"}`,
    'taken',
    [],
  ],
  ['a time nested too deeply', () => `{"decideTime":${DEEP}}`, 'changed', ['DECIDE_TIME_REPLACED']],
  [
    'a result that had ended',
    (now: Date) => `{"decideTime":"${now.toISOString()}","result":{"kind":"paper","validUntil":"2020-01-01"}}`,
    'changed',
    ['VALID_UNTIL_DROPPED'],
  ],
  ['a property nested too deeply', () => `{"decideTime":"x","other":${DEEP}}`, 'refused', []],
] as const)('%s', (_title, content, handling, changes) => {
  expect(judgedDecision(content)).toMatchObject({ handling, changes });
});

describe('the corpus of bad replies', () => {
  test.each(readCorpus(CORPUS))('$name: the kit says what the platform says', (one) => {
    const verdict = judged(one);
    const { handling, cause, about, violations, changes = [] } = one.expect;
    expect(verdict).toMatchObject({ handling, cause, changes });
    expect(verdict.deliveryId === undefined ? 'agency' : 'delivery').toBe(about);
    if (violations) expect(verdict.violations).toEqual(violations);
  });
});
