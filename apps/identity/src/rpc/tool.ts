import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { ImportedOperator__Output } from '@cups/contracts/gen/cups/identity/v1/ImportedOperator.ts';
import type { ImportOutcome } from '@cups/contracts/gen/cups/identity/v1/ImportOutcome.ts';
import { pageSizeOf } from '@cups/contracts/node';
import { isProblem, violation } from '@cups/problem';
import type { Context, Rpcs } from '@cups/rpc';
import { toAct, toMember } from '../convert.ts';
import { appointed, placeOf, rolesSet } from '../domain/staff.ts';
import type { Deed, Staff } from '../domain/staff.ts';
import { newcomer, posted } from '../staff.ts';
import type { Invitation, Invited, Post } from '../staff.ts';
import { centreIn, wrong } from './actor.ts';
import { assertSamePerson, invitedOf, joinedByAll, postOf } from './posts.ts';
import { OF_THE_PLATFORM } from './team-reads.ts';
import { seenFrom } from './team.ts';
import type { TeamParts } from './team.ts';

type All = Rpcs<IdentityServiceDefinition>;

const MOST_ROWS = 500;

/** The calls of the tool of the platform's operators: the first supervisor, and whole tables of staff. */
export function toolRpcs(
  parts: TeamParts,
): Pick<All, 'AppointSupervisor' | 'InspectStaff' | 'ImportOperators' | 'InspectPersonKeys'> {
  const { staff, resealing, now } = parts;
  return {
    InspectPersonKeys: async () => Object.assign({ kids: staff.persons.kids() }, await resealing.state()),

    async AppointSupervisor(request, context) {
      const person = invitedOf(Object.assign({ centre: '', agency: '', roles: [] }, request));
      const deed = toolDeed(request, now());
      const post: Post = { platformRoles: ['supervisor'] };
      const known = await staff.byPerson(person.idnp);
      if (known) assertSamePerson(person, known);
      const isOne = known?.platformRoles.includes('supervisor') === true;
      const { operator } = isOne
        ? { operator: known }
        : await staff.invite(person, post, invitation(person, post, { deed, context }));
      const resource = `operators/${operator._id}`;
      context.log.warn({ event: 'supervisor-appointed', operator: deed.by, resource, reason: deed.why });
      const member = await toMember(operator, { centre: undefined, persons: staff.persons, now: now(), wide: true });
      return { member, changed: !isOne };
    },

    async InspectStaff({ name, centre, by, pageSize, pageToken }, context) {
      const resource = name || centre || 'staff';
      context.log.info({ event: 'staff-looked-at', operator: toolDeed({ by, why: '' }, now()).by, resource });
      const shown = { persons: staff.persons, now: now(), wide: true };
      const code = centreIn(centre);
      if (name !== '') {
        const found = await seenFrom(staff, { name, centre: code });
        const places = [undefined, ...found.places.map((place) => place.centre)];
        const members = places.map((at) => toMember(found, Object.assign({ centre: at }, shown)));
        return { members: await Promise.all(members), actions: found.history.toReversed().map(toAct) };
      }
      const paging = { pageSize: pageSizeOf(pageSize), pageToken, fingerprintOf: { centre } };
      const page = await staff.page(code === undefined ? OF_THE_PLATFORM : { 'places.centre': code }, paging);
      const members = page.documents.map((one) => toMember(one, Object.assign({ centre: code }, shown)));
      return { members: await Promise.all(members), nextPageToken: page.nextPageToken };
    },

    async ImportOperators({ rows, by, dryRun, partial }, context) {
      if (rows.length > MOST_ROWS)
        throw wrong('Too many rows at once.', violation('/rows', 'MAX_ITEMS', { most: MOST_ROWS }));
      const deed = toolDeed({ by, why: 'import' }, now());
      const planned = await plan(parts, rows, deed);
      const outcomes = planned.map(({ outcome }) => outcome);
      const isWhole = outcomes.every(({ outcome }) => outcome !== 'refused');
      if (!isWhole && !partial) return { outcomes: outcomes.map(leftOut) };
      if (dryRun) return { outcomes };
      const done: ImportOutcome[] = [];
      for (const one of planned) done.push(await apply(parts, one, { deed, context }));
      const count = done.filter(({ outcome }) => outcome === 'invited' || outcome === 'changed').length;
      context.log.warn({ event: 'staff-imported', operator: deed.by, count });
      return { outcomes: done };
    },
  };
}

