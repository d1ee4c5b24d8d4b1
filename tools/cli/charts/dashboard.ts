/** The Grafana dashboard: rows of panels with titles and Prometheus queries. `npm run cups -- charts` generates its JSON. */

interface Panel {
  title: string;
  /** Grafana's unit. */
  unit: 'short' | 'reqps' | 's' | 'bytes' | 'percentunit';
  /** Expressions by legend. */
  series: Readonly<Record<string, string>>;
}

const RATE = '$__rate_interval';

export const DASHBOARD: Readonly<Record<string, Panel[]>> = {
  Desks: [
    {
      title: 'Requests by status',
      unit: 'reqps',
      series: { '{{status}}': `sum by (status) (rate(http_requests_total[${RATE}]))` },
    },
    {
      title: 'Failed submissions (5xx)',
      unit: 'percentunit',
      series: {
        'of 5 minutes': 'cups:submissions_failed:ratio_rate5m',
        'of an hour': 'cups:submissions_failed:ratio_rate1h',
        'of three days': 'cups:submissions_failed:ratio_rate3d',
      },
    },
    {
      title: 'Time to answer a submission',
      unit: 's',
      series: {
        p50: quantile(0.5, 'http_request_duration_seconds_bucket{operation="submitApplication"}', 'le'),
        p99: quantile(0.99, 'http_request_duration_seconds_bucket{operation="submitApplication"}', 'le'),
      },
    },
  ],
  Agencies: [
    {
      title: 'Time until an agency has a submission',
      unit: 's',
      series: {
        p50: quantile(0.5, 'agency_delivery_latency_seconds_bucket{topic=~"agency[.].*"}', 'le'),
        p99: quantile(0.99, 'agency_delivery_latency_seconds_bucket{topic=~"agency[.].*"}', 'le'),
      },
    },
    {
      title: 'Submissions delivered after more than a minute',
      unit: 'percentunit',
      series: {
        'of 5 minutes': 'cups:submissions_late:ratio_rate5m',
        'of an hour': 'cups:submissions_late:ratio_rate1h',
        'of three days': 'cups:submissions_late:ratio_rate3d',
      },
    },
    {
      title: 'Submissions in an hour',
      unit: 'short',
      series: { '{{topic}}': 'sum by (topic) (increase(agency_delivery_latency_seconds_count[1h]))' },
    },
    {
      title: 'Time until an agency acknowledges, p50 of a day',
      unit: 's',
      series: {
        '{{agency}}':
          'histogram_quantile(0.5, sum by (agency, le) (rate(agency_acknowledgement_latency_seconds_bucket[1d])))',
      },
    },
    {
      title: 'Deliveries deferred for an agency without a file',
      unit: 'short',
      series: { '{{pod}}': 'max by (pod) (agency_bridge_deliveries_deferred)' },
    },
  ],
  Services: [
    { title: 'Replicas', unit: 'short', series: { '{{service}}': 'count by (service) (process_uptime_seconds)' } },
    {
      title: 'Calls by service',
      unit: 'reqps',
      series: { '{{service}}': `sum by (service) (rate(grpc_server_requests_total[${RATE}]))` },
    },
    {
      title: 'Duration of calls, p99',
      unit: 's',
      series: { '{{service}}': quantile(0.99, 'grpc_server_request_duration_seconds_bucket', 'service, le') },
    },
    {
      title: 'CPU',
      unit: 'short',
      series: { '{{service}}': `sum by (service) (rate(process_cpu_seconds_total[${RATE}]))` },
    },
    {
      title: 'Memory of the largest replica',
      unit: 'bytes',
      series: { '{{service}}': 'max by (service) (process_resident_memory_bytes)' },
    },
    { title: 'Store ready', unit: 'short', series: { '{{service}}': 'min by (service) (store_ready)' } },
  ],
  Documents: [
    {
      title: 'Checks by outcome',
      unit: 'reqps',
      series: { '{{outcome}}': `sum by (outcome) (rate(documents_checks_total[${RATE}]))` },
    },
    { title: 'Age of the oldest pending check', unit: 's', series: { oldest: 'max(documents_oldest_check_seconds)' } },
    { title: 'Storage full', unit: 'short', series: { '{{pod}}': 'max by (pod) (documents_storage_full)' } },
  ],
  Journal: [
    {
      title: 'Entries a second',
      unit: 'reqps',
      series: { '{{source}}': `sum by (source) (rate(journal_entries_total[${RATE}]))` },
    },
    {
      title: 'Age of the unpublished checkpoint',
      unit: 's',
      series: { unpublished: 'max(journal_unpublished_seconds)' },
    },
    { title: 'Missing entries', unit: 'short', series: { missing: 'max(journal_missing_entries)' } },
  ],
  Events: [
    {
      title: 'Age of the oldest pending event',
      unit: 's',
      series: { '{{service}}': 'max by (service) (outbox_oldest_event_age_seconds)' },
    },
    {
      title: 'Documents with pending events',
      unit: 'short',
      series: { '{{service}}': 'sum by (service) (outbox_documents_pending)' },
    },
    {
      title: 'Events published',
      unit: 'reqps',
      series: { '{{service}} {{collection}}': `sum by (service, collection) (rate(outbox_published_total[${RATE}]))` },
    },
    {
      title: 'Messages handled',
      unit: 'reqps',
      series: { '{{service}} {{topic}}': `sum by (service, topic) (rate(consumer_events_total[${RATE}]))` },
    },
    {
      title: 'Blocked documents and parked keys',
      unit: 'short',
      series: {
        'blocked, {{service}} {{collection}}': 'max by (service, collection) (outbox_documents_blocked)',
        'parked, {{service}}': 'max by (service) (parked_subjects) + max by (service) (parked_keys)',
      },
    },
    {
      title: 'Messages refused in an hour',
      unit: 'short',
      series: { '{{topic}} {{cause}}': 'sum by (topic, cause) (increase(refused_messages_total[1h]))' },
    },
  ],
  'Centres and people': [
    { title: 'Centres in service', unit: 'short', series: { '{{pod}}': 'max by (pod) (cups_identity_centres)' } },
    { title: 'Public services', unit: 'short', series: { '{{pod}}': 'max by (pod) (cups_catalog_public_services)' } },
    {
      title: 'Notices in an hour',
      unit: 'short',
      series: { '{{outcome}}': 'sum by (outcome) (increase(cups_notices_total[1h]))' },
    },
  ],
};

