import { fromTimestamp } from '@cups/contracts/proto';
import type { LoggedEntry__Output } from '@cups/contracts/gen/cups/journal/v1/LoggedEntry.ts';
import type { ServiceClients } from '../clients.ts';
import type { Handler } from '../http/handler.ts';
import { applicationNameOf, listHandler, requirePresent } from './handler-factories.ts';

/** Entries of the journal about an application, each with the proof that the log has it. */
export function journalRoutes({
  intake,
  journal,
}: Pick<ServiceClients, 'intake' | 'journal'>): Record<string, Handler> {
  const list = listHandler(
    journal.listEntries,
    'entries',
    toJson,
    (_query, params) => ({ resource: applicationNameOf(params) }),
    ({ checkpoint }) => ({ checkpoint }),
  );
  return {
    async listJournalEntries(request) {
      // The journal knows no owners: intake checks access, as for its access log, which shows the same.
      await intake.listAccessLogEntries({ name: applicationNameOf(request.params), pageSize: 1 }, request.context);
      return list(request);
    },
  };
}

/** Absent members do not apply to the entry. */
function toJson({ index, text, salt, proof, entry, source, time }: LoggedEntry__Output): object {
  const { action, actor, centre, ground, reason, result } = requirePresent(entry);
  return {
    index: Number(index),
    time: requirePresent(fromTimestamp(time)).toISOString(),
    source,
    action,
    actor,
    centre: centre || undefined,
    ground: ground || undefined,
    reason: reason || undefined,
    result: result || undefined,
    text,
    salt: salt.toString('base64'),
    proof: proof.map((hash) => hash.toString('base64')),
  };
}
