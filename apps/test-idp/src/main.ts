import { readConfig } from './config.ts';
import { startTestIdp } from './service.ts';

// The process ends with its starter.
const running = await startTestIdp(readConfig(process.env));
const stop = (): void => void running.close().then(() => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
process.on('disconnect', stop);
