import { issueCertificate, createAuthority } from '@cups/rpc/authority';
import { isReady, restartsOf, serviceOf, sum, waitFor } from './kube.ts';
import type { KubeClient } from './kube.ts';
import { labelsOf, runProbe } from './probe.ts';

/** Tests mutual TLS between pods: accepted and refused callers, and a renewal without restarts. */

/** The caller that the network policies allow to reach intake. */
const CALLER = 'gateway';
const INTAKE = 'intake:7003';
const OPERATIONS_PORT = 7103;
const DAY_MS = 86_400_000;
/** The kubelet updates a mounted Secret within about a minute. */
const MAX_PROPAGATION_SECONDS = 180;
/** Connection variants, and whether intake must accept each. */
const CONNECTION_CASES = {
  plain: false,
  'without a certificate': false,
  'with one of another authority': false,
  'with its own': true,
} as const;
type ConnectionCase = keyof typeof CONNECTION_CASES;

/** Sends the HTTP/2 preface in each variant; an accepted one gets a SETTINGS frame. */
const PROBE = `
const { readFileSync } = require('node:fs');
const net = require('node:net');
const tls = require('node:tls');
const [host, port] = process.env.TARGET.split(':');
const own = { key: readFileSync('/secret/tls.key'), cert: readFileSync('/secret/tls.crt') };
const secure = (pair) => () => tls.connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'], ...pair });
const ways = {
  plain: () => net.connect({ host, port }),
  'without a certificate': secure({}),
  'with one of another authority': secure(JSON.parse(process.env.STRANGER)),
  'with its own': secure(own),
};
const once = (open) => new Promise((resolve) => {
  const socket = open();
  const say = (isIn) => { socket.destroy(); resolve(isIn); };
  socket.write('PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\\0\\0\\0\\x04\\0\\0\\0\\0\\0');
  socket.setTimeout(5000, () => say(false)).once('data', (data) => say(data[3] === 4)).once('error', () => say(false)).once('close', () => say(false));
});
const end = Date.now() + 60000;
const probe = async () => {
  const found = {};
  for (const [way, open] of Object.entries(ways)) found[way] = await once(open);
  // Policies of a new pod take effect shortly after its start.
  if (!found['with its own'] && Date.now() < end) return setTimeout(probe, 1000);
  console.log(JSON.stringify(found));
};
probe();
`;

/** Connects to intake in every variant, from a pod with the gateway's labels. @throws Error on an unexpected result */
export async function testCertificates(kube: KubeClient): Promise<string> {
  const now = Date.now();
  const { key, certificate: cert } = await issueCertificate(await createAuthority({ now, days: 1 }), CALLER, {
    now,
    days: 1,
  });
  const output = await runProbe(kube, {
    name: 'certificates',
    labels: labelsOf(CALLER),
    script: PROBE,
    env: { TARGET: INTAKE, STRANGER: JSON.stringify({ key, cert }) },
    secret: `cups-tls-${CALLER}`,
  });
  const found = JSON.parse(output) as Record<ConnectionCase, boolean>;
  const wrong = (Object.keys(CONNECTION_CASES) as ConnectionCase[]).filter(
    (way) => found[way] !== CONNECTION_CASES[way],
  );
  if (wrong.length > 0) {
    throw new Error(
      `Intake ${wrong.map((way) => `${found[way] ? 'lets in' : 'refuses'} who comes ${way}`).join(', ')}`,
    );
  }
  return 'intake lets the gateway in with its own certificate, and not with one of another authority, without one, or plain';
}

/**
 * Waits until every pod of intake uses another certificate.
 * @param renew renews it
 * @throws Error when a pod has the old one after three minutes, or restarted
 */
export async function renewCertificate(kube: KubeClient, renew: () => Promise<unknown>): Promise<string> {
  const before = await readExpiries(kube);
  await renew();
  const seconds = await waitFor('every pod of intake has its new certificate', MAX_PROPAGATION_SECONDS, async () => {
    const now = await readExpiries(kube);
    return [...before.ends].every(([pod, end]) => (now.ends.get(pod) ?? 0) > end);
  });
  const { restarts } = await readExpiries(kube);
  if (restarts !== before.restarts) throw new Error(`${restarts - before.restarts} pods of intake were restarted.`);
  const days = (Math.min(...before.ends.values()) * 1000 - Date.now()) / DAY_MS;
  return `${before.ends.size} pods of intake, whose certificate was good for ${days.toFixed(0)} days, have another after ${seconds.toFixed(0)} s; 0 restarts`;
}

/** Returns the certificate expiry of each intake pod, in seconds since 1970, and its restarts. */
async function readExpiries(kube: KubeClient): Promise<{ ends: Map<string, number>; restarts: number }> {
  const pods = (await kube.pods()).filter((pod) => serviceOf(pod) === 'intake' && isReady(pod));
  const ends = await Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      const page = await kube.askPod(name, OPERATIONS_PORT, '/metrics');
      return [
        name,
        Number(/^cups_certificate_expiry_timestamp_seconds\{[^}]*certificate="service"[^}]*\} (\S+)$/m.exec(page)?.[1]),
      ] as const;
    }),
  );
  return { ends: new Map(ends), restarts: sum(pods.map(restartsOf)) };
}
