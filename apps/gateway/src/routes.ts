import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import { nameOf } from '@cups/contracts';
import type { Collection } from '@cups/contracts';
import { enumWord, fromTimestamp } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import * as convert from './convert.ts';
import type { ContentJson } from './convert.ts';
import type { Answer, Call, Handler } from './http/handler.ts';
import type { Sessions } from './http/session.ts';
import type { DeliveryState, Neighbours, Query, State } from './neighbours.ts';

export interface RouteParts extends Neighbours {
  sessions: Sessions;
  document: unknown;
  /** The page at /. */
  home: string;
  ready: () => boolean;
}

interface Written {
  application: Application__Output | null;
  replayed: boolean;
}
type Rpc<Request, Response> = (request: Request, context: CallContext) => Promise<Response>;

/** What each operation of openapi.yaml does, by its operationId. The document has checked every part of a call. */
export function routes(parts: RouteParts): Record<string, Handler> {
  const { catalog, identity, intake, bridge, notifications, sessions } = parts;

  /** The application of the path, for what other services hold about it: intake decides whether it is the caller's. */
  const owned = async ({ params, context }: Call) =>
    whole((await intake.getApplication({ name: applicationName(params) }, context)).application);

  return {
    showHome: () => ({ html: parts.home }),
    getHealth: () => status(true),
    getReadiness: () => status(parts.ready()),
    getOpenapi: () => ({ body: parts.document }),

    async createSession({ body, context }) {
      const made = await identity.createSession(body as { provider: string; operator?: string }, context);
      const session = whole(made.session);
      const cookie = sessions.begin(session.id, made.assertion, whole(fromTimestamp(session.expireTime)));
      const headers = { 'Set-Cookie': cookie, Location: '/api/v1/sessions/current' };
      return { status: 201, headers, body: convert.sessionJson(session) };
    },
    async getCurrentSession({ context }) {
      return { body: convert.sessionJson((await identity.getSession({}, context)).session) };
    },
    async deleteCurrentSession({ context, session }) {
      await sessions.end(whole(session), context);
      return { status: 204, headers: { 'Set-Cookie': sessions.cleared } };
    },
    listOperators: list(identity.listOperators, 'operators', convert.operatorJson, ({ centre }) => ({
      centre: full('centres', centre),
    })),

    listCentres: list(identity.listCentres, 'centres', convert.centreJson, () => ({})),
    async getCentre({ params, context }) {
      const { centre } = await identity.getCentre({ name: nameOf('centres', params['code']!) }, context);
      return { body: convert.centreJson(whole(centre)) };
    },
    listPublicServices: list(catalog.listPublicServices, 'publicServices', convert.publicServiceJson, (query) => ({
      query: query.q,
      centreKind: enumWord('CENTRE_KIND_', query.centreKind),
      agency: full('agencies', query.agency),
      atDate: query.atDate,
      fileableOnly: query.fileable,
    })),
    async getPublicService({ params, query, context }) {
      const name = nameOf('publicServices', params['code']!);
      const { atDate, centreKind } = query as Query;
      const request = { name, atDate, centreKind: enumWord('CENTRE_KIND_', centreKind) };
      const { publicService } = await catalog.getPublicService(request, context);
      return { body: convert.publicServiceJson(whole(publicService)) };
    },

    async createApplication({ body, requestId, context }) {
      type Body = ContentJson & { id?: string; publicService: string; corrects?: string };
      const { id: applicationId, publicService: service, corrects, ...content } = body as Body;
      const publicService = full('publicServices', service);
      const request = { requestId, applicationId, publicService, corrects, content: convert.contentToProto(content) };
      const made = await intake.createApplication(request, context);
      return written(made, { status: 201, headers: { Location: `/api/v1/${whole(made.application).name}` } });
    },
    listApplications: list(intake.listApplications, 'applications', convert.applicationRowJson, ({ state }) => ({
      state: enumWord('STATE_', state as State | undefined),
    })),
    async searchApplications({ body, context }) {
      const { applications } = await intake.searchApplications(body as { idnp?: string }, context);
      return { body: { applications: applications.map(convert.applicationRowJson) } };
    },
    async getApplication(call) {
      const application = await owned(call);
      return { headers: { ETag: application.etag }, body: convert.applicationJson(application) };
    },
    updateApplication: write(intake.updateApplication, (json: ContentJson) => ({
      content: convert.contentToProto(json),
      updateFields: convert.updateFields(json),
    })),
    submitApplication: write(intake.submitApplication, ({ occurTime }: { occurTime?: string }) => ({
      occurTime: convert.instantToProto(occurTime),
    })),
    withdrawApplication: write(intake.withdrawApplication, ({ reason }: { reason?: string }) => ({ reason })),
    supplyDocuments: write(intake.supplyDocuments, (json: ContentJson) => {
      const { evidence, answers } = convert.contentToProto(json);
      return { evidence, answers };
    }),
    handOverResult: write(intake.handOverResult, (handOver: { collectedBy: string }) => ({ handOver })),
    confirmOutcome: write(intake.confirmOutcome, (outcome: { needMet: boolean; missing?: string }) => ({ outcome })),
    renewApplication: write(intake.renewApplication, () => ({})),
    listApplicationActions: list(intake.listApplicationActions, 'actions', convert.actionJson, (_query, params) => ({
      name: applicationName(params),
    })),
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
      return { body: convert.deliveryJson((await bridge.getDelivery({ name }, call.context)).delivery) };
    },
    listDeliveries: list(bridge.listDeliveries, 'deliveries', convert.deliveryJson, ({ state, agency }) => ({
      state: enumWord('DELIVERY_STATE_', state as DeliveryState | undefined),
      agency: full('agencies', agency),
    })),
    async listRefusedMessages({ query, context }) {
      const page = await bridge.listRefusedMessages(query, context);
      const refusedMessages = page.messages.map(convert.refusedMessageJson);
      return { body: { refusedMessages, totalSize: page.totalSize, nextPageToken: page.nextPageToken || undefined } };
    },
  };
}

