import { createHash } from 'node:crypto';
import { CENTRE_LIFECYCLE, CENTRE_STATUSES } from '@cups/identity/life';
import type { CentreStatus } from '@cups/identity/life';
import { findResponsibleCentre, findInheritedCentres } from '@cups/identity/transfers';
import { formatTable, indent } from '../format-table.ts';
import type { CentreChange } from './transitions.ts';
import type { CentrePlan } from './plan.ts';
import { fileOf } from './set.ts';
import type { CentreSet, CentreEntry } from './set.ts';

/** Formats centres and plans as text and JSON. */

/** Contents of the list: centres, and the progress of waves, districts and agencies. */
export interface Overview {
  centres: Omit<CentreEntry, 'text' | 'hash'>[];
  waves: CountRow[];
  districts: CountRow[];
  /** Centres that serve each agency. */
  agencies: CountRow[];
  faults: readonly string[];
}

/** Number of centres, in total and by status. */
export interface CountRow {
  of: string;
  centres: number;
  byStatus: Partial<Record<CentreStatus, number>>;
}

const ABROAD = 'abroad';
const NOT_KNOWN = 'not known';

export function buildOverview(
  set: CentreSet,
  filter: { wave?: string | undefined; status?: string | undefined },
): Overview {
  const { wave, status } = filter;
  const chosen = [...set.centres.values()].filter(
    (centre) => (wave === undefined || centre.wave === wave) && (status === undefined || centre.status === status),
  );
  const placeOf = ({ kind, district }: CentreEntry): string => district ?? (kind === 'mission' ? ABROAD : NOT_KNOWN);
  return {
    centres: chosen.map(fieldsOf),
    waves: countBy(chosen, (centre) => [centre.wave]),
    districts: countBy(chosen, (centre) => [placeOf(centre)]),
    agencies: countBy(chosen, (centre) => centre.agencies),
    faults: set.faults,
  };
}

/** Returns the fields of a centre without those of its file. */
export function fieldsOf({ text: _text, hash: _hash, ...fields }: CentreEntry): Omit<CentreEntry, 'text' | 'hash'> {
  return fields;
}

function countBy(centres: CentreEntry[], keysOf: (centre: CentreEntry) => string[]): CountRow[] {
  const rows = new Map<string, CountRow>();
  for (const centre of centres) {
    for (const of of keysOf(centre)) {
      const row = rows.get(of) ?? { of, centres: 0, byStatus: {} };
      row.centres += 1;
      row.byStatus[centre.status] = (row.byStatus[centre.status] ?? 0) + 1;
      rows.set(of, row);
    }
  }
  return [...rows.values()].sort((a, b) => a.of.localeCompare(b.of, 'ro'));
}

/** Formats the list as tables: centres by agency, then waves, districts and agencies by status. */
export function formatList(overview: Overview, agencies: readonly string[]): string {
  const { centres, waves, districts, faults } = overview;
  const rows = centres.map(({ code, name, kind, district = '', wave, status, agencies: own }) => [
    ...[code, name, kind, district, wave, status],
    ...agencies.map((agency) => (own.includes(agency) ? 'x' : '-')),
  ]);
  const blocks = [
    formatTable(toHeadings(['code', 'name', 'kind', 'district', 'wave', 'status', ...agencies]), rows),
    formatCounts('wave', waves),
    formatCounts('district', districts),
    formatCounts('agency', overview.agencies),
  ];
  if (faults.length > 0) blocks.push(['Errors:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  return blocks.join('\n\n');
}

const toHeadings = (names: readonly string[]): string[] => names.map((name) => name.toUpperCase());

function formatCounts(title: string, rows: CountRow[]): string {
  const cells = rows.map(({ of, centres, byStatus }) => [
    ...[of, centres],
    ...CENTRE_STATUSES.map((status) => byStatus[status] ?? 0),
  ]);
  return formatTable(toHeadings([title, 'centres', ...CENTRE_STATUSES]), cells);
}

const MEANINGS: Readonly<Record<CentreStatus, string>> = {
  planned: 'not open: no sign-in, no drafts',
  training: 'its operators practise; the simulator replies, and no application reaches an agency',
  active: 'its operators sign in and open applications',
  paused: 'no new drafts; open applications are finished',
  closed: 'closed for good: no sign-in',
};

/** Formats a centre with the meaning of its status, its next statuses and inherited applications. */
export function formatCentre(centre: CentreEntry, set: CentreSet): string {
  const { code, name, kind, district, wave, status, timeZone, languages, agencies, limits, transferTo } = centre;
  const takenOver = findInheritedCentres(code, set.centres);
  const rows = [
    ['name', name],
    ['kind', kind],
    ...(district === undefined ? [] : [['district', district]]),
    ['wave', wave],
    ['status', `${status}: ${MEANINGS[status]}`],
    ['next', CENTRE_LIFECYCLE[status].next.join(' or ') || 'nothing'],
    ...(transferTo === undefined ? [] : [['transferred to', findResponsibleCentre(code, set.centres) ?? transferTo]]),
    ...(takenOver.length === 0 ? [] : [['inherited from', takenOver.join(', ')]]),
    ['time zone', timeZone],
    ['languages', languages.join(', ')],
    ['agencies', agencies.join(', ')],
    ['maximum open', String(limits?.openApplications ?? 'no limit')],
    ['file', `centres/${fileOf(code)}`],
  ];
  return `${code}\n${indent(formatTable(undefined, rows))}`;
}

/** Returns the ConfigMap of a file: helm/centres distributes files to sixteen by the first digit of their hash. */
const findConfigMap = (file: string): string => `cups-centres-${createHash('sha256').update(file).digest('hex')[0]}`;

/** Returns the JSON form of a plan. */
export function toPlanJson({ changes, remarks }: CentrePlan, written: boolean) {
  const told = changes.filter(({ to }) => to !== 'planned' && to !== 'training');
  return {
    changes: changes.map(({ text: _text, district: _district, ...said }) =>
      Object.assign({ file: `centres/${fileOf(said.code)}` }, said),
    ),
    files: changes.length,
    configMaps: [...new Set(changes.map(({ code }) => findConfigMap(fileOf(code))))].sort(),
    podsRestarted: 0,
    announced: told.length,
    remarks,
    written,
  };
}

export function formatPlan(plan: CentrePlan, written: boolean): string {
  const { changes, remarks } = plan;
  const { files, configMaps, podsRestarted, announced } = toPlanJson(plan, written);
  const facts = [
    ['files', `${files}, ${buildChart(changes)}`],
    ['cluster', `${configMaps.length} ConfigMaps (${configMaps.join(', ')}), and no other object`],
    ['pods', `${podsRestarted} restarted: identity watches its files`],
    ['agencies', announced > 0 ? `${announced} notified on cups.centres` : 'none notified'],
  ];
  const end = written ? 'Written.' : 'Nothing was written (--dry-run).';
  return [
    formatTable(undefined, changes.map(formatChange)),
    '',
    indent(formatTable(undefined, facts)),
    '',
    ...remarks,
    end,
  ].join('\n');
}

/** Describes which fields of the files change. */
function buildChart(changes: readonly CentreChange[]): string {
  if (changes.some(({ transferTo }) => transferTo !== undefined)) return 'only status and transferTo of each';
  return changes.some(({ from }) => from) ? 'only the status of each' : 'new';
}

const formatChange = ({ code, name, district = '', from, to, transferTo }: CentreChange): string[] => [
  ...[code, name, district],
  (from ? `${from} -> ${to}` : `new, ${to}`) + (transferTo === undefined ? '' : `, transferred to ${transferTo}`),
];