function quantile(share: number, metric: string, by: string): string {
  return `histogram_quantile(${share}, sum by (${by}) (rate(${metric}[${RATE}])))`;
}

const WIDTH = 8;
const HEIGHT = 8;
const COLUMNS = 24 / WIDTH;

/** Returns Grafana's JSON. */
export function dashboardJson(): string {
  const panels: object[] = [];
  let y = 0;
  for (const [title, row] of Object.entries(DASHBOARD)) {
    panels.push({ id: panels.length + 1, type: 'row', title, gridPos: { x: 0, y: y++, w: 24, h: 1 } });
    for (const [place, panel] of row.entries()) {
      const at = { x: (place % COLUMNS) * WIDTH, y: y + Math.floor(place / COLUMNS) * HEIGHT };
      panels.push(toGrafanaPanel(panels.length + 1, panel, at));
    }
    y += Math.ceil(row.length / COLUMNS) * HEIGHT;
  }
  const dashboard = {
    uid: 'cups',
    title: 'CUPS',
    schemaVersion: 39,
    editable: false,
    time: { from: 'now-6h', to: 'now' },
    refresh: '30s',
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels,
  };
  return JSON.stringify(dashboard, null, 2);
}

const datasource = { type: 'prometheus', uid: '${datasource}' };

function toGrafanaPanel(id: number, { title, unit, series }: Panel, at: { x: number; y: number }): object {
  return {
    id,
    type: 'timeseries',
    title,
    datasource,
    gridPos: { x: at.x, y: at.y, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: Object.entries(series).map(([legendFormat, expr], place) => ({
      refId: String.fromCharCode(65 + place),
      datasource,
      expr,
      legendFormat,
    })),
  };
}
