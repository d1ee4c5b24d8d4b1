import { LRUCache } from 'lru-cache';
import { toCivilDate } from '@cups/application';
import { Problem } from '@cups/problem';
import type { ProblemInit } from '@cups/problem';
import { resourceName } from '@cups/contracts';
import { fromProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { Backend } from '@cups/backend';
import type { Client, Context } from '@cups/rpc';
import type { PublicServiceVersion__Output as VersionIn } from '@cups/contracts/gen/cups/catalog/v1/PublicServiceVersion.ts';
import type { Centre__Output as CentreIn } from '@cups/contracts/gen/cups/identity/v1/Centre.ts';
import type { LocalizedText__Output as LocalizedText } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { Config } from './config.ts';
import { fromDocument } from './convert/document.ts';
import { fromMandateFacts } from './convert/mandate.ts';
import { fromVersion } from './convert/service-version.ts';
import type { DocumentReference, ServiceVersion } from './domain/application.ts';
import type { KnownMandate } from './domain/mandates.ts';
import type { GrantFacts } from './domain/quarantine.ts';
import type { CollectionCentre } from './domain/commands/results.ts';

/**
 * Clients of catalog and identity, which intake calls only to open or renew a draft, to choose a collection centre, when
 * content names a new mandate, for the holder of a mandate's code, or when a desk hands in sealed acts; and of documents,
 * which it calls only when evidence names a new document.
 */

export interface VersionInForce {
  /** Returns the copy that a draft stores, with the cost options offered in the centre's country. */
  createCopy(centre: Pick<Centre, 'country'>): ServiceVersion;
  /** publicServices/{code}. */
  publicService: string;
  /** agencies/{code} of the agency that decides. */
  agency: string;
  /** Kinds of centre that may file it; empty if desks cannot file it. */
  centreKinds: string[];
  /** Set while the public service is paused at all centres. */
  paused?: { since: string; reason: LocalizedText };
}

export interface Centre {
  displayName: string;
  kind: string;
  status: string;
  /** ISO 3166-1 alpha-2, or '' if unknown. */
  country: string;
  agencies: string[];
  /** Maximum number of open applications; 0 means unlimited. */
  limit: number;
}

/** Intake must detect a paused centre or a changed service within 2 s, including the call itself. */
const CACHE_TTL_MS = 1_500;
const MAX_CACHED_RESPONSES = 5_000;
const MANDATES_PAGE_SIZE = 200;
/** Mandates of one call of identity. */
const MAX_NAMES = 50;

/** A contact of a desk, as its offline grant names it. */
export type PastContact = Pick<GrantFacts, 'operator' | 'device' | 'anchorTime'>;

export interface FilingRequest {
  /** publicServices/{code} */
  publicService: string;
  /** centres/{code} */
  centre: string;
  now: Date;
}

export interface FilingTarget {
  /** The version in force today, by the date in Chisinau. */
  version: VersionInForce;
  centre: Centre;
}

export interface ServiceClients {
  /**
   * Returns the version and the centre if this centre may file it now. Before it throws, it checks the newest files
   * that any replica of the upstream services has.
   * @throws Problem NOT_FOUND, CENTRE_NOT_OPEN, CENTRE_PAUSED, CENTRE_CLOSED, SERVICE_NOT_FILEABLE, SERVICE_PAUSED;
   * STALE_REPLICA if no replica with the newest files responds
   */
  resolveFiling(request: FilingRequest, context: Context): Promise<FilingTarget>;
  /**
   * Returns a centre that may hand over the results of others: an active one, or one in training.
   * @throws Problem NOT_FOUND, CENTRE_NOT_OPEN, CENTRE_PAUSED, CENTRE_CLOSED, UPSTREAM_UNAVAILABLE
   */
  resolveCollectionCentre(name: string, context: Context): Promise<CollectionCentre>;
  /**
   * Returns the evidence documents of an application of the caller's centre, oldest first.
   * @throws Problem UPSTREAM_UNAVAILABLE
   */
  listDocuments(applicationId: string, context: Context): Promise<DocumentReference[]>;
  /**
   * Returns the documents of an application of any centre. For a supervisor.
   * @throws Problem UPSTREAM_UNAVAILABLE
   */
  exportDocuments(applicationId: string, context: Context): Promise<DocumentReference[]>;
  /**
   * Returns mandates that the caller's centre holds, without unknown ones.
   * @param names mandates/{id}, at most 50
   * @throws Problem UPSTREAM_UNAVAILABLE
   */
  batchGetMandates(names: string[], context: Context): Promise<KnownMandate[]>;
  /**
   * Returns the mandates/{id} of a mandate's own code.
   * @throws Problem NOT_FOUND, UPSTREAM_UNAVAILABLE
   */
  resolveMandateCode(code: string, context: Context): Promise<string>;
  /**
   * Returns for each contact whether the key share of that time has ended, in the same order.
   * @param contacts at most 50
   * @throws Problem UPSTREAM_UNAVAILABLE
   */
  checkContacts(contacts: readonly PastContact[], context: Context): Promise<boolean[]>;
  /**
   * Returns the mandates/{id} of a person at any centre that are not erased, for themselves or as the representative.
   * @throws Problem IDNP_INVALID, STORE_UNAVAILABLE, UPSTREAM_UNAVAILABLE
   */
  listPersonMandates(idnp: string, context: Context): Promise<string[]>;
  /**
   * Erases the people of mandates, or only finds those whose people are not erased.
   * @returns those whose people were not erased before
   * @throws Problem UPSTREAM_UNAVAILABLE
   */
  eraseMandates(names: readonly string[], options: { validateOnly: boolean }, context: Context): Promise<string[]>;
  /**
   * Returns whether a court, a complaint or an audit holds an application.
   * @throws Problem UPSTREAM_UNAVAILABLE
   */
  isHeld(applicationId: string): Promise<boolean>;
}

/** Builds the clients. They connect on the first call. */
export function openClients(backend: Backend<Config>): ServiceClients {
  const { catalogAddress, identityAddress, documentsAddress } = backend.config;
  const catalog = backend.connect<CatalogServiceDefinition>('cups.catalog.v1.CatalogService', {
    service: 'catalog',
    address: catalogAddress,
  });
  const identity = backend.connect<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
    service: 'identity',
    address: identityAddress,
  });
  const documents = backend.connect<DocumentsServiceDefinition>('cups.documents.v1.DocumentsService', {
    service: 'documents',
    address: documentsAddress,
  });
  const cached = createCache();

  async function fetchVersionInForce({ publicService, now }: FilingRequest, context: Context, newest = false) {
    const atDate = toCivilDate(now);
    const { version, paused } = await catalog.getPublicServiceVersion(
      { name: publicService, version: '', atDate, newest },
      context,
    );
    if (!version) throw new Problem({ reason: 'NOT_FOUND', message: 'Public service not found.' });
    const centreKinds = version.centreKinds.map((kind) => fromProtoEnum('CENTRE_KIND_', kind));
    const result: VersionInForce = {
      createCopy: createVersionCopier(version),
      publicService,
      agency: version.provider,
      centreKinds,
    };
    if (paused?.reason) result.paused = { since: paused.since, reason: paused.reason };
    return result;
  }

  async function fetchCentre(
    { centre: name }: Pick<FilingRequest, 'centre'>,
    context: Context,
    newest = false,
  ): Promise<Centre> {
    const { centre } = await identity.getCentre({ name, newest }, context);
    if (!centre) throw new Problem({ reason: 'NOT_FOUND', message: 'Centre not found.' });
    return toCentre(centre);
  }

  return {
    async resolveFiling(request, context) {
      const [version, centre] = await Promise.all([
        cached(`${request.publicService}@${toCivilDate(request.now)}`, () => fetchVersionInForce(request, context)),
        cached(request.centre, () => fetchCentre(request, context)),
      ]);
      if (!findFilingProblem({ version, centre }, context)) return { version, centre };
      const [newVersion, newCentre] = await Promise.all([
        fetchVersionInForce(request, context, true),
        fetchCentre(request, context, true),
      ]);
      const newest = { version: newVersion, centre: newCentre };
      const refusal = findFilingProblem(newest, context);
      if (refusal) throw refusal;
      return newest;
    },
    async resolveCollectionCentre(name, context) {
      const centre = await fetchCentre({ centre: name }, context, true);
      const refusal = findCentreProblem(centre);
      if (refusal) throw refusal;
      return { name, displayName: centre.displayName, isTraining: isInTraining(centre) };
    },
    ...createReferenceClients({ identity, documents, now: backend.now }),
  };
}

