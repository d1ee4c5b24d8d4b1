import { setTimeout as pause } from 'node:timers/promises';
import { REPLY_TYPES } from '@cups/agency-contract';
import type { AgencyApiServer } from '../api/agency-api-server.ts';
import type { PostedReply, ReplyAnswer } from '../api/posted-replies.ts';
import type { Filing } from '../filing.ts';
import { Finding } from './finding.ts';
import { decide } from './lifecycle-scenarios.ts';
import type { RuleName } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { assertSingleEffect } from './single-effect.ts';
import type { TestBench } from './test-bench.ts';

/** Scenarios of an agency that pulls: the cursor, the pace, repeats, refusals and the token. */

const { acknowledged } = REPLY_TYPES;

/** Waits until the agency has read everything, and asks for more with the cursor of the last page. */
const awaitReadToEnd = (bench: TestBench, { feed }: AgencyApiServer): Promise<true> =>
  bench.waitUntil('a read after the last message', 'CURSOR', () => feed.isReadToEnd() || undefined);

const cursor: Scenario = {
  name: 'cursor',
  title: 'Reading continues at the stored cursor, also after a restart',
  channel: 'pull',
  async play(bench, system) {
    const api = bench.api!;
    await decide(bench, bench.file());
    await awaitReadToEnd(bench, api);
    const from = api.feed.reads.length;
    if (system) {
      await system.kill();
      system.start();
    }
    await decide(bench, bench.file());
    if (api.feed.reads.slice(from).some((read) => read.cursor === '')) {
      const when = system ? ' after its restart' : '';
      throw new Finding('CURSOR', `Your system read from the oldest message again${when}, though it had a cursor.`);
    }
    return system ? undefined : 'the kit did not restart your system, because --start is not set';
  },
};

const overtaken: Scenario = {
  name: 'overtaken',
  title: 'A cursor that a restore has overtaken is dropped, and known messages have no second effect',
  channel: 'pull',
  async play(bench) {
    const api = bench.api!;
    const before = bench.file();
    await decide(bench, before);
    await awaitReadToEnd(bench, api);
    api.feed.overtake();
    const after = bench.file();
    await bench.send(after.submitted());
    await bench.awaitReply(after, acknowledged, 'OVERTAKEN');
    await bench.awaitDecision(after, 'OVERTAKEN');
    assertSingleEffect(bench, [before, after], 'OVERTAKEN');
  },
};

const EARLY_MS = 3_000;
/** Reads within {@link EARLY_MS}: one that waited, and three with a pause of a second. */
const MAX_EARLY_READS = 6;
const MAX_WAITING = 4;

const pace: Scenario = {
  name: 'pace',
  title: 'Reading pauses when the platform answers without a wait, and few reads wait at the same time',
  channel: 'pull',
  async play(bench) {
    const api = bench.api!;
    const { feed } = api;
    await decide(bench, bench.file());
    await awaitReadToEnd(bench, api);
    const from = feed.reads.length;
    feed.answersEarly = true;
    await pause(EARLY_MS);
    feed.answersEarly = false;
    const count = feed.reads.length - from;
    if (count > MAX_EARLY_READS)
      throw new Finding('PACE', `Your system read ${count} times within ${EARLY_MS / 1000} s of empty pages.`);
    if (feed.mostWaiting > MAX_WAITING)
      throw new Finding('PACE', `${feed.mostWaiting} reads of your system waited at the same time.`);
  },
};

const unavailable = (status: number, reason: string): ReplyAnswer => ({
  status,
  body: { status, reason },
  retryAfterSeconds: 1,
});
/** A clock of the agency may be a little faster. */
const MIN_PAUSE_MS = 900;

/** Waits for a post about an application after those so far, and returns it. */
function awaitPost(bench: TestBench, api: AgencyApiServer, filing: Filing, rule: RuleName): Promise<PostedReply> {
  const count = api.replies.postsAbout(filing.deliveryId).length;
  return bench.waitUntil(`a POST about ${filing.application}`, rule, () => {
    const posts = api.replies.postsAbout(filing.deliveryId);
    return posts.length > count ? posts[count] : undefined;
  });
}

/** @throws Finding unless `repeat` is a faithful and patient repeat of `first` */
function assertRepeat(first: PostedReply, repeat: PostedReply): void {
  if (repeat.id !== first.id || repeat.content !== first.content) {
    const what = repeat.id === first.id ? 'content' : 'ID';
    throw new Finding('RETRY', `A reply was repeated with another ${what} after it was not received.`);
  }
  const pauseMs = Math.round(repeat.startTime - first.endTime!);
  if (first.answer?.retryAfterSeconds && pauseMs < MIN_PAUSE_MS)
    throw new Finding('RETRY', `A reply was repeated after ${pauseMs} ms, though Retry-After was 1 s.`);
}

