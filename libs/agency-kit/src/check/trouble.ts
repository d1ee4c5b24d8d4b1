import { setTimeout as pause } from 'node:timers/promises';
import { REFUSALS, REPLY_TYPES } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import { refusalOf } from '../refusal.ts';
import { hasOneEffect } from './delivery.ts';
import { Skipped } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** Scenarios of trouble: a reply that is refused, and a crash at the worst moment. */

const { acknowledged } = REPLY_TYPES;

const refused: Scenario = {
  name: 'refused',
  title: 'A reply that the platform refuses is noted, and the work goes on',
  async play(stage) {
    const filing = stage.file();
    await stage.send(filing.submitted());
    const { message, verdict } = await stage.reply(filing, acknowledged, 'ACKNOWLEDGE');
    const cause = 'CONTENT_INVALID' as const;
    const { handling } = REFUSALS[cause];
    const violations = [{ field: 'agencyReference', rule: 'minLength' }];
    const told = Object.assign({}, verdict, { handling, cause, violations });
    const { deliveryId: _nothing, application: _none, ...stray } = told;
    const of = (one: typeof stray) => refusalOf(filing.agency, { verdict: one, message });
    await stage.send(of(told), of(stray));
    await stage.fence(filing, 'GO_ON');
    await stage.decision(filing, 'GO_ON');
  },
};

/** Applications that are filed at once, so that a crash finds some of them between being read and being answered. */
const BURST = 12;
/** When the system is killed, as parts of the time that it needs for a burst. */
const MOMENTS = [1 / 4, 1 / 2, 3 / 4];

const restart: Scenario = {
  name: 'restart',
  title: 'A crash before, between and after an effect and its commit has no second effect and loses nothing',
  async play(stage, system) {
    if (!system) throw new Skipped('--start names no command: the kit can kill only what it started');
    const filings: Filing[] = [];
    const fileBurst = async (): Promise<Filing[]> => {
      const burst = Array.from({ length: BURST }, () => stage.file());
      filings.push(...burst);
      await stage.send(...burst.map((one) => one.submitted()));
      return burst;
    };
    const crash = async (): Promise<void> => {
      await system.kill();
      system.start();
    };
    const isAnswered = (filing: Filing): boolean => stage.about(filing).length > 0;
    const answered = (burst: Filing[]) =>
      stage.until('an acknowledgement of each application', 'SURVIVE', () => burst.every(isAnswered) || undefined);

    // The first reply is at the broker, and its offset most likely not committed.
    const first = await fileBurst();
    await stage.until('a reply to kill the system after', 'SURVIVE', () => first.find(isAnswered));
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
    for (const filing of filings) await stage.decision(filing, 'SURVIVE');
    hasOneEffect(stage, filings, 'SURVIVE');
  },
};

export const REFUSED: Scenario = refused;
export const RESTART: Scenario = restart;
