import type { Problem } from '@cups/desk/types';
import type { Write } from '@cups/desk/write';
import type { FleetRecord, PrintedReceipt, TakenScan, TakenWrite } from './fleet-record.ts';

/** What the desks of a run did. */
export interface DeskBooks {
  /** Enters writes that survive a power cut, once each. */
  take(desk: number, writes: readonly Write[]): void;
  /** Enters that a full disk refused these writes. */
  markUnstored(writes: readonly Write[]): void;
  /**
   * Enters a refusal about which the clerk decides. A write that is not stored has no entry.
   * @returns how often the clerk has decided about this write
   */
  refuse(write: Write, problem: RefusalProblem): number;
  print(receipt: PrintedReceipt): void;
  /** Enters a scan that survives a power cut. */
  takeScan(scan: TakenScan): void;
  countFault(kind: string): void;
  readonly record: Pick<FleetRecord, 'taken' | 'receipts' | 'scans' | 'faults'>;
  /** The first explanation of each kind and reason of refusal. */
  readonly explanations: Record<string, string>;
}

/** What the books keep of a problem of the platform. */
type RefusalProblem = Pick<Problem, 'reason' | 'status' | 'detail' | 'violations'>;

export function openDeskBooks(): DeskBooks {
  const taken = new Map<string, TakenWrite>();
  const unstored = new Set<string>();
  const decisions = new Map<string, number>();
  const receipts: PrintedReceipt[] = [];
  const scans: TakenScan[] = [];
  const faults: Record<string, number> = {};
  const explanations: Record<string, string> = {};
  return {
    explanations,
    take(desk, writes) {
      for (const write of writes) {
        // Writes of a full disk have no number.
        if (taken.has(write.key) || write.sequence === undefined) continue;
        const entry = toTakenWrite(desk, write, write.sequence);
        taken.set(write.key, unstored.has(write.key) ? Object.assign(entry, { wasUnstored: true }) : entry);
      }
    },
    markUnstored: (writes) => writes.forEach(({ key, sequence }) => sequence === undefined && unstored.add(key)),
    refuse({ key, kind }, { reason, status, detail, violations = [] }) {
      const write = taken.get(key);
      const fields = violations.map(({ field, rule }) => `${field} ${rule}`);
      explanations[`${kind}: ${reason}`] ??= [status, detail ?? '', ...fields].join(' ');
      if (write) Object.assign(write, { refusal: reason, isDecided: true });
      const count = (decisions.get(key) ?? 0) + 1;
      decisions.set(key, count);
      return count;
    },
    print: (receipt) => void receipts.push(receipt),
    takeScan: (scan) => void scans.push(scan),
    countFault: (kind) => void (faults[kind] = (faults[kind] ?? 0) + 1),
    get record() {
      return { taken: [...taken.values()], receipts, scans, faults };
    },
  };
}

function toTakenWrite(desk: number, write: Write, sequence: number): TakenWrite {
  const { key, application, kind, grant } = write;
  const text = textOf(write);
  return Object.assign({ desk, key, application, kind, sequence, isOffline: grant !== undefined }, text && { text });
}

/** Returns what identifies the effect of a write that is no row of the history. */
function textOf({ kind, body }: Write): string | undefined {
  if (kind === 'notes') return body['text'] as string;
  if (kind === 'mandates') return `mandates/${body['id'] as string}`;
  return kind === 'edit' ? (body['contact'] as { phone: string }).phone : undefined;
}