const retries: Scenario = {
  name: 'retries',
  title: 'A reply is repeated unchanged after 503, 429 and a broken connection',
  channel: 'pull',
  async play(bench) {
    const api = bench.api!;
    const filing = bench.file();
    const answers: ReplyAnswer[] = [
      unavailable(503, 'UPSTREAM_UNAVAILABLE'),
      unavailable(429, 'RATE_LIMITED'),
      { status: 0, body: {}, isBroken: true },
    ];
    api.replies.intercept(({ deliveryId }) => (deliveryId === filing.deliveryId ? answers.shift() : undefined));
    const tries = answers.length;
    await bench.send(filing.submitted());
    const posts = () => api.replies.postsAbout(filing.deliveryId);
    for (let count = 0; count <= tries; count++) {
      if (posts().length <= count) await awaitPost(bench, api, filing, 'RETRY');
      if (count > 0) assertRepeat(posts()[count - 1]!, posts()[count]!);
    }
    await bench.awaitDecision(filing, 'RETRY');
    assertSingleEffect(bench, [filing], 'RETRY');
  },
};

/** Times that one refused reply may arrive: a crash or a second read of a page can repeat it. */
const MAX_REFUSED_POSTS = 3;

const refusals: Scenario = {
  name: 'refusals',
  title: 'A refused reply is not repeated, its cause is followed, and other work continues',
  channel: 'pull',
  async play(bench) {
    const { replies } = bench.api!;
    const [invalid, passedOn] = [bench.file(), bench.file()];
    const violations = [{ field: '/data/agencyReference', rule: 'INVALID' }];
    const refusedIds = new Set<string>();
    replies.intercept(({ deliveryId, id, type }) => {
      if (deliveryId === passedOn.deliveryId) return refusal(409, { reason: 'ACTION_NOT_ALLOWED', cause: 'PASSED_ON' });
      if (deliveryId !== invalid.deliveryId || type !== acknowledged) return undefined;
      if (refusedIds.size === 0) refusedIds.add(id);
      if (!refusedIds.has(id)) return undefined;
      return refusal(400, { reason: 'INVALID_ARGUMENT', cause: 'CONTENT_INVALID', violations });
    });
    await bench.send(invalid.submitted(), passedOn.submitted());
    const other = bench.file();
    await bench.send(other.submitted());
    await bench.awaitReply(other, acknowledged, 'GO_ON');
    await bench.awaitDecision(other, 'GO_ON');
    const repeats = replies.postsAbout(invalid.deliveryId).filter(({ id }) => refusedIds.has(id)).length;
    if (repeats === 0) throw new Finding('ACKNOWLEDGE', 'An application was not acknowledged.');
    if (repeats > MAX_REFUSED_POSTS)
      throw new Finding('REFUSAL', `Your system sent a refused reply ${repeats} times, unchanged.`);
    bench.deferCheck(() => {
      const [first, ...later] = replies.postsAbout(passedOn.deliveryId);
      const further = later.find(({ id, startTime }) => id !== first!.id && startTime > first!.endTime!);
      if (further) throw new Finding('PASSED_ON', 'A reply followed after one was refused with the cause PASSED_ON.');
    });
  },
};

const refusal = (status: number, problem: object): ReplyAnswer => ({ status, body: { status, ...problem } });

const TOKEN_FILINGS = 5;
/** One for the run, and one if it expires in between. */
const MAX_TOKENS = 2;

const tokens: Scenario = {
  name: 'tokens',
  title: 'A token serves many requests, and is replaced after 401',
  channel: 'pull',
  async play(bench) {
    const api = bench.api!;
    const [tokenCount, requestCount] = [api.tokenCount, api.requestCount];
    for (let count = 0; count < TOKEN_FILINGS; count++) await decide(bench, bench.file());
    const [issued, served] = [api.tokenCount - tokenCount, api.requestCount - requestCount];
    if (issued > MAX_TOKENS) throw new Finding('TOKEN', `Your system got ${issued} tokens for ${served} requests.`);
    api.endTokens();
    const filing = bench.file();
    await bench.send(filing.submitted());
    await bench.awaitReply(filing, acknowledged, 'TOKEN');
    await bench.awaitDecision(filing, 'TOKEN');
  },
};

export const PULL_SCENARIOS: Scenario[] = [cursor, retries, refusals, tokens, pace, overtaken];