const invitation = (person: Invited, post: Post, { deed, context }: { deed: Deed; context: Context }): Invitation => ({
  deed,
  cause: causeIn(context),
  join: joinedByAll(person, post, deed),
});

/** A row, and what becomes of it. */
interface Planned {
  outcome: ImportOutcome;
  /** Absent where the row is refused or changes nothing. */
  what?: { person: Invited; post: Post };
}

/** What would become of each row after those before it; nothing is written. */
async function plan(parts: TeamParts, rows: ImportedOperator__Output[], deed: Deed): Promise<Planned[]> {
  const { staff } = parts;
  /** Everybody of whom a row speaks, as they would be. */
  const people = new Map<string, Staff & { _id?: string }>();
  const planned: Planned[] = [];
  for (const row of rows) {
    try {
      const [person, post] = [invitedOf(row), postOf(row, parts)];
      const hash = staff.persons.hash(person.idnp);
      const known = people.get(hash) ?? (await staff.byPerson(person.idnp));
      if (known) assertSamePerson(person, known);
      const next = withPost(known ?? newcomer(person, deed), post, deed);
      people.set(hash, next);
      const outcome = known === next ? 'unchanged' : known && holds(known, post) ? 'changed' : 'invited';
      const what = known === next ? {} : { what: { person, post } };
      planned.push(Object.assign({ outcome: outcomeOf(row, outcome, known?._id) }, what));
    } catch (error) {
      planned.push({ outcome: refusal(row, error) });
    }
  }
  return planned;
}

async function apply(
  { staff }: TeamParts,
  { outcome, what }: Planned,
  { deed, context }: { deed: Deed; context: Context },
): Promise<ImportOutcome> {
  if (!what) return outcome;
  const { person, post } = what;
  const cause = causeIn(context);
  try {
    const known = await staff.byPerson(person.idnp);
    const { operator } = known
      ? await staff.change(known._id, cause, (one) => withPost(one, post, deed))
      : await staff.invite(person, post, invitation(person, post, { deed, context }));
    return Object.assign({}, outcome, { name: `operators/${operator._id}` });
  } catch (error) {
    return refusal({ line: outcome.line ?? 0 }, error);
  }
}

/** Somebody with a post, or with further roles where they have it: a table takes nothing away. The same object when they have all. */
function withPost<S extends Staff>(staff: S, post: Post, deed: Deed): S {
  if (post.centre !== undefined) {
    const place = placeOf(staff, post.centre);
    if (!place) return posted(staff, post, deed);
    return rolesSet(staff, post.centre, [...new Set([...place.roles, ...post.roles])], deed);
  }
  const { platformRoles, agency = staff.agency } = post;
  const hasAll = agency === staff.agency && platformRoles.every((role) => staff.platformRoles.includes(role));
  return hasAll ? staff : appointed(staff, post, deed);
}

/** Whether they have what the post is about already, be it with other roles. */
function holds(staff: Staff, post: Post): boolean {
  if (post.centre !== undefined) return placeOf(staff, post.centre) !== undefined;
  return post.agency === undefined ? staff.platformRoles.length > 0 : staff.agency !== undefined;
}

const outcomeOf = ({ line }: { line: number }, outcome: string, id?: string): ImportOutcome => ({
  line,
  outcome,
  name: id === undefined ? '' : `operators/${id}`,
});

/** @throws what is no refusal of the row */
function refusal({ line }: { line: number }, error: unknown): ImportOutcome {
  if (!isProblem(error) || error.kind === 'UNAVAILABLE' || error.kind === 'DEADLINE') throw error;
  const field = error.violations[0]?.field.slice(1) ?? '';
  return { line, outcome: 'refused', reason: error.reason, field };
}

const leftOut = (one: ImportOutcome): ImportOutcome =>
  one.outcome === 'invited' || one.outcome === 'changed' ? Object.assign({}, one, { outcome: 'left-out' }) : one;

/** @throws Problem INVALID_ARGUMENT for nobody */
function toolDeed({ by, why }: { by: string; why: string }, time: Date): Deed {
  if (by.trim() === '' || by.length > 80) throw wrong('Say who does it.', violation('/by', 'REQUIRED'));
  return { by: `tool of ${by.trim()}`, time, why: why.trim().slice(0, 300) || undefined };
}

const causeIn = ({ requestId, traceparent }: Context) => ({ requestId, traceparent });