/** A page of something: the page's size and token travel alike everywhere. */
function list<Request, Key extends string, Item, Page extends { nextPageToken: string } & Record<Key, Item[]>>(
  rpc: Rpc<Request, Page>,
  key: Key,
  toJson: (item: Item) => unknown,
  request: (query: Query, params: Call['params']) => NoInfer<Request>,
): Handler {
  return async ({ query, params, context }) => {
    const { pageSize, pageToken } = query as Query;
    const page = await rpc({ pageSize, pageToken, ...request(query, params) }, context);
    return { body: { [key]: page[key].map(toJson), nextPageToken: page.nextPageToken || undefined } };
  };
}

/** A write of the application in the path; what the body says goes along. */
function write<Request, Body>(
  rpc: Rpc<Request, Written>,
  more: (body: Body) => Omit<NoInfer<Request>, 'name' | 'requestId' | 'etag'>,
): Handler {
  return async ({ params, requestId, etag, body, context }) => {
    const request = { name: applicationName(params), requestId, etag, ...more((body ?? {}) as Body) };
    return written(await rpc(request as Request, context));
  };
}

function written({ application, replayed }: Written, { status = 200, headers = {} }: Answer = {}): Answer {
  const stored = whole(application);
  const replay = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  return { status, headers: { ETag: stored.etag, ...replay, ...headers }, body: convert.applicationJson(stored) };
}

function status(ok: boolean): Answer {
  return { status: ok ? 200 : 503, body: { status: ok ? 'ok' : 'unavailable' } };
}

function applicationName(params: Call['params']): string {
  return nameOf('applications', params['id']!);
}

/** The resource name of what may be given as a bare id; undefined stays so. */
function full(collection: Collection, given: string | undefined): string | undefined {
  return given === undefined || given.includes('/') ? given : nameOf(collection, given);
}

/** What a neighbour's answer always holds. */
function whole<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('an answer of a neighbour is not whole');
  return value;
}
