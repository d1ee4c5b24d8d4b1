import { resourceName } from '@cups/contracts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centresOf, sessionOf } from '@cups/rpc';
import { listBrokenChains } from '../store/desk-chains.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** The RPC that lists broken chains of acts without a line. */
export function chainBreakRpcs({ deskChains }: Pick<RpcDeps, 'deskChains'>): Pick<IntakeRpcs, 'ListChainBreaks'> {
  return {
    async ListChainBreaks(_request, context) {
      const { roles, centre } = sessionOf(context);
      const isSupervisor = roles.includes('supervisor');
      if (!isSupervisor && !centre)
        throw new Problem({ reason: 'PERMISSION_DENIED', message: 'Only a supervisor needs no own centre.' });
      const found = await listBrokenChains(deskChains.chains, isSupervisor ? undefined : centresOf(context));
      const breaks = found.flatMap(({ device, operator, centre: chainCentre, breaks: kinds }) =>
        kinds
          .toSorted((a, b) => b.lastTime.getTime() - a.lastTime.getTime())
          .map(({ kind, count, firstTime, lastTime, application, sequence, deskTime }) => ({
            device,
            operator,
            centre: chainCentre,
            kind: toProtoEnum('CHAIN_BREAK_KIND_', kind),
            count,
            firstTime: toTimestamp(firstTime),
            lastTime: toTimestamp(lastTime),
            application: application ? resourceName('applications', application) : '',
            sequence,
            deskTime: toTimestamp(deskTime),
          })),
      );
      return { breaks };
    },
  };
}
