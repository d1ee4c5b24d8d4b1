import type { FormValues } from './model/form-values.ts';
import type { VisitPatch } from './visit-patch.ts';
import type { Visit } from './visit-store.ts';

/**
 * Where the applicant of each draft was typed. Windows share a visit, so that a clerk who types the next person into
 * one window would replace the person whom the other one shows.
 */

/**
 * `here` in this window; `elsewhere` in another window or an earlier page; `replaced` in another window, after this one
 * showed another person.
 */
export type PersonOrigin = 'here' | 'elsewhere' | 'replaced';

const IDENTITY_POINTERS = ['idnp', 'familyName', 'givenName', 'foreignDocument/number'].map(
  (name) => `/applicant/${name}`,
);

/** `form-values.ts` would bring the validator into the first screen. */
const isFilled = (values: FormValues, pointer: string): boolean => Boolean(values[pointer]) && values[pointer] !== true;

/** Whether something of the applicant's identity is typed. */
export function isPersonTyped(typed: FormValues): boolean {
  return IDENTITY_POINTERS.some((at) => isFilled(typed, at));
}

/** Whether the applicant has a number and a name. */
export function isIdentified(typed: FormValues): boolean {
  const has = (name: string) => isFilled(typed, `/applicant/${name}`);
  return (has('idnp') || has('foreignDocument/number')) && has('familyName');
}

/** Storage of one window, which survives a reload and a locked screen. It holds IDs of drafts only. */
export type WindowStorage = Pick<Storage, 'getItem' | 'setItem'>;
const STORAGE_KEY = 'cups-typed-here';
const MAX_STORED = 50;

export function trackPersons(storage: WindowStorage | undefined) {
  const own = new Set(JSON.parse(storage?.getItem(STORAGE_KEY) ?? '[]') as string[]);
  const replaced = new Set<string>();
  const store = () => storage?.setItem(STORAGE_KEY, JSON.stringify([...own].slice(-MAX_STORED)));
  const take = (draft: string) => {
    replaced.delete(draft);
    if (own.has(draft)) return;
    own.add(draft);
    store();
  };
  return {
    take,
    originOf: (draft: string): PersonOrigin =>
      replaced.has(draft) ? 'replaced' : own.has(draft) ? 'here' : 'elsewhere',
    changedHere: (patch: VisitPatch) => changedIdentities(patch).forEach(take),
    changedElsewhere(patch: VisitPatch, before: Visit | undefined): void {
      for (const draft of changedIdentities(patch)) {
        const shown = before?.drafts.find(({ id }) => id === draft);
        if (own.delete(draft) && shown && isIdentified(shown.typed)) replaced.add(draft);
      }
      store();
    },
  };
}

/** Returns the drafts whose applicant changed. */
function changedIdentities({ visit }: VisitPatch): string[] {
  const isChanged = (typed: object) => IDENTITY_POINTERS.some((at) => at in typed);
  return (visit?.drafts ?? []).filter(({ typed }) => isChanged(typed)).map(({ id }) => id);
}
