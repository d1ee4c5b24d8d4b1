import { FORMER_ENUMS, FORMER_MESSAGES, FORMER_METHODS, REQUESTS } from './former-names.ts';

type Members = Record<string, unknown>;

/** A request as a client sent it before its names changed. */
export interface FormerRequest {
  method: string;
  readonly content: object;
}

/**
 * Returns a request under its former names, so that a repeat of it is recognised; undefined if none has changed.
 * @param method `IntakeService.RecordPayment`
 * @param content the request as decoded, or other content that identifies it
 */
export function toFormerRequest(method: string, content: object): FormerRequest | undefined {
  const message = REQUESTS[method];
  const formerMethod = FORMER_METHODS[method];
  if (message === undefined && formerMethod === undefined) return undefined;
  return {
    method: formerMethod ?? method,
    // Most callers need the content of a repeat alone.
    get content() {
      return message === undefined ? content : (toFormerMessage(message, content) as object);
    },
  };
}

function toFormerMessage(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => toFormerMessage(name, item));
  const names = FORMER_MESSAGES[name];
  if (!names || typeof value !== 'object' || value === null) return value;
  const { members = {}, added = [], oneofs = [], messages = {}, enums = {} } = names;
  const toMember = (member: string): string => members[member] ?? member;
  const former: Members = {};
  for (const [member, inner] of Object.entries(value)) {
    if (added.includes(member) && isDefault(inner)) continue;
    if (oneofs.includes(member) && typeof inner === 'string') former[toMember(member)] = toMember(inner);
    else if (messages[member] !== undefined) former[toMember(member)] = toFormerMessage(messages[member], inner);
    else if (enums[member] !== undefined) former[toMember(member)] = toFormerEnum(enums[member], inner);
    else former[toMember(member)] = inner;
  }
  return former;
}

function toFormerEnum(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => toFormerEnum(name, item));
  return typeof value === 'string' ? (FORMER_ENUMS[name]?.[value] ?? value) : value;
}

/** Whether the decoder set the value because the client sent none. */
const isDefault = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  value === false ||
  value === 0 ||
  value === '0' ||
  (Array.isArray(value) && value.length === 0) ||
  (value instanceof Uint8Array && value.length === 0) ||
  (typeof value === 'string' && value.endsWith('_UNSPECIFIED'));
