import { createAgencySimulator, readConfig } from './service.ts';

const simulator = createAgencySimulator(readConfig(process.env));
await simulator.start();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void simulator.stop().then(() => process.exit(0)));
}
