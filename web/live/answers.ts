import type {
  BreakerSample,
  ControlAnswer,
  FaultInterval,
  QueueSample,
  SagaDetail,
  SagaSummary,
  Timeline,
  TraceDetail,
  TraceSearchResult,
} from '@stormglass/agents/contract';
import type { Run, RunSummary } from '@stormglass/chaos/contract';
import type { ApiName } from './api.ts';
import type { AgentView, HaltState } from './protocol.ts';

/** What each row of the API table answers with when all is well; rows not named here answer `unknown`. */
export interface ApiAnswers {
  timeline: Timeline;
  breakers: BreakerSample[];
  queues: QueueSample[];
  sagas: SagaSummary[];
  saga: SagaDetail;
  faults: FaultInterval[];
  armFault: FaultInterval;
  releaseFault: FaultInterval;
  haltState: HaltState;
  halt: HaltState;
  unhalt: HaltState;
  traces: TraceSearchResult;
  trace: TraceDetail;
  runs: RunSummary[];
  run: Run;
  startRun: Run;
  abortRun: Run;
  agents: AgentView[];
  control: ControlAnswer;
}

export type ApiAnswer<N extends ApiName> = N extends keyof ApiAnswers ? ApiAnswers[N] : unknown;
