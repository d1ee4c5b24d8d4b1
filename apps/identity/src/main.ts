import { serve } from '@cups/service';
import { readConfig } from './config.ts';
import { createIdentity } from './service.ts';

serve(() => createIdentity(readConfig(process.env)));
