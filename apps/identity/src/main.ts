import { serve } from '@cups/process';
import { readConfig } from './config.ts';
import { createIdentity } from './service.ts';

serve(() => createIdentity(readConfig(process.env)));
