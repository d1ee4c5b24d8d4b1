import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SERVICES } from '../../platform/services.ts';
import { AGENCIES } from './agencies-values.ts';
import { readme, valuesSchema, valuesYaml } from './pages.ts';
import { PLATFORM } from './platform-values.ts';
import type { Value } from './schema.ts';
import { buildValues } from './values.ts';

const root = join(import.meta.dirname, '../../..');

/** How to install each chart that is a release of its own. */
const INSTALL_COMMANDS: Readonly<Record<string, string>> = {
  platform:
    'It needs Kubernetes 1.30 or newer, a MongoDB, a Kafka, and the chart of [centres](../centres/README.md), which is installed first. ' +
    '[Install the platform](../../docs/how-to/install.md) has the steps. `k8s/env` has values of three environments, and ' +
    '`k8s/rendered` the manifests of the pilot. Values of a service are under its name (`intake.replicas`), shared ones under `global`.',
  centres:
    'Run `helm upgrade --install cups-centres helm/centres --namespace cups` before you install the platform, and again when a file of ' +
    '`data` has changed ([open a centre](../../docs/how-to/open-a-centre.md)). It always creates 80 ConfigMaps. An added or changed ' +
    'centre changes one of them.',
  agencies:
    'Run `helm upgrade --install cups-agencies helm/agencies --namespace kafka` in the namespace of a Strimzi Kafka. It reads one ' +
    'file of `data/agencies` for each agency ([Kafka](../../k8s/kafka/README.md)).',
};
const installCommandOf = (chart: string): string =>
  INSTALL_COMMANDS[chart] ??
  `The umbrella chart [platform](../platform/README.md) installs it and has its values under \`${chart}\`.`;

/** Builds the generated files of all charts, by path. */
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
