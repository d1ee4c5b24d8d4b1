import { isProblem, Problem } from '@cups/problem';
import type { Cause, Documents } from '@cups/store';
import { ulid } from 'ulid';
import { leaveAfter, PLATFORM, stayAfter } from './domain/managers.ts';
import type { Leaving } from './domain/managers.ts';
import { appointed, placed, placeOf, signedIn, teamsLed, withoutStandIn, worksAt } from './domain/staff.ts';
import type { CentreRole, Deed, Office, Staff } from './domain/staff.ts';
import type { Persons } from './persons.ts';
import type { StoredOperator, StoredTeam } from './store.ts';

/** Where somebody is to work: at a centre, or for the platform or an agency. */
export type Post = { centre: string; roles: CentreRole[] } | ({ centre?: undefined } & Office);

/** Somebody to be invited. */
export interface Invited {
  idnp: string;
  givenName: string;
  familyName: string;
  language: string;
}

/** Who invites, in which request, and what becomes of a person whom the platform knows. */
export interface Invitation {
  deed: Deed;
  cause: Cause;
  join: (known: StoredOperator) => StoredOperator;
}

export interface StaffParts {
  operators: Documents<StoredOperator>;
  teams: Documents<StoredTeam>;
  persons: Persons;
  /** Whether somebody works at the centre now, so that it must have a manager. */
  isOpen: (centre: string) => boolean;
  /** Whether somebody can sign in here at all, and so be the one who leads a team. */
  mayLead: (staff: Staff) => boolean;
  now: () => Date;
}

export interface Written {
  operator: StoredOperator;
  /** As it was before; undefined for somebody who is new, and for a repeat. */
  before: StoredOperator | undefined;
  replayed: boolean;
}

/** The staff as the store has it: one document a person, and each change is one write. */
export class StaffBook {
  readonly persons: Persons;
  readonly #parts: StaffParts;

  constructor(parts: StaffParts) {
    this.#parts = parts;
    this.persons = parts.persons;
  }

  get(id: string): Promise<StoredOperator | undefined> {
    return this.#parts.operators.get(id, { scope: 'service' });
  }

  /** Who has this personal number, whatever has become of them. */
  byPerson(idnp: string): Promise<StoredOperator | undefined> {
    const { operators, persons } = this.#parts;
    return operators.findOne({ 'person.hash': { $in: persons.hashes(idnp) } }, { scope: 'service' });
  }

  /** Names for people of those that are known. */
  async named(ids: string[]): Promise<Map<string, string>> {
    const projection = { displayName: 1 as const };
    const found = await this.#parts.operators.find({ _id: { $in: ids } }, { scope: 'service', projection });
    return new Map(found.flatMap(({ _id, displayName }) => (displayName ? [[_id, displayName] as const] : [])));
  }

  /** Those at a centre, without stand-ins who do not work there any more. */
  async withStandIns<S extends StoredOperator>(found: S[], centre: string): Promise<S[]> {
    const named = found.flatMap((one) => placeOf(one, centre)?.absence?.standIn ?? []);
    if (named.length === 0) return found;
    const there = await this.#parts.operators.find({ _id: { $in: named } }, { scope: 'service' });
    const working = new Set(there.filter((one) => worksAt(one, centre)).map(({ _id }) => _id));
    return found.map((one) => withoutStandIn(one, centre, (id) => !working.has(id)));
  }

