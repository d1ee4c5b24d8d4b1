import { toCivilDate } from '@cups/application';
import { parseRequestId, parseResourceName, resourceName } from '@cups/contracts';
import { fingerprint, normalizePageSize } from '@cups/contracts/node';
import { fromProtoEnum, toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { AgencyWorkload as WorkloadMessage } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyWorkload.ts';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import { Problem, violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import type { Cause } from '@cups/store';
import type { AgencyStage } from '../domain/channel.ts';
import type { Delivery } from '../domain/delivery.ts';
import { computeWorkload, WORKLOAD_PERIOD_DAYS } from '../domain/workload.ts';
import type { Workload } from '../domain/workload.ts';
import type { DirectReplyDeps } from '../inbound/direct-reply.ts';
import { toDelivery } from '../rpc.ts';
import { countStages, findWorkload, listStage, MAX_WORKLOAD } from '../store.ts';
import { createReply } from './replies.ts';

/** RPCs of the agency's page. Clerks see the deliveries of their agency, without trainings. */

export interface PageRpcDeps extends DirectReplyDeps {
  /**
   * Resolves if the caller may decide on an application.
   * @throws Problem NOT_FOUND, OWN_APPLICATION
   */
  checkAct: (application: string, context: Context) => Promise<unknown>;
}

type PageMethods = 'ListAgencyQueue' | 'GetAgencyDelivery' | 'AssignDelivery' | 'CreateReply' | 'ListAgencyWorkload';

export function pageRpcs(deps: PageRpcDeps): Pick<Rpcs<AgencyBridgeServiceDefinition>, PageMethods> {
  const { deliveries, checkAct, now } = deps;
  return {
    async ListAgencyQueue({ stage: stageValue, assignedToMe, pageSize, pageToken }, context) {
      const stage = fromProtoEnum('AGENCY_STAGE_', stageValue) as AgencyStage | '';
      if (stage === '') throw invalid('/stage');
      const agency = agencyOf(context);
      const assignee = assignedToMe ? sessionOf(context).operator : undefined;
      const query = { agency, stage, assignee, pageSize: normalizePageSize(pageSize), pageToken };
      const [page, counts] = await Promise.all([listStage(deliveries, query), countStages(deliveries, agency)]);
      return {
        deliveries: page.documents.map(toDelivery),
        nextPageToken: page.nextPageToken,
        counts: counts.map(({ stage: of, count }) => ({ stage: toProtoEnum('AGENCY_STAGE_', of), count })),
      };
    },

    async GetAgencyDelivery({ name }, context) {
      const id = parseResourceName('deliveries', name);
      const delivery = await deliveries.get(id, { scope: { agency: agencyOf(context) } });
      // An application that the agency passed on is another agency's.
      if (!delivery || delivery.passOnTime) throw notFound();
      assertShown(delivery);
      return { delivery: toDelivery(delivery) };
    },

    async AssignDelivery({ requestId, name, assignee }, context) {
      const agency = agencyOf(context);
      const operator = assignee === '' ? sessionOf(context).operator : assignee;
      parseResourceName('operators', operator, '/assignee');
      assertMayAssign(operator, context);
      const options = {
        scope: { agency },
        cause: toCause(context, { requestId, name, assignee: operator }),
        now: now(),
      };
      const id = parseResourceName('deliveries', name);
      const { document } = await deliveries.update(id, options, (delivery) => {
        assertShown(delivery);
        return {
          document: delivery.assignee === operator ? delivery : { ...delivery, assignee: operator },
          events: [],
        };
      });
      return { delivery: toDelivery(document) };
    },

    async CreateReply({ requestId, delivery, type, content, replyEtag }, context) {
      const agency = agencyOf(context);
      const id = parseResourceName('deliveries', delivery, '/delivery');
      await checkAct(resourceName('applications', id.slice(0, id.indexOf('-'))), context);
      const clerk = sessionOf(context).operator;
      const reply = { requestId, delivery, type, content, agency, clerk };
      // A repeat is the same reply, although the page has seen the first one meanwhile.
      const cause = toCause(context, { ...reply, content: content.toString() });
      const recorded = await createReply({ ...reply, replyEtag }, cause, deps);
      return { delivery: toDelivery(recorded.delivery), changes: recorded.changes };
    },

    async ListAgencyWorkload(_, context) {
      const time = now();
      const since = new Date(time.getTime() - WORKLOAD_PERIOD_DAYS * DAY_MS);
      const { open, decided } = await findWorkload(deliveries, agencyOf(context), since);
      const workloads = computeWorkload(open, decided, toCivilDate(time));
      return {
        workloads: workloads.map(toWorkload),
        periodDays: WORKLOAD_PERIOD_DAYS,
        truncated: Math.max(open.length, decided.length) === MAX_WORKLOAD,
      };
    },
  };
}

const DAY_MS = 86_400_000;

const toWorkload = ({ oldestTime, medianDays, ...counts }: Workload): WorkloadMessage => ({
  ...counts,
  oldestTime: toTimestamp(oldestTime),
  medianTenthDays: medianDays === undefined ? -1 : Math.round(medianDays * 10),
});

const notFound = () => new Problem({ reason: 'NOT_FOUND', message: 'Delivery not found.' });

/** The simulator answers trainings, so that no clerk sees them. @throws Problem NOT_FOUND */
function assertShown({ training }: Delivery): void {
  if (training) throw notFound();
}

/** Clerks take work for themselves, managers give it to others. @throws Problem PERMISSION_DENIED */
function assertMayAssign(assignee: string, context: Context): void {
  const { operator, roles } = sessionOf(context);
  if (assignee === operator || roles.includes('agency-manager')) return;
  throw new Problem({ reason: 'PERMISSION_DENIED', message: 'Only a manager gives work to another clerk.' });
}

const agencyOf = (context: Context): string => parseResourceName('agencies', sessionOf(context).agency ?? '');

/** Returns the cause of a write. Caller, method and content identify its repeats. @throws Problem REQUEST_ID_INVALID */
function toCause(context: Context, content: { requestId: string } & Record<string, string>): Cause {
  const id = parseRequestId(content.requestId);
  const { method, requestId, traceparent } = context;
  // The deliveries have hashes of the same content, so this key need not be secret.
  const contentHash = fingerprint('agency-bridge', { ...content, requestId: id });
  const request = { id, key: `${method}|${sessionOf(context).operator}`, fingerprint: contentHash };
  return { requestId, request, eventId: id, traceparent };
}

const invalid = (field: string): Problem =>
  new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The request is invalid.',
    violations: [violation(field, 'REQUIRED')],
  });
