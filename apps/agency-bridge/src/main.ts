import { serve } from '@cups/service';
import { readConfig } from './config.ts';
import { createAgencyBridge } from './service.ts';

serve(() => createAgencyBridge(readConfig(process.env)));