  /** A page by id of those that fit. */
  page(filter: object, paging: { pageSize: number; pageToken: string; fingerprintOf: unknown }) {
    return this.#parts.operators.list(
      Object.assign({ scope: 'platform' as const, filter, order: 'asc' as const }, paging),
    );
  }

  /**
   * They are in a session at a centre, or at none: who was invited is active from now on, and awaited there no longer.
   * @param check throws when they may not
   */
  async signedIn(
    id: string,
    centre: string | undefined,
    check: (staff: StoredOperator) => void,
  ): Promise<StoredOperator> {
    const { operators, now } = this.#parts;
    const time = now();
    const { document } = await operators.update(id, { scope: 'service', cause: {}, now: time }, (staff) => {
      check(staff);
      return { document: signedIn(staff, `operators/${id}`, time, centre), events: [] };
    });
    return document;
  }

  /**
   * Changes somebody. An open centre keeps a manager and the platform a supervisor, whoever else changes what at the same time.
   * @param decide pure; the same object when nothing changes
   * @throws Problem NOT_FOUND, LAST_MANAGER, LAST_SUPERVISOR, CONTENTION, what `decide` throws, and what the store throws
   */
  async change(id: string, cause: Cause, decide: (staff: StoredOperator) => StoredOperator): Promise<Written> {
    const { operators, now } = this.#parts;
    let before: StoredOperator | undefined;
    const options = { scope: 'platform' as const, cause, now: now() };
    const { document, outcome } = await operators.update(id, options, {
      read: (staff) => this.#leaveTeams(staff, decide(staff)),
      decide: (staff) => {
        before = staff;
        return { document: decide(staff), events: [] };
      },
    });
    if (outcome === 'applied' && before) await this.#comeBack(before, document);
    return { operator: document, before, replayed: outcome === 'replayed' };
  }

  /**
   * Somebody gets a post: who is unknown becomes one of the staff, who is known gets it beside what they have.
   * @param how.join what becomes of a person who is known; it throws when that may not be
   * @throws Problem what `join` and `change` throw
   */
  async invite(person: Invited, post: Post, { deed, cause, join }: Invitation): Promise<Written> {
    const { operators } = this.#parts;
    const { request } = cause;
    const made = request && (await operators.madeBy(request, { scope: 'platform' }));
    if (made) return { operator: made, before: undefined, replayed: true };
    const known = await this.byPerson(person.idnp);
    if (known) return this.change(known._id, cause, join);
    try {
      return await this.#add(person, post, { deed, cause });
    } catch (error) {
      // Somebody else invited the same person a moment ago.
      const quicker = isProblem(error) && error.reason === 'ALREADY_EXISTS' && (await this.byPerson(person.idnp));
      if (!quicker) throw error;
      return this.change(quicker._id, cause, join);
    }
  }

  async #add(person: Invited, post: Post, { deed, cause }: Omit<Invitation, 'join'>): Promise<Written> {
    const { operators, persons } = this.#parts;
    const _id = ulid(deed.time.getTime()).toLowerCase();
    const draft = { _id, person: await persons.seal(person.idnp, _id), ...posted(newcomer(person, deed), post, deed) };
    const how = { scope: 'platform' as const, cause, events: [], now: deed.time };
    const { document, replayed } = await operators.create(draft, how);
    return { operator: document, before: undefined, replayed };
  }

  /** Says of each team that would lose somebody who leads it that they leave. @throws Problem LAST_MANAGER, LAST_SUPERVISOR */
  async #leaveTeams(staff: StoredOperator, next: StoredOperator): Promise<void> {
    const { mayLead, isOpen, now } = this.#parts;
    if (!mayLead(staff)) return;
    const kept = new Set(teamsLed(next));
    const left = teamsLed(staff).filter((team) => !kept.has(team) && (team === PLATFORM || isOpen(team)));
    const said: string[] = [];
    try {
      for (const team of left) {
        await this.#inTeam(team, {
          read: () => this.#leadersOf(team),
          leaving: (leaving, ids) => leaveAfter(leaving, { operator: staff._id, time: now() }, { team, ids }),
        });
        said.push(team);
      }
    } catch (error) {
      for (const team of said) await this.#stay(team, staff._id);
      throw error;
    }
  }

  /** Who leads a team again counts there at once. */
  async #comeBack(before: Staff, after: StoredOperator): Promise<void> {
    const led = new Set(teamsLed(before));
    for (const team of teamsLed(after).filter((one) => !led.has(one))) await this.#stay(team, after._id);
  }

  #stay(team: string, id: string): Promise<void> {
    return this.#inTeam(team, {
      read: () => Promise.resolve([]),
      leaving: (leaving) => (leaving.some(({ operator }) => operator === id) ? stayAfter(leaving, id) : leaving),
    });
  }

  async #inTeam(
    name: string,
    work: { read: () => Promise<string[]>; leaving: (leaving: Leaving[], leaders: string[]) => Leaving[] },
  ): Promise<void> {
    const { teams, now } = this.#parts;
    const initial = { _id: name, leaving: [] };
    await teams.update(
      name,
      { scope: 'service', cause: {}, now: now(), initial },
      {
        read: work.read,
        decide: (team, leaders) => {
          const leaving = work.leaving(team.leaving, leaders);
          return { document: leaving === team.leaving ? team : { ...team, leaving }, events: [] };
        },
      },
    );
  }

  async #leadersOf(team: string): Promise<string[]> {
    const { operators, mayLead } = this.#parts;
    const there = team === PLATFORM ? { platformRoles: 'supervisor' } : { 'places.centre': team };
    const found = await operators.find(there, { scope: 'service' });
    return found.filter((one) => mayLead(one) && teamsLed(one).includes(team)).map(({ _id }) => _id);
  }
}

/** Somebody with one post more. @throws Problem ALREADY_EXISTS, ROLES_CONFLICT */
export function posted<S extends Staff>(staff: S, post: Post, deed: Deed): S {
  return post.centre === undefined ? appointed(staff, post, deed) : placed(staff, post.centre, post.roles, deed);
}

/** Somebody before their first post. */
export function newcomer({ givenName, familyName, language }: Invited, { by, time }: Deed): Staff {
  return {
    givenName,
    familyName,
    displayName: `${givenName} ${familyName}`,
    language,
    places: [],
    platformRoles: [],
    status: 'invited',
    invitedBy: invitedBy(by),
    inviteTime: time,
    history: [],
  };
}

/** Who invited somebody, as it is told: an operator; a tool is not. */
export const invitedBy = (by: string): string | undefined => (by.startsWith('operators/') ? by : undefined);

/** @throws Problem NOT_FOUND */
export function mustBeKnown<T>(found: T | undefined): T {
  if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'No such operator.' });
  return found;
}
