import type { SagaEvent } from '../contract/index.ts';

/**
 * One step forward of a saga, as the journal knows it. Service, instant and trace come from the process and the active
 * context; `at` (epoch ms) and the rest may be left out where they mean nothing.
 */
export type SagaRecord = Pick<SagaEvent, 'event' | 'sagaId' | 'type'> &
  Partial<Omit<SagaEvent, 'service' | 'traceId'>> & {
    /** Order amount in minor units (cents), on `started`. */
    amount?: number;
  };
