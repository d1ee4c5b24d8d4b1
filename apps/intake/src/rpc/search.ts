import { isValidIdnp, normalizeTrackingNumber } from '@cups/application';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { centreOf, centresOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { toRow } from '../convert/application.ts';
import { toContent } from '../convert/content.ts';
import { invalidField, invalidIdnp } from '../domain/problems.ts';
import { MIN_NUMBER_PART_LENGTH, splitNumberParts, normalizePhone } from '../domain/search-numbers.ts';
import { findNumber, searchByName, searchByPart, searchByPhone } from '../store/application-rows.ts';
import type { StoredRow } from '../store/application-rows.ts';
import { findForPerson, findLastForPerson, findOpenForPerson } from '../store/person-search.ts';
import { centreCodeOf, accessLogEntry } from './access-recording.ts';
import { toViewer } from './caller.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** RPC handlers that find applications and people by number, name or IDNP. */
export function searchRpcs(
  deps: Pick<RpcDeps, 'applications' | 'accessLog' | 'hashes' | 'isBackfilled' | 'persons' | 'workingTimes' | 'now'>,
): Pick<IntakeRpcs, 'SearchApplications' | 'LookUpPerson'> {
  const { accessLog, now } = deps;

  /** Records one access per result; without results, one for the centre. */
  async function recordAccess(
    rows: readonly { _id: string }[],
    kind: 'search' | 'person',
    context: Context,
  ): Promise<void> {
    for (const { _id } of rows) context.recordAccess(`applications/${_id}`);
    const subjects = rows.length > 0 ? rows.map(({ _id }) => _id) : [centreCodeOf(centreOf(context))];
    await accessLog.write(subjects, accessLogEntry(context, kind, now()));
  }

  return {
    async SearchApplications(request, context) {
      const query = parseSearchRequest(request);
      const { rows, more, kind } = await runSearch(deps, query, centresOf(context));
      await recordAccess(rows, 'search', context);
      const viewer = toViewer(context, deps, now());
      return {
        applications: rows.map((row) => toRow(row, viewer)),
        kind: toProtoEnum('SEARCH_KIND_', kind),
        more,
        people: kind === 'name' ? rows.map(toFoundPerson) : [],
      };
    },

    async LookUpPerson({ idnp }, context) {
      if (!isValidIdnp(idnp)) throw invalidIdnp('/idnp');
      const centres = centresOf(context);
      const [rows, last] = await Promise.all([
        findOpenForPerson(deps, centres, idnp),
        findLastForPerson(deps, centres, idnp),
      ]);
      await recordAccess(last ? [...rows, last] : rows, 'person', context);
      const viewer = toViewer(context, deps, now());
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

/** Last digits of an IDNP, enough to tell namesakes apart without identifying them. */
const IDNP_LAST_DIGITS = 4;

const toFoundPerson = ({ _id, content }: StoredRow) => ({
  application: `applications/${_id}`,
  birthYear: content?.applicant?.birthDate?.slice(0, 4) ?? '',
  idnpLastDigits: content?.applicant?.idnp?.slice(-IDNP_LAST_DIGITS) ?? '',
});

/** The classified query. `trackingNumber` is undefined if the number is invalid, and then finds nothing. */
type SearchQuery =
  | { kind: 'tracking-number'; trackingNumber: string | undefined }
  | { kind: 'idnp'; idnp: string }
  | { kind: 'name' | 'telephone' | 'number-part'; text: string };

function parseSearchRequest({
  idnp,
  trackingNumber,
  query,
}: {
  idnp: string;
  trackingNumber: string;
  query: string;
}): SearchQuery {
  const criteria = [idnp, trackingNumber, query].filter((text) => text !== '');
  if (criteria.length !== 1)
    throw invalidField(violation('', 'EXACTLY_ONE', { names: ['/query', '/trackingNumber', '/idnp'] }));
  if (query !== '') return classifyQuery(query);
  if (trackingNumber !== '')
    return { kind: 'tracking-number', trackingNumber: normalizeTrackingNumber(trackingNumber) };
  if (isValidIdnp(idnp)) return { kind: 'idnp', idnp };
  throw invalidIdnp('/idnp');
}

/**
 * Classifies the text of the search box. An IDNP has 13 digits, a tracking number a check symbol, a phone number 8
 * to 15 digits. A part of a tracking number has four symbols with a digit among them, and a name only letters.
 */
function classifyQuery(query: string): SearchQuery {
  const digits = query.replaceAll(/[\s-]/g, '');
  if (/^[0-9]{13}$/.test(digits)) {
    if (isValidIdnp(digits)) return { kind: 'idnp', idnp: digits };
    // An international phone number may have 13 digits too.
    if (!digits.startsWith('00')) throw invalidIdnp('/query');
  }
  const trackingNumber = normalizeTrackingNumber(query);
  if (trackingNumber !== undefined) return { kind: 'tracking-number', trackingNumber };
  if (normalizePhone(query)) return { kind: 'telephone', text: query };
  if (/[0-9]/.test(query) && splitNumberParts(query).length > 0) return { kind: 'number-part', text: query };
  if (/\p{L}{3}/u.test(query) && !/[0-9]/.test(query)) return { kind: 'name', text: query };
  throw invalidField(violation('/query', 'SEARCH_TEXT', { letters: 3, symbols: MIN_NUMBER_PART_LENGTH }));
}

async function runSearch(
  deps: Pick<RpcDeps, 'applications' | 'hashes' | 'isBackfilled'>,
  query: SearchQuery,
  centres: readonly string[],
): Promise<{ rows: StoredRow[]; more: boolean; kind: SearchQuery['kind'] }> {
  const { kind } = query;
  const { applications, hashes } = deps;
  switch (kind) {
    case 'name': {
      const byName = await searchByName(applications, centres, query.text, hashes);
      // A part of a tracking number may consist of letters alone.
      const byPart = byName.rows.length === 0 && (await searchByPart(applications, centres, query.text, hashes));
      return byPart && byPart.rows.length > 0 ? { ...byPart, kind: 'number-part' } : { ...byName, kind };
    }
    case 'telephone':
      return { ...(await searchByPhone(applications, centres, query.text, hashes)), kind };
    case 'number-part':
      return { ...(await searchByPart(applications, centres, query.text, hashes)), kind };
    case 'idnp':
      return { rows: await findForPerson(deps, centres, query.idnp), more: false, kind };
    case 'tracking-number': {
      const { trackingNumber } = query;
      return {
        rows: trackingNumber ? await findNumber(applications, centres, trackingNumber) : [],
        more: false,
        kind,
      };
    }
  }
}
