import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import type { AccessRow, AccessTable } from '@cups/rpc';

/** Hashes and signatures; the leaves are salted. */
const open: AccessRow = { callers: ['gateway', 'ops'], roles: 'none', tenancy: 'public', personalData: false };

/** Callers of each method; the service does not start when a method has no row. */
export const access: AccessTable<JournalServiceDefinition> = {
  GetCheckpoint: open,
  GetConsistencyProof: open,
  GetTile: open,
  // The gateway asks for itself: it lists an application only after intake has checked and recorded the access.
  ListEntries: { callers: ['gateway', 'ops'], roles: 'none', tenancy: 'service', personalData: false },
  InspectJournal: { callers: ['ops'], roles: 'none', tenancy: 'service', personalData: false },
  ListVerifierKeys: open,
  DismissMissingEntries: { callers: ['ops'], roles: 'none', tenancy: 'service', personalData: false },
};
