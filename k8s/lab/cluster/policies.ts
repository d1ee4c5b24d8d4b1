import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments, stringify } from 'yaml';
import { CommandFailedError, run } from './command.ts';

/** Applies `k8s/policies` to a cluster, and tests the examples. */

const FOLDER = join(import.meta.dirname, '../../policies');
const NAMESPACE = 'cups';
const ADMITTED = 'admitted';
/** The API server enforces a new policy shortly after storing it. */
const POLICY_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 250;

interface PolicyExample {
  kind: string;
  metadata: { name: string; annotations: { expected: string } };
}

/** Result of an example. */
export interface PolicyResult {
  example: string;
  /** `admitted`, or part of the refusal. */
  expected: string;
  /** Actual result. */
  actual: string;
  isAsExpected: boolean;
}

/** Returns the example objects of each policy. */
export const readExamples = (): PolicyExample[] =>
  parseAllDocuments(readFileSync(join(FOLDER, 'examples', 'objects.yaml'), 'utf8')).map(
    (document) => document.toJS() as PolicyExample,
  );

/** Creates the namespace `cups` and the policies, which stay. Examples are dry runs. */
export async function tryPolicies(kubectl: string, kubeconfig: string): Promise<PolicyResult[]> {
  const ask = (args: readonly string[], input = '') => run(kubectl, ['--kubeconfig', kubeconfig, ...args], { input });
  await ask(['apply', '-f', FOLDER]);
  return Promise.all(readExamples().map((example) => evaluateExample(ask, example)));
}

type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

async function evaluateExample(ask: Kubectl, example: PolicyExample): Promise<PolicyResult> {
  const { kind, metadata } = example;
  const { expected } = metadata.annotations;
  const deadline = Date.now() + POLICY_TIMEOUT_MS;
  for (;;) {
    const actual = await applyDryRun(ask, example);
    const isAsExpected = actual.includes(expected);
    if (isAsExpected || Date.now() > deadline)
      return { example: `${kind} ${metadata.name}`, expected, actual, isAsExpected };
    await delay(POLL_INTERVAL_MS);
  }
}

async function applyDryRun(ask: Kubectl, example: PolicyExample): Promise<string> {
  try {
    await ask(['create', '--dry-run=server', '--namespace', NAMESPACE, '-f', '-'], stringify(example));
    return ADMITTED;
  } catch (error) {
    if (error instanceof CommandFailedError) return error.message;
    throw error;
  }
}
