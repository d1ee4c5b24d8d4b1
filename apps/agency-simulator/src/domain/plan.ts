import { toMessage } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import { behaviourOf } from './behaviour.ts';
import type { Behaviour, Rules } from './behaviour.ts';
import { COURSES } from './courses.ts';
import type { StepKind } from './courses.ts';
import { paceOf, replyOf } from './replies.ts';
import type { Dossier, SubmissionEvent } from './replies.ts';

/** A message to send `afterMs` after the request came in. */
export type PlannedReply = { kind: StepKind; afterMs: number; message: OutgoingMessage };
/** What an agency will do about one request, in order; what is left of it when the application is withdrawn or expires. */
export type Plan = { replies: PlannedReply[]; afterEnd: 'stop' | 'hurry' };
/** `hourMs`: how long one working hour of the agency lasts here; `answerDays`: for `answerBy`. */
export type PlanOptions = { seed: string; hourMs: number; answerDays: number };

/** The message of a step; rubbish is made of a decision with an id of its own. */
function messageOf(dossier: Dossier, kind: StepKind, time: string): OutgoingMessage {
  const decision = () => toMessage(replyOf(dossier, 'decided', time, kind));
  switch (kind) {
    case 'bytes':
      return { key: decision().key, headers: {}, value: Buffer.from([0xff, 0xfe, 0x00, 0x13, 0x37]) };
    case 'halfMessage': {
      const { key, headers, value } = decision();
      return { key, headers, value: value.subarray(0, value.length >> 1) };
    }
    case 'brokenReply': {
      const { key, headers } = decision();
      const content = { application: dossier.request.data.application, outcome: 'maybe' };
      return { key, headers, value: Buffer.from(JSON.stringify(content)) };
    }
    default:
      return toMessage(replyOf(dossier, kind, time));
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
  const dossier: Dossier = { request, agency, seed: options.seed, answerDays: options.answerDays };
  const pace = paceOf(dossier);
  const courses = COURSES[behaviour];
  const steps = courses[Math.min(request.data.submission, courses.length) - 1]!;
  // A repeat is the same message: one id never has two contents.
  const made = new Map<StepKind, OutgoingMessage>();
  const replies = steps.map(([kind, hours]): PlannedReply => {
    const afterMs = Math.round(hours * pace * options.hourMs);
    const time = new Date(Date.parse(request.time) + afterMs).toISOString();
    const message = made.get(kind) ?? messageOf(dossier, kind, time);
    made.set(kind, message);
    return { kind, afterMs, message };
  });
  return { replies, afterEnd: behaviour === 'decides-anyway' ? 'hurry' : 'stop' };
}

/** The plan for a submission, with the behaviour that the rules give to its delivery. */
export function planByRules(request: SubmissionEvent, agency: string, options: PlanOptions & { rules: Rules }): Plan {
  const { application, publicService } = request.data;
  const delivery = { application, agency, publicService: publicService.code };
  return planReplies(request, agency, behaviourOf(options.rules, options.seed, delivery), options);
}
