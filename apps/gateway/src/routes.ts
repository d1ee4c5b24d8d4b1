import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import { nameOf } from '@cups/contracts';
import type { Collection } from '@cups/contracts';
import { enumWord, fromTimestamp } from '@cups/contracts/proto';
import { isProblem, Problem } from '@cups/problem';
import type { Client } from '@cups/service';
import * as convert from './convert.ts';
import type { ContentJson, EvidenceJson } from './convert.ts';
import type { Answer, Call, Handler } from './http/app.ts';
import type { Sessions } from './http/session.ts';

export interface Neighbours {
  catalog: Client<CatalogServiceDefinition>;
  identity: Client<IdentityServiceDefinition>;
  intake: Client<IntakeServiceDefinition>;
  bridge: Client<AgencyBridgeServiceDefinition>;
  notifications: Client<NotificationsServiceDefinition>;
}

export interface RouteParts extends Neighbours {
  sessions: Sessions;
  document: unknown;
  /** The page at /. */
  home: string;
  ready: () => boolean;
}

/** What each operation of openapi.yaml does, by its operationId. The document has checked every part of a call. */
export function routes(parts: RouteParts): Record<string, Handler> {
  const { catalog, identity, intake, bridge, notifications, sessions } = parts;
  const status = (ok: boolean): Answer => ({ status: ok ? 200 : 503, body: { status: ok ? 'ok' : 'unavailable' } });

  /** The application of the path, for what other services hold about it: intake decides whether it is the caller's. */
  async function owned({ params, context }: Call): Promise<Application__Output> {
    return whole((await intake.getApplication({ name: applicationName(params) }, context)).application);
  }

  return {
    showHome: () => ({ html: parts.home }),
    getHealth: () => status(true),
    getReadiness: () => status(parts.ready()),
    getOpenapi: () => ({ body: parts.document }),

    async createSession({ body, context }) {
      const { provider, operator = '' } = body as { provider: string; operator?: string };
      const { session, assertion } = await identity.createSession({ provider, operator }, context);
      const { id, expireTime } = whole(session);
      const cookie = sessions.begin(id, assertion, whole(fromTimestamp(expireTime)));
      const headers = { 'Set-Cookie': cookie, Location: '/api/v1/sessions/current' };
      return { status: 201, headers, body: convert.sessionJson(whole(session)) };
    },
    async getCurrentSession({ context }) {
      return { body: convert.sessionJson(whole((await identity.getSession({}, context)).session)) };
    },
    async deleteCurrentSession({ context, session }) {
      await identity.deleteSession({}, context);
      sessions.end(whole(session).sid);
      return { status: 204, headers: { 'Set-Cookie': sessions.cleared } };
    },
    async listOperators({ query, context }) {
      const centre = full('centres', query['centre']);
      const page = await identity.listOperators({ ...pageOf(query), centre }, context).catch((error: unknown) => {
        if (!isProblem(error) || error.reason !== 'PROVIDER_UNKNOWN') throw error;
        throw new Problem({ reason: 'NOT_FOUND', message: 'There is no local provider here.' });
      });
      return { body: { operators: page.operators.map(convert.operatorJson), ...nextOf(page) } };
    },

    async listCentres({ query, context }) {
      const page = await identity.listCentres(pageOf(query), context);
      return { body: { centres: page.centres.map(convert.centreJson), ...nextOf(page) } };
    },
    async getCentre({ params, context }) {
      const { centre } = await identity.getCentre({ name: nameOf('centres', params['code']!) }, context);
      return { body: convert.centreJson(whole(centre)) };
    },
    async listPublicServices({ query, context }) {
      const page = await catalog.listPublicServices(
        {
          ...pageOf(query),
          query: query['q'] ?? '',
          centreKind: centreKindOf(query),
          agency: full('agencies', query['agency']),
          atDate: query['atDate'] ?? '',
          fileableOnly: query['fileable'] ?? false,
        },
        context,
      );
      return { body: { publicServices: page.publicServices.map(convert.publicServiceJson), ...nextOf(page) } };
    },
    async getPublicService({ params, query, context }) {
      const name = nameOf('publicServices', params['code']!);
      const request = { name, atDate: query['atDate'] ?? '', centreKind: centreKindOf(query) };
      const { publicService } = await catalog.getPublicService(request, context);
      return { body: convert.publicServiceJson(whole(publicService)) };
    },

    async createApplication({ body, requestId, context }) {
      const {
        id = '',
        publicService,
        corrects = '',
        ...content
      } = body as ContentJson & {
        id?: string;
        publicService: string;
        corrects?: string;
      };
      const made = await intake.createApplication(
        {
          requestId,
          applicationId: id,
          publicService: full('publicServices', publicService),
          content: convert.contentToProto(content),
          corrects,
        },
        context,
      );
      const answer = written(made, 201);
      return { ...answer, headers: { ...answer.headers, Location: `/api/v1/${whole(made.application).name}` } };
    },
    async listApplications({ query, context }) {
      const state = enumWord('STATE_', query['state'] as 'draft' | undefined);
      const page = await intake.listApplications({ ...pageOf(query), state }, context);
      return { body: { applications: page.applications.map(convert.applicationJson), ...nextOf(page) } };
    },
    async searchApplications({ body, context }) {
      const found = await intake.searchApplications(body as { trackingNumber?: string; idnp?: string }, context);
      return { body: { applications: found.applications.map(convert.applicationJson) } };
    },
    async getApplication(call) {
      const application = await owned(call);
      return { headers: { ETag: application.etag }, body: convert.applicationJson(application) };
    },
    async updateApplication({ body, context, ...call }) {
      const json = body as ContentJson;
      const edit = { content: convert.contentToProto(json), updateFields: convert.updateFields(json) };
      return written(await intake.updateApplication({ ...write(call), ...edit }, context));
    },
    async submitApplication({ body, context, ...call }) {
      const { occurTime } = (body ?? {}) as { occurTime?: string };
      const request = { ...write(call), occurTime: convert.instantToProto(occurTime) };
      return written(await intake.submitApplication(request, context));
    },
    async withdrawApplication({ body, context, ...call }) {
      const { reason = '' } = (body ?? {}) as { reason?: string };
      return written(await intake.withdrawApplication({ ...write(call), reason }, context));
    },
    async supplyDocuments({ body, context, ...call }) {
      const { evidence = [], answers } = body as { evidence?: EvidenceJson[]; answers?: Record<string, unknown> };
      const supplied = { evidence, answers: answers && convert.answersToProto(answers) };
      return written(await intake.supplyDocuments({ ...write(call), ...supplied }, context));
    },
    async handOverResult({ body, context, ...call }) {
      const handOver = body as { collectedBy: string; paperKind: string; paperNumber?: string };
      return written(await intake.handOverResult({ ...write(call), handOver }, context));
    },
    async confirmOutcome({ body, context, ...call }) {
      const outcome = body as { needMet: boolean; missing?: string };
      return written(await intake.confirmOutcome({ ...write(call), outcome }, context));
    },
    async renewApplication({ context, ...call }) {
      return written(await intake.renewApplication(write(call), context));
    },
    async listApplicationActions({ params, query, context }) {
      const request = { ...pageOf(query), name: applicationName(params) };
      const page = await intake.listApplicationActions(request, context);
      return { body: { actions: page.actions.map(convert.actionJson), ...nextOf(page) } };
    },
    async trackApplication({ body, context }) {
      return { body: convert.trackingJson(await intake.trackApplication(body as { trackingNumber: string }, context)) };
    },

    async listNotices({ params, context }) {
      const { notices } = await notifications.listNotices({ application: applicationName(params) }, context);
      return { body: { notices: notices.map(convert.noticeJson) } };
    },
    async getSlip({ params, context }) {
      const name = nameOf('notices', params['noticeId']!);
      const { notices } = await notifications.listNotices({ application: applicationName(params) }, context);
      if (!notices.some((notice) => notice.name === name)) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'This application has no such notice.' });
      }
      return { html: (await notifications.getSlip({ name }, context)).html };
    },
    async getDelivery(call) {
      const { agency } = await owned(call);
      const name = nameOf('deliveries', `${call.params['id']!}-${convert.idOf(agency)}`);
      const { delivery } = await bridge.getDelivery({ name }, call.context);
      return { body: convert.deliveryJson(whole(delivery)) };
    },
    async listDeliveries({ query, context }) {
      const state = enumWord('DELIVERY_STATE_', query['state'] as 'queued' | undefined);
      const request = { ...pageOf(query), state, agency: full('agencies', query['agency']) };
      const page = await bridge.listDeliveries(request, context);
      return { body: { deliveries: page.deliveries.map(convert.deliveryJson), ...nextOf(page) } };
    },
    async listRefusedMessages({ query, context }) {
      const page = await bridge.listRefusedMessages({ ...pageOf(query), topic: query['topic'] ?? '' }, context);
      const refusedMessages = page.messages.map(convert.refusedMessageJson);
      return { body: { refusedMessages, totalSize: page.totalSize, ...nextOf(page) } };
    },
  };
}

