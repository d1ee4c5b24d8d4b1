import { deliveryIdOf, PLATFORM_SOURCE, REQUEST_TYPES, subjectOf } from '@cups/agency-contract';
import type { Attributes, RequestData, RequestEvent, RequestType } from '@cups/agency-contract';
import submitted from '@cups/agency-contract/samples/application.submitted.json' with { type: 'json' };
import submittedV2 from '@cups/agency-contract/samples/application.submitted.v2.json' with { type: 'json' };
import { ulid } from 'ulid';

type SubmittedData = RequestData['md.cups.application.submitted.v1'];
type SubmittedDataV2 = RequestData['md.cups.application.submitted.v2'];

const DAY_MS = 86_400_000;
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const OWN_PRESENCE = { kind: 'own-presence' } as const;

/** The copies of the samples exist nowhere: an agency could not fetch them. */
function withoutCopies<Data extends SubmittedData | SubmittedDataV2>(sample: Data): Data {
  const evidence = sample.evidence.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith('copy'))),
  );
  return { ...sample, evidence };
}

/** A synthetic application and the messages that the platform sends about it. */
export class Filing {
  readonly agency: string;
  readonly application: string;
  readonly deliveryId: string;
  /** All messages generated so far, in order. */
  readonly requests: RequestEvent[] = [];
  #content: SubmittedData;

  /** @param overrides fields that differ from the sample application */
  constructor(agency: string, overrides: Partial<SubmittedData> = {}, id = ulid()) {
    this.agency = agency;
    this.application = `applications/${id}`;
    this.deliveryId = deliveryIdOf(this.application, agency);
    const { represented: _represented, ...sample } = withoutCopies(submitted as SubmittedData);
    const now = Date.now();
    const times = { submitTime: new Date(now).toISOString(), dueDate: dayOf(now + 14 * DAY_MS) };
    this.#content = Object.assign(sample, { application: this.application, mandate: OWN_PRESENCE }, times, overrides);
  }

  get submitTime(): Date {
    return new Date(this.#content.submitTime);
  }

  /** Generates submission 1. */
  submitted(): RequestEvent {
    return this.#event(REQUEST_TYPES.submitted, this.#content);
  }

  /** Generates submission 1 of a person without IDNP. */
  submittedV2(): RequestEvent {
    const { application, submitTime } = this.#content;
    const { represented: _represented, ...sample } = withoutCopies(submittedV2 as SubmittedDataV2);
    return this.#event(
      REQUEST_TYPES.submittedV2,
      Object.assign(sample, { application, submitTime, mandate: OWN_PRESENCE }),
    );
  }

  /** Generates submission 2: the applicant supplied the requested documents. */
  documentsSupplied(answersRequest: string, kinds: string[]): RequestEvent {
    const evidence = kinds.map((kind) => ({ kind, originalSeen: true }));
    const content = Object.assign({}, this.#content, { submission: 2, answersRequest, evidence });
    return this.#event(REQUEST_TYPES.documentsSupplied, content);
  }

  /** Generates the next submission: the applicant corrected an answer. */
  corrected(submission = 2): RequestEvent {
    const answers = { ...this.#content.answers, eventPlace: 'Vorniceni' };
    const content = Object.assign({}, this.#content, { submission, answers, correctedFields: ['answers' as const] });
    return this.#event(REQUEST_TYPES.corrected, content);
  }

  /** Generates a message of the desk. */
  messageSent(number = 1): RequestEvent {
    const sendTime = new Date().toISOString();
    const text = 'Persoana întreabă când este gata rezultatul.';
    return this.#event(REQUEST_TYPES.messageSent, {
      application: this.application,
      number,
      text,
      language: 'ro',
      sendTime,
    });
  }

  /** Generates a reminder: the application was not decided in three quarters of its legal term. */
  reminded(): RequestEvent {
    const { dueDate } = this.#content;
    const remindTime = new Date().toISOString();
    const content = { application: this.application, step: 'term-75', ...(dueDate && { dueDate }), remindTime };
    return this.#event(REQUEST_TYPES.reminded, content);
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
