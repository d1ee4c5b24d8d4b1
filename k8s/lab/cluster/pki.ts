import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { run } from './command.ts';
import { API_URL, NETWORK, NODE_NAME } from './layout.ts';
import type { Layout } from './layout.ts';

/** Certificate authorities, certificates, and the kubeconfig of each part. */

interface Certificate {
  name: string;
  authority: 'ca' | 'front-proxy-ca';
  /** User. */
  commonName: string;
  /** Group of the user. */
  organisation?: string;
  /** Subject alternative names of a server, in OpenSSL's syntax. */
  names?: readonly string[];
  /** Whether it gets a kubeconfig. */
  isUser?: boolean;
}

const service = (name: string): string[] => [`DNS:${name}`, `DNS:${name}.kube-system.svc`, `IP:${NETWORK.node}`];

const CERTIFICATES: readonly Certificate[] = [
  {
    name: 'apiserver',
    authority: 'ca',
    commonName: 'kube-apiserver',
    names: [
      ...['', '.default', '.default.svc', '.default.svc.cluster.local'].map((suffix) => `DNS:kubernetes${suffix}`),
      ...[NETWORK.node, NETWORK.api, '127.0.0.1'].map((address) => `IP:${address}`),
    ],
  },
  { name: 'apiserver-kubelet', authority: 'ca', commonName: 'apiserver-kubelet', organisation: 'system:masters' },
  { name: 'front-proxy', authority: 'front-proxy-ca', commonName: 'front-proxy' },
  { name: 'admin', authority: 'ca', commonName: 'admin', organisation: 'system:masters', isUser: true },
  { name: 'controllers', authority: 'ca', commonName: 'system:kube-controller-manager', isUser: true },
  { name: 'scheduler', authority: 'ca', commonName: 'system:kube-scheduler', isUser: true },
  {
    name: 'kubelet',
    authority: 'ca',
    commonName: `system:node:${NODE_NAME}`,
    organisation: 'system:nodes',
    names: [`DNS:${NODE_NAME}`, `IP:${NETWORK.node}`],
    isUser: true,
  },
  {
    name: 'proxy',
    authority: 'ca',
    commonName: 'system:kube-proxy',
    organisation: 'system:node-proxier',
    isUser: true,
  },
  { name: 'metrics-server', authority: 'ca', commonName: 'metrics-server', names: service('metrics-server') },
  { name: 'keda', authority: 'ca', commonName: 'keda', names: service('keda-metrics-apiserver') },
];

/** Longer than any test cluster lives. */
const DAYS = '90';

/** Generates everything. A kubeconfig embeds its certificates, so that it can be copied. */
export async function makePki({ pki, kubeconfig }: Layout): Promise<void> {
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  // OpenSSL's default configuration would make every certificate a CA.
  writeFileSync(join(pki, 'openssl.cnf'), '[req]\ndistinguished_name = name\n[name]\n');
  makeServiceAccountKey(pki);
  await Promise.all(['ca', 'front-proxy-ca'].map((name) => makeAuthority(pki, name)));
  await Promise.all(CERTIFICATES.map((certificate) => makeCertificate(pki, certificate)));
  for (const { name } of CERTIFICATES.filter(({ isUser }) => isUser)) {
    writeFileSync(join(pki, `${name}.kubeconfig`), kubeconfigOf(pki, name), { mode: 0o600 });
  }
  writeFileSync(kubeconfig, kubeconfigOf(pki, 'admin'), { mode: 0o600 });
}

/** Generates the signing key of service account tokens. */
function makeServiceAccountKey(pki: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(pki, 'service-accounts.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(pki, 'service-accounts.pub'), publicKey);
}

const makeAuthority = (pki: string, name: string): Promise<string> =>
  openssl(pki, name, `/CN=${name}`, ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']);

function makeCertificate(pki: string, { name, authority, commonName, organisation, names }: Certificate) {
  const subject = `${organisation ? `/O=${organisation}` : ''}/CN=${commonName}`;
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature,keyEncipherment',
    'extendedKeyUsage=clientAuth,serverAuth',
    ...(names ? [`subjectAltName=${names.join(',')}`] : []),
  ];
  return openssl(pki, name, subject, extensions, ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`]);
}

/** Generates a P-256 key and its certificate, self-signed without an authority. */
function openssl(pki: string, name: string, subject: string, extensions: string[], authority: string[] = []) {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
  const what = ['-subj', subject, '-days', DAYS, '-out', `${name}.crt`];
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const args = ['req', '-x509', '-config', 'openssl.cnf', ...key, ...what, ...added, ...authority];
  return run('openssl', args, { cwd: pki });
}

function kubeconfigOf(pki: string, user: string): string {
  const data = (file: string): string => readFileSync(join(pki, file)).toString('base64');
  const name = 'cups-cluster';
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server: API_URL, 'certificate-authority-data': data('ca.crt') } }],
      users: [
        {
          name: user,
          user: { 'client-certificate-data': data(`${user}.crt`), 'client-key-data': data(`${user}.key`) },
        },
      ],
      contexts: [{ name, context: { cluster: name, user } }],
      'current-context': name,
    },
    { lineWidth: 0 },
  );
}
