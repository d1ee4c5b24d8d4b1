import type { ReceivedEvent } from '@cups/contracts';
import { enumValue, fromTimestamp, messageType } from '@cups/contracts/proto';
import type { ApplicationRef__Output as ApplicationRef } from '@cups/contracts/gen/cups/intake/v1/ApplicationRef.ts';
import type { GetContactResponse__Output as ContactIn } from '@cups/contracts/gen/cups/intake/v1/GetContactResponse.ts';
import type { Cause, Documents } from '@cups/store';
import type { Delivery } from './deliver.ts';
import { heldUntil, noticeFor, withNotice } from './domain/notices.ts';
import type { Contact, Happening, Notice, ResultChange, Usefulness } from './domain/notices.ts';
import { withNotices } from './store.ts';
import type { Thread } from './store.ts';

/** The fields that the events of intake may have, beside `ref`, that matter here. */
interface Payload {
  ref: ApplicationRef | null;
  fromState?: string;
  answerBy?: string;
  revoked?: boolean;
}

/**
 * One event of cups.applications: counted once and in order, and what the person is told of it written down in the same
 * write (design law 6). A mail then goes out at once; what cannot go out now is left to the timer.
 */
export function onApplicationEvent(
  threads: Documents<Thread>,
  delivery: Delivery,
  rules: Usefulness,
  now: () => Date,
): (event: ReceivedEvent) => Promise<'done' | 'refused' | 'wait'> {
  return async (event) => {
    const said = read(event);
    if (!said) return 'refused';
    const { application, centre, sequence, happening, answerBy } = said;
    const thread = await threads.get(application, { scope: 'service' });
    // An application never changes its centre: what names another is not about this one.
    if (thread && thread.centre !== centre) return 'refused';
    const last = thread?.lastSeqs?.[SUBJECT] ?? 0;
    if (sequence <= last) return 'done';
    if (sequence > last + 1) return 'wait';

    const at = now();
    const kind = noticeFor(happening, at, rules);
    const begun: Notice | undefined = kind && {
      id: `${application}-${sequence}`,
      kind,
      state: 'compose',
      eventTime: event.time,
      createTime: at,
      attempts: 0,
      ...(answerBy ? { answerBy } : {}),
    };
    const wait = begun && heldUntil(thread?.notices ?? [], begun.kind, at);
    const written = wait
      ? delivery.hold(application, begun, wait)
      : begun && (await delivery.compose(application, begun));
    const added = written ? [written] : [];
    const cause: Cause = {
      eventId: event.id,
      sequence: { subject: SUBJECT, value: sequence },
      ...(event.correlationId ? { requestId: event.correlationId } : {}),
      ...(event.traceparent ? { traceparent: event.traceparent } : {}),
    };
    if (!thread) {
      // Another process that made it a moment ago makes this throw; the next try finds a repeat.
      const first = withNotices({ _id: application, centre, notices: [] }, added);
      const { document, replayed } = await threads.create(first, { scope: 'service', cause, events: [], now: at });
      if (!replayed && added[0]?.state === 'pending') await delivery.send(document, added[0]);
      return 'done';
    }
    const { document, outcome } = await threads.update(
      application,
      { scope: 'service', cause, now: at, current: thread },
      (before) => ({
        document: written ? withNotices(before, withNotice(before.notices, written)) : before,
        events: [],
      }),
    );
    if (outcome === 'applied' && added[0]?.state === 'pending') await delivery.send(document, added[0]);
    return outcome === 'gap' ? 'wait' : 'done';
  };
}

/** All events about an application are counted by one producer, intake. */
const SUBJECT = 'applications';

/**
 * The event in words of this service; undefined when it can not be read. That it is one of intake's about an application is
 * held by what the consumer expects of its topic.
 */
function read(event: ReceivedEvent) {
  const application = event.subject.slice('applications/'.length);
  if (!event.sequence) return undefined;
  let payload: Payload;
  try {
    payload = messageOf(event.type).decode(event.data);
  } catch {
    return undefined;
  }
  const { ref } = payload;
  if (ref?.application !== event.subject || !ref.centre) return undefined;
  const happening: Happening = {
    type: event.type,
    time: event.time,
    state: enumValue('STATE_', ref.state),
    fromState: enumValue('STATE_', payload.fromState ?? ''),
    revoked: payload.revoked ?? false,
  };
  return { application, centre: ref.centre, sequence: event.sequence, happening, answerBy: payload.answerBy ?? '' };
}

/** A type that this release does not know yet still names its application in field 1, and must be counted. */
function messageOf(type: string) {
  try {
    return messageType<object, Payload>(type);
  } catch {
    return messageType<object, Payload>('cups.intake.v1.ApplicationInProgress');
  }
}

/** What intake answered, in words of this service. */
export function toContact(answer: ContactIn): Contact {
  const lastChange = lastChangeOf(answer.decision);
  return {
    language: answer.language,
    email: answer.contact?.email ?? '',
    personName: answer.personName,
    serviceTitle: answer.serviceTitle ?? {},
    centreName: answer.centreName,
    trackingNumber: answer.trackingNumber,
    dueDate: answer.dueDate,
    state: enumValue('STATE_', answer.state),
    answerBy: answer.documentRequest?.answerBy ?? '',
    requestWords: answer.documentRequest?.message ?? {},
    documentWords: answer.documentRequest?.documents.map(({ note }) => note) ?? [],
    reasonWords: answer.decision?.reason ?? {},
    correctWords: answer.decision?.correctReason ?? {},
    revokeWords: answer.decision?.revokeReason ?? {},
    resultNumber: answer.decision?.resultNumber ?? '',
    verificationCode: answer.decision?.verificationCode ?? '',
    validUntil: answer.decision?.validUntil ?? '',
    ...(lastChange ? { lastChange } : {}),
  };
}

/** Of a correction and a revocation the later one counts; intake keeps their times apart. */
function lastChangeOf(decision: ContactIn['decision']): ResultChange | undefined {
  const corrected = fromTimestamp(decision?.correctTime);
  const revoked = fromTimestamp(decision?.revokeTime);
  if (revoked && !(corrected && corrected > revoked)) return 'revoked';
  return corrected ? 'corrected' : undefined;
}
