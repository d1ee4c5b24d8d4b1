import { serve } from '@cups/service';
import { readConfig } from './config.ts';
import { createCatalog } from './service.ts';

serve(() => createCatalog(readConfig(process.env)));
