import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ROOT } from './stages.ts';

/** The files that take longest, longest first: begun last, one of them would run on alone when all others are done. */
const LONG: readonly string[] = [
  'sample-services/gateway/whole-shop.test.ts',
  'sample-services/orders/saga/dbos/dbos-engine.test.ts',
  'sample-services/auditor/self-test.test.ts',
  'sample-services/auditor/in-flight.test.ts',
  'sample-services/orders/crash.test.ts',
  'sample-services/orders/choreography/choreography.test.ts',
  'sample-services/orders/saga/journal-engine.test.ts',
  'sample-services/auditor/auditor.test.ts',
  'sample-services/testing/operations/operations.test.ts',
  'scripts/launch/lifecycle.test.ts',
  'sample-services/testing/compose/compose.test.ts',
  'sample-services/orders/choreography/crash.test.ts',
  'sample-services/registry/registry.test.ts',
  'sample-services/kit/broker/bullmq.test.ts',
  'sample-services/kit/broker/rabbitmq/rabbitmq.test.ts',
  'sample-services/orders/saga.test.ts',
  'sample-services/testing/random/random-faults.test.ts',
  'agents/collector/store/migrate.test.ts',
  'sample-services/kit/outbox/two-relays.test.ts',
];

/** A fresh clone has no durations of an earlier run, by which Vitest would sort. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.indexOf(relative(ROOT, moduleId));
      return place === -1 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