/** Clients for what a draft names: documents and mandates. */
function createReferenceClients(upstream: {
  identity: Client<IdentityServiceDefinition>;
  documents: Client<DocumentsServiceDefinition>;
  now: () => Date;
}): Omit<ServiceClients, 'resolveFiling' | 'resolveCollectionCentre'> {
  const { identity, documents, now } = upstream;
  return {
    async listDocuments(applicationId, context) {
      const application = resourceName('applications', applicationId);
      const { documents: listed } = await documents.listDocuments({ application }, context);
      return listed.filter(({ purpose }) => purpose === 'PURPOSE_EVIDENCE').map(fromDocument);
    },
    async exportDocuments(applicationId, context) {
      const application = resourceName('applications', applicationId);
      const { documents: listed } = await documents.exportDocuments({ application }, context);
      return listed.filter(({ purpose }) => purpose === 'PURPOSE_EVIDENCE').map(fromDocument);
    },
    async batchGetMandates(names, context) {
      const { mandates } = await identity.batchGetMandates({ names, centre: context.session?.centre ?? '' }, context);
      return mandates.map((facts) => fromMandateFacts(facts, now()));
    },
    async resolveMandateCode(code, context) {
      return (await identity.resolveMandateCode({ code }, context)).mandate;
    },
    async checkContacts(contacts, context) {
      const named = contacts.map(({ operator, device, anchorTime }) => ({
        operator,
        device,
        anchorTime: toTimestamp(anchorTime),
      }));
      return (await identity.checkContacts({ contacts: named }, context)).ended;
    },
    ...createErasureClients(identity),
    async isHeld(applicationId) {
      const { hold } = await documents.getHold({ application: resourceName('applications', applicationId) });
      return Boolean(hold);
    },
  };
}

