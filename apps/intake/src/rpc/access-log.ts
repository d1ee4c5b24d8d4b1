import type { AccessKind } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import { normalizePageSize } from '@cups/contracts/node';
import type { AccessLogEntry as AccessLogEntryOut } from '@cups/contracts/gen/cups/intake/v1/AccessLogEntry.ts';
import { fromProtoEnum, toTimestamp } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { centresOf, sessionOf } from '@cups/rpc';
import type { Scope } from '@cups/store';
import { notFound, invalidField } from '../domain/problems.ts';
import type { AccessLogEntry } from '../store/access-log.ts';
import { accessLogEntry, toAccessCause } from './access-recording.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

export function accessLogRpcs({
  applications,
  accessLog,
  now,
}: Pick<RpcDeps, 'applications' | 'accessLog' | 'now'>): Pick<
  IntakeRpcs,
  'RecordAccess' | 'RecordAgencyAccess' | 'ListAccessLogEntries'
> {
  /**
   * Returns the ID of an application in one of the caller's scopes.
   * @throws Problem NOT_FOUND
   */
  async function requireApplicationId(name: string, ...scopes: Scope[]): Promise<string> {
    const id = parseResourceName('applications', name);
    for (const scope of scopes) {
      if (await applications.get(id, { scope, projection: { _id: 1 } })) return id;
    }
    throw notFound();
  }

  return {
    async RecordAccess({ name, kind: kindValue, factsOnly }, context) {
      const kind = fromProtoEnum('ACCESS_KIND_', kindValue) as AccessKind | '';
      if (kind === '') throw invalidField(violation('/kind', 'REQUIRED'));
      const isOfFacts = factsOnly && kind === 'document';
      const centres = centresOf(context);
      // The service documents shows the collecting centre result documents only.
      const collecting = kind === 'document' ? [{ collectionCentre: centres }] : [];
      const id = await requireApplicationId(name, { centre: centres }, ...collecting);
      context.recordAccess(name);
      if (isOfFacts) await accessLog.writeHourly(id, accessLogEntry(context, 'document-facts', now()));
      else await accessLog.write([id], accessLogEntry(context, kind, now()));
      return {};
    },

    async RecordAgencyAccess({ name, factsOnly }, context) {
      const { operator, agency = '' } = sessionOf(context);
      const id = await requireApplicationId(name, { agency });
      context.recordAccess(name);
      const entry = { operator, centre: '', agency, time: now() };
      const cause = toAccessCause(context);
      if (factsOnly) await accessLog.writeHourly(id, { entry: { ...entry, kind: 'document-facts' }, cause });
      else await accessLog.write([id], { entry: { ...entry, kind: 'document' }, cause });
      return {};
    },

    async ListAccessLogEntries({ name, pageSize, pageToken }, context) {
      const id = await requireApplicationId(name, { centre: centresOf(context) });
      const page = await accessLog.list(id, { pageSize: normalizePageSize(pageSize), pageToken });
      return { entries: page.entries.map(toAccessLogEntry), nextPageToken: page.nextPageToken };
    },
  };
}

export function toAccessLogEntry({
  operator,
  centre,
  agency = '',
  kind,
  time,
  device = '',
  recordTime,
}: AccessLogEntry): AccessLogEntryOut {
  const times = { accessTime: toTimestamp(time), recordTime: toTimestamp(recordTime) };
  return { operator, centre, agency, kind: ACCESS_KIND_VALUES[kind], device, ...times };
}

/** Access to a list belongs to a centre, so no application lists it. */
const ACCESS_KIND_VALUES = {
  details: 'ACCESS_KIND_DETAILS',
  search: 'ACCESS_KIND_SEARCH',
  submission: 'ACCESS_KIND_SUBMISSION',
  history: 'ACCESS_KIND_HISTORY',
  person: 'ACCESS_KIND_PERSON',
  notices: 'ACCESS_KIND_NOTICES',
  slip: 'ACCESS_KIND_SLIP',
  document: 'ACCESS_KIND_DOCUMENT',
  'document-facts': 'ACCESS_KIND_DOCUMENT_FACTS',
  collection: 'ACCESS_KIND_COLLECTION',
  copy: 'ACCESS_KIND_COPY',
  quarantine: 'ACCESS_KIND_QUARANTINE',
  'offline-copy': 'ACCESS_KIND_OFFLINE_COPY',
  offline: 'ACCESS_KIND_OFFLINE',
  list: 'ACCESS_KIND_UNSPECIFIED',
} as const;
