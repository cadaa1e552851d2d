/** Process control: the table of processes, the embedded Postgres, and the host agent which hurts them. */

export { writeCertificates } from './certificates.ts';
export { type HostAgent, startHostAgent } from './host-agent.ts';
export { endGroup, runLeashed } from './leashed.ts';
export { POSTGRES, type Postgres, postgresFolder, startPostgres } from './postgres.ts';
export { reclaimPostgres } from './postgres-reclaim.ts';
export { commandLine, isAlive } from './process-info.ts';
export { answers, answersSecurely, type Certificates, type ProcessSpec } from './process-spec.ts';
export { Supervisor } from './supervisor.ts';
