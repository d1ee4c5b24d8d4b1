import { REFUSALS } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import type { AgencyApiServer } from '../api/agency-api-server.ts';
import type { ReplyAnswer } from '../api/posted-replies.ts';
import type { EvaluatedReply, PlatformSide } from '../platform.ts';
import type { Evaluation, ReplyEvaluator } from '../reply-evaluator.ts';

/** The platform's side of the messages of an agency that pulls: a feed, and replies that are answered. */
export class PullPlatform implements PlatformSide {
  readonly topics = { requests: 'GET /agency/v1/requests', replies: 'POST /agency/v1/replies' };
  readonly #api: AgencyApiServer;

  /** @param onReply called with each reply, in order; must not throw */
  constructor(api: AgencyApiServer, evaluator: ReplyEvaluator, onReply: (reply: EvaluatedReply) => void) {
    this.#api = api;
    api.replies.evaluateWith((message) => {
      const evaluation = evaluator.evaluate(message);
      onReply({ message, evaluation });
      return toAnswer(evaluation);
    });
  }

  start(): void {}

  isReady(): boolean {
    return true;
  }

  send(messages: OutgoingMessage[]): Promise<void> {
    this.#api.feed.events.push(...messages.map(toStructured));
    this.#api.webhook?.notify();
    return Promise.resolve();
  }

  partitions(): Promise<{ requests: number; replies: number }> {
    return Promise.resolve({ requests: 1, replies: 1 });
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** Converts a message to the structured mode of CloudEvents. */
function toStructured({ headers, value }: OutgoingMessage): object {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith('ce_'))
    .map(([name, text]) => [name.slice('ce_'.length), text]);
  const data = JSON.parse(value.toString()) as object;
  return { ...Object.fromEntries(attributes), datacontenttype: headers['content-type'], data };
}

/** Reasons and statuses of causes that are not a fault of the content. */
const PROBLEMS: Readonly<Record<string, { status: number; reason: string }>> = {
  ID_REUSED: { status: 409, reason: 'REQUEST_ID_REUSED' },
  PASSED_ON: { status: 409, reason: 'ACTION_NOT_ALLOWED' },
  UNKNOWN_DELIVERY: { status: 404, reason: 'NOT_FOUND' },
};

/** Returns the answer of the platform to an evaluated reply. */
function toAnswer({ cause, violations, changes }: Evaluation): ReplyAnswer {
  const handling = cause && REFUSALS[cause].handling;
  if (handling !== 'refused')
    return { status: 200, body: { changes, ...(handling === 'recorded' && { issue: cause }) } };
  const { status, reason } = PROBLEMS[cause!] ?? { status: 400, reason: 'INVALID_ARGUMENT' };
  return { status, body: { status, reason, cause, violations } };
}
