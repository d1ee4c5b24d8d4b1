import { serve } from '@cups/service';
import { readConfig } from './config.ts';
import { createGateway } from './service.ts';

serve(() => createGateway(readConfig(process.env)));