function createErasureClients(
  identity: Client<IdentityServiceDefinition>,
): Pick<ServiceClients, 'listPersonMandates' | 'eraseMandates'> {
  return {
    async listPersonMandates(idnp, context) {
      const names: string[] = [];
      for (let pageToken = '', more = true; more; more = pageToken !== '') {
        const page = await identity.listPersonMandates({ idnp, pageSize: MANDATES_PAGE_SIZE, pageToken }, context);
        names.push(...page.names);
        pageToken = page.nextPageToken;
      }
      return names;
    },
    async eraseMandates(names, { validateOnly }, context) {
      const erased: string[] = [];
      for (let at = 0; at < names.length; at += MAX_NAMES) {
        const request = { names: names.slice(at, at + MAX_NAMES), validateOnly };
        erased.push(...(await identity.eraseMandates(request, context)).names);
      }
      return erased;
    },
  };
}

const toCentre = (centre: CentreIn): Centre => ({
  displayName: centre.displayName,
  kind: fromProtoEnum('CENTRE_KIND_', centre.kind),
  status: fromProtoEnum('CENTRE_STATUS_', centre.status),
  country: centre.country,
  agencies: centre.agencies,
  limit: centre.openApplicationLimit,
});

function createVersionCopier(version: VersionIn): VersionInForce['createCopy'] {
  const copies = new Map<string, ServiceVersion>();
  return ({ country }) => {
    const existing = copies.get(country);
    if (existing) return existing;
    const offered = version.costOptions.filter(
      ({ countries }) => countries.length === 0 || countries.includes(country),
    );
    const copy = fromVersion(Object.assign({}, version, { costOptions: offered }));
    copies.set(country, copy);
    return copy;
  };
}

type ProblemText = Pick<ProblemInit, 'reason' | 'message'>;
const CENTRE_PAUSED: ProblemText = {
  reason: 'CENTRE_PAUSED',
  message: 'The centre is paused and does not accept new applications.',
};
const PROBLEM_BY_CENTRE_STATUS: Partial<Record<string, ProblemText>> = {
  planned: { reason: 'CENTRE_NOT_OPEN', message: 'The centre is not open yet.' },
  paused: CENTRE_PAUSED,
  closed: { reason: 'CENTRE_CLOSED', message: 'The centre is permanently closed.' },
};

/** Returns whether new applications of the centre are for training. */
export const isInTraining = ({ status }: Centre): boolean => status === 'training';

/** Returns why the centre does not work, or undefined if it does. */
function findCentreProblem(centre: Centre): Problem | undefined {
  const { status } = centre;
  if (status === 'active' || isInTraining(centre)) return undefined;
  // An unknown status, added by a later release, counts as paused.
  const { reason, message } = PROBLEM_BY_CENTRE_STATUS[status] ?? CENTRE_PAUSED;
  return new Problem({ reason, message, metadata: { status } });
}

/** Returns why the centre may not file it, or undefined if it may. */
function findFilingProblem({ version, centre }: FilingTarget, { session }: Context): Problem | undefined {
  const centreProblem = findCentreProblem(centre);
  if (centreProblem) return centreProblem;
  if (!version.centreKinds.includes(centre.kind) || !centre.agencies.includes(version.agency)) {
    return new Problem({
      reason: 'SERVICE_NOT_FILEABLE',
      message: 'The centre does not accept applications for this public service.',
      metadata: { publicService: version.publicService },
    });
  }
  if (!version.paused) return undefined;
  const { since, reason } = version.paused;
  const language = session?.language;
  const message = language === 'ru' || language === 'en' ? reason[language] : reason.ro;
  return new Problem({
    reason: 'SERVICE_PAUSED',
    message,
    metadata: { publicService: version.publicService, since },
  });
}

/** Caches responses for 1.5 s. Concurrent lookups of one key share a call; failures are not cached. */
function createCache() {
  const responses = new LRUCache<string, Promise<unknown>>({ max: MAX_CACHED_RESPONSES, ttl: CACHE_TTL_MS });
  return function getOrLoad<T>(key: string, load: () => Promise<T>): Promise<T> {
    const existing = responses.get(key);
    if (existing) return existing as Promise<T>;
    const response = load();
    responses.set(key, response);
    response.catch(() => {
      if (responses.peek(key) === response) responses.delete(key);
    });
    return response;
  };
}
