import express from 'express';
import type { Request, Response } from 'express';
import { Problem, violation } from '@cups/problem';
import type { Operation } from './handler.ts';
import { notJson, notWhole } from './problems.ts';

/** The body of a request: JSON in UTF-8, whole, and with one meaning. */

const MAX_BODY = 256 * 1024;
const readRaw = express.raw({ limit: MAX_BODY, inflate: false, type: () => true });
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The parsed body, or undefined when the request brings none. An operation that takes none ignores what comes.
 * @throws Problem for a body of another type, one that did not arrive whole, and one that is not JSON with one meaning;
 *   an error of Express's parser for one that is too large or compressed
 */
export async function readBody(req: Request, res: Response, expected: Operation['body']): Promise<unknown> {
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = req.headers;
  if (expected === 'none' || (chunked === undefined && length === '0')) return undefined;
  if (!isJson(req)) throw notJson();
  await new Promise<void>((resolve, reject) => {
    readRaw(req, res, (error?: unknown) => (error ? reject(error as Error) : resolve()));
  });
  const bytes = req.body as unknown;
  // The parser passes over a request that broke off before it was read: what was announced and is not there is no body.
  if (!Buffer.isBuffer(bytes)) throw notWhole();
  return bytes.length === 0 ? undefined : parse(bytes);
}

function isJson(req: Request): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(req.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return Boolean(req.is('application/json')) && /^utf-?8$/i.test(charset);
}

function parse(bytes: Buffer): unknown {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    const violations = [violation('', 'NOT_JSON')];
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The body is not JSON.', violations });
  }
  const twice = repeatedName(text);
  if (twice === undefined) return value;
  const violations = [violation('', 'REPEATED_NAME', { name: twice })];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The body names a member twice.', violations });
}

/** A string with what follows it when it is a name, or a bracket. */
const TOKENS = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}[\]]/gs;

/**
 * The first name that an object of this JSON holds twice: JSON.parse takes the last, another reader the first. By hand,
 * because it must not recurse into what is nested deep, which parsers with visitors do.
 * @param text valid JSON
 */
function repeatedName(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (const [token, raw, colon] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    if (raw === undefined || colon === undefined) continue;
    const names = open.at(-1);
    const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    // A name is the caller's text: shown only when it is plain.
    if (names?.has(name)) return /^[A-Za-z_][\w-]{0,40}$/.test(name) ? name : '(unknown)';
    names?.add(name);
  }
  return undefined;
}
