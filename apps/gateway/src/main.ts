import { serve } from '@cups/process';
import { readConfig } from './config.ts';
import { createGateway } from './service.ts';

serve(() => createGateway(readConfig(process.env)));
