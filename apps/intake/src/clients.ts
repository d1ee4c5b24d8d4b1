import { LRUCache } from 'lru-cache';
import { Problem } from '@cups/problem';
import type { ProblemInit } from '@cups/problem';
import { fromProtoEnum } from '@cups/contracts/proto';
import type { Backend } from '@cups/backend';
import type { Context } from '@cups/rpc';
import type { PublicServiceVersion__Output as VersionIn } from '@cups/contracts/gen/cups/catalog/v1/PublicServiceVersion.ts';
import type { Centre__Output as CentreIn } from '@cups/contracts/gen/cups/identity/v1/Centre.ts';
import type { LocalizedText__Output as LocalizedText } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { Config } from './config.ts';
import { fromVersion } from './convert/service-version.ts';
import type { ServiceVersion } from './domain/application.ts';
import { toCivilDate } from './domain/terms.ts';

/** What intake asks catalog and identity, only when a draft is opened or renewed. */

export interface VersionInForce {
  /** The copy that a draft keeps, with the cost options that are offered at a centre. */
  createCopy(centre: Pick<Centre, 'country'>): ServiceVersion;
  /** publicServices/{code}. */
  publicService: string;
  /** agencies/{code} that decides. */
  agency: string;
  /** Kinds of centre at which it may be filed; empty when it may not be filed at a desk. */
  centreKinds: string[];
  /** Set while the public service is paused at all desks. */
  paused?: { since: string; reason: LocalizedText };
}

export interface Centre {
  displayName: string;
  kind: string;
  status: string;
  /** ISO 3166-1 alpha-2, or '' where it is not known. */
  country: string;
  agencies: string[];
  /** Open applications at once; 0 means no limit. */
  limit: number;
}

/** A paused centre or a changed service is noticed within two seconds: a little is left for the call itself. */
const CACHE_TTL_MS = 1_500;
const MAX_CACHED_RESPONSES = 5_000;

/** What is to be filed where. */
export interface FilingRequest {
  /** publicServices/{code} */
  publicService: string;
  /** centres/{code} */
  centre: string;
  now: Date;
}

/** What a draft is made of that is opened or renewed. */
export interface FilingTarget {
  /** The version in force in Chisinau today. */
  version: VersionInForce;
  centre: Centre;
}

export interface ServiceClients {
  /**
   * What is to be filed, when it may be: a refusal is founded on the newest files that any replica of the neighbours is known to have.
   * @throws Problem NOT_FOUND, CENTRE_NOT_OPEN, CENTRE_PAUSED, CENTRE_CLOSED, SERVICE_NOT_FILEABLE or SERVICE_PAUSED; UNKNOWN_HERE
   *   while no replica with the newest files could be asked
   */
  resolveFiling(request: FilingRequest, context: Context): Promise<FilingTarget>;
}

/** Connects to catalog and identity at the first call. */
export function openClients(backend: Backend<Config>): ServiceClients {
  const { catalogAddress, identityAddress } = backend.config;
  const catalog = backend.connect<CatalogServiceDefinition>('cups.catalog.v1.CatalogService', {
    service: 'catalog',
    address: catalogAddress,
  });
  const identity = backend.connect<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
    service: 'identity',
    address: identityAddress,
  });
  const cached = createCache();

  async function fetchVersionInForce({ publicService, now }: FilingRequest, context: Context, newest = false) {
    const atDate = toCivilDate(now);
    const { version, paused } = await catalog.getPublicServiceVersion(
      { name: publicService, version: '', atDate, newest },
      context,
    );
    if (!version) throw new Problem({ reason: 'NOT_FOUND', message: 'No such public service.' });
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

  async function fetchCentre({ centre: name }: FilingRequest, context: Context, newest = false): Promise<Centre> {
    const { centre } = await identity.getCentre({ name, newest }, context);
    if (!centre) throw new Problem({ reason: 'NOT_FOUND', message: 'No such centre.' });
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

/** The copies of a version, one for each country that it is filed in. */
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
  message: 'The centre takes no new applications; open ones can be finished.',
};
/** Why a centre opens no applications, by its status. */
const PROBLEM_BY_CENTRE_STATUS: Partial<Record<string, ProblemText>> = {
  planned: { reason: 'CENTRE_NOT_OPEN', message: 'The centre has not opened yet.' },
  paused: CENTRE_PAUSED,
  closed: { reason: 'CENTRE_CLOSED', message: 'The centre is closed for good.' },
};

/** Whether what is opened there now is of a training. */
export const isInTraining = ({ status }: Centre): boolean => status === 'training';

/** Why it is not filed there; undefined where it may be. */
function findFilingProblem({ version, centre }: FilingTarget, { session }: Context): Problem | undefined {
  const { status } = centre;
  if (status !== 'active' && !isInTraining(centre)) {
    // A status that a later release knows opens nothing here.
    const { reason, message } = PROBLEM_BY_CENTRE_STATUS[status] ?? CENTRE_PAUSED;
    return new Problem({ reason, message, metadata: { status } });
  }
  if (!version.centreKinds.includes(centre.kind) || !centre.agencies.includes(version.agency)) {
    return new Problem({
      reason: 'SERVICE_NOT_FILEABLE',
      message: 'This public service can not be filed at this centre; the catalog says where.',
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

/** Answers kept for a moment; concurrent questions share one call, and a failure is not kept. */
function createCache() {
  const responses = new LRUCache<string, Promise<unknown>>({ max: MAX_CACHED_RESPONSES, ttl: CACHE_TTL_MS });
  return function fresh<T>(key: string, load: () => Promise<T>): Promise<T> {
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
