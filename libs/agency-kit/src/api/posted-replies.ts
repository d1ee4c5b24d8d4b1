import type { ConsumedReply } from '../reply-evaluator.ts';
import { isReplyType, SCHEMAS } from '@cups/agency-contract';

/** A reply in the structured mode of CloudEvents. */
export type PostedEvent = Record<string, unknown> & { id: string; type: string; subject: string; data: object };

/** What the platform answers. */
export interface ReplyAnswer {
  status: number;
  body: object;
  retryAfterSeconds?: number;
  /** Closes the connection instead of answering. */
  isBroken?: true;
}

/** A POST of a reply by the agency. */
export interface PostedReply {
  id: string;
  type: string;
  deliveryId: string;
  /** The content, to compare repeats. */
  content: string;
  /** By `performance.now()`. */
  startTime: number;
  /** When it was answered; absent until then. */
  endTime?: number;
  answer?: ReplyAnswer;
}

/** Returns what the platform answers instead of evaluating the reply, or undefined. Sees earlier posts through the log. */
export type Interceptor = (post: PostedReply) => ReplyAnswer | undefined;

const REQUIRED = ['specversion', 'id', 'source', 'type', 'subject', 'time'];

/** The replies of an agency as the pull API of the platform receives them, and a log of the posts. */
export class PostedReplies {
  /** Replies that were evaluated, without repeats of an ID. */
  readonly events: PostedEvent[] = [];
  readonly posts: PostedReply[] = [];
  readonly #interceptors: Interceptor[] = [];
  #evaluate: (reply: ConsumedReply) => ReplyAnswer = () => ({ status: 200, body: { changes: [] } });

  /** Has replies evaluated as a consumer of the replies topic would. */
  evaluateWith(evaluate: (reply: ConsumedReply) => ReplyAnswer): void {
    this.#evaluate = evaluate;
  }

  /** Adds an interceptor. The first one that answers wins. */
  intercept(interceptor: Interceptor): void {
    this.#interceptors.push(interceptor);
  }

  /** Returns the posts about a delivery, in order. */
  postsAbout(deliveryId: string): PostedReply[] {
    return this.posts.filter((post) => post.deliveryId === deliveryId);
  }

  /** Receives a post and returns the answer to it. */
  receive(body: Buffer): ReplyAnswer {
    const event = parseEvent(body);
    if ('violations' in event) return refuse(event.violations as object[]);
    const { id, type, subject, data } = event as PostedEvent;
    const deliveryId = subject.slice(subject.indexOf('/') + 1);
    const startTime = performance.now();
    const post: PostedReply = { id, type, deliveryId, content: JSON.stringify(data), startTime };
    this.posts.push(post);
    const answer = this.#answer(post, event as PostedEvent);
    return Object.assign(post, { answer, endTime: performance.now() }).answer;
  }

  #answer(post: PostedReply, event: PostedEvent): ReplyAnswer {
    let answer: ReplyAnswer | undefined;
    for (const interceptor of this.#interceptors) answer ??= interceptor(post);
    if (answer && !answer.isBroken) return answer;
    if (!this.events.some(({ id }) => id === post.id)) this.events.push(event);
    const evaluated = this.#evaluate(toConsumedReply(event, this.posts.length));
    return answer ?? evaluated;
  }
}

const refuse = (violations: object[]): ReplyAnswer => ({
  status: 400,
  body: { status: 400, reason: 'INVALID_ARGUMENT', cause: 'NOT_CLOUDEVENTS', violations },
});

function parseEvent(body: Buffer): PostedEvent | { violations: object[] } {
  let event: Record<string, unknown> | null;
  try {
    event = JSON.parse(body.toString()) as Record<string, unknown> | null;
  } catch {
    return { violations: [{ field: '', rule: 'NOT_JSON' }] };
  }
  const missing = REQUIRED.filter((name) => typeof event?.[name] !== 'string' || event[name] === '');
  const isObject = typeof event?.['data'] === 'object' && event['data'] !== null;
  const fields = isObject ? missing : [...missing, 'data'];
  if (fields.length > 0) return { violations: fields.map((name) => ({ field: `/${name}`, rule: 'REQUIRED' })) };
  return event as PostedEvent;
}

/** Returns the reply as a consumer of the replies topic would read it. */
function toConsumedReply({ data, datacontenttype, ...attributes }: PostedEvent, offset: number): ConsumedReply {
  const { type, subject } = attributes as { type: string; subject: string };
  const headers: Record<string, string> = { 'content-type': String(datacontenttype ?? 'application/json') };
  // The type determines the schema; a sender may leave it out.
  if (isReplyType(type)) headers['ce_dataschema'] = SCHEMAS[type].$id;
  for (const [name, value] of Object.entries(attributes)) headers[`ce_${name}`] = String(value);
  return {
    topic: 'http',
    partition: 0,
    offset: String(offset),
    timestamp: String(Date.now()),
    key: Buffer.from(subject.slice(subject.indexOf('/') + 1)),
    headers,
    value: Buffer.from(JSON.stringify(data)),
  };
}
