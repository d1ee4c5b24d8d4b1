import { formatTable, indent } from '../../../tools/cli/format-table.ts';
import { createLayout } from './layout.ts';
import { isRunning, readRecord, STARTER } from './record.ts';

/** Describes the cluster on this machine. */
export function clusterStatus(): string {
  const record = readRecord();
  if (!record) return 'No cluster runs on this machine.';
  const { folder, addons, startedBy, startedAt, processes } = record;
  const facts = [
    ['kubeconfig', createLayout(folder).kubeconfig],
    ['addons', addons.join(', ') || 'none'],
    ...Object.entries(processes).map(([name, pid]) => [name, isRunning(record, name) ? `process ${pid}` : 'has ended']),
  ];
  return [
    `A cluster, started ${startedAt} by process ${startedBy}${isRunning(record, STARTER) ? '' : ' (which has ended)'}`,
    indent(formatTable(undefined, facts)),
  ].join('\n');
}
