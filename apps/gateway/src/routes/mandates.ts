import type { MandateGround, MandateTerm } from '@cups/application';
import { resourceName } from '@cups/contracts';
import { fromTimestamp, toProtoEnum } from '@cups/contracts/proto';
import type { Mandate__Output } from '@cups/contracts/gen/cups/identity/v1/Mandate.ts';
import type { MandatePerson } from '@cups/contracts/gen/cups/identity/v1/MandatePerson.ts';
import type { CallContext } from '@cups/rpc';
import type { ServiceClients } from '../clients.ts';
import { rowWithNumberJson, trackedApplicationJson } from '../convert.ts';
import { mandateJson, revocationJson, supportingCodeJson, trackedMandateJson } from '../mandate-json.ts';
import type { Handler, HandlerRequest } from '../http/handler.ts';
import { listHandler, requirePresent } from './handler-factories.ts';

interface ScopeBody {
  publicServices?: string[];
  themes?: string[];
}

interface NewMandateBody {
  id?: string;
  person: MandatePerson;
  representative?: MandatePerson;
  scope: ScopeBody;
  term: MandateTerm;
  application?: string;
  ground: { kind: MandateGround; reference?: string; date?: string; notary?: string };
  language: string;
  textSha256?: string;
}

interface ListQuery {
  state?: 'active' | 'revoked' | 'expired';
  endingWithinDays?: number;
  pageSize?: number;
  pageToken?: string;
}

/** Maximum number of mandates of one person that a search returns. */
const MAX_FOUND = 200;

const mandateNameOf = (params: HandlerRequest['params']): string => resourceName('mandates', params['mandate']!);
const mandateBody = (mandate: Mandate__Output | null) => mandateJson(requirePresent(mandate));
const replayHeaders = (replayed: boolean): Record<string, string> =>
  replayed ? { 'Idempotent-Replayed': 'true' } : {};

/** Mandates for the desk, and for the holder of a mandate's code. Codes and numbers travel in bodies only. */
export function mandateRoutes({
  identity,
  intake,
  catalog,
}: Pick<ServiceClients, 'identity' | 'intake' | 'catalog'>): Record<string, Handler> {
  return {
    ...deskRoutes({ identity, catalog }),
    ...codeRoutes(identity),
    ...applicationListRoutes(intake),
    async trackMandate({ body, context }) {
      const { mandate } = await identity.getMandateByCode(body as { code: string }, context);
      return { body: trackedMandateJson(requirePresent(mandate)) };
    },
    async endMandate({ body, requestId, context }) {
      const request = { ...(body as { code: string; scope?: ScopeBody }), requestId };
      const { mandate, revocation } = await identity.revokeMandateByCode(request, context);
      return {
        body: {
          mandate: trackedMandateJson(requirePresent(mandate)),
          revocation: revocationJson(requirePresent(revocation)),
        },
      };
    },
  };
}

