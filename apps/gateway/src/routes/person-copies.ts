import { toProtoEnum } from '@cups/contracts/proto';
import type { CopyReason__Output } from '@cups/contracts/gen/cups/intake/v1/CopyReason.ts';
import type { DomainEnumValue } from '@cups/contracts/proto';
import type { Handler } from '../http/handler.ts';
import { readCopyPage } from '../person-copy.ts';
import type { CopyClients } from '../person-copy.ts';

interface CopyBody {
  idnp: string;
  reason: DomainEnumValue<'COPY_REASON_', CopyReason__Output>;
  evidence: string;
  pageToken?: string;
}

/** The copy of a person's data, for supervisors. Intake limits how many one operator makes. */
export const personCopyRoutes = (clients: CopyClients): Record<string, Handler> => ({
  async createPersonCopy({ body, context }) {
    const { reason, ...rest } = body as CopyBody;
    return { body: await readCopyPage(clients, { ...rest, reason: toProtoEnum('COPY_REASON_', reason) }, context) };
  },
});
