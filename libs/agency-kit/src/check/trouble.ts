import { REFUSALS, REPLY_TYPES } from '@cups/agency-contract';
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

const CRASHES = 3;
const BURST = 4;

const restart: Scenario = {
  name: 'restart',
  title: 'A crash between an effect and its commit has no second effect and loses nothing',
  async play(stage, system) {
    if (!system) throw new Skipped('--start names no command: the kit can kill only what it started');
    const filings = [];
    for (let crash = 0; crash < CRASHES; crash += 1) {
      const burst = Array.from({ length: BURST }, () => stage.file());
      filings.push(...burst);
      await stage.send(...burst.map((one) => one.submitted()));
      // The first reply is at the broker, and its offset most likely not committed.
      await stage.until('a reply to kill the system after', 'SURVIVE', () => burst.find((one) => stage.about(one)[0]));
      await system.kill();
      system.start();
    }
    for (const filing of filings) await stage.decision(filing, 'SURVIVE');
    hasOneEffect(stage, filings, 'SURVIVE');
  },
};

export const REFUSED: Scenario = refused;
export const RESTART: Scenario = restart;
