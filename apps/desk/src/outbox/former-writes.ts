import type { Write } from './write.ts';

/** A browser may hold writes from a page of a release up to 0.2.0, under the names of that release. */

const FORMER_ACTIONS: readonly [RegExp, string][] = [
  [/^told$/, 'person-notifications'],
  [/^(notices\/[^/]+)\/told$/, '$1/person-notifications'],
  [/^desk-notes\/seen$/, 'desk-alerts/mark-seen'],
];
const FORMER_MEMBERS: Readonly<Record<string, string>> = {
  how: 'method',
  paperKind: 'idDocumentKind',
  paperNumber: 'idDocumentNumber',
};

/** Whether the members of a body were renamed. An edit's members are the applicant's data. */
const hasRenamedMembers = (kind: string): boolean => kind === 'hand-over' || kind.endsWith('person-notifications');

/** Returns a stored write under today's names. Its key stays, so that the platform recognises a repeat. */
export function withCurrentNames(write: Write): Write {
  const former = FORMER_ACTIONS.find(([action]) => action.test(write.kind));
  const kind = (former ? write.kind.replace(...former) : write.kind) as Write['kind'];
  if (!hasRenamedMembers(kind)) return { ...write, kind };
  const members = Object.entries(write.body).map(([name, value]) => [FORMER_MEMBERS[name] ?? name, value]);
  return { ...write, kind, body: Object.fromEntries(members) as Write['body'] };
}
