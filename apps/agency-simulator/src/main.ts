import { createAgencySimulator, readConfig } from './service.ts';

const simulator = createAgencySimulator(readConfig(process.env));
await simulator.start();
// `disconnect`: the starter that held a channel to this process is gone.
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
  process.once(signal as 'SIGTERM', () => void simulator.stop().then(() => process.exit(0)));
}
