import { setTimeout as pause } from 'node:timers/promises';
import { REFUSALS, REPLY_TYPES } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import { toRefusalEvent } from '../refusal-notifier.ts';
import { assertSingleEffect } from './delivery-scenarios.ts';
import { ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** Scenarios of trouble: a reply that is refused, and a crash at the worst moment. */

const { acknowledged } = REPLY_TYPES;

const refused: Scenario = {
  name: 'refused',
  title: 'A reply that the platform refuses is noted, and the work goes on',
  async play(bench) {
    const filing = bench.file();
    await bench.send(filing.submitted());
    const { message, evaluation } = await bench.awaitReply(filing, acknowledged, 'ACKNOWLEDGE');
    const cause = 'CONTENT_INVALID' as const;
    const { handling } = REFUSALS[cause];
    const violations = [{ field: 'agencyReference', rule: 'minLength' }];
    const refusal = Object.assign({}, evaluation, { handling, cause, violations });
    const { deliveryId: _nothing, application: _none, ...stray } = refusal;
    const of = (one: typeof stray) => toRefusalEvent(filing.agency, { evaluation: one, message });
    await bench.send(of(refusal), of(stray));
    await bench.awaitProcessed(filing, 'GO_ON');
    await bench.awaitDecision(filing, 'GO_ON');
  },
};

/** Applications that are filed at once, so that a crash finds some of them between being read and being answered. */
const BURST_SIZE = 12;
/** When the system is killed, as parts of the time that it needs for a burst. */
const MOMENTS = [1 / 4, 1 / 2, 3 / 4];

const restart: Scenario = {
  name: 'restart',
  title: 'A crash before, between and after an effect and its commit has no second effect and loses nothing',
  async play(bench, system) {
    if (!system) throw new ScenarioSkipped('--start names no command: the kit can kill only what it started');
    const filings: Filing[] = [];
    const fileBurst = async (): Promise<Filing[]> => {
      const burst = Array.from({ length: BURST_SIZE }, () => bench.file());
      filings.push(...burst);
      await bench.send(...burst.map((one) => one.submitted()));
      return burst;
    };
    const crash = async (): Promise<void> => {
      await system.kill();
      system.start();
    };
    const isAnswered = (filing: Filing): boolean => bench.repliesAbout(filing).length > 0;
    const answered = (burst: Filing[]) =>
      bench.waitUntil('an acknowledgement of each application', 'SURVIVE', () => burst.every(isAnswered) || undefined);

    // The first reply is at the broker, and its offset most likely not committed.
    const first = await fileBurst();
    await bench.waitUntil('a reply to kill the system after', 'SURVIVE', () => first.find(isAnswered));
    await crash();
    await answered(first);

    const began = performance.now();
    await answered(await fileBurst());
    const burstMs = performance.now() - began;
    for (const moment of MOMENTS) {
      // A system that commits what it has only read loses what is in its hands now.
      const burst = await fileBurst();
      await pause(moment * burstMs);
      await crash();
      await answered(burst);
    }
    for (const filing of filings) await bench.awaitDecision(filing, 'SURVIVE');
    assertSingleEffect(bench, filings, 'SURVIVE');
  },
};

export const REFUSED_SCENARIO: Scenario = refused;
export const RESTART_SCENARIO: Scenario = restart;
