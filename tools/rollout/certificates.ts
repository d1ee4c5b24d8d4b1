import { issueCertificate, createAuthority } from '@cups/rpc/authority';
import { isReady, restartsOf, serviceOf, sum, waitFor } from './kube.ts';
import type { KubeClient } from './kube.ts';
import { labelsOf, runProbe } from './probe.ts';

/** Mutual TLS as pods have it: who is let in, and that a certificate which is renewed restarts nobody. */

/** Whom the policies let through to intake. */
const CALLER = 'gateway';
const INTAKE = 'intake:7003';
const OPERATIONS_PORT = 7103;
const DAY_MS = 86_400_000;
/** The kubelet brings a changed Secret within about a minute. */
const MAX_PROPAGATION_SECONDS = 180;
/** How a caller may come, and whether it is to be let in. */
const CONNECTION_CASES = {
  plain: false,
  'without a certificate': false,
  'with one of another authority': false,
  'with its own': true,
} as const;
type ConnectionCase = keyof typeof CONNECTION_CASES;

/** Sends the first words of HTTP/2 in each way; whoever is let in is answered by a frame of settings. */
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
const look = async () => {
  const found = {};
  for (const [way, open] of Object.entries(ways)) found[way] = await once(open);
  // Policies of a new pod come into force a moment after it runs.
  if (!found['with its own'] && Date.now() < end) return setTimeout(look, 1000);
  console.log(JSON.stringify(found));
};
look();
`;

/** A pod with the labels of the gateway comes to intake in every way. @throws Error when one ends otherwise than it should */
export async function testCertificates(kube: KubeClient): Promise<string> {
  const now = Date.now();
  const { key, certificate: cert } = await issueCertificate(await createAuthority({ now, days: 1 }), CALLER, {
    now,
    days: 1,
  });
  const said = await runProbe(kube, {
    name: 'certificates',
    labels: labelsOf(CALLER),
    script: PROBE,
    env: { TARGET: INTAKE, STRANGER: JSON.stringify({ key, cert }) },
    secret: `cups-tls-${CALLER}`,
  });
  const found = JSON.parse(said) as Record<ConnectionCase, boolean>;
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
 * Until every pod of intake works with another certificate.
 * @param renew makes it
 * @throws Error when a pod has not got it after three minutes, or was restarted
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

/** When the certificate of each pod of intake ends, in seconds since 1970, and how often they were restarted. */
async function readExpiries(kube: KubeClient): Promise<{ ends: Map<string, number>; restarts: number }> {
  const pods = (await kube.pods()).filter((pod) => serviceOf(pod) === 'intake' && isReady(pod));
  const ends = await Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      const page = await kube.askPod(name, OPERATIONS_PORT, '/metrics');
      return [name, Number(/^cups_certificate_end_seconds\{[^}]*of="service"[^}]*\} (\S+)$/m.exec(page)?.[1])] as const;
    }),
  );
  return { ends: new Map(ends), restarts: sum(pods.map(restartsOf)) };
}
