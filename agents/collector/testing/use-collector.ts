import { afterAll, beforeAll } from 'vitest';
import type { TelemetryQueries } from '../queries/index.ts';
import { TestCollector } from './collector.ts';

/** A collector, and queries to it, for all tests of a file. */
export function useCollector(env: Record<string, string> = {}): {
  readonly collector: TestCollector;
  readonly queries: TelemetryQueries;
} {
  let collector: TestCollector;
  let queries: TelemetryQueries;
  beforeAll(async () => {
    collector = await TestCollector.start(env);
    queries = collector.queries();
  });
  afterAll(async () => {
    await queries.close();
    await collector.dispose();
  });
  return {
    get collector() {
      return collector;
    },
    get queries() {
      return queries;
    },
  };
}
