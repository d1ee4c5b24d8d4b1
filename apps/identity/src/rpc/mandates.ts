import { isValidIdnp, personKeyOf } from '@cups/application';
import { parseResourceName, resourceName } from '@cups/contracts';
import type { DeskTime } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { CreateMandateRequest__Output as CreateRequest } from '@cups/contracts/gen/cups/identity/v1/CreateMandateRequest.ts';
import type { ListMandatesRequest__Output as ListRequest } from '@cups/contracts/gen/cups/identity/v1/ListMandatesRequest.ts';
import { normalizePageSize } from '@cups/contracts/node';
import { fromProtoEnum, toTimestamp } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import { centreOf, centresOf, readOfflineAct, sessionOf } from '@cups/rpc';
import type { Context, Keys, PersonHasher, Rpcs } from '@cups/rpc';
import type { Cause } from '@cups/store';
import type { AccessLog } from '../access-log.ts';
import type { CentreLookup } from '../centre-lookup.ts';
import type { Centre } from '../domain/centres.ts';
import { confirmCode, issueCode, issueOwnCode, recordPrinted, revocationOf, revoke } from '../domain/mandate.ts';
import type { MandateStep } from '../domain/mandate.ts';
import { fromDeskTime, toFacts, toMandate, toMandateRow, toRevocation } from '../mandates/convert.ts';
import type { MandateErasure } from '../mandates/erasure.ts';
import type { CodeMailCounts } from '../mandates/mail-limits.ts';
import { openDetails } from '../mandates/details.ts';
import { toChange } from '../mandates/events.ts';
import { codeText, newCode, newOwnCode } from '../mandates/codes.ts';
import { grantMandate, toFingerprintContent } from '../mandates/grant.ts';
import type { GrantDeps } from '../mandates/grant.ts';
import { parseNewMandate, parsePart } from '../mandates/requests.ts';
import { hashCode, mandateNotFound } from '../mandates/store.ts';
import type { StoredMandate } from '../mandates/store.ts';
import { invalidArgument, toCause } from './actor.ts';

export interface MandateParts extends GrantDeps {
  centres: () => ReadonlyMap<string, Centre>;
  centreLookup: Pick<CentreLookup, 'findForSession'>;
  personHashes: PersonHasher;
  accessLog: AccessLog;
  /** Limits of emails with one-time codes. */
  codeMails: Pick<CodeMailCounts, 'take'>;
  mandateErasure: Pick<MandateErasure, 'eraseNamed'>;
  /** Verifies the grants of mandates that were granted without a line. */
  keys: Pick<Keys, 'verifyOfflineGrant'>;
  now: () => Date;
}

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;
type DeskRpcs = Pick<
  IdentityRpcs,
  | 'CreateMandate'
  | 'ReleaseMandate'
  | 'GetMandate'
  | 'ListMandates'
  | 'RevokeMandate'
  | 'SendMandateCode'
  | 'ConfirmMandateCode'
  | 'PrintMandate'
  | 'RecordMandatePrinted'
  | 'BatchGetMandates'
  | 'CountMandates'
>;

/** Per BatchGetMandates or EraseMandates call. */
const MAX_NAMES = 50;
const DAY_MS = 86_400_000;
const MAX_ENDING_DAYS = 365;
const MAX_COUNT = 1_000;

const idOf = (name: string): string => parseResourceName('mandates', name);
/** A centre holds the mandates of the centres that it inherited. */
export const scopeOf = (context: Context) => ({ centre: centresOf(context) });

/**
 * Returns the mandates that a desk's centre holds, or those of the centre that a supervisor names.
 * @throws Problem PERMISSION_DENIED
 */
function holderScopeOf(context: Context, centre: string) {
  const { centre: own, roles } = sessionOf(context);
  if (own) return scopeOf(context);
  if (!roles.includes('supervisor') || centre === '')
    throw new Problem({
      reason: 'PERMISSION_DENIED',
      message: 'Only a supervisor who names a centre needs no own one.',
    });
  return { centre };
}

/** RPCs of desks and of intake, which acts for them. Mandates of other centres are NOT_FOUND. */
export function mandateRpcs(parts: MandateParts): DeskRpcs {
  return { ...grantRpcs(parts), ...readRpcs(parts), ...changeRpcs(parts) };
}

