import { REQUEST_TYPES, toMessage } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import { resolveBehaviour } from './behaviour.ts';
import type { Behaviour, Rules } from './behaviour.ts';
import { REPLY_SCRIPTS } from './reply-scripts.ts';
import type { ScriptedReply, ScriptedReplyKind } from './reply-scripts.ts';
import { answerMessage, COMPETENT_AGENCY, computePace, createReply } from './replies.ts';
import type { MessageEvent, ReplyContext, SubmissionEvent } from './replies.ts';

/** A message to send `afterMs` after the request arrived. */
export type PlannedReply = { kind: ScriptedReplyKind; afterMs: number; message: OutgoingMessage };
/**
 * Replies to one request, in order. `afterEnd`: what to do with the rest when the application is withdrawn or
 * expires.
 */
export type Plan = { replies: PlannedReply[]; afterEnd: 'stop' | 'hurry' };
/** `hourMs`: duration of a working hour of the agency; `answerDays`: days until `answerBy`. */
export type PlanOptions = { seed: string; hourMs: number; answerDays: number };

/** Creates a scripted message. An invalid one is derived from a decision with its own ID. */
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

/** The replies to the submission before a correction follow as planned: a decision may cross it. */
const acknowledgementOf = (behaviour: Behaviour): readonly ScriptedReply[] =>
  REPLY_SCRIPTS[behaviour][0]!.filter(([kind]) => kind === 'acknowledged').slice(0, 1);
const isCorrection = ({ type }: SubmissionEvent): boolean => type === REQUEST_TYPES.corrected;

/**
 * Plans the replies of an agency with this behaviour. Deterministic: a repeated request, even after a restart, gets
 * the same messages with the same IDs and times.
 */
export function planReplies(
  request: SubmissionEvent,
  agency: string,
  behaviour: Behaviour,
  options: PlanOptions,
): Plan {
  const context: ReplyContext = { request, agency, seed: options.seed, answerDays: options.answerDays };
  const pace = computePace(context);
  const own: Behaviour = behaviour === 'passes-on' && agency === COMPETENT_AGENCY ? 'quick' : behaviour;
  const scripts = isCorrection(request) ? [acknowledgementOf(own)] : REPLY_SCRIPTS[own];
  const steps = scripts[Math.min(request.data.submission, scripts.length) - 1]!;
  // A duplicate reuses the message: one ID never has two contents.
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

/** Plans the answer to a message of the desk; undefined if the agency is silent about the application. */
export function planAnswer(
  request: MessageEvent,
  agency: string,
  { rules, seed }: PlanOptions & { rules: Rules },
): OutgoingMessage | undefined {
  // The public service is not part of the message.
  const delivery = { application: request.data.application, agency, publicService: '' };
  if (resolveBehaviour(rules, seed, delivery) === 'silent') return undefined;
  return toMessage(answerMessage(request, agency));
}

/** Plans the replies to a submission, with the behaviour that the rules select. */
export function planByRules(request: SubmissionEvent, agency: string, options: PlanOptions & { rules: Rules }): Plan {
  const { application, publicService } = request.data;
  const delivery = { application, agency, publicService: publicService.code };
  return planReplies(request, agency, resolveBehaviour(options.rules, options.seed, delivery), options);
}
