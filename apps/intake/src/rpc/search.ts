import { checkIdnp, normalizeTrackingNumber } from '@cups/application';
import { enumWord, toTimestamp } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import { centreOf, centresOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { toRow } from '../convert/application.ts';
import { toContent } from '../convert/content.ts';
import { wrongField } from '../domain/refusals.ts';
import { LEAST_SYMBOLS, partsOf, phoneDigits } from '../domain/numbers.ts';
import { lastOf, openFor, search, searchByName, searchByPart, searchByPhone } from '../store/rows.ts';
import type { StoredRow } from '../store/rows.ts';
import { codeOf, lookOf } from './looking.ts';
import { viewerOf } from './own.ts';
import type { IntakeRpcs, Parts } from './parts.ts';

/** The calls by which a desk finds applications and people: by a number, by a name, by who stands in front of it. */
export function searchRpcs(
  parts: Pick<Parts, 'applications' | 'looks' | 'hashes' | 'persons' | 'now'>,
): Pick<IntakeRpcs, 'SearchApplications' | 'LookUpPerson'> {
  const { applications, looks, persons, now } = parts;

  /** Each that is found is a look at it; that nothing was found is one at the centre. */
  async function record(rows: readonly { _id: string }[], kind: 'search' | 'person', context: Context): Promise<void> {
    for (const { _id } of rows) context.look(`applications/${_id}`);
    const of = rows.length > 0 ? rows.map(({ _id }) => _id) : [codeOf(centreOf(context))];
    await looks.write(of, lookOf(context, kind, now()));
  }

  return {
    async SearchApplications(request, context) {
      const asked = searchedFor(request);
      const { rows, more, kind } = await found(parts, asked, centresOf(context));
      await record(rows, 'search', context);
      const viewer = viewerOf(context, persons, now());
      return {
        applications: rows.map((row) => toRow(row, viewer)),
        kind: enumWord('SEARCH_KIND_', kind),
        more,
        people: kind === 'name' ? rows.map(toFoundPerson) : [],
      };
    },

    async LookUpPerson({ idnp }, context) {
      if (!checkIdnp(idnp)) throw wrongIdnp('/idnp');
      const centres = centresOf(context);
      const [rows, last] = await Promise.all([
        openFor(applications, centres, idnp),
        lastOf(applications, centres, idnp),
      ]);
      await record(last ? [...rows, last] : rows, 'person', context);
      const viewer = viewerOf(context, persons, now());
      const { applicant = null, contact = null } = last ? toContent(last.content) : {};
      return {
        applications: rows.map((row) => toRow(row, viewer)),
        person: applicant,
        contact,
        personTime: toTimestamp(last?.updateTime),
      };
    },
  };
}

/** Digits of an IDNP that tell people of one name apart, and do not say who they are. */
const END_DIGITS = 4;

const toFoundPerson = ({ _id, content }: StoredRow) => ({
  application: `applications/${_id}`,
  birthYear: content?.applicant?.birthDate?.slice(0, 4) ?? '',
  idnpEnd: content?.applicant?.idnp?.slice(-END_DIGITS) ?? '',
});

/** What was typed, and what it is taken for. A number that cannot be ours finds nothing. */
type Asked =
  | { kind: 'tracking-number'; trackingNumber: string | undefined }
  | { kind: 'idnp'; idnp: string }
  | { kind: 'name' | 'telephone' | 'number-part'; text: string };

function searchedFor({ idnp, trackingNumber, query }: { idnp: string; trackingNumber: string; query: string }): Asked {
  const given = [idnp, trackingNumber, query].filter((text) => text !== '');
  if (given.length !== 1)
    throw wrongField(violation('', 'EXACTLY_ONE', { names: ['/query', '/trackingNumber', '/idnp'] }));
  if (query !== '') return takenFor(query);
  if (trackingNumber !== '')
    return { kind: 'tracking-number', trackingNumber: normalizeTrackingNumber(trackingNumber) };
  if (checkIdnp(idnp)) return { kind: 'idnp', idnp };
  throw wrongIdnp('/idnp');
}

/**
 * What the text of the one box is: an IDNP has 13 digits, a tracking number a check symbol, a telephone 8 to 15 digits, a part of
 * a number four symbols and a digit among them, and a name letters.
 */
function takenFor(query: string): Asked {
  const digits = query.replaceAll(/[\s-]/g, '');
  if (/^[0-9]{13}$/.test(digits)) {
    if (checkIdnp(digits)) return { kind: 'idnp', idnp: digits };
    // A telephone that is rung from abroad may have as many.
    if (!digits.startsWith('00')) throw wrongIdnp('/query');
  }
  const trackingNumber = normalizeTrackingNumber(query);
  if (trackingNumber !== undefined) return { kind: 'tracking-number', trackingNumber };
  if (phoneDigits(query)) return { kind: 'telephone', text: query };
  if (/[0-9]/.test(query) && partsOf(query).length > 0) return { kind: 'number-part', text: query };
  if (/\p{L}{3}/u.test(query) && !/[0-9]/.test(query)) return { kind: 'name', text: query };
  throw wrongField(violation('/query', 'SEARCH_TEXT', { letters: 3, symbols: LEAST_SYMBOLS }));
}

function wrongIdnp(field: string): Problem {
  return new Problem({
    reason: 'IDNP_INVALID',
    message: 'Not a valid IDNP.',
    violations: [violation(field, 'IDNP')],
  });
}

async function found(
  { applications, hashes }: Pick<Parts, 'applications' | 'hashes'>,
  asked: Asked,
  centres: readonly string[],
): Promise<{ rows: StoredRow[]; more: boolean; kind: Asked['kind'] }> {
  const { kind } = asked;
  switch (kind) {
    case 'name': {
      const byName = await searchByName(applications, centres, asked.text, hashes);
      // A part of a number may be letters alone.
      const byPart = byName.rows.length === 0 && (await searchByPart(applications, centres, asked.text, hashes));
      return byPart && byPart.rows.length > 0 ? { ...byPart, kind: 'number-part' } : { ...byName, kind };
    }
    case 'telephone':
      return { ...(await searchByPhone(applications, centres, asked.text, hashes)), kind };
    case 'number-part':
      return { ...(await searchByPart(applications, centres, asked.text, hashes)), kind };
    case 'idnp':
      return { rows: await search(applications, centres, { idnp: asked.idnp }), more: false, kind };
    case 'tracking-number': {
      const { trackingNumber } = asked;
      return { rows: trackingNumber ? await search(applications, centres, { trackingNumber }) : [], more: false, kind };
    }
  }
}