function grantRpcs(parts: MandateParts): Pick<DeskRpcs, 'CreateMandate' | 'ReleaseMandate'> {
  const { persons, centreLookup, keys, now } = parts;
  const grant = async (
    request: CreateRequest,
    context: Context,
    { centre, deskTime, time }: { centre: string; deskTime: DeskTime | undefined; time: Date },
  ) => {
    const mandate = parseNewMandate(request, now());
    // Another replica signed the operator in, maybe at a centre whose file this one has not read yet.
    const found = await centreLookup.findForSession(parseResourceName('centres', centre));
    if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'Centre not found.' });
    const cause = toRequestCause(context, request.requestId, toFingerprintContent(mandate, persons));
    const grantContext = {
      centre,
      centreName: found.name,
      training: found.status === 'training',
      operator: sessionOf(context).operator,
      cause,
      deskTime,
      now: time,
    };
    const { document, replayed, code } = await grantMandate(mandate, grantContext, parts);
    context.recordAccess(resourceName('mandates', document._id));
    return { mandate: await view(document, parts, code), replayed };
  };
  return {
    async CreateMandate(request, context) {
      const time = now();
      const act = await readOfflineAct(context, keys, time);
      if (act && !centresOf(context).includes(act.centre))
        throw new Problem({ reason: 'CENTRE_MISMATCH', message: 'The mandate was recorded at another centre.' });
      return grant(request, context, { centre: centreOf(context), deskTime: act?.deskTime, time });
    },

    async ReleaseMandate({ mandate, centre, deskTime }, context) {
      if (!mandate) throw invalidArgument('The request has no mandate.', violation('/mandate', 'REQUIRED'));
      const isSupervisor = sessionOf(context).roles.includes('supervisor');
      if (!isSupervisor && !centresOf(context).includes(centre))
        throw new Problem({ reason: 'PERMISSION_DENIED', message: 'Only a supervisor releases for any centre.' });
      return grant(mandate, context, { centre, deskTime: fromDeskTime(deskTime), time: now() });
    },
  };
}

function readRpcs(
  parts: MandateParts,
): Pick<DeskRpcs, 'GetMandate' | 'ListMandates' | 'BatchGetMandates' | 'CountMandates'> {
  const { mandates, persons, personHashes, accessLog, now } = parts;
  return {
    async GetMandate({ name }, context) {
      const found = await mandates.get(idOf(name), { scope: scopeOf(context) });
      if (!found) throw mandateNotFound();
      await accessLog.write([name], 'read-details', context);
      return { mandate: await view(found, parts) };
    },

    async ListMandates(request, context) {
      const { pageToken, state, endingWithinDays, idnp } = request;
      const page = await mandates.list({
        scope: scopeOf(context),
        filter: listFilter(request, parts),
        order: 'desc',
        pageSize: normalizePageSize(request.pageSize),
        pageToken,
        tokenArguments: { state, endingWithinDays, person: idnp && persons.hash(idnp) },
      });
      const time = now();
      const rows = page.documents.map(async (found) => toMandateRow(found, await openDetails(persons, found), time));
      const names = page.documents.map(({ _id }) => resourceName('mandates', _id));
      // A page of the list is one read of each centre: a row for each mandate would hide the reads of details.
      if (idnp) await accessLog.write(names, 'read-search', context);
      else await accessLog.write(centresOf(context), 'read-list', context);
      return { mandates: await Promise.all(rows), nextPageToken: page.nextPageToken };
    },

    async CountMandates({ endingWithinDays }, context) {
      const filter = listFilter({ state: 'MANDATE_STATE_ACTIVE', endingWithinDays, idnp: '' }, parts);
      const [count = 0] = await mandates.countEach([filter], { scope: scopeOf(context), limit: MAX_COUNT });
      return { count };
    },

    async BatchGetMandates({ names, centre }, context) {
      const ids = parseNames(names);
      const scope = holderScopeOf(context, centre);
      const found = await mandates.find({ _id: { $in: ids } }, { scope, limit: MAX_NAMES });
      const byId = new Map(found.map((mandate) => [mandate._id, mandate]));
      const hash = (person: Parameters<typeof personKeyOf>[0]) => {
        const key = personKeyOf(person);
        return key === undefined ? undefined : personHashes.hash(key);
      };
      const facts = ids
        .flatMap((id) => byId.get(id) ?? [])
        .map(async (mandate) => {
          return toFacts(mandate, await openDetails(persons, mandate), { hash, now: now() });
        });
      return { mandates: await Promise.all(facts) };
    },
  };
}

function changeRpcs(
  parts: MandateParts,
): Pick<
  DeskRpcs,
  'RevokeMandate' | 'SendMandateCode' | 'ConfirmMandateCode' | 'PrintMandate' | 'RecordMandatePrinted'
