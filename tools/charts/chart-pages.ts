import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SERVICES } from '../services.ts';
import { readme, valuesSchema, valuesYaml } from './pages.ts';
import type { Value } from './schema.ts';
import { AGENCIES, PLATFORM, buildValues } from './values.ts';

const root = join(import.meta.dirname, '..', '..');

/** How each chart that is a release of its own is used. */
const INSTALL_COMMANDS: Readonly<Record<string, string>> = {
  platform:
    'It needs Kubernetes from 1.30 on, a MongoDB, a Kafka, and the registry of [centres](../centres/README.md), which comes before it. ' +
    '[How to install it](../../docs/how-to/install.md); `k8s/env` has values of three environments, and ' +
    '`k8s/rendered` has the manifests of the pilot. A value of a service stands under its name (`intake.replicas`), what all share under `global`.',
  centres:
    '`helm upgrade --install cups-centres helm/centres --namespace cups`: before the platform, and again when a file of `data` has ' +
    'changed ([open a centre](../../docs/how-to/open-a-centre.md)). It makes 64 ConfigMaps, whatever it holds; a centre that is added or changed ' +
    'changes one of them.',
  agencies:
    '`helm upgrade --install cups-agencies helm/agencies --namespace kafka`: in the namespace of a Kafka that Strimzi runs, with a ' +
    'file of `data/agencies` for each agency ([Kafka](../../k8s/kafka/README.md)).',
};
const installCommandOf = (chart: string): string =>
  INSTALL_COMMANDS[chart] ??
  `The umbrella [platform](../platform/README.md) installs it; there, its values stand under \`${chart}\`.`;

/** The files of all charts that are made from the values of their tables, by their paths. */
export function chartPages(): Map<string, string> {
  const pages = new Map<string, string>();
  const add = (chart: string, values: Value[]) => {
    const { description } = parse(readFileSync(join(root, 'helm', chart, 'Chart.yaml'), 'utf8')) as {
      description: string;
    };
    pages.set(`helm/${chart}/values.yaml`, valuesYaml(values));
    pages.set(`helm/${chart}/values.schema.json`, valuesSchema(chart, values));
    pages.set(`helm/${chart}/README.md`, readme(chart, [description, installCommandOf(chart)], values));
  };
  for (const service of SERVICES) add(service, buildValues(service));
  add('platform', PLATFORM);
  add('centres', []);
  add('agencies', AGENCIES);
  return pages;
}
