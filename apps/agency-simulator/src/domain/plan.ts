import { toMessage } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import { resolveBehaviour } from './behaviour.ts';
import type { Behaviour, Rules } from './behaviour.ts';
import { REPLY_SCRIPTS } from './reply-scripts.ts';
import type { ScriptedReplyKind } from './reply-scripts.ts';
import { computePace, createReply } from './replies.ts';
import type { ReplyContext, SubmissionEvent } from './replies.ts';

/** A message to send `afterMs` after the request came in. */
export type PlannedReply = { kind: ScriptedReplyKind; afterMs: number; message: OutgoingMessage };
/** What an agency will do about one request, in order; what is left of it when the application is withdrawn or expires. */
export type Plan = { replies: PlannedReply[]; afterEnd: 'stop' | 'hurry' };
/** `hourMs`: how long one working hour of the agency lasts here; `answerDays`: for `answerBy`. */
export type PlanOptions = { seed: string; hourMs: number; answerDays: number };

/** The message of a step; rubbish is made of a decision with an id of its own. */
function createMessage(context: ReplyContext, kind: ScriptedReplyKind, time: string): OutgoingMessage {
  const decision = () => toMessage(createReply(context, 'decided', time, kind));
  switch (kind) {
    case 'bytes':
      return { key: decision().key, headers: {}, value: Buffer.from([0xff, 0xfe, 0x00, 0x13, 0x37]) };
    case 'halfMessage': {
      const { key, headers, value } = decision();
      return { key, headers, value: value.subarray(0, value.length >> 1) };
    }
    case 'brokenReply': {
      const { key, headers } = decision();
      const content = { application: context.request.data.application, outcome: 'maybe' };
      return { key, headers, value: Buffer.from(JSON.stringify(content)) };
    }
    default:
      return toMessage(createReply(context, kind, time));
  }
}

/**
 * What an agency that behaves so will answer to a submission. It depends on the arguments only: a request that comes
 * again, even after a restart, gives the same messages with the same ids and times.
 */
export function planReplies(
  request: SubmissionEvent,
  agency: string,
  behaviour: Behaviour,
  options: PlanOptions,
): Plan {
  const context: ReplyContext = { request, agency, seed: options.seed, answerDays: options.answerDays };
  const pace = computePace(context);
  const scripts = REPLY_SCRIPTS[behaviour];
  const steps = scripts[Math.min(request.data.submission, scripts.length) - 1]!;
  // A repeat is the same message: one id never has two contents.
  const messages = new Map<ScriptedReplyKind, OutgoingMessage>();
  const replies = steps.map(([kind, hours]): PlannedReply => {
    const afterMs = Math.round(hours * pace * options.hourMs);
    const time = new Date(Date.parse(request.time) + afterMs).toISOString();
    const message = messages.get(kind) ?? createMessage(context, kind, time);
    messages.set(kind, message);
    return { kind, afterMs, message };
  });
  return { replies, afterEnd: behaviour === 'decides-anyway' ? 'hurry' : 'stop' };
}

/** The plan for a submission, with the behaviour that the rules give to its delivery. */
export function planByRules(request: SubmissionEvent, agency: string, options: PlanOptions & { rules: Rules }): Plan {
  const { application, publicService } = request.data;
  const delivery = { application, agency, publicService: publicService.code };
  return planReplies(request, agency, resolveBehaviour(options.rules, options.seed, delivery), options);
}
