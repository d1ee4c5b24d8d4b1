import { isUtf8 } from 'node:buffer';
import { CONTENT_MEMBERS, validateStorableAnswers } from '@cups/application';
import type {
  Contact,
  Content,
  DeliveryChoice,
  Evidence,
  ForeignDocument,
  HandOver,
  HandOverGround,
  Mandate,
  Person,
} from '@cups/application';
import { fromProtoEnum, toProtoEnum, toSnakeCase } from '@cups/contracts/proto';
import type {
  ApplicationContent as ContentOut,
  ApplicationContent__Output as ContentIn,
} from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import type { Contact__Output as ContactIn } from '@cups/contracts/gen/cups/intake/v1/Contact.ts';
import type { Evidence__Output as EvidenceIn } from '@cups/contracts/gen/cups/intake/v1/Evidence.ts';
import type { HandOver__Output as HandOverIn } from '@cups/contracts/gen/cups/intake/v1/HandOver.ts';
import type { Mandate__Output as MandateIn } from '@cups/contracts/gen/cups/intake/v1/Mandate.ts';
import type { Person__Output as PersonIn } from '@cups/contracts/gen/cups/intake/v1/Person.ts';
import { Problem, violation } from '@cups/problem';
import { invalidField } from '../domain/problems.ts';
import { omitEmpty } from './omit-empty.ts';

/** Converts content between gRPC messages and the domain. */

/**
 * Converts content to its message. Answers are encoded as JSON bytes. Members without a conversion of their own have
 * the same shape in both: the check `content` compares CONTENT_SCHEMA with the proto.
 */
export function toContent(content: Content): ContentOut {
  const { mandate, answers, delivery, ...others } = content;
  return {
    ...others,
    mandate: mandate ? { ...mandate, kind: toProtoEnum('MANDATE_KIND_', mandate.kind) } : null,
    answers: answers ? Buffer.from(JSON.stringify(answers)) : Buffer.alloc(0),
    delivery: delivery ? { ...delivery, kind: toProtoEnum('DELIVERY_CHOICE_KIND_', delivery.kind) } : null,
  };
}

/** Converts content from its message; empty fields become absent. A missing kind stays empty and fails validation. */
export function fromContent(wire: ContentIn | null): Content {
  if (!wire) return {};
  const { applicant, contact, represented, mandate, answers, evidence, delivery, ...texts } = wire;
  const content: Content = omitEmpty(texts);
  if (applicant) content.applicant = fromPerson(applicant);
  if (contact) content.contact = fromContact(contact);
  if (represented) content.represented = fromPerson(represented);
  if (mandate) content.mandate = fromMandate(mandate);
  if (answers.length > 0) content.answers = fromAnswers(answers);
  if (evidence.length > 0) content.evidence = evidence.map(fromEvidence);
  if (delivery) {
    const kind = fromProtoEnum('DELIVERY_CHOICE_KIND_', delivery.kind) as DeliveryChoice['kind'];
    content.delivery = { ...omitEmpty(delivery), kind };
  }
  return content;
}

export const fromContact = (contact: ContactIn): Contact => omitEmpty({ ...contact, none: contact.none || undefined });

export function fromMandate(mandate: MandateIn): Mandate {
  return { ...omitEmpty(mandate), kind: fromProtoEnum('MANDATE_KIND_', mandate.kind) as Mandate['kind'] };
}

function fromPerson({ foreignDocument, ...texts }: PersonIn): Person {
  // Validation of the shape checks languages and kinds of documents.
  const person = omitEmpty(texts) as Person;
  if (foreignDocument) person.foreignDocument = foreignDocument as ForeignDocument;
  return person;
}

export function fromEvidence({ kind, originalSeen, copySha256: _output, ...texts }: EvidenceIn): Evidence {
  return { kind, originalSeen, ...omitEmpty(texts) };
}

/** Content members by the proto names that updates use. */
const MEMBER_BY_PROTO_NAME = new Map(CONTENT_MEMBERS.map((member) => [toSnakeCase(member), member]));

/**
 * Returns the content fields that an edit replaces.
 * @throws Problem INVALID_ARGUMENT if there are none or one is unknown
 */
export function fromUpdateFields(names: readonly string[]): (keyof Content)[] {
  if (names.length === 0) throw invalidField(violation('/updateFields', 'REQUIRED'));
  return names.map((name) => {
    const field = MEMBER_BY_PROTO_NAME.get(name);
    if (!field) throw invalidField(violation('/updateFields', 'UNKNOWN_VALUE'));
    return field;
  });
}

const MAX_ANSWERS_BYTES = 64 * 1024;

/**
 * Parses the answers to a form from JSON bytes.
 * @throws Problem INVALID_ARGUMENT or ANSWERS_TOO_LARGE
 */
export function fromAnswers(bytes: Buffer): Record<string, unknown> {
  if (bytes.length > MAX_ANSWERS_BYTES) {
    throw new Problem({
      reason: 'ANSWERS_TOO_LARGE',
      message: 'The answers must have at most 64 KiB.',
      violations: [violation('/answers', 'TOO_LARGE', { maxKiB: MAX_ANSWERS_BYTES / 1024 })],
    });
  }
  const answers = parseObject(bytes);
  if (!answers) throw invalidField(violation('/answers', 'TYPE', { types: ['object'] }));
  // Rejects answers that a stored document cannot hold, whatever the caller.
  const invalid = validateStorableAnswers(answers);
  if (invalid) {
    const message = 'The answers cannot be stored.';
    throw new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [invalid] });
  }
  return answers;
}

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = isUtf8(bytes) ? JSON.parse(bytes.toString('utf8')) : undefined;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Converts a hand-over from its message. A missing kind stays empty and fails validation. */
export function fromHandOver(wire: HandOverIn | null): HandOver {
  const { collectedBy = '', idDocumentKind = '', idDocumentNumber = '', collectorName = '', ground } = wire ?? {};
  const optional = omitEmpty({ idDocumentNumber, collectorName: collectorName.trim() });
  const handOver: HandOver = { collectedBy: collectedBy as HandOver['collectedBy'], idDocumentKind, ...optional };
  if (ground) {
    const { kind, reference } = ground;
    handOver.ground = { kind: kind as HandOverGround['kind'], ...omitEmpty({ reference }) };
  }
  return handOver;
}
