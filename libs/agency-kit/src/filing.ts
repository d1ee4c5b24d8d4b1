import { deliveryIdOf, PLATFORM_SOURCE, REQUEST_TYPES, subjectOf } from '@cups/agency-contract';
import type { Attributes, RequestData, RequestEvent, RequestType } from '@cups/agency-contract';
import submitted from '@cups/agency-contract/samples/application.submitted.json' with { type: 'json' };
import anySubmitted from '@cups/agency-contract/samples/application.submitted.v2.json' with { type: 'json' };
import { ulid } from 'ulid';

type Submitted = RequestData['md.cups.application.submitted.v1'];
type AnySubmitted = RequestData['md.cups.application.submitted.v2'];

const DAY_MS = 86_400_000;
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const own = { kind: 'own-presence' } as const;

/** One application of a synthetic person, and what the platform sends to its agency about it. */
export class Filing {
  readonly agency: string;
  readonly application: string;
  readonly deliveryId: string;
  /** Everything that was made of it, in order. */
  readonly requests: RequestEvent[] = [];
  #content: Submitted;

  /** @param over what of the application differs from the sample */
  constructor(agency: string, over: Partial<Submitted> = {}, id = ulid()) {
    this.agency = agency;
    this.application = `applications/${id}`;
    this.deliveryId = deliveryIdOf(this.application, agency);
    const { represented: _nobody, ...sample } = submitted as Submitted;
    const now = Date.now();
    const times = { submitTime: new Date(now).toISOString(), dueDate: dayOf(now + 14 * DAY_MS) };
    this.#content = Object.assign(sample, { application: this.application, mandate: own }, times, over);
  }

  get submitTime(): Date {
    return new Date(this.#content.submitTime);
  }

  /** Submission 1. */
  submitted(): RequestEvent {
    return this.#event(REQUEST_TYPES.submitted, this.#content);
  }

  /** Submission 1 of a person without IDNP. */
  anySubmitted(): RequestEvent {
    const { application, submitTime } = this.#content;
    const { represented: _nobody, ...sample } = anySubmitted as AnySubmitted;
    return this.#event(REQUEST_TYPES.anySubmitted, Object.assign(sample, { application, submitTime, mandate: own }));
  }

  /** Submission 2: the papers that were asked for have come. */
  supplied(answersRequest: string, kinds: string[]): RequestEvent {
    const evidence = kinds.map((kind) => ({ kind, originalSeen: true }));
    const content = Object.assign({}, this.#content, { submission: 2, answersRequest, evidence });
    return this.#event(REQUEST_TYPES.documentsSupplied, content);
  }

  withdrawn(): RequestEvent {
    const withdrawTime = new Date().toISOString();
    return this.#event(REQUEST_TYPES.withdrawn, { application: this.application, withdrawTime });
  }

  expired(): RequestEvent {
    const expireTime = new Date().toISOString();
    return this.#event(REQUEST_TYPES.expired, { application: this.application, expireTime });
  }

  #event<T extends RequestType>(type: T, data: RequestData[T]): RequestEvent {
    const attributes: Attributes = {
      id: ulid(),
      source: PLATFORM_SOURCE,
      subject: subjectOf(this.application, this.agency),
      time: new Date().toISOString(),
      correlationid: ulid(),
    };
    const event = Object.assign(attributes, { type, data }) as RequestEvent;
    this.requests.push(event);
    return event;
  }
}
