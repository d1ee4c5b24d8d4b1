import type { Application } from '../api/types.ts';

/** What an act would write, beside what the application has. */

export interface ComparedField {
  /** JSON pointer into the body of the act. */
  pointer: string;
  inAct: string;
  /** Undefined where the application has nothing at this place. */
  now: string | undefined;
  isChanged: boolean;
}

/** Members of a body that say nothing to a person. */
const OMITTED = ['/id', '/occurTime'];

/**
 * Returns the values of a body in their order.
 * @param body a JSON text; garbage has no values
 */
export function compareAct(body: string, application: Application | undefined): ComparedField[] {
  return listValues(parse(body)).map(({ pointer, value }) => {
    const now = application && textAt(application, pointer);
    return { pointer, inAct: value, now, isChanged: now !== value };
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function listValues(value: unknown, pointer = ''): { pointer: string; value: string }[] {
  if (OMITTED.includes(pointer) || value === undefined) return [];
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, member]) => listValues(member, `${pointer}/${name}`));
  return pointer === '' ? [] : [{ pointer, value: textOf(value) }];
}

function textAt(application: Application, pointer: string): string | undefined {
  const value = pointer
    .slice(1)
    .split('/')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | null | undefined)?.[step], application);
  return value === undefined || typeof value === 'object' ? undefined : textOf(value);
}

const textOf = (value: unknown): string =>
  value === null ? '—' : value === true ? '✓' : value === false ? '✗' : String(value);
