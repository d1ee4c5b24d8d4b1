import { textHeaders } from '@cups/agency-contract';
import type { Violation } from '@cups/agency-contract';
import type { EvaluatedReply } from '../platform.ts';
import type { RuleName } from './rules.ts';

/** The message that a finding is about: where it lies and what it is called, never what it says. */
export type MessagePosition = {
  topic: string;
  partition: number;
  offset: number;
  id?: string;
  type?: string;
  key?: string;
};

const messagePositionOf = ({ message }: EvaluatedReply): MessagePosition => {
  const { topic, partition, offset, key } = message;
  const { ce_id: id, ce_type: type } = textHeaders(message.headers);
  const about: MessagePosition = { topic, partition, offset: Number(offset) };
  return Object.assign(about, id && { id }, type && { type }, key && { key: key.toString() });
};

/** A rule that was broken: thrown by a scenario, or found when all is over. */
export class Finding extends Error {
  override name = 'Finding';
  readonly rule: RuleName;
  readonly position: MessagePosition | undefined;
  readonly violations: Violation[];

  /** @param what was seen, one sentence */
  constructor(rule: RuleName, what: string, reply?: EvaluatedReply) {
    super(what);
    this.rule = rule;
    this.position = reply && messagePositionOf(reply);
    this.violations = reply?.evaluation.violations ?? [];
  }
}

/** Thrown by a scenario that this agency's system gives no occasion for. */
export class ScenarioSkipped extends Error {
  override name = 'ScenarioSkipped';
}
