import { createAgencySimulator, readConfig } from './service.ts';

const simulator = createAgencySimulator(readConfig(process.env));
await simulator.start();
// `disconnect`: the parent process with a channel to this one has ended.
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
  process.once(signal as 'SIGTERM', () => void simulator.stop().then(() => process.exit(0)));
}
