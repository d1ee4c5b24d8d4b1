import type { Projection } from '../documents/options.ts';

/** A projection of sealed fields: the store reads them whole, and the rest is left out after they are opened. */
export interface SealedProjection {
  /** For the store. */
  stored: Projection;
  /** Returns what the caller asked for. */
  pick<D extends object>(document: D): D;
}

type Members = Record<string, unknown>;

/**
 * @param fields the sealed fields as dotted paths, without `[]`
 * @throws Error for a projection that excludes a part of a sealed field
 */
export function splitProjection(projection: Projection, fields: readonly string[]): SealedProjection {
  const stored: Projection = {};
  const picks: [field: string, wanted: Members][] = [];
  for (const [path, value] of Object.entries(projection)) {
    const field = fields.find((name) => path.startsWith(`${name}.`));
    if (field === undefined) {
      stored[path] = value;
      continue;
    }
    if (value === 0) throw new Error(`The projection excludes a part of the sealed field ${field}.`);
    if (field in projection) continue;
    stored[field] = 1;
    const pick = picks.find(([name]) => name === field)?.[1] ?? {};
    if (!picks.some(([name]) => name === field)) picks.push([field, pick]);
    let at = pick;
    for (const step of path.slice(field.length + 1).split('.')) at = (at[step] ??= {}) as Members;
  }
  return {
    stored,
    pick: (document) =>
      picks.reduce<unknown>(
        (all, [field, wanted]) => pickAt(all, field.split('.'), wanted),
        document,
      ) as typeof document,
  };
}

function pickAt(value: unknown, [step, ...rest]: readonly string[], wanted: Members): unknown {
  if (step === undefined) return pickWanted(value, wanted);
  if (Array.isArray(value)) return value.map((item) => pickAt(item, [step, ...rest], wanted));
  if (typeof value !== 'object' || value === null || !(step in value)) return value;
  const picked = pickAt((value as Members)[step], rest, wanted);
  const { [step]: _whole, ...others } = value as Members;
  return picked === undefined ? others : { ...others, [step]: picked };
}

/** As MongoDB projects: values that are no objects have no parts, and elements of arrays without parts stay empty. */
function pickWanted(value: unknown, wanted: Members): unknown {
  const names = Object.keys(wanted);
  if (names.length === 0) return value;
  if (Array.isArray(value)) {
    return value.map((item) => pickWanted(item, wanted)).filter((item) => item !== undefined);
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  const members = value as Members;
  const entries = names.flatMap((name) => {
    if (!Object.hasOwn(members, name)) return [];
    const picked = pickWanted(members[name], wanted[name] as Members);
    return picked === undefined ? [] : [[name, picked] as const];
  });
  return Object.fromEntries(entries);
}
