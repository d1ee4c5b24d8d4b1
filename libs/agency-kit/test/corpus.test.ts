import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { incomingOf, playedCase, readCorpus } from '@cups/agency-contract/corpus';
import type { CorpusCase, FiledMessage } from '@cups/agency-contract/corpus';
import { ulid } from 'ulid';
import { Judge } from '../src/judge.ts';
import type { Verdict } from '../src/judge.ts';
import { PAPER_KINDS } from '../src/paper-kinds.ts';

const CORPUS = join(import.meta.dirname, '../../agency-contract/corpus');
const TOPIC = 'agency.asp.replies';
const lying = (message: FiledMessage, offset: number, now: Date) =>
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

describe('the corpus of bad replies', () => {
  test.each(readCorpus(CORPUS))('$name: the kit says what the platform says', (one) => {
    const verdict = judged(one);
    const { handling, cause, about, violations, changes = [] } = one.expect;
    expect(verdict).toMatchObject({ handling, cause, changes });
    expect(verdict.deliveryId === undefined ? 'agency' : 'delivery').toBe(about);
    if (violations) expect(verdict.violations).toEqual(violations);
  });
});
