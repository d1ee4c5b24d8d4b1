import { resourceName } from '@cups/contracts';
import { fromProtoEnum, messageType, toProtoEnum } from '@cups/contracts/proto';
import type { DomainEnumValue } from '@cups/contracts/proto';
import type { SealedActOutcome__Output } from '@cups/contracts/gen/cups/intake/v1/SealedActOutcome.ts';
import type { GetQuarantinedActResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetQuarantinedActResponse.ts';
import type { QuarantinedAct__Output } from '@cups/contracts/gen/cups/intake/v1/QuarantinedAct.ts';
import type { QuarantineState__Output } from '@cups/contracts/gen/cups/intake/v1/QuarantineState.ts';
import * as convert from '../convert.ts';
import type { Handler, HandlerRequest, HandlerResponse } from '../http/handler.ts';
import type { ServiceClients } from '../clients.ts';
import type { RecordedWrites } from '../recorded-write.ts';
import { listHandler, requirePresent, resolveName } from './handler-factories.ts';

interface HandedInAct {
  key: string;
  application: string;
  kind: string;
  body: string;
  time: string;
  sequence: number;
  previous?: string;
}

interface HandInBody {
  acts: HandedInAct[];
}

interface OwnActsBody {
  device: string;
  acts?: HandedInAct[];
  sealedActs?: string[];
}

interface ListQuery {
  state?: DomainEnumValue<'QUARANTINE_STATE_', QuarantineState__Output>;
  centre?: string;
  operator?: string;
  application?: string;
}

const nameOf = (params: HandlerRequest['params']): string => resourceName('quarantinedActs', params['act']!);

export interface QuarantineRouteDeps extends Pick<ServiceClients, 'intake' | 'identity'> {
  recordedWrites: RecordedWrites;
}

/** Acts of operators whose rights ended: handed in by their desk without a session, decided by heads and supervisors. */
export function quarantinedActRoutes(deps: QuarantineRouteDeps): Record<string, Handler> {
  const { intake } = deps;
  return {
    async handInActs({ body, offlineGrant, context }) {
      const { acts } = body as HandInBody;
      return { body: await intake.quarantineActs({ offlineGrant, acts: acts.map(toActIn) }, context) };
    },
    async handInOwnActs({ body, context }) {
      const { device, acts = [], sealedActs = [] } = body as OwnActsBody;
      const request = { device: resolveName('devices', device), acts: acts.map(toActIn), sealedActs };
      const { outcomes, ...result } = await intake.quarantineOwnActs(request, context);
      return { body: { ...result, outcomes: outcomes.map(outcomeJson) } };
    },
    async handInSealedActs({ body, context }) {
      const { outcomes } = await intake.quarantineSealedActs(body as { acts: string[] }, context);
      return { body: { outcomes: outcomes.map(outcomeJson) } };
    },
    listQuarantinedActs: listHandler(
      intake.listQuarantinedActs,
      'acts',
      convert.quarantinedActJson,
      (query) => {
        const { state, centre, operator, application } = query as ListQuery;
        return {
          state: toProtoEnum('QUARANTINE_STATE_', state),
          centre: resolveName('centres', centre),
          operator: resolveName('operators', operator),
          application: resolveName('applications', application),
        };
      },
      ({ openCount }) => ({ openCount }),
    ),
    async getQuarantinedAct({ params, context }) {
      return { body: detailsJson(await intake.getQuarantinedAct({ name: nameOf(params) }, context)) };
    },
    releaseQuarantinedAct: (request) => releaseAct(deps, request),
    async rejectQuarantinedAct({ params, body, context }) {
      const { reason } = body as { reason: string };
      const { act } = await intake.rejectQuarantinedAct({ name: nameOf(params), reason }, context);
      return { body: convert.quarantinedActJson(requirePresent(act)) };
    },
  };
}

const outcomeJson = (outcome: SealedActOutcome__Output) => fromProtoEnum('SEALED_ACT_OUTCOME_', outcome);

const toActIn = ({ time, application, ...act }: HandedInAct) => ({
  ...act,
  application: resolveName('applications', application),
  deskTime: convert.instantToProto(time),
  sequence: String(act.sequence),
});

function detailsJson({ act, body, application, missingScans }: GetQuarantinedActResponse__Output) {
  return {
    act: convert.quarantinedActJson(requirePresent(act)),
    body: body || undefined,
    missingScans: missingScans.length > 0 ? missingScans : undefined,
    application: application ? convert.applicationJson(application) : undefined,
  };
}

/**
 * Converts the body of the act as that of a desk's request, then releases it. A mandate belongs to identity, which records
 * it for the deciding person.
 */
async function releaseAct(
  { intake, identity, recordedWrites }: QuarantineRouteDeps,
  { params, etag, context, session, client }: HandlerRequest,
): Promise<HandlerResponse> {
  const name = nameOf(params);
  const { act: found, body, key } = await intake.getQuarantinedAct({ name }, context);
  const quarantined = requirePresent(found);
  const { kind, application, state } = quarantined;
  let write: Buffer = Buffer.alloc(0);
  if (state === 'QUARANTINE_STATE_OPEN') {
    const deskWrite = { key, application: convert.idOf(application), kind, body, etag };
    const { method, request } = await recordedWrites.record(deskWrite, { context, session, client });
    if (kind === 'mandates') await identity.releaseMandate(mandateRelease(quarantined, request), context);
    else write = messageType(`cups.intake.v1.${method[0]!.toUpperCase()}${method.slice(1)}Request`).encode(request);
  }
  const { act } = await intake.releaseQuarantinedAct({ name, write }, context);
  return { body: convert.quarantinedActJson(requirePresent(act)) };
}

/** The mandate is valid from the time at which the person granted it, not from its release. */
function mandateRelease(act: QuarantinedAct__Output, mandate: object) {
  const { centre, device, sequence, deskTime: time, anchorTime, deskTimeBounded: bounded } = act;
  return { mandate, centre, deskTime: { time, device, sequence: Number(sequence), anchorTime, bounded } };
}
