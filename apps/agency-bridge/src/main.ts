import { serve } from '@cups/process';
import { readConfig } from './config.ts';
import { createAgencyBridge } from './service.ts';

serve(() => createAgencyBridge(readConfig(process.env)));
