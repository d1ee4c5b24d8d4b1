import { textHeaders } from '@cups/agency-contract';
import type { Violation } from '@cups/agency-contract';
import type { EvaluatedReply } from '../platform.ts';
import type { RuleName } from './rules.ts';

/** Position and identity of the message that a finding is about, without content. */
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
  const position: MessagePosition = { topic, partition, offset: Number(offset) };
  return Object.assign(position, id && { id }, type && { type }, key && { key: key.toString() });
};

/** A broken rule, thrown by a scenario or a deferred check. */
export class Finding extends Error {
  override name = 'Finding';
  readonly rule: RuleName;
  readonly position: MessagePosition | undefined;
  readonly violations: Violation[];

  /** @param observation one sentence */
  constructor(rule: RuleName, observation: string, reply?: EvaluatedReply) {
    super(observation);
    this.rule = rule;
    this.position = reply && messagePositionOf(reply);
    this.violations = reply?.evaluation.violations ?? [];
  }
}

/** Thrown by a scenario that does not apply to the agency's system. */
export class ScenarioSkipped extends Error {
  override name = 'ScenarioSkipped';
}
