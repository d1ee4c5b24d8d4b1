import { join } from 'node:path';
import { loadService } from '@cups/contracts/proto';
import { createLog, createMetrics, openKeys, serveGrpc, serveHttp, watchRegistry } from '@cups/service';
import type { RunningService } from '@cups/service';
import { access } from './access.ts';
import type { Config } from './config.ts';
import type { PublicService } from './domain/public-service.ts';
import { parsePublicServices } from './parse.ts';
import { catalogRpcs } from './rpc.ts';
