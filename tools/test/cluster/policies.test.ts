import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { environmentFile, renderText } from '../../cli/charts/render.ts';
import { readExamples } from '../../../k8s/lab/cluster/policies.ts';

const k8s = join(import.meta.dirname, '../../../k8s');
const parse = (manifests: string) => parseAllDocuments(manifests).map((document) => document.toJS());
const documents = (file: string) => parse(readFileSync(join(k8s, file), 'utf8'));
const objects = readdirSync(join(k8s, 'policies'))
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) => documents(join('policies', file)));
const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
const PLATFORM = { 'app.kubernetes.io/part-of': 'cups' };

test('denies in the platform’s namespaces', () => {
  const policies = ofKind('ValidatingAdmissionPolicy').map(({ metadata }) => metadata.name);
  expect(policies.length).toBeGreaterThan(0);
  for (const name of policies) {
    const binding = ofKind('ValidatingAdmissionPolicyBinding').find(({ spec }) => spec.policyName === name);
    expect(binding?.spec).toMatchObject({
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: PLATFORM } },
    });
  }
});

test('puts the platform’s namespace under policies and pod security', () => {
  const [namespace] = ofKind('Namespace');
  expect(namespace.metadata.labels).toMatchObject({ ...PLATFORM, 'pod-security.kubernetes.io/enforce': 'restricted' });
});

test('has an example for every refusal and admitted kind', () => {
  const examples = readExamples();
  const refusals = examples.map(({ metadata }) => metadata.annotations.expected);
  const reasons = ['an image is named by its digest', 'not as LoadBalancer', 'not as NodePort', 'external addresses'];
  for (const reason of [...reasons, 'violates PodSecurity']) {
    expect(refusals.some((refusal) => refusal.includes(reason))).toBe(true);
  }
  const admitted = examples.filter(({ metadata }) => metadata.annotations.expected === 'admitted');
  expect(admitted.map(({ kind }) => kind)).toEqual(['Pod', 'Deployment', 'Service']);
});

test.each(['pilot', 'production'])('admits the rendered objects of %s', (name) => {
  const manifests = renderText('platform', { files: [environmentFile(name)] });
  const rendered = parse(manifests).filter(Boolean);
  const pods = rendered.map((object) => object.spec?.template?.spec).filter((spec) => spec?.containers);
  const images = pods.flatMap(({ containers, initContainers = [] }) => [...containers, ...initContainers]);
  expect(images.length).toBeGreaterThan(0);
  for (const { image } of images) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  for (const { spec } of rendered.filter(({ kind }) => kind === 'Service')) {
    expect(['LoadBalancer', 'NodePort']).not.toContain(spec.type);
    expect(spec.externalIPs).toBeUndefined();
  }
});
