import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { Operation } from './handler.ts';
import { unsupportedMediaType } from './problems.ts';

/** Parses request bodies: complete JSON in UTF-8 with one meaning. */

export const MAX_BODY_BYTES = 256 * 1024;
/** Maximum number of names and items, far above any form. */
const MAX_PROPERTIES = 5_000;
const MAX_DEPTH = 100;
const utf8 = new TextDecoder('utf-8', { fatal: true });

export interface ParsedBody {
  value: unknown;
  /** Number of names and items, at all levels. */
  members: number;
}

/** Returns whether a request has a body that its operation reads. Other operations ignore bodies. */
export function hasBody({ headers }: IncomingMessage, expected: Operation['body']): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = headers;
  return expected !== 'none' && (chunked !== undefined || length !== '0');
}

/**
 * @param mediaTypes of the operation, all of JSON
 * @throws Problem MEDIA_TYPE_UNSUPPORTED for another content type
 */
export function assertJsonType(req: Request, mediaTypes: string[]): void {
  if (!isJson(req, mediaTypes)) throw unsupportedMediaType();
}

function isJson(req: Request, mediaTypes: string[]): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(req.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return Boolean(req.is(mediaTypes)) && /^utf-?8$/i.test(charset);
}

/**
 * Parses a body.
 * @throws Problem INVALID_ARGUMENT for ambiguous or malformed JSON, too many members, or deep nesting
 */
export function parseBody(bytes: Buffer): ParsedBody {
  const members = countMembers(bytes);
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    const violations = [violation('', 'NOT_JSON')];
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The body is not valid JSON.', violations });
  }
  // Parsing keeps one member of a name, so a duplicate leaves fewer members than the text has.
  if (countParsedMembers(value) === members) return { value, members };
  const violations = [violation('', 'DUPLICATE_MEMBER', { name: findDuplicateMember(text) })];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The body contains a duplicate member.', violations });
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [OPENING_BRACE, OPENING_BRACKET] = [0x7b, 0x5b];
const [CLOSING_BRACE, CLOSING_BRACKET] = [0x7d, 0x5d];

/**
 * Counts names and items before parsing and validation, which cost more than the size suggests.
 * Counts commas, and the first member of each object and list.
 * @throws Problem INVALID_ARGUMENT for too many members or deep nesting
 */
function countMembers(bytes: Buffer): number {
  let [members, depth, isInString] = [0, 0, false];
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]!;
    if (isInString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === COMMA) members++;
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) {
      members++;
      depth++;
    } else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) depth--;
    if (members > MAX_PROPERTIES) throw bodyTooComplex(violation('', 'MAX_PROPERTIES', { max: MAX_PROPERTIES }));
    if (depth > MAX_DEPTH) throw bodyTooComplex(violation('', 'TOO_DEEP', { max: MAX_DEPTH }));
  }
  return members;
}

/** Counts as `countMembers` does: an empty object or list counts as one. The depth of the value is limited. */
function countParsedMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let members = Math.max(items.length, 1);
  for (const item of items) members += countParsedMembers(item);
  return members;
}

function bodyTooComplex(limit: Violation): Problem {
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The body has too many members or levels.',
    violations: [limit],
  });
}

const UNKNOWN_NAME = '(unknown)';
/** A string with the colon after it, if it is a name; or a bracket. */
const TOKENS = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}[\]]/gs;

/**
 * Returns the first duplicate member name of an object. JSON.parse takes the last, other parsers the first.
 * @param text valid JSON with a duplicate member
 */
function findDuplicateMember(text: string): string {
  const scopes: (Set<string> | undefined)[] = [];
  for (const [token, raw, colon] of text.matchAll(TOKENS)) {
    if (token === '{') scopes.push(new Set());
    else if (token === '[') scopes.push(undefined);
    else if (token === '}' || token === ']') scopes.pop();
    if (raw === undefined || colon === undefined) continue;
    const names = scopes.at(-1);
    const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    // The name is client input, so return it only when it is plain.
    if (names?.has(name)) return /^[A-Za-z_][\w-]{0,40}$/.test(name) ? name : UNKNOWN_NAME;
    names?.add(name);
  }
  return UNKNOWN_NAME;
}
