import { readConfig } from './config.ts';
import { startTestIdp } from './service.ts';

/** Ends with whoever started it. */
const running = await startTestIdp(readConfig(process.env));
const end = (): void => void running.close().then(() => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
process.on('disconnect', end);
