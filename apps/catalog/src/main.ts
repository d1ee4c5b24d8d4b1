import { serve } from '@cups/process';
import { readConfig } from './config.ts';
import { createCatalog } from './service.ts';

serve(() => createCatalog(readConfig(process.env)));