function written(
  { application, replayed }: { application: Application__Output | null; replayed: boolean },
  status = 200,
): Answer {
  const stored = whole(application);
  const headers: Record<string, string> = { ETag: stored.etag };
  if (replayed) headers['Idempotent-Replayed'] = 'true';
  return { status, headers, body: convert.applicationJson(stored) };
}

function write({ params, requestId, etag }: Pick<Call, 'params' | 'requestId' | 'etag'>) {
  return { name: applicationName(params), requestId, etag };
}

function applicationName(params: Call['params']): string {
  return nameOf('applications', params['id']!);
}

/** The resource name of what may be given as a bare id; empty stays empty. */
function full(collection: Collection, given: string | undefined): string {
  return !given || given.includes('/') ? (given ?? '') : nameOf(collection, given);
}

function centreKindOf(query: Call['query']) {
  return enumWord('CENTRE_KIND_', query['centreKind'] as 'town-hall' | 'mission' | 'library' | undefined);
}

function pageOf(query: Call['query']): { pageSize: number; pageToken: string } {
  return { pageSize: query['pageSize'] ?? 0, pageToken: query['pageToken'] ?? '' };
}

function nextOf({ nextPageToken }: { nextPageToken: string }): { nextPageToken?: string } {
  return nextPageToken ? { nextPageToken } : {};
}

/** What a neighbour's answer always holds. */
function whole<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('an answer of a neighbour is not whole');
  return value;
}
