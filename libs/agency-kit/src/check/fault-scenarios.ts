import { setTimeout as pause } from 'node:timers/promises';
import { REFUSALS, REPLY_TYPES } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import { toRefusalEvent } from '../refusal-notifier.ts';
import { assertSingleEffect } from './single-effect.ts';
import { ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** Scenarios with faults: a refused reply, and crashes. */

const { acknowledged } = REPLY_TYPES;

const refused: Scenario = {
  name: 'refused',
  title: 'Your system logs a refused reply and keeps working',
  async play(bench) {
    const filing = bench.file();
    await bench.send(filing.submitted());
    const { message, evaluation } = await bench.awaitReply(filing, acknowledged, 'ACKNOWLEDGE');
    const cause = 'CONTENT_INVALID' as const;
    const { handling } = REFUSALS[cause];
    const violations = [{ field: 'agencyReference', rule: 'minLength' }];
    const refusal = Object.assign({}, evaluation, { handling, cause, violations });
    const { deliveryId: _deliveryId, application: _application, ...agencyRefusal } = refusal;
    const toEvent = (evaluation: typeof agencyRefusal) => toRefusalEvent(filing.agency, { evaluation, message });
    await bench.send(toEvent(refusal), toEvent(agencyRefusal));
    await bench.awaitProcessed(filing, 'GO_ON');
    await bench.awaitDecision(filing, 'GO_ON');
  },
};

/** Applications filed together, so that a crash finds some of them consumed but not answered. */
const BURST_SIZE = 12;
/** When the system is killed, as fractions of the time that a burst takes. */
const KILL_FRACTIONS = [1 / 4, 1 / 2, 3 / 4];

const restart: Scenario = {
  name: 'restart',
  title: 'A crash at any time loses nothing and has no second effect',
  async play(bench, system) {
    if (!system) throw new ScenarioSkipped('--start is not set, and the kit kills only a system that it started');
    const filings: Filing[] = [];
    const fileBurst = async (): Promise<Filing[]> => {
      const burst = Array.from({ length: BURST_SIZE }, () => bench.file());
      filings.push(...burst);
      await bench.send(...burst.map((filing) => filing.submitted()));
      return burst;
    };
    const crash = async (): Promise<void> => {
      await system.kill();
      system.start();
    };
    const isAnswered = (filing: Filing): boolean => bench.repliesAbout(filing).length > 0;
    const awaitReplies = (burst: Filing[]) =>
      bench.waitUntil('an acknowledgement of each application', 'SURVIVE', () => burst.every(isAnswered) || undefined);

    // The broker has the first reply; its offset is probably not committed.
    const first = await fileBurst();
    await bench.waitUntil('a first reply', 'SURVIVE', () => first.find(isAnswered));
    await crash();
    await awaitReplies(first);

    const startTime = performance.now();
    await awaitReplies(await fileBurst());
    const burstMs = performance.now() - startTime;
    for (const fraction of KILL_FRACTIONS) {
      // A system that commits offsets before processing loses its requests in progress here.
      const burst = await fileBurst();
      await pause(fraction * burstMs);
      await crash();
      await awaitReplies(burst);
    }
    for (const filing of filings) await bench.awaitDecision(filing, 'SURVIVE');
    assertSingleEffect(bench, filings, 'SURVIVE');
  },
};

export const REFUSED_SCENARIO: Scenario = refused;
export const RESTART_SCENARIO: Scenario = restart;