> {
  const { mandates, persons, accessLog, now } = parts;
  const change = async (
    name: string,
    context: Context,
    decide: (mandate: StoredMandate, time: Date) => MandateStep<StoredMandate>,
    cause: Cause = { requestId: context.requestId, traceparent: context.traceparent },
  ) => {
    const time = now();
    const options = { scope: scopeOf(context), cause, now: time };
    const { document, outcome } = await mandates.update(idOf(name), options, (found) => toChange(decide(found, time)));
    context.recordAccess(name);
    return { document, replayed: outcome === 'replayed' };
  };
  return {
    async RevokeMandate({ name, requestId, scope }, context) {
      const part = parsePart(scope);
      const { operator } = sessionOf(context);
      const cause = toRequestCause(context, requestId, { name, part });
      const request = cause.request.id;
      const decide = (mandate: StoredMandate, time: Date) =>
        revoke(mandate, part, { actor: operator, request, now: time });
      const { document, replayed } = await change(name, context, decide, cause);
      return {
        mandate: await view(document, parts),
        revocation: toRevocation(revocationOf(document, request)),
        replayed,
      };
    },

    async SendMandateCode({ name }, context) {
      const code = newCode();
      const hash = persons.hash(codeText(idOf(name), code));
      const { operator } = sessionOf(context);
      const { document } = await change(name, context, (mandate, time) =>
        issueCode(mandate, { hash, operator, now: time }),
      );
      return { code, expireTime: toTimestamp(document.supportingCode?.expireTime) };
    },

    async ConfirmMandateCode({ name, code }, context) {
      const hashes = persons.hashes(codeText(idOf(name), code.trim()));
      const { operator } = sessionOf(context);
      const { document } = await change(name, context, (mandate, time) =>
        confirmCode(mandate, { hashes, operator, now: time }),
      );
      await accessLog.write([name], 'read-details', context);
      const isConfirmed = document.supportingCode?.confirmTime !== undefined;
      return { mandate: await view(document, parts), confirmed: isConfirmed };
    },

    async PrintMandate({ name }, context) {
      const [code, { operator }] = [newOwnCode(), sessionOf(context)];
      const { document } = await change(name, context, (mandate, time) =>
        issueOwnCode(mandate, { codeHash: hashCode(code), operator, now: time }),
      );
      await accessLog.write([name], 'read-details', context);
      return { mandate: await view(document, parts, code) };
    },

    async RecordMandatePrinted({ name }, context) {
      const { document } = await change(name, context, recordPrinted);
      await accessLog.write([name], 'read-details', context);
      return { mandate: await view(document, parts) };
    },
  };
}

const view = async (mandate: StoredMandate, { persons, now }: MandateParts, code?: string) =>
  toMandate(mandate, await openDetails(persons, mandate), now(), code);

/** Returns the query of a list. @throws Problem INVALID_ARGUMENT, IDNP_INVALID */
function listFilter(
  { state, endingWithinDays, idnp }: Pick<ListRequest, 'state' | 'endingWithinDays' | 'idnp'>,
  { persons, now }: MandateParts,
): object {
  if (endingWithinDays < 0 || endingWithinDays > MAX_ENDING_DAYS) {
    const rule = violation('/endingWithinDays', 'MAXIMUM', { max: MAX_ENDING_DAYS });
    throw invalidArgument('The number of days is outside the bounds.', rule);
  }
  if (idnp) assertIdnp(idnp);
  const time = now();
  const filter = stateFilter(fromProtoEnum('MANDATE_STATE_', state), time);
  if (idnp) filter['person.hash'] = { $in: persons.hashes(idnp) };
  if (endingWithinDays === 0) return filter;
  const end = new Date(time.getTime() + endingWithinDays * DAY_MS);
  return { ...filter, state: 'active', expireTime: { $gt: time, $lte: end } };
}

/** Returns the IDs. @throws Problem INVALID_ARGUMENT for more than 50 */
export function parseNames(names: readonly string[]): string[] {
  if (names.length > MAX_NAMES)
    throw invalidArgument('The request names too many mandates.', violation('/names', 'MAX_ITEMS', { max: MAX_NAMES }));
  return [...new Set(names.map((name, at) => parseResourceName('mandates', name, `/names/${at}`)))];
}

/** @throws Problem IDNP_INVALID */
export function assertIdnp(idnp: string): void {
  if (isValidIdnp(idnp)) return;
  throw new Problem({
    reason: 'IDNP_INVALID',
    message: 'The number of the person is invalid.',
    violations: [violation('/idnp', 'IDNP')],
  });
}

/** A timer may be late: an active mandate whose term has ended counts as expired. */
function stateFilter(state: '' | 'active' | 'revoked' | 'expired', time: Date): Record<string, unknown> {
  if (state === 'active') return { state, expireTime: { $gt: time } };
  if (state === 'expired') return { $or: [{ state }, { state: 'active', expireTime: { $lte: time } }] };
  return state === '' ? {} : { state };
}

/** Returns the cause of a write with a request ID. @throws Problem REQUEST_ID_INVALID */
function toRequestCause(
  context: Context,
  requestId: string,
  content: object,
): Cause & Required<Pick<Cause, 'request'>> {
  const cause = toCause(context, requestId, content);
  return { ...cause, request: cause.request! };
}