function deskRoutes({ identity, catalog }: Pick<ServiceClients, 'identity' | 'catalog'>): Record<string, Handler> {
  return {
    async listMandates({ query, context }) {
      const { state, ...rest } = query as ListQuery;
      const request = { ...rest, state: toProtoEnum('MANDATE_STATE_', state) };
      const page = await identity.listMandates(request, context);
      return { body: { mandates: page.mandates.map(mandateJson), nextPageToken: page.nextPageToken || undefined } };
    },
    async countMandates({ query, context }) {
      const { count } = await identity.countMandates(query as { endingWithinDays?: number }, context);
      return { body: { count } };
    },
    async searchMandates({ body, context }) {
      const { idnp } = body as { idnp: string };
      const request = { idnp, state: 'MANDATE_STATE_ACTIVE' as const, pageSize: MAX_FOUND };
      const { mandates } = await identity.listMandates(request, context);
      return { body: { mandates: mandates.map(mandateJson) } };
    },
    async createMandate({ body, requestId, context }) {
      const { term, ground, ...rest } = body as NewMandateBody;
      const request = {
        ...rest,
        requestId,
        titles: await readTitles(rest.scope, catalog, context),
        term: toProtoEnum('MANDATE_TERM_', term),
        ground: { ...ground, kind: toProtoEnum('MANDATE_GROUND_', ground.kind) },
      };
      const { mandate, replayed } = await identity.createMandate(request, context);
      const json = mandateBody(mandate);
      const headers = { Location: `/api/v1/mandates/${json.id}`, ...replayHeaders(replayed) };
      return { status: 201, headers, body: json };
    },
    async getMandate({ params, context }) {
      return { body: mandateBody((await identity.getMandate({ name: mandateNameOf(params) }, context)).mandate) };
    },
    async revokeMandate({ params, body, requestId, context }) {
      const { scope } = (body ?? {}) as { scope?: ScopeBody };
      const request = { name: mandateNameOf(params), requestId, scope };
      const { mandate, revocation, replayed } = await identity.revokeMandate(request, context);
      return {
        headers: replayHeaders(replayed),
        body: { mandate: mandateBody(mandate), revocation: revocationJson(requirePresent(revocation)) },
      };
    },
    async printMandate({ params, context }) {
      return { body: mandateBody((await identity.printMandate({ name: mandateNameOf(params) }, context)).mandate) };
    },
    async recordMandatePrinted({ params, context }) {
      const { mandate } = await identity.recordMandatePrinted({ name: mandateNameOf(params) }, context);
      return { canBeMinimal: true, body: mandateBody(mandate) };
    },
  };
}

/** What was filed under a mandate, at its centre and for the holder of its code. */
function applicationListRoutes(intake: ServiceClients['intake']): Record<string, Handler> {
  return {
    listMandateApplications: listHandler(
      intake.listMandateApplications,
      'applications',
      rowWithNumberJson,
      (_query, params) => ({ mandate: mandateNameOf(params) }),
    ),
    async trackMandateApplications({ body, context }) {
      const { applications, more } = await intake.trackMandateApplications(body as { code: string }, context);
      return { body: { applications: applications.map(trackedApplicationJson), more } };
    },
  };
}

/** The one-time code, which is supporting evidence. */
function codeRoutes(identity: ServiceClients['identity']): Record<string, Handler> {
  return {
    async issueMandateCode({ params, context }) {
      const { code, expireTime } = await identity.sendMandateCode({ name: mandateNameOf(params) }, context);
      return { body: { code, expireTime: fromTimestamp(expireTime)?.toISOString() } };
    },
    async mailMandateCode({ params, body, context }) {
      const request = { name: mandateNameOf(params), ...(body as { email: string }) };
      const { supportingCode } = await identity.mailMandateCode(request, context);
      return { body: supportingCodeJson(requirePresent(supportingCode)) };
    },
    async getMandateCode({ params, context }) {
      const { supportingCode } = await identity.getMandateCodeStatus({ name: mandateNameOf(params) }, context);
      return { body: supportingCode ? { supportingCode: supportingCodeJson(supportingCode) } : {} };
    },
    async confirmMandateCode({ params, body, context }) {
      const request = { name: mandateNameOf(params), ...(body as { code: string }) };
      const { mandate, confirmed } = await identity.confirmMandateCode(request, context);
      return { body: { confirmed, mandate: mandateBody(mandate) } };
    },
  };
}

/** Returns the titles of the services in a scope, which the text shows. @throws Problem NOT_FOUND for an unknown one */
async function readTitles(
  { publicServices = [] }: ScopeBody,
  catalog: ServiceClients['catalog'],
  context: CallContext,
) {
  const reads = [...new Set(publicServices)].map(async (name) => {
    const { publicService } = await catalog.getPublicService({ name }, context);
    const { title } = requirePresent(publicService?.version);
    return { publicService: name, title };
  });
  return Promise.all(reads);
}
